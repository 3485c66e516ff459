# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whoever holds everything published and calculates: how many whole values a hidden count has.

A System is what they know: unknown counts with their least value, and equations between them.
Bounds that follow from single equations come first and settle most; an integer programme
(HiGHS) then looks for ENOUGH different solutions of what is left, and finds that there are none.
"""

from collections import defaultdict, deque
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

ENOUGH = 3
"""How many possible whole values keep a count of persons from being known."""
UNBOUNDED = 10**9
ALMOST = 1e-6
ROUNDS = 10
Key = Hashable


@dataclass(frozen=True)
class Sum:
    """A sum of unknown counts, some of them subtracted, and a known number."""

    terms: Mapping[Key, int] = field(default_factory=dict)
    known: int = 0

    def plus(self, other: "Sum", sign: int = 1) -> "Sum":
        terms = dict(self.terms)
        for key, number in other.terms.items():
            terms[key] = terms.get(key, 0) + sign * number
        left = {key: number for key, number in terms.items() if number}
        return Sum(left, self.known + sign * other.known)

    def of(self, values: Mapping[Key, int]) -> int:
        return self.known + sum(number * values[key] for key, number in self.terms.items())


@dataclass(frozen=True)
class Row:
    """The terms add up to a number that lies between the two."""

    terms: Mapping[Key, int]
    low: int
    high: int


@dataclass
class System:
    """What is known of the hidden counts. `truth` is one solution: what was really counted."""

    truth: dict[Key, int] = field(default_factory=dict)
    lows: dict[Key, int] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)

    def unknown(self, key: Key, truth: int, low: int) -> Sum:
        self.truth[key], self.lows[key] = truth, low
        return Sum({key: 1})

    def equal(self, one: Sum, other: Sum) -> None:
        """Both are the same number."""
        left = one.plus(other, -1)
        if left.terms:
            self.rows.append(Row(left.terms, -left.known, -left.known))

    def at_most(self, one: Sum, other: Sum) -> None:
        """The first is not the larger."""
        left = one.plus(other, -1)
        if left.terms:
            self.rows.append(Row(left.terms, -UNBOUNDED, -left.known))


class Memory:
    """What was found before: solutions that may serve again, and what was never learned."""

    def __init__(self) -> None:
        self.solutions: deque[dict[Key, int]] = deque(maxlen=400)
        self.safe: set[Hashable] = set()

    def about(self, keys: Mapping[Key, int]) -> list[dict[Key, int]]:
        return [one for one in self.solutions if not keys.keys().isdisjoint(one)]


class Attacker:
    """Tries a system, a part after the other: what no equation joins tells nothing of the rest."""

    def __init__(self, system: System, memory: Memory | None = None) -> None:
        self._system = system
        self._memory = memory or Memory()
        self._highs = _upper_bounds(system)
        self._part_of = _parts(system)
        self._made: dict[Key, _Part] = {}

    def learns(self, target: Sum) -> bool:
        """Whether the target has fewer than ENOUGH possible values."""
        if not target.terms or self._range(target) < ENOUGH - 1:
            return True
        roots = {self._part_of[key] for key in target.terms}
        if len(roots) > 1:
            # Parts that nothing joins move freely: one that moves enough is enough.
            return all(
                self.learns(Sum({key: one for key, one in target.terms.items()
                                 if self._part_of[key] == root}))
                for root in roots
            )  # fmt: skip
        return self._part(roots.pop()).learns(target)

    def _range(self, target: Sum) -> int:
        return sum(
            abs(number) * (self._highs[key] - self._system.lows[key])
            for key, number in target.terms.items()
        )

    def _part(self, root: Key) -> "_Part":
        if not self._made:
            self._made = self._divided()
        return self._made[root]

    def _divided(self) -> dict[Key, "_Part"]:
        keys: dict[Key, list[Key]] = defaultdict(list)
        rows: dict[Key, list[Row]] = defaultdict(list)
        for key, root in self._part_of.items():
            keys[root].append(key)
        for row in self._system.rows:
            rows[self._part_of[next(iter(row.terms))]].append(row)
        return {
            root: _Part(self._system, keys[root], rows[root], self._highs, self._memory)
            for root in keys
        }


class _Part:
    """Unknowns that equations join, as an integer programme."""

    def __init__(
        self,
        system: System,
        keys: Sequence[Key],
        rows: Sequence[Row],
        highs: Mapping[Key, int],
        memory: Memory,
    ) -> None:
        self._at = {key: number for number, key in enumerate(keys)}
        self._memory, self._rows = memory, rows
        self._lows = np.array([system.lows[key] for key in keys], dtype=float)
        self._highs = np.array([highs[key] for key in keys], dtype=float)
        self._truth = np.array([system.truth[key] for key in keys], dtype=float)

    @cached_property
    def _constraint(self) -> Any:
        cells = [(n, self._at[key], number) for n, row in enumerate(self._rows)
                 for key, number in row.terms.items()]  # fmt: skip
        matrix = csr_array(
            ([c[2] for c in cells], ([c[0] for c in cells], [c[1] for c in cells])),
            shape=(len(self._rows), len(self._at)),
        )
        lows, highs = ([row.low for row in self._rows], [row.high for row in self._rows])
        return LinearConstraint(matrix, _unbounded(lows), _unbounded(highs))

    @cached_property
    def _signature(self) -> Hashable:
        rows = frozenset((frozenset(row.terms.items()), row.low, row.high) for row in self._rows)
        return rows, frozenset(zip(self._at, self._lows, strict=True))

    @cached_property
    def _solutions(self) -> list[Any]:
        """What was counted, and what solved a system like this before and still does."""
        found = [self._truth]
        for known in self._memory.about(self._at):
            one = self._truth.copy()
            for key in known.keys() & self._at.keys():
                one[self._at[key]] = known[key]
            if self._allows(one):
                found.append(one)
        return found

    def _allows(self, one: Any) -> bool:
        if (one < self._lows).any() or (one > self._highs).any():
            return False
        sums = self._constraint.A @ one
        return bool((sums >= self._constraint.lb).all() and (sums <= self._constraint.ub).all())

    def learns(self, target: Sum) -> bool:
        told = (self._signature, frozenset(target.terms.items()))
        if told in self._memory.safe:
            return False
        if self._has_enough(target):
            self._memory.safe.add(told)
            return False
        return True

    def _has_enough(self, target: Sum) -> bool:
        weights = np.zeros(len(self._at))
        for key, number in target.terms.items():
            weights[self._at[key]] = number
        seen = {round(float(weights @ one)) for one in self._solutions}
        for sign in (-1, 1):
            if len(seen) >= ENOUGH:
                return True
            end = self._solve(sign * weights, weights, None)
            seen |= set() if end is None else {end}
        while len(seen) < ENOUGH and max(seen) - min(seen) > len(seen) - 1:
            between = self._solve(weights, weights, (min(seen) + 1, max(seen) - 1))
            if between is None or between in seen:
                break
            seen.add(between)
        return len(seen) >= ENOUGH

    def _solve(self, aim: Any, weights: Any, within: tuple[int, int] | None) -> int | None:
        """The target's value in the solution that is best for the aim; None where there is none."""
        constraints = [self._constraint] if self._rows else []
        if within:
            constraints.append(LinearConstraint(weights, *within))
        # A little of every unknown in the aim: a solution far from the others says more.
        spread = np.random.default_rng(len(self._solutions)).uniform(-1, 1, len(weights))
        solve = partial(
            milp,
            aim + spread / (4 * len(weights) * (1 + self._highs.max())),
            bounds=Bounds(self._lows, _unbounded(self._highs)),
            constraints=constraints,
        )
        # Sums of counts mostly have whole corners: the quicker programme then is enough.
        found = solve()
        if found.x is None or np.abs(found.x - np.round(found.x)).max() > ALMOST:
            found = solve(integrality=np.ones(len(weights)))
        if found.x is None or not self._allows(solution := np.round(found.x)):
            # There is a solution, what was counted; one that the solver misses counts as none.
            return None
        self._solutions.append(solution)
        self._memory.solutions.append(dict(zip(self._at, map(int, solution), strict=True)))
        return round(float(weights @ solution))


def _unbounded(numbers: Any) -> Any:
    """With no bound where none is known."""
    given = np.array(numbers, dtype=float)
    return np.where(np.abs(given) < UNBOUNDED / 2, given, np.copysign(np.inf, given))


def _upper_bounds(system: System) -> dict[Key, int]:
    """The most that each unknown can be, and more at least, by each equation alone.

    Until nothing changes, or nearly: programmes find the rest.
    """
    highs = dict.fromkeys(system.lows, UNBOUNDED)
    for _ in range(ROUNDS):
        if not any([_tighten(row, system.lows, highs) for row in system.rows]):
            break
    return highs


def _tighten(row: Row, lows: dict[Key, int], highs: dict[Key, int]) -> bool:
    """Each unknown by what the others of the row can be; whether that said anything new."""
    least = most = 0
    for key, n in row.terms.items():
        low, high = n * lows[key], n * highs[key]
        least, most = least + min(low, high), most + max(low, high)
    tighter = {}
    for key, n in row.terms.items():
        low, high = n * lows[key], n * highs[key]
        ends = (row.low - most + max(low, high)) * n, (row.high - least + min(low, high)) * n
        bounds = max(lows[key], min(ends)), min(highs[key], max(ends))
        if bounds != (lows[key], highs[key]):
            tighter[key] = bounds
    for key, (low, high) in tighter.items():
        lows[key], highs[key] = low, high
    return bool(tighter)


def _parts(system: System) -> dict[Key, Key]:
    """Each unknown's part: the unknowns that a chain of equations joins."""
    parent: dict[Key, Key] = {key: key for key in system.lows}

    def root(key: Key) -> Key:
        while parent[key] != key:
            parent[key] = key = parent[parent[key]]
        return key

    for row in system.rows:
        first, *others = map(root, row.terms)
        for other in others:
            parent[root(other)] = first
    return {key: root(key) for key in parent}


def learned(system: System, targets: Iterable[Sum], memory: Memory | None = None) -> Iterator[int]:
    """The places, in the list, of the targets that the attacker learns."""
    attacker = Attacker(system, memory)
    return (number for number, target in enumerate(targets) if attacker.learns(target))
