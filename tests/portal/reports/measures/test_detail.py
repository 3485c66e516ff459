# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is said of a user is what was true at their first visit of the period."""

from dataclasses import replace
from datetime import date

import pytest

from portal.core.italy.formats import PartialDate
from portal.core.italy.periods import parse_period
from portal.people import actions as people
from portal.people.queries import facts_of, get_person
from portal.people.rules import PersonFacts
from portal.reports import measures
from portal.reports.measures.detail import Detail
from portal.reports.measures.records import list_users
from portal.reports.relazione import assembly
from portal.visits import actions as visits
from portal.visits.rules import VisitFacts
from tests import seed
from tests.conftest import AtDesk
from tests.world import World

FIRST, SECOND = date(2016, 3, 10), date(2016, 8, 10)


def describe(period: str) -> Detail:
    (found,) = measures.describe([parse_period(period)])
    assert found is not None
    return found


def known(world: World, at_desk: AtDesk, **facts: object) -> PersonFacts:
    """Somebody of Lucca who came in each half of 2016."""
    told = PersonFacts(family_name="Sow", **facts)  # type: ignore[arg-type]
    with at_desk(world.lucca):
        person = people.create_person(facts=told)
        for day in (FIRST, SECOND):
            visits.record_visit(facts=VisitFacts(day, ("CIT",), person.id))
    return told


def test_a_home_is_that_of_the_first_visit(world: World, at_desk: AtDesk) -> None:
    with at_desk(world.lucca):
        person = people.create_person(
            facts=PersonFacts(
                family_name="Sow",
                residence_kind="comune",
                residence_comune="046017",
                residence_since=date(2015, 1, 1),
            )
        )
        for day in (FIRST, SECOND):
            visits.record_visit(facts=VisitFacts(day, ("CIT",), person.id))
        moved = facts_of(get_person(person.id))
        people.edit_person(
            person_id=person.id,
            facts=PersonFacts(
                **{
                    **moved.__dict__,
                    "residence_comune": "046007",
                    "residence_since": date(2016, 5, 1),
                }
            ),
            seen_version=person.version,
        )
    with at_desk(world.lucca):
        assert describe("2016-S1").parts["residences"] == {"046017": 1}
        assert describe("2016-S2").parts["residences"] == {"046007": 1}
        assert describe("2016").parts["residences"] == {"046017": 1}


def test_a_citizenship_is_that_of_the_first_visit(world: World, at_desk: AtDesk) -> None:
    """A Moroccan, Italian since 1 March 2016; another comes only after becoming one."""
    moroccan = PersonFacts(family_name="Alami", citizenships=("436",))
    days = {
        "before": [date(2015, 2, 1), date(2016, 2, 29), date(2016, 3, 1), date(2016, 8, 1)],
        "after": [date(2016, 3, 1)],
    }
    with at_desk(world.lucca):
        ids = dict(zip(days, people.create_people(people=[moroccan] * 2), strict=True))
        for one, person_id in ids.items():
            for day in days[one]:
                visits.record_visit(facts=VisitFacts(day, ("CIT",), person_id))
            italian = replace(
                moroccan, citizenships=("100", "436"), citizenship_since=date(2016, 3, 1)
            )
            people.edit_person(person_id=person_id, facts=italian, seen_version=1)
    counted = {
        "2015-S1": {"436": ["before"]},
        "2016-S1": {"100": ["after"], "436": ["before"]},
        "2016-03": {"100": ["after", "before"]},
        "2016-S2": {"100": ["before"]},
    }
    with at_desk(world.lucca):
        for period, expected in counted.items():
            assert describe(period).parts["citizenships"] == {
                state: len(who) for state, who in expected.items()
            }
            for state, who in expected.items():
                behind = list_users(
                    parse_period(period), part="citizenships", keys=[state], limit=9, offset=0
                )
                assert {one.person_id for one in behind} == {ids[name] for name in who}


def test_a_home_written_down_later_is_the_first_that_is_known(
    world: World, at_desk: AtDesk
) -> None:
    known(world, at_desk, residence_kind="abroad", residence_since=date(2020, 1, 1))
    with at_desk(world.lucca):
        assert describe("2016-S1").parts["residences"] == {"abroad": 1}


@pytest.mark.parametrize(
    ("birth", "first", "second"),
    [
        (PartialDate(1991, 3, 10), "25", "25"),
        (PartialDate(1991, 3, 11), "18", "25"),
        (PartialDate(1991, 4), "18", "25"),
        (PartialDate(1991), "25", "25"),
        (PartialDate(2017, 1, 1), "", ""),
        (None, "", ""),
    ],
)
def test_an_age_is_that_of_the_day(
    world: World, at_desk: AtDesk, birth: PartialDate | None, first: str, second: str
) -> None:
    known(world, at_desk, birth=birth)
    with at_desk(world.lucca):
        assert describe("2016-S1").parts["ages"] == {first: 1}
        assert describe("2016-S2").parts["ages"] == {second: 1}


def test_nobody_is_new_where_the_records_begin(world: World, at_desk: AtDesk) -> None:
    known(world, at_desk)
    with at_desk(world.lucca):
        assert describe("2016-S1").newcomers is None
        assert describe("2016-S2").newcomers == 0
        relazione = assembly.get_relazione(period="2016-S1")
        assert relazione.detail is not None


def test_a_deleted_visit_describes_nobody(world: World, at_desk: AtDesk) -> None:
    with at_desk(world.lucca):
        visit = visits.record_visit(facts=VisitFacts(FIRST, ("CIT",)))
        visits.delete_visit(visit_id=visit.id, reason="Inserito per errore", seen_version=1)
    with at_desk(world.lucca):
        found = describe("2016-S1")
        assert (found.parts["channels"], found.days, found.parts["ages"]) == ({}, 0, {})


def test_of_past_totals_nothing_more_is_known(world: World, at_desk: AtDesk) -> None:
    with at_desk(world.lucca):
        seed.record()
    with at_desk(world.lucca):
        assert measures.describe([parse_period("2015-S1")]) == [None]
        found = assembly.get_relazione(period="2016-S1")
        assert found.baseline_detail is None
        assert found.baseline is not None


def test_a_window_within_a_month_counts_that_part_of_it(world: World, at_desk: AtDesk) -> None:
    with at_desk(world.lucca):
        for day in (date(2016, 1, 5), date(2016, 1, 20), date(2016, 2, 1)):
            visits.record_visit(facts=VisitFacts(day, ("CIT", "LAV")))
    with at_desk(world.lucca):
        months = describe("2016-01-10..2016-02-29").months
    assert [(one.name, one.visits, one.enquiries) for one in months] == [
        ("2016-01", 1, 2),
        ("2016-02", 1, 2),
    ]


def test_a_mean_is_exact_and_of_the_years_with_data(world: World, at_desk: AtDesk) -> None:
    with at_desk(world.lucca):
        for year, number in ((2016, 3), (2015, 2), (2014, 2)):
            for month in range(1, number + 1):
                visits.record_visit(facts=VisitFacts(date(year, month, 1), ("CIT",)))
        visits.record_visit(facts=VisitFacts(date(2014, 6, 1), ("CIT", "LAV", "LAV")))
    with at_desk(world.lucca):
        found = assembly.get_relazione(period="2016-S1", baseline="media-3")
    rows = {row.code: row.baseline for row in found.rows}
    assert (rows["CIT"], rows["LAV"]) == (2.5, 1)
    assert found.baseline is not None
    assert found.baseline.visits == 2.5
    assert any("2013" in note for note in found.notes)


def test_where_the_list_changed_it_is_said(world: World, at_desk: AtDesk) -> None:
    with at_desk(world.lucca):
        visits.record_visit(facts=VisitFacts(date(2025, 3, 1), ("CIT",)))
        visits.record_visit(facts=VisitFacts(date(2026, 3, 1), ("CIT-RES",)))
        visits.record_visit(facts=VisitFacts(date(2026, 3, 2), ("CIT",)))
    with at_desk(world.lucca):
        crossing = assembly.get_relazione(period="2026-S1")
        within = assembly.get_relazione(period="2026-S1", baseline="nessuno")
    rows = {row.code: (row.count, row.baseline) for row in crossing.rows}
    assert rows["CIT"] == (2, 1)
    assert len(crossing.notes) == 1
    assert "cambiato il 01/01/2026" in crossing.notes[0]
    assert "quelle nate da una tipologia di prima contano in quella." in crossing.notes[0]
    assert within.notes == ()
