# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is known of a window of a desk, counted a second time, in whole numbers and fractions."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from tests.portal.reports.random_desks import Came, Desk, Total
from tests.portal.reports.windows_by_hand import DAY, Window, between

Number = int | Fraction
LIMIT = Fraction(5, 100)


class NotKnown(Exception):
    """A part of the period is known as totals, and they do not fill it."""


@dataclass(frozen=True)
class Nameless:
    """Requests of nobody by name; `by_topic` is None where only their sum was told.

    Of a mean `is_whole` says whether each of its periods told them.
    """

    total: Number
    by_topic: Mapping[str, Number] | None
    is_whole: bool = True

    def of(self, codes: Iterable[str]) -> Number | None:
        if self.by_topic is None:
            return None if self.total else 0
        return sum(self.by_topic.get(code, 0) for code in codes)


@dataclass(frozen=True)
class Known:
    """The figures of a window: None is what nobody wrote down."""

    users: Number | None = None
    sexes: Mapping[str, Number] | None = None
    visits: Number | None = None
    topics: Mapping[str, Number] | None = None
    nameless: Nameless | None = None
    days: Number | None = None
    months: tuple[tuple[Number, Number], ...] | None = None
    """Visits and requests of each; of records alone."""
    of_some: frozenset[str] = frozenset()
    """Of a mean the topics of the years that know them, also where others do not."""

    @property
    def recorded(self) -> frozenset[str]:
        """Every topic that was written down."""
        return self.of_some | {code for code, number in (self.topics or {}).items() if number}

    @property
    def services(self) -> Number | None:
        return None if self.topics is None else sum(self.topics.values())

    @property
    def services_of_users(self) -> Number | None:
        services, nameless = self.services, self.nameless
        return services if services is None or nameless is None else services - nameless.total

    @property
    def tells(self) -> bool:
        return self.nameless is not None and self.nameless.is_whole

    @property
    def is_nothing(self) -> bool:
        return not (self.users or self.visits or self.services)

    def of_users(self, codes: Iterable[str]) -> Number | None:
        """The requests of some codes that users made, as far as it was told."""
        codes = [*codes]
        asked = sum((self.topics or {}).get(code, 0) for code in codes)
        if self.nameless is None:
            return asked
        nameless = self.nameless.of(codes)
        return None if nameless is None else asked - nameless


def count(desk: Desk, window: Window) -> Known:
    """By its own totals, by the parts that fill it, or by the records."""
    beside = [one for one in desk.totals if _touch(one.window, window)]
    if not beside:
        return of_records(desk, window)
    own = [one for one in beside if _days(one.window) == _days(window)]
    parts = _added(desk, window, [one for one in beside if one not in own])
    if not own:
        if parts is None:
            raise NotKnown
        return parts
    known = of_total(own[0])
    if known.topics is None and parts is not None:
        return replace(known, topics=parts.topics, nameless=parts.nameless)
    return known


def _touch(one: Window, other: Window) -> bool:
    return one.first <= other.last and other.first <= one.last


def _days(window: Window) -> tuple[date, date]:
    return window.first, window.last


def of_records(desk: Desk, window: Window) -> Known:
    """Nothing at all where nobody came."""
    inside = [one for one in desk.visits if window.has(one.day) and not one.is_gone]
    if not inside:
        return Known()
    persons = {one.person for one in inside if one.person is not None}
    return Known(
        users=len(persons),
        sexes=Counter(desk.sexes[one] or "N" for one in persons),
        visits=len(inside),
        topics=_asked(inside),
        nameless=_told(_asked(one for one in inside if one.person is None)),
        days=len({one.day for one in inside}),
        months=tuple(_months(inside, window)),
    )


def _asked(came: Iterable[Came]) -> Counter[str]:
    return Counter(code for one in came for code in one.topics)


def _told(by_topic: Mapping[str, int]) -> Nameless:
    return Nameless(sum(by_topic.values()), by_topic)


def _months(inside: Sequence[Came], window: Window) -> Iterable[tuple[int, int]]:
    month = (window.first.year, window.first.month)
    while month <= (window.last.year, window.last.month):
        there = [one for one in inside if (one.day.year, one.day.month) == month]
        yield len(there), sum(len(one.topics) for one in there)
        month = (month[0] + month[1] // 12, month[1] % 12 + 1)


def of_total(total: Total) -> Known:
    """Without any request these were not written down, unless nobody came."""
    sexes = None
    if total.women is not None and total.men is not None:
        rest = total.users - total.women - total.men
        sexes = {"F": total.women, "M": total.men, "N": rest}
    nameless = None
    if total.by_topic:
        nameless = _told(total.by_topic)
    elif total.nameless is not None:
        nameless = Nameless(total.nameless, None if total.nameless else {})
    is_told = bool(total.topics) or not total.users
    return Known(total.users, sexes, None, total.topics if is_told else None, nameless)


def _added(desk: Desk, window: Window, totals: Sequence[Total]) -> Known | None:
    """The sum of as few parts as fill the window day after day."""
    parts = [(one.window, of_total(one)) for one in totals]
    free = window.first
    for one in sorted(totals, key=lambda one: one.window.first):
        if one.window.first > free:
            parts.append(_rest(desk, free, one.window.first - DAY))
        free = max(free, one.window.last + DAY)
    if free <= window.last:
        parts.append(_rest(desk, free, window.last))
    ways = _ways(window.first, window.last, [part for part in parts if part[1].topics is not None])
    if not ways:
        return None
    few = [_sum([known for _window, known in way]) for way in ways
           if len(way) == min(map(len, ways))]  # fmt: skip
    assert all(one == few[0] for one in few), "drawn so that it is told which parts they are"
    return few[0]


def _rest(desk: Desk, first: date, last: date) -> tuple[Window, Known]:
    window = between(first, last)
    return window, of_records(desk, window)


Part = tuple[Window, Known]


def _ways(first: date, last: date, parts: Sequence[Part]) -> list[tuple[Part, ...]]:
    """Every way in which parts follow each other from one day to the other."""
    if first > last:
        return [()]
    return [
        (part, *rest)
        for part in parts
        if part[0].first == first and part[0].last <= last
        for rest in _ways(part[0].last + DAY, last, parts)
    ]


def _sum(parts: Sequence[Known]) -> Known:
    """Requests add, users do not; the nameless where each part tells them."""
    topics: Counter[str] = Counter()
    for part in parts:
        topics.update(part.topics or {})
    told = [part.nameless for part in parts if part.nameless is not None]
    nameless = None
    if len(told) == len(parts):
        by_topic: Counter[str] | None = Counter()
        for one in told:
            by_topic = None if by_topic is None or one.by_topic is None else by_topic + Counter(
                one.by_topic
            )  # fmt: skip
        nameless = Nameless(sum(one.total for one in told), by_topic)
    return Known(topics=dict(topics), nameless=nameless)


def mean(sides: Sequence[Known]) -> Known:
    """The mean of each figure; of one that some period does not have there is none."""
    topics = [one.topics for one in sides if one.topics is not None]
    sexes = [one.sexes for one in sides if one.sexes is not None]
    months = [one.months for one in sides if one.months is not None]
    return Known(
        users=_mean([one.users for one in sides]),
        sexes=_mean_by(sexes) if len(sexes) == len(sides) else None,
        visits=_mean([one.visits for one in sides]),
        topics=_mean_by(topics) if len(topics) == len(sides) else None,
        nameless=_mean_nameless([one.nameless for one in sides]),
        days=_mean([one.days for one in sides]),
        months=tuple(
            _mean_month([numbers for numbers in month if numbers[0]])
            for month in zip(*months, strict=True)
        )
        if len(months) == len(sides)
        else None,
        of_some=frozenset[str]().union(*(one.recorded for one in sides)),
    )


def _mean_month(years: Sequence[tuple[Number, Number]]) -> tuple[Number, Number]:
    """Visits and enquiries, of the years in which somebody came in the month."""
    if not years:
        return 0, 0
    visits, enquiries = zip(*years, strict=True)
    return _over(visits, len(years)), _over(enquiries, len(years))


def _over(numbers: Iterable[Number], length: int) -> Fraction:
    return Fraction(sum(numbers)) / length


def _mean(numbers: Sequence[Number | None]) -> Fraction | None:
    known = [number for number in numbers if number is not None]
    return _over(known, len(known)) if len(known) == len(numbers) else None


def _mean_by(parts: Sequence[Mapping[str, Number]]) -> dict[str, Number]:
    keys = {key for part in parts for key in part}
    return {key: _over([part.get(key, 0) for part in parts], len(parts)) for key in keys}


def _mean_nameless(sides: Sequence[Nameless | None]) -> Nameless | None:
    """A period that does not tell them has none: all its requests are taken for users'."""
    told = [one for one in sides if one is not None]
    if not told:
        return None
    parts = [one.by_topic for one in told if one.by_topic is not None]
    by_topic = _mean_by([*parts, *[{}] * (len(sides) - len(told))])
    total = _over([one.total for one in told], len(sides))
    return Nameless(total, by_topic if len(parts) == len(told) else None, len(told) == len(sides))


def are_alike(now: Known, then: Known | None) -> bool:
    """Whether rates of the two are of the same requests, or nearly.

    Where one does not tell the nameless, they may be one in twenty of what is told and no more.
    """
    if then is None or (now.tells and then.tells):
        return then is not None
    return not any(
        side.nameless and side.nameless.total > LIMIT * (side.services or 0) for side in (now, then)
    )


def rate(asked: Number | None, users: Number | None) -> Fraction | None:
    return None if asked is None or not users else Fraction(100 * asked) / users


def difference(one: Fraction | None, other: Fraction | None) -> Fraction | None:
    return None if one is None or other is None else one - other
