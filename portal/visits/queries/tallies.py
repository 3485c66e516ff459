# SPDX-License-Identifier: AGPL-3.0-or-later
"""Crowded days: what was pressed on the tally page and what paper sheets were typed in.

A sheet whose visits are all deleted is one that was taken back.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, select

from portal.core.errors import NotHere
from portal.core.store.database import db
from portal.visits.models import Enquiry, TallySheet, Visit

PRESENT = Visit.deleted_at.is_(None)


@dataclass(frozen=True)
class Press:
    """One visit of the tally page; its topic may have been taken out by a correction."""

    id: UUID
    created_at: datetime
    created_by: UUID | None
    person_id: UUID | None
    topic: str | None


@dataclass(frozen=True)
class TypedSheet:
    """A sheet that was typed in, and how many of its visits still count."""

    id: UUID
    visited_on: date
    enquiries: int
    created_at: datetime
    created_by: UUID | None
    present: int


def count_anonymous_on(day: date) -> dict[str, int]:
    """How often each topic was asked on a day by somebody without a name."""
    statement = (
        select(Enquiry.topic_code, func.count())
        .join(Visit, Visit.id == Enquiry.visit_id)
        .where(Visit.visited_on == day, PRESENT, Visit.person_id.is_(None))
        .group_by(Enquiry.topic_code)
    )
    return {code: number for code, number in db.session.execute(statement)}


def list_presses_on(day: date, *, limit: int) -> list[Press]:
    """The last presses of a day, the latest first; with those that were given a person since."""
    return _presses(_pressed().where(Visit.visited_on == day).limit(limit))


def find_last_press(day: date, *, account_id: UUID | None) -> Press | None:
    """The last press of somebody on a day that has no person yet."""
    theirs = (Visit.created_by == account_id, Visit.person_id.is_(None))
    found = _presses(_pressed().where(Visit.visited_on == day, *theirs).limit(1))
    return found[0] if found else None


def _pressed() -> Select[*tuple[Any, ...]]:
    first = and_(Enquiry.visit_id == Visit.id, Enquiry.position == 0)
    return (
        select(Visit.id, Visit.created_at, Visit.created_by, Visit.person_id, Enquiry.topic_code)
        .outerjoin(Enquiry, first)
        .where(Visit.tallied, PRESENT)
        .order_by(Visit.created_at.desc(), Visit.id)
    )


def _presses(
    statement: Select[tuple[UUID, datetime, UUID | None, UUID | None, str]],
) -> list[Press]:
    rows: Sequence[Any] = db.session.execute(statement).all()
    return [Press(*row) for row in rows]


def get_sheet(sheet_id: UUID) -> TypedSheet:
    """The sheet with this id, also one that was taken back."""
    found = _sheets(TallySheet.id == sheet_id)
    if not found:
        raise NotHere
    return found[0]


def list_sheets_on(day: date) -> list[TypedSheet]:
    """The sheets of a day that count, the latest first."""
    return [sheet for sheet in _sheets(TallySheet.visited_on == day) if sheet.present]


def list_last_sheets(*, since: datetime) -> list[TypedSheet]:
    """The sheets typed in since a moment that count, the latest first."""
    return [sheet for sheet in _sheets(TallySheet.created_at >= since) if sheet.present]


def _sheets(condition: ColumnElement[bool]) -> list[TypedSheet]:
    statement = (
        select(TallySheet, func.count(Visit.id).filter(PRESENT))
        .outerjoin(Visit, Visit.sheet_id == TallySheet.id)
        .where(condition)
        .group_by(TallySheet.desk_id, TallySheet.id)
        .order_by(TallySheet.created_at.desc(), TallySheet.id)
    )
    return [
        TypedSheet(
            id=sheet.id,
            visited_on=sheet.visited_on,
            enquiries=sheet.enquiries,
            created_at=sheet.created_at,
            created_by=sheet.created_by,
            present=present,
        )
        for sheet, present in db.session.execute(statement)
    ]
