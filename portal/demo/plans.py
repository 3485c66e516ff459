# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who comes to each desk and when: the same draw every time, for a given day. Pure."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from portal.demo.people import invent_people, invent_person
from portal.demo.places import FIRST_SLUG, DemoDesk
from portal.demo.visits import (
    MEN_2016,
    USERS_2016,
    WOMEN_2016,
    Planned,
    daily_life,
    first_half_2016,
    invent_visit,
)
from portal.people.rules import PersonFacts

OPENED = date(2024, 1, 8)
RECENT = timedelta(days=150)
COME_BACK = 30
VISITS_TODAY = 4


@dataclass(frozen=True)
class Plan:
    """The persons of a desk, by number, and its visits in the order of their days."""

    people: list[PersonFacts]
    visits: list[Planned]


def plan_of(desk: DemoDesk, *, today: date) -> Plan:
    """What happens at a desk up to today."""
    draw = Random(desk.slug)
    if desk.slug == FIRST_SLUG:
        return _in_order(_first_desk(desk, today, draw))
    people = invent_people(desk.people, draw=draw, today=today)
    visits = daily_life(
        range(desk.people), first=OPENED, today=today, weekdays=desk.weekdays, draw=draw
    )
    return _in_order(Plan(people, visits))


def _first_desk(desk: DemoDesk, today: date, draw: Random) -> Plan:
    """The half-year of the historical table, then the last months and today."""
    people = _people_of_2016(draw) + invent_people(desk.people, draw=draw, today=today)
    visits = first_half_2016(draw)
    recent = [*draw.sample(range(USERS_2016), COME_BACK), *range(USERS_2016, len(people))]
    visits += daily_life(
        recent, first=today - RECENT, today=today, weekdays=desk.weekdays, draw=draw
    )
    visits += [invent_visit(today, draw.choice(recent), draw) for _one in range(VISITS_TODAY)]
    return Plan(people, visits)


def _people_of_2016(draw: Random) -> list[PersonFacts]:
    sexes = ["F"] * WOMEN_2016 + ["M"] * MEN_2016
    draw.shuffle(sexes)
    then = date(2016, 1, 4)
    found = [invent_person(draw=draw, today=then, sex=sex) for sex in sexes]
    # Nobody knows today what became of a permit seen ten years ago.
    return [replace(person, permit_kind=None, permit_expires_on=None) for person in found]


def _in_order(plan: Plan) -> Plan:
    """By day; six persons in seven were given the privacy notice when they first came."""
    visits = sorted(plan.visits, key=lambda visit: visit.day)
    first_days = {visit.person: visit.day for visit in reversed(visits)}
    people = [
        replace(person, notice_given_on=first_days[number], notice_language="it")
        if number % 7
        else person
        for number, person in enumerate(plan.people)
    ]
    return Plan(people, visits)
