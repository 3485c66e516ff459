# SPDX-License-Identifier: AGPL-3.0-or-later
"""A period as an article and a noun, so that any preposition may stand before it. Pure."""

from typing import NamedTuple

from flask_babel import gettext as _

from portal.core.italy.formats import day, from_to
from portal.core.italy.periods import Period, PeriodKind

_THE = {"il": "il ", "lo": "lo ", "la": "la ", "gli": "gli ", "l’": "l’", "": ""}
_OF = {
    "il": "del ", "lo": "dello ", "la": "della ", "gli": "degli ", "l’": "dell’", "": "di ",
}  # fmt: skip
_IN = {
    "il": "nel ", "lo": "nello ", "la": "nella ", "gli": "negli ", "l’": "nell’", "": "in ",
}  # fmt: skip
_TO = {"il": "al ", "lo": "allo ", "la": "alla ", "gli": "agli ", "l’": "all’"}


class Noun(NamedTuple):
    """«il», «I semestre 2016»; months have no article."""

    article: str
    name: str

    @property
    def the(self) -> str:
        """«il 2016», «l’anno scolastico 2015/2016», «aprile 2016»: as it follows «con»."""
        return _THE[self.article] + self.name

    @property
    def of_it(self) -> str:
        """«del 2016», «dell’anno scolastico 2015/2016», «di aprile 2016»."""
        return _OF[self.article] + self.name

    @property
    def in_it(self) -> str:
        """«nel 2016», «nell’anno scolastico 2015/2016», «in aprile 2016»."""
        return _IN[self.article] + self.name

    @property
    def to_it(self) -> str:
        """«al 2016», «all’anno scolastico 2015/2016», «ad aprile 2016»."""
        if not self.article:
            return ("ad " if self.name.startswith("a") else "a ") + self.name
        return _TO[self.article] + self.name


def noun_of(period: Period) -> Noun:
    """The name of a period; of any two dates, or of a part of a period, its days."""
    if period.start == period.end:
        return Noun("il", _("giorno %(day)s", day=day(period.start)))
    if period.is_partial or period.kind is PeriodKind.RANGE:
        return Noun("il", _("periodo %(dates)s", dates=from_to(period.start, period.end)))
    if period.kind is PeriodKind.YEAR:
        return Noun("il", str(period.start.year))
    if period.kind is PeriodKind.SCHOOL_YEAR:
        return Noun("l’", period.title())
    return Noun("" if period.kind is PeriodKind.MONTH else "il", period.title())


def capitalized(text: str) -> str:
    """As the first word of a sentence."""
    return text[:1].upper() + text[1:]
