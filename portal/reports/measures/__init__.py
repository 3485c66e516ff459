# SPDX-License-Identifier: AGPL-3.0-or-later
"""What was counted in a period: the roll-up, the records, or totals from before the software.

A statistic crosses tables, so this package, alone, may read any slice's.
"""

from collections.abc import Sequence

from portal.core.italy.periods import Period
from portal.reports.measures.asking import count_askers, count_asking, count_latecomers
from portal.reports.measures.counts import PartlyTotals, count, count_inserted
from portal.reports.measures.detail import Detail
from portal.reports.measures.ledger import Ledger, read_ledger
from portal.reports.measures.people import divide_users, records_begin
from portal.reports.measures.visits import count_months, divide_visits

__all__ = [
    "Ledger",
    "PartlyTotals",
    "count",
    "count_askers",
    "count_asking",
    "count_inserted",
    "count_latecomers",
    "describe",
    "read_ledger",
    "records_begin",
]


def describe(windows: Sequence[Period], ledger: Ledger | None = None) -> list[Detail | None]:
    """How the users and the visits of each window divide; None where only its totals were kept."""
    ledger = ledger or read_ledger(windows)
    recorded = [window for window in windows if not ledger.totals_within(window)]
    if not recorded:
        return [None for _window in windows]
    divided = zip(recorded, divide_users(recorded), divide_visits(recorded), strict=True)
    found = {
        window: Detail(
            parts=users.parts | visits.parts,
            newcomers=users.newcomers,
            days=visits.days,
            months=count_months(window, ledger),
        )
        for window, users, visits in divided
    }
    return [found.get(window) for window in windows]
