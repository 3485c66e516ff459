# SPDX-License-Identifier: AGPL-3.0-or-later
"""How the visits of some windows divide, and on how many days there was one."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import (
    ARRAY,
    Date,
    Integer,
    Select,
    bindparam,
    case,
    cast,
    func,
    literal,
    select,
    tuple_,
)

from portal.core.italy.periods import Period, PeriodKind
from portal.core.store.database import db
from portal.reports.measures.breakdowns import Whole, grouped
from portal.reports.measures.detail import NOT_STATED, Month
from portal.reports.measures.ledger import Ledger, months_of
from portal.visits import queries as visits
from portal.visits.models import Visit

DIVIDING = grouped(Whole.VISITS)


def _dividing() -> Select[int, str, str, int, int]:
    """The statement for all of them at once. Days first: there are few of them beside visits."""
    columns = [getattr(Visit, breakdown.column) for breakdown in DIVIDING]
    windows = (
        func.unnest(bindparam("starts", type_=ARRAY(Date)), bindparam("ends", type_=ARRAY(Date)))
        .table_valued("first_on", "last_on", with_ordinality="place", name="windows")
        .render_derived()
    )
    a_day = (
        select(windows.c.place, *columns, Visit.visited_on, func.count().label("number"))
        .join_from(windows, Visit, Visit.visited_on.between(windows.c.first_on, windows.c.last_on))
        .where(Visit.deleted_at.is_(None))
        .group_by(windows.c.place, *columns, Visit.visited_on)
        .subquery("a_day")
    )
    grouped_by = [a_day.c[breakdown.column] for breakdown in DIVIDING]
    part = case(
        *(
            (func.grouping(column) == 0, literal(breakdown.key))
            for breakdown, column in zip(DIVIDING, grouped_by, strict=True)
        )
    )
    each = [tuple_(a_day.c.place, column) for column in grouped_by]
    return select(
        a_day.c.place,
        part,
        func.coalesce(*grouped_by, NOT_STATED),
        cast(func.sum(a_day.c.number), Integer),
        func.count(a_day.c.visited_on.distinct()),
    ).group_by(func.grouping_sets(*each, tuple_(a_day.c.place)))


DIVIDED = _dividing()


@dataclass(frozen=True)
class Activity:
    """The visits of a window by what is declared of them, and the days with at least one."""

    parts: dict[str, dict[str, int]]
    days: int


def divide_visits(windows: Sequence[Period]) -> list[Activity]:
    """The visits of each window."""
    parts: list[dict[str, dict[str, int]]] = [
        {breakdown.key: {} for breakdown in DIVIDING} for _window in windows
    ]
    days = [0] * len(windows)
    asked = {
        "starts": [window.start for window in windows],
        "ends": [window.end for window in windows],
    }
    for place, part, key, number, open_days in db.session.execute(DIVIDED, asked):
        if part is None:
            days[place - 1] = open_days
        else:
            parts[place - 1][part][key] = number
    return [
        Activity({key: dict(sorted(found.items())) for key, found in division.items()}, open_days)
        for division, open_days in zip(parts, days, strict=True)
    ]


def count_months(window: Period, ledger: Ledger) -> tuple[Month, ...]:
    """Visits and enquiries of each month; of one that is only partly in the window, that part."""
    months = list(months_of(window))
    rest = [part for _month, part in months if part.kind is not PeriodKind.MONTH]
    counted = {**ledger.rolled_up, **(visits.count_from_records(rest) if rest else {})}
    found = []
    for month, part in months:
        counts = counted.get(part.name)
        found.append(
            Month(month.name, counts.visits or 0, counts.services or 0)
            if counts
            else Month(month.name, 0, 0)
        )
    return tuple(found)
