# SPDX-License-Identifier: AGPL-3.0-or-later
"""The same answers worked out by other roads: whole numbers, integrals, roots and plain search."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import comb, sqrt

import numpy as np
from scipy import stats
from scipy.integrate import quad
from scipy.optimize import brentq

from portal.reports.inference import Side

Persons = Sequence[int]


def persons_of(histogram: Mapping[int, int], users: int) -> list[int]:
    """Each person's count, one by one."""
    asked = [times for times, number in histogram.items() for _one in range(number)]
    return asked + [0] * (users - len(asked))


def permutation_p(now: Persons, then: Persons) -> float:
    """Of every way of drawing as many persons, counted in whole numbers."""
    ways: dict[tuple[int, int], int] = {(0, 0): 1}
    for times in (*now, *then):
        grown = dict(ways)
        for (drawn, asked), number in ways.items():
            if drawn < len(now):
                key = (drawn + 1, asked + times)
                grown[key] = grown.get(key, 0) + number
        ways = grown
    law = {asked: number for (drawn, asked), number in ways.items() if drawn == len(now)}
    assert sum(law.values()) == comb(len(now) + len(then), len(now))
    return _twice_the_smaller(law, sum(now))


def _twice_the_smaller(law: Mapping[int, int], observed: int) -> float:
    above = sum(number for asked, number in law.items() if asked >= observed)
    below = sum(number for asked, number in law.items() if asked <= observed)
    return float(min(Fraction(1), Fraction(2 * min(above, below), sum(law.values()))))


def split_p(
    count: float, earlier: float, users: float, before: float, dispersion: float, *, fast: bool
) -> float:
    """The binomial of the divided counts, as an integral; with no dispersion as its own sum."""
    share = users / (users + before)
    if dispersion == 1 and float(count).is_integer():
        law = stats.binom(count + earlier, share)
        return float(min(1.0, 2 * min(law.sf(count - 1), law.cdf(count))))
    whole, part = (count + earlier) / dispersion, count / dispersion
    step = max(0.0, 0.5 - 0.5 / dispersion)
    above = _beta(part + step, whole - part + 1 - step, 0, share, fast) if count else 1.0
    below = _beta(part + 1 - step, whole - part + step, share, 1, fast) if earlier else 1.0
    return min(1.0, 2 * min(above, below))


def _beta(first: float, second: float, low: float, high: float, fast: bool) -> float:
    law = stats.beta(first, second)
    if fast:
        return float(law.cdf(high) - law.cdf(low)) if low == 0 else float(law.sf(low))
    return float(quad(law.pdf, low, high, epsabs=1e-12, epsrel=1e-10, limit=200)[0])


def score_limits(
    count: float, users: float, dispersion: float, deviate: float
) -> tuple[float, float]:
    """Rates whose own spread reaches the one observed: (m - r)^2 = z^2 d r / u."""
    rate, spread = count / users, deviate**2 * dispersion / users
    low, high = sorted(np.roots([1, -2 * rate - spread, rate**2]).real)
    return float(low), float(high)


def interval(
    count: float, earlier: float, users: float, before: float, dispersion: float, deviate: float
) -> tuple[float, float]:
    """Newcombe's recovery of the limits of a difference."""
    low, high = score_limits(count, users, dispersion, deviate)
    low_then, high_then = score_limits(earlier, before, dispersion, deviate)
    rate, then = count / users, earlier / before
    return (
        rate - then - sqrt((rate - low) ** 2 + (high_then - then) ** 2),
        rate - then + sqrt((high - rate) ** 2 + (then - low_then) ** 2),
    )


def interval_p(
    count: float, earlier: float, users: float, before: float, dispersion: float
) -> float:
    """The level at which the interval's nearer end is zero."""
    if count / users == earlier / before:
        return 1.0

    def nearer(deviate: float) -> float:
        low, high = interval(count, earlier, users, before, dispersion, deviate)
        return low if count / users > earlier / before else -high

    return float(2 * stats.norm.sf(brentq(nearer, 1e-9, 40, xtol=1e-12)))


class Row:
    """One line, worked out from each person's count."""

    def __init__(self, now: Side, then: Side, code: str, pooled: float) -> None:
        self.users, self.before = int(now.users), int(then.users)
        self.count, self.earlier = int(now.counts.get(code, 0)), int(then.counts.get(code, 0))
        self.now = persons_of((now.asked or {}).get(code, {}), self.users)
        self.then = None
        self.dispersion = max(1.0, pooled)
        if then.asked is not None:
            self.then = persons_of(then.asked.get(code, {}), self.before)
            self.dispersion = max(0.25, dispersion_of([(self.now, self.then)]))

    def p(self) -> float:
        return self._p(self.count, self.now, self.then)

    def _p(self, count: int, now: Persons, then: Persons | None) -> float:
        rest = self.count + self.earlier - count
        bases = (self.users, self.before, self.dispersion)
        if then is None:
            first = split_p(count, rest, *bases, fast=False)
        else:
            first = permutation_p(now, then)
        return max(first, interval_p(count, rest, *bases))

    def extreme_ps(self) -> list[float]:
        """Of all these enquiries on one side, as far as that side's users can hold them."""
        if self.then is None:
            return [self._p(n, self.now, None) for n in (0, self.count + self.earlier)]
        everybody = sorted([*self.now, *self.then])
        ends = (
            (everybody[: self.users], everybody[self.users :]),
            (
                everybody[-self.users :],
                everybody[: -self.users],
            ),
        )
        return [self._p(sum(now), now, then) for now, then in ends]

    def passes(self, count: int, limit: float) -> bool:
        bases = (self.users, self.before, self.dispersion)
        if split_p(count, self.earlier, *bases, fast=True) > limit:
            return False
        low, high = interval(count, self.earlier, *bases, stats.norm.isf(limit / 2))
        return low > 0 or high < 0

    def needed(self, limit: float) -> tuple[int, int | None]:
        """By trying every number, upwards and downwards."""
        told = self.p() <= limit
        up = 0
        while not (
            up / self.users > self.earlier / self.before
            and (up > self.count or told)
            and self.passes(up, limit)
        ):
            up += 1
        lower = [
            n
            for n in range(max(self.count, self.earlier * self.users // self.before) + 1)
            if n / self.users < self.earlier / self.before
            and (n < self.count or told)
            and self.passes(n, limit)
        ]
        return up, max(lower, default=None)


def dispersion_of(groups: Sequence[Sequence[Persons]]) -> float:
    """The variance within groups over the mean, each summed over the lines."""
    variance = mean = 0.0
    for line in groups:
        within = sum(float(np.var(one, ddof=1)) * (len(one) - 1) for one in line)
        variance += within / (sum(len(one) for one in line) - len(line))
        mean += sum(map(sum, line)) / sum(len(one) for one in line)
    return variance / mean if mean else 1.0


def table(now: Side, then: Side) -> dict[str, tuple[str, float, float, float, int, int | None]]:
    """Word, ends of the interval, adjusted p, and what would have been needed, by line."""
    codes = [c for c in {*now.counts, *then.counts} if now.counts.get(c) or then.counts.get(c)]
    known = [side for side in (now, then) if side.asked is not None]
    pooled = dispersion_of(
        [
            [persons_of((side.asked or {}).get(code, {}), int(side.users)) for side in known]
            for code in sorted({code for side in known for code in side.asked or {}})
        ]
    )
    rows = {code: Row(now, then, code, pooled) for code in codes}
    chances = {code: row.p() for code, row in rows.items()}
    adjusted = dict(
        zip(codes, stats.false_discovery_control([chances[c] for c in codes]), strict=True)
    )
    found = {}
    for code, row in rows.items():
        best = stats.false_discovery_control([0.0 if c == code else chances[c] for c in codes])
        limit = 0.05 * sum(best <= 0.05) / len(codes)
        found[code] = _told(row, chances[code], limit, float(adjusted[code]))
    return found


def _told(
    row: Row, chance: float, limit: float, adjusted: float
) -> tuple[str, float, float, float, int, int | None]:
    low, high = interval(
        row.count, row.earlier, row.users, row.before, row.dispersion, stats.norm.isf(limit / 2)
    )
    if adjusted <= 0.05:
        word = "up" if row.count / row.users > row.earlier / row.before else "down"
    else:
        word = "chance" if min(row.extreme_ps()) <= limit else "insufficient"
        low, high = min(low, 0), max(high, 0)
    return (word, 100 * low, 100 * high, adjusted, *row.needed(limit))
