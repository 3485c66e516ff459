# SPDX-License-Identifier: AGPL-3.0-or-later
"""Two cards made one: every row is moved, nothing is merged unseen, nobody is lost."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import text

from portal.core.errors import Conflict, NotHere, Refusal
from portal.core.store.database import db
from portal.figures import queries as figures
from portal.people import actions as people
from portal.people import queries
from portal.person_pages.actions import merge_people
from portal.visits import actions as visits
from portal.visits.queries import list_visits_of
from tests.conftest import AtDesk
from tests.locks import until_waiting
from tests.portal.conftest import AMINA, Writer, write_down
from tests.portal.person_pages.cards import (
    AMENA,
    assert_figures_are_exact,
    come,
    merge,
    pair,
    snapshot,
    versions,
)
from tests.world import World

__all__ = ["pair", "write_down"]


def children() -> list[tuple[str, str]]:
    """Every column that points at a person, as the database itself knows it."""
    found = db.session.execute(
        text(
            "SELECT c.conrelid::regclass::text, a.attname FROM pg_constraint c"
            " JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey)"
            " WHERE c.contype = 'f' AND c.confrelid = 'person'::regclass"
            " AND a.attname <> 'desk_id' ORDER BY 1, 2"
        )
    )
    return [(table, column) for table, column in found]


# What tells of the merge itself: the card left behind points at the one kept.
HISTORY = {("person", "merged_into"), ("person_merge", "kept_id"), ("person_merge", "left_id")}


def test_every_child_row_is_moved(world: World, at_desk: AtDesk, pair: tuple[UUID, UUID]) -> None:
    """A new table that points at persons makes this fail until merging knows it."""
    amina, amena = pair
    with at_desk(world.lucca):
        tables = [one for one in children() if one not in HISTORY]
        for table, column in tables:
            count = text(f"SELECT count(*) FROM {table} WHERE {column} IN (:a, :b)")  # noqa: S608
            given = {"a": amena, "b": amena}
            if table == "people_apart":
                count = text("SELECT count(*) FROM people_apart WHERE :a IN (one_id, other_id)")
                given = {"a": amena}
            assert db.session.scalar(count, given), f"{table}.{column}: give Amena a row"
    with at_desk(world.lucca, account=world.bruno):
        merge(amina, amena)
    with at_desk(world.lucca):
        assert queries.get_person(amena).merged_into == amina
        for table, column in tables:
            count = text(f"SELECT count(*) FROM {table} WHERE {column} = :id")  # noqa: S608
            assert not db.session.scalar(count, {"id": amena}), f"left behind: {table}.{column}"
        assert len(list_visits_of(amina)) == 4
        assert_figures_are_exact()
        assert figures.list_counts()["2016"].users == 1


def test_the_merged_person_is_found_by_every_name(
    world: World, at_desk: AtDesk, pair: tuple[UUID, UUID]
) -> None:
    amina, amena = pair
    with at_desk(world.lucca):
        merge(amina, amena, replace(AMINA, note="Torna."))
    with at_desk(world.lucca):
        facts = queries.facts_of(queries.get_person(amina))
        # «aminata sow» is on the card already, written otherwise.
        assert facts.aliases == ("Aminata Sow", "Amy", "Diallo Amena")
        assert facts.note == "Torna."
        for sought in ("amena dia", "amy", "sow", "diallo amina"):
            found = [row.id for row in queries.search_people(sought).rows]
            assert amina in found, sought
            assert amena not in found, sought
        assert queries.find_kept(amena) == amina
        person = queries.find_person_by_key("A-1")
        assert person is not None
        assert person.id == amina
        assert queries.count_people() == 2


def test_homes_become_one_history(world: World, at_desk: AtDesk, pair: tuple[UUID, UUID]) -> None:
    """Before the history of the card whose home was chosen stands what the other one knows."""
    amina, amena = pair
    with at_desk(world.lucca):
        merge(amina, amena)
    with at_desk(world.lucca):
        homes = queries.list_residences(amina)
        assert [home.comune_code for home in homes] == ["046017", "046007"]
        assert homes[-1].valid_from == date(2015, 3, 1)


def test_former_citizenships_of_both_are_kept(
    world: World, at_desk: AtDesk, pair: tuple[UUID, UUID]
) -> None:
    """Of a day that both tell, what the card says whose citizenship was chosen."""
    amina, amena = pair
    italian = replace(AMINA, citizenships=("100",), citizenship_since=date(2014, 1, 1))
    french = replace(italian, citizenships=("215",), citizenship_since=date(2020, 5, 1))
    with at_desk(world.lucca):
        for version, facts in enumerate((italian, french), start=1):
            people.edit_person(person_id=amina, facts=facts, seen_version=version)
    with at_desk(world.lucca):
        merge(amina, amena, replace(french, citizenships=AMENA.citizenships))
    with at_desk(world.lucca):
        assert snapshot(amina)["formers"] == [
            (date(2020, 5, 1), "100"),
            (date(2014, 1, 1), "110"),
        ]
        assert snapshot(amina)["facts"].citizenships == ("450", "110")


def test_the_same_form_twice_is_one_merge(
    world: World, at_desk: AtDesk, pair: tuple[UUID, UUID]
) -> None:
    with at_desk(world.lucca):
        seen = versions(*pair)
    with at_desk(world.lucca):
        told = {"kept_id": pair[0], "left_id": pair[1], "facts": AMINA, "seen_versions": seen}
        first = merge_people(**told).id
    with at_desk(world.lucca):
        assert merge_people(**told).id == first
        assert_figures_are_exact()


def test_the_same_form_twice_at_once_is_one_merge(
    app: Flask, world: World, at_desk: AtDesk, pair: tuple[UUID, UUID]
) -> None:
    """The second, who looks before the first is done, waits and gets the first's merge."""
    merged = threading.Event()
    told = {"kept_id": pair[0], "left_id": pair[1], "facts": AMINA}
    told["seen_versions"] = dict.fromkeys(pair, 1)

    def first() -> UUID:
        with at_desk(world.lucca):
            merge_id = merge_people(**told).id
            merged.set()
            until_waiting(1, app.config["SETTINGS"])
            return merge_id

    def second() -> UUID:
        merged.wait(5)
        with at_desk(world.lucca):
            return merge_people(**told).id

    with ThreadPoolExecutor(2) as pool:
        found = [pool.submit(one) for one in (first, second)]
        assert len({one.result() for one in found}) == 1
    with at_desk(world.lucca):
        assert_figures_are_exact()


def test_a_card_that_was_changed_meanwhile_is_not_merged_unseen(
    world: World, at_desk: AtDesk, pair: tuple[UUID, UUID]
) -> None:
    with at_desk(world.lucca):
        seen = versions(*pair)
    with at_desk(world.lucca):
        facts = replace(AMENA, note="Nuova.")
        people.edit_person(person_id=pair[1], facts=facts, seen_version=1)
    with pytest.raises(Conflict), at_desk(world.lucca):
        merge_people(kept_id=pair[0], left_id=pair[1], facts=AMINA, seen_versions=seen)


def test_nothing_is_written_on_a_card_that_was_merged(
    world: World, at_desk: AtDesk, pair: tuple[UUID, UUID]
) -> None:
    with at_desk(world.lucca):
        merge(*pair)
    with pytest.raises(Refusal, match="unita a un’altra"), at_desk(world.lucca):
        come(pair[1], date(2016, 3, 3))
    with pytest.raises(Refusal, match="unita a un’altra"), at_desk(world.lucca):
        visits.correct_person(person_id=pair[1], facts=AMENA, seen_version=2)


def test_a_card_of_another_desk_is_not_here(
    world: World, at_desk: AtDesk, write_down: Writer
) -> None:
    here, there = write_down(AMINA), write_down(AMINA, desk=world.capannori)
    with pytest.raises(NotHere), at_desk(world.lucca):
        merge_people(kept_id=here, left_id=there, facts=AMINA, seen_versions={here: 1, there: 1})


def test_two_operators_merge_in_opposite_directions(
    app: Flask, world: World, at_desk: AtDesk, pair: tuple[UUID, UUID]
) -> None:
    """One wins, the other hears of it; no card is lost in the other."""
    start = threading.Barrier(2)

    def try_to_merge(cards: tuple[UUID, UUID]) -> str:
        start.wait()
        try:
            with at_desk(world.lucca):
                merge_people(
                    kept_id=cards[0],
                    left_id=cards[1],
                    facts=AMINA,
                    seen_versions=dict.fromkeys(cards, 1),
                )
        except Refusal as refusal:
            return refusal.sentence
        return "merged"

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(try_to_merge, (pair, pair[::-1])))
    assert answers == ["Una delle due schede è già stata unita a un’altra.", "merged"]
    with at_desk(world.lucca):
        assert sum(queries.get_person(one).merged_into is None for one in pair) == 1
        assert_figures_are_exact()
