# SPDX-License-Identifier: AGPL-3.0-or-later
"""The lines of both layouts, from the one mapping of topics that two periods have. Pure.

The complete table has a row for each line; the historical one adds these up on its fourteen, and
on one more what they do not foresee. So the two can never tell different stories.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from portal.figures.rules import Counts, Number, regrouped
from portal.reports.relazione.model import (
    Asked,
    TopicRow,
    are_comparable,
    asked_of,
    topic_row,
)
from portal.taxonomy.lines import Days, TopicLine, TopicLines

OTHER_LABEL = "Altre richieste (non previste nel prospetto storico)"
OTHER_CODE = "altre"


@dataclass(frozen=True)
class Compared:
    """What was asked in a period and, where it is known, in the earlier ones, by code."""

    lines: TopicLines
    current: Counts
    baseline: Counts | None
    window: Days
    earlier: tuple[Days, ...]

    @cached_property
    def rows(self) -> tuple[TopicRow, ...]:
        """The complete table; a line that no list had in either period is not there."""
        return tuple(
            self._row(line)
            for line in self.lines.lines
            if self.exists_now(line) or self.exists_then(line)
        )

    @property
    def early(self) -> tuple[Number, Number]:
        """Enquiries of lines that no list of their period had, in both."""
        sides = ((self._now, self.exists_now), (self._then, self.exists_then))
        now, then = (
            sum(side.topics.get(line.key, 0) for line in self.lines.lines if not exists(line))
            if side and side.knows_topics
            else 0
            for side, exists in sides
        )
        return now, then

    def line_of(self, early: str) -> dict[str, str]:
        """The line of each code in the period; those that no list of it has stand under one key."""
        return {
            code: line.key if self.exists_now(line) else early
            for line in self.lines.lines
            for code in line.codes
        }

    @property
    def sensitive(self) -> frozenset[str]:
        """Lines as sensitive as the most sensitive of the topics that they hold."""
        return frozenset(line.key for line in self.lines.lines if line.is_sensitive)

    @property
    def has_sensitive_early(self) -> bool:
        """Whether something sensitive was marked before any list had it."""
        topics = self.current.topics
        return any(
            line.is_sensitive and not self.exists_now(line) and topics.get(code)
            for line in self.lines.lines
            for code in line.codes
        )

    @property
    def fresh(self) -> frozenset[str]:
        """Lines that could not be marked on every day of both periods."""
        return frozenset(line.key for line in self.lines.lines if not self.is_whole(line))

    def exists_now(self, line: TopicLine) -> bool:
        return line.key in self._existing_now

    def exists_then(self, line: TopicLine) -> bool:
        """In each of the earlier periods."""
        return line.key in self._existing_then

    def is_whole(self, line: TopicLine) -> bool:
        return line.key in self._whole

    # By their keys: each line is asked for these many times, by its row and by every sum.
    @cached_property
    def _existing_now(self) -> frozenset[str]:
        return self._that_are(lambda line: self.lines.exists_in(line, self.window))

    @cached_property
    def _existing_then(self) -> frozenset[str]:
        if not self.earlier:
            return frozenset()
        return self._that_are(
            lambda line: all(self.lines.exists_in(line, days) for days in self.earlier)
        )

    @cached_property
    def _whole(self) -> frozenset[str]:
        windows = (self.window, *self.earlier)
        return self._that_are(
            lambda line: all(self.lines.is_whole_in(line, days) for days in windows)
        )

    def _that_are(self, holds: Callable[[TopicLine], bool]) -> frozenset[str]:
        return frozenset(line.key for line in self.lines.lines if holds(line))

    @cached_property
    def _now(self) -> Counts:
        return regrouped(self.current, self.lines.key_of.__getitem__)

    @cached_property
    def _then(self) -> Counts | None:
        return self.baseline and regrouped(self.baseline, self.lines.key_of.__getitem__)

    @cached_property
    def _has_one_list(self) -> bool:
        lists = [self.lines.topics.versions_in(days) for days in (self.window, *self.earlier)]
        return len(frozenset[int]().union(*lists)) == 1

    @cached_property
    def _comparable(self) -> bool:
        return are_comparable(self.current, self.baseline)

    def _asked_now(self, line: TopicLine) -> Asked | None:
        return asked_of(self._now, line.key) if self.exists_now(line) else None

    def _asked_then(self, line: TopicLine) -> Asked | None:
        return asked_of(self._then, line.key) if self.exists_then(line) else None

    def _row(self, line: TopicLine) -> TopicRow:
        return topic_row(
            line.key,
            line.label,
            self._asked_now(line),
            self._asked_then(line),
            comparable=self._comparable and self.is_whole(line),
            codes=line.codes,
            details=self._details(line),
            group=self._group(line),
        )

    def _group(self, line: TopicLine) -> tuple[str, str]:
        """Of a line of several topics, under the heading that they share; else under the last."""
        groups = self.lines.topics.groups
        found = [group for group in groups if group.key == line.group_key] or list(groups[-1:])
        return next(((group.key, group.label) for group in found), ("", ""))

    def _details(self, line: TopicLine) -> tuple[TopicRow, ...]:
        """The topics of a line of which somebody asked, unless that is all of it."""
        sides = self._sides(line)
        asked = [
            code for code in line.codes if any(side.topics.get(code) for side in sides if side)
        ]
        if not [code for code in asked if code != line.key]:
            return ()
        return tuple(self._detail(code, *sides, line) for code in asked)

    def _sides(self, line: TopicLine) -> tuple[Counts | None, Counts | None]:
        """The periods in which it could be marked."""
        return (
            self.current if self.exists_now(line) else None,
            self.baseline if self.exists_then(line) else None,
        )

    def _detail(
        self, code: str, current: Counts | None, baseline: Counts | None, line: TopicLine
    ) -> TopicRow:
        newest = self.lines.topics.newest[code]
        then_listed = all(self.lines.lists(code, days) for days in self.earlier)
        return topic_row(
            code,
            newest.label,
            _listed(current, code, self.lines.lists(code, self.window)),
            _listed(baseline, code, then_listed),
            # Where the list changed, a topic of the same name held other things too.
            comparable=self._comparable and self._has_one_list,
            codes=(code,),
            is_rest=self.lines.has_details(code),
            # A child stands under its parent in any list: of the others it must be said.
            is_part_then=bool(baseline) and not then_listed and newest.parent_code != line.key,
        )

    def historical_rows(self, labels: Sequence[tuple[int, str]]) -> tuple[TopicRow, ...]:
        """The rows of the old table (number, label), and one for all that it does not foresee.

        That one is there only when it is not zero in one of the periods, so that the old rows stay
        as they were and the total still adds up. What no list of a period had is not known there.
        """
        rows = [self._added(str(number), label, self._on_row(number)) for number, label in labels]
        others = [line for line in self._on_row(None) if self._is_asked(line)]
        return (*rows, *([self._added(OTHER_CODE, OTHER_LABEL, others)] if others else ()))

    def _on_row(self, number: int | None) -> list[TopicLine]:
        return [line for line in self.lines.lines if line.historical_row == number]

    def _is_asked(self, line: TopicLine) -> bool:
        asked = (self._asked_now(line), self._asked_then(line))
        return any(side and side.number for side in asked)

    def _added(self, code: str, label: str, lines: Sequence[TopicLine]) -> TopicRow:
        return topic_row(
            code,
            label,
            Asked.added([asked for line in lines if (asked := self._asked_now(line))]),
            Asked.added([asked for line in lines if (asked := self._asked_then(line))]),
            comparable=self._comparable and all(map(self.is_whole, lines)),
            codes=tuple(line.key for line in lines),
        )


def _listed(side: Counts | None, code: str, is_listed: bool) -> Asked | None:
    """A detail in a period: of one that no list had then, only what was marked all the same."""
    if side is None or not (is_listed or side.topics.get(code)):
        return None
    return asked_of(side, code)
