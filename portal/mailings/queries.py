# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every read of recipients and deliveries, of a desk or of a network."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from sqlalchemy import func, select

from portal.core.errors import NotHere
from portal.core.store.database import db
from portal.mailings.kinds import MailingType, Recipients
from portal.mailings.models import DeliveryRow, RecipientRow
from portal.mailings.rules import AGAIN, ON_PURPOSE, UNDER_WAY, counted_as

Row = TypeVar("Row", RecipientRow, DeliveryRow)


@dataclass(frozen=True)
class Sent:
    """A delivery with its recipient, for the page of an edition."""

    delivery_id: UUID
    email: str
    name: str
    state: str
    said: str
    changed_at: datetime


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
    return _get(of.recipients, recipient_id)


def get_delivery(of: Recipients, delivery_id: UUID, *, for_change: bool = False) -> DeliveryRow:
    """The delivery with this id; for a change, once nobody else is changing it."""
    return _get(of.deliveries, delivery_id, for_change=for_change)


def _get(table: type[Row], row_id: UUID, *, for_change: bool = False) -> Row:
    statement = select(table).where(table.id == row_id)
    if for_change:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    found = db.session.scalars(statement).one_or_none()
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


def list_under_way(of: Recipients) -> list[DeliveryRow]:
    """The deliveries that are neither over nor left to a person, for a change."""
    letter = of.deliveries
    statement = select(letter).where(letter.state.in_(UNDER_WAY)).order_by(letter.id)
    return list(db.session.scalars(statement.with_for_update()))


def count_deliveries(of: Recipients) -> dict[str, int]:
    """How many letters there are of each of STATE_NAMES."""
    letter = of.deliveries
    statement = select(letter.state, letter.said, func.count()).group_by(letter.state, letter.said)
    counts: Counter[str] = Counter()
    for state, said, number in db.session.execute(statement):
        counts[counted_as(state, said)] += number
    return dict(counts)


def count_needing_a_person(kind: MailingType) -> int:
    """Letters of editions that stand which failed or may have: nothing sends them by itself."""
    letter, edition = kind.deliveries, kind.editions.table
    statement = (
        select(func.count())
        .select_from(letter)
        .join(edition, edition.id == letter.edition_id)
        .where(
            letter.state.in_(AGAIN),
            letter.said.not_in(ON_PURPOSE),
            edition.state != "superseded",
        )
    )
    return db.session.scalar(statement) or 0


def list_uncertain(kind: MailingType) -> list[tuple[UUID, str, int]]:
    """Letters of which nobody knows whether they arrived: (id, period, number of the edition)."""
    letter, edition = kind.deliveries, kind.editions.table
    statement = (
        select(letter.id, edition.period, edition.number)
        .join(edition, edition.id == letter.edition_id)
        .where(letter.state == "uncertain")
        .order_by(letter.changed_at, letter.id)
    )
    return [(row.id, row.period, row.number) for row in db.session.execute(statement)]
