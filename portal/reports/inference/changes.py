# SPDX-License-Identifier: AGPL-3.0-or-later
"""The variations of one table: each with its word, its interval and what would have been needed.

The family is the table's lines with at least one enquiry; Benjamini and Hochberg at 5 %. A line's
interval is at the level at which its table decides (one minus the largest p that passes), so it
holds zero exactly where the word is «not told from chance».
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from math import ceil, floor

import numpy as np
from scipy.special import ndtri

from portal.reports.inference.permutation import Draws, pooled
from portal.reports.inference.totals import Bases, first
from portal.reports.inference.values import (
    Basis,
    Change,
    Finding,
    Histogram,
    Inference,
    Number,
    Side,
    squares,
    total,
)

LEVEL = 0.05
LEAST_OWN = 0.25
"""Of a line's own dispersion: where every user asked once, nothing would seem to vary."""
PLACES = Decimal("0.000001")


def compare(
    now: Side,
    then: Side,
    *,
    without: frozenset[str] = frozenset(),
    anonymous: int = 0,
) -> Inference:
    """Every line of the table but those `without` a fair comparison."""
    basis, dispersion = _basis(now, then), _dispersion(now, then)
    lines = [
        _line(code, now, then, dispersion)
        for code in sorted({*now.counts, *then.counts} - without)
        if now.counts.get(code, 0) or then.counts.get(code, 0)
    ]
    passing = _passing([line.p for line in lines])
    adjusted = adjust([line.p for line in lines])
    findings = {
        line.code: _finding(line, limit, p_adjusted)
        for line, limit, p_adjusted in zip(lines, passing, adjusted, strict=True)
    }
    shown = None if basis is Basis.BARE else six_decimals(max(1.0, dispersion))
    return Inference(basis, shown, findings, anonymous)


def adjust(chances: Sequence[float]) -> list[float]:
    """Benjamini and Hochberg's adjusted p: at most 5 % exactly where the line passes."""
    found = [1.0] * len(chances)
    least = 1.0
    order = sorted(range(len(chances)), key=lambda number: chances[number], reverse=True)
    for behind, number in enumerate(order):
        least = min(least, chances[number] * len(chances) / (len(chances) - behind))
        found[number] = least
    return found


def _passing(chances: Sequence[float]) -> list[float]:
    """For each line the largest p with which it would pass, the others being what they are."""
    whole = len(chances)
    limits = []
    for number in range(whole):
        others = sorted([0.0, *chances[:number], *chances[number + 1 :]])
        passed = max(k for k in range(1, whole + 1) if others[k - 1] <= LEVEL * k / whole)
        limits.append(LEVEL * passed / whole)
    return limits


@dataclass(frozen=True)
class _Line:
    """A line with its own test; `draws` where the persons of both periods are known."""

    code: str
    count: Number
    baseline: Number
    bases: Bases
    draws: Draws | None

    @cached_property
    def p(self) -> float:
        """The larger of the test's and the interval's, so that the two say the same."""
        interval_p = self.bases.interval_p(float(self.count), float(self.baseline))
        return max(self._test(self.count, self.baseline), interval_p)

    @property
    def difference(self) -> float:
        return float(self.count) / self.bases.users - float(self.baseline) / self.bases.earlier

    def can_pass(self, limit: float) -> bool:
        """Whether the enquiries, all on one side, would be enough."""
        whole, deviate = self.count + self.baseline, _deviate(limit)
        ends = (0, whole) if self.draws is None else self.draws.extremes
        return any(
            self._test(end, whole - end) <= limit
            and self.bases.excludes_zero(float(end), float(whole - end), deviate)
            for end in ends
        )

    def _test(self, count: Number, baseline: Number) -> float:
        """The chance of such a split of the same enquiries."""
        if self.draws is None:
            return self.bases.split_p(float(count), float(baseline))
        return self.draws.p(int(count))


def _line(code: str, now: Side, then: Side, dispersion: float) -> _Line:
    count, baseline = now.counts.get(code, 0), then.counts.get(code, 0)
    users, earlier = float(now.users), float(then.users)
    if now.asked is None or then.asked is None:
        return _Line(code, count, baseline, Bases(users, earlier, max(1.0, dispersion)), None)
    one, other = now.asked.get(code, {}), then.asked.get(code, {})
    everybody = int(now.users + then.users)
    draws = Draws(pooled(one, other), everybody, int(now.users))
    own = _variance([(one, users), (other, earlier)]) / (float(count + baseline) / everybody)
    return _Line(code, count, baseline, Bases(users, earlier, max(own, LEAST_OWN)), draws)


def _finding(line: _Line, limit: float, p_adjusted: float) -> Finding:
    """Everything is decided on the numbers as they are and rounded once, at the end."""
    low, high = line.bases.interval(float(line.count), float(line.baseline), _deviate(limit))
    change = _change(line, limit)
    if not change.is_found:
        low, high = min(low, 0.0), max(high, 0.0)
    return Finding(
        change=change,
        difference=hundred(line.difference),
        low=hundred(low),
        high=hundred(high),
        p=six_decimals(line.p),
        p_adjusted=six_decimals(p_adjusted),
        count=line.count,
        baseline=line.baseline,
        needed_up=_needed_up(line, limit),
        needed_down=_needed_down(line, limit),
    )


def _change(line: _Line, limit: float) -> Change:
    if line.p > limit:
        return Change.CHANCE if line.can_pass(limit) else Change.INSUFFICIENT
    return Change.UP if line.difference > 0 else Change.DOWN


def _needed_up(line: _Line, limit: float) -> int:
    """The fewest enquiries that would be an increase.

    Where the persons are known, as if the enquiries came of as many persons as they did.
    """
    low = floor(float(line.baseline) * line.bases.users / line.bases.earlier) + 1
    if line.p > limit:
        low = max(low, floor(line.count) + 1)
    high = max(low, 8)
    while not _would_pass(line, high, limit):
        high *= 2
    return first(lambda count: _would_pass(line, count, limit), low, high)


def _needed_down(line: _Line, limit: float) -> int | None:
    """The most enquiries that would be a decrease; None where not even none would be."""
    high = ceil(float(line.baseline) * line.bases.users / line.bases.earlier) - 1
    if line.p > limit:
        high = min(high, ceil(line.count) - 1)
    if high < 0 or not _would_pass(line, 0, limit):
        return None
    return high - first(lambda less: _would_pass(line, high - less, limit), 0, high)


def _would_pass(line: _Line, count: int, limit: float) -> bool:
    """Whether this many enquiries beside the same baseline would be told."""
    baseline = float(line.baseline)
    # The interval first: where it holds zero, the slower test need not be asked.
    if not line.bases.excludes_zero(count, baseline, _deviate(limit)):
        return False
    return line.bases.split_p(count, baseline) <= limit


def _deviate(limit: float) -> float:
    """Of the normal law, with this much beyond it on both sides."""
    return -float(ndtri(limit / 2))


def _basis(now: Side, then: Side) -> Basis:
    known = [side.asked is not None for side in (now, then)]
    if all(known):
        return Basis.RECORDS
    return Basis.TOTALS if any(known) else Basis.BARE


def _dispersion(now: Side, then: Side) -> float:
    """The variance of a person's count over its mean, pooled over the lines of who is known."""
    sides = [side for side in (now, then) if side.asked is not None]
    codes = sorted({code for side in sides for code in side.asked or ()})
    variance = mean = 0.0
    for code in codes:
        groups = [((side.asked or {}).get(code, {}), float(side.users)) for side in sides]
        variance += _variance(groups)
        mean += sum(total(one) for one, _users in groups) / sum(users for _one, users in groups)
    return variance / mean if mean else 1.0


def _variance(groups: Sequence[tuple[Histogram, float]]) -> float:
    """Of a person's count, about the mean of each group."""
    spread = sum(squares(one) - total(one) ** 2 / users for one, users in groups)
    return spread / max(1.0, sum(users - 1 for _one, users in groups))


def hundred(rate: float) -> Decimal:
    """Per 100 users."""
    return six_decimals(100 * rate)


def six_decimals(number: float) -> Decimal:
    """Six places: what the last digits of a processor say is not frozen."""
    return Decimal(repr(float(np.round(number, 9)))).quantize(PLACES) + 0
