# SPDX-License-Identifier: AGPL-3.0-or-later
"""The pages around a merge: find the other card, compare, unite, part, tell apart, hand over."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from portal.core import clock
from portal.core.store.audit import AuditEvent
from portal.core.store.database import db
from portal.people import actions as people
from portal.people import queries
from portal.people.queries.candidate_pairs import list_candidate_pairs
from portal.person_pages.queries import find_merge_of
from portal.visits import actions as visits
from portal.visits.queries import list_visits_of
from portal.visits.rules import VisitFacts
from tests.conftest import AtDesk
from tests.pages import PortalClient, form_values
from tests.portal.conftest import AMINA, Writer, write_down
from tests.world import Someone, World

__all__ = ["write_down"]

ClientOf = Callable[[Someone], PortalClient]
AMENA = replace(
    AMINA, given_name="Amena", aliases=(), codice_fiscale=None, languages=("it",), note="Torna."
)


@pytest.fixture
def pair(world: World, at_desk: AtDesk, write_down: Writer) -> tuple[UUID, UUID]:
    """Amina, who came twice, and Amena, who came once and has the same telephone."""
    amina, amena = write_down(AMINA), write_down(AMENA)
    with at_desk(world.lucca, account=world.bruno):
        for person_id, day in ((amina, 1), (amina, 2), (amena, 3)):
            visits.record_visit(facts=VisitFacts(date(2016, 3, day), ("CIT",), person_id))
    return amina, amena


def url(person_id: UUID, act: str = "") -> str:
    return f"/s/lucca/persone/{person_id}{act}"


def compared(pair: tuple[UUID, UUID]) -> str:
    return url(pair[0], f"/unisci/{pair[1]}")


def words(page: BeautifulSoup | str) -> str:
    soup = BeautifulSoup(page, "html.parser") if isinstance(page, str) else page
    return " ".join(soup.text.split())


def test_the_page_of_a_person_names_the_possible_double(
    world: World, client_of: ClientOf, pair: tuple[UUID, UUID]
) -> None:
    page = client_of(world.bruno).soup(url(pair[0]))
    said = words(page)
    assert "Possibile doppione: Diallo Amena, 12/04/1988, Senegal — " in said
    assert "stesso telefono" in said
    assert page.find("a", href=compared(pair))
    for link in ("Chi ha visto o cambiato", "Copia dei dati per l’interessata", "Unisci con"):
        assert link in said
    reader = words(client_of(world.carla).soup(url(pair[0])))
    assert "Possibile doppione" not in reader
    assert "Unisci" not in reader
    assert "Chi ha visto" not in reader


def test_the_other_card_is_found(
    world: World, client_of: ClientOf, pair: tuple[UUID, UUID], write_down: Writer
) -> None:
    other = write_down(family_name="Fall", given_name="Binta")
    bruno = client_of(world.bruno)
    page = bruno.soup(url(pair[0], "/unisci"))
    assert page.find("a", href=compared(pair))
    answer = bruno.submit(url(pair[0], "/unisci"), {"q": "fall"}, action=url(pair[0], "/unisci"))
    assert answer.status_code == 200
    assert compared((pair[0], other)) in answer.text
    assert url(pair[0], f"/unisci/{pair[0]}") not in answer.text
    nobody = bruno.submit(url(pair[0], "/unisci"), {"q": "zzz"}, action=url(pair[0], "/unisci"))
    assert "Nessun’altra persona corrisponde" in nobody.text


def test_two_cards_side_by_side(world: World, client_of: ClientOf, pair: tuple[UUID, UUID]) -> None:
    page = client_of(world.bruno).soup(compared(pair))
    assert "Diallo" not in page.title.text  # type: ignore[union-attr]
    open_rows = [row.th.text for row in page.select("tr.open")]
    assert open_rows == ["Nome", "Codice fiscale", "Lingue", "Nota"]
    chosen = {
        str(one["name"]): str(one["value"]) for one in page.select("input[type=radio][checked]")
    }
    # What is known comes before what is not; where both know, the card with more visits.
    assert chosen == {
        "kept": "one",
        "keep-given_name": "one",
        "keep-codice_fiscale": "one",
        "keep-languages": "one",
        "keep-note": "other",
    }
    said = words(page)
    assert "2 accessi, ultimo 02/03/2016" in said
    assert "Unisci: 2 + 1 accessi in una scheda" in said
    assert "Tutto: wolof, francese, italiano" in said


def test_united_and_parted(
    world: World, client_of: ClientOf, pair: tuple[UUID, UUID], at_desk: AtDesk
) -> None:
    amina, amena = pair
    bruno = client_of(world.bruno)
    answer = bruno.submit(compared(pair), {"keep-languages": "both"}, action=compared(pair))
    assert answer.status_code == 303
    assert answer.location == url(amina, f"?unita={amena}")
    page = bruno.soup(answer.location)
    last = (clock.today() + timedelta(days=30)).strftime("%d/%m/%Y")
    said = words(page)
    assert f"Schede unite. Puoi annullare fino al {last}" in said
    assert "Unita con la scheda di Diallo Amena" in said
    assert "Storia: 3 accessi" in said
    assert "Diallo Amena" in said
    assert bruno.get(url(amena)).location == url(amina)
    assert bruno.get(url(amena, "/modifica")).location == url(amina, "/modifica")
    assert bruno.get(compared(pair)).location == url(amina)
    with at_desk(world.lucca):
        facts = queries.facts_of(queries.get_person(amina))
        assert (facts.note, facts.languages) == ("Torna.", ("wo", "fr", "it"))
    undo = url(amena, "/annulla-unione")
    answer = bruno.submit(url(amina), {}, action=undo)
    assert answer.location == url(amina, f"?separata={amena}")
    assert "Unione annullata. La scheda di Diallo Amena è di nuovo a sé." in words(
        bruno.soup(answer.location)
    )
    with at_desk(world.lucca):
        assert len(list_visits_of(amena)) == 1
        assert queries.facts_of(queries.get_person(amina)) == AMINA
    # A second press of the same button does nothing.
    again = bruno.post(undo, data=form_values(bruno.soup(url(amina)).find("form")))
    assert again.status_code == 303


def test_the_card_with_more_visits_is_proposed_to_stay_and_the_other_may(
    world: World, client_of: ClientOf, pair: tuple[UUID, UUID], at_desk: AtDesk
) -> None:
    amina, amena = pair
    bruno = client_of(world.bruno)
    swapped = compared((amena, amina))
    page = bruno.soup(swapped)
    (kept,) = page.select("input[name=kept][checked]")
    assert kept["value"] == "other"
    answer = bruno.submit(swapped, {"kept": "one"}, action=swapped)
    assert answer.location == url(amena, f"?unita={amina}")
    with at_desk(world.lucca):
        assert queries.get_person(amina).merged_into == amena


def test_a_card_changed_meanwhile_is_shown_again_with_the_choices(
    world: World, client_of: ClientOf, pair: tuple[UUID, UUID], at_desk: AtDesk
) -> None:
    bruno = client_of(world.bruno)
    form = bruno.soup(compared(pair)).find("form", attrs={"action": compared(pair)})
    assert form is not None
    with at_desk(world.lucca, account=world.anna):
        facts = replace(AMENA, phone="+393330000000")
        people.edit_person(person_id=pair[1], facts=facts, seen_version=1)
    typed = form_values(form) | {"keep-given_name": "other"}
    answer = bruno.post(compared(pair), data=typed)
    assert answer.status_code == 422
    said = words(answer.text)
    assert "Non ancora unite. Mentre sceglievi, alle " in said
    assert "Anna Bianchi ha cambiato una delle schede." in said
    assert "333 000 0000" in said
    page = BeautifulSoup(answer.text, "html.parser")
    again = page.find("form", attrs={"action": compared(pair)})
    assert again is not None
    values = form_values(again)
    assert values["keep-given_name"] == ["other"]
    assert bruno.post(compared(pair), data=values).status_code == 303


def test_what_cannot_be_is_said_and_the_choices_stay(
    world: World, client_of: ClientOf, write_down: Writer
) -> None:
    pair = write_down(replace(AMINA, note="a" * 1500)), write_down(replace(AMENA, note="b" * 1500))
    answer = client_of(world.bruno).submit(
        compared(pair), {"keep-note": "both"}, action=compared(pair)
    )
    assert answer.status_code == 422
    assert "Il testo è troppo lungo: al massimo 2000 caratteri." in answer.text
    page = BeautifulSoup(answer.text, "html.parser")
    assert page.select("#keep-note-both[checked]")


def test_a_chain_names_what_must_be_undone_first(
    world: World, client_of: ClientOf, pair: tuple[UUID, UUID], write_down: Writer
) -> None:
    third = write_down(family_name="Ba", given_name="Oumar")
    bruno = client_of(world.bruno)
    for other in (pair[1], third):
        both = pair[0], other
        assert bruno.submit(compared(both), {}, action=compared(both)).status_code == 303
    answer = bruno.submit(url(pair[0]), {}, action=url(pair[1], "/annulla-unione"))
    assert answer.status_code == 422
    day = clock.today().strftime("%d/%m/%Y")
    assert f"Non annullata. Prima annulla l’unione del {day} con Ba Oumar." in words(answer.text)


def test_a_refused_undoing_leaves_nothing_half_done(
    world: World, client_of: ClientOf, pair: tuple[UUID, UUID], at_desk: AtDesk
) -> None:
    bruno = client_of(world.bruno)
    assert bruno.submit(compared(pair), {}, action=compared(pair)).status_code == 303
    with at_desk(world.lucca):
        # As if the card had been written when the rules asked for less.
        merge = find_merge_of(pair[1])
        assert merge is not None
        kept = merge.before["kept"]
        facts = kept["facts"] | {"family_name": "", "given_name": ""}
        merge.before = merge.before | {"kept": kept | {"facts": facts}}
    answer = bruno.submit(url(pair[0]), {}, action=url(pair[1], "/annulla-unione"))
    assert answer.status_code == 422
    assert "Non annullata. Scrivi il cognome o il nome: almeno uno." in words(answer.text)
    with at_desk(world.lucca):
        assert queries.get_person(pair[1]).merged_into == pair[0]
        assert len(list_visits_of(pair[0])) == 3


def test_told_apart_they_are_asked_no_more(
    world: World, client_of: ClientOf, pair: tuple[UUID, UUID], at_desk: AtDesk
) -> None:
    bruno = client_of(world.bruno)
    with at_desk(world.lucca):
        (double,) = list_candidate_pairs()
        assert {double.one.id, double.other.id} == set(pair)
    listed = bruno.soup("/s/lucca/persone/doppioni")
    assert "Diallo Amena" in words(listed)
    apart = url(pair[0], f"/distingui/{pair[1]}")
    answer = bruno.submit(url(pair[0]), {}, action=apart)
    assert "Ricordato." in words(bruno.soup(answer.location))
    assert "Possibile doppione" not in words(bruno.soup(url(pair[1])))
    assert "Nessuna coppia di schede" in words(bruno.soup("/s/lucca/persone/doppioni"))


def test_pairs_of_strangers_are_no_doubles(
    world: World, at_desk: AtDesk, write_down: Writer
) -> None:
    """A common name, one telephone in a family, one birthday: none of them is enough."""
    for number in range(12):
        write_down(
            family_name="Ahmed", given_name="Mohamed", sex="M", phone=f"+39333100{number:04}"
        )
    for name, sex in (("Kone", "F"), ("Toure", "M")):
        write_down(family_name=name, given_name="Ali", sex=sex, phone="+393339990000")
    with at_desk(world.lucca):
        assert list_candidate_pairs() == []


def test_who_saw_or_changed_the_card(
    world: World, client_of: ClientOf, pair: tuple[UUID, UUID]
) -> None:
    client_of(world.carla).get(url(pair[0]))
    bruno = client_of(world.bruno)
    bruno.submit(compared(pair), {}, action=compared(pair))
    page = bruno.soup(url(pair[0], "/registro"))
    rows = {tuple(cell.text for cell in row.find_all("td")) for row in page.select("tbody tr")}
    assert ("Carla Verdi", "Vista") in rows
    assert ("Bruno Neri", "Unita con un’altra scheda, o separata") in rows
    assert ("dal server o da un file", "Scheda creata") in rows
    assert "333 100 4417" not in page.text
    assert bruno.get(url(pair[1], "/registro")).location == url(pair[0], "/registro")
    assert client_of(world.carla).get(url(pair[0], "/registro")).status_code == 403


def test_the_copy_holds_all_and_is_recorded(
    world: World, client_of: ClientOf, pair: tuple[UUID, UUID], at_desk: AtDesk
) -> None:
    with at_desk(world.lucca):
        people.bind_key(person_id=pair[0], key="A-1")
        italian = replace(AMINA, citizenships=("100",), citizenship_since=date(2016, 3, 1))
        people.edit_person(person_id=pair[0], facts=italian, seen_version=1)
        gone = list_visits_of(pair[0])[0].id
        visits.delete_visit(visit_id=gone, reason="Altro", seen_version=1)
    bruno = client_of(world.bruno)
    said = words(bruno.soup(url(pair[0], "/copia")))
    for held in ("DLLMNA88D52Z343L", "Aminata Sow", "Lucca", "01/03/2016", "(eliminato)", "A-1"):
        assert held in said, held
    assert "Anna Bianchi" not in said
    told = json.loads(bruno.get(url(pair[0], "/copia.json")).data)
    assert ["Telefono", "333 100 4417"] in told["Dati"]
    assert told["Cittadinanza di prima"] == [["prima del 01/03/2016", "Senegal"]]
    csv = bruno.get(url(pair[0], "/copia.csv"))
    assert "Amina" in csv.data.decode("utf-8-sig")
    assert "Diallo" not in csv.headers["Content-Disposition"]
    assert bruno.get(url(pair[0], "/copia.xml")).status_code == 404
    with at_desk(world.lucca):
        copies = select(AuditEvent.account_id).where(AuditEvent.subject == "person_copy")
        assert list(db.session.scalars(copies)) == [world.bruno.id] * 3
    assert "Copia dei dati" in words(bruno.soup(url(pair[0], "/registro")))


def test_readers_and_other_desks_unite_nothing(
    world: World, client_of: ClientOf, pair: tuple[UUID, UUID], write_down: Writer
) -> None:
    theirs = write_down(AMINA, desk=world.capannori)
    carla, bruno = client_of(world.carla), client_of(world.bruno)
    assert carla.get(compared(pair)).status_code == 403
    assert bruno.get(compared((pair[0], theirs))).status_code == 404
    assert bruno.get(compared((theirs, pair[0]))).status_code == 404
    assert bruno.get(compared((pair[0], pair[0]))).status_code == 404


def test_what_was_typed_on_a_card_merged_meanwhile_comes_back(
    world: World, client_of: ClientOf, pair: tuple[UUID, UUID]
) -> None:
    bruno, anna = client_of(world.bruno), client_of(world.anna)
    edit = url(pair[1], "/modifica")
    form = bruno.soup(edit).find("form", attrs={"action": edit})
    assert form is not None
    anna.submit(compared(pair), {}, action=compared(pair))
    answer = bruno.post(edit, data=form_values(form) | {"note": "Parla piano."})
    assert answer.status_code == 422
    assert "Questa scheda è stata unita a un’altra" in answer.text
    assert "Parla piano." in answer.text


def test_a_visit_begun_before_the_merge_is_saved_on_the_card_that_was_kept(
    world: World, client_of: ClientOf, pair: tuple[UUID, UUID], at_desk: AtDesk
) -> None:
    """The first press says what happened, with all that was chosen; the second saves."""
    bruno, anna = client_of(world.bruno), client_of(world.anna)
    record = "/s/lucca/accessi/nuovo"
    form = bruno.soup(f"{record}?persona={pair[1]}").find("form", attrs={"action": record})
    assert form is not None
    anna.submit(compared(pair), {}, action=compared(pair))
    answer = bruno.post(record, data=form_values(form) | {"topics": ["CIT"]})
    assert answer.status_code == 422
    assert "Questa scheda è stata unita a un’altra" in answer.text
    page = BeautifulSoup(answer.text, "html.parser")
    again = page.find("form", attrs={"action": record})
    assert again is not None
    assert bruno.post(record, data=form_values(again)).status_code == 303
    with at_desk(world.lucca):
        assert len(list_visits_of(pair[0])) == 4
