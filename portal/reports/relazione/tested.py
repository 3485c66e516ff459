# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is known of the persons behind a relazione's variations, put to the test."""

from collections.abc import Sequence
from fractions import Fraction

from portal.core.italy.periods import Period, same_length_kind
from portal.figures.rules import Counts, Number
from portal.reports import measures
from portal.reports.inference import Histogram, Inference, Side, compare
from portal.reports.inference.values import total
from portal.reports.relazione.model import TopicRow, are_comparable
from portal.reports.relazione.rows import Compared

Asked = dict[str, dict[int, int]]


def infer(
    window: Period, known: Sequence[Period], compared: Compared, ledger: measures.Ledger
) -> Inference | None:
    """The findings of the table; None where two rates cannot fairly be put side by side.

    `known` are the earlier periods that were counted. Periods of unequal length are not compared:
    in a longer one each user asks for more.
    """
    current, earlier = compared.current, compared.baseline
    if earlier is None or not known or not _can_be_weighed(current, earlier):
        return None
    if not all(same_length_kind(window.whole, one.whole) for one in known):
        return None
    asked = measures.count_asking((window, *known), compared.lines.key_of, ledger)
    return weigh(compared.rows, current, earlier, asked, fresh=compared.fresh)


def _can_be_weighed(current: Counts, earlier: Counts) -> bool:
    """Whether both have users, and it is known of both which enquiries these made."""
    if not current.users or not earlier.users or not are_comparable(current, earlier):
        return False
    return current.tells_topics_of_users and earlier.tells_topics_of_users


def weigh(
    rows: Sequence[TopicRow],
    current: Counts,
    earlier: Counts,
    asked: Sequence[Asked | None],
    *,
    fresh: frozenset[str],
) -> Inference | None:
    """The same, of what was asked in each window: the period's first, None of past totals. Pure.

    `fresh` are the lines that could not be marked in all of them.
    """
    if not _can_be_weighed(current, earlier):
        return None
    now, *sides = asked
    then = [side for side in sides if side is not None]
    then = then if len(then) == len(sides) else []
    return compare(
        _side(current, {row.code: row.of_users or 0 for row in rows}, _known(now)),
        _side(earlier, {row.code: row.baseline_of_users or 0 for row in rows}, then),
        without=fresh,
        anonymous=_left_out(current) + (_left_out(earlier) if len(sides) == 1 else 0),
    )


def _known(asked: Asked | None) -> list[Asked]:
    return [] if asked is None else [asked]


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


def _left_out(counts: Counts) -> int:
    """Enquiries that no user made."""
    return int(counts.nameless.total) if counts.nameless else 0
