# SPDX-License-Identifier: AGPL-3.0-or-later
"""On which days a desk is open and how busy they are: May is full, August and December are not.

Pure.
"""

from datetime import date, timedelta
from random import Random

HOLIDAYS = {
    (1, 1), (1, 6), (4, 25), (5, 1), (6, 2), (8, 15), (11, 1), (12, 8), (12, 25), (12, 26),
}  # fmt: skip
BUSY = {5: 16, 8: 5, 12: 6}
USUAL = 10


def open_days(first: date, last: date, weekdays: tuple[int, ...]) -> list[date]:
    """The days between the two on which a desk with these weekdays receives; Monday is 0."""
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return [
        day for day in days if day.weekday() in weekdays and (day.month, day.day) not in HOLIDAYS
    ]


def draw_days(number: int, days: list[date], draw: Random) -> list[date]:
    """So many of these days, in order, the same one more than once, the busy months more often."""
    return sorted(draw.choices(days, [BUSY.get(day.month, USUAL) for day in days], k=number))
