# SPDX-License-Identifier: AGPL-3.0-or-later
"""Visits by their id, day or person, with what was asked in them."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Date, Uuid, any_, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY

from portal.core.errors import NotHere
from portal.core.store.database import db
from portal.visits.models import Enquiry, Visit
from portal.visits.rules import Channel, Interpreter, VisitFacts


@dataclass(frozen=True)
class VisitEntry:
    """A visit as lists show it: with the codes asked and the person's id, if it has one."""

    id: UUID
    person_id: UUID | None
    visited_on: date
    created_at: datetime
    channel: str
    interpreter: str | None
    for_third_party: bool
    note: str
    created_by: UUID | None
    topics: tuple[tuple[int, str], ...]
    """(taxonomy version, code) in the order asked."""


def get_visit(visit_id: UUID) -> Visit:
    """The visit with this id, deleted ones included: they can be brought back."""
    visit = db.session.scalars(select(Visit).where(Visit.id == visit_id)).one_or_none()
    if visit is None:
        raise NotHere
    return visit


def lock_visit(visit_id: UUID) -> Visit:
    """The visit as it stands now, locked until the unit ends; its persons are held before it."""
    return db.session.scalars(
        select(Visit)
        .where(Visit.id == visit_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def facts_of(visit: Visit) -> VisitFacts:
    """Everything recorded about a visit."""
    return VisitFacts(
        visited_on=visit.visited_on,
        topics=tuple(enquiry.topic_code for enquiry in list_topics_of(visit.id)),
        person_id=visit.person_id,
        channel=Channel(visit.channel),
        interpreter=Interpreter(visit.interpreter) if visit.interpreter else None,
        for_third_party=visit.for_third_party,
        note=visit.note,
    )


def list_topics_of(visit_id: UUID) -> list[Enquiry]:
    """The enquiries of a visit in the order asked."""
    return list(
        db.session.scalars(
            select(Enquiry).where(Enquiry.visit_id == visit_id).order_by(Enquiry.position)
        )
    )


def list_visits_on(day: date) -> list[VisitEntry]:
    """The visits of a day, the latest first."""
    return _entries(Visit.visited_on == day)


def list_visits_of(person_id: UUID) -> list[VisitEntry]:
    """All the visits of a person, the latest first."""
    return _entries(Visit.person_id == person_id)


def find_last_day_with_visits(*, before: date) -> date | None:
    """The latest day before this one on which somebody came."""
    return db.session.scalar(
        select(func.max(Visit.visited_on)).where(
            Visit.visited_on < before, Visit.deleted_at.is_(None)
        )
    )


def find_first_visit_within(start: date, end: date) -> date | None:
    """The first day between two dates on which a visit is recorded."""
    return db.session.scalar(
        select(func.min(Visit.visited_on)).where(
            Visit.visited_on.between(start, end), Visit.deleted_at.is_(None)
        )
    )


def list_frequent_topics(*, since: date, before: date, limit: int) -> list[str]:
    """The codes asked most often since a day and before another, the commonest first."""
    number = func.count().label("number")
    statement = (
        select(Enquiry.topic_code, number)
        .join(Visit, Visit.id == Enquiry.visit_id)
        .where(Visit.visited_on >= since, Visit.visited_on < before, Visit.deleted_at.is_(None))
        .group_by(Enquiry.topic_code)
        .order_by(number.desc(), Enquiry.topic_code)
        .limit(limit)
    )
    return [code for code, _number in db.session.execute(statement)]


def list_last_visits(person_ids: Collection[UUID]) -> dict[UUID, date]:
    """The latest day on which each of these persons came."""
    statement = (
        select(Visit.person_id, func.max(Visit.visited_on))
        .where(Visit.person_id.in_(set(person_ids)), Visit.deleted_at.is_(None))
        .group_by(Visit.person_id)
    )
    return {
        person_id: day for person_id, day in db.session.execute(statement) if person_id is not None
    }


# Built once: it is part of every save.
DAYS = select(Visit.person_id, Visit.visited_on).where(
    Visit.person_id == any_(bindparam("ids", type_=ARRAY(Uuid))),
    Visit.deleted_at.is_(None),
    Visit.id.is_distinct_from(bindparam("but", type_=Uuid)),
)


def list_days_of(
    person_ids: Collection[UUID], *, but: UUID | None = None
) -> dict[UUID, list[date]]:
    """The days of the visits of these persons, leaving one visit out."""
    days: dict[UUID, list[date]] = {person_id: [] for person_id in person_ids}
    if days:
        for person_id, day in db.session.execute(DAYS, {"ids": list(days), "but": but}):
            if person_id is not None:
                days[person_id].append(day)
    return days


def list_first_visits(
    person_ids: Collection[UUID], days: Collection[date]
) -> dict[tuple[UUID, date], tuple[UUID, str, int]]:
    """The first visit of these persons on each of these days: its id, note and next position."""
    statement = (
        select(Visit.person_id, Visit.visited_on, Visit.id, Visit.note, func.max(Enquiry.position))
        .outerjoin(Enquiry, Enquiry.visit_id == Visit.id)
        .where(
            Visit.person_id == any_(bindparam("ids", list(person_ids), ARRAY(Uuid))),
            Visit.visited_on == any_(bindparam("days", list(days), ARRAY(Date))),
            Visit.deleted_at.is_(None),
        )
        .group_by(Visit.desk_id, Visit.id)
        .order_by(Visit.created_at.desc(), Visit.id)
    )
    return {
        (person_id, day): (visit_id, note, 0 if last is None else last + 1)
        for person_id, day, visit_id, note, last in db.session.execute(statement)
        if person_id is not None
    }


def entry_of(visit: Visit) -> VisitEntry:
    """One visit as lists show it."""
    return _with_topics([visit])[0]


def _entries(condition: ColumnElement[bool]) -> list[VisitEntry]:
    statement = (
        select(Visit)
        .where(condition, Visit.deleted_at.is_(None))
        .order_by(Visit.visited_on.desc(), Visit.created_at.desc(), Visit.id)
    )
    return _with_topics(db.session.scalars(statement).all())


def _with_topics(visits: Sequence[Visit]) -> list[VisitEntry]:
    topics: dict[UUID, list[tuple[int, str]]] = defaultdict(list)
    found = db.session.execute(
        select(Enquiry.visit_id, Enquiry.taxonomy, Enquiry.topic_code)
        .where(Enquiry.visit_id.in_([visit.id for visit in visits]))
        .order_by(Enquiry.visit_id, Enquiry.position)
    )
    for visit_id, version, code in found:
        topics[visit_id].append((version, code))
    return [
        VisitEntry(
            visit.id,
            visit.person_id,
            visit.visited_on,
            visit.created_at,
            visit.channel,
            visit.interpreter,
            visit.for_third_party,
            visit.note,
            visit.created_by,
            tuple(topics[visit.id]),
        )
        for visit in visits
    ]
