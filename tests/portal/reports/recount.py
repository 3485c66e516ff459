# SPDX-License-Identifier: AGPL-3.0-or-later
"""A relazione worked out again from a plan, in exact fractions, with nothing of the portal's.

Two loops over everybody instead of its SQL, and its rules written down a second time: who counts
as a user, how old they were, where they lived.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from portal.people.rules import PersonFacts
from tests.portal.reports.plans import Came, Plan

Window = tuple[date, date]
Number = Fraction | None
CLASSES = ((0, 13), (14, 17), (18, 24), (25, 34), (35, 44), (45, 54), (55, 64), (65, 200))
UNION = {"219", "235", "250"}


def told(plan: Plan, windows: Sequence[Window], today: date) -> dict[str, Any]:
    """Every figure of the windows, as means over them: {table: {line: number}}."""
    each = [_of_one(plan, window, today) for window in windows]
    if len(each) > 1:
        # A mean is of the windows in which something happened.
        each = [one for one in each if one["whole"]["visits"] or one["whole"]["services"]]
    if not each:
        return {}
    tables = {name for one in each for name in one}
    means = {table: _mean([one[table] for one in each]) for table in tables}
    return means | {table: _mean_of_months(each, table) for table in tables if "month-" in table}


def _mean_of_months(windows: Sequence[dict[str, Any]], table: str) -> dict[str, Number]:
    """Of each month, over the windows in which somebody came in it."""
    found = {}
    for place in windows[0][table]:
        numbers = [one[table][place] for one in windows if one["month-visits"][place]]
        found[place] = Fraction(sum(numbers), len(numbers)) if numbers else Fraction(0)
    return found


def _mean(tables: Sequence[dict[str, Any]]) -> dict[str, Number]:
    lines = {line for table in tables for line in table}
    return {
        line: None
        if any(table.get(line, 0) is None for table in tables)
        else Fraction(sum(table.get(line, 0) for table in tables), len(tables))
        for line in lines
    }


def _of_one(plan: Plan, window: Window, today: date) -> dict[str, dict[str, Any]]:
    inside = [one for one in plan.visits if window[0] <= one.day <= window[1]]
    first: dict[int, date] = {}
    for one in inside:
        if one.person is not None:
            first[one.person] = min(one.day, first.get(one.person, one.day))
    users = [(_then(plan, number, day, today), day) for number, day in first.items()]
    return {
        "whole": {
            "users": len(users),
            "visits": len(inside),
            "anonymous": sum(one.person is None for one in inside),
            "services": sum(len(one.topics) for one in inside),
            "nameless": sum(len(one.topics) for one in inside if one.person is None),
        },
        "nameless": dict(
            Counter(topic for one in inside if one.person is None for topic in one.topics)
        ),
        "topics": dict(Counter(topic for one in inside for topic in one.topics)),
        "sexes": _by(users, lambda one, _day: one.sex or "N"),
        "ages": _by(users, _age),
        "citizenships": _by(users, lambda one, _day: (one.citizenships or ("",))[0]),
        "areas": _by(users, _area),
        "residences": _by(users, _home),
        "languages": _by(users, lambda one, _day: (one.languages or ("",))[0]),
        "newcomers": _newcomers(plan, window, first),
        "channels": dict(Counter(one.channel for one in inside)),
        "days": {"days": len({one.day for one in inside})},
        "month-visits": _by_month(inside, window, lambda one: 1),
        "month-enquiries": _by_month(inside, window, lambda one: len(one.topics)),
    }


def _then(plan: Plan, number: int, day: date, today: date) -> PersonFacts:
    """A person as they were on a day, by all that was ever told of them."""
    told = [plan.people[number], *(facts for one, facts in plan.changes if one == number)]
    states, homes = [(date.min, told[0])], [(told[0].residence_since or today, told[0])]
    for facts in told[1:]:
        since = facts.citizenship_since
        states = [*(states if since else states[:-1]), (since or states[-1][0], facts)]
        if facts.residence_since:
            homes.append((facts.residence_since, facts))
    citizen = [facts for since, facts in states if since <= day][-1]
    home = ([facts for since, facts in homes if since <= day] or [homes[0][1]])[-1]
    return replace(
        home, citizenships=citizen.citizenships, residence_since=None, citizenship_since=None
    )


def _by(
    users: Sequence[tuple[PersonFacts, date]], key: Callable[[PersonFacts, date], str]
) -> dict[str, int]:
    return dict(Counter(key(person, day) for person, day in users))


def _age(person: PersonFacts, day: date) -> str:
    born = person.birth
    if born is None:
        return ""
    age = day.year - born.year
    if born.month and (day.month, day.day) < (born.month, born.day or 1):
        age -= 1
    return next((str(low) for low, high in CLASSES if low <= age <= high), "")


def _area(person: PersonFacts, _day: date) -> str:
    code = (person.citizenships or ("",))[0]
    if code in ("100", "999", ""):
        return {"100": "it", "999": "stateless", "": ""}[code]
    return "eu" if code in UNION else "other"


def _home(person: PersonFacts, _day: date) -> str:
    if person.residence_kind == "comune":
        return str(person.residence_comune)
    return "" if person.residence_kind == "not_stated" else person.residence_kind


def _newcomers(plan: Plan, window: Window, first: dict[int, date]) -> dict[str, Any]:
    if not any(one.day < window[0] for one in plan.visits):
        return {"new": None, "back": None}
    earlier = {one.person for one in plan.visits if one.day < window[0]}
    new = sum(number not in earlier for number in first)
    return {"new": new, "back": len(first) - new}


def _by_month(
    inside: Sequence[Came], window: Window, weight: Callable[[Came], int]
) -> dict[str, int]:
    """By the month's place in the window, so that years can be told beside each other."""
    months = list(_months(window))
    found = dict.fromkeys(map(str, range(len(months))), 0)
    for one in inside:
        found[str(months.index((one.day.year, one.day.month)))] += weight(one)
    return found


def _months(window: Window) -> Iterator[tuple[int, int]]:
    day = window[0]
    seen = None
    while day <= window[1]:
        if (day.year, day.month) != seen:
            seen = (day.year, day.month)
            yield seen
        day += timedelta(days=1)
