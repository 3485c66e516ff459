# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who comes to each desk and when: the same draw every time, for a given day. Pure.

Each half-year is drawn for itself, with the seed of its desk and its name: what is past stays as it
is, on whatever day the demonstration is loaded.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import groupby
from random import Random

from portal.core.italy.periods import Period, PeriodKind, period_of
from portal.demo.calendar import open_days
from portal.demo.people import invent_people, invent_person
from portal.demo.places import (
    FIRST_SLUG,
    OF_THE_TABLE,
    RECORDS_BEGIN,
    TALLYING_SLUG,
    DemoDesk,
)
from portal.demo.visits import (
    MEN_2016,
    STORY,
    USERS_2016,
    WOMEN_2016,
    Planned,
    PlannedSheet,
    first_half_2016,
    half_year,
    invent_sheet,
    invent_visit,
)
from portal.people.rules import PersonFacts

SEED = 12
"""Chosen among a dozen: with it two like half-years or years up to 2030 differ by no more than
what the relazione calls chance, but for the story. Of any, one table in two hundred shows an arrow.
"""
STEADY = 0.92, 1.08
"""Between these shares of its usual users a desk has in a half-year."""
BACK_AT_ONCE, BACK_LATER = 0.5, 0.25
"""Of the users of a half-year those who also came in the one before, and those who had not come for
up to REMEMBERED half-years: where nobody can have come before they are new, so that a desk's first
year has as many users for its visits as every other.
"""
REMEMBERED = 3
PERMITS_KNOWN = timedelta(days=366)
"""For so long after a visit the permit seen then still says something."""
VISITS_TODAY = 4


@dataclass(frozen=True)
class Plan:
    """The persons of a desk, by number, its visits in the order of their days, and its sheets."""

    people: list[PersonFacts] = field(default_factory=list)
    visits: list[Planned] = field(default_factory=list)
    sheets: list[PlannedSheet] = field(default_factory=list)


def plan_of(desk: DemoDesk, *, today: date) -> Plan:
    """What happens at a desk up to today."""
    plan, came = Plan(), list[Sequence[int]]()
    for half in _halves(desk.opened_on(today), today):
        draw = Random(f"{SEED} {desk.slug} {half.name}")
        if half.name == OF_THE_TABLE:
            plan.people.extend(_people_of_2016(draw))
            plan.visits.extend(first_half_2016(draw))
            came.append(range(USERS_2016))
        else:
            came.append(_half_year(desk, half, plan, came, today, draw))
    if desk.slug == FIRST_SLUG:
        draw = Random(f"{SEED} {desk.slug} {today}")
        plan.visits.extend(_visits_today(plan, came[-1], today, draw))
    return _in_order(plan, today)


def _halves(first: date, today: date) -> Iterator[Period]:
    half = period_of(PeriodKind.HALF, first)
    while half.start <= today:
        yield half
        half = period_of(PeriodKind.HALF, half.end + timedelta(days=1))


def _half_year(
    desk: DemoDesk,
    half: Period,
    plan: Plan,
    came: Sequence[Sequence[int]],
    today: date,
    draw: Random,
) -> list[int]:
    """Put a half-year into the plan, drawn whole and told up to today; the numbers of its users."""
    days = open_days(max(half.start, desk.opened_on(today)), half.end, desk.weekdays)
    wanted = round(desk.users * draw.uniform(*STEADY))
    users = _returning(came, wanted, draw)
    new = invent_people(wanted - len(users), draw=draw, today=half.start, but=plan.people)
    users += range(len(plan.people), len(plan.people) + len(new))
    plan.people.extend(new)
    story = STORY if STORY.slug == desk.slug else None
    visits = half_year(users, days, draw, story=story)
    plan.visits.extend(visit for visit in visits if visit.day <= today)
    if desk.slug == TALLYING_SLUG:
        plan.sheets.extend(invent_sheet(day, draw) for day in _market_days(days) if day <= today)
    return users


def _returning(came: Sequence[Sequence[int]], wanted: int, draw: Random) -> list[int]:
    """Who comes back, given who came in each half-year so far."""
    before = {person for users in came[-1:] for person in users}
    earlier = {person for users in came[-1 - REMEMBERED : -1] for person in users} - before
    return [
        person
        for known, share in ((before, BACK_AT_ONCE), (earlier, BACK_LATER))
        for person in draw.sample(sorted(known), min(len(known), round(wanted * share)))
    ]


def _market_days(days: Sequence[date]) -> Iterator[date]:
    """The first day of each month on which the desk receives."""
    for _month, those in groupby(days, key=lambda day: day.month):
        yield next(those)


def _visits_today(plan: Plan, users: Sequence[int], today: date, draw: Random) -> Iterator[Planned]:
    """Somebody has come today, whatever day it is: the first page has something to show."""
    for person in draw.sample(users, VISITS_TODAY):
        yield invent_visit(today, person, draw)


def _people_of_2016(draw: Random) -> list[PersonFacts]:
    sexes = ["F"] * WOMEN_2016 + ["M"] * MEN_2016
    draw.shuffle(sexes)
    return [invent_person(draw=draw, today=RECORDS_BEGIN, sex=sex) for sex in sexes]


def _in_order(plan: Plan, today: date) -> Plan:
    """By day, with the persons who have come so far; of the others nothing is written yet."""
    visits = sorted(plan.visits, key=lambda visit: visit.day)
    last_days = {visit.person: visit.day for visit in visits if visit.person is not None}
    first_days = {visit.person: visit.day for visit in reversed(visits)}
    numbers = {person: number for number, person in enumerate(sorted(last_days))}
    people = [
        _as_known(plan.people[person], number, first_days[person], last_days[person], today)
        for person, number in numbers.items()
    ]
    renumbered = [
        visit if visit.person is None else replace(visit, person=numbers[visit.person])
        for visit in visits
    ]
    return Plan(people, renumbered, plan.sheets)


def _as_known(
    person: PersonFacts, number: int, first_day: date, last_day: date, today: date
) -> PersonFacts:
    """Six persons in seven were given the privacy notice when they first came. Nobody knows today
    what became of a permit seen years ago.
    """
    if number % 7:
        person = replace(person, notice_given_on=first_day, notice_language="it")
    if last_day < today - PERMITS_KNOWN:
        person = replace(person, permit_kind=None, permit_expires_on=None)
    return person
