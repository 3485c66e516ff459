# SPDX-License-Identifier: AGPL-3.0-or-later
"""Desks side by side: the value that the page, the files and the JSON of a network read. Pure.

Each desk's figures are those that it approved. The network's are sums of counts and of users, and
its rates come of the sums: never a mean of rates.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from fractions import Fraction
from functools import cached_property
from string import ascii_lowercase
from typing import Any

from portal.core.italy.periods import Period
from portal.figures.rules import Counts, Nameless, Number, regrouped, sum_by_key
from portal.oversight.published import (
    VERDICT,
    Publication,
    Read,
    baseline_of,
    counts_of,
    current_of,
)
from portal.reports.inference import Funnel, funnel
from portal.reports.relazione.model import (
    TopicRow,
    are_comparable,
    asked_of,
    topic_row,
    total_row,
)
from portal.taxonomy.lines import Days, TopicLine, TopicLines

Topic = tuple[str, str]
"""Code and label."""
MUCH = Fraction(1, 5)
"""Of a desk's enquiries without a name: with more, its figures are read with a note."""


@dataclass(frozen=True)
class Named:
    """A desk as the network calls it."""

    slug: str
    name: str


@dataclass(frozen=True)
class Marked:
    """Which lines nobody could mark: in the period, in the earlier one, on every day of both."""

    not_now: frozenset[str] = frozenset()
    not_then: frozenset[str] = frozenset()
    not_throughout: frozenset[str] = frozenset()


@dataclass(frozen=True)
class DeskFigures:
    """A column: what one desk approved, or (of no desk) the network's sums.

    Counts are by line. `of_both` are the sums of the desks that have both periods: the network's
    variations are theirs.
    """

    desk: Named
    current: Counts
    baseline: Counts | None
    topics: tuple[Topic, ...]
    verdicts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """What the desk's own relazione says of each variation, as its JSON has it."""
    marked: Marked = Marked()
    of_both: "DeskFigures | None" = None
    comparable: bool | None = None
    """Of sums: whether each desk's periods can be put side by side; else it is asked of these."""

    @property
    def users(self) -> Number | None:
        return self.current.users

    @property
    def users_baseline(self) -> Number | None:
        return None if self.baseline is None else self.baseline.users

    @property
    def services(self) -> Number | None:
        return self.current.services

    @property
    def services_baseline(self) -> Number | None:
        return None if self.baseline is None else self.baseline.services

    @property
    def is_comparable(self) -> bool:
        """Whether both periods are known, and of the same enquiries."""
        if self.comparable is not None:
            return self.comparable
        sides = (self.current, self.baseline)
        is_known = all(
            side and side.users is not None and side.knows_topics and side.tells_topics_of_users
            for side in sides
        )
        return is_known and are_comparable(self.current, self.baseline)

    @property
    def much_nameless(self) -> tuple[Counts, ...]:
        """The period, and the earlier one, where of more than a fifth of its enquiries no user."""
        sides = (self.current, self.baseline)
        return tuple(
            side
            for side in sides
            if side and side.nameless and side.nameless.total > MUCH * (side.services or 0)
        )

    def rows(self) -> tuple[TopicRow, ...]:
        """The lines, with zeros where nobody asked and nothing where nobody could."""
        rows = [self._row(code, label) for code, label in self.topics]
        if self.of_both is None:
            return tuple(rows)
        theirs = {row.code: row.variation for row in self.of_both.rows()}
        return tuple(replace(row, variation=theirs[row.code]) for row in rows)

    @property
    def may_vary(self) -> bool:
        """Whether a variation may be told at all."""
        if self.comparable is not None:
            return self.comparable
        return are_comparable(self.current, self.baseline)

    def _row(self, code: str, label: str) -> TopicRow:
        marked, baseline = self.marked, self.baseline
        known = baseline is not None and code not in marked.not_then
        return topic_row(
            code,
            label,
            None if code in marked.not_now else asked_of(self.current, code),
            asked_of(baseline, code) if known else None,
            comparable=code not in marked.not_throughout and self.may_vary,
        )

    def total(self, label: str) -> TopicRow:
        """The line of all services."""
        return total_row(label, self.current, self.baseline)


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
        known = [desk.baseline for desk in desks if desk.baseline is not None]
        return DeskFigures(
            desk=self.network,
            current=_sum([desk.current for desk in desks], of_some=self.is_of_before),
            baseline=_sum(known, of_some=self.is_of_before) if known else None,
            topics=self.topics,
            marked=_all_of(desk.marked for desk in desks),
            comparable=None if self.is_of_before else bool(desks) and desks == self.of_both,
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
                code: {desk.desk.slug: int(desk.current.of_users(code) or 0) for desk in able}
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


def _sum(sides: Iterable[Counts], *, of_some: bool) -> Counts:
    """Of the desks that have recorded something: nothing on record adds no zero.

    Requests of some desks only would be divided by the users of all: they are not known, but in
    comparisons of before, which printed them (`of_some`).
    """
    sides = [side for side in sides if not is_unknown(side)]
    users = [side.users for side in sides]
    known = [number for number in users if number is not None]
    asked = [side for side in sides if side.knows_topics]
    is_whole = bool(asked) and (of_some or len(asked) == len(sides))
    return counts_of(
        sum(known) if sides and len(known) == len(users) else None,
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


def _all_of(desks: Iterable[Marked]) -> Marked:
    """What some desk could not mark, the network has not of all."""
    each = list(desks)
    return Marked(*(frozenset[str]().union(*(getattr(marked, name) for marked in each)) for name in
                    ("not_now", "not_then", "not_throughout")))  # fmt: skip


def figures_of(desk: Named, read: Read, lines: Sequence[Topic]) -> DeskFigures:
    """A desk's figures as a comparison froze them."""
    rows, baseline = read["rows"], baseline_of(read)
    # Where nothing of a period is known, that says nothing of which lists it had.
    now = rows if read["services"] is not None else []
    then = rows if baseline is not None and read["services_baseline"] is not None else []
    marked = Marked(
        not_now=frozenset(row["code"] for row in now if row["count"] is None),
        not_then=frozenset(row["code"] for row in then if row["baseline"] is None),
        not_throughout=frozenset(row["code"] for row in then if row["variation"] is None),
    )
    verdicts = {row["code"]: {key: row[key] for key in VERDICT} for row in rows if "change" in row}
    return DeskFigures(desk, current_of(read), baseline, tuple(lines), verdicts, marked)


def figures_on_lines(
    desk: Named,
    publication: Publication,
    baseline: Counts | None,
    lines: TopicLines,
    windows: tuple[Days, Days],
    *,
    is_own: bool,
) -> DeskFigures:
    """What a desk published, on the lines that the two periods of the network share.

    What the desk says of a variation is repeated only where it was said of these very counts:
    `is_own` says whether the baseline is the one that the desk chose.
    """

    def line_of(code: str) -> str:
        # What is in a total alone is on no line.
        return lines.key_of.get(code, code)

    current = regrouped(publication.current(), line_of)
    then = baseline and regrouped(baseline, line_of)
    figures = DeskFigures(
        desk,
        current,
        then,
        tuple((line.key, line.label) for line in shared_lines(lines, windows)),
        marked=_marked(lines, windows),
    )
    verdicts = publication.verdicts() if is_own else {}
    repeated = {
        row.code: {key: verdicts[row.code][key] for key in VERDICT}
        if row.code in verdicts and _is_about(verdicts[row.code], row)
        else dict.fromkeys(VERDICT)
        for row in figures.rows()
    }
    return replace(figures, verdicts=repeated)


def shared_lines(lines: TopicLines, windows: tuple[Days, Days]) -> list[TopicLine]:
    """Those that a list of one of the two periods has."""
    return [
        line for line in lines.lines if any(lines.exists_in(line, window) for window in windows)
    ]


def _is_about(verdict: Read, row: TopicRow) -> bool:
    """Whether a desk said it of the figures of this line, and of no other part of it."""
    counts = (verdict["count"], verdict["baseline"], verdict.get("nameless"),
            verdict.get("baseline_nameless"))  # fmt: skip
    return counts == (row.count, row.baseline, row.nameless, row.baseline_nameless)


def _marked(lines: TopicLines, windows: tuple[Days, Days]) -> Marked:
    not_now, not_then = (
        frozenset(line.key for line in lines.lines if not lines.exists_in(line, window))
        for window in windows
    )
    return Marked(
        not_now,
        not_then,
        frozenset(
            line.key
            for line in lines.lines
            if not all(lines.is_whole_in(line, window) for window in windows)
        ),
    )


def in_order(labels: Mapping[str, str], order: Sequence[str]) -> tuple[Topic, ...]:
    """Topics as the list has them; what no list knows comes last."""
    known = [(code, labels[code]) for code in order if code in labels]
    return (*known, *((code, labels[code]) for code in sorted(labels.keys() - {*order})))
