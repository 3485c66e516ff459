# SPDX-License-Identifier: AGPL-3.0-or-later
"""A desk drawn at random, as plain values: who came, when, how and what they asked.

Made to be awkward: births known in part, moves within the window, visits on its edges, leap days,
new citizenships and corrections of them, people who only ever come anonymously, desks where nobody
comes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random
from uuid import UUID

from portal.core.italy.formats import PartialDate
from portal.people import actions as people
from portal.people.queries import get_person
from portal.people.rules import PersonFacts
from portal.visits import actions as visits
from portal.visits.rules import Channel, VisitFacts

FIRST, LAST = date(2012, 9, 1), date(2017, 3, 31)
EDGES = [
    date(2016, 1, 1),
    date(2016, 6, 30),
    date(2015, 12, 31),
    date(2016, 2, 29),
    date(2015, 6, 30),
]
STATES = ("436", "201", "235", "243", "100", "999", "219", "250", "443", "450", "311", "314", "356")
COMUNI = ("046017", "046007", "046033", "046005")
LANGUAGES = ("ar", "sq", "ro", "uk", "wo", "fr")
TOPICS = ("CIT", "SOG-RIN", "FOR", "BUR", "LAV", "FAM-RIC", "CAS")
PERIODS = (
    "2016-S1", "2016-S1", "2016-S1", "2015-S2", "2016", "2016-T1", "2016-02", "2015/2016",
    "2016-Q1", "2016-01-15..2016-03-20",
)  # fmt: skip
BASELINES = (None, None, "precedente", "media-3", "nessuno", "2014-S1")


@dataclass(frozen=True)
class Came:
    """A visit: by which person (their number; none: anonymous), how, and what was asked."""

    day: date
    person: int | None
    channel: str
    topics: tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    """A desk, and the relazione that is asked of it."""

    people: tuple[PersonFacts, ...]
    changes: tuple[tuple[int, PersonFacts], ...]
    """What is told of whom later on, in this order: new citizenships, new homes, corrections."""
    visits: tuple[Came, ...]
    period: str
    baseline: str | None


def draw_plan(seed: int) -> Plan:
    """The desk of this number, the same each time."""
    draw = Random(seed)
    number = draw.choice((0, 1, 2, 5, 12, 30))
    known = tuple(_person(draw, one) for one in range(number))
    came = [
        Came(day, one, draw.choice(tuple(Channel)), _topics(draw))
        for one in range(number)
        for day in sorted({_day(draw) for _visit in range(draw.choice((0, 1, 1, 2, 6)))})
    ]
    came += [
        Came(_day(draw), None, draw.choice(("desk", "phone")), _topics(draw))
        for _one in range(draw.choice((0, 0, 1, 9)))
    ]
    period, baseline = draw.choice(PERIODS), draw.choice(BASELINES)
    return Plan(known, tuple(_changes(draw, known)), tuple(came), period, baseline)


def _changes(draw: Random, known: Sequence[PersonFacts]) -> Iterator[tuple[int, PersonFacts]]:
    for number, facts in enumerate(known):
        home = facts.residence_since
        for day in sorted({_day(draw) for _one in range(draw.choice((0, 0, 1, 2, 4)))}):
            facts = _with_another_state(draw, facts, day)
            if home and day > home and draw.random() < 0.6:
                facts, home = _with_another_home(draw, facts, day), day
            yield number, facts


def _with_another_state(draw: Random, facts: PersonFacts, day: date) -> PersonFacts:
    """Another citizenship from that day on, or as a correction."""
    main = facts.citizenships[:1]
    other = draw.choice([one for one in STATES if one not in main])
    changed = bool(main) and draw.random() < 0.7
    return replace(
        facts,
        citizenships=(other, *main) if changed else (other,),
        citizenship_since=day if changed else None,
        residence_since=None,
    )


def _with_another_home(draw: Random, facts: PersonFacts, day: date) -> PersonFacts:
    others = [(None, "abroad"), *((one, "comune") for one in COMUNI)]
    others = [one for one in others if one != (facts.residence_comune, facts.residence_kind)]
    comune, kind = draw.choice(others)
    return replace(facts, residence_kind=kind, residence_comune=comune, residence_since=day)


def _person(draw: Random, number: int) -> PersonFacts:
    home = draw.choice(("comune", "comune", "outside_province", "abroad", "homeless", "not_stated"))
    return PersonFacts(
        family_name=f"Persona {number}",
        sex=draw.choice(("F", "M", "M", "X", None)),
        birth=_birth(draw),
        citizenships=tuple(draw.sample(STATES, draw.choice((0, 1, 1, 1, 2)))),
        residence_kind=home,
        residence_comune=draw.choice(COMUNI) if home == "comune" else None,
        residence_since=draw.choice((None, FIRST, _day(draw))) if home != "not_stated" else None,
        languages=tuple(draw.sample(LANGUAGES, draw.choice((0, 1, 2)))),
    )


def _birth(draw: Random) -> PartialDate | None:
    year = draw.choice((1930, 1950, 1970, 1988, 1998, 2001, 2002, 2012))
    kind = draw.choice(("none", "year", "month", "day", "leap", "edge"))
    month, day = draw.randint(1, 12), draw.randint(1, 28)
    return {
        "none": None,
        "year": PartialDate(year),
        "month": PartialDate(year, month),
        "day": PartialDate(year, month, day),
        "leap": PartialDate(1988, 2, 29),
        "edge": PartialDate(1991, 6, 30),
    }[kind]


def _day(draw: Random) -> date:
    if draw.random() < 0.4:
        return draw.choice(EDGES)
    return FIRST + timedelta(days=draw.randint(0, (LAST - FIRST).days))


def _topics(draw: Random) -> tuple[str, ...]:
    return tuple(draw.choice(TOPICS) for _one in range(draw.choice((0, 1, 1, 2, 4))))


def record(plan: Plan) -> Sequence[UUID]:
    """Put the plan into the desk in scope; the ids of its people in their order."""
    ids = people.create_people(people=plan.people)
    for number, facts in plan.changes:
        version = get_person(ids[number]).version
        people.edit_person(person_id=ids[number], facts=facts, seen_version=version)
    facts = [
        VisitFacts(
            one.day,
            one.topics,
            None if one.person is None else ids[one.person],
            Channel(one.channel),
        )
        for one in plan.visits
    ]
    visits.record_visits(facts=facts)
    return ids
