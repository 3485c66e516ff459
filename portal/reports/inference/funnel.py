# SPDX-License-Identifier: AGPL-3.0-or-later
"""Places side by side: each against the rate of the others, never against a sum that holds it.

Only totals are known of each. How much more than chance the places differ among themselves is
taken from all of them and all lines together, at least one.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from portal.reports.inference.changes import hundred, six_decimals
from portal.reports.inference.totals import split_p

Array = NDArray[np.float64]
GUIDE, VERDICT = 0.05, 0.002
"""The full line of the funnel, and the dashed one, beyond which a place is told apart."""
PULLED_IN = 0.1
"""The part at each end whose deviates are taken as the next ones: they are what is looked for."""


class Where(StrEnum):
    """On which side of the limits a place stands."""

    ABOVE = "above"
    BELOW = "below"
    WITHIN = "within"


@dataclass(frozen=True)
class Standing:
    """A place and a line, per 100 users. `guide` and `verdict` hold the rates told from chance by
    nobody; `estimate` is the rate drawn towards that of all, the more the fewer the users.
    """

    rate: Decimal
    others: Decimal
    guide: tuple[Decimal, Decimal]
    verdict: tuple[Decimal, Decimal]
    estimate: Decimal
    where: Where

    @property
    def is_outside(self) -> bool:
        return self.where is not Where.WITHIN


@dataclass(frozen=True)
class Funnel:
    """Every place and line that can be compared, by both their keys."""

    dispersion: Decimal
    standings: Mapping[tuple[str, str], Standing]


def funnel(users: Mapping[str, int], counts: Mapping[str, Mapping[str, int]]) -> Funnel:
    """The places by their users; the counts of each line by place, where it is told."""
    lines: dict[str, Line] = {}
    places: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for code, numbers in counts.items():
        known = tuple(place for place, number in users.items() if number and place in numbers)
        if len(known) > 1 and any(numbers[place] for place in known):
            lines[code] = [(numbers[place], users[place]) for place in known]
            places[known].append(code)
    if not lines:
        return Funnel(Decimal(1), {})
    dispersion = overdispersion(list(lines.values()))
    found: dict[tuple[str, str], Standing] = {}
    for known, codes in places.items():
        keys = [(place, code) for code in codes for place in known]
        values = _measured([lines[code] for code in codes], dispersion)
        found |= dict(zip(keys, values, strict=True))
    return Funnel(six_decimals(dispersion), found)


Line = Sequence[tuple[int, int]]
"""Enquiries and users of each place."""


def overdispersion(lines: Sequence[Line]) -> float:
    """The mean square of the winsorised deviates of all places and lines; at least one."""
    deviates = [deviate for line in lines for deviate in _deviates(line)]
    if not deviates:
        return 1.0
    low, high = np.quantile(deviates, [PULLED_IN, 1 - PULLED_IN])
    return max(1.0, float(np.mean(np.clip(deviates, low, high) ** 2)))


def _deviates(line: Line) -> list[float]:
    """Each place's count less what its share of the users would give, in standard deviations."""
    count, users = (sum(side) for side in zip(*line, strict=True))
    shares = [one / users for _count, one in line]
    return [
        (one - count * share) / (count * share * (1 - share)) ** 0.5
        for (one, _users), share in zip(line, shares, strict=True)
    ]


def shrunken(line: Line) -> list[float]:
    """Gamma-Poisson rates, empirical Bayes by moments (Marshall 1991)."""
    count, users = (sum(side) for side in zip(*line, strict=True))
    mean = count / users
    spread = sum(own * (one / own - mean) ** 2 for one, own in line) / users
    between = max(0.0, spread - mean * len(line) / users)
    weights = [between / (between + mean / own) for _one, own in line]
    return [
        mean + weight * (one / own - mean) for weight, (one, own) in zip(weights, line, strict=True)
    ]


def _measured(lines: Sequence[Line], dispersion: float) -> list[Standing]:
    """All places of all lines at once: a large network has thousands."""
    counts, users = np.moveaxis(np.array(lines, dtype=float), 2, 0)
    rest = counts.sum(axis=1, keepdims=True) - counts
    base = users.sum(axis=1, keepdims=True) - users
    guide = _limits(rest, users, base, dispersion, GUIDE)
    verdict = _limits(rest, users, base, dispersion, VERDICT)
    where = np.where(counts > verdict[1], Where.ABOVE, Where.WITHIN)
    where = np.where(counts < verdict[0], Where.BELOW, where)
    estimates = np.array([shrunken(line) for line in lines])
    rates = (counts / users, rest / base, *(end / users for end in (*guide, *verdict)), estimates)
    columns = [[hundred(float(value)) for value in one.ravel()] for one in rates]
    return [
        Standing(rate, others, (low, high), (least, most), estimate, Where(place))
        for rate, others, low, high, least, most, estimate, place in zip(
            *columns, where.ravel(), strict=True
        )
    ]


def _limits(
    rest: Array, users: Array, base: Array, dispersion: float, level: float
) -> tuple[Array, Array]:
    """The fewest and the most enquiries that are no further than chance from the others' rate."""
    share = users / (users + base)
    middle = np.round(rest * users / base)
    reach = np.maximum(8, 2 * middle)
    while (inside := split_p(reach, rest, share, dispersion) >= level).any():
        reach = np.where(inside, 2 * reach, reach)
    low = _first(lambda count: split_p(count, rest, share, dispersion) >= level, 0 * middle, middle)
    past = _first(lambda count: split_p(count, rest, share, dispersion) < level, middle + 1, reach)
    return low, past - 1


def _first(holds: Callable[[Array], Any], low: Array, high: Array) -> Array:
    """In each place the first number for which it holds; it holds at high and stays so."""
    while (low < high).any():
        middle = np.floor((low + high) / 2)
        found = holds(middle)
        low, high = np.where(found | (low >= high), low, middle + 1), np.where(found, middle, high)
    return low
