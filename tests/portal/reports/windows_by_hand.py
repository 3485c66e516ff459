# SPDX-License-Identifier: AGPL-3.0-or-later
"""The windows of a comparison worked out a second time, from the name of a period and a day."""

import re
from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date, timedelta

DAY = timedelta(days=1)
LENGTHS = {"month": 1, "quarter": 3, "four": 4, "half": 6, "year": 12, "school": 12}
LETTERS = {"T": "quarter", "Q": "four", "S": "half"}
RANGE = "range"


@dataclass(frozen=True)
class Window:
    """Days that are counted, the last included; of a period still open those until today."""

    kind: str
    first: date
    last: date
    whole_last: date
    is_cut: bool = False

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    def has(self, day: date) -> bool:
        return self.first <= day <= self.last


def month_of(day: date) -> int:
    return day.year * 12 + day.month - 1


def in_month(month: int, number: int) -> date:
    """The day of this number, or the last of the month."""
    year, place = divmod(month, 12)
    return date(year, place + 1, min(number, monthrange(year, place + 1)[1]))


def ends_a_month(day: date) -> bool:
    return (day + DAY).day == 1


def moved(day: date, months: int) -> date:
    """So many months on; what ends a month still does."""
    return in_month(month_of(day) + months, 31 if ends_a_month(day) else day.day)


def window_of(name: str) -> Window:
    """The period that has this name; two dates that are those of a named period are that one."""
    if found := re.fullmatch(r"(\d{4})-([TQS])(\d)", name):
        length = LENGTHS[LETTERS[found[2]]]
        return _named(LETTERS[found[2]], date(int(found[1]), length * (int(found[3]) - 1) + 1, 1))
    if re.fullmatch(r"\d{4}", name):
        return _named("year", date(int(name), 1, 1))
    if re.fullmatch(r"\d{4}-\d{2}", name):
        return _named("month", date.fromisoformat(f"{name}-01"))
    if found := re.fullmatch(r"(\d{4})/\d{4}", name):
        return _named("school", date(int(found[1]), 9, 1))
    first, last = map(date.fromisoformat, name.split(".."))
    return between(first, last)


def between(first: date, last: date) -> Window:
    for kind in LENGTHS:
        named = around(kind, first)
        if (named.first, named.last) == (first, last):
            return named
    return Window(RANGE, first, last, last)


def around(kind: str, day: date) -> Window:
    """The period of a kind that has this day."""
    begins = 8 if kind == "school" else 0
    month = month_of(day) - begins
    return _named(kind, in_month(month - month % LENGTHS[kind] + begins, 1))


def _named(kind: str, first: date) -> Window:
    last = in_month(month_of(first) + LENGTHS[kind], 1) - DAY
    return Window(kind, first, last, last)


def name_of(window: Window) -> str:
    """As files name it: of a period still open, the days that were counted."""
    if window.is_cut:
        return f"{window.first}..{window.last}"
    year, month = window.first.year, window.first.month
    letters = {kind: letter for letter, kind in LETTERS.items()}
    if window.kind in letters:
        return f"{year}-{letters[window.kind]}{(month - 1) // LENGTHS[window.kind] + 1}"
    return {
        "year": f"{year}",
        "month": f"{year}-{month:02}",
        "school": f"{year}/{year + 1}",
        RANGE: f"{window.first}..{window.whole_last}",
    }[window.kind]


def cut_at(window: Window, today: date) -> Window:
    """Of a period still open what there is of it."""
    if window.first <= today <= window.whole_last:
        return replace(window, last=today, is_cut=True)
    return window


def cut_like(window: Window, other: Window) -> Window:
    """The same days of it as the other has of its own."""
    if not other.is_cut:
        return window
    if RANGE in (window.kind, other.kind):
        last = window.first + (other.days - 1) * DAY
    else:
        month = month_of(window.first) + month_of(other.last) - month_of(other.first)
        last = in_month(month, 31 if ends_a_month(other.last) else other.last.day)
    return replace(window, last=min(last, window.whole_last), is_cut=True)


def year_before(window: Window) -> Window:
    """The same period of the year before, and of it the same days."""
    first = in_month(month_of(window.first) - 12, window.first.day)
    last = moved(window.whole_last, -12)
    whole = Window(window.kind, first, last, last)
    return replace(whole, last=moved(window.last, -12), is_cut=True) if window.is_cut else whole


def just_before(window: Window) -> Window:
    """The same kind just before; of two dates as many months, or as many days."""
    day = window.first - DAY
    length = (window.whole_last - window.first).days
    if window.kind != RANGE:
        found = around(window.kind, day)
    elif window.first.day == 1 and ends_a_month(window.whole_last):
        months = month_of(window.whole_last) - month_of(window.first) + 1
        found = Window(RANGE, in_month(month_of(window.first) - months, 1), day, day)
    else:
        found = Window(RANGE, day - length * DAY, day, day)
    return cut_like(found, window)


def windows_of(period: str, baseline: str | None, today: date) -> tuple[Window, tuple[Window, ...]]:
    """The window of a period, and the earlier ones beside it, the newest first."""
    window = cut_at(window_of(period), today)
    if baseline == "nessuno":
        return window, ()
    if baseline in (None, "anno-prima"):
        return window, (year_before(window),)
    if baseline == "precedente":
        return window, (just_before(window),)
    if baseline == "media-3":
        one = year_before(window)
        two = year_before(one)
        return window, (one, two, year_before(two))
    other = window_of(str(baseline))
    if window.is_cut or not other.first <= today <= other.whole_last:
        return window, (cut_like(other, window),)
    other = cut_at(other, today)
    return cut_like(window, other), (other,)
