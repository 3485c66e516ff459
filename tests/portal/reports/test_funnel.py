# SPDX-License-Identifier: AGPL-3.0-or-later
"""A desk beside the others: limits by plain search, and networks in which all are alike."""

from typing import Any

import numpy as np
import pytest
from scipy import stats

from portal.reports.inference import Where, funnel
from portal.reports.inference.funnel import overdispersion, shrunken
from tests.portal.reports.tables import SEED_RATES

USERS = {"a": 149, "b": 80, "c": 300, "d": 970, "e": 45, "f": 600}
Counts = dict[str, dict[str, int]]


def alike(random: np.random.Generator, spread: float = 0.0) -> Counts:
    """Every desk with the same rates; or with rates that differ by chance, by this much."""
    counts: Counts = {}
    for number, rate in enumerate(SEED_RATES):
        own = random.gamma(1 / spread, spread, len(USERS)) if spread else np.ones(len(USERS))
        drawn = random.poisson(rate * own * list(USERS.values()))
        counts[f"T{number}"] = dict(zip(USERS, map(int, drawn), strict=True))
    return counts


def test_limits_are_those_of_the_binomial_by_plain_search() -> None:
    random = np.random.default_rng(8)
    for _network in range(3):
        counts = alike(random)
        found = funnel(USERS, counts)
        if found.dispersion != 1:
            continue
        for (desk, code), one in found.standings.items():
            count, users = counts[code][desk], USERS[desk]
            rest, base = sum(counts[code].values()) - count, sum(USERS.values()) - users
            tried = np.arange(rest + 400)
            chances = _p(tried, rest, users / (users + base))
            for (low, high), level in ((one.guide, 0.05), (one.verdict, 0.002)):
                within = tried[chances >= level]
                assert float(low) == pytest.approx(100 * min(within) / users, abs=1e-5)
                assert float(high) == pytest.approx(100 * max(within) / users, abs=1e-5)
            assert (one.where is Where.ABOVE) == (one.rate > one.verdict[1])
            assert (one.where is Where.BELOW) == (one.rate < one.verdict[0])
            assert float(one.others) == pytest.approx(100 * rest / base, abs=1e-5)


def _p(count: "np.ndarray[Any, Any]", rest: int, share: float) -> "np.ndarray[Any, Any]":
    law = stats.binom(count + rest, share)
    return 2 * np.minimum(law.sf(count - 1), law.cdf(count))


def outside(number: int) -> tuple[float, float]:
    random, cells = np.random.default_rng(99), []
    for _network in range(number):
        for one in funnel(USERS, alike(random)).standings.values():
            low, high = one.guide
            cells.append((not low <= one.rate <= high, one.is_outside))
    return tuple(np.mean(cells, axis=0))


def test_alike_desks_are_within_the_limits() -> None:
    guide, verdict = outside(20)
    assert guide <= 0.05
    assert verdict <= 0.004


@pytest.mark.long
def test_alike_desks_of_many_networks_are_within_the_limits() -> None:
    guide, verdict = outside(1000)
    print(f"outside 95 %: {guide:.4f}, outside 99.8 %: {verdict:.5f}")  # noqa: T201
    assert guide <= 0.05
    assert verdict <= 0.002


def test_where_desks_differ_anyway_the_limits_are_wider() -> None:
    random = np.random.default_rng(5)
    found = [funnel(USERS, alike(random, spread=0.2)) for _network in range(10)]
    assert np.mean([float(one.dispersion) for one in found]) > 2
    cells = [s for one in found for s in one.standings.values()]
    assert np.mean([one.is_outside for one in cells]) < 0.12


def test_one_desk_far_away_does_not_hide_itself() -> None:
    counts = alike(np.random.default_rng(7))
    counts["T0"]["d"] *= 3
    found = funnel(USERS, counts)
    assert found.dispersion < 2
    assert found.standings["d", "T0"].where is Where.ABOVE


def test_estimates_lie_between_the_desk_and_all_and_move_most_where_users_are_few() -> None:
    line = [(10, 20), (30, 100), (200, 1000)]
    rates, mean = [0.5, 0.3, 0.2], 240 / 1120
    estimates = shrunken(line)
    moved = [(rate - one) / (rate - mean) for rate, one in zip(rates, estimates, strict=True)]
    assert moved == sorted(moved, reverse=True)
    assert all(0 < part < 1 for part in moved)
    # The gamma of these moments, and its mean once the desk's own enquiries are seen.
    between = sum(u * (c / u - mean) ** 2 for c, u in line) / 1120 - mean * 3 / 1120
    shape, rate = mean**2 / between, mean / between
    assert estimates == pytest.approx([(shape + c) / (rate + u) for c, u in line])
    assert shrunken([(2, 10), (20, 100)]) == pytest.approx([0.2, 0.2])


def test_nothing_to_compare() -> None:
    assert funnel({"a": 10}, {"T": {"a": 3}}).standings == {}
    assert funnel({"a": 10, "b": 0}, {"T": {"a": 3, "b": 1}}).standings == {}
    assert funnel({"a": 10, "b": 10}, {"T": {"a": 0, "b": 0}}).standings == {}
    assert overdispersion([]) == 1
