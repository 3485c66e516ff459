# SPDX-License-Identifier: AGPL-3.0-or-later
"""The exact permutation test of two groups of persons, from their counts' histograms.

Without a change, which persons belong to which period says nothing of how often they asked: every
way of drawing as many persons is equally likely. No person is ever listed and nothing is random:
those who asked once follow a hypergeometric law, given the others, of whom there are few.
"""

from collections import Counter
from math import comb

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln, ndtr

from portal.reports.inference.values import Histogram, squares, total

Array = NDArray[np.float64]
MOST_STEPS = 4_000_000
"""Above this many additions the law is taken as normal: the persons are then many."""


class Draws:
    """The law of the enquiries of `drawn` persons taken at random among all of both periods."""

    def __init__(self, pooled: Histogram, persons: int, drawn: int) -> None:
        self.pooled = {times: number for times, number in sorted(pooled.items()) if number}
        self.persons, self.drawn = persons, drawn
        self.ones = self.pooled.get(1, 0)
        self.repeated = [(times, number) for times, number in self.pooled.items() if times > 1]
        many = sum(number for _times, number in self.repeated)
        height = sum(times * number for times, number in self.repeated)
        steps = many * (many + 1) * (height + 1) + (many + 1) * (self.ones + 1)
        self.is_exact = steps <= MOST_STEPS
        self._law = self._exact(many, height) if self.is_exact else None

    def tails(self, observed: int) -> tuple[float, float]:
        """The chances of at least, and of at most, so many enquiries."""
        if self._law is None:
            return self._normal(observed)
        return float(self._law[observed:].sum()), float(self._law[: observed + 1].sum())

    def p(self, observed: int) -> float:
        """Twice the smaller tail."""
        return min(1.0, 2 * min(self.tails(observed)))

    @property
    def extremes(self) -> tuple[int, int]:
        """The fewest and the most enquiries that so many persons can make."""
        everything = total(self.pooled)
        return everything - self._most(self.persons - self.drawn), self._most(self.drawn)

    def _most(self, persons: int) -> int:
        reached = 0
        for times, number in reversed(self.pooled.items()):
            taken = min(number, persons)
            reached, persons = reached + times * taken, persons - taken
        return reached

    def _exact(self, many: int, height: int) -> Array:
        """The chance of each number of enquiries, from 0 to all of them."""
        ways = _ways(self.repeated, many, height)
        law = np.zeros(height + self.ones + 1)
        rest = self.persons - many
        chosen = np.arange(max(0, self.drawn - rest), min(many, self.drawn) + 1)
        # Of those who asked once, and of those who never did: as many as are drawn beside others.
        once = np.arange(self.ones + 1)
        least = self.drawn - many - self.ones
        never = _log_choose(rest - self.ones, np.arange(least, self.drawn + 1))
        beside = never[self.drawn - chosen[:, np.newaxis] - once - least]
        every = _log_choose(self.persons, self.drawn)
        chances = np.exp(_log_choose(self.ones, once) + beside - every)
        for number, of_ones in zip(chosen, chances, strict=True):
            found = ways[number].nonzero()[0]
            low, high = found[0], found[-1] + 1
            law[low : high + self.ones] += np.convolve(ways[number, low:high], of_ones)
        return law

    def _normal(self, observed: int) -> tuple[float, float]:
        """With half an enquiry of correction, as the steps are whole."""
        share = self.drawn / self.persons
        mean, everything = total(self.pooled) * share, total(self.pooled)
        spread = squares(self.pooled) - everything * everything / self.persons
        deviation = (spread * share * (1 - share) * self.persons / (self.persons - 1)) ** 0.5
        return (
            float(ndtr((mean - observed + 0.5) / deviation)),
            float(ndtr((observed - mean + 0.5) / deviation)),
        )


def pooled(one: Histogram, other: Histogram) -> Histogram:
    """The persons of two periods together."""
    return Counter(dict(one)) + Counter(dict(other))


def _ways(repeated: list[tuple[int, int]], many: int, height: int) -> Array:
    """In how many ways some persons with these enquiries are chosen, of those who asked again."""
    ways = np.zeros((many + 1, height + 1))
    ways[0, 0] = 1.0
    if repeated:
        # Those who asked twice are most of them, and alike: any of them, without going by one.
        (times, number), *repeated = repeated
        for chosen in range(number + 1):
            ways[chosen, times * chosen] = comb(number, chosen)
    for times, number in repeated:
        for _person in range(number):
            ways[1:, times:] += ways[:-1, :-times].copy()
    return ways


def _log_choose(whole: int, part: "NDArray[np.int64] | int") -> Array:
    """The logarithm of the binomial coefficient; minus infinity where there is none."""
    part = np.asarray(part)
    inside = (part >= 0) & (part <= whole)
    safe = np.where(inside, part, 0)
    found = gammaln(whole + 1) - gammaln(safe + 1) - gammaln(whole - safe + 1)
    return np.where(inside, found, -np.inf)
