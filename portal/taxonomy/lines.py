# SPDX-License-Identifier: AGPL-3.0-or-later
"""The lines of a comparison: topics of several lists that can be told beside each other. Pure.

The crosswalk is the only truth of what came of what. Where one topic became several, or several
became one, no list between two periods tells them apart in both: they make one line. So the lines
are the connected pieces of the crosswalk between the lists in force in either period, together
with every code that was recorded in them; a child stands with its parent.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from portal.core.italy import formats
from portal.taxonomy.rules import TopicEntry, TopicList

JOIN = "+"
"""Between the codes of a line that no single older topic names."""
Days = tuple[date, date]
"""The first and the last day of a period."""


@dataclass(frozen=True)
class TopicLine:
    """A piece. Named by its one topic of the oldest of the lists, else by those together.

    `codes` are counted on it, in the order of the newest of the lists; `versions` the lists that
    have one of them. `historical_row` is None where its older topics stand on several rows, or
    where it has none.
    """

    key: str
    label: str
    codes: tuple[str, ...]
    versions: frozenset[int]
    historical_row: int | None
    group_key: str | None
    is_sensitive: bool


@dataclass(frozen=True)
class TopicLines:
    """The lines, in the order of the list of the present period."""

    lines: tuple[TopicLine, ...]
    topics: TopicList

    @cached_property
    def key_of(self) -> Mapping[str, str]:
        """The line of each code."""
        return {code: line.key for line in self.lines for code in line.codes}

    def exists_in(self, line: TopicLine, days: Days) -> bool:
        """Whether some list in force in these days has it: before, nobody could mark it."""
        return bool(line.versions & self.topics.versions_in(days))

    def is_whole_in(self, line: TopicLine, days: Days) -> bool:
        """Whether it could be marked from the first of these days to the last."""
        return all(self.exists_in(line, (day, day)) for day in days)

    def has_details(self, code: str) -> bool:
        """Whether a topic has others below it, so that to mark it alone says less."""
        return code in self._parents

    @cached_property
    def _parents(self) -> frozenset[str | None]:
        return frozenset(topic.parent_code for topic in self.topics.topics)

    def lists(self, code: str, days: Days) -> bool:
        """Whether some list in force in these days has this very code."""
        known = self.topics.by_version_and_code
        return any((version, code) in known for version in self.topics.versions_in(days))


def lines_between(
    topics: TopicList, in_force: frozenset[int], recorded: Iterable[str], *, current: int
) -> TopicLines:
    """The lines of periods with these lists in force and these codes recorded in them.

    In the order of the list `current`.
    """
    graph = _Graph(topics, in_force, frozenset(recorded))
    lines = [_line(topics, piece, graph) for piece in graph.pieces()]
    return TopicLines(tuple(sorted(lines, key=lambda line: _place(topics, line, current))), topics)


class _Graph:
    """The codes and what joins them."""

    def __init__(
        self, topics: TopicList, in_force: frozenset[int], recorded: frozenset[str]
    ) -> None:
        self.topics, self.in_force, self.recorded = topics, in_force, recorded
        self.oldest, self.newest = min(in_force), max(in_force)
        between = [topic for topic in topics.topics if self.oldest <= topic.version <= self.newest]
        self.known = {topic.code for topic in between}
        self.edges: dict[str, set[str]] = defaultdict(set)
        for topic in between:
            if topic.parent_code:
                self._join(topic.code, topic.parent_code)
        for change in topics.changes:
            if self.oldest <= change.from_version and change.to_version <= self.newest:
                self._join(change.from_code, change.to_code)
        for code in sorted(recorded - self.known):
            self._reach(code)

    def _join(self, code: str, other: str) -> None:
        self.edges[code].add(other)
        self.edges[other].add(code)

    def _reach(self, code: str) -> None:
        """Join a code of another list, by the shortest way back or on, to those of these lists."""
        ways, seen = [code], {code}
        while ways:
            here = ways.pop()
            for there in self._neighbours(here):
                self._join(here, there)
                if there not in self.known and there not in seen:
                    seen.add(there)
                    ways.append(there)

    def _neighbours(self, code: str) -> set[str]:
        """Towards these lists: what a later topic came of, what an earlier one became."""
        version = self.topics.newest[code].version
        later = version > self.newest
        found = {
            change.from_code if later else change.to_code
            for change in self.topics.changes
            if (change.to_code if later else change.from_code) == code
            and (change.to_version > self.newest if later else change.from_version < self.oldest)
        } - {code}
        # One that stands alone since then stood below another in its first list.
        first = min(
            (topic for topic in self.topics.topics if topic.code == code),
            key=lambda topic: topic.version,
        )
        return found or ({first.parent_code} if first.parent_code else set())

    def pieces(self) -> Iterator[frozenset[str]]:
        """Those that a list in force has, or in which something was recorded."""
        listed = {topic.code for topic in self.topics.topics if topic.version in self.in_force}
        left = listed | self.recorded
        while left:
            piece, ways = set[str](), [min(left)]
            while ways:
                code = ways.pop()
                if code not in piece:
                    piece.add(code)
                    ways += self.edges[code]
            left -= piece
            yield frozenset(piece)


def _line(topics: TopicList, piece: frozenset[str], graph: _Graph) -> TopicLine:
    entries = [topic for topic in topics.topics if topic.code in piece]
    inside = [topic for topic in entries if graph.oldest <= topic.version <= graph.newest]
    older = [topic for topic in inside if topic.version == graph.oldest]
    first = min(topic.version for topic in inside or entries)
    named = _tops([topic for topic in inside or entries if topic.version == first])
    rows = frozenset[int]().union(*(topics.rows_of(topic.code) for topic in _tops(older)))
    groups = {topic.group_key for topic in named}
    return TopicLine(
        key=JOIN.join(topic.code for topic in named),
        label=formats.joined([topic.label for topic in named]),
        codes=tuple(dict.fromkeys(topic.code for topic in _newest_first(entries))),
        versions=frozenset(topic.version for topic in inside),
        historical_row=next(iter(rows)) if len(rows) == 1 else None,
        group_key=groups.pop() if len(groups) == 1 else None,
        is_sensitive=any(topic.is_sensitive for topic in entries),
    )


def _tops(entries: Collection[TopicEntry]) -> list[TopicEntry]:
    """Without the children: they stand under these."""
    return [topic for topic in entries if topic.parent_code is None]


def _newest_first(entries: Iterable[TopicEntry]) -> list[TopicEntry]:
    return sorted(entries, key=lambda topic: (-topic.version, topic.position))


def _place(topics: TopicList, line: TopicLine, version: int) -> tuple[int, int, int, str]:
    """By the list of the present period, then by the newest that has it."""
    named = line.key.partition(JOIN)[0]
    listed = [topics.by_version_and_code.get((version, code)) for code in (named, *line.codes)]
    here = [topic.position for topic in listed if topic]
    return (not here, next(iter(here), 0), topics.newest[named].position, line.key)
