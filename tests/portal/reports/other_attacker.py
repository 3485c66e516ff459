# SPDX-License-Identifier: AGPL-3.0-or-later
"""Another attacker, who shares no line with the portal's: from what was printed to what it was.

They have every publication as it was printed, know which figures nobody changed in between, and
try values one by one: a count is safe when three different ones fit everything.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

import numpy as np
from scipy.optimize import LinearConstraint, milp
from scipy.sparse import coo_array

PROTECTED = "•"
LUMP = "altre"


Sum = tuple[int, list[int], str]
"""A table, others beside it, and whether it is the same as their sum, at most that, or at least."""


@dataclass(frozen=True)
class Printed:
    """A table on paper: lines with their text, the total, and what was meant to stay unknown."""

    place: str
    start: date
    end: date
    adds_up_in_time: bool
    lines: Mapping[str, str]
    total: int
    true: Mapping[str, int]
    secret: frozenset[str]

    @property
    def has_lump(self) -> bool:
        return LUMP in self.lines


class OtherAttacker:
    """One unknown for each code of each table, shown ones too; everything known is a row."""

    def __init__(self, papers: Sequence[Printed], members: Mapping[str, Sequence[str]]) -> None:
        self.papers, self.members = papers, members
        self.codes = sorted({code for paper in papers for code in paper.true} - {LUMP})
        self.width = len(papers) * len(self.codes)
        self.rows: list[tuple[dict[int, int], float, float]] = []
        for number, paper in enumerate(papers):
            self._read(number, paper)
        for code in range(len(self.codes)):
            self._compare(code)

    def at(self, paper: int, code: int) -> int:
        return paper * len(self.codes) + code

    def _read(self, number: int, paper: Printed) -> None:
        unlisted = {}
        marks = [name for name, text in paper.lines.items() if text == PROTECTED]
        least = min([1, *(paper.true.get(name, 0) for name in marks if name != LUMP)])
        for code, name in enumerate(self.codes):
            text = paper.lines.get(name)
            if text is None and paper.has_lump:
                unlisted[self.at(number, code)] = 1
                self._say({self.at(number, code): 1}, 0, np.inf)
            elif text == PROTECTED:
                self._say({self.at(number, code): 1}, least, np.inf)
            else:
                self._say({self.at(number, code): 1}, int(text or 0), int(text or 0))
        self._say({self.at(number, code): 1 for code in range(len(self.codes))},
                  paper.total, paper.total)  # fmt: skip
        if unlisted and paper.lines[LUMP] != PROTECTED:
            self._say(unlisted, int(paper.lines[LUMP]), int(paper.lines[LUMP]))

    def _say(self, terms: dict[int, int], low: float, high: float) -> None:
        self.rows.append((terms, low, high))

    def true(self, paper: int, code: int) -> int:
        return self.papers[paper].true.get(self.codes[code], 0)

    def _compare(self, code: int) -> None:
        for whole, pieces, kind in self._sums():
            terms = {self.at(whole, code): 1} | {self.at(one, code): -1 for one in pieces}
            left = self.true(whole, code) - sum(self.true(one, code) for one in pieces)
            if kind == "same" and left == 0:
                self._say(terms, 0, 0)
            elif kind == "most" and left <= 0:
                self._say(terms, -np.inf, 0)
            elif kind == "least" and left >= 0:
                self._say(terms, 0, np.inf)

        for whole, added, taken in self._crossings:
            terms = {self.at(whole, code): 1} | {self.at(one, code): -1 for one in added}
            terms |= {self.at(one, code): 1 for one in taken}
            if not sum(sign * self.true(at // len(self.codes), code) for at, sign in terms.items()):
                self._say(terms, 0, 0)

    @cached_property
    def _crossings(self) -> list[tuple[int, list[int], list[int]]]:
        """A table, two that share days, and the one of these days: the first is their union."""
        newest = {(one.place, one.start, one.end): n for n, one in enumerate(self.papers)
                  if one.adds_up_in_time}  # fmt: skip
        found = []
        for (place, start, middle), one in newest.items():
            for (there, inner, end), other in newest.items():
                if place == there and start < inner <= middle < end:
                    union = newest.get((place, start, end))
                    shared = newest.get((place, inner, middle))
                    if union is not None and shared is not None:
                        found.append((union, [one, other], [shared]))
        return found

    def _sums(self) -> Iterator[Sum]:
        """Each table beside others that make it up, or that are a part of it."""
        for whole, paper in enumerate(self.papers):
            own = [n for n, one in enumerate(self.papers) if n != whole
                   and one.place == paper.place]  # fmt: skip
            for one in own:
                part = self.papers[one]
                same = (part.start, part.end) == (paper.start, paper.end)
                if same and one < whole:
                    yield whole, [one], "same"
                elif not same and paper.start <= part.start and part.end <= paper.end:
                    yield whole, [one], "least"
            for months in (1, 3, 6):
                yield from self._tiled(whole, own, months)
            yield from self._of_desks(whole)

    def _tiled(self, whole: int, own: Sequence[int], months: int) -> Iterator[Sum]:
        """By periods of as many months, the oldest telling of each and the newest."""
        paper = self.papers[whole]
        for order in (1, -1):
            day, found = paper.start, []
            while day <= paper.end:
                fitting = [n for n in own[::order] if self.papers[n].start == day
                           and _months(self.papers[n]) == months]  # fmt: skip
                if not fitting:
                    break
                found.append(fitting[0])
                day = self.papers[fitting[0]].end + timedelta(days=1)
            if len(found) > 1 and day == paper.end + timedelta(days=1):
                yield whole, found, "same" if paper.adds_up_in_time else "most"

    def _of_desks(self, whole: int) -> Iterator[Sum]:
        paper = self.papers[whole]
        desks = self.members.get(paper.place, ())
        days = (paper.start, paper.end)
        newest = {one.place: n for n, one in enumerate(self.papers)
                  if one.place in desks and (one.start, one.end) == days}  # fmt: skip
        if newest:
            kind = "same" if len(newest) == len(desks) else "least"
            yield whole, list(newest.values()), kind

    def known(self) -> list[tuple[Printed, str, list[int]]]:
        """The secret counts of which fewer than three values are possible, with those values."""
        found = []
        for number, paper in enumerate(self.papers):
            for name in sorted(paper.secret):
                codes = [name] if name != LUMP else [
                    one for one in self.codes if one not in paper.lines
                ]  # fmt: skip
                values = self._values([self.at(number, self.codes.index(one)) for one in codes])
                if len(values) < 3:
                    found.append((paper, name, values))
        return found

    def _values(self, unknowns: Sequence[int]) -> list[int]:
        """Up to three possible values: the least, the most, and one between."""
        aim = np.zeros(self.width)
        aim[list(unknowns)] = 1
        ends = [self._best(aim, None), self._best(-aim, None)]
        if ends[1] - ends[0] < 2:
            return sorted(set(ends))
        between = self._best(aim, LinearConstraint(aim, ends[0] + 1, ends[1] - 1))
        return sorted({*ends, between} - {-1})

    @cached_property
    def told(self) -> LinearConstraint:
        cells = [(n, at, sign) for n, row in enumerate(self.rows) for at, sign in row[0].items()]
        rows, columns, signs = zip(*cells, strict=True)
        matrix = coo_array((signs, (rows, columns)), shape=(len(self.rows), self.width)).tocsr()
        return LinearConstraint(
            matrix, [row[1] for row in self.rows], [row[2] for row in self.rows]
        )

    def _best(self, aim: Any, also: LinearConstraint | None) -> int:
        found = milp(
            aim, integrality=np.ones(self.width), constraints=[self.told, *([also] if also else [])]
        )
        if found.x is None:
            return -1
        return round(abs(float(aim @ found.x)))


def _months(paper: Printed) -> int:
    return (paper.end.year - paper.start.year) * 12 + paper.end.month - paper.start.month + 1
