# SPDX-License-Identifier: AGPL-3.0-or-later
"""The visits of one day as the counter lists them: one statement for rows, names and totals.

It is read with every visit that is saved, also on days of hundreds: the newest rows come with the
totals of the whole day.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Date, Integer, Uuid, bindparam, text

from portal.core.store.database import db
from portal.people.rules import display_name


@dataclass(frozen=True)
class DayRow:
    """A visit in the list of its day; a deleted one is there only while it can be taken back."""

    id: UUID
    person_id: UUID | None
    family_name: str
    given_name: str
    created_at: datetime
    version: int
    topics: tuple[tuple[int, str], ...]
    """(taxonomy version, code) in the order asked."""
    is_deleted: bool
    on_paper: bool
    """Typed in from a tally sheet."""

    @property
    def name(self) -> str | None:
        return display_name(self) if self.person_id else None


@dataclass(frozen=True)
class Day:
    """The newest visits of a day, and what the whole day adds up to."""

    rows: tuple[DayRow, ...]
    visits: int = 0
    enquiries: int = 0
    anonymous: int = 0
    hides_names: bool = True
    """Whether the desk's screens begin with initials: read here, so that it costs no statement."""


# The whole key of person and enquiry is named, so that each row is one probe of an index.
ROWS = text(
    """
WITH of_day AS MATERIALIZED (
    SELECT v.desk_id, v.id, v.person_id, v.created_at, v.version, v.deleted_at IS NOT NULL AS gone,
        v.sheet_id IS NOT NULL AS on_paper
    FROM visit v WHERE v.visited_on = :day AND v.deleted_at IS NULL
    UNION ALL
    SELECT v.desk_id, v.id, v.person_id, v.created_at, v.version, true, v.sheet_id IS NOT NULL
    FROM visit v WHERE v.id = :deleted AND v.visited_on = :day AND v.deleted_at IS NOT NULL
), asked AS MATERIALIZED (
    SELECT e.visit_id,
        array_agg(ARRAY[e.taxonomy::text, e.topic_code] ORDER BY e.position) AS topics
    FROM of_day d JOIN enquiry e ON e.desk_id = d.desk_id AND e.visit_id = d.id GROUP BY e.visit_id
)
SELECT d.id, d.person_id, p.family_name, p.given_name, d.created_at, d.version, a.topics, d.gone,
    d.on_paper,
    count(*) FILTER (WHERE NOT d.gone) OVER () AS visits,
    coalesce(sum(cardinality(a.topics) / 2) FILTER (WHERE NOT d.gone) OVER (), 0) AS enquiries,
    count(*) FILTER (WHERE NOT d.gone AND d.person_id IS NULL) OVER () AS anonymous,
    (SELECT desk.hides_names FROM desk WHERE desk.id = (SELECT current_desk())) AS hides_names
FROM of_day d
LEFT JOIN person p ON p.desk_id = d.desk_id AND p.id = d.person_id
LEFT JOIN asked a ON a.visit_id = d.id
ORDER BY d.created_at DESC, d.id
LIMIT :most
"""
).bindparams(
    bindparam("day", type_=Date), bindparam("deleted", type_=Uuid), bindparam("most", type_=Integer)
)


def list_day(day: date, *, most: int | None = None, deleted: UUID | None = None) -> Day:
    """The newest visits of a day, at most so many; with one that was deleted just now."""
    found = db.session.execute(ROWS, {"day": day, "deleted": deleted, "most": most}).all()
    if not found:
        return Day(())
    first = found[0]
    rows = tuple(
        DayRow(
            id=row.id,
            person_id=row.person_id,
            family_name=row.family_name or "",
            given_name=row.given_name or "",
            created_at=row.created_at,
            version=row.version,
            topics=_pairs(row.topics),
            is_deleted=row.gone,
            on_paper=row.on_paper,
        )
        for row in found
    )
    return Day(
        rows, first.visits, int(first.enquiries), first.anonymous, hides_names=first.hides_names
    )


def _pairs(topics: Sequence[Sequence[str]] | None) -> tuple[tuple[int, str], ...]:
    return tuple((int(version), code) for version, code in topics or ())
