# SPDX-License-Identifier: AGPL-3.0-or-later
"""What one change of a visit changes in the figures of the periods around it. Pure.

A person is a user of a period when at least one visit of theirs falls in it, so a visit makes a
user only where the person has no other visit; it never needs to look at anybody else.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple
from uuid import UUID

from portal.core.periods import Period, named_periods

SEXES = "FMXN"
"""Female, male, another sex on the passport, not stated."""


@dataclass(frozen=True)
class Counts:
    """The figures of one period. None: not recorded then, which is not zero.

    `users_by_sex` has the keys F, M, X (another sex) and N (not stated); N is taken as what is
    missing to the users, so that the parts always add up. `topics` counts enquiries.
    """

    users: int | None
    users_by_sex: Mapping[str, int] | None
    visits: int | None
    anonymous: int | None
    topics: Mapping[str, int] = field(default_factory=dict)

    @property
    def services(self) -> int:
        return sum(self.topics.values())

    def of_sex(self, *keys: str) -> int | None:
        if self.users is None or self.users_by_sex is None:
            return None
        stated = {key: self.users_by_sex.get(key, 0) for key in "FMX"}
        parts = stated | {"N": self.users - sum(stated.values())}
        return sum(parts[key] for key in keys)


class Excess(NamedTuple):
    """A figure of a period that is larger than that of the longer period around it.

    `what` is USERS, a sex or the code of a topic.
    """

    what: str
    within: int
    whole: int


USERS = "users"


def find_excess(within: Counts, whole: Counts) -> Excess | None:
    """The first figure by which a period contradicts a longer one that contains it.

    What was not kept is not compared; totals without any topic say nothing of enquiries.
    """
    compared: list[tuple[str, int | None, int | None]] = [(USERS, within.users, whole.users)]
    compared += [(sex, within.of_sex(sex), whole.of_sex(sex)) for sex in "FM"]
    if whole.topics:
        asked = sorted(within.topics.items())
        compared += [(code, number, whole.topics.get(code, 0)) for code, number in asked]
    for what, part, limit in compared:
        if part is not None and limit is not None and part > limit:
            return Excess(what, part, limit)
    return None


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

    @property
    def is_nothing(self) -> bool:
        counts = (self.visits, self.anonymous, *self.users.values(), *self.topics.values())
        return not any(counts)


Deltas = dict[str, Delta]
"""By the period's name."""


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
    for code, number in fact.topics.items():
        delta.topics[code] = delta.topics.get(code, 0) + sign * number


def deltas_of_sex(days: Iterable[date], before: str, after: str) -> Deltas:
    """What changes when the sex of a person who came on these days is corrected."""
    deltas: Deltas = {}
    if before == after:
        return deltas
    for name in {period.name for day in days for period in named_periods(day)}:
        delta = deltas.setdefault(name, Delta())
        delta.users[before] -= 1
        delta.users[after] += 1
    return deltas
