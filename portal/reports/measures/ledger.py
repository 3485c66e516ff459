# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is kept of some windows, counted already: totals from before, and the roll-up."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from portal.core.italy.periods import NAMED_KINDS, Period, PeriodKind, period_of
from portal.figures import queries as figures
from portal.figures.models import PastTotal
from portal.figures.rules import Counts


@dataclass(frozen=True)
class Ledger:
    """Read at once for all that one relazione asks of these windows, and for that alone."""

    totals: Sequence[PastTotal]
    rolled_up: Mapping[str, Counts]
    """By the name of each period with a record: the windows that are named, and their months."""

    def totals_within(self, window: Period) -> list[PastTotal]:
        """Past totals that share a day with a window, the earliest first."""
        return [
            total
            for total in self.totals
            if total.starts_on <= window.end and total.ends_on >= window.start
        ]


def read_ledger(windows: Sequence[Period]) -> Ledger:
    """What is kept of these windows and of their months, in two statements."""
    first, last = min(window.start for window in windows), max(window.end for window in windows)
    months = [part for window in windows for _month, part in months_of(window)]
    return Ledger(
        totals=figures.list_past_totals_within(first, last),
        rolled_up=figures.list_counts_of(
            [period.name for period in (*windows, *months) if period.kind in NAMED_KINDS]
        ),
    )


def months_of(window: Period) -> Iterator[tuple[Period, Period]]:
    """The months of a window, each with as much of it as there is in the window."""
    month = period_of(PeriodKind.MONTH, window.start)
    while month.start <= window.end:
        yield month, _clipped(month, window)
        month = period_of(PeriodKind.MONTH, month.end + timedelta(days=1))


def _clipped(month: Period, window: Period) -> Period:
    start, end = max(month.start, window.start), min(month.end, window.end)
    if (start, end) == (month.start, month.end):
        return month
    name = f"{start.isoformat()}..{end.isoformat()}"
    return replace(month, kind=PeriodKind.RANGE, start=start, end=end, name=name)
