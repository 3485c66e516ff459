# SPDX-License-Identifier: AGPL-3.0-or-later
"""The lines of a comparison worked out a second time, from the four files of the topics."""

import csv
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

from tests.portal.reports.windows_by_hand import Window

Node = tuple[int, str]
"""A topic of one list."""


@dataclass(frozen=True)
class Topic:
    """A row of topics.csv."""

    version: int
    code: str
    label: str
    group: str
    parent: str
    place: int
    row: int | None


@dataclass(frozen=True)
class Line:
    """A piece of the crosswalk: the codes that are counted together."""

    key: str
    label: str
    codes: frozenset[str]
    versions: frozenset[int]
    row: int | None
    group: str


class Lists:
    """The files of a folder."""

    def __init__(self, folder: Path) -> None:
        self.begins = {
            int(row["number"]): date.fromisoformat(row["valid_from"])
            for row in _rows(folder, "versions.csv")
        }
        self.groups = {row["key"]: row["label"] for row in _rows(folder, "groups.csv")}
        self.topics = {
            (one.version, one.code): one for one in map(_topic, _rows(folder, "topics.csv"))
        }
        self.sensitive = {
            row["code"]
            for row in _rows(folder, "topics.csv")
            if row["confidentiality"] == "sensitive"
        }
        self.came_of: dict[Node, set[Node]] = defaultdict(set)
        for row in _rows(folder, "crosswalk.csv"):
            new, old = ((int(row[f"{end}_version"]), row[f"{end}_code"]) for end in ("to", "from"))
            self.came_of[new].add(old)

    @cached_property
    def versions_of(self) -> dict[str, list[int]]:
        found = defaultdict(list)
        for version, code in sorted(self.topics):
            found[code].append(version)
        return found

    def in_force(self, window: Window) -> set[int]:
        """The lists in force on some day of a window."""
        begun = [number for number, first in self.begins.items() if first <= window.last]
        before = [number for number, first in self.begins.items() if first <= window.first]
        return {number for number in begun if number >= max(before)}

    def on(self, day: date) -> int:
        return max(number for number, first in self.begins.items() if first <= day)

    def newest(self, code: str) -> Topic:
        return self.topics[self.versions_of[code][-1], code]

    def has_parts(self, code: str) -> bool:
        return any(topic.parent == code for topic in self.topics.values())

    def has_in(self, code: str, window: Window) -> bool:
        return bool(self.in_force(window) & {*self.versions_of[code]})

    def prospetto(self) -> list[tuple[int, str]]:
        """The rows of the old table, in its order."""
        first = sorted(
            (one for one in self.topics.values() if one.version == 1), key=lambda one: one.place
        )
        return [(one.row, one.label) for one in first if one.row is not None]

    def rows_of(self, node: Node) -> frozenset[int]:
        """On which rows of the old table a topic stands, by what it came of."""
        topic = self.topics[node]
        if topic.version == 1:
            return frozenset() if topic.row is None else frozenset({topic.row})
        origins = self.came_of[node] or ({(topic.version, topic.parent)} if topic.parent else set())
        return frozenset[int]().union(*(self.rows_of(origin) for origin in origins))

    def lines(self, windows: Sequence[Window], recorded: Iterable[str]) -> list[Line]:
        """The connected pieces between the lists in force in these windows, with what was
        recorded in them.
        """
        in_force = set[int]().union(*(self.in_force(window) for window in windows))
        oldest, newest = min(in_force), max(in_force)
        pieces = _Pieces()
        for topic in self.topics.values():
            if oldest <= topic.version <= newest:
                pieces.join(topic.code, topic.parent or topic.code)
        for new, olds in self.came_of.items():
            for old in olds:
                if oldest <= old[0] and new[0] <= newest:
                    pieces.join(old[1], new[1])
        self._attach(pieces, [code for code in recorded if code not in pieces], oldest, newest)
        return [
            self._line(codes, oldest, newest)
            for codes in pieces
            if {*recorded} & codes
            or any((number, code) in self.topics for number in in_force for code in codes)
        ]

    def _attach(self, pieces: "_Pieces", left: list[str], oldest: int, newest: int) -> None:
        """Codes of other lists, to what they came of or to what they became."""
        ways, seen = [*left], {*left}
        inside = {code for (version, code) in self.topics if oldest <= version <= newest}
        while ways:
            code = ways.pop()
            pieces.join(code, code)
            for other in self._beside(code, oldest, newest):
                pieces.join(code, other)
                if other not in inside and other not in seen:
                    seen.add(other)
                    ways.append(other)

    def _beside(self, code: str, oldest: int, newest: int) -> set[str]:
        """Of a later topic what it came of, of an earlier one what it became; or its parent."""
        versions = self.versions_of[code]
        if versions[0] > newest:
            nodes = [(version, code) for version in versions]
            found = {old for node in nodes for _version, old in self.came_of[node]}
        else:
            found = {
                new
                for (version, new), olds in self.came_of.items()
                if version <= oldest and any(old == code for _version, old in olds)
            }
        found -= {code}
        return found or {self.topics[versions[0], code].parent} - {""}

    def _line(self, codes: frozenset[str], oldest: int, newest: int) -> Line:
        entries = [one for one in self.topics.values() if one.code in codes]
        inside = [one for one in entries if oldest <= one.version <= newest]
        first = min(one.version for one in inside or entries)
        named = sorted(
            (one for one in inside or entries if one.version == first and not one.parent),
            key=lambda one: one.place,
        )
        rows = frozenset[int]().union(*(self.rows_of((first, one.code)) for one in named))
        groups = {one.group for one in named}
        return Line(
            key="+".join(one.code for one in named),
            label=_joined([one.label for one in named]),
            codes=codes,
            versions=frozenset(one.version for one in inside),
            row=min(rows) if len(rows) == 1 else None,
            group=groups.pop() if len(groups) == 1 else list(self.groups)[-1],
        )

    def exists(self, line: Line, window: Window) -> bool:
        """Whether it could be marked on some day."""
        return bool(line.versions & self.in_force(window))

    def is_whole(self, line: Line, window: Window) -> bool:
        """Whether it could be marked on every day."""
        return self.in_force(window) <= line.versions


class _Pieces:
    """What is joined to what."""

    def __init__(self) -> None:
        self._above: dict[str, str] = {}

    def __contains__(self, code: str) -> bool:
        return code in self._above

    def join(self, code: str, other: str) -> None:
        for each in (code, other):
            self._above.setdefault(each, each)
        self._above[self._top(code)] = self._top(other)

    def _top(self, code: str) -> str:
        while self._above[code] != code:
            code = self._above[code]
        return code

    def __iter__(self) -> Iterator[frozenset[str]]:
        pieces: dict[str, set[str]] = defaultdict(set)
        for code in self._above:
            pieces[self._top(code)].add(code)
        return map(frozenset, pieces.values())


def _rows(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / name).open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


def _topic(row: dict[str, str]) -> Topic:
    return Topic(
        version=int(row["version"]),
        code=row["code"],
        label=row["label"],
        group=row["group"],
        parent=row["parent"],
        place=int(row["position"]),
        row=int(row["historical_row"]) if row["historical_row"] else None,
    )


def _joined(labels: Collection[str]) -> str:
    """«a, b e c»."""
    *some, last = labels
    if not some:
        return last
    return f"{', '.join(some)} {'ed' if last[0] in 'eEèÈéÉ' else 'e'} {last}"
