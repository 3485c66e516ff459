# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the demonstration invents, before any of it is written down."""

from collections import Counter
from datetime import date

import pytest

from portal.core.italy.states_and_comuni import match_comuni
from portal.demo.calendar import HOLIDAYS
from portal.demo.places import ACCOUNTS, DESKS, FIRST_SLUG, DemoDesk
from portal.demo.plans import VISITS_TODAY, Plan, plan_of
from portal.demo.visits import HALF_YEARS, MEN_2016, WOMEN_2016
from portal.people import rules

SUNDAY = date(2026, 11, 22)
MONDAY = date(2026, 11, 23)
FIRST, *OTHERS = sorted(DESKS, key=lambda desk: desk.slug != FIRST_SLUG)


@pytest.fixture(scope="module")
def first_plan() -> Plan:
    return plan_of(FIRST, today=MONDAY)


def test_the_half_year_of_the_table_to_the_unit(first_plan: Plan) -> None:
    visits = [visit for visit in first_plan.visits if visit.day < date(2016, 7, 1)]
    topics = Counter(code for visit in visits for code in visit.topics)
    assert topics == Counter({code: now for code, (now, _then) in HALF_YEARS.items()})
    assert topics.total() == 214
    users = {visit.person for visit in visits if visit.person is not None}
    sexes = Counter(first_plan.people[number].sex for number in users)
    assert sexes == {"F": WOMEN_2016, "M": MEN_2016}
    assert sum(then for _now, then in HALF_YEARS.values()) == 222


def test_somebody_came_today_also_on_a_sunday() -> None:
    visits = plan_of(FIRST, today=SUNDAY).visits
    assert sum(visit.day == SUNDAY for visit in visits) == VISITS_TODAY
    assert not any(visit.day > SUNDAY for visit in visits)


@pytest.mark.parametrize("desk", OTHERS, ids=lambda desk: desk.slug)
def test_a_desk_lives_on_its_own_days_and_up_to_now(desk: DemoDesk) -> None:
    plan = plan_of(desk, today=SUNDAY)
    assert 40 <= len(plan.people) == desk.people <= 400
    assert {visit.day.weekday() for visit in plan.visits} == set(desk.weekdays)
    assert not any((visit.day.month, visit.day.day) in HOLIDAYS for visit in plan.visits)
    assert plan.visits[-1].day > date(2026, 10, 1)
    assert {visit.person for visit in plan.visits} == {None, *range(desk.people)}


def test_the_seasons_show() -> None:
    months = Counter(v.day.month for d in OTHERS for v in plan_of(d, today=SUNDAY).visits)
    usual = sum(months[month] for month in (2, 3, 10)) / 3
    assert months[5] > usual * 1.2
    assert months[8] < usual * 0.8
    assert months[12] < usual * 0.8


def test_people_are_as_unlike_as_at_a_real_desk() -> None:
    people = plan_of(max(DESKS, key=lambda desk: desk.people), today=MONDAY).people
    assert len({person.citizenships[0] for person in people}) >= 12
    assert any(not person.family_name for person in people)
    assert any(person.sex is None for person in people)
    assert any(person.aliases for person in people)
    assert any(len(person.citizenships) == 2 for person in people)
    conventional = [person for person in people if person.birth_conventional]
    assert len(conventional) > 20
    assert all((p.birth and (p.birth.month, p.birth.day)) == (1, 1) for p in conventional)
    for person in people:
        rules.check(rules.tidied(person), MONDAY)


def test_nobody_can_be_reached_or_found_in_a_register() -> None:
    for desk in DESKS:
        for person in plan_of(desk, today=MONDAY).people:
            assert person.codice_fiscale is None
            assert person.phone is None
            assert person.email is None or person.email.endswith(".example")
    assert all(account.email.endswith(".example") for account in ACCOUNTS)
    assert not any(match_comuni(desk.short_name) for desk in DESKS)


def test_the_same_draw_every_time() -> None:
    assert plan_of(FIRST, today=MONDAY) == plan_of(FIRST, today=MONDAY)
