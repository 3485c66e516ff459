# SPDX-License-Identifier: AGPL-3.0-or-later
"""Paper sheets typed in and taken back whole: the roll-up always equals a recount."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, timedelta
from threading import Barrier
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event, select

from portal.core import clock
from portal.core.errors import NotHere, Refusal
from portal.core.italy.periods import parse_period
from portal.core.store.database import db
from portal.drafts.form_tokens import AlreadySaved
from portal.figures import actions as figures_actions
from portal.figures import queries as figures
from portal.people import actions as people
from portal.people.rules import PersonFacts
from portal.visits import actions, queries, sheets
from portal.visits.models import Enquiry, TallySheet, Visit
from portal.visits.queries import tallies
from portal.visits.rules import VisitFacts
from portal.visits.sheets import Cell
from tests.conftest import AtDesk
from tests.portal.visits.test_actions import assert_figures_are_exact
from tests.world import World

DAY = date(2026, 11, 20)
CROWD = (Cell("SOG-RIN", "F", 9), Cell("SOG-RIN", "M", 4), Cell("CIT", None, 2))


def recorded(*cells: Cell, day: date = DAY, seen: int = 0, token: UUID | None = None) -> UUID:
    return sheets.record_sheet(
        visited_on=day, cells=cells or CROWD, sheets_seen=seen, form_token=token
    ).id


def first_visit() -> UUID:
    return db.session.scalars(select(Visit.id).order_by(Visit.id)).first()


def give(visit_id: UUID, person_id: UUID) -> None:
    visit = queries.get_visit(visit_id)
    (enquiry,) = queries.list_topics_of(visit_id)
    facts = VisitFacts(visit.visited_on, (enquiry.topic_code,), person_id)
    actions.correct_visit(visit_id=visit_id, facts=facts, seen_version=visit.version)


def test_a_sheet_is_one_anonymous_visit_for_each_mark(world: World, at_desk: AtDesk) -> None:
    with at_desk(world.lucca, account=world.bruno):
        sheet_id = recorded()
    with at_desk(world.lucca):
        visits = db.session.scalars(select(Visit)).all()
        assert len(visits) == 15
        assert {visit.sheet_id for visit in visits} == {sheet_id}
        assert {visit.person_id for visit in visits} == {None}
        assert {visit.created_by for visit in visits} == {world.bruno.id}
        assert sorted(visit.contact_sex or "-" for visit in visits) == list("--FFFFFFFFFMMMM")
        counts = figures.list_counts()["2026-S2"]
        assert (counts.users, counts.visits, counts.anonymous) == (0, 15, 15)
        assert counts.topics == {"SOG-RIN": 13, "CIT": 2}
        assert_figures_are_exact()


def test_topics_are_those_of_the_day(world: World, at_desk: AtDesk) -> None:
    """The list of 2025 is another; what came later is asked in its newest wording."""
    with at_desk(world.lucca):
        recorded(Cell("CIT", "F", 1), Cell("SOG-STA", "M", 1), day=date(2025, 3, 3))
    with at_desk(world.lucca):
        found = db.session.execute(select(Enquiry.topic_code, Enquiry.taxonomy)).all()
        assert {tuple(row) for row in found} == {("CIT", 1), ("SOG-STA", 2)}


def test_a_sheet_taken_back_leaves_nothing(world: World, at_desk: AtDesk) -> None:
    with at_desk(world.lucca):
        actions.record_visit(facts=VisitFacts(DAY, ("CIT",)))
        sheet_id = recorded()
    with at_desk(world.lucca):
        assert sheets.undo_sheet(sheet_id=sheet_id) == 15
        assert sheets.undo_sheet(sheet_id=sheet_id) == 0
    with at_desk(world.lucca):
        counts = figures.list_counts()["2026-S2"]
        assert (counts.visits, counts.topics) == (1, {"CIT": 1})
        assert_figures_are_exact()
        gone = db.session.scalars(select(Visit).where(Visit.sheet_id == sheet_id)).all()
        assert {visit.deleted_reason for visit in gone} == {"Foglio annullato"}
        assert tallies.list_sheets_on(DAY) == []
    with at_desk(world.lucca):
        assert sheets.restore_sheet(sheet_id=sheet_id) == 15
        assert sheets.restore_sheet(sheet_id=sheet_id) == 0
    with at_desk(world.lucca):
        assert figures.list_counts()["2026-S2"].visits == 16
        assert_figures_are_exact()


def test_one_deleted_by_hand_does_not_come_back(world: World, at_desk: AtDesk) -> None:
    with at_desk(world.lucca):
        sheet_id = recorded()
    with at_desk(world.lucca):
        actions.delete_visit(visit_id=first_visit(), reason="Altro", seen_version=1)
    with at_desk(world.lucca):
        assert tallies.get_sheet(sheet_id).present == 14
        assert sheets.undo_sheet(sheet_id=sheet_id) == 14
        assert sheets.restore_sheet(sheet_id=sheet_id) == 14
    with at_desk(world.lucca):
        assert_figures_are_exact()


def test_users_count_the_persons_own_sex(world: World, at_desk: AtDesk) -> None:
    """A mark under M that turns out to be Amina: the sheet stays as it was, users count her."""
    with at_desk(world.lucca):
        sheet_id = recorded(Cell("CIT", "M", 3))
        amina = people.create_person(facts=PersonFacts(family_name="Diallo", sex="F")).id
    with at_desk(world.lucca):
        visit_id = first_visit()
        give(visit_id, amina)
    with at_desk(world.lucca):
        visit = queries.get_visit(visit_id)
        assert (visit.contact_sex, visit.sheet_id) == ("M", sheet_id)
        counts = figures.list_counts()["2026-S2"]
        assert (counts.users, counts.users_by_sex["F"], counts.users_by_sex["M"]) == (1, 1, 0)
        assert (counts.visits, counts.anonymous) == (3, 2)
        assert_figures_are_exact()
    with at_desk(world.lucca):
        assert sheets.undo_sheet(sheet_id=sheet_id) == 3
        assert_figures_are_exact()
        assert figures.list_counts()["2026-S2"].users == 0
    with at_desk(world.lucca):
        sheets.restore_sheet(sheet_id=sheet_id)
        assert_figures_are_exact()
        assert figures.list_counts()["2026-S2"].users == 1


def test_the_same_form_twice_is_one_sheet(world: World, at_desk: AtDesk) -> None:
    together, token = Barrier(2), uuid4()

    def send(_time: int) -> UUID:
        together.wait(5)
        with at_desk(world.lucca):
            return recorded(token=token)

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(send, range(2))
    assert first == second
    with at_desk(world.lucca):
        assert figures.list_counts()["2026-S2"].visits == 15
        assert_figures_are_exact()


def test_the_same_form_after_its_sheet_was_taken_back_is_not_lost_unseen(
    world: World, at_desk: AtDesk
) -> None:
    token = uuid4()
    with at_desk(world.lucca):
        sheet_id = recorded(token=token)
    with at_desk(world.lucca):
        actions.delete_visit(visit_id=first_visit(), reason="Altro", seen_version=1)
    with at_desk(world.lucca):
        assert recorded(token=token) == sheet_id
        sheets.undo_sheet(sheet_id=sheet_id)
    with at_desk(world.lucca):
        with pytest.raises(AlreadySaved, match="già stato inserito e poi annullato"):
            recorded(token=token)
        assert recorded(token=uuid4()) != sheet_id


def test_a_second_sheet_of_the_day_is_a_knowing_one(world: World, at_desk: AtDesk) -> None:
    """Also when two type at once: the second does not know of the first's."""
    together = Barrier(2)

    def send(_time: int) -> str | None:
        together.wait(5)
        try:
            with at_desk(world.lucca):
                recorded()
        except Refusal as refusal:
            return refusal.field
        return ""

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(send, range(2))) == ["", "another"]
    with at_desk(world.lucca):
        recorded(seen=1)
        assert [sheet.enquiries for sheet in tallies.list_sheets_on(DAY)] == [15, 15]
        assert_figures_are_exact()


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ((Cell("CIT", "F", 0),), "vuoto"),
        ((Cell("CIT", "F", 501),), "massimo 500"),
        ((Cell("CIT", "F", -1),), "massimo 500"),
        (
            tuple(Cell("CIT", sex, 500) for sex in "FMFMF"),
            "massimo 2.000 richieste: qui sono 2.500",
        ),
    ],
)
def test_what_no_sheet_can_hold(
    world: World, at_desk: AtDesk, cells: tuple[Cell, ...], words: str
) -> None:
    with pytest.raises(Refusal, match=words), at_desk(world.lucca):
        recorded(*cells)


def test_days_that_no_sheet_can_have(world: World, at_desk: AtDesk) -> None:
    with pytest.raises(Refusal, match="futuro"), at_desk(world.lucca):
        recorded(day=clock.today() + timedelta(days=1))
    with at_desk(world.lucca):
        figures_actions.store_past_total(
            period=parse_period("2015-S1"), users=172, users_f=None, users_m=None, topics={}
        )
    with pytest.raises(Refusal, match="2015-S1"), at_desk(world.lucca):
        recorded(day=date(2015, 3, 3))
    with at_desk(world.lucca):
        assert db.session.scalars(select(TallySheet)).all() == []


def test_a_sheet_does_not_come_back_under_past_totals(world: World, at_desk: AtDesk) -> None:
    with at_desk(world.lucca):
        sheet_id = recorded(day=date(2015, 3, 3))
        sheets.undo_sheet(sheet_id=sheet_id)
        figures_actions.store_past_total(
            period=parse_period("2015-S1"), users=172, users_f=None, users_m=None, topics={}
        )
    with pytest.raises(Refusal, match="2015-S1"), at_desk(world.lucca):
        sheets.restore_sheet(sheet_id=sheet_id)


def test_another_desks_sheet_is_not_here(world: World, at_desk: AtDesk) -> None:
    with at_desk(world.capannori):
        sheet_id = recorded()
    for act in (sheets.undo_sheet, sheets.restore_sheet):
        with pytest.raises(NotHere), at_desk(world.lucca):
            act(sheet_id=sheet_id)


def test_a_press_is_taken_back_once(world: World, at_desk: AtDesk) -> None:
    with at_desk(world.lucca, account=world.bruno):
        press = actions.record_visit(facts=VisitFacts(DAY, ("CIT",)), tallied=True).id
        told = actions.record_visit(facts=VisitFacts(DAY, ("CIT",))).id
    with at_desk(world.lucca):
        found = tallies.find_last_press(DAY, account_id=world.bruno.id)
        assert found is not None
        assert (found.id, found.topic) == (press, "CIT")
        assert tallies.find_last_press(DAY, account_id=world.anna.id) is None
        assert tallies.count_anonymous_on(DAY) == {"CIT": 2}
        for _time in range(2):
            sheets.take_back_press(visit_id=press)
        with pytest.raises(Refusal, match="Accoglienza"):
            sheets.take_back_press(visit_id=told)
    with at_desk(world.lucca):
        assert tallies.count_anonymous_on(DAY) == {"CIT": 1}
        assert_figures_are_exact()


def test_a_press_with_a_person_stays(world: World, at_desk: AtDesk) -> None:
    with at_desk(world.lucca):
        press = actions.record_visit(facts=VisitFacts(DAY, ("CIT",)), tallied=True).id
        amina = people.create_person(facts=PersonFacts(family_name="Diallo", sex="F")).id
    with at_desk(world.lucca):
        give(press, amina)
    with at_desk(world.lucca):
        assert [one.person_id for one in tallies.list_presses_on(DAY, limit=8)] == [amina]
        with pytest.raises(Refusal, match="ha già una persona"):
            sheets.take_back_press(visit_id=press)


def test_the_longest_sheet_costs_no_more_statements(world: World, at_desk: AtDesk) -> None:
    longest = [Cell("CIT", sex, 500) for sex in ("F", "M", None)] + [Cell("BUR", "F", 500)]
    asked = []
    for day, cells in ((DAY - timedelta(days=1), CROWD), (DAY, longest)):
        with at_desk(world.lucca), statements() as said:
            began = time.perf_counter()
            sheet_id = recorded(*cells, day=day)
            wrote = time.perf_counter() - began
            sheets.undo_sheet(sheet_id=sheet_id)
            undid = time.perf_counter() - began - wrote
        asked.append(len(said))
    print(f"2,000 visits written in {wrote:.2f} s, taken back in {undid:.2f} s")  # noqa: T201
    assert asked[0] == asked[1] < 30


@contextmanager
def statements() -> Iterator[list[str]]:
    """What is asked of the database within the block."""
    said: list[str] = []

    def hear(*told: Any) -> None:
        said.append(told[2])

    event.listen(db.engine, "before_cursor_execute", hear)
    yield said
    event.remove(db.engine, "before_cursor_execute", hear)
