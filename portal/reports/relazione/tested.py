# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is known of the persons behind a relazione's variations, put to the test."""

from collections.abc import Sequence
from fractions import Fraction

from portal.core.italy.periods import Period, same_length_kind
from portal.figures.rules import Counts, Number
from portal.reports import measures
from portal.reports.inference import Histogram, Inference, Side, compare
from portal.reports.inference.values import total
from portal.reports.relazione.model import TopicRow

Asked = dict[str, dict[int, int]]


def infer(
    window: Period,
    known: Sequence[Period],
    rows: Sequence[TopicRow],
    current: Counts,
    earlier: Counts | None,
    *,
    fresh: frozenset[str],
) -> Inference | None:
    """The findings of the table; None where two rates cannot fairly be put side by side.

    `known` are the earlier periods that were counted; `fresh` the lines that could not be marked
    in them. Periods of unequal length are not compared: in a longer one each user asks for more.
    """
    if earlier is None or not current.users or not earlier.users or not known:
        return None
    if not all(same_length_kind(window.whole, one.whole) for one in known):
        return None
    now, *sides = measures.count_asking((window, *known))
    then = [one for one in sides if one is not None]
    then = then if len(then) == len(sides) else []
    return compare(
        _side(current, {row.code: row.count for row in rows}, [] if now is None else [now]),
        _side(earlier, {row.code: row.baseline or 0 for row in rows}, then),
        without=fresh,
        signs={row.code: _sign(row) for row in rows},
        anonymous=_nameless(current, now)
        + _nameless(earlier, sides[0] if len(sides) == 1 else None),
    )


def _side(counts: Counts, told: dict[str, Number], asked: Sequence[Asked]) -> Side:
    """The persons of one period; of the mean of several, their enquiries as those of one.

    A mean so weighs as a single period would: it is not taken to be known better.
    """
    users = counts.users or 0
    if not asked:
        return Side(users, told)
    if len(asked) == 1:
        return Side.of_records(int(users), asked[0])
    codes = {code for one in asked for code in one}
    return Side(users, {code: _mean([one.get(code, {}) for one in asked]) for code in codes})


def _mean(histograms: Sequence[Histogram]) -> Fraction:
    return Fraction(sum(map(total, histograms)), len(histograms))


def _nameless(counts: Counts, asked: Asked | None) -> int:
    """Enquiries that no person made, where persons are known."""
    if asked is None:
        return 0
    return int(counts.services) - sum(map(total, asked.values()))


def _sign(row: TopicRow) -> int:
    variation = row.variation or 0
    return (variation > 0) - (variation < 0)
