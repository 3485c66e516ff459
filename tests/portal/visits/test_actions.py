# SPDX-License-Identifier: AGPL-3.0-or-later
"""Visits and their figures: after any change the roll-up equals a recount from the records."""

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm.exc import StaleDataError

from portal.core.errors import Conflict, Refusal
from portal.core.italy.periods import named_periods, parse_period
from portal.core.store.database import db
from portal.drafts.form_tokens import AlreadySaved
from portal.figures import actions as figures_actions
from portal.figures import queries as figures
from portal.figures.rules import Counts
from portal.people import actions as people
from portal.people import queries as people_queries
from portal.people.rules import PersonFacts
from portal.visits import actions, queries
from portal.visits.models import Visit
from portal.visits.rules import VisitFacts
from tests.conftest import AtDesk
from tests.world import World

FIRST_DAY = date(2015, 9, 1)
TOPICS = ("CIT", "SOG-RIN", "SOG-CAR", "FOR", "BUR")


def new_person(sex: str | None = "F", name: str = "Diallo") -> UUID:
    return people.create_person(facts=PersonFacts(family_name=name, sex=sex)).id


def came(day: date, person_id: UUID | None = None, *topics: str) -> VisitFacts:
    return VisitFacts(visited_on=day, person_id=person_id, topics=topics)


def assert_figures_are_exact() -> None:
    """The roll-up against the records, for every period that either knows."""
    rolled = {name: seen for name, seen in figures.list_counts().items() if any_count(seen)}
    periods = {period for day in all_days() for period in named_periods(day)}
    recounted = queries.count_from_records(sorted(periods, key=lambda period: period.name))
    assert rolled == recounted


def all_days() -> list[date]:
    return list(db.session.scalars(select(Visit.visited_on).where(Visit.deleted_at.is_(None))))


def all_ids() -> list[UUID]:
    return list(db.session.scalars(select(Visit.id).order_by(Visit.id)))


def any_count(counts: Counts) -> bool:
    return bool(counts.visits or counts.users or counts.topics)


def test_the_first_visit_is_in_the_figures(world: World, at_desk: AtDesk) -> None:
    with at_desk(world.lucca):
        actions.record_visit(facts=came(date(2016, 5, 3), new_person(), "CIT", "CIT"))
    with at_desk(world.lucca):
        counts = figures.list_counts()["2016-S1"]
        assert (counts.users, counts.visits, counts.topics) == (1, 1, {"CIT": 2})
        assert_figures_are_exact()


def test_the_future_is_refused(world: World, at_desk: AtDesk) -> None:
    with pytest.raises(Refusal, match="futuro"), at_desk(world.lucca):
        actions.record_visit(facts=came(date.today() + timedelta(days=2)))


def test_the_same_form_twice_is_one_visit(world: World, at_desk: AtDesk) -> None:
    token = uuid4()
    with at_desk(world.lucca):
        first = actions.record_visit(facts=came(date(2016, 5, 3)), form_token=token).id
    with at_desk(world.lucca):
        second = actions.record_visit(facts=came(date(2016, 5, 3)), form_token=token).id
        assert first == second
        assert_figures_are_exact()


def test_the_same_form_after_its_visit_was_deleted_is_not_lost_unseen(
    world: World, at_desk: AtDesk
) -> None:
    """A press of the tally page stays taken back: whoever took it back saw that."""
    day, token, press = date(2016, 5, 3), uuid4(), uuid4()
    with at_desk(world.lucca):
        told = actions.record_visit(facts=came(day), form_token=token)
        pressed = actions.record_visit(facts=came(day), form_token=press, tallied=True)
        for visit in (told, pressed):
            actions.delete_visit(visit_id=visit.id, reason="Altro", seen_version=visit.version)
    with at_desk(world.lucca):
        again = actions.record_visit(facts=came(day), form_token=press, tallied=True)
        assert again.id == pressed.id
        with pytest.raises(AlreadySaved, match="già stato salvato e poi annullato"):
            actions.record_visit(facts=came(day), form_token=token)
        assert queries.list_visits_on(day) == []


def test_a_deleted_visit_comes_back(world: World, at_desk: AtDesk) -> None:
    with at_desk(world.lucca):
        visit = actions.record_visit(facts=came(date(2016, 5, 3), new_person(), "CIT"))
    with at_desk(world.lucca):
        actions.delete_visit(visit_id=visit.id, reason="Inserito due volte", seen_version=1)
    with at_desk(world.lucca):
        assert not any_count(figures.list_counts()["2016-S1"])
        assert queries.list_visits_on(date(2016, 5, 3)) == []
    with at_desk(world.lucca):
        actions.restore_visit(visit_id=visit.id)
    with at_desk(world.lucca):
        assert figures.list_counts()["2016-S1"].users == 1
        assert_figures_are_exact()


def test_the_second_editor_overwrites_nothing(world: World, at_desk: AtDesk) -> None:
    with at_desk(world.lucca):
        visit = actions.record_visit(facts=came(date(2016, 5, 3), None, "CIT"))
    with at_desk(world.lucca):
        actions.correct_visit(
            visit_id=visit.id, facts=came(date(2016, 5, 3), None, "FOR"), seen_version=1
        )
    with pytest.raises(Conflict), at_desk(world.lucca):
        actions.correct_visit(
            visit_id=visit.id, facts=came(date(2016, 5, 3), None, "BUR"), seen_version=1
        )
    with at_desk(world.lucca):
        assert figures.list_counts()["2016-S1"].topics == {"FOR": 1}


def test_past_totals_refuse_visits_of_their_period(world: World, at_desk: AtDesk) -> None:
    with at_desk(world.lucca):
        figures_actions.store_past_total(
            period=parse_period("2015-S1"), users=172, users_f=None, users_m=None, topics={}
        )
    with pytest.raises(Refusal, match="2015-S1"), at_desk(world.lucca):
        actions.record_visit(facts=came(date(2015, 3, 3)))


def test_a_corrected_sex_moves_the_figures(world: World, at_desk: AtDesk) -> None:
    with at_desk(world.lucca):
        person_id = new_person(sex=None)
        actions.record_visit(facts=came(date(2016, 5, 3), person_id))
        actions.record_visit(facts=came(date(2016, 9, 3), person_id))
    with at_desk(world.lucca):
        actions.correct_person(
            person_id=person_id, facts=PersonFacts(family_name="Diallo", sex="F"), seen_version=1
        )
    with at_desk(world.lucca):
        by_sex = figures.list_counts()["2016"].users_by_sex
        assert by_sex == {"F": 1, "M": 0, "X": 0, "N": 0}
        assert_figures_are_exact()


def test_an_import_is_counted_anew(world: World, at_desk: AtDesk) -> None:
    with at_desk(world.lucca):
        person_id = new_person()
        actions.record_visit(facts=came(date(2016, 5, 3), person_id, "CIT"))
    with at_desk(world.lucca):
        actions.recount([date(2016, 5, 3)])
    with at_desk(world.lucca):
        assert figures.list_counts()["2016-05"].topics == {"CIT": 1}
        assert_figures_are_exact()


def test_five_hundred_random_changes_by_two_operators(
    app: Flask, world: World, at_desk: AtDesk
) -> None:
    """Inserts, corrections, deletions, returns, back-datings and corrected sexes, two at a time."""
    with at_desk(world.lucca):
        persons = [new_person(sex, f"Persona {n}") for n, sex in enumerate("FMXFMFMFMM" * 2)]

    def operator(seed: int) -> int:
        dice = random.Random(seed)
        done = 0
        while done < 250:
            with _forgiven() as outcome, at_desk(world.lucca, world.bruno):
                _change_something(dice, persons)
            done += outcome["done"]
        return done

    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(operator, (1, 2))) == 500
    with at_desk(world.lucca):
        assert_figures_are_exact()
        assert len(all_days()) > 50


@contextmanager
def _forgiven() -> Iterator[dict[str, int]]:
    """A conflict with the other operator is answered to the user; the test tries something else."""
    outcome = {"done": 0}
    try:
        yield outcome
        outcome["done"] = 1
    except (Conflict, StaleDataError):
        pass


def _change_something(dice: random.Random, persons: list[UUID]) -> None:
    day = FIRST_DAY + timedelta(days=dice.randrange(700))
    person = dice.choice([None, *persons])
    asked = tuple(dice.choices(TOPICS, k=dice.randrange(4)))
    visits = all_ids()
    act = dice.choice(["record", "record", "correct", "correct", "delete", "restore", "sex"])
    if act == "record" or not visits:
        actions.record_visit(facts=came(day, person, *asked), form_token=uuid4())
        return
    if act == "sex":
        _correct_sex(dice, dice.choice(persons))
        return
    visit = queries.get_visit(dice.choice(visits))
    if act == "delete":
        actions.delete_visit(visit_id=visit.id, reason="Altro", seen_version=visit.version)
    elif visit.deleted_at is not None:
        actions.restore_visit(visit_id=visit.id)
    else:
        actions.correct_visit(
            visit_id=visit.id, facts=came(day, person, *asked), seen_version=visit.version
        )


def _correct_sex(dice: random.Random, person_id: UUID) -> None:
    person = people_queries.get_person(person_id)
    facts = PersonFacts(family_name=person.family_name, sex=dice.choice(["F", "M", None]))
    actions.correct_person(person_id=person_id, facts=facts, seen_version=person.version)


def test_two_operators_and_one_persons_first_visit(
    app: Flask, world: World, at_desk: AtDesk
) -> None:
    """Twenty persons, each recorded for the first time by two operators at the same moment."""
    with at_desk(world.lucca):
        persons = [new_person(name=f"Persona {n}") for n in range(20)]

    def record(person_id: UUID) -> None:
        with at_desk(world.lucca):
            actions.record_visit(facts=came(date(2016, 5, 3), person_id, "CIT"))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(record, [one for one in persons for _twice in range(2)]))
    with at_desk(world.lucca):
        counts = figures.list_counts()["2016-S1"]
        assert (counts.users, counts.visits) == (20, 40)
        assert_figures_are_exact()
