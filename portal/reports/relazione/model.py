# SPDX-License-Identifier: AGPL-3.0-or-later
"""The arithmetic of a relazione: incidences, variations, rows, and the value that holds them.

Exact fractions only: the two incidences are subtracted first and rounded once, when printed
(rounding each first turns the seed's 1,6 into 1,7). Pure; sections/
says it in words.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from portal.core.italy import formats
from portal.core.italy.periods import Period
from portal.figures.rules import Counts, Number
from portal.reports.inference import Finding, Inference
from portal.reports.measures.detail import Detail
from portal.reports.relazione.baselines import Baseline

OTHER_LABEL = "Altre richieste (non previste nel prospetto storico)"
OTHER_CODE = "altre"


@dataclass(frozen=True)
class TopicRow:
    """One line of the table; incidences and variation are per 100 users, exact."""

    code: str
    label: str
    count: Number
    baseline: Number | None
    incidence: Fraction | None
    baseline_incidence: Fraction | None
    variation: Fraction | None


def incidence(count: Number | None, users: Number | None) -> Fraction | None:
    """Enquiries per 100 users; of no users it is not computable."""
    if count is None or not users:
        return None
    return Fraction(100 * count) / users


def variation(
    count: Number | None,
    users: Number | None,
    baseline: Number | None,
    baseline_users: Number | None,
) -> Fraction | None:
    """The difference of two incidences, in points: exact, still to be rounded."""
    now, then = incidence(count, users), incidence(baseline, baseline_users)
    return None if now is None or then is None else now - then


def six_places(value: Fraction | Decimal | None) -> str | None:
    """«14.820228», half up, as programs read it."""
    return None if value is None else formats.plain(value, 6)


def topic_rows(
    topics: Sequence[tuple[str, str]], current: Counts, baseline: Counts | None
) -> tuple[TopicRow, ...]:
    """One row per topic (code, label), in the order given, zeros included."""
    return tuple(
        _row(
            code,
            label,
            current.topics.get(code, 0),
            None if baseline is None else baseline.topics.get(code, 0),
            current.users,
            None if baseline is None else baseline.users,
        )
        for code, label in topics
    )


def not_comparable(row: TopicRow) -> TopicRow:
    """The line of a topic that the earlier period could not mark: no zero, and no variation."""
    return replace(row, baseline=None, baseline_incidence=None, variation=None)


def historical_rows(
    labels: Sequence[tuple[int, str]],
    row_of: Callable[[str], int | None],
    current: Counts,
    baseline: Counts | None,
) -> tuple[TopicRow, ...]:
    """The rows of the old table (number, label), and one for all that it does not foresee.

    `row_of` says the row of a topic's code. The last row is there only when it is not zero in one
    of the two periods, so that the old rows stay as they were and the total still adds up.
    """
    rows = [(str(number), label) for number, label in labels]
    known = {number for number, _ in rows}
    now = _regrouped(current, row_of, known)
    then = None if baseline is None else _regrouped(baseline, row_of, known)
    if now.topics.get(OTHER_CODE) or (then and then.topics.get(OTHER_CODE)):
        rows.append((OTHER_CODE, OTHER_LABEL))
    return topic_rows(rows, now, then)


def _regrouped(counts: Counts, row_of: Callable[[str], int | None], known: set[str]) -> Counts:
    totals: dict[str, Number] = {}
    for code, number in counts.topics.items():
        row = str(row_of(code))
        row = row if row in known else OTHER_CODE
        totals[row] = totals.get(row, 0) + number
    return Counts(
        users=counts.users,
        users_by_sex=counts.users_by_sex,
        visits=counts.visits,
        anonymous=counts.anonymous,
        topics=totals,
    )


def _row(
    code: str,
    label: str,
    count: Number,
    baseline: Number | None,
    users: Number | None,
    baseline_users: Number | None,
) -> TopicRow:
    return TopicRow(
        code=code,
        label=label,
        count=count,
        baseline=baseline,
        incidence=incidence(count, users),
        baseline_incidence=incidence(baseline, baseline_users),
        variation=variation(count, users, baseline, baseline_users),
    )


def total_row(label: str, current: Counts, baseline: Counts | None) -> TopicRow:
    """The sum of the services; its variation is computed but the layouts leave it out."""
    return _row(
        "",
        label,
        current.services,
        None if baseline is None else baseline.services,
        current.users,
        None if baseline is None else baseline.users,
    )


def reconciles(
    rows: Sequence[TopicRow], total: Number, baseline_total: Number | None = None
) -> bool:
    """Whether the rows add up to the totals beside which they are printed."""
    if sum(row.count for row in rows) != total:
        return False
    return baseline_total is None or sum(row.baseline or 0 for row in rows) == baseline_total


@dataclass(frozen=True)
class Texts:
    """What the manager writes: before the figures, and after them."""

    premise: str = ""
    comment: str = ""


@dataclass(frozen=True)
class Relazione:
    """One desk, one period, one baseline. Page, files, prose and JSON read this value.

    `period` is the window that was counted: for a period still open, what Period.cut() returns.
    `baseline` is None when nothing is known of that period. `omits` are the parts that the desk
    leaves out.
    """

    desk_name: str
    desk_slug: str
    period: Period
    against: Baseline
    current: Counts
    baseline: Counts | None
    rows: tuple[TopicRow, ...]
    historical: tuple[TopicRow, ...]
    taxonomy_version: str
    notes: tuple[str, ...] = ()
    detail: Detail | None = None
    baseline_detail: Detail | None = None
    texts: Texts = Texts()
    omits: frozenset[str] = frozenset()
    network_name: str = ""
    inference: Inference | None = None

    def finding(self, row: TopicRow) -> Finding | None:
        """What may be said of a line's variation; None where it was not tested."""
        return None if self.inference is None else self.inference.findings.get(row.code)

    @property
    def services(self) -> Number:
        return self.current.services

    @property
    def services_baseline(self) -> Number | None:
        return None if self.baseline is None else self.baseline.services

    @property
    def users_baseline(self) -> Number | None:
        return None if self.baseline is None else self.baseline.users

    @property
    def partial_until(self) -> date | None:
        return self.period.end if self.period.is_partial else None

    @property
    def reconciles(self) -> bool:
        return reconciles(self.rows, self.services, self.services_baseline)
