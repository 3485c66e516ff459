# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who reads, from which number on a count of persons may be told, and what a publication tells."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

LEAST = 3
"""D.Lgs. 196/2003, All. A.4, art. 5: a count below three persons may name them."""
LEAST_SENSITIVE = 5
"""Of topics of protection, health, law and social services."""
OTHERS = "altre"
"""The line that small groups are told in together."""


class Audience(StrEnum):
    """Who reads a relazione: the desk itself, its network, or whoever wants to."""

    DESK = "desk"
    NETWORK = "network"
    PUBLIC = "public"


TOPICS, NAMELESS = "topics", "nameless"
ADDITIVE = frozenset({TOPICS, NAMELESS})
"""The parts whose counts of a year are the sum of its months: the others count persons."""


@dataclass(frozen=True)
class Sheet:
    """One division of one period, as one publication tells it.

    `values` are the true counts. Those of `lump` are told together, under OTHERS; those of
    `hidden`, which may name OTHERS, not at all. The sum of all is always told. `moment` orders
    publications: the counts of two are those of two different days. `persons` says of how many
    persons a count is, where it is not itself one.
    """

    place: str
    start: date
    end: date
    moment: int
    part: str
    values: Mapping[str, int]
    hidden: frozenset[str] = frozenset()
    lump: frozenset[str] = frozenset()
    least: Mapping[str, int] = field(default_factory=dict)
    persons: Mapping[str, int] = field(default_factory=dict)
    late: frozenset[str] = frozenset()
    """Lines that are there only because somebody asked: that they are not zero is plain."""
    floor: int = LEAST
    """From which number on any other line may be told; 1 where whoever reads may know them all."""
    most: Mapping[str, int] = field(default_factory=dict)
    """What a count cannot exceed, where another table tells so."""
    is_told: bool = True
    """Whether its total and its lines are told at all; else only what others say of it is known."""

    @property
    def total(self) -> int:
        return sum(self.values.values())

    @property
    def window(self) -> tuple[str, date, date]:
        """Which counts these are, whenever they were told."""
        return self.place, self.start, self.end

    @property
    def name(self) -> tuple[str, date, date, int]:
        """Which telling of these counts it is."""
        return (*self.window, self.moment)

    def least_of(self, code: str) -> int:
        return self.least.get(code, self.floor)

    def is_small(self, code: str, number: int) -> bool:
        """Whether so many are few enough to be known."""
        return 0 < abs(number) < self.least_of(code)

    def is_protected(self, code: str) -> bool:
        """Whether a count is of so few persons that nobody may come to know it."""
        if code == OTHERS:
            return self.is_small(OTHERS, self.others)
        number = self.values.get(code, 0)
        return self.is_small(code, number) or (
            number > 0 and self.is_small(code, self.persons.get(code, number))
        )

    @property
    def others(self) -> int:
        return sum(self.values.get(code, 0) for code in self.lump)

    @property
    def told(self) -> dict[str, int]:
        """Every line of the table, shown or not, in its order."""
        lines = {code: number for code, number in self.values.items() if code not in self.lump}
        return lines | ({OTHERS: self.others} if self.lump else {})

    def least_hidden(self, code: str) -> int:
        """What a mark stands for at least: one, where every zero of the table is told as zero."""
        if code in self.late and self.values.get(code):
            return 1
        return min([1, *(self.told.get(one, 0) for one in self.hidden)])

    def hiding(self, codes: frozenset[str]) -> "Sheet":
        return replace(self, hidden=self.hidden | codes)


def together(sheets: Sequence[Sheet]) -> list[Sheet]:
    """Those that tell the same counts of the same days as one, in which what any shows is shown."""
    found: dict[tuple[object, ...], Sheet] = {}
    for sheet in sheets:
        key = (*sheet.window, sheet.part, sheet.lump, frozenset(sheet.values.items()))
        same = found.setdefault(key, sheet)
        found[key] = replace(same, hidden=same.hidden & sheet.hidden)
    return list(found.values())


def share_hidden(sheets: list[Sheet]) -> tuple[int, int]:
    """How many of the lines that are not zero are hidden, and how many there are."""
    lines = [(one, code) for one in sheets for code, number in one.told.items() if number]
    return sum(code in one.hidden for one, code in lines), len(lines)
