# SPDX-License-Identifier: AGPL-3.0-or-later
"""Desks side by side: the value that the page, the files and the JSON of a network read. Pure.

Each desk's figures are those that it told. The network's are sums of counts and of users, and
its rates come of the sums: never a mean of rates.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from string import ascii_lowercase

from portal.core.italy.periods import Period
from portal.figures.rules import Counts, Nameless, sum_by_key
from portal.oversight.columns import DeskFigures, Marked, Named, Protected, Topic
from portal.oversight.published import counts_of
from portal.reports.inference import Funnel, funnel


class News(StrEnum):
    """What became of a correction, or why a period's figures are not those of its relazione."""

    TOLD = "told"
    WAITS = "waits"
    ELSEWHERE = "elsewhere"
    HERE = "here"
    SUM = "sum"


@dataclass(frozen=True)
class Correction:
    """What a desk has corrected of the period, when it was told and, elsewhere, of which other."""

    desk: Named
    news: News
    at: datetime
    period: str = ""


@dataclass(frozen=True)
class NetworkComparison:
    """The desks of a network in a period, in alphabetical order, and those that are missing."""

    network: Named
    period: Period
    baseline: Period
    compiled_at: datetime | None
    desks: tuple[DeskFigures, ...]
    missing: tuple[Named, ...]
    lines: tuple[Topic, ...]
    """Which topics stand side by side, in the order of the list of the period."""

    is_of_before: bool = False
    """Whether it was frozen by a build that knew no variation of some desks alone."""
    corrections: tuple[Correction, ...] = ()

    @property
    def topics(self) -> tuple[Topic, ...]:
        """The lines of all desks."""
        return self.lines

    @cached_property
    def of_both(self) -> tuple[DeskFigures, ...]:
        """The desks of which both periods are known, and can be put side by side."""
        return tuple(desk for desk in self.desks if desk.is_comparable)

    @cached_property
    def sums(self) -> DeskFigures:
        """The network: who went to two desks counts twice.

        The earlier period of some desks only would be another network's: it is not computable.
        Variations are of the desks that have both; comparisons frozen before had none then.
        """
        whole = self._sum(self.desks)
        if len(self.of_both) == len(self.desks):
            return whole
        bare = replace(whole, baseline=None) if self._misses_a_baseline else whole
        return bare if self.is_of_before else replace(bare, of_both=self._sum(self.of_both))

    @property
    def _misses_a_baseline(self) -> bool:
        return any(desk.baseline is None or is_unknown(desk.current) for desk in self.desks)

    def _sum(self, desks: Sequence[DeskFigures]) -> DeskFigures:
        known = [(desk.baseline, desk.protected.all_then) for desk in desks if desk.baseline]
        able = {"of_some": self.is_of_before}
        return DeskFigures(
            desk=self.network,
            current=_sum([(desk.current, desk.protected.all_now) for desk in desks], **able),
            baseline=_sum(known, **able) if known else None,
            topics=self.topics,
            marked=_all_of(desk.marked for desk in desks),
            comparable=None if self.is_of_before else bool(desks) and desks == self.of_both,
            protected=_some_of([desk.protected for desk in desks]),
        )

    @cached_property
    def funnel(self) -> Funnel:
        """Each desk beside the others, where the users of the desk are known."""
        codes = [code for code, _label in self.topics]
        able = [
            desk
            for desk in self.desks
            if isinstance(desk.users, int)
            and desk.current.knows_topics
            and desk.current.tells_topics_of_users
        ]
        users = {desk.desk.slug: int(desk.users or 0) for desk in able}
        return funnel(
            users,
            {
                code: {
                    desk.desk.slug: int(desk.current.of_users(code) or 0)
                    for desk in able
                    if not desk.protected.hides_rate(code, "now")
                }
                for code in codes
            },
        )

    @cached_property
    def marks(self) -> dict[str, str]:
        """The letter that stands beside each desk of which many enquiries are nameless."""
        many = [desk.desk.slug for desk in self.desks if desk.much_nameless]
        return {slug: _letter(number) for number, slug in enumerate(many)}

    @property
    def wanted(self) -> int:
        """How many desks the network has in this period."""
        return len(self.desks) + len(self.missing)


def is_unknown(counts: Counts) -> bool:
    """Whether neither users nor requests of a period are known."""
    return counts.users is None and not counts.knows_topics


def _letter(number: int) -> str:
    """a, b, … z, aa, ab, …"""
    tens, units = divmod(number, len(ascii_lowercase))
    return (_letter(tens - 1) if tens else "") + ascii_lowercase[units]


def _sum(parts: Iterable[tuple[Counts, bool]], *, of_some: bool) -> Counts:
    """Of the desks that have recorded something: nothing on record adds no zero.

    Requests of some desks only would be divided by the users of all: they are not known, but in
    comparisons of before, which printed them (`of_some`), and where all that a desk was asked is
    hidden: then they are so many at least.
    """
    known = [(side, hidden) for side, hidden in parts if not is_unknown(side)]
    users = [side.users for side, _hidden in known if side.users is not None]
    asked = [side for side, _hidden in known if side.knows_topics]
    hidden = sum(is_hidden for _side, is_hidden in known)
    is_whole = bool(asked) and (of_some or len(asked) + hidden == len(known))
    return counts_of(
        sum(users) if known and len(users) == len(known) else None,
        sum_by_key(side.topics for side in asked) if is_whole else None,
        _sum_nameless([side.nameless for side in asked]) if is_whole else None,
    )


def _sum_nameless(sides: Sequence[Nameless | None]) -> Nameless | None:
    """Of the desks that tell it; what the others do not is missing."""
    known = [side for side in sides if side is not None]
    if not known:
        return None
    parts = [side.by_topic for side in known if side.by_topic is not None]
    by_topic = sum_by_key(parts) if len(parts) == len(known) else None
    is_whole = len(known) == len(sides) and all(side.is_whole for side in known)
    return Nameless(sum(side.total for side in known), by_topic, is_whole)


def _some_of(desks: Sequence[Protected]) -> Protected:
    """What some desk hides, the network has only in part."""

    def any_of(name: str) -> frozenset[str]:
        return frozenset[str]().union(*(getattr(protected, name) for protected in desks))

    return Protected(
        any_of("now"),
        any_of("then"),
        any(protected.all_now for protected in desks),
        any(protected.all_then for protected in desks),
        any_of("unsplit_now"),
        any_of("unsplit_then"),
    )


def _all_of(desks: Iterable[Marked]) -> Marked:
    """What some desk could not mark, the network has not of all."""
    each = list(desks)
    return Marked(*(frozenset[str]().union(*(getattr(marked, name) for marked in each)) for name in
                    ("not_now", "not_then", "not_throughout")))  # fmt: skip
