# SPDX-License-Identifier: AGPL-3.0-or-later
"""A desk's column in the comparison: what it told, on the lines of the two periods. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from portal.figures.rules import Counts, Number, regrouped
from portal.oversight.published import (
    VERDICT,
    Publication,
    Read,
    Reading,
    baseline_of,
    current_of,
    hidden_of,
    unsplit_of,
)
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
class Protected:
    """Lines that are hidden of a desk, or of some desk in a sum; `all_…`: the services too.

    `unsplit_…` are shown, without what of them is nameless, and so without a rate.
    """

    now: frozenset[str] = frozenset()
    then: frozenset[str] = frozenset()
    all_now: bool = False
    all_then: bool = False
    unsplit_now: frozenset[str] = frozenset()
    unsplit_then: frozenset[str] = frozenset()

    def hides(self, code: str, side: str) -> bool:
        """Whether a line is among them, or the sum of all lines («»)."""
        if not code:
            return bool(getattr(self, f"all_{side}"))
        return code in getattr(self, side)

    def hides_rate(self, code: str, side: str) -> bool:
        """Whether it is not told by how many enquiries of users a line is divided."""
        return self.hides(code, side) or code in getattr(self, f"unsplit_{side}")


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
    protected: Protected = Protected()

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
        not_now, not_then = marked.not_now, marked.not_then
        if self.comparable is None:
            # A sum is of what was told; so is a line of several topics, some of them hidden.
            not_now |= _untold(self.protected.now, self.current)
            not_then |= _untold(self.protected.then, baseline)
        known = baseline is not None and code not in not_then
        row = topic_row(
            code,
            label,
            None if code in not_now else asked_of(self.current, code),
            asked_of(baseline, code) if known else None,
            comparable=code not in marked.not_throughout and self.may_vary,
        )
        return self._unsplit(row) if self.comparable is None else row

    def _unsplit(self, row: TopicRow) -> TopicRow:
        """Without a rate where it is not told what it would be of."""
        if self.protected.hides_rate(row.code, "now"):
            row = replace(row, nameless=None, of_users=None, incidence=None, variation=None)
        if self.protected.hides_rate(row.code, "then"):
            row = replace(row, baseline_nameless=None, baseline_of_users=None,
                          baseline_incidence=None, variation=None)  # fmt: skip
        return row

    def total(self, label: str) -> TopicRow:
        """The line of all services."""
        return total_row(label, self.current, self.baseline)


def _untold(hidden: frozenset[str], side: Counts | None) -> frozenset[str]:
    """The hidden lines of which nothing else is told."""
    return frozenset(code for code in hidden if side is None or not side.topics.get(code))


def figures_of(desk: Named, read: Read, lines: Sequence[Topic]) -> DeskFigures:
    """A desk's figures as a comparison froze them."""
    rows, baseline = read["rows"], baseline_of(read)
    # Where nothing of a period is known, that says nothing of which lists it had.
    now = rows if read["services"] is not None else []
    then = rows if baseline is not None and read["services_baseline"] is not None else []
    protected = replace(
        _hiding(hidden_of(read, "now"), hidden_of(read, "then"), [code for code, _label in lines]),
        unsplit_now=unsplit_of(read, "now"),
        unsplit_then=unsplit_of(read, "then"),
    )
    marked = Marked(
        not_now=frozenset(row["code"] for row in now if row["count"] is None) - protected.now,
        not_then=frozenset(row["code"] for row in then if row["baseline"] is None) - protected.then,
        not_throughout=frozenset(row["code"] for row in then if row["variation"] is None)
        - protected.now - protected.then - protected.unsplit_now - protected.unsplit_then,
    )  # fmt: skip
    verdicts = {row["code"]: {key: row[key] for key in VERDICT} for row in rows if "change" in row}
    return DeskFigures(desk, current_of(read), baseline, tuple(lines), verdicts, marked,
                       protected=protected)  # fmt: skip


def _hiding(
    now: frozenset[str] | None, then: frozenset[str] | None, lines: Sequence[str]
) -> Protected:
    """The lines that are hidden; all of them, and their sum, where nothing may be told."""
    whole = frozenset(lines)
    return Protected(whole if now is None else now, whole if then is None else then,
                     now is None, then is None)  # fmt: skip


def figures_on_lines(
    desk: Named,
    publication: Publication,
    baseline: Reading | None,
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

    now = publication.current()
    shared = tuple((line.key, line.label) for line in shared_lines(lines, windows))
    figures = DeskFigures(
        desk,
        regrouped(now.counts, line_of),
        regrouped(baseline.counts, line_of) if baseline else None,
        shared,
        marked=_marked(lines, windows),
        protected=_on_lines(now, baseline or Reading(now.counts), line_of, shared),
    )
    verdicts = publication.verdicts() if is_own else {}
    repeated = {
        row.code: {key: verdicts[row.code][key] for key in VERDICT}
        if row.code in verdicts and _is_about(verdicts[row.code], row)
        else dict.fromkeys(VERDICT)
        for row in figures.rows()
    }
    return replace(figures, verdicts=repeated)


def _on_lines(
    now: Reading, then: Reading, line_of: Callable[[str], str], lines: Sequence[Topic]
) -> Protected:
    """What is hidden of codes is hidden of the lines that hold them."""
    hidden_now, hidden_then = (
        side.hidden and frozenset(map(line_of, side.hidden)) for side in (now, then)
    )
    return replace(
        _hiding(hidden_now, hidden_then, [key for key, _label in lines]),
        unsplit_now=frozenset(map(line_of, now.unsplit)),
        unsplit_then=frozenset(map(line_of, then.unsplit)),
    )


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
