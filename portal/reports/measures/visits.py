# SPDX-License-Identifier: AGPL-3.0-or-later
"""How the visits of a window divide, and on how many days there was one."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import text

from portal.core.italy.periods import Kind, Period, period_of
from portal.core.store.database import db
from portal.figures import queries as figures
from portal.reports.measures.breakdowns import Whole, grouped
from portal.reports.measures.detail import NOT_STATED, Month
from portal.visits import queries as visits

DIVIDING = grouped(Whole.VISITS)
COLUMNS = ", ".join(breakdown.column for breakdown in DIVIDING)
# Days first: a desk has few of them beside its visits.
DIVIDED = text(
    f"""
SELECT CASE {" ".join(f"WHEN grouping({one.column}) = 0 THEN '{one.key}'" for one in DIVIDING)}
        END AS part,
    coalesce({COLUMNS}, '{NOT_STATED}') AS key,
    sum(number)::int AS number, count(DISTINCT visited_on) AS days
FROM (
    SELECT {COLUMNS}, visited_on, count(*) AS number
    FROM visit
    WHERE visited_on BETWEEN :start AND :end AND deleted_at IS NULL
    GROUP BY {COLUMNS}, visited_on
) AS a_day
GROUP BY GROUPING SETS ({", ".join(f"({one.column})" for one in DIVIDING)}, ())
"""  # noqa: S608  (names of our own columns)
)


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
    whole = figures.list_counts_of([part.name for part in parts if part.kind is Kind.MONTH])
    rest = [part for part in parts if part.kind is not Kind.MONTH]
    counted = whole | (visits.count_from_records(rest) if rest else {})
    found = []
    for month, part in zip(months, parts, strict=True):
        counts = counted.get(part.name)
        found.append(
            Month(month.name, counts.visits or 0, counts.services)
            if counts
            else Month(month.name, 0, 0)
        )
    return tuple(found)


def _months(window: Period) -> Iterator[Period]:
    month = period_of(Kind.MONTH, window.start)
    while month.start <= window.end:
        yield month
        month = period_of(Kind.MONTH, month.end + timedelta(days=1))


def _clipped(month: Period, window: Period) -> Period:
    start, end = max(month.start, window.start), min(month.end, window.end)
    if (start, end) == (month.start, month.end):
        return month
    name = f"{start.isoformat()}..{end.isoformat()}"
    return replace(month, kind=Kind.RANGE, start=start, end=end, name=name)
