# SPDX-License-Identifier: AGPL-3.0-or-later
"""Numbers and dates as Italian text, and Italian dates back from text.

The only place where a figure becomes a string. Rounding is half up on the exact fraction: a float
is refused, because the variations of a relazione must be right to the digit.
"""

import re
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from fractions import Fraction
from functools import cache

from babel.dates import format_date
from babel.numbers import get_decimal_symbol, get_group_symbol
from flask_babel import gettext as _
from flask_babel import ngettext

from portal.core import clock

LOCALE = "it"
MINUS = "\u2212"
HYPHEN = "-"
NBSP = "\u00a0"
NOT_COMPUTABLE = "n.d."
DOES_NOT_APPLY = "—"
FIRST_YEAR, LAST_YEAR = 1900, 2100

Exact = int | Fraction | Decimal


# Numbers


def rounded(value: Exact, places: int) -> int:
    """The value in units of 10^-places, half up (away from zero), from the exact fraction."""
    if isinstance(value, float):
        raise TypeError("a float is not exact: pass an int, a Fraction or a Decimal")
    top, under = value.as_integer_ratio()
    units = (2 * abs(top) * 10**places + under) // (2 * under)
    return -units if top < 0 else units


def _spelled(units: int, places: int, group: str, mark: str) -> str:
    whole, rest = divmod(abs(units), 10**places)
    text = f"{whole:,}".replace(",", group)
    return f"{text}{mark}{rest:0{places}d}" if places else text


@cache
def _symbols(locale: str) -> tuple[str, str]:
    """Between thousands and before decimals: asking Babel costs more than writing the number."""
    return get_group_symbol(locale), get_decimal_symbol(locale)


def decimal(value: Exact, places: int = 1, *, minus: str = MINUS) -> str:
    """1234.65 -> «1.234,7». Never «-0,0»: the sign is that of the rounded figure."""
    units = rounded(value, places)
    text = _spelled(units, places, *_symbols(LOCALE))
    return minus + text if units < 0 else text


def signed(value: Exact, places: int = 1, *, minus: str = MINUS) -> str:
    """As decimal(), with the explicit + of a variation; zero has no sign."""
    text = decimal(value, places, minus=minus)
    return "+" + text if rounded(value, places) > 0 else text


def plain(value: Exact, places: int = 0, *, mark: str = ".") -> str:
    """For files: no thousand points, hyphen-minus, the decimal mark asked for."""
    units = rounded(value, places)
    return (HYPHEN if units < 0 else "") + _spelled(units, places, "", mark)


def count(number: int | Fraction) -> str:
    """«1.234»; the mean of several counts has one decimal."""
    return decimal(number, 0 if isinstance(number, int) else 1)


def at_least(number: int) -> str:
    """«almeno 1.234»: a sum of which a part is hidden."""
    return _("almeno %(n)s", n=count(number))


def percent(number: int | Fraction, total: int | Fraction, places: int = 1) -> str:
    """67 of 149 -> «45,0 %» with a no-break space; of nothing it is not computable."""
    if not total:
        return NOT_COMPUTABLE
    return decimal(Fraction(100 * number, total), places) + NBSP + "%"


def historical_points(value: Exact) -> str:
    """As the desk's own document prints a variation: «14,8%», «-10,7%», no plus, no space."""
    return plain(value, 1, mark=_symbols(LOCALE)[1]) + "%"


# Numbers from text

MOST_COUNTED = 999_999_999
# The thousands apart by a point or a space, which must be the same all the way: «12.5» and «1.17»
# are no number of people.
_COUNT = re.compile(r"[0-9]+|[1-9][0-9]{0,2}([. \u00a0\u202f])[0-9]{3}(?:\1[0-9]{3})*")


def parse_count(text: str, *, most: int = MOST_COUNTED) -> int:
    """Understand 1172, 1.172 and 1 172, wherever a count is typed or comes in a file."""
    found = _COUNT.fullmatch(text.strip())
    digits = re.sub(r"[^0-9]", "", found[0]).lstrip("0") if found else ""
    if found and len(digits) <= len(str(most)) and int(digits or 0) <= most:
        return int(digits or 0)
    if not found and most == MOST_COUNTED:
        raise ValueError(_("Scrivi un numero intero da 0 in su, per esempio 38 o 1.172"))
    raise ValueError(_("Scrivi un numero intero da 0 a %(most)s", most=count(most)))


# Words around numbers


def joined(items: Sequence[str]) -> str:
    """«a, b e c»; «ed» before an e."""
    if len(items) < 2:
        return "".join(items)
    link = "ed" if items[-1][:1].lower() in ("e", "è", "é") else "e"
    return f"{', '.join(items[:-1])} {link} {items[-1]}"


def to_figure(text: str) -> str:
    """A figure after the preposition «a»: «al 45,0 %», «all’8,3 %», «allo 0,5 %»."""
    whole = re.split(r"[^0-9.]", text, maxsplit=1)[0].replace(".", "")
    if whole == "0":
        return "allo " + text
    # Otto, ottanta, ottocento, uno, undici, undicimila: what is heard decides, not what is written.
    eleven = whole.startswith("11") and len(whole) % 3 == 2
    return ("all’" if whole.startswith("8") or whole == "1" or eleven else "al ") + text


# Dates to text


def day(value: date) -> str:
    return f"{value:%d/%m}/{value.year:04d}"


def day_month(value: date) -> str:
    """«12 ottobre»; the first of the month is «1° gennaio»."""
    return format_date(value, "d° MMMM" if value.day == 1 else "d MMMM", locale=LOCALE)


def long_day(value: date) -> str:
    return f"{day_month(value)} {value.year}"


def month_year(value: date) -> str:
    return format_date(value, "MMMM y", locale=LOCALE)


def weekday_day(value: date) -> str:
    """«lunedì 23 novembre»."""
    return f"{format_date(value, 'EEEE', locale=LOCALE)} {day_month(value)}"


def past_weekday_day(value: date, today: date) -> str:
    """«lunedì 23 novembre», with the year where it is not this one."""
    return weekday_day(value) if value.year == today.year else f"{weekday_day(value)} {value.year}"


def hour(value: time | datetime) -> str:
    """«9:05», as given: whoever calls has already moved it to Rome."""
    return f"{value.hour}:{value.minute:02d}"


def moment(value: datetime) -> str:
    return f"{day(value.date())} alle {hour(value)}"


def window(start: date, end: date) -> str:
    """«1° gennaio – 30 giugno 2016»: the year is said twice only when it changes."""
    if start == end:
        return long_day(start)
    first = day_month(start) if start.year == end.year else long_day(start)
    return f"{first} – {long_day(end)}"


def short_window(start: date, end: date) -> str:
    """«1° gen – 30 mag 2026», for the head of a column."""
    if start == end:
        return f"{_short_day(start)} {start.year}"
    first = _short_day(start) if start.year == end.year else f"{_short_day(start)} {start.year}"
    return f"{first} – {_short_day(end)} {end.year}"


def short_days(start: date, end: date) -> str:
    """«1° gen – 30 mag», where the years stand apart."""
    return _short_day(start) if start == end else f"{_short_day(start)} – {_short_day(end)}"


def _short_day(value: date) -> str:
    return format_date(value, "d° MMM" if value.day == 1 else "d MMM", locale=LOCALE)


def from_to(start: date, end: date) -> str:
    """«dal 1° gennaio al 15 marzo 2016»; otto and undici elide: «dall’8 all’11 marzo 2016»."""
    first = day_month(start) if start.year == end.year else long_day(start)
    if (start.year, start.month) == (end.year, end.month):
        first = first.split()[0]
    return f"{_before_day('dal', start)}{first} {_before_day('al', end)}{long_day(end)}"


def of_day(value: date) -> str:
    """«del 9 luglio 2016», «dell’8 luglio 2016»."""
    return f"{_before_day('del', value)}{long_day(value)}"


def _before_day(preposition: str, value: date) -> str:
    return preposition + ("l’" if value.day in (8, 11) else " ")


# Dates known in part


@dataclass(frozen=True)
class PartialDate:
    """A birth known to the day, the month or only the year."""

    year: int
    month: int | None = None
    day: int | None = None

    def __post_init__(self) -> None:
        if self.day is not None and self.month is None:
            raise ValueError("a day needs its month")
        check_year(self.year)
        if self.day is None:
            if self.month is not None and not 1 <= self.month <= 12:
                raise ValueError(_("Il mese %(month)s non esiste", month=self.month))
        elif not _exists(self.year, self.month or 0, self.day):
            raise ValueError(_no_such_day(self.year, self.month or 0, self.day))

    @property
    def earliest(self) -> date:
        return date(self.year, self.month or 1, self.day or 1)

    @property
    def latest(self) -> date:
        month = self.month or 12
        return date(self.year, month, self.day or monthrange(self.year, month)[1])

    @property
    def iso(self) -> str:
        parts = (f"{self.year:04d}", self.month, self.day)
        return "-".join(p if isinstance(p, str) else f"{p:02d}" for p in parts if p is not None)


def check_year(year: int) -> None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        limits = {"year": f"{year:04d}", "first": FIRST_YEAR, "last": LAST_YEAR}
        raise ValueError(
            _("L’anno %(year)s non va bene: scrivi un anno tra %(first)s e %(last)s", **limits)
        )


def _exists(year: int, month: int, number: int) -> bool:
    return 1 <= month <= 12 and 1 <= number <= monthrange(year, month)[1]


def _no_such_day(year: int, month: int, number: int) -> str:
    text = f"{number:02d}/{month:02d}/{year:04d}"
    # «Il 11» and «Il 8» are not Italian, and «L’08» is not readable.
    if number in (8, 11):
        return _("La data %(day)s non esiste", day=text)
    return _("Il %(day)s non esiste", day=text)


def partial_day(value: PartialDate) -> str:
    """«12/04/1988», «04/1988» or «1988»: never more than is known."""
    return "/".join(reversed(value.iso.split("-")))


def age(birth: PartialDate, on: date) -> str:
    """«38 anni»; «30–31 anni» where the birthday is not known well enough to say."""
    youngest, oldest = _years(birth.latest, on), _years(birth.earliest, on)
    if oldest < 0:
        return NOT_COMPUTABLE
    if max(youngest, 0) == oldest:
        return ngettext("%(n)s anno", "%(n)s anni", oldest, n=count(oldest))
    return _("%(youngest)s–%(oldest)s anni", youngest=max(youngest, 0), oldest=oldest)


def _years(birth: date, on: date) -> int:
    return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))


# Dates from text

_DMY = re.compile(r"([0-9]{1,2})([/. -])([0-9]{1,2})\2([0-9]{4}|[0-9]{2})")
_RUN = re.compile(r"([0-9]{2})([0-9]{2})([0-9]{4})")
_ISO = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
_MONTH = re.compile(r"([0-9]{1,2})[/.-]([0-9]{4})|([0-9]{4})-([0-9]{1,2})")
_YEAR = re.compile(r"[0-9]{4}")


def parse_day(text: str, *, latest: date | None = None) -> date:
    """Understand 12/4/88, 12/04/1988, 12.4.1988, 12041988 and 1988-04-12.

    A year of two digits is the last one that does not fall after `latest`, which is today unless
    said otherwise: births and visits are never in the future, an expiry passes its own limit.
    """
    text = text.strip()
    if found := _DMY.fullmatch(text):
        number, month, year = int(found[1]), int(found[3]), int(found[4])
        if len(found[4]) == 2:
            year = _full_year(year, month, number, latest or clock.today())
    elif found := _RUN.fullmatch(text):
        number, month, year = int(found[1]), int(found[2]), int(found[3])
    elif found := _ISO.fullmatch(text):
        year, month, number = int(found[1]), int(found[2]), int(found[3])
    else:
        raise ValueError(
            _("La data «%(text)s» non si capisce: scrivila come 12/04/1988", text=shown(text))
        )
    return PartialDate(year, month, number).earliest


def _full_year(two_digits: int, month: int, number: int, latest: date) -> int:
    year = latest.year - latest.year % 100 + 100 + two_digits
    while (year, month, number) > (latest.year, latest.month, latest.day):
        year -= 100
    return year


def parse_partial(text: str, *, latest: date | None = None) -> PartialDate:
    """As parse_day, and also 1988, 04/1988 and 1988-04."""
    text = text.strip()
    if _YEAR.fullmatch(text):
        return PartialDate(int(text))
    if found := _MONTH.fullmatch(text):
        year, month = (found[2], found[1]) if found[2] else (found[3], found[4])
        return PartialDate(int(year), int(month))
    known = parse_day(text, latest=latest)
    return PartialDate(known.year, known.month, known.day)


def shown(text: str, length: int = 30) -> str:
    """What somebody typed, short and on one line: even ten megabytes of noise can be quoted."""
    printable = (c if c.isprintable() else " " for c in text[: length * 4])
    line = " ".join("".join(printable).split())
    whole = len(line) <= length and len(text) <= length * 4
    return line if whole else line[:length] + "…"
