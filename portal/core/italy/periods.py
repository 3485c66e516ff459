# SPDX-License-Identifier: AGPL-3.0-or-later
"""The periods of a relazione: month, quarter, four months, half-year, year, school year, range.

A period's length is its kind, never a number of days: 2017-S1 against 2016-S1 is right, leap year
or not. Pure: today is always given. Text comes from formats.py.
"""

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from flask_babel import gettext as _

from portal.core.errors import Refusal
from portal.core.italy import formats

SCHOOL_START = 9
LAST = 31
"""The number of a day that stands for the last of any month."""


class PeriodKind(StrEnum):
    """From the shortest to the longest; a range is any two dates."""

    MONTH = "month"
    QUARTER = "quarter"
    FOUR_MONTHS = "four_months"
    HALF = "half"
    YEAR = "year"
    SCHOOL_YEAR = "school_year"
    RANGE = "range"


MONTHS = {
    PeriodKind.MONTH: 1,
    PeriodKind.QUARTER: 3,
    PeriodKind.FOUR_MONTHS: 4,
    PeriodKind.HALF: 6,
    PeriodKind.YEAR: 12,
    PeriodKind.SCHOOL_YEAR: 12,
}
NAMED_KINDS = tuple(MONTHS)
_LETTERS = {"S": PeriodKind.HALF, "Q": PeriodKind.FOUR_MONTHS, "T": PeriodKind.QUARTER}
_ROMAN = ("I", "II", "III")


@dataclass(frozen=True)
class Period:
    """Two dates, both included. `of` is the open period that this window is cut from."""

    kind: PeriodKind
    start: date
    end: date
    name: str
    of: "Period | None" = None

    @property
    def whole(self) -> "Period":
        return self.of or self

    @property
    def is_partial(self) -> bool:
        return self.of is not None

    @property
    def months(self) -> int | None:
        """How many whole months, or None when it does not start and end with a month."""
        if self.start.day != 1 or not self.ends_with_a_month:
            return None
        return _month_number(self.end) - _month_number(self.start) + 1

    @property
    def days(self) -> int:
        return (self.end - self.start).days + 1

    @property
    def heading(self) -> str:
        """The year, as the head of a column; of a window of an open period, its days."""
        if self.is_partial:
            return self.short_window()
        first, last = self.whole.start.year, self.whole.end.year
        if self.whole.kind is PeriodKind.SCHOOL_YEAR:
            return self.whole.name
        return str(first) if first == last else f"{first}–{last}"

    @property
    def named(self) -> "Period":
        """The named period of the same days, where there is one: written either way it is one."""
        if self.kind is not PeriodKind.RANGE or self.of is not None:
            return self
        same = (one for one in named_periods(self.start) if (one.start, one.end) == self._days)
        return next(same, self)

    @property
    def _days(self) -> tuple[date, date]:
        return self.start, self.end

    @property
    def ends_with_a_month(self) -> bool:
        return self.end == _month_end(self.end.year, self.end.month)

    def baseline(self) -> "Period":
        """The same kind a year earlier; of a window of an open period, the same window.

        What ends with a month is compared with what does, leap year or not.
        """
        if self.of is not None:
            return _cut(self.of.baseline(), self._end_in(-12))
        if self.kind is PeriodKind.RANGE:
            return _range(_year_earlier(self.start), self._end_in(-12))
        return period_of(self.kind, _year_earlier(self.start))

    def _end_in(self, steps: int) -> date:
        """The last day, so many months on; the last of its month stays the last."""
        number = LAST if self.ends_with_a_month else self.end.day
        return _month_later(self.end, steps, number)

    def previous(self) -> "Period":
        """The same kind just before; of a range, as many whole months, or as many days."""
        if self.of is not None:
            return self.of.previous().cut_like(self)
        day_before = self.start - timedelta(days=1)
        if self.kind is PeriodKind.RANGE and self.months:
            return _range(_month_later(self.start, -self.months, 1), day_before)
        if self.kind is PeriodKind.RANGE:
            return _range(self.start - timedelta(days=self.days), day_before)
        return period_of(self.kind, day_before)

    def has_begun(self, today: date) -> bool:
        return self.start <= today

    def is_open(self, today: date) -> bool:
        """Begun and not over: on its last day visits may still come."""
        return self.start <= today <= self.end

    def cut(self, today: date) -> "Period":
        """What there is of an open period; one that is over comes back as it is."""
        if not self.has_begun(today):
            raise ValueError(
                _("Il periodo %(name)s non è ancora cominciato: parte dal %(day)s",
                  name=self.name, day=formats.day(self.start))
            )  # fmt: skip
        return _cut(self.whole, today) if self.whole.is_open(today) else self

    def cut_like(self, partial: "Period") -> "Period":
        """The same stretch of this period as `partial` is of its own."""
        if partial.of is None:
            return self
        if self.kind is PeriodKind.RANGE or partial.of.kind is PeriodKind.RANGE:
            end = self.start + timedelta(days=partial.days - 1)
        else:
            steps = _month_number(partial.end) - _month_number(partial.start)
            number = LAST if partial.ends_with_a_month else partial.end.day
            end = _month_later(self.start, steps, number)
        return _cut(self.whole, min(end, self.whole.end))

    def title(self) -> str:
        """«I semestre 2016»; a partial window has the title of its period."""
        return _TITLES[self.whole.kind](self.whole)

    def window(self) -> str:
        """«1° gennaio – 30 giugno 2016»."""
        return formats.window(self.start, self.end)

    def short_window(self) -> str:
        """«1° gen – 30 giu 2016»."""
        return formats.short_window(self.start, self.end)

    def exact_title(self) -> str:
        """The title of what it holds: of a partial window its days."""
        return self.window() if self.is_partial else self.title()

    def ends_like(self, other: "Period") -> bool:
        """Whether both end on the same day of the year: else both ends must be read."""
        return (self.end.month, self.end.day) == (other.end.month, other.end.day)


def last_half(today: date) -> "Period":
    """The half-year that closed last."""
    return period_of(PeriodKind.HALF, today).previous()


def period_of(kind: PeriodKind, day: date) -> Period:
    """The named period of a kind that contains a day."""
    if kind is PeriodKind.SCHOOL_YEAR:
        year = day.year if day.month >= SCHOOL_START else day.year - 1
        return Period(
            kind, date(year, SCHOOL_START, 1), date(year + 1, 8, 31), f"{year}/{year + 1}"
        )
    length = MONTHS[kind]
    number = (day.month - 1) // length + 1
    return Period(
        kind,
        date(day.year, (number - 1) * length + 1, 1),
        _month_end(day.year, number * length),
        _name(kind, day.year, number),
    )


def between(start: date, end: date) -> Period:
    """The period of these days, the first and the last included, by its name if it has one."""
    return _range(start, end).named


def named_periods(day: date) -> tuple[Period, ...]:
    """The six named periods that contain a day, from the month to the school year."""
    return tuple(period_of(kind, day) for kind in NAMED_KINDS)


def same_length_kind(one: Period, other: Period) -> bool:
    """Whether two periods last the same: as many months, or the same days a year apart."""
    if one.whole.months and other.whole.months:
        return one.whole.months == other.whole.months
    return abs(one.whole.days - other.whole.days) <= 1


def headings(period: Period, baseline: Period) -> tuple[str, str]:
    """Heads of two columns: the years where they tell the periods apart, else the titles.

    Of any two dates, and of a period that is counted only in part, the days that were: never the
    name of all of it.
    """
    same_kind = period.whole.kind is baseline.whole.kind
    is_told_by_year = period.heading != baseline.heading and period.ends_like(baseline)
    if same_kind and period.baseline() == baseline and is_told_by_year:
        return period.heading, baseline.heading
    return _headed(period), _headed(baseline)


def _headed(period: Period) -> str:
    return period.short_window() if period.kind is PeriodKind.RANGE else period.title()


# From text

_YEAR = re.compile(r"[0-9]{4}")
_PART = re.compile(r"([0-9]{4})-([SQT])([0-9])", re.IGNORECASE)
_MONTH = re.compile(r"([0-9]{4})-([0-9]{2})")
_SCHOOL = re.compile(r"([0-9]{4})/([0-9]{4})")
_RANGE = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})\.\.([0-9]{4}-[0-9]{2}-[0-9]{2})")


def parse_period(text: str) -> Period:
    """The period that a name says, or ValueError with one sentence."""
    text = text.strip()
    for pattern, read in _READERS:
        if found := pattern.fullmatch(text):
            return read(found)
    raise ValueError(
        _("Il periodo «%(text)s» non si capisce: scrivilo come 2016, 2016-S1 (semestre), "
          "2016-Q1 (quadrimestre), 2016-T2 (trimestre), 2016-05 (mese), "
          "2016/2017 (anno scolastico) o 2016-01-01..2016-03-15",
          text=formats.shown(text))
    )  # fmt: skip


def read_period(text: str) -> Period:
    """The period that somebody writes: a range of its days is the named period, as its name is.

    What was stored is read by parse_period(): it keeps the name under which it was stored.
    """
    return parse_period(text).named


def require_period(text: str, *, field: str) -> Period:
    """As read_period(); what is no period is refused with its sentence, beside its field."""
    try:
        return read_period(text)
    except ValueError as error:
        raise Refusal(str(error), field=field) from error


def _read_year(found: re.Match[str]) -> Period:
    return _numbered(PeriodKind.YEAR, found[0], 1)


def _read_part(found: re.Match[str]) -> Period:
    kind, number = _LETTERS[found[2].upper()], int(found[3])
    last = 12 // MONTHS[kind]
    if not 1 <= number <= last:
        letter = found[2].upper()
        raise ValueError(
            _("Il periodo %(text)s non esiste: dopo %(letter)s scrivi un numero da 1 a %(last)s",
              text=found[0], letter=letter, last=last)
        )  # fmt: skip
    return _numbered(kind, found[1], number)


def _read_month(found: re.Match[str]) -> Period:
    if not 1 <= int(found[2]) <= 12:
        raise ValueError(_("Il mese %(month)s non esiste", month=found[2]))
    return _numbered(PeriodKind.MONTH, found[1], int(found[2]))


def _numbered(kind: PeriodKind, year: str, number: int) -> Period:
    formats.check_year(int(year))
    return period_of(kind, date(int(year), (number - 1) * MONTHS[kind] + 1, 1))


def _read_school(found: re.Match[str]) -> Period:
    first, second = int(found[1]), int(found[2])
    formats.check_year(first)
    if second != first + 1:
        raise ValueError(
            _("L’anno scolastico %(text)s non esiste: scrivi due anni di seguito, come %(right)s",
              text=found[0], right=f"{first}/{first + 1}")
        )  # fmt: skip
    return period_of(PeriodKind.SCHOOL_YEAR, date(first, SCHOOL_START, 1))


def _read_range(found: re.Match[str]) -> Period:
    start, end = formats.parse_day(found[1]), formats.parse_day(found[2])
    if end < start:
        raise ValueError(
            _("Il periodo finisce prima di cominciare: il %(end)s viene prima del %(start)s",
              start=formats.day(start), end=formats.day(end))
        )  # fmt: skip
    return _range(start, end)


_READERS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Period]], ...] = (
    (_YEAR, _read_year),
    (_PART, _read_part),
    (_MONTH, _read_month),
    (_SCHOOL, _read_school),
    (_RANGE, _read_range),
)

# To text


def _name(kind: PeriodKind, year: int, number: int) -> str:
    if kind is PeriodKind.YEAR:
        return f"{year:04d}"
    if kind is PeriodKind.MONTH:
        return f"{year:04d}-{number:02d}"
    letter = next(letter for letter, named in _LETTERS.items() if named is kind)
    return f"{year:04d}-{letter}{number}"


def _number(period: Period) -> int:
    return (period.start.month - 1) // MONTHS[period.kind] + 1


def _range_title(period: Period) -> str:
    if period.start == period.end:
        return formats.long_day(period.start)
    return formats.from_to(period.start, period.end)


_TITLES: dict[PeriodKind, Callable[[Period], str]] = {
    PeriodKind.MONTH: lambda p: formats.month_year(p.start),
    PeriodKind.QUARTER: lambda p: _("%(n)sº trimestre %(y)s", n=_number(p), y=p.start.year),
    PeriodKind.FOUR_MONTHS: lambda p: _(
        "%(n)s quadrimestre %(y)s", n=_ROMAN[_number(p) - 1], y=p.start.year
    ),
    PeriodKind.HALF: lambda p: _("%(n)s semestre %(y)s", n=_ROMAN[_number(p) - 1], y=p.start.year),
    PeriodKind.YEAR: lambda p: _("anno %(y)s", y=p.start.year),
    PeriodKind.SCHOOL_YEAR: lambda p: _("anno scolastico %(name)s", name=p.name),
    PeriodKind.RANGE: _range_title,
}

# Dates


def _range(start: date, end: date, of: Period | None = None) -> Period:
    return Period(PeriodKind.RANGE, start, end, f"{start.isoformat()}..{end.isoformat()}", of)


def _cut(whole: Period, end: date) -> Period:
    return _range(whole.start, end, whole)


def _year_earlier(day: date) -> date:
    return _month_later(day, -12, day.day)


def _month_number(day: date) -> int:
    return day.year * 12 + day.month - 1


def _month_end(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])


def _month_later(day: date, steps: int, number: int) -> date:
    """The given day of the month `steps` months on, or that month's last day."""
    year, month = divmod(_month_number(day) + steps, 12)
    last = _month_end(year, month + 1)
    return last.replace(day=min(number, last.day))
