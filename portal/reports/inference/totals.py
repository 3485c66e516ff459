# SPDX-License-Identifier: AGPL-3.0-or-later
"""Two totals: how likely is such a split of the enquiries, and how far apart may the rates be.

Given their sum, the enquiries of one period are binomial with its share of the users (the exact
conditional test of two Poisson rates). Persons who come again make them vary more, by the
dispersion: the counts are divided by it, and the binomial is continued to fractions.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np
from scipy.special import betainc, betaincc, ndtr

WIDEST = 40.0
"""Of a normal deviate: beyond it no chance is left in a double."""


@dataclass(frozen=True)
class Bases:
    """The users of two periods, and how much more than chance alone the counts vary."""

    users: float
    earlier: float
    dispersion: float = 1.0

    def split_p(self, count: float, earlier: float) -> float:
        """Twice the smaller tail; with a dispersion of one, exactly the binomial's."""
        share = self.users / (self.users + self.earlier)
        whole, part, step = _divided(count, earlier, self.dispersion)
        above = betainc(part + step, whole - part + 1 - step, share) if count > 0 else 1.0
        below = betaincc(part + 1 - step, whole - part + step, share) if earlier > 0 else 1.0
        return min(1.0, 2 * float(min(above, below)))

    def interval(self, count: float, earlier: float, deviate: float) -> tuple[float, float]:
        """Of the difference of the rates: each rate's score limits, recovered (MOVER)."""
        now = _reach(count, self.users, self.dispersion, deviate)
        then = _reach(earlier, self.earlier, self.dispersion, deviate)
        difference = count / self.users - earlier / self.earlier
        return (
            difference - sqrt(now[0] ** 2 + then[1] ** 2),
            difference + sqrt(now[1] ** 2 + then[0] ** 2),
        )

    def interval_p(self, count: float, earlier: float) -> float:
        """The level at which the interval begins to hold zero."""
        least, most = 0.0, WIDEST
        while most - least > 1e-9:
            middle = (least + most) / 2
            if self.excludes_zero(count, earlier, middle):
                least = middle
            else:
                most = middle
        return float(2 * ndtr(-least))

    def excludes_zero(self, count: float, earlier: float, deviate: float) -> bool:
        """Whether the interval does; asked of many, and so of the end that lies towards zero."""
        now = _reach(count, self.users, self.dispersion, deviate)
        then = _reach(earlier, self.earlier, self.dispersion, deviate)
        difference = count / self.users - earlier / self.earlier
        if difference > 0:
            return difference > sqrt(now[0] ** 2 + then[1] ** 2)
        return -difference > sqrt(now[1] ** 2 + then[0] ** 2)


def split_p(count: Any, earlier: Any, share: Any, dispersion: float) -> Any:
    """Of arrays, as of the numbers of Bases; `share` is the present period's of the users."""
    whole, part, step = _divided(count, earlier, dispersion)
    above = betainc(np.where(count > 0, part + step, 1), whole - part + 1 - step, share)
    below = betaincc(part + 1 - step, np.where(earlier > 0, whole - part + step, 1), share)
    tails = np.minimum(np.where(count > 0, above, 1), np.where(earlier > 0, below, 1))
    return np.minimum(1, 2 * tails)


def _divided(count: Any, earlier: Any, dispersion: float) -> tuple[Any, Any, float]:
    """All enquiries and the present ones by the dispersion, and half of what a step lacks.

    A step is one enquiry, which is less than one of the divided counts.
    """
    step = max(0.0, (1 - 1 / dispersion) / 2)
    return (count + earlier) / dispersion, count / dispersion, step


def first(holds: Callable[[int], bool], low: int, high: int) -> int:
    """The first number from low to high for which it holds; it holds at high and stays so."""
    while low < high:
        middle = (low + high) // 2
        if holds(middle):
            high = middle
        else:
            low = middle + 1
    return low


def _reach(count: float, users: float, dispersion: float, deviate: float) -> tuple[float, float]:
    """How far below and above its estimate a rate may lie."""
    half = deviate * deviate * dispersion / (2 * users)
    root = sqrt(2 * half * count / users + half * half)
    return root - half, root + half
