# SPDX-License-Identifier: AGPL-3.0-or-later
"""Desks of a network drawn at random: visits with and without a name, and totals from before.

The totals of a desk are counted from visits that nobody recorded, so that those of a year and of
its parts are never at odds; what was not written down of them is left out again.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import NamedTuple

from portal.core.italy.periods import parse_period
from portal.figures import actions as figures
from portal.figures.rules import Nameless
from portal.people import actions as people
from portal.people.rules import PersonFacts
from portal.visits import actions as visits
from portal.visits.rules import VisitFacts
from tests.portal.reports.lists_by_hand import Lists
from tests.portal.reports.windows_by_hand import Window, window_of

TODAYS = (
    date(2026, 11, 23),
    date(2026, 5, 30),
    date(2027, 2, 28),
    date(2026, 6, 30),
    date(2026, 4, 1),
)
BASELINES = ("anno-prima", "anno-prima", "anno-prima", "precedente", "media-3", "media-3",
             "nessuno")  # fmt: skip
WAYS: Sequence[tuple[str, ...]] = (
    ("",),
    ("-S1", "-S2"),
    ("-S1", "-S2"),
    ("", "-S1", "-S2"),
    ("-T1", "-T2", "-T3", "-T4"),
    ("-Q1", "-Q2", "-Q3"),
    ("-S1",),
    ("-S2", "-T1"),
    ("-T1", "-04", "-05", "-06", "-S2"),
    ("-S1", "-S2", "-T1", "-T2"),
    (),
)
"""The periods of a year of which totals were written down."""
DAY = timedelta(days=1)


class Came(NamedTuple):
    """A visit, of a person or of nobody by name; `is_gone`: deleted after it was recorded."""

    day: date
    person: int | None
    topics: tuple[str, ...]
    is_gone: bool = False


@dataclass(frozen=True)
class Total:
    """What was written down of a period from before; no topics: users alone.

    Without a name `nameless` in all, and by topic where that was told.
    """

    name: str
    users: int
    women: int | None
    men: int | None
    topics: dict[str, int]
    nameless: int | None
    by_topic: dict[str, int] | None

    @property
    def window(self) -> Window:
        return window_of(self.name)


@dataclass(frozen=True)
class Desk:
    """All that is recorded of a desk; the sex of each person, and the questions put to it."""

    slug: str
    sexes: tuple[str | None, ...]
    visits: tuple[Came, ...]
    totals: tuple[Total, ...]
    asked: tuple[tuple[str, str], ...]
    """Periods, and what they are compared with."""


def draw_desk(random: Random, lists: Lists, today: date, slug: str) -> Desk:
    """A desk whose records begin with some year, half-year or quarter."""
    begins = date(random.choice((2023, 2024, 2024, 2025)), random.choice((1, 1, 7, 4, 10)), 1)
    sexes = tuple(random.choice(("F", "M", "F", "M", "X", None)) for _n in range(_size(random)))
    came = _visits(random, lists, sexes, begins, today)
    totals = tuple(_totals(random, lists, begins))
    asked = [_question(random, today, totals) for _number in range(2)]
    return Desk(slug, sexes, tuple(came), totals, tuple(asked))


def _size(random: Random) -> int:
    return random.choice((1, 2, 6, 15, 30))


def _visits(
    random: Random, lists: Lists, sexes: Sequence[str | None], first: date, last: date
) -> list[Came]:
    """Each person comes on several days; of those without a name there are few or many."""
    came = [
        Came(day, person, _topics(random, lists, day), random.random() < 0.06)
        for person in range(len(sexes))
        for day in sorted({_day(random, first, last) for _n in range(random.choice((1, 2, 4, 8)))})
    ]
    for _number in range(random.choice((0, 0, 1, 2, 12, 40))):
        day = _day(random, first, last)
        came.append(Came(day, None, _topics(random, lists, day), random.random() < 0.06))
    return came


def _day(random: Random, first: date, last: date) -> date:
    """Any day, or the first or the last of a month, or of all."""
    day = first + random.randint(0, (last - first).days) * DAY
    if random.random() < 0.2:
        day = max(first, day.replace(day=1) - random.choice((0, 1)) * DAY)
    return random.choice((first, last)) if random.random() < 0.03 else day


def _topics(random: Random, lists: Lists, day: date) -> tuple[str, ...]:
    """Mostly of the list in force, sometimes of the newest: one that has its name only since."""
    number = lists.on(day)
    if random.random() < 0.08:
        number = max(lists.begins)
    codes = [code for version, code in lists.topics if version == number]
    some = codes[: 1 + len(codes) // 2]
    return tuple(
        random.choice(some if random.random() < 0.7 else codes)
        for _number in range(random.choice((0, 1, 1, 1, 2, 4)))
    )


def _totals(random: Random, lists: Lists, begins: date) -> list[Total]:
    """Of some years before the records, and of the part of the first that has none."""
    sexes = tuple(random.choice(("F", "M", None)) for _number in range(_size(random)))
    last = begins - DAY
    latent = _visits(random, lists, sexes, date(2021, 1, 1), last)
    names = [f"{year}{way}" for year in range(2021, begins.year + 1) for way in random.choice(WAYS)]
    names += ["2022/2023"] if random.random() < 0.1 else []
    names += ["2022-02-15..2022-08-20"] if random.random() < 0.1 else []
    return [
        _total(random, name, sexes, latent)
        for name in dict.fromkeys(names)
        if window_of(name).last <= last
    ]


def _total(random: Random, name: str, sexes: Sequence[str | None], latent: Iterable[Came]) -> Total:
    window = window_of(name)
    inside = [one for one in latent if window.has(one.day)]
    topics = Counter(code for one in inside for code in one.topics)
    nameless = Counter(code for one in inside if one.person is None for code in one.topics)
    users = Counter(
        sexes[one] for one in {one.person for one in inside} - {None} if one is not None
    )
    how = random.choice(("topics", "topics", "all", "untold", "untold"))
    tells_sex = random.random() < 0.5
    if users and random.random() < 0.12:
        topics, how = Counter(), "untold"
    return Total(
        name,
        sum(users.values()),
        users["F"] if tells_sex else None,
        users["M"] if tells_sex else None,
        dict(topics),
        None if how == "untold" else sum(nameless.values()),
        dict(nameless) if how == "topics" else None,
    )


def _question(random: Random, today: date, totals: Sequence[Total]) -> tuple[str, str]:
    """A period that has begun and what to compare it with; one of the two is often a total."""
    year = random.choice((today.year, today.year, today.year - 1, today.year - 1, today.year - 2))
    kinds = [
        "-S1",
        "-S1",
        "-S2",
        "",
        "-T1",
        "-T2",
        "-Q1",
        "-Q2",
        "-02",
        "-06",
        "school",
        "days",
        "days",
    ]
    name = _named(random, year, random.choice(kinds))
    while window_of(name).first > today:
        name = _named(random, today.year - 1, random.choice(kinds))
    baseline = random.choice(BASELINES)
    chance = random.random()
    if chance < 0.35 and totals:
        baseline = random.choice(totals).name
    elif chance < 0.45 and totals:
        name = random.choice(totals).name
    elif chance < 0.6:
        baseline = _named(random, random.choice((2022, 2023, 2024)), random.choice(kinds))
    # A period is not compared with itself: every page refuses it.
    return name, "anno-prima" if baseline == name else baseline


def _named(random: Random, year: int, kind: str) -> str:
    if kind == "school":
        return f"{year - 1}/{year}"
    if kind == "days":
        return random.choice(
            (
                f"{year}-01-15..{year}-03-20",
                f"{year}-02-01..{year}-04-30",
                f"{year - 1}-11-10..{year}-02-10",
                "2025-01-10..2025-02-28",  # a year before, its last day is the 29th
            )
        )
    return f"{year}{kind}"


def record(desk: Desk) -> None:
    """Put it all into the desk in scope."""
    ids = people.create_people(
        people=[
            PersonFacts(family_name=f"Persona {number}", sex=sex)
            for number, sex in enumerate(desk.sexes)
        ]
    )
    facts = [
        (VisitFacts(one.day, one.topics, None if one.person is None else ids[one.person]), one)
        for one in desk.visits
    ]
    visits.record_visits(facts=[fact for fact, one in facts if not one.is_gone])
    for fact, one in facts:
        if one.is_gone:
            visit = visits.record_visit(facts=fact)
            visits.delete_visit(visit_id=visit.id, reason="Altro", seen_version=visit.version)
    for total in desk.totals:
        figures.store_past_total(
            period=parse_period(total.name),
            users=total.users,
            users_f=total.women,
            users_m=total.men,
            topics=total.topics,
            nameless=None if total.nameless is None else Nameless(total.nameless, total.by_topic),
        )
