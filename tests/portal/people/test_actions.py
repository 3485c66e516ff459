# SPDX-License-Identifier: AGPL-3.0-or-later
"""Writing persons down and changing them."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime
from threading import Barrier
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from portal.core import clock
from portal.core.errors import Conflict, NotHere, Refusal
from portal.core.italy.formats import PartialDate
from portal.core.store.database import db
from portal.people import actions, queries
from portal.people.models import PersonToken
from portal.people.rules import PersonFacts
from tests.conftest import AtDesk
from tests.portal.conftest import AMINA, Writer
from tests.world import World


def tokens(person_id: UUID, kind: str) -> set[str]:
    statement = select(PersonToken.token).where(
        PersonToken.person_id == person_id, PersonToken.kind == kind
    )
    return set(db.session.scalars(statement))


def test_everything_told_is_kept(world: World, at_desk: AtDesk, write_down: Writer) -> None:
    told = replace(
        AMINA,
        birth_conventional=True,
        birth_state="450",
        birth_city="Dakar",
        citizenships=("450", "436", "201"),
        codice_fiscale_seen=True,
        permit_kind="permit",
        permit_expires_on=date(2027, 2, 14),
        email="amina@esempio.it",
        notice_given_on=date(2025, 1, 14),
        notice_language="fr",
        note="Parla piano.",
    )
    person_id = write_down(told)
    with at_desk(world.lucca):
        kept = queries.facts_of(queries.get_person(person_id))
    assert kept == replace(told, citizenships=("450", "201", "436"))


def test_who_writes_a_person_down_is_remembered(world: World, at_desk: AtDesk) -> None:
    with at_desk(world.lucca, account=world.bruno):
        person = actions.create_person(facts=AMINA)
        assert person.created_by == world.bruno.id
        assert queries.find_last_change(person.id).account_id == world.bruno.id  # type: ignore[union-attr]


def test_a_codice_fiscale_is_kept_in_capitals_with_its_kind(
    world: World, at_desk: AtDesk, write_down: Writer
) -> None:
    one = write_down(family_name="Diallo", codice_fiscale=" lmrfmz90c55z330w ")
    two = write_down(family_name="Diallo", codice_fiscale="LMRFMZ90C55Z33LZ")
    with at_desk(world.lucca):
        assert queries.get_person(one).codice_fiscale == "LMRFMZ90C55Z330W"
        assert queries.get_person(one).codice_fiscale_kind == "alphanumeric"
        assert queries.get_person(two).codice_fiscale_kind == "omocode"


@pytest.mark.parametrize("code", ["DLLMNA88D52Z343", "DLLMNA88D52Z343X", "RSSMRA80B30E715M"])
def test_what_is_no_codice_fiscale_is_refused_and_nothing_kept(
    world: World, at_desk: AtDesk, write_down: Writer, code: str
) -> None:
    with pytest.raises(Refusal) as refused:
        write_down(family_name="Diallo", codice_fiscale=code)
    assert refused.value.field == "codice_fiscale"
    with at_desk(world.lucca):
        assert queries.count_people() == 0


def test_the_same_form_twice_is_one_person(world: World, at_desk: AtDesk) -> None:
    token = uuid4()
    with at_desk(world.lucca):
        first = actions.create_person(facts=AMINA, form_token=token).id
    with at_desk(world.lucca):
        again = actions.create_person(facts=replace(AMINA, given_name="X"), form_token=token)
        assert again.id == first
        assert again.given_name == "Amina"
        assert queries.count_people() == 1


def test_a_double_click_is_one_person(world: World, at_desk: AtDesk) -> None:
    token, together = uuid4(), Barrier(2)

    def submit(_: int) -> UUID:
        with at_desk(world.lucca):
            together.wait(timeout=5)
            return actions.create_person(facts=AMINA, form_token=token).id

    with ThreadPoolExecutor(2) as pool:
        assert len(set(pool.map(submit, range(2)))) == 1
    with at_desk(world.lucca):
        assert queries.count_people() == 1


def test_an_edit_changes_and_says_the_sex_before(
    world: World, at_desk: AtDesk, write_down: Writer
) -> None:
    person_id = write_down(AMINA)
    told = replace(
        AMINA, sex="M", given_name="Amin", aliases=("Momo",), citizenships=("436", "450")
    )
    with at_desk(world.lucca):
        edited = actions.edit_person(person_id=person_id, facts=told, seen_version=1)
        assert edited.sex_before == "F"
        assert edited.person.version == 2
    with at_desk(world.lucca):
        assert queries.facts_of(queries.get_person(person_id)) == told


def test_the_words_follow_the_name(world: World, at_desk: AtDesk, write_down: Writer) -> None:
    person_id = write_down(AMINA)
    with at_desk(world.lucca):
        assert {"diallo", "amina", "aminata", "sow", "dllmna88d52z343l"} <= tokens(person_id, "w")
        assert tokens(person_id, "s")
        renamed = replace(AMINA, family_name="Ba", aliases=())
        actions.edit_person(person_id=person_id, facts=renamed, seen_version=1)
        assert tokens(person_id, "w").isdisjoint({"diallo", "sow"})
        assert "ba" in tokens(person_id, "w")


def test_the_second_editor_overwrites_nothing(
    world: World, at_desk: AtDesk, write_down: Writer
) -> None:
    person_id = write_down(AMINA)
    with at_desk(world.lucca):
        first = replace(AMINA, aliases=("Momo",))
        actions.edit_person(person_id=person_id, facts=first, seen_version=1)
    second = replace(AMINA, note="x")
    with pytest.raises(Conflict), at_desk(world.lucca):
        actions.edit_person(person_id=person_id, facts=second, seen_version=1)
    with pytest.raises(Conflict), at_desk(world.lucca):
        actions.edit_person(person_id=person_id, facts=second, seen_version=None)
    with at_desk(world.lucca):
        assert queries.facts_of(queries.get_person(person_id)) == first


def test_the_same_edit_twice_is_no_conflict(
    world: World, at_desk: AtDesk, write_down: Writer
) -> None:
    person_id = write_down(AMINA)
    told = replace(AMINA, residence_comune="046007", phone=None)
    for _ in range(2):
        with at_desk(world.lucca):
            assert (
                actions.edit_person(person_id=person_id, facts=told, seen_version=1).person.version
                == 2
            )


def test_another_desks_person_cannot_be_edited(
    world: World, at_desk: AtDesk, write_down: Writer
) -> None:
    person_id = write_down(AMINA)
    with pytest.raises(NotHere), at_desk(world.capannori):
        actions.edit_person(person_id=person_id, facts=AMINA, seen_version=1)


@pytest.fixture
def lived(world: World, at_desk: AtDesk) -> UUID:
    """A person who has lived at Lucca since 3 March 2026, written down on that day."""
    with clock.stopped_at(datetime(2026, 3, 3, 10, tzinfo=UTC)), at_desk(world.lucca):
        return actions.create_person(facts=AMINA).id


def _homes(person_id: UUID) -> list[tuple[str | None, date]]:
    return [(home.comune_code, home.valid_from) for home in queries.list_residences(person_id)]


def test_a_move_adds_to_the_history(world: World, at_desk: AtDesk, lived: UUID) -> None:
    moved = replace(AMINA, residence_comune="046007")
    with clock.stopped_at(datetime(2026, 9, 1, 10, tzinfo=UTC)), at_desk(world.lucca):
        actions.edit_person(person_id=lived, facts=moved, seen_version=1)
        assert _homes(lived) == [("046007", date(2026, 9, 1)), ("046017", date(2026, 3, 3))]
        before = queries.find_residence_on(lived, date(2026, 8, 31))
        assert before is not None
        assert before.comune_code == "046017"
        earliest = queries.find_residence_on(lived, date(2020, 1, 1))
        assert earliest is not None
        assert earliest.comune_code == "046017"


def test_two_moves_on_one_day_are_the_last_one(world: World, at_desk: AtDesk, lived: UUID) -> None:
    with clock.stopped_at(datetime(2026, 9, 1, 10, tzinfo=UTC)), at_desk(world.lucca):
        for version, comune in enumerate(("046007", "046005"), start=1):
            moved = replace(AMINA, residence_comune=comune)
            actions.edit_person(person_id=lived, facts=moved, seen_version=version)
        assert _homes(lived) == [("046005", date(2026, 9, 1)), ("046017", date(2026, 3, 3))]


def test_a_move_has_the_day_that_is_told(world: World, at_desk: AtDesk, lived: UUID) -> None:
    moved = replace(AMINA, residence_comune="046007", residence_since=date(2026, 5, 1))
    with at_desk(world.lucca):
        actions.edit_person(person_id=lived, facts=moved, seen_version=1)
        assert _homes(lived)[0] == ("046007", date(2026, 5, 1))


def test_a_wrong_comune_is_corrected_on_its_own_day(
    world: World, at_desk: AtDesk, lived: UUID
) -> None:
    right = replace(AMINA, residence_comune="046007", residence_since=date(2026, 3, 3))
    with at_desk(world.lucca):
        actions.edit_person(person_id=lived, facts=right, seen_version=1)
        assert _homes(lived) == [("046007", date(2026, 3, 3))]


def test_a_move_before_the_last_one_is_refused(world: World, at_desk: AtDesk, lived: UUID) -> None:
    earlier = replace(AMINA, residence_comune="046007", residence_since=date(2026, 3, 2))
    with pytest.raises(Refusal, match="03/03/2026"), at_desk(world.lucca):
        actions.edit_person(person_id=lived, facts=earlier, seen_version=1)


def test_the_day_of_the_last_move_can_be_corrected(
    world: World, at_desk: AtDesk, lived: UUID
) -> None:
    with at_desk(world.lucca):
        redated = replace(AMINA, residence_since=date(2025, 1, 1))
        actions.edit_person(person_id=lived, facts=redated, seen_version=1)
        assert _homes(lived) == [("046017", date(2025, 1, 1))]


def test_a_key_stays_with_its_person(world: World, at_desk: AtDesk, write_down: Writer) -> None:
    one, other = write_down(AMINA), write_down(family_name="Rossi")
    with at_desk(world.lucca):
        assert queries.find_person_by_key("U-1") is None
        actions.bind_key(person_id=one, key="U-1")
        actions.bind_key(person_id=one, key="U-1")
        assert queries.find_person_by_key("U-1").id == one  # type: ignore[union-attr]
        with pytest.raises(Refusal, match="U-1"):
            actions.bind_key(person_id=other, key="U-1")
    with at_desk(world.capannori):
        assert queries.find_person_by_key("U-1") is None


def test_a_birth_known_in_part_stays_in_part(
    world: World, at_desk: AtDesk, write_down: Writer
) -> None:
    for birth in (PartialDate(1991), PartialDate(1991, 4), None):
        person_id = write_down(PersonFacts(given_name="Suharto", birth=birth))
        with at_desk(world.lucca):
            assert queries.facts_of(queries.get_person(person_id)).birth == birth
