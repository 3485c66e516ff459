# SPDX-License-Identifier: AGPL-3.0-or-later
"""How the visits of a window divide, and on how many days there was one."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import Integer, Select, bindparam, case, cast, func, literal, select, tuple_

from portal.core.italy.periods import Period, PeriodKind, period_of
from portal.core.store.database import db
from portal.figures import queries as figures
from portal.reports.measures.breakdowns import Whole, grouped
from portal.reports.measures.detail import NOT_STATED, Month
from portal.visits import queries as visits
from portal.visits.models import Visit

DIVIDING = grouped(Whole.VISITS)


def _dividing() -> Select[str, str, int, int]:
    """The statement for all of them at once. Days first: there are few of them beside visits."""
    columns = [getattr(Visit, breakdown.column) for breakdown in DIVIDING]
    a_day = (
        select(*columns, Visit.visited_on, func.count().label("number"))
        .where(Visit.visited_on.between(bindparam("start"), bindparam("end")))
        .where(Visit.deleted_at.is_(None))
        .group_by(*columns, Visit.visited_on)
        .subquery("a_day")
    )
    grouped_by = [a_day.c[breakdown.column] for breakdown in DIVIDING]
    part = case(
        *(
            (func.grouping(column) == 0, literal(breakdown.key))
            for breakdown, column in zip(DIVIDING, grouped_by, strict=True)
        )
    )
    return select(
        part,
        func.coalesce(*grouped_by, NOT_STATED),
        cast(func.sum(a_day.c.number), Integer),
        func.count(a_day.c.visited_on.distinct()),
    ).group_by(func.grouping_sets(*(tuple_(column) for column in grouped_by), tuple_()))


DIVIDED = _dividing()


def divide_visits(window: Period) -> tuple[dict[str, dict[str, int]], int]:
    """Visits by what is declared of them, and the days on which there was at least one."""
    parts: dict[str, dict[str, int]] = {breakdown.key: {} for breakdown in DIVIDING}
    days = 0
    asked = {"start": window.start, "end": window.end}
    for part, key, number, open_days in db.session.execute(DIVIDED, asked):
        if part is None:
            days = open_days
        else:
            parts[part][key] = number
    return {key: dict(sorted(found.items())) for key, found in parts.items()}, days


def count_months(window: Period) -> tuple[Month, ...]:
    """Visits and enquiries of each month; of one that is only partly in the window, that part."""
    months = list(_months(window))
    parts = [_clipped(month, window) for month in months]
    whole = figures.list_counts_of([part.name for part in parts if part.kind is PeriodKind.MONTH])
    rest = [part for part in parts if part.kind is not PeriodKind.MONTH]
    counted = whole | (visits.count_from_records(rest) if rest else {})
    found = []
    for month, part in zip(months, parts, strict=True):
        counts = counted.get(part.name)
        found.append(
            Month(month.name, counts.visits or 0, counts.services or 0)
            if counts
            else Month(month.name, 0, 0)
        )
    return tuple(found)


def _months(window: Period) -> Iterator[Period]:
    month = period_of(PeriodKind.MONTH, window.start)
    while month.start <= window.end:
        yield month
        month = period_of(PeriodKind.MONTH, month.end + timedelta(days=1))


def _clipped(month: Period, window: Period) -> Period:
    start, end = max(month.start, window.start), min(month.end, window.end)
    if (start, end) == (month.start, month.end):
        return month
    name = f"{start.isoformat()}..{end.isoformat()}"
    return replace(month, kind=PeriodKind.RANGE, start=start, end=end, name=name)
