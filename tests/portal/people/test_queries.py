# SPDX-License-Identifier: AGPL-3.0-or-later
"""Finding and listing persons."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from portal.core import clock
from portal.core.errors import NotHere
from portal.core.italy.formats import PartialDate
from portal.people import actions, queries
from portal.people.rules import PersonFacts
from tests.conftest import AtDesk
from tests.portal.conftest import AMINA, Writer
from tests.statements import counted
from tests.world import World

OTHERS = (
    PersonFacts("D’Angelo", "Pia", birth=PartialDate(1970)),
    PersonFacts("El Amrani", "Khadija", birth=PartialDate(1990, 5)),
    PersonFacts("Đorđević", "Đorđe"),
    PersonFacts("", "Suharto"),
    PersonFacts("王", "小明", birth=PartialDate(2000, 1, 1), birth_conventional=True),
    PersonFacts("Muhammad", "Youssef", birth=PartialDate(1988, 4, 13)),
    PersonFacts("Şerban", "Ion", phone="+40721234567"),
)


@pytest.fixture
def town(world: World, at_desk: AtDesk) -> None:
    """Amina and seven others at Lucca; her namesake at Capannori."""
    with at_desk(world.lucca):
        for facts in (AMINA, *OTHERS):
            actions.create_person(facts=facts)
    with at_desk(world.capannori):
        actions.create_person(facts=AMINA)


def found(typed: str) -> list[str]:
    return [row.name for row in queries.search_people(typed).rows]


AMINA_IS = (
    *("dial", "DIALLO amina", "amina diallo", "am dial", "dial am 88", "sow", "aminata d"),
    *("amina 1988", "12/04/1988", "12041988", "12/4/88 dia", "04/1988 dia"),
    *("333 100 4417", "+39 333 1004417", "3331004417", "4417", "dllmna88d52z343l", "DLLMNA88"),
    *("333 100-4417", "333/100 44 17", "+39 333-1004417", "(+39) 333 1004417", "333-100.44 17"),
    *("333 1 004417", "33 31 00 44 17", "100-4417", "amina 333 1 00 44 17"),
    *("88D52", "d52z343", "Z343L", "DLLMNA 88D52 Z343L", "diallo 88d"),
    *("0039 333 1004417", "00393331004417", "amina 31/02/1990", "diallo DLLMNA88D52Z343X"),
)
NAMES = {
    "D’Angelo Pia": ("dangelo", "d'angelo", "d’ang", "angelo"),
    "El Amrani Khadija": ("elamrani", "el-amrani", "amrani el", "khadija 03/05/1990"),
    "Đorđević Đorđe": ("dordevic", "Đorđe"),
    "Şerban Ion": ("serban", "Șerban", "1234567"),
    "Suharto": ("suh",),
    "王 小明": ("小明", "小", "xiao"),
}
NOBODY = (
    "Z344",
    "33 31 00 44 18",
    "333 100-4418",
    "amina 1989",
    "12/04/1989 dia",
    "31/02/1990",
    "%",
    "_",
    "'",
    "  ",
    "9999 am",
)


@pytest.mark.usefixtures("town")
def test_amina_is_found_in_any_order_by_name_birth_phone_and_code(
    world: World, at_desk: AtDesk
) -> None:
    with at_desk(world.lucca):
        assert {typed: found(typed) for typed in AMINA_IS} == {
            typed: ["Diallo Amina"] for typed in AMINA_IS
        }


@pytest.mark.usefixtures("town")
def test_each_way_of_writing_finds(world: World, at_desk: AtDesk) -> None:
    wanted = {typed: [name] for name, ways in NAMES.items() for typed in ways}
    with at_desk(world.lucca):
        assert {typed: found(typed) for typed in wanted} == wanted


@pytest.mark.usefixtures("town")
def test_nobody_is_found(world: World, at_desk: AtDesk) -> None:
    with at_desk(world.lucca):
        assert {typed: found(typed) for typed in NOBODY} == {typed: [] for typed in NOBODY}


@pytest.mark.usefixtures("town")
def test_names_that_sound_alike_are_tried_when_no_word_fits(world: World, at_desk: AtDesk) -> None:
    with at_desk(world.lucca):
        by_sound = queries.search_people("mohamed yusuf")
        assert [row.name for row in by_sound.rows] == ["Muhammad Youssef"]
        assert by_sound.by_sound
        assert not queries.search_people("muhammad").by_sound
        assert queries.search_people("mohamed 1970").total == 0


def test_a_code_of_sound_alone_brings_nobody(world: World, at_desk: AtDesk) -> None:
    with at_desk(world.lucca):
        for family, given in (("Bianchi", "Anna"), ("Zheng", "Wei"), ("Sekou", "Issa")):
            actions.create_person(facts=PersonFacts(family, given))
        for nobody in ("王", "wangh", "zzzq"):
            assert queries.search_people(nobody).rows == (), nobody
        assert [row.name for row in queries.search_people("bianky").rows] == ["Bianchi Anna"]


@pytest.mark.usefixtures("town")
def test_other_spellings_follow_the_literal_matches(world: World, at_desk: AtDesk) -> None:
    with at_desk(world.lucca):
        for name in ("Muhamed", "Mehmet", "Mohamed"):
            actions.create_person(facts=PersonFacts("Zeta", name, birth=PartialDate(1980)))
        page = queries.search_people("mohamed")
        assert [(row.name, row.by_sound) for row in page.rows] == [
            ("Zeta Mohamed", False),
            ("Muhammad Youssef", True),
            ("Zeta Mehmet", True),
            ("Zeta Muhamed", True),
        ]
        assert (page.total, page.by_sound) == (4, False)
        assert [row.name for row in queries.search_people("1980 mohamed", limit=2).rows] == [
            "Zeta Mohamed",
            "Zeta Mehmet",
        ]
        only = queries.search_people("mohamed", limit=1)
        assert ([row.name for row in only.rows], only.total) == (["Zeta Mohamed"], 1)


@pytest.mark.usefixtures("town")
def test_a_page_past_the_end_is_the_last(world: World, at_desk: AtDesk) -> None:
    with at_desk(world.lucca):
        page = queries.search_people("a", limit=1, page=99)
        assert page.number == page.total == 3
        assert queries.search_people("zzz", page=3).rows == ()


@pytest.mark.usefixtures("town")
def test_a_search_is_one_statement(world: World, at_desk: AtDesk) -> None:
    with at_desk(world.lucca):
        with counted() as statements:
            assert queries.search_people("am dial 88").total == 1
        assert len(statements) == 1


@pytest.mark.usefixtures("town")
def test_the_other_name_that_was_found_is_said(world: World, at_desk: AtDesk) -> None:
    with at_desk(world.lucca):
        assert queries.search_people("sow").rows[0].also == "Aminata Sow"
        assert queries.search_people("amina").rows[0].also is None


@pytest.mark.usefixtures("town")
def test_another_desks_person_is_not_here(
    world: World, at_desk: AtDesk, write_down: Writer
) -> None:
    person_id: UUID = write_down(family_name="Soltanto Lucca")
    with at_desk(world.capannori):
        assert queries.count_people() == 1
        assert found("soltanto") == []
        with pytest.raises(NotHere):
            queries.get_person(person_id)
        with pytest.raises(NotHere):
            queries.lock_people([person_id])
        assert queries.list_names([person_id]) == {}
        assert queries.list_changes(person_id) == []


def test_sixty_persons_are_two_pages(world: World, at_desk: AtDesk) -> None:
    with at_desk(world.lucca):
        for number in range(60):
            actions.create_person(facts=PersonFacts(f"Rossi{59 - number:02d}", "Anna"))
        first, second = queries.list_people(1), queries.list_people(2)
        assert [row.family_name for row in first.rows] == [f"Rossi{n:02d}" for n in range(50)]
        assert (first.first, first.last, first.total) == (1, 50, 60)
        assert (first.previous_number, first.next_number) == (None, 2)
        assert (second.first, second.last, second.next_number) == (51, 60, None)
        assert queries.list_people(99).number == 2
        assert queries.list_people(-1).number == 1
        assert len(queries.search_people("ross", page=2).rows) == 10


def test_an_empty_desk_has_an_empty_page(world: World, at_desk: AtDesk) -> None:
    with at_desk(world.lucca):
        empty = queries.list_people()
        assert (empty.first, empty.last, empty.total, empty.next_number) == (0, 0, 0, None)


@pytest.mark.usefixtures("town")
def test_a_list_is_one_statement_and_its_count(world: World, at_desk: AtDesk) -> None:
    with at_desk(world.lucca):
        with counted() as statements:
            rows = queries.list_people().rows
            assert [(row.citizenship, row.age is None) for row in rows if row.sex == "F"] == [
                ("450", False)
            ]
        assert len(statements) == 2


def test_permits_that_expire_soon_come_in_their_order(world: World, at_desk: AtDesk) -> None:
    today = date(2026, 11, 23)
    with clock.stopped_at(datetime(2026, 11, 23, 9, tzinfo=UTC)), at_desk(world.lucca):
        for name, days in (("Tardi", 61), ("Presto", 3), ("Ieri", -1), ("Oggi", 0), ("Limite", 60)):
            expiry = today + timedelta(days=days)
            actions.create_person(facts=PersonFacts(name, permit_expires_on=expiry))
        expiring = queries.list_expiring_permits(today + timedelta(days=60))
    assert [row.name for row in expiring] == ["Oggi", "Presto", "Limite"]


def test_one_save_is_one_change(world: World, at_desk: AtDesk, write_down: Writer) -> None:
    person_id = write_down(AMINA)
    with at_desk(world.lucca):
        (change,) = queries.list_changes(person_id)
        assert change.text == "Scheda creata"
