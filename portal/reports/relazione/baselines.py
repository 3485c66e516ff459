# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a period is compared with: an earlier period, the mean of three, or nothing. Pure.

The three of a mean are the same period of the three years before, so that a half-year is never
told beside halves of another season. Users of different periods are different counts of the same
people: their mean is one of counts, never of distinct persons over all three.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.core.italy import formats
from portal.core.italy.nouns import Noun, noun_of
from portal.core.italy.periods import (
    Period,
    PeriodKind,
    headings,
    period_of,
    read_period,
)

OF_A_MEAN = 3


class Choice(StrEnum):
    """As addresses and the command line write them; any other text is a period's name."""

    LAST_YEAR = "anno-prima"
    PREVIOUS = "precedente"
    MEAN = "media-3"
    NONE = "nessuno"


LABELS = {
    Choice.LAST_YEAR: _l("Stesso periodo di un anno prima"),
    Choice.PREVIOUS: _l("Periodo precedente"),
    Choice.MEAN: _l("Media dei tre anni prima"),
    Choice.NONE: _l("Nessuno"),
}


@dataclass(frozen=True)
class Baseline:
    """The earlier periods, the newest first: none, one, or the three of a mean.

    `known` are those of a mean in which something was recorded: it is of these alone.
    """

    periods: tuple[Period, ...]
    known: tuple[Period, ...] = ()

    @property
    def name(self) -> str:
        """By which it can be asked for again: a period's own name stays right for ever."""
        if not self.periods:
            return Choice.NONE
        return Choice.MEAN if self.is_mean else self.periods[0].whole.name

    @property
    def window_name(self) -> str:
        """For the head of a file: the names of the periods counted, of an open one its dates."""
        if not self.periods:
            return self.name
        names = [period.name for period in reversed(self.counted)]
        return names[0] if len(names) == 1 else _("media %(years)s", years=formats.joined(names))

    @property
    def is_mean(self) -> bool:
        return len(self.periods) > 1

    @property
    def period(self) -> Period | None:
        """The one period, where it is one."""
        return self.periods[0] if len(self.periods) == 1 else None

    def title(self, period: Period | None = None) -> str:
        """«I semestre 2015», the days of it that were counted, or of which years it is the mean.

        The days of a mean are written also where they end otherwise than those of `period`.
        """
        if self.is_mean:
            return self._mean_title(period)
        return self.periods[0].exact_title() if self.periods else ""

    def noun(self, period: Period) -> Noun:
        """The same, to stand after a preposition: «la media 2013–2015»; where there is one."""
        if len(self.counted) == 1:
            return noun_of(self.counted[0])
        return Noun("la", self._mean_title(period))

    @property
    def counted(self) -> tuple[Period, ...]:
        """The periods whose figures these are."""
        return self.known if self.is_mean and self.known else self.periods

    def _mean_title(self, period: Period | None) -> str:
        """Named by the years that it holds; of a single one there is no mean."""
        held = self.counted[::-1]
        with_days = not self.ends_like(period or held[0])
        if len(held) == 1:
            return held[0].short_window() if with_days else held[0].heading
        if not (with_days or held[0].is_partial):
            return _("media %(years)s", years=_run_of_years(held))
        by_days: dict[str, list[Period]] = {}
        for earlier in held:
            days = formats.short_days(earlier.start, earlier.end)
            by_days.setdefault(days, []).append(earlier)
        dated = [f"{days} {_run_of_years(alike)}" for days, alike in by_days.items()]
        return _("media %(years)s", years=", ".join(dated))

    def ends_like(self, period: Period) -> bool:
        """Whether each period that it is of ends on the same day of the year as this one."""
        return all(period.ends_like(earlier) for earlier in self.counted)

    def years(self) -> list[str]:
        """The year of each, the oldest first: «2015», «2015/2016»."""
        return [year_of(period) for period in reversed(self.counted)]

    def heads(self, period: Period) -> tuple[str, str]:
        """Heads of the two columns of a table: the present period's and this one's."""
        if self.period is not None:
            return headings(period, self.period)
        if not self.periods:
            return period.heading, ""
        if self.ends_like(period):
            return period.heading, self.title(period)
        return headings(period, self.counted[0])[0], self.title(period)

    def is_usual(self, period: Period) -> bool:
        """Whether it is the same period a year earlier."""
        return self.period is not None and self.period == period.baseline()


def baseline_of(period: Period, text: str | None, today: date) -> tuple[Period, Baseline]:
    """The baseline that a text names, and the period, cut where the baseline is still open.

    Raises ValueError with one sentence. Nothing named is the same period a year earlier.
    """
    choice = text or Choice.LAST_YEAR
    if choice == Choice.NONE:
        return period, Baseline(())
    if choice == Choice.LAST_YEAR:
        return period, Baseline((period.baseline(),))
    if choice == Choice.PREVIOUS:
        return period, Baseline((period.previous(),))
    if choice == Choice.MEAN:
        return period, Baseline(_years_before(period))
    return _chosen(period, read_period(choice), today)


def year_of(period: Period) -> str:
    """«2015»; of what ends in another year «2015/2016», as a school year."""
    first, last = period.whole.start.year, period.whole.end.year
    return str(first) if first == last else f"{first}/{last}"


def _run_of_years(periods: Sequence[Period]) -> str:
    """«2013–2015» of three in a row; else each of them."""
    years = [year_of(period) for period in periods]
    in_a_row = periods[-1].start.year - periods[0].start.year == len(periods) - 1
    return f"{years[0]}–{years[-1]}" if len(years) > 2 and in_a_row else formats.joined(years)


def _years_before(period: Period) -> tuple[Period, ...]:
    found = [period.baseline()]
    while len(found) < OF_A_MEAN:
        found.append(found[-1].baseline())
    return tuple(found)


def _chosen(period: Period, against: Period, today: date) -> tuple[Period, Baseline]:
    """Where one of the two is still open, as much of the other as there is of it."""
    if not against.has_begun(today):
        raise ValueError(not_begun(against))
    if period.is_partial or not against.is_open(today):
        return period, Baseline((against.cut_like(period),))
    against = against.cut(today)
    return period.cut_like(against), Baseline((against,))


def chosen_again(name: str, *, of: Period, to: Period) -> str:
    """What a baseline chosen for one period is for another of its kind.

    What follows from the period follows from the other too. One that was picked is picked again:
    of another year, the part of that year which the other is of its own.
    """
    if name in (Choice.MEAN, Choice.NONE):
        return name
    picked = read_period(name)
    if picked == of.baseline():
        return Choice.LAST_YEAR
    if picked == of.previous():
        return Choice.PREVIOUS
    if picked.kind is not to.kind or picked.kind is PeriodKind.RANGE:
        return name
    return period_of(to.kind, date(picked.start.year, to.start.month, 1)).name


def not_begun(period: Period) -> str:
    """Why a period of the future cannot be counted."""
    return _("Il periodo %(period)s non è ancora cominciato.", period=period.name)


def not_itself(period: Period) -> str:
    """Why a period is not compared with itself."""
    return _("Il periodo %(period)s non si confronta con sé stesso: scegline un altro.",
             period=period.name)  # fmt: skip


def choices(period: Period) -> list[tuple[str, str]]:
    """What the page offers, each with the period that it means."""
    offered = [(str(choice), str(label)) for choice, label in LABELS.items()]
    if period.kind is PeriodKind.RANGE and not period.is_partial:
        return offered
    told = {
        Choice.LAST_YEAR: period.baseline().whole.title(),
        Choice.PREVIOUS: period.previous().whole.title(),
    }
    return [
        (value, f"{label} ({told[Choice(value)]})" if value in told else label)
        for value, label in offered
    ]
