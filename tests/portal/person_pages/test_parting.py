# SPDX-License-Identifier: AGPL-3.0-or-later
"""A merge undone: both cards as they were, and figures that equal a recount whatever happens."""

import random
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from portal.core import clock
from portal.core.errors import Refusal
from portal.core.store.database import db
from portal.figures import queries as figures
from portal.people import actions as people
from portal.people import queries
from portal.people.models import PeopleApart
from portal.people.queries.merged import list_merged
from portal.people.queries.trail import list_trail
from portal.person_pages import queries as merging
from portal.person_pages.actions import forget_cards, undo_merge
from portal.person_pages.models import PersonMerge
from portal.visits import actions as visits
from portal.visits.models import Visit
from portal.visits.queries import get_visit, list_visits_of
from portal.visits.rules import VisitFacts
from tests.conftest import AtDesk
from tests.portal.conftest import AMINA, Writer, write_down
from tests.portal.person_pages.cards import (
    AMENA,
    assert_figures_are_exact,
    come,
    merge,
    pair,
    snapshot,
)
from tests.world import World

__all__ = ["pair", "write_down"]
TOPICS = ("CIT", "SOG-RIN", "FOR")


def test_undoing_gives_both_cards_back(
    world: World, at_desk: AtDesk, pair: tuple[UUID, UUID]
) -> None:
    amina, amena = pair
    with at_desk(world.lucca):
        before = [snapshot(one) for one in pair]
    with at_desk(world.lucca, account=world.bruno):
        merge_id = merge(amina, amena, replace(AMENA, sex="M")).id
    with at_desk(world.lucca):
        assert_figures_are_exact()
        assert figures.list_counts()["2016"].users_by_sex == {"F": 0, "M": 1, "X": 0, "N": 0}
    with at_desk(world.lucca, account=world.anna):
        assert undo_merge(merge_id=merge_id).stayed == []
    with at_desk(world.lucca, account=world.anna):
        assert [snapshot(one) for one in pair] == before
        assert_figures_are_exact()
        assert figures.list_counts()["2016"].users == 2
        undone = merging.get_merge(merge_id)
        assert (undone.merged_by, undone.undone_by) == (world.bruno.id, world.anna.id)
        assert undo_merge(merge_id=merge_id).stayed == []


def test_a_citizenship_changed_after_the_merge_stays_with_its_day(
    world: World, at_desk: AtDesk, pair: tuple[UUID, UUID]
) -> None:
    amina, amena = pair
    with at_desk(world.lucca):
        before = snapshot(amena)
        merge_id = merge(amina, amena).id
    with at_desk(world.lucca):
        person = queries.get_person(amina)
        facts = replace(
            queries.facts_of(person), citizenships=("100",), citizenship_since=date(2019, 2, 1)
        )
        people.edit_person(person_id=amina, facts=facts, seen_version=person.version)
    with at_desk(world.lucca):
        assert undo_merge(merge_id=merge_id).stayed == ["citizenships"]
    with at_desk(world.lucca):
        assert snapshot(amena) == before
        assert snapshot(amina)["formers"] == [(date(2019, 2, 1), "450")]
        assert snapshot(amina)["facts"] == replace(AMINA, citizenships=("100",))


def test_choosing_what_one_card_was_before_is_undone_exactly(
    world: World, at_desk: AtDesk, write_down: Writer
) -> None:
    """In an edit the same choice would take the change of citizenship back."""
    kept, left = write_down(AMINA), write_down(AMENA)
    italian = replace(AMINA, citizenships=("100",), citizenship_since=date(2019, 2, 1))
    with at_desk(world.lucca):
        people.edit_person(person_id=kept, facts=italian, seen_version=1)
    with at_desk(world.lucca):
        before = [snapshot(one) for one in (kept, left)]
        merge_id = merge(kept, left, AMINA).id
        assert snapshot(kept)["formers"] == [(date(2019, 2, 1), "450")]
    with at_desk(world.lucca):
        undo_merge(merge_id=merge_id)
    with at_desk(world.lucca):
        assert [snapshot(one) for one in (kept, left)] == before


def test_a_merge_from_before_citizenships_had_a_history_is_undone(
    world: World, at_desk: AtDesk, write_down: Writer
) -> None:
    kept, left = write_down(AMINA), write_down(AMENA)
    with at_desk(world.lucca):
        before = [snapshot(one) for one in (kept, left)]
        merged = merge(kept, left)
        merged.before = {
            name: {key: told for key, told in rows.items() if key != "formers"}
            if isinstance(rows, dict)
            else rows
            for name, rows in merged.before.items()
        }
        merge_id = merged.id
    with at_desk(world.lucca):
        undo_merge(merge_id=merge_id)
    with at_desk(world.lucca):
        assert [snapshot(one) for one in (kept, left)] == before


def test_told_apart_and_merged_all_the_same(
    world: World, at_desk: AtDesk, pair: tuple[UUID, UUID]
) -> None:
    one_id, other_id = sorted(pair)
    with at_desk(world.lucca):
        db.session.add(PeopleApart(one_id=one_id, other_id=other_id))
    with at_desk(world.lucca):
        before = [snapshot(one) for one in pair]
        merge_id = merge(*pair).id
        assert snapshot(pair[1])["apart"] == []
    with at_desk(world.lucca):
        undo_merge(merge_id=merge_id)
    with at_desk(world.lucca):
        assert [snapshot(one) for one in pair] == before


def test_what_was_done_after_the_merge_is_not_lost(
    world: World, at_desk: AtDesk, pair: tuple[UUID, UUID]
) -> None:
    amina, amena = pair
    with at_desk(world.lucca):
        (theirs,) = (one for one in list_visits_of(amena) if one.visited_on == date(2016, 9, 9))
        merge_id = merge(amina, amena).id
    with at_desk(world.lucca):
        later = come(amina, date(2018, 2, 2))
        corrected = VisitFacts(date(2016, 9, 10), ("BUR",), amina)
        version = get_visit(theirs.id).version
        visits.correct_visit(visit_id=theirs.id, facts=corrected, seen_version=version)
        people.bind_key(person_id=amina, key="A-3")
        facts = queries.facts_of(queries.get_person(amina))
        told = replace(facts, phone="+393339999999", aliases=(*facts.aliases, "Mina"))
        people.edit_person(
            person_id=amina, facts=told, seen_version=queries.get_person(amina).version
        )
    with at_desk(world.lucca):
        assert undo_merge(merge_id=merge_id).stayed == ["aliases", "phone"]
    with at_desk(world.lucca):
        kept, left = snapshot(amina), snapshot(amena)
        assert kept["facts"] == replace(
            AMINA, phone="+393339999999", aliases=("Aminata Sow", "Mina")
        )
        assert left["facts"].phone == AMENA.phone
        assert later in [visit_id for visit_id, _gone in kept["visits"]]
        (back,) = (one for one in list_visits_of(amena) if one.id == theirs.id)
        assert (back.visited_on, [code for _v, code in back.topics]) == (date(2016, 9, 10), ["BUR"])
        assert [key for (key,) in kept["keys"]] == ["A-2", "A-3"]
        assert [key for (key,) in left["keys"]] == ["A-1"]
        assert_figures_are_exact()


def test_a_visit_given_to_somebody_else_stays_with_them(
    world: World, at_desk: AtDesk, pair: tuple[UUID, UUID], write_down: Writer
) -> None:
    amina, amena = pair
    third = write_down(family_name="Ba")
    with at_desk(world.lucca):
        visit_id = list_visits_of(amena)[0].id
        merge_id = merge(amina, amena).id
    with at_desk(world.lucca):
        facts = VisitFacts(date(2016, 9, 9), ("CIT",), third)
        visits.correct_visit(
            visit_id=visit_id, facts=facts, seen_version=get_visit(visit_id).version
        )
    with at_desk(world.lucca):
        undo_merge(merge_id=merge_id)
    with at_desk(world.lucca):
        assert get_visit(visit_id).person_id == third
        assert_figures_are_exact()


def test_a_chain_is_undone_from_its_end(
    world: World, at_desk: AtDesk, pair: tuple[UUID, UUID], write_down: Writer
) -> None:
    """Also when all of it happens in one instant."""
    amina, amena = pair
    third, fourth = (write_down(family_name=name) for name in ("Ba", "Fall"))
    everybody = (*pair, third, fourth)
    with at_desk(world.lucca):
        before = [snapshot(one) for one in everybody]
    with clock.stopped_at(clock.now()), at_desk(world.lucca):
        merges = [merge(amina, amena).id, merge(amina, third).id, merge(fourth, amina).id]
    day = clock.today().strftime("%d/%m/%Y")
    with at_desk(world.lucca):
        assert queries.find_kept(amena) == fourth
        for merge_id in merges[:2]:
            with pytest.raises(Refusal, match=f"Prima annulla l’unione del {day} con Diallo Amina"):
                undo_merge(merge_id=merge_id)
    for merge_id in reversed(merges):
        with at_desk(world.lucca):
            undo_merge(merge_id=merge_id)
    with at_desk(world.lucca):
        assert [snapshot(one) for one in everybody] == before
        assert_figures_are_exact()


def test_undo_ends_after_thirty_days(
    world: World, at_desk: AtDesk, pair: tuple[UUID, UUID]
) -> None:
    with at_desk(world.lucca):
        merge_id = merge(*pair).id
    with clock.stopped_at(clock.now() + timedelta(days=31)), at_desk(world.lucca):
        with pytest.raises(Refusal, match="si poteva annullare fino al"):
            undo_merge(merge_id=merge_id)
    with clock.stopped_at(clock.now() + timedelta(days=30)), at_desk(world.lucca):
        undo_merge(merge_id=merge_id)


def test_a_name_stays_whole(world: World, at_desk: AtDesk, write_down: Writer) -> None:
    """One half of it was chosen from the other card, the other half was cleared since."""
    kept, left = write_down(given_name="Amina"), write_down(AMINA)
    with at_desk(world.lucca):
        facts = queries.facts_of(queries.get_person(kept))
        merge_id = merge(kept, left, replace(facts, family_name="Diallo")).id
    with at_desk(world.lucca):
        person = queries.get_person(kept)
        told = replace(queries.facts_of(person), given_name="")
        people.edit_person(person_id=kept, facts=told, seen_version=person.version)
    with at_desk(world.lucca):
        assert undo_merge(merge_id=merge_id).stayed[:2] == ["family_name", "given_name"]
    with at_desk(world.lucca):
        facts = queries.facts_of(queries.get_person(kept))
        assert (facts.family_name, facts.given_name) == ("Diallo", "")


def test_who_was_told_apart_from_the_left_card_goes_back_with_it(
    world: World, at_desk: AtDesk, write_down: Writer
) -> None:
    """Also where that one was made part of somebody else in between."""
    kept, left, other, last = (write_down(family_name=name) for name in ("A", "B", "X", "Y"))
    with at_desk(world.lucca):
        people.tell_apart(person_id=left, others=[other])
    with at_desk(world.lucca):
        merge_id = merge(kept, left).id
    with at_desk(world.lucca):
        merge(last, other)
    with at_desk(world.lucca):
        undo_merge(merge_id=merge_id)
    with at_desk(world.lucca):
        assert queries.list_apart(kept) == []
        assert queries.list_apart(left) == [last]


def test_the_cards_before_are_kept_as_long_as_a_merge_can_be_undone(
    world: World, at_desk: AtDesk, pair: tuple[UUID, UUID]
) -> None:
    with at_desk(world.lucca, account=world.bruno):
        merge_id = merge(*pair).id
    for days in (30, 31):
        with clock.stopped_at(clock.now() + timedelta(days=days)), at_desk(world.lucca):
            forget_cards()
        with at_desk(world.lucca):
            assert bool(merging.get_merge(merge_id).before) is (days == 30)
    with at_desk(world.lucca):
        with pytest.raises(Refusal, match="si poteva annullare fino al"):
            undo_merge(merge_id=merge_id)
        (told,) = list_merged(pair[0])
        assert told.name == "Diallo Amena"
        done = [trace.done for trace in list_trail(pair[0]).rows]
        assert done.count("Unita con un’altra scheda, o separata") == 1


@pytest.mark.long
def test_merges_and_visits_at_once_leave_exact_figures(
    app: Flask, world: World, at_desk: AtDesk, write_down: Writer
) -> None:
    """Four operators merge, part and record over the same few cards: no deadlock, no drift."""
    cards = [write_down(family_name="Diallo", given_name=name, sex="F") for name in "ABCD"]

    def work(seed: int) -> None:
        dice = random.Random(seed)
        for _step in range(12):
            with suppress(Refusal), at_desk(world.lucca):
                act(dice, cards)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    with at_desk(world.lucca):
        assert_figures_are_exact()


def act(dice: random.Random, cards: list[UUID]) -> None:
    """One thing that an operator may do, whatever comes of it."""
    one, other = dice.sample(cards, 2)
    what = dice.randrange(6)
    if what <= 1:
        come(one, date(2016, 1, 1) + timedelta(days=dice.randrange(800)), dice.choice(TOPICS))
    elif what == 2:
        person = queries.get_person(one)
        facts = replace(queries.facts_of(person), sex=dice.choice((None, "F", "M")))
        visits.correct_person(person_id=one, facts=facts, seen_version=person.version)
    elif what == 3:
        merge(one, other, queries.facts_of(queries.get_person(dice.choice(cards))))
    elif what == 4:
        found = db.session.scalars(select(PersonMerge.id).order_by(PersonMerge.id)).all()
        if found:
            undo_merge(merge_id=dice.choice(found))
    else:
        ids = db.session.scalars(select(Visit.id).order_by(Visit.id)).all()
        if ids:
            visit = get_visit(dice.choice(ids))
            visits.delete_visit(visit_id=visit.id, reason="Altro", seen_version=visit.version)


@pytest.mark.parametrize("seed", range(6))
def test_figures_follow_any_mixture(
    world: World, at_desk: AtDesk, write_down: Writer, seed: int
) -> None:
    """Random visits, edits, merges and undoings: the roll-up equals a recount after each."""
    dice = random.Random(seed)
    cards = [
        write_down(family_name="Diallo", given_name=name, sex=dice.choice((None, "F", "M")))
        for name in "ABCDE"
    ]
    for _step in range(40):
        with suppress(Refusal), at_desk(world.lucca):
            act(dice, cards)
        with at_desk(world.lucca):
            assert_figures_are_exact()
            for person_id in cards:
                if queries.get_person(person_id).merged_into:
                    assert not snapshot(person_id)["visits"]
                    assert not snapshot(person_id)["tokens"]
