# SPDX-License-Identifier: AGPL-3.0-or-later
"""What one change of a visit changes in the periods around it."""

from datetime import date
from uuid import UUID

from portal.figures.rules import (
    VisitFact,
    deltas_of,
    deltas_of_sex,
    deltas_of_users,
)

AMINA, IVAN = UUID(int=1), UUID(int=2)
MAY = date(2016, 5, 3)
PERIODS_OF_MAY = {"2016-05", "2016-T2", "2016-Q2", "2016-S1", "2016", "2015/2016"}


def came(day: date, person: UUID | None = AMINA, sex: str = "F", **topics: int) -> VisitFact:
    return VisitFact(day, person, sex if person else "N", topics)


def test_a_first_visit_makes_a_user_of_each_of_the_six_periods() -> None:
    deltas = deltas_of(None, came(MAY, CIT=2), {AMINA: []})
    assert set(deltas) == PERIODS_OF_MAY
    for delta in deltas.values():
        assert (delta.visits, delta.anonymous, delta.users["F"]) == (1, 0, 1)
        assert delta.topics == {"CIT": 2}


def test_a_second_visit_makes_a_user_only_where_the_first_was_not() -> None:
    deltas = deltas_of(None, came(MAY), {AMINA: [date(2016, 2, 1)]})
    new = {name for name, delta in deltas.items() if delta.users["F"]}
    assert new == {"2016-05", "2016-T2", "2016-Q2"}


def test_an_anonymous_visit_never_makes_a_user() -> None:
    deltas = deltas_of(None, came(MAY, None, CIT=1), {})
    assert all(not any(delta.users.values()) for delta in deltas.values())
    assert {delta.anonymous for delta in deltas.values()} == {1}


def test_what_comes_and_goes_leaves_nothing() -> None:
    fact = came(MAY, CIT=1)
    assert deltas_of(fact, fact, {AMINA: []}) == {}


def test_a_visit_given_to_its_person_moves_from_anonymous_to_user() -> None:
    deltas = deltas_of(came(MAY, None), came(MAY), {AMINA: []})
    delta = deltas["2016-S1"]
    assert (delta.visits, delta.anonymous, delta.users["F"]) == (0, -1, 1)


def test_a_visit_moved_to_another_person_moves_the_user() -> None:
    deltas = deltas_of(came(MAY), came(MAY, IVAN, "M"), {AMINA: [date(2016, 5, 9)], IVAN: []})
    assert deltas["2016-05"].users == {"F": 0, "M": 1, "X": 0, "N": 0}


def test_a_back_dated_visit_leaves_one_half_year_and_enters_another() -> None:
    deltas = deltas_of(came(date(2016, 7, 1)), came(date(2016, 6, 30)), {AMINA: []})
    assert deltas["2016-S1"].users["F"] == 1
    assert deltas["2016-S2"].users["F"] == -1
    assert "2016" not in deltas


def test_a_corrected_sex_moves_the_user_in_each_period_once() -> None:
    deltas = deltas_of_sex([MAY, date(2016, 5, 9)], "N", "F")
    assert set(deltas) == PERIODS_OF_MAY
    assert deltas["2016-05"].users == {"F": 1, "M": 0, "X": 0, "N": -1}
    assert deltas_of_sex([MAY], "F", "F") == {}


def test_two_cards_that_become_one_are_one_user_of_each_period_in_which_both_came() -> None:
    """Visits and enquiries stay; only who they are of has changed."""
    june = date(2016, 6, 1)
    before = [("F", [MAY, june]), ("N", [MAY])]
    deltas = deltas_of_users(before, [("F", [MAY, june, MAY]), ("N", [])])
    assert set(deltas) == PERIODS_OF_MAY
    assert deltas["2016-05"].users == {"F": 0, "M": 0, "X": 0, "N": -1}
    assert (deltas["2016"].visits, deltas["2016"].topics) == (0, {})
