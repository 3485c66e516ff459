# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the demonstration invents, before any of it is written down."""

import csv
from collections import Counter, defaultdict
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

import pytest

from portal.core.italy.periods import Period, parse_period
from portal.core.italy.states_and_comuni import match_comuni
from portal.demo.calendar import HOLIDAYS
from portal.demo.places import ACCOUNTS, DESKS, FIRST_SLUG, NEW_SLUG, TALLYING_SLUG, DemoDesk
from portal.demo.plans import VISITS_TODAY, Plan, plan_of
from portal.demo.visits import (
    ASKED,
    DETAILS,
    FRESH,
    HALF_YEARS,
    LIST_OF_2026,
    MEN_2016,
    PAST_TOTALS,
    STORY,
    WOMEN_2016,
)
from portal.people import rules
from portal.reports.inference import Side, compare

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
    assert 30 <= len(plan.people) <= 500
    assert {visit.day.weekday() for visit in plan.visits} == set(desk.weekdays)
    assert not any((visit.day.month, visit.day.day) in HOLIDAYS for visit in plan.visits)
    assert date(2026, 10, 1) < plan.visits[-1].day <= SUNDAY
    assert {visit.person for visit in plan.visits} == {None, *range(len(plan.people))}


def test_the_seasons_show() -> None:
    months = Counter(v.day.month for d in OTHERS for v in plan_of(d, today=SUNDAY).visits)
    usual = sum(months[month] for month in (2, 3, 10)) / 3
    assert months[5] > usual * 1.2
    assert months[8] < usual * 0.8
    assert months[12] < usual * 0.8


def test_people_are_as_unlike_as_at_a_real_desk() -> None:
    people = plan_of(FIRST, today=MONDAY).people
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


def test_few_are_called_as_another() -> None:
    """Else each of their cards would show a possible double."""
    people = plan_of(FIRST, today=MONDAY).people
    names = Counter((person.family_name, person.given_name) for person in people)
    assert len(people) > 900
    assert sum(number for number in names.values() if number > 1) < len(people) / 20


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


def test_what_is_past_stays_as_it_is() -> None:
    """Loaded on another day, the demonstration tells the same of the days before."""
    for desk in DESKS:
        early, late = (plan_of(desk, today=day) for day in (SUNDAY, SUNDAY + timedelta(days=30)))
        before = [visit for visit in early.visits if visit.day < SUNDAY]
        assert before
        assert [
            (visit.day, early.people[visit.person].birth if visit.person else None, visit.topics)
            for visit in before
        ] == [
            (visit.day, late.people[visit.person].birth if visit.person else None, visit.topics)
            for visit in late.visits
            if visit.day < SUNDAY
        ]


def test_nobody_comes_before_being_born() -> None:
    for desk in DESKS:
        plan = plan_of(desk, today=MONDAY)
        assert all(
            person.birth is None or person.birth.latest < visit.day
            for visit in plan.visits
            if visit.person is not None
            for person in (plan.people[visit.person],)
        )


def test_a_topic_of_the_list_of_2026_stays_on_the_line_of_the_old_one(root: Path) -> None:
    with (root / "config/taxonomy/crosswalk.csv").open(encoding="utf-8") as file:
        became = {(line["from_code"], line["to_code"]) for line in csv.DictReader(file)}
    parts = {(topic, part) for topic, those in DETAILS.items() for part in those}
    assert parts <= became
    assert {(topic, topic) for topic in ASKED} <= became
    assert not {part for part in FRESH if any(part == to for _from, to in became)}


def test_every_desk_is_asked_as_in_the_historical_table() -> None:
    """As many enquiries for each user, or every rate would change after it."""
    table = Fraction(sum(now for now, _then in HALF_YEARS.values()), WOMEN_2016 + MEN_2016)
    halves = [
        parse_period(name) for name in ("2024-S1", "2024-S2", "2025-S1", "2025-S2", "2026-S1")
    ]
    for desk in (FIRST, *(other for other in OTHERS if other.slug not in (STORY.slug, NEW_SLUG))):
        plan = plan_of(desk, today=date(2026, 7, 1))
        periods = [asked_of(plan, half) for half in halves]
        asked = sum(
            times * users
            for lines, _users in periods
            for line in lines.values()
            for times, users in line.items()
        )
        rate = Fraction(asked, sum(users for _lines, users in periods))
        assert abs(rate - table) < Fraction(1, 5), (desk.slug, float(rate))


def line_of(code: str) -> str:
    return next((topic for topic, parts in DETAILS.items() if code in parts), code)


def asked_of(plan: Plan, period: Period) -> tuple[dict[str, dict[int, int]], int]:
    """By line how many users asked once, twice, …, and how many users there were."""
    times: dict[str, Counter[int]] = defaultdict(Counter)
    users = set()
    for visit in plan.visits:
        if period.start <= visit.day <= period.end and visit.person is not None:
            users.add(visit.person)
            for code in visit.topics:
                times[line_of(code)][visit.person] += 1
    return {code: dict(Counter(those.values())) for code, those in times.items()}, len(users)


def side_of(desk: DemoDesk, plan: Plan, period: Period) -> Side | None:
    if desk.slug == FIRST_SLUG and period.name in PAST_TOTALS:
        total, topics = PAST_TOTALS[period.name]
        return Side(total, dict(topics))
    asked, users = asked_of(plan, period)
    return Side.of_records(users, asked) if users else None


@pytest.mark.parametrize("desk", DESKS, ids=lambda desk: desk.slug)
def test_like_periods_differ_by_chance_alone_for_years_to_come(desk: DemoDesk) -> None:
    """As the relazione tests them, of whatever day the demonstration will be loaded on."""
    last = 2030
    plan = plan_of(desk, today=date(last, 12, 31))
    arrows, tables = set(), 0
    for year in range(desk.opened_on(date(last, 12, 31)).year, last + 1):
        for name in (f"{year}-S1", f"{year}-S2", str(year)):
            period = parse_period(name)
            now, then = (side_of(desk, plan, one) for one in (period, period.baseline()))
            if now is None or then is None or period.name == "2016":
                continue
            found = compare(now, then, without=frozenset(FRESH), anonymous=0)
            tables += 1
            arrows |= {(name, code) for code, one in found.findings.items() if one.change.is_found}
    assert tables == 0 if desk.slug == NEW_SLUG else tables > 15
    if desk.slug == STORY.slug:
        assert {code for _name, code in arrows} == {STORY.topic}
        assert {name for name, _code in arrows} <= {"2025-S2", "2025", "2026-S1", "2026"}
    else:
        assert not arrows


def test_first_permits_are_asked_in_every_half_year() -> None:
    asked = Counter(
        (visit.day.year, visit.day.month > 6)
        for visit in plan_of(FIRST, today=date(2028, 12, 31)).visits
        if "SOG-PRI" in visit.topics
    )
    assert len(asked) == 2 * (2028 - 2016 + 1)


def test_the_market_desk_fills_a_sheet_each_month() -> None:
    plans = {desk.slug: plan_of(desk, today=SUNDAY) for desk in DESKS}
    assert [slug for slug, plan in plans.items() if plan.sheets] == [TALLYING_SLUG]
    sheets = plans[TALLYING_SLUG].sheets
    months = [(sheet.day.year, sheet.day.month) for sheet in sheets]
    assert months == sorted(set(months))
    assert len(months) == 35
    assert all(sheet.day.weekday() == 3 for sheet in sheets)


def test_new_topics_are_asked_only_since_they_are_listed() -> None:
    old = set(ASKED)
    for desk in DESKS:
        for visit in plan_of(desk, today=MONDAY).visits:
            assert visit.day >= LIST_OF_2026 or old.issuperset(visit.topics)
