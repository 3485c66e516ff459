# SPDX-License-Identifier: AGPL-3.0-or-later
"""Tables drawn at random: how often each person of a period asked for each thing."""

from collections import Counter
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from portal.reports.inference import Side

Random = np.random.Generator
Rates = NDArray[np.float64]
Draw = Callable[[Random, Rates, int], NDArray[np.int64]]

NOW = (55, 0, 5, 0, 0, 0, 31, 21, 2, 0, 10, 29, 5, 56)
THEN = (38, 1, 3, 2, 3, 0, 28, 18, 0, 0, 7, 38, 1, 83)
USERS, BEFORE = 149, 172
SEED_RATES: Rates = np.add(NOW, THEN) / (USERS + BEFORE)
"""Of both half-years together: what either would have had without a change."""


def once(random: Random, rates: Rates, users: int) -> NDArray[np.int64]:
    """Each thing at most once a person."""
    return (random.random((len(rates), users)) < rates[:, None]).astype(np.int64)


def independent(random: Random, rates: Rates, users: int) -> NDArray[np.int64]:
    """Enquiries that know nothing of each other."""
    return random.poisson(rates[:, None], (len(rates), users))


def returning(random: Random, rates: Rates, users: int) -> NDArray[np.int64]:
    """Who asks comes again for the same thing: dispersion 2.7."""
    again = 1.85
    begun = random.poisson(rates[:, None] / again, (len(rates), users))
    more = random.negative_binomial(np.maximum(begun, 1), 1 / again)
    return begun + np.where(begun > 0, more, 0)


def heavy(random: Random, rates: Rates, users: int) -> NDArray[np.int64]:
    """Four askers in a hundred ask the same thing twelve times: dispersion 4.7."""
    share, times = 0.04, 12
    each = rates[:, None] / (1 - share + share * times)
    shape = (len(rates), users)
    return random.poisson(each * (1 - share), shape) + times * random.poisson(each * share, shape)


def heavy_of_all(random: Random, rates: Rates, users: int) -> NDArray[np.int64]:
    """Three users in a hundred ask everything fifteen times as often: 4.7 of all enquiries."""
    share, times = 0.03, 15
    weight = np.where(random.random(users) < share, times, 1) / (1 - share + share * times)
    return random.poisson(rates[:, None] * weight)


def side_of(counts: NDArray[np.int64]) -> Side:
    """What the measure of a period gives of these persons."""
    asked = {
        f"T{number}": {int(n): many for n, many in Counter(line.tolist()).items() if n}
        for number, line in enumerate(counts)
        if line.any()
    }
    return Side.of_records(counts.shape[1], asked)


def totals_of(side: Side) -> Side:
    """The same, of which only totals were kept."""
    return Side(side.users, side.counts)
