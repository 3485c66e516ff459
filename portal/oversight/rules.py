# SPDX-License-Identifier: AGPL-3.0-or-later
"""Desks side by side: the value that the page, the files and the JSON of a network read. Pure.

Each desk's figures are those that it approved. The network's are sums of counts and of users, and
its rates come of the sums: never a mean of rates.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from functools import cached_property
from string import ascii_lowercase
from typing import Any

from portal.core.italy.periods import Period
from portal.figures.rules import Counts, Nameless, Number
from portal.reports.inference import Funnel, funnel
from portal.reports.relazione.model import TopicRow, not_comparable, topic_rows, total_row

Topic = tuple[str, str]
"""Code and label."""
MUCH = Fraction(1, 5)
"""Of a desk's enquiries without a name: with more, its figures are read with a note."""


@dataclass(frozen=True)
class Named:
    """A desk as the network calls it."""

    slug: str
    name: str


@dataclass(frozen=True)
class DeskFigures:
    """A column: what one desk approved, or (of no desk) the network's sums."""

    desk: Named
    current: Counts
    baseline: Counts | None
    topics: tuple[Topic, ...]
    """The lines of the desk's own relazione."""
    told: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """What the desk's own relazione says of each variation, as its JSON has it."""
    fresh: frozenset[str] = frozenset()
    """Lines that the earlier period could not mark: beside them stands no zero."""

    @property
    def users(self) -> Number | None:
        return self.current.users

    @property
    def users_baseline(self) -> Number | None:
        return None if self.baseline is None else self.baseline.users

    @property
    def services(self) -> Number:
        return self.current.services

    @property
    def services_baseline(self) -> Number | None:
        return None if self.baseline is None else self.baseline.services

    @property
    def much_nameless(self) -> tuple[Counts, ...]:
        """The period, and the earlier one, where of more than a fifth of its enquiries no user."""
        sides = (self.current, self.baseline)
        return tuple(
            side
            for side in sides
            if side and side.nameless and side.nameless.total > MUCH * side.services
        )

    def rows(self, topics: Sequence[Topic] | None = None) -> tuple[TopicRow, ...]:
        """The desk's own lines, or those of the whole table, with zeros where nobody asked."""
        rows = topic_rows(self.topics if topics is None else topics, self.current, self.baseline)
        return tuple(not_comparable(row) if row.code in self.fresh else row for row in rows)

    def total(self, label: str) -> TopicRow:
        """The line of all services."""
        return total_row(label, self.current, self.baseline)


@dataclass(frozen=True)
class NetworkComparison:
    """The desks of a network in a period, in alphabetical order, and those that are missing."""

    network: Named
    period: Period
    baseline: Period
    compiled_at: datetime | None
    desks: tuple[DeskFigures, ...]
    missing: tuple[Named, ...]
    order: tuple[str, ...]
    """Codes of topics as the list of the period, then the newest, has them."""

    @cached_property
    def topics(self) -> tuple[Topic, ...]:
        """Every line of any desk, in the order of the list of topics."""
        labels = {code: label for desk in reversed(self.desks) for code, label in desk.topics}
        return in_order(labels, self.order)

    @cached_property
    def sums(self) -> DeskFigures:
        """The network: who went to two desks counts twice."""
        sides = [desk.baseline for desk in self.desks]
        known = [side for side in sides if side is not None]
        return DeskFigures(
            desk=self.network,
            current=_sum(desk.current for desk in self.desks),
            # Of some desks only it would not be the same network: better not computable.
            baseline=_sum(known) if sides and len(known) == len(sides) else None,
            topics=self.topics,
            fresh=frozenset[str]().union(*(desk.fresh for desk in self.desks)),
        )

    @cached_property
    def funnel(self) -> Funnel:
        """Each desk beside the others, where the users of the desk are known."""
        codes = [code for code, _label in self.topics]
        able = [
            desk
            for desk in self.desks
            if isinstance(desk.users, int) and desk.current.tells_topics_of_users
        ]
        users = {desk.desk.slug: int(desk.users or 0) for desk in able}
        return funnel(
            users,
            {
                code: {desk.desk.slug: int(desk.current.of_users(code) or 0) for desk in able}
                for code in codes
            },
        )

    @cached_property
    def marks(self) -> dict[str, str]:
        """The letter that stands beside each desk of which many enquiries are nameless."""
        many = [desk.desk.slug for desk in self.desks if desk.much_nameless]
        return {slug: _letter(number) for number, slug in enumerate(many)}

    @property
    def wanted(self) -> int:
        """How many desks the network has in this period."""
        return len(self.desks) + len(self.missing)


def _letter(number: int) -> str:
    """a, b, … z, aa, ab, …"""
    tens, units = divmod(number, len(ascii_lowercase))
    return (_letter(tens - 1) if tens else "") + ascii_lowercase[units]


def _sum(sides: Iterable[Counts]) -> Counts:
    sides = list(sides)
    users = [side.users for side in sides]
    known = [number for number in users if number is not None]
    return _counts(
        sum(known) if len(known) == len(users) else None,
        _sum_by_topic(side.topics for side in sides),
        _sum_nameless([side.nameless for side in sides]),
    )


def _sum_by_topic(parts: Iterable[Mapping[str, Number]]) -> dict[str, Number]:
    topics: dict[str, Number] = {}
    for part in parts:
        for code, number in part.items():
            topics[code] = topics.get(code, 0) + number
    return topics


def _sum_nameless(sides: Sequence[Nameless | None]) -> Nameless | None:
    """Of the desks that tell it; what the others do not is missing."""
    known = [side for side in sides if side is not None]
    if not known:
        return None
    parts = [side.by_topic for side in known if side.by_topic is not None]
    by_topic = _sum_by_topic(parts) if len(parts) == len(known) else None
    is_whole = len(known) == len(sides) and all(side.is_whole for side in known)
    return Nameless(sum(side.total for side in known), by_topic, is_whole)


def _counts(
    users: Number | None, topics: Mapping[str, Number], nameless: Nameless | None
) -> Counts:
    return Counts(
        users=users,
        users_by_sex=None,
        visits=None,
        anonymous=None,
        topics=topics,
        nameless=nameless,
    )


TOLD = ("change", "low", "high", "p_adjusted")


def figures_of(desk: Named, read: Mapping[str, Any]) -> DeskFigures:
    """A desk's JSON as figures, beside the baseline that the desk itself chose."""
    rows = read["rows"]
    then, fresh = None, frozenset[str]()
    if read["services_baseline"] is not None:
        fresh = frozenset(row["code"] for row in rows if row["baseline"] is None)
        asked = {row["code"]: row["baseline"] for row in rows if row["code"] not in fresh}
        rows = [row for row in rows if row["code"] not in fresh]
        nameless = _nameless(read.get("nameless_baseline"), rows, "baseline_nameless")
        then = _counts(read["users_baseline"], asked, nameless)
    told = {row["code"]: {key: row[key] for key in TOLD} for row in read["rows"] if "change" in row}
    return DeskFigures(desk, _current(read), then, _topics(read["rows"]), told, fresh)


def figures_against(
    desk: Named,
    read: Mapping[str, Any],
    earlier: Mapping[str, Any] | None,
    order: Sequence[str],
    fresh: frozenset[str],
) -> DeskFigures:
    """The same beside what the desk approved of another period; of none, not computable.

    `fresh`: topics that the other period could not mark.
    """
    then = None if earlier is None else _current(earlier)
    asked_then = [row for row in (earlier["rows"] if earlier else ()) if row["count"]]
    labels = dict(_topics(asked_then)) | dict(_topics(read["rows"]))
    # Of whether this other change is more than chance the desk has said nothing.
    told = {code: dict.fromkeys(TOLD) for code in labels}
    missing = fresh - {row["code"] for row in asked_then}
    return DeskFigures(desk, _current(read), then, in_order(labels, order), told, missing)


def in_order(labels: Mapping[str, str], order: Sequence[str]) -> tuple[Topic, ...]:
    """Topics as the list has them; what no list knows comes last."""
    known = [(code, labels[code]) for code in order if code in labels]
    return (*known, *((code, labels[code]) for code in sorted(labels.keys() - {*order})))


def _current(read: Mapping[str, Any]) -> Counts:
    rows = read["rows"]
    asked = {row["code"]: row["count"] for row in rows}
    return _counts(read["users"], asked, _nameless(read.get("nameless"), rows, "nameless"))


def _nameless(total: int | None, rows: Sequence[Mapping[str, Any]], key: str) -> Nameless | None:
    """What a desk's JSON tells of its enquiries without a name; None where it does not."""
    if total is None:
        return None
    by_topic = {row["code"]: row[key] for row in rows}
    return Nameless(total, None if None in by_topic.values() else by_topic)


def _topics(rows: Sequence[Mapping[str, Any]]) -> tuple[Topic, ...]:
    return tuple((row["code"], row["label"]) for row in rows)
