# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who may be the same person."""

from collections import Counter

import pytest
from sqlalchemy import text, update

from portal.core.errors import NotHere
from portal.core.italy.formats import PartialDate
from portal.core.store.database import db
from portal.people import actions, queries
from portal.people.models import Person
from portal.people.queries import Candidate
from portal.people.queries.candidates import AT_MOST, FIND
from portal.people.rules import PersonFacts
from tests.bench.bench_candidates import measure, pairs
from tests.conftest import AtDesk
from tests.portal.conftest import AMINA, Writer
from tests.world import World

NAMED = (
    ("Mohamed", "Muhammad"),
    ("Mohamed", "Mouhamed"),
    ("Mohamed", "Mehmet"),
    ("Mehmet", "Muhammad"),
    ("Youssef", "Yusuf"),
    ("Hussein", "Husayn"),
    ("Oleksandr", "Aleksandr"),
    ("Djordje", "Đorđe"),
    ("Khadija", "Hadija"),
    ("Zhang", "Chang"),
    ("Aicha", "Aisha"),
    ("Olena", "Elena"),
    ("Njie", "Ndiaye"),
    ("Yevhen", "Evgen"),
    ("Xiao", "Hsiao"),
    ("Al-Sayed", "Sayed"),
    ("El Amrani", "Elamrani"),
    ("Ben Salah", "Bensalah"),
    ("Ben Salah", "Salah"),
    ("Abd el-Kader", "Abdelkader"),
    ("Abdul Rahman", "Abderrahmane"),
)


def names(found: list[Candidate]) -> list[str]:
    return [one.row.name for one in found]


@pytest.mark.parametrize(("one", "other"), NAMED)
def test_both_spellings_find_each_other_as_family_and_as_given_name(
    world: World, at_desk: AtDesk, one: str, other: str
) -> None:
    with at_desk(world.lucca):
        for mine, theirs in ((one, other), (other, one)):
            actions.create_person(facts=PersonFacts("Bellini", mine, birth=PartialDate(1985)))
            asked = PersonFacts("Bellini", theirs, birth=PartialDate(1985))
            assert f"Bellini {mine}" in names(queries.list_candidates(asked))
            actions.create_person(facts=PersonFacts(mine, "Selma", birth=PartialDate(1979)))
            asked = PersonFacts(theirs, "Selma", birth=PartialDate(1979))
            assert f"{mine} Selma" in names(queries.list_candidates(asked))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Rossi Maria", "Rossi Mario"),
        ("Benali Hassan", "Benali Hussein"),
        ("Diallo Mamadou", "Diallo Amadou"),
        ("Singh Harpreet", "Singh Gurpreet"),
        ("Hoxha Arben", "Hoxha Ardit"),
        ("Popescu Ion", "Popescu Ioana"),
    ],
)
def test_brothers_and_sisters_are_not_each_other(
    world: World, at_desk: AtDesk, one: str, other: str
) -> None:
    with at_desk(world.lucca):
        family, given = one.split()
        actions.create_person(facts=PersonFacts(family, given, birth=PartialDate(1985, 3, 2)))
        family, given = other.split()
        assert queries.list_candidates(PersonFacts(family, given)) == []
        asked = PersonFacts(family, given, birth=PartialDate(1985, 9, 14))
        assert queries.list_candidates(asked) == []


def test_reasons_come_in_words_and_differences_are_named(
    world: World, at_desk: AtDesk, write_down: Writer
) -> None:
    write_down(AMINA)
    asked = PersonFacts(
        "Dialo", "Aminah", sex="F", birth=PartialDate(1988, 4, 13), phone="+393331004417"
    )
    with at_desk(world.lucca):
        (one,) = queries.list_candidates(asked)
    assert "nata un giorno prima" in one.reasons
    assert "stesso telefono" in one.reasons
    assert any(reason.startswith("nome 9") for reason in one.reasons)
    assert one.differing == {"family_name", "given_name", "birth"}
    assert (one.phone, one.residence, one.strong) == ("333 100 4417", "Lucca", True)


def test_the_codice_fiscale_decides_and_the_phone_alone_does_not(
    world: World, at_desk: AtDesk, write_down: Writer
) -> None:
    write_down(AMINA)
    with at_desk(world.lucca):
        coded = PersonFacts("Sy", "Marieme", codice_fiscale="DLLMNA88D52Z343L")
        (one,) = queries.list_candidates(coded)
        assert one.reasons[0] == "stesso codice fiscale"
        called = PersonFacts("Sy", "Marieme", phone="+393331004417")
        assert queries.list_candidates(called) == []


def test_names_may_be_exchanged(world: World, at_desk: AtDesk, write_down: Writer) -> None:
    write_down(AMINA)
    with at_desk(world.lucca):
        (one,) = queries.list_candidates(PersonFacts("Amina", "Diallo"))
    assert one.reasons == ("nome e cognome scambiati",)


def test_another_desks_person_is_no_candidate(
    world: World, at_desk: AtDesk, write_down: Writer
) -> None:
    write_down(AMINA, desk=world.capannori)
    with at_desk(world.lucca):
        assert queries.list_candidates(AMINA) == []


def test_who_was_merged_away_is_no_candidate(
    world: World, at_desk: AtDesk, write_down: Writer
) -> None:
    kept, gone = write_down(AMINA), write_down(AMINA)
    with at_desk(world.lucca):
        db.session.execute(update(Person).where(Person.id == gone).values(merged_into=kept))
        assert [one.row.id for one in queries.list_candidates(AMINA)] == [kept]
        assert queries.list_candidates(AMINA, but=kept) == []


def test_who_was_told_apart_is_not_asked_again(
    world: World, at_desk: AtDesk, write_down: Writer
) -> None:
    one, other, third = (write_down(AMINA) for _ in range(3))
    with at_desk(world.lucca, account=world.bruno):
        assert {found.row.id for found in queries.list_candidates(AMINA, but=one)} == {other, third}
        actions.tell_apart(person_id=one, others=[other])
        actions.tell_apart(person_id=other, others=[one])
        assert queries.list_apart(one) == [other]
        assert queries.list_apart(other) == [one]
        assert [found.row.id for found in queries.list_candidates(AMINA, but=one)] == [third]
        assert {found.row.id for found in queries.list_candidates(AMINA, but=third)} == {one, other}


def test_another_desks_person_cannot_be_told_apart(
    world: World, at_desk: AtDesk, write_down: Writer
) -> None:
    here, there = write_down(AMINA), write_down(AMINA, desk=world.capannori)
    with at_desk(world.lucca), pytest.raises(NotHere):
        actions.tell_apart(person_id=here, others=[there])


def test_recall_on_the_pairs_that_tuning_saw(world: World, at_desk: AtDesk) -> None:
    with at_desk(world.lucca):
        found = measure(pairs(held_out=False))
    assert [f"{one.known} {one.asked}" for one in found.missed[3:]] == []
    assert found.recall >= 0.98
    assert found.wrong_each <= 0.2


def test_the_pairs_are_many_in_every_area_and_a_third_is_held_out() -> None:
    shown, held = pairs(held_out=False), pairs(held_out=True)
    areas = Counter(pair.area for pair in (*shown, *held))
    assert len(areas) == 8
    assert min(areas.values()) >= 30
    assert sum(areas.values()) >= 330
    assert len(held) == pytest.approx(sum(areas.values()) / 3, rel=0.1)


def test_persons_are_found_through_the_index_of_tokens(world: World, at_desk: AtDesk) -> None:
    asked = {"numbers": [0], "kinds": ["v"], "tokens": ["#mohamed"], "but": None, "read": 30}
    asked |= {"year": 1985, "month": None, "day": None, "sex": "M", **AT_MOST}
    with at_desk(world.lucca):
        actions.create_people(people=[PersonFacts("Zeta", f"Nome{n}") for n in range(300)])
        db.session.execute(text("SET LOCAL enable_seqscan = off"))
        plan = "\n".join(db.session.scalars(text(f"EXPLAIN {FIND.text}"), asked))
    assert "using pk_person_token on person_token" in plan
    assert "kind = asked.kind" in plan
    assert "(token = " in plan
