# SPDX-License-Identifier: AGPL-3.0-or-later
"""The records behind a figure, by the conditions that counted it, in the order of their days."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, text

from portal.core.italy.periods import Period, parse_period
from portal.core.store.database import db, joining_whole
from portal.reports.measures.breakdowns import Breakdown
from portal.reports.measures.detail import NOT_STATED
from portal.reports.measures.people import DESCRIBED, asking_of
from portal.visits.models import Enquiry, Visit


@dataclass(frozen=True)
class Record:
    """A user with their first day in the window, a visit, or an enquiry of a visit."""

    day: date
    person_id: UUID | None
    topic_code: str = ""


USERS = text(
    "WITH "
    + DESCRIBED
    + """
SELECT came_on, person_id FROM described
WHERE CASE CAST(:part AS text)
    WHEN 'users' THEN true
    WHEN 'sexes' THEN sex = ANY(:keys)
    WHEN 'ages' THEN age = ANY(:keys)
    WHEN 'citizenships' THEN citizenship = ANY(:keys)
    WHEN 'residences' THEN residence = ANY(:keys)
    WHEN 'languages' THEN language = ANY(:keys)
    WHEN 'newcomers' THEN is_new = ('new' = ANY(:keys))
    END
ORDER BY came_on, person_id
LIMIT :limit OFFSET :offset
"""
)


def list_users(
    window: Period, *, part: str, keys: Collection[str], limit: int, offset: int
) -> list[Record]:
    """The users of some keys of an attribute; `part` is the attribute's, or «users» for all."""
    asked = {"part": part, "keys": list(keys), "limit": limit, "offset": offset}
    values = asking_of([window]) | asked
    with joining_whole():
        return [Record(day, person_id) for day, person_id in db.session.execute(USERS, values)]


def list_visit_records(
    window: Period,
    *,
    month: str = "",
    part: Breakdown | None = None,
    keys: Collection[str] = (),
    limit: int,
    offset: int,
) -> list[Record]:
    """The visits of a window, of one of its months, or of some keys of a breakdown of visits."""
    statement = select(Visit.visited_on, Visit.person_id).where(*_within(window, month))
    if part is not None:
        value = func.coalesce(getattr(Visit, part.column), NOT_STATED)
        statement = statement.where(value.in_(keys))
    statement = statement.order_by(Visit.visited_on, Visit.id).limit(limit).offset(offset)
    return [Record(day, person_id) for day, person_id in db.session.execute(statement)]


def list_enquiry_records(
    window: Period,
    *,
    codes: Collection[str] | None,
    month: str = "",
    nameless: bool = False,
    limit: int,
    offset: int,
) -> list[Record]:
    """The enquiries of a window, or of one of its months, about some topics or about any.

    Or, of these, the nameless alone.
    """
    columns = select(Visit.visited_on, Visit.person_id, Enquiry.topic_code)
    statement = columns.join(Enquiry, Enquiry.visit_id == Visit.id).where(*_within(window, month))
    if codes is not None:
        statement = statement.where(Enquiry.topic_code.in_(set(codes)))
    if nameless:
        statement = statement.where(Visit.person_id.is_(None))
    statement = statement.order_by(Visit.visited_on, Visit.id, Enquiry.position)
    found = db.session.execute(statement.limit(limit).offset(offset))
    return [Record(day, person_id, code) for day, person_id, code in found]


def _within(window: Period, month: str) -> Iterator[ColumnElement[bool]]:
    for days in (window, *((parse_period(month),) if month else ())):
        yield Visit.visited_on.between(days.start, days.end)
    yield Visit.deleted_at.is_(None)
