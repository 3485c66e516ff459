# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every read of recipients and deliveries, of a desk or of a network."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Row, func, select

from portal.accounts.members.queries import list_members
from portal.accounts.queries import list_names
from portal.core.errors import NotHere
from portal.core.store.database import db
from portal.core.work.delivery import LetterRow
from portal.core.work.letter_states import AGAIN
from portal.mailings.kinds import MailingType, Recipients
from portal.mailings.models import ApprovalNotice, RecipientRow
from portal.mailings.rules import ON_PURPOSE, counted_as


@dataclass(frozen=True)
class Sent:
    """A letter with its reader, for the page of an edition."""

    letter_id: UUID
    email: str
    name: str
    state: str
    said: str
    changed_at: datetime


class Uncertain(NamedTuple):
    """A letter of which nobody knows whether it arrived."""

    letter_id: UUID
    period: str
    number: int
    """Of the edition that it is about."""


def list_recipients(of: Recipients) -> list[RecipientRow]:
    """Who receives now, by address."""
    table = of.recipients
    statement = select(table).where(table.ended_at.is_(None)).order_by(table.email)
    return list(db.session.scalars(statement))


def find_recipient(of: Recipients, email: str) -> RecipientRow | None:
    """Whoever has or had this address."""
    table = of.recipients
    return db.session.scalars(select(table).where(table.email == email)).one_or_none()


def get_recipient(of: Recipients, recipient_id: UUID) -> RecipientRow:
    """The recipient with this id."""
    table = of.recipients
    found = db.session.scalars(select(table).where(table.id == recipient_id)).one_or_none()
    if found is None:
        raise NotHere
    return found


def list_deliveries(of: Recipients, edition_id: UUID) -> list[Sent]:
    """What became of each letter of an edition, by address."""
    letter, recipient = of.deliveries, of.recipients
    statement = (
        select(
            letter.id,
            recipient.email,
            recipient.name,
            letter.state,
            letter.said,
            letter.changed_at,
        )
        .join(recipient, recipient.id == letter.recipient_id)
        .where(letter.edition_id == edition_id)
        .order_by(recipient.email)
    )
    return [Sent(*row) for row in db.session.execute(statement)]


def list_not_sent(of: Recipients, edition_id: UUID) -> list[RecipientRow]:
    """Who receives now and has no letter of this edition: whoever came after it, or all."""
    table, letter = of.recipients, of.deliveries
    written = select(letter.recipient_id).where(letter.edition_id == edition_id)
    statement = (
        select(table)
        .where(table.ended_at.is_(None), table.id.not_in(written))
        .order_by(table.email)
    )
    return list(db.session.scalars(statement))


def list_notices(edition_id: UUID) -> list[Sent]:
    """What became of each notice that an edition waits, by name.

    Of whoever works at the desk no more the address is not the desk's to know.
    """
    table = ApprovalNotice
    notices = db.session.scalars(select(table).where(table.edition_id == edition_id)).all()
    emails = {member.account_id: member.email for member in list_members()}
    names = list_names(notice.account_id for notice in notices)
    sent_notices = [
        Sent(
            notice.id,
            emails.get(notice.account_id, ""),
            names[notice.account_id],
            notice.state,
            notice.said,
            notice.changed_at,
        )
        for notice in notices
    ]
    return sorted(sent_notices, key=lambda sent: (sent.name.casefold(), sent.email))


def count_letters(tables: Iterable[type[LetterRow]]) -> dict[str, int]:
    """How many letters there are of each of STATE_NAMES."""
    counts: Counter[str] = Counter()
    for letter in tables:
        by = letter.state, letter.said
        for state, said, number in db.session.execute(select(*by, func.count()).group_by(*by)):
            counts[counted_as(state, said)] += number
    return dict(counts)


def count_needing_a_person(kind: MailingType) -> int:
    """Letters that failed or may have and still have a reason: nothing sends them by itself."""
    edition = kind.editions.table
    reasons = {
        kind.deliveries: edition.state != "superseded",
        ApprovalNotice: edition.state == "ready",
    }
    return sum(
        db.session.scalar(
            select(func.count())
            .select_from(letter)
            .join(edition, edition.id == letter.edition_id)
            .where(letter.state.in_(AGAIN), letter.said.not_in(ON_PURPOSE), reasons[letter])
        )
        or 0
        for letter in kind.letters
    )


def list_uncertain(kind: MailingType) -> list[Uncertain]:
    """Letters of which nobody knows whether they arrived, the oldest first."""
    edition = kind.editions.table
    found: list[Row] = []
    for letter in kind.letters:
        statement = (
            select(letter.id, edition.period, edition.number, letter.changed_at)
            .join(edition, edition.id == letter.edition_id)
            .where(letter.state == "uncertain")
        )
        found += db.session.execute(statement)
    found.sort(key=lambda row: (row.changed_at, row.id))
    return [Uncertain(row.id, row.period, row.number) for row in found]
