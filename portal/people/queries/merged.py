# SPDX-License-Identifier: AGPL-3.0-or-later
"""The cards that were made part of a person's card, told from the cards and the audit's lines."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select

from portal.core import clock
from portal.core.store.audit import AuditEvent
from portal.core.store.database import db
from portal.people import rules
from portal.people.merging.rules import last_day
from portal.people.models import Person


@dataclass(frozen=True)
class Merged:
    """A card that is now part of another: its name, and when and by whom that was done."""

    id: UUID
    name: str
    at: datetime
    account_id: UUID | None

    @property
    def last_day(self) -> date:
        return last_day(self.at)

    @property
    def can_be_undone(self) -> bool:
        return clock.today() <= self.last_day


def list_merged(person_id: UUID) -> list[Merged]:
    """The cards that were made part of this one, the latest first."""
    left = db.session.execute(
        select(Person.id, Person.family_name, Person.given_name).where(
            Person.merged_into == person_id
        )
    ).all()
    if not left:
        return []
    events = db.session.execute(
        select(AuditEvent.subject_id, AuditEvent.at, AuditEvent.account_id)
        .where(
            AuditEvent.subject == "person",
            AuditEvent.subject_id.in_([row.id for row in left]),
            AuditEvent.columns.contains(["merged_into"]),
        )
        .order_by(AuditEvent.at)
    )
    last = {person_id: (at, account_id) for person_id, at, account_id in events}
    merged = [Merged(row.id, rules.display_name(row), *last[row.id]) for row in left]
    return sorted(merged, key=lambda one: one.at, reverse=True)
