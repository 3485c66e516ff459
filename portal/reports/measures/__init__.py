# SPDX-License-Identifier: AGPL-3.0-or-later
"""What was counted in a period: the roll-up, the records, or totals from before the software.

A statistic crosses tables, so this package, alone, may read any slice's.
"""

from collections.abc import Sequence

from portal.core.italy.periods import Period
from portal.figures import queries as figures
from portal.reports.measures.asking import count_askers, count_asking
from portal.reports.measures.counts import PartlyTotals, count, count_inserted
from portal.reports.measures.detail import Detail
from portal.reports.measures.people import Division, divide_users, records_begin
from portal.reports.measures.visits import count_months, divide_visits

__all__ = [
    "PartlyTotals",
    "count",
    "count_askers",
    "count_asking",
    "count_inserted",
    "describe",
    "records_begin",
]


def describe(windows: Sequence[Period]) -> list[Detail | None]:
    """How the users and the visits of each window divide; None where only its totals were kept."""
    recorded = [one for one in windows if not figures.list_past_totals_within(one.start, one.end)]
    users = dict(zip(recorded, divide_users(recorded), strict=True))
    return [_detail(one, users[one]) if one in users else None for one in windows]


def _detail(window: Period, users: Division) -> Detail:
    visits, days = divide_visits(window)
    return Detail(
        parts=users.parts | visits,
        newcomers=users.newcomers,
        days=days,
        months=count_months(window),
    )
