# SPDX-License-Identifier: AGPL-3.0-or-later
"""The arithmetic of a relazione: incidences, variations, rows, and the value that holds them.

Exact fractions only: the two incidences are subtracted first and rounded once, when printed
(rounding each first turns the seed's 1,6 into 1,7). Pure; sections/
says it in words.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

from portal.core.italy import formats
from portal.core.italy.periods import Period
from portal.figures.rules import Counts, Number
from portal.reports.inference import Finding, Inference
from portal.reports.measures.detail import Detail
from portal.reports.relazione.baselines import Baseline

MOST_UNTOLD = Fraction(5, 100)
"""Of a period's enquiries without a name: with more, one that does not tell is not compared."""


@dataclass(frozen=True)
class TopicRow:
    """One line of the table; incidences and variation are per 100 users, exact.

    `count` has all enquiries, `nameless` those among them that no user made: the incidence is of
    the others. None where it is not known, or was not told, how many these are.
    """

    code: str
    label: str
    count: Number | None
    baseline: Number | None
    nameless: Number | None
    baseline_nameless: Number | None
    incidence: Fraction | None
    baseline_incidence: Fraction | None
    variation: Fraction | None
    of_users: Number | None = None
    """The enquiries that the incidence is of."""
    baseline_of_users: Number | None = None
    codes: tuple[str, ...] = ()
    """Of which topics it has the enquiries; of editions from before the lines, its own."""
    details: tuple["TopicRow", ...] = ()
    """The same by each of these topics, where somebody asked for more than one or for another."""
    group: tuple[str, str] = ("", "")
    """The heading that it stands under: its key and its words."""
    is_rest: bool = False
    """Of a detail: whether it is what was marked under a topic itself that has others below it."""
    is_part_then: bool = False
    """Of a detail: whether the earlier period had no such topic, and counted it in the line."""


def incidence(count: Number | None, users: Number | None) -> Fraction | None:
    """Enquiries of users per 100 of them; of no users it is not computable."""
    if count is None or not users:
        return None
    return Fraction(100 * count, users)


def variation(
    count: Number | None,
    users: Number | None,
    baseline: Number | None,
    baseline_users: Number | None,
) -> Fraction | None:
    """The difference of two incidences, in points: exact, still to be rounded."""
    now, then = incidence(count, users), incidence(baseline, baseline_users)
    return None if now is None or then is None else now - then


def services_per_user(counts: Counts) -> Fraction | None:
    """The enquiries that each user made; of no users it is not computable."""
    rate = incidence(counts.services_of_users, counts.users)
    return None if rate is None else rate / 100


def are_comparable(current: Counts, baseline: Counts | None) -> bool:
    """Whether the rates of two periods are of the same: of the enquiries that users made.

    One that does not tell which these are counts all as theirs, which is fair only beside a
    period in which nearly all are.
    """
    if baseline is None or (current.tells_nameless and baseline.tells_nameless):
        return baseline is not None
    return not any(
        side.nameless and side.nameless.total > MOST_UNTOLD * (side.services or 0)
        for side in (current, baseline)
    )


def six_places(value: Fraction | Decimal | None) -> str | None:
    """«14.820228», half up, as programs read it."""
    return None if value is None else formats.plain(value, 6)


Sides = tuple[Counts, Counts | None]
"""A period and, where it is known, the earlier one."""


class Asked(NamedTuple):
    """The enquiries of a line in one period, and the users whom they are divided by."""

    number: Number
    nameless: Number | None
    of_users: Number | None
    users: Number | None

    @classmethod
    def about(cls, side: Counts, code: str) -> "Asked":
        """Those of one code."""
        known = side.nameless if side.tells_nameless else None
        nameless = known.of_topic(code) if known else None
        return cls(side.topics.get(code, 0), nameless, side.of_users(code), side.users)

    @classmethod
    def added(cls, sides: Sequence["Asked"]) -> "Asked | None":
        """Several lines together; of none, nothing is known."""
        if not sides:
            return None
        return cls(
            sum(side.number for side in sides),
            _sum_known([side.nameless for side in sides]),
            _sum_known([side.of_users for side in sides]),
            sides[0].users,
        )

    @classmethod
    def in_all(cls, side: Counts | None) -> "Asked | None":
        """Those of every topic; None where enquiries were not recorded."""
        if side is None or side.services is None:
            return None
        known = side.nameless if side.tells_nameless else None
        nameless = known.total if known else None
        return cls(side.services, nameless, side.services_of_users, side.users)


def asked_of(side: Counts | None, code: str) -> Asked | None:
    """The enquiries of a code; None where enquiries were not recorded at all."""
    return Asked.about(side, code) if side and side.knows_topics else None


def _sum_known(numbers: Sequence[Number | None]) -> Number | None:
    known = [number for number in numbers if number is not None]
    return sum(known) if len(known) == len(numbers) else None


def topic_row(
    code: str,
    label: str,
    now: Asked | None,
    then: Asked | None,
    *,
    comparable: bool,
    codes: tuple[str, ...] = (),
    details: tuple[TopicRow, ...] = (),
    group: tuple[str, str] = ("", ""),
    is_rest: bool = False,
    is_part_then: bool = False,
) -> TopicRow:
    """A line of what was asked in each period; None of one in which it could not be."""
    return TopicRow(
        code=code,
        label=label,
        count=now.number if now else None,
        baseline=then.number if then else None,
        nameless=now.nameless if now else None,
        baseline_nameless=then.nameless if then else None,
        incidence=incidence(now.of_users, now.users) if now else None,
        baseline_incidence=incidence(then.of_users, then.users) if then else None,
        variation=variation(now.of_users, now.users, then.of_users, then.users)
        if now and then and comparable
        else None,
        of_users=now.of_users if now else None,
        baseline_of_users=then.of_users if then else None,
        codes=codes,
        details=details,
        group=group,
        is_rest=is_rest,
        is_part_then=is_part_then,
    )


def summed_row(code: str, label: str, rows: Sequence[TopicRow], sides: Sides) -> TopicRow:
    """Several lines as one; a variation only where each that was asked has one, and some has."""
    current, baseline = sides
    now = [
        Asked(row.count, row.nameless, row.of_users, current.users)
        for row in rows
        if row.count is not None
    ]
    then = [
        Asked(row.baseline, row.baseline_nameless, row.baseline_of_users, baseline.users)
        for row in rows
        if row.baseline is not None and baseline is not None
    ]
    without = [row for row in rows if row.variation is None]
    return topic_row(
        code,
        label,
        Asked.added(now),
        Asked.added(then),
        comparable=len(without) < len(rows)
        and not any(row.count or row.baseline for row in without),
        codes=tuple(row.code for row in rows),
    )


def topic_rows(
    topics: Sequence[tuple[str, str]], current: Counts, baseline: Counts | None
) -> tuple[TopicRow, ...]:
    """One row per topic (code, label), in the order given, zeros included."""
    comparable = are_comparable(current, baseline)
    return tuple(
        topic_row(
            code,
            label,
            Asked.about(current, code),
            Asked.about(baseline, code) if baseline else None,
            comparable=comparable,
            codes=(code,),
        )
        for code, label in topics
    )


def total_row(label: str, current: Counts, baseline: Counts | None) -> TopicRow:
    """The sum of the services; its variation is computed but the layouts leave it out."""
    comparable = are_comparable(current, baseline)
    now, then = Asked.in_all(current), Asked.in_all(baseline)
    return topic_row("", label, now, then, comparable=comparable)


def reconciles(
    rows: Sequence[TopicRow],
    total: Number | None,
    baseline_total: Number | None = None,
    *,
    early: tuple[Number, Number] = (0, 0),
) -> bool:
    """Whether the rows add up to the totals beside which they are printed, as far as these are
    known.

    `early` are the enquiries of both periods that no row has: they are in the total alone.
    """
    if total is not None and sum(row.count or 0 for row in rows) + early[0] != total:
        return False
    return baseline_total is None or (
        sum(row.baseline or 0 for row in rows) + early[1] == baseline_total
    )


class Layout(StrEnum):
    """The two layouts, as addresses, the command line and editions name them."""

    MODERN = "moderno"
    HISTORICAL = "storico"


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
    own_notes: tuple[str, ...] | None = None
    """Those among them that are of the period alone; editions of before do not tell them apart."""
    is_baseline_silent: bool = False
    """Whether nothing at all was recorded in what it is compared with."""
    detail: Detail | None = None
    baseline_detail: Detail | None = None
    texts: Texts = Texts()
    omits: frozenset[str] = frozenset()
    network_name: str = ""
    inference: Inference | None = None
    early: tuple[Number, Number] = (0, 0)
    """Enquiries of both periods about topics that no list had then: in the total, on no line."""
    layout: Layout = Layout.MODERN
    rates_of_all: bool = False
    """Whether its rates are of all enquiries, as in editions from before these were told apart."""

    def alone(self) -> "Relazione":
        """Compared with nothing; on the lines that it has."""
        return replace(
            self,
            against=Baseline(()),
            baseline=None,
            baseline_detail=None,
            inference=None,
            notes=self.notes if self.own_notes is None else self.own_notes,
        )

    @property
    def is_historical(self) -> bool:
        return self.layout is Layout.HISTORICAL

    @property
    def groups(self) -> tuple[TopicRow, ...]:
        """The lines by the heading that they stand under; none in editions that do not say it."""
        named = dict.fromkeys(row.group for row in self.rows if row.group[0])
        sides = (self.current, self.baseline)
        return tuple(
            summed_row(key, label, [row for row in self.rows if row.group[0] == key], sides)
            for key, label in named
        )

    @property
    def line_of(self) -> dict[str, str]:
        """The line of each topic that the table has."""
        return {code: row.code for row in self.rows for code in row.codes}

    def finding(self, row: TopicRow) -> Finding | None:
        """What may be said of a line's variation; None where it was not tested."""
        return None if self.inference is None else self.inference.findings.get(row.code)

    @property
    def services(self) -> Number | None:
        return self.current.services

    @property
    def is_silent(self) -> bool:
        """Whether nothing at all was recorded in the period: no number of it is zero."""
        return self.current.users is None and self.services is None

    @property
    def services_baseline(self) -> Number | None:
        return None if self.baseline is None else self.baseline.services

    @property
    def users_baseline(self) -> Number | None:
        return None if self.baseline is None else self.baseline.users

    @property
    def has_nameless(self) -> tuple[bool, bool]:
        """Whether the period, and the earlier one, tell of enquiries without a name."""
        sides = (self.current, self.baseline)
        now, then = (
            bool(side and side.tells_nameless and side.nameless and side.nameless.total)
            for side in sides
        )
        return now, then

    @property
    def counts_nameless_in_rates(self) -> bool:
        """Whether some contact without a name is in its rates, as in editions of before."""
        sides = (self.current, self.baseline)
        return self.rates_of_all and any(side and side.anonymous for side in sides)

    @property
    def partial_until(self) -> date | None:
        return self.period.end if self.period.is_partial else None

    @property
    def reconciles(self) -> bool:
        return reconciles(self.rows, self.services, self.services_baseline, early=self.early)
