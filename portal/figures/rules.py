# SPDX-License-Identifier: AGPL-3.0-or-later
"""What one change of a visit changes in the figures of the periods around it. Pure.

A person is a user of a period when at least one visit of theirs falls in it, so a visit makes a
user only where the person has no other visit; it never needs to look at anybody else.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from uuid import UUID

from portal.core.italy.periods import Period, named_periods

Number = int | Fraction
"""A count; the mean of several periods' counts is exact."""
SEXES = "FMXN"
"""Female, male, another sex on the passport, not stated."""


@dataclass(frozen=True)
class Nameless:
    """Enquiries of visits without a person: counted among all, made by no user.

    `by_topic` is None where only their sum was kept. Of the mean of several periods, `is_whole`
    says whether each of them told its own; what was not told is then missing here.
    """

    total: Number
    by_topic: Mapping[str, Number] | None
    is_whole: bool = True

    @classmethod
    def of_topics(cls, by_topic: Mapping[str, Number]) -> "Nameless":
        """Known by topic, and so in all."""
        return cls(sum(by_topic.values()), {code: n for code, n in by_topic.items() if n})

    @classmethod
    def kept(cls, total: int | None, by_topic: Mapping[str, int] | None) -> "Nameless | None":
        """As past totals keep it: by topic, in all alone, or not at all."""
        if by_topic:
            return cls.of_topics(by_topic)
        return None if total is None else cls(total, None if total else {})

    def of_topic(self, code: str) -> Number | None:
        """Those of a topic; of none in all, none of each."""
        if self.by_topic is None:
            return None if self.total else 0
        return self.by_topic.get(code, 0)


def knows_enquiries(topics: Mapping[str, Number], users: Number | None) -> bool:
    """Whether totals from before the software tell their enquiries.

    Without any theirs were not kept, unless nobody came: then there were none.
    """
    return any(topics.values()) or users == 0


@dataclass(frozen=True)
class SumOf:
    """Of which past totals requests are the sum, and whether of records beside them."""

    totals: tuple[str, ...]
    has_records: bool = False


@dataclass(frozen=True)
class Counts:
    """The figures of one period. None: not recorded then, which is not zero.

    `users_by_sex` has the keys F, M, X (another sex) and N (not stated); N is taken as what is
    missing to the users, so that the parts always add up. `topics` counts enquiries, `nameless`
    those of them that no user made; where it was not told, they count as made by users.
    """

    users: Number | None
    users_by_sex: Mapping[str, Number] | None
    visits: Number | None
    anonymous: Number | None
    topics: Mapping[str, Number] = field(default_factory=dict)
    nameless: Nameless | None = None
    knows_topics: bool = True
    """Whether enquiries were recorded: of totals of users alone they were not."""
    sum_of: SumOf | None = None
    """Where enquiries were added over parts: the users of parts are not, so they are not known."""

    @property
    def services(self) -> Number | None:
        return sum(self.topics.values()) if self.knows_topics else None

    @property
    def services_of_users(self) -> Number | None:
        if self.services is None:
            return None
        return self.services - (self.nameless.total if self.nameless else 0)

    def of_users(self, code: str) -> Number | None:
        """The enquiries of a topic that users made; None where that was kept of no topic alone."""
        number = self.topics.get(code, 0)
        if self.nameless is None:
            return number
        nameless = self.nameless.of_topic(code)
        return None if nameless is None else number - nameless

    @property
    def tells_nameless(self) -> bool:
        """Whether it is known, of all of it, which enquiries nobody's name stands beside."""
        return self.nameless is not None and self.nameless.is_whole

    @property
    def tells_topics_of_users(self) -> bool:
        """Whether each topic's enquiries are known to be of users or not, as far as it tells."""
        return (
            self.nameless is None or not self.nameless.total or self.nameless.by_topic is not None
        )

    def of_sex(self, *keys: str) -> Number | None:
        if self.users is None or self.users_by_sex is None:
            return None
        stated = {key: self.users_by_sex.get(key, 0) for key in "FMX"}
        parts = stated | {"N": self.users - sum(stated.values())}
        return sum(parts[key] for key in keys)


def regrouped(counts: Counts, line_of: Callable[[str], str]) -> Counts:
    """The same enquiries under the line of each code."""
    nameless = counts.nameless
    if nameless is not None and nameless.by_topic is not None:
        nameless = replace(nameless, by_topic=_on_lines(nameless.by_topic, line_of))
    return replace(counts, topics=_on_lines(counts.topics, line_of), nameless=nameless)


def _on_lines(numbers: Mapping[str, Number], line_of: Callable[[str], str]) -> dict[str, Number]:
    totals: dict[str, Number] = {}
    for code, number in numbers.items():
        line = line_of(code)
        totals[line] = totals.get(line, 0) + number
    return totals


def is_silent(counts: Counts) -> bool:
    """Whether nothing at all was recorded: no desk works a period long for nobody."""
    return not (counts.users or counts.visits or counts.services)


NOTHING_RECORDED = Counts(
    users=None, users_by_sex=None, visits=None, anonymous=None, knows_topics=False
)
"""Of a period of which nothing is known: no number, and never zero."""


def added(parts: Sequence[Counts], sum_of: SumOf) -> Counts:
    """The enquiries of parts that fill a period together; whoever came in two of them is one user.

    All of them know their enquiries. Which are nameless is known only if each part tells.
    """
    sides = [part.nameless for part in parts if part.nameless and part.tells_nameless]
    return Counts(
        users=None,
        users_by_sex=None,
        visits=None,
        anonymous=None,
        topics=sum_by_key([part.topics for part in parts]),
        nameless=_added_nameless(sides) if len(sides) == len(parts) else None,
        sum_of=sum_of,
    )


def _added_nameless(sides: Sequence[Nameless]) -> Nameless:
    known = [side.by_topic for side in sides if side.by_topic is not None]
    by_topic = sum_by_key(known) if len(known) == len(sides) else None
    return Nameless(sum(side.total for side in sides), by_topic)


def sum_by_key(parts: Iterable[Mapping[str, Number]]) -> dict[str, Number]:
    """Each number under its key, over all parts."""
    totals: dict[str, Number] = {}
    for part in parts:
        for key, number in part.items():
            totals[key] = totals.get(key, 0) + number
    return totals


def mean_of(counts: Sequence[Counts]) -> Counts:
    """The mean of each figure; one that was not recorded in some period has no mean."""
    by_sex = [period.users_by_sex for period in counts if period.users_by_sex is not None]
    return Counts(
        users=_mean([period.users for period in counts]),
        users_by_sex=_mean_by_key(by_sex) if len(by_sex) == len(counts) else None,
        visits=_mean([period.visits for period in counts]),
        anonymous=_mean([period.anonymous for period in counts]),
        topics=_mean_by_key([period.topics for period in counts]),
        knows_topics=all(period.knows_topics for period in counts),
        nameless=_mean_nameless([period.nameless for period in counts]),
        sum_of=_any_sum([period.sum_of for period in counts if period.users is None]),
    )


def _any_sum(sums: Iterable[SumOf | None]) -> SumOf | None:
    """Why a mean has no users: some of its periods are sums."""
    known = [each for each in sums if each is not None]
    if not known:
        return None
    totals = tuple(name for each in known for name in each.totals)
    return SumOf(totals, has_records=any(each.has_records for each in known))


def _mean_nameless(sides: Sequence[Nameless | None]) -> Nameless | None:
    """Of the periods that told it, over all of them; of none, nothing is known."""
    known = [side for side in sides if side is not None]
    if not known:
        return None
    is_whole = len(known) == len(sides) and all(side.is_whole for side in known)
    untold = [Nameless.of_topics({})] * (len(sides) - len(known))
    each = [*known, *untold]
    parts = [side.by_topic for side in each if side.by_topic is not None]
    by_topic = _mean_by_key(parts) if len(parts) == len(each) else None
    return Nameless(Fraction(sum(side.total for side in each)) / len(each), by_topic, is_whole)


def _mean(numbers: Sequence[Number | None]) -> Fraction | None:
    known = [number for number in numbers if number is not None]
    return Fraction(sum(known)) / len(known) if len(known) == len(numbers) else None


def _mean_by_key(parts: Sequence[Mapping[str, Number]]) -> dict[str, Number]:
    keys = sorted({key for part in parts for key in part})
    return {key: Fraction(sum(part.get(key, 0) for part in parts)) / len(parts) for key in keys}


@dataclass(frozen=True)
class VisitFact:
    """What a visit counts for: its day, its person if it has one, and what was asked."""

    day: date
    person_id: UUID | None
    sex: str
    topics: Mapping[str, int]


@dataclass
class Delta:
    """What to add to the figures of one period."""

    users: dict[str, int] = field(default_factory=lambda: dict.fromkeys(SEXES, 0))
    visits: int = 0
    anonymous: int = 0
    topics: dict[str, int] = field(default_factory=dict)
    nameless: dict[str, int] = field(default_factory=dict)

    @property
    def is_nothing(self) -> bool:
        counts = (self.visits, self.anonymous, *self.users.values(), *self.topics.values())
        return not any((*counts, *self.nameless.values()))


Deltas = dict[str, Delta]
"""By the period's name."""
Came = tuple[str, Collection[date]]
"""A person's sex and the days on which they came."""


def deltas_of(
    before: VisitFact | None,
    after: VisitFact | None,
    other_days: Mapping[UUID, Collection[date]],
) -> Deltas:
    """What changes when a visit comes (no `before`), goes (no `after`) or is corrected.

    `other_days` holds, for each person named, the days of all their other visits.
    """
    deltas: Deltas = {}
    for fact, sign in ((before, -1), (after, 1)):
        if fact is not None:
            for period in named_periods(fact.day):
                delta = deltas.setdefault(period.name, Delta())
                _add(delta, fact, sign, _makes_a_user(fact, period, other_days))
    return {name: delta for name, delta in deltas.items() if not delta.is_nothing}


def _makes_a_user(
    fact: VisitFact, period: Period, other_days: Mapping[UUID, Collection[date]]
) -> bool:
    if fact.person_id is None:
        return False
    return not any(period.start <= day <= period.end for day in other_days[fact.person_id])


def _add(delta: Delta, fact: VisitFact, sign: int, makes_a_user: bool) -> None:
    delta.visits += sign
    delta.anonymous += sign * (fact.person_id is None)
    delta.users[fact.sex] += sign * makes_a_user
    counted = [delta.topics] if fact.person_id else [delta.topics, delta.nameless]
    for code, number in fact.topics.items():
        for numbers in counted:
            numbers[code] = numbers.get(code, 0) + sign * number


def deltas_of_sex(days: Iterable[date], before: str, after: str) -> Deltas:
    """What changes when the sex of a person who came on these days is corrected."""
    came = list(days)
    return deltas_of_users([(before, came)], [(after, came)])


def deltas_of_users(before: Iterable[Came], after: Iterable[Came]) -> Deltas:
    """What changes when the same visits are told of other persons: each is one user of a period."""
    deltas: Deltas = {}
    for cards, sign in ((before, -1), (after, 1)):
        for sex, days in cards:
            for name in {period.name for day in days for period in named_periods(day)}:
                deltas.setdefault(name, Delta()).users[sex] += sign
    return {name: delta for name, delta in deltas.items() if not delta.is_nothing}
