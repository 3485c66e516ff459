# SPDX-License-Identifier: AGPL-3.0-or-later
"""Visits that change cards because two cards are one person, or are not; deleted ones go along.

Nothing that was asked changes: only the users of the periods do, in the same transaction.
"""

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import select, update

from portal.core.store.database import db
from portal.figures import actions as figures
from portal.figures.rules import Came, deltas_of_users
from portal.visits import queries
from portal.visits.models import Visit

Sexes = Mapping[UUID, str]


def list_ids_of(person_id: UUID) -> list[UUID]:
    """The ids of all visits of a person, deleted ones included."""
    return list(db.session.scalars(select(Visit.id).where(Visit.person_id == person_id)))


def move_visits(
    *, visit_ids: Collection[UUID], from_id: UUID, to_id: UUID, before: Sexes, after: Sexes
) -> None:
    """Give these visits to another card, as far as they are still on the first.

    The caller holds both persons, and says the sexes as they were and as they are now. The version
    of each visit moves: whoever has one open must see that it has changed.
    """
    was = _came(before)
    db.session.execute(
        update(Visit)
        .where(Visit.id.in_(list(visit_ids)), Visit.person_id == from_id)
        .values(person_id=to_id, version=Visit.version + 1)
    )
    figures.add_deltas(deltas_of_users(was, _came(after)))


def _came(sexes: Sexes) -> list[Came]:
    """Whom the periods count; a card without visits counts nowhere."""
    days = queries.list_days_of(sexes.keys())
    return [(sex, days[person_id]) for person_id, sex in sexes.items()]
