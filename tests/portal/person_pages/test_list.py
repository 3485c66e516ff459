# SPDX-License-Identifier: AGPL-3.0-or-later
"""The list of persons, the search and the form of a new one."""

from collections.abc import Callable
from typing import Any

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from portal.core.store.audit import AuditEvent
from portal.core.store.database import db
from portal.people import actions, queries
from portal.people.rules import PersonFacts
from tests.conftest import AtDesk
from tests.pages import PortalClient
from tests.portal.conftest import AMINA, Writer
from tests.world import Someone, World

ClientOf = Callable[[Someone], PortalClient]
LIST, NEW = "/s/lucca/persone", "/s/lucca/persone/nuova"

TYPED: dict[str, Any] = {
    "family_name": "Kovalenko",
    "given_name": "Olena",
    "sex": "F",
    "birth": "14/5/91",
    "citizenship": "ucraina",
    "residence_comune": "lucca",
    "phone": "333 100 4417",
    "languages": "ucraino, russo",
    "permit_kind": "permit",
    "permit_expires_on": "14/2/27",
    "other_citizenships": "Polonia",
    "aliases": "Elena Kovalenko",
    "note": "Chiede «subito».",
}


def names(html: str) -> list[str]:
    return [tag.text for tag in BeautifulSoup(html, "html.parser").select("a.name")]


def reads(world: World, at_desk: AtDesk) -> list[int | None]:
    with at_desk(world.lucca):
        return list(db.session.scalars(select(AuditEvent.rows).where(AuditEvent.action == "read")))


def test_the_list_shows_the_desks_persons_and_records_it(
    world: World, client_of: ClientOf, write_down: Writer, at_desk: AtDesk
) -> None:
    write_down(AMINA)
    write_down(family_name="Altrove", desk=world.capannori)
    page = client_of(world.bruno).get(LIST)
    assert names(page.text) == ["Diallo Amina"]
    assert "12/04/1988" in page.text
    assert "Senegal" in page.text
    assert reads(world, at_desk) == [1]


def test_the_search_answers_a_post_and_keeps_what_was_typed(
    world: World, client_of: ClientOf, write_down: Writer, at_desk: AtDesk
) -> None:
    write_down(AMINA)
    write_down(family_name="Rossi")
    client = client_of(world.bruno)
    page = client.submit(LIST, {"q": "dial am 88"}, action=LIST)
    assert page.status_code == 200
    assert names(page.text) == ["Diallo Amina"]
    assert 'value="dial am 88"' in page.text
    assert reads(world, at_desk) == [2, 1]
    nobody = client.submit(LIST, {"q": "nessuno"}, action=LIST)
    assert "Nessuna persona corrisponde" in nobody.text
    assert client.submit(LIST, {"q": " "}, action=LIST).status_code == 303


def test_an_overlong_search_is_refused(world: World, client_of: ClientOf) -> None:
    assert client_of(world.bruno).submit(LIST, {"q": "x" * 201}, action=LIST).status_code == 422


def test_names_that_sound_alike_are_said_to(
    world: World, client_of: ClientOf, write_down: Writer
) -> None:
    write_down(family_name="Muhammad", given_name="Youssef")
    page = client_of(world.bruno).submit(LIST, {"q": "mohamed"}, action=LIST)
    assert names(page.text) == ["Muhammad Youssef"]
    assert "suono simile" in page.text


def test_sixty_persons_are_paged_in_the_list_and_in_the_search(
    world: World, client_of: ClientOf, at_desk: AtDesk
) -> None:
    with at_desk(world.lucca):
        for number in range(60):
            actions.create_person(facts=PersonFacts(f"Rossi{number:02d}", "Anna"))
    client = client_of(world.bruno)
    first = client.get(LIST).text
    assert len(names(first)) == 50
    assert "1–50 di 60" in first
    assert f"{LIST}?pagina=2" in first
    assert names(client.get(f"{LIST}?pagina=2").text)[-1] == "Rossi59 Anna"
    assert len(names(client.get(f"{LIST}?pagina=pippo").text)) == 50
    second = client.submit(LIST, {"q": "rossi", "page": "2"}, action=LIST).text
    assert "51–60 di 60" in second
    assert 'name="q" value="rossi"' in second


def test_of_a_new_person_no_change_of_citizenship_is_asked(
    world: World, client_of: ClientOf
) -> None:
    page = client_of(world.bruno).soup("/s/lucca/persone/nuova")
    assert page.find("input", id="citizenship") is not None
    assert page.find("input", id="citizenship_since") is None


def test_a_new_person_is_written_down(world: World, client_of: ClientOf, at_desk: AtDesk) -> None:
    answer = client_of(world.bruno).submit(NEW, TYPED)
    assert answer.status_code == 303
    assert "Kovalenko" not in answer.location
    with at_desk(world.lucca):
        (row,) = queries.list_people().rows
        facts = queries.facts_of(queries.get_person(row.id))
    assert facts.citizenships == ("243", "233")
    assert (facts.residence_kind, facts.residence_comune) == ("comune", "046017")
    assert facts.phone == "+393331004417"
    assert facts.languages == ("uk", "ru")
    assert facts.permit_expires_on is not None
    assert facts.permit_expires_on.year == 2027
    assert facts.birth is not None
    assert facts.birth.iso == "1991-05-14"


def test_the_same_form_sent_twice_is_one_person(
    world: World, client_of: ClientOf, at_desk: AtDesk
) -> None:
    client = client_of(world.bruno)
    token = "0" * 31 + "1"
    places = {client.submit(NEW, TYPED | {"form_token": token}).location for _ in range(2)}
    assert len(places) == 1
    with at_desk(world.lucca):
        assert queries.count_people() == 1


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"family_name": "", "given_name": " "}, "almeno uno"),
        ({"birth": "29/02/2015"}, "29/02/2015 non esiste"),
        ({"birth": "01/01/2099"}, "nel futuro"),
        ({"citizenship": "Atlantide"}, "Stato non riconosciuto"),
        ({"residence_comune": "Atlantide"}, "Comune non riconosciuto"),
        ({"residence_kind": "homeless"}, "Hai scritto un Comune"),
        ({"codice_fiscale": "DLLMNA88D52Z343"}, "ha 15 caratteri"),
        ({"phone": "333 CASA"}, "solo cifre"),
        ({"email": "olena@"}, "nome@esempio.it"),
        ({"languages": "ucraino, klingon"}, "klingon"),
        ({"notice_given_on": "01/01/2099"}, "nel futuro"),
        ({"note": "x" * 2001}, "troppo lungo"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(
    world: World, client_of: ClientOf, at_desk: AtDesk, wrong: dict[str, str], sentence: str
) -> None:
    sent = TYPED | wrong
    answer = client_of(world.bruno).submit(NEW, sent)
    assert answer.status_code == 422
    form = BeautifulSoup(answer.text, "html.parser").find("form", attrs={"action": NEW})
    assert form is not None
    assert sentence in form.text
    assert "Non salvato: 1 punto da correggere" in form.text
    for name in ("family_name", "birth", "citizenship", "residence_comune", "phone", "aliases"):
        kept = form.find(attrs={"name": name})
        assert kept is not None
        understood = {"birth": "14/05/1991", "citizenship": "Ucraina"}
        assert kept["value"] in (sent[name], understood.get(name), "Lucca (LU)"), name
    assert form.find("textarea").text.strip() == sent["note"]  # type: ignore[union-attr]
    assert form.find("input", attrs={"name": "sex", "checked": True})["value"] == "F"  # type: ignore[index]
    with at_desk(world.lucca):
        assert queries.count_people() == 0


def test_a_reader_sees_people_and_no_way_to_change_them(
    world: World, client_of: ClientOf, write_down: Writer
) -> None:
    write_down(AMINA)
    carla = client_of(world.carla)
    page = carla.get(LIST)
    assert names(page.text) == ["Diallo Amina"]
    assert "Nuova persona" not in page.text
    assert "Nuova persona" not in carla.submit(LIST, {"q": "zzz"}, action=LIST).text
    assert carla.get(NEW).status_code == 403
    assert carla.post(NEW, data=TYPED).status_code in (400, 403)


def test_another_desks_list_is_not_here(world: World, client_of: ClientOf) -> None:
    dario = client_of(world.dario)
    assert dario.get(LIST).status_code == 404
    assert dario.get(NEW).status_code == 404


def test_an_overseer_sees_no_person(world: World, client_of: ClientOf) -> None:
    assert client_of(world.elena).get(LIST).status_code == 404


def test_who_has_not_signed_in_is_asked_to(world: World, visitor: PortalClient) -> None:
    for url in (LIST, NEW):
        answer = visitor.get(url)
        assert answer.status_code in (302, 303)
        assert "/accedi" in answer.location


def test_opening_pages_changes_nothing(
    world: World, client_of: ClientOf, write_down: Writer, at_desk: AtDesk
) -> None:
    write_down(AMINA)
    client = client_of(world.bruno)
    for url in (LIST, NEW, f"{NEW}?family_name=Rossi&given_name=Anna"):
        assert client.get(url).status_code == 200
    with at_desk(world.lucca):
        assert queries.count_people() == 1


def test_an_empty_list_says_how_it_fills(world: World, client_of: ClientOf) -> None:
    assert "Non c’è ancora nessuna persona" in client_of(world.bruno).get(LIST).text
