# SPDX-License-Identifier: AGPL-3.0-or-later
"""A visit beside its person: known, nobody, or new; saved once, undone in one press."""

from collections.abc import Callable
from datetime import date, timedelta
from threading import Barrier, Thread
from uuid import UUID, uuid4

import pytest
from bs4 import BeautifulSoup
from flask import Flask

from portal.core import clock
from portal.core.italy.formats import PartialDate
from portal.figures import queries as figures
from portal.people import actions as people
from portal.people import queries as people_queries
from portal.people.rules import PersonFacts
from portal.visits import queries as visits
from portal.visits.queries import VisitEntry
from tests.conftest import AtDesk
from tests.pages import PortalClient, form_values
from tests.world import Someone, World

ClientOf = Callable[[Someone], PortalClient]
NEW = "/s/lucca/accessi/nuovo"
BEGIN = f"{NEW}/inizia"
HTMX = {"HX-Request": "true"}
OLENA = {
    "person-family_name": "Kovalenko",
    "person-given_name": "Olena",
    "person-sex": "F",
    "person-birth": "14/5/91",
    "person-citizenship": "Ucraina",
}


@pytest.fixture
def amina(world: World, at_desk: AtDesk) -> UUID:
    facts = PersonFacts(
        "Diallo",
        "Amina",
        sex="F",
        birth=PartialDate(1988, 4, 12),
        citizenships=("450",),
        permit_expires_on=clock.today() + timedelta(days=83),
    )
    with at_desk(world.lucca):
        return people.create_person(facts=facts).id


def recorded(at_desk: AtDesk, world: World) -> list[VisitEntry]:
    with at_desk(world.lucca):
        return visits.list_visits_on(clock.today())


def count_people(at_desk: AtDesk, world: World) -> int:
    with at_desk(world.lucca):
        return people_queries.count_people()


def soup_of(text: str) -> BeautifulSoup:
    return BeautifulSoup(text, "html.parser")


def test_a_persons_card_says_what_to_mind(world: World, client_of: ClientOf, amina: UUID) -> None:
    card = client_of(world.bruno).soup(f"{NEW}?persona={amina}").select_one(".card")
    words = " ".join(card.text.split())
    assert "Diallo Amina" in words
    assert "12/04/1988 (38 anni)" in words
    assert "fra 83 giorni" in words
    assert "Primo accesso" in words


def test_a_visit_needs_something_asked(
    world: World, at_desk: AtDesk, client_of: ClientOf, amina: UUID
) -> None:
    answer = client_of(world.bruno).submit(f"{NEW}?persona={amina}", {}, action=NEW)
    assert answer.status_code == 422
    assert "Richieste: scegli almeno una tipologia" in answer.text
    assert recorded(at_desk, world) == []


def test_htmx_gets_both_columns_and_the_rest_a_redirect(
    world: World, at_desk: AtDesk, client_of: ClientOf, amina: UUID
) -> None:
    client = client_of(world.bruno)
    asked = {"topics": ["CIT", "LAV"]}
    answer = client.submit(f"{NEW}?persona={amina}", asked, action=NEW, headers=HTMX)
    assert answer.status_code == 200
    assert "<html" not in answer.text
    fragment = soup_of(answer.text)
    done = " ".join(fragment.select_one("#done p").text.split())
    assert done.startswith("Salvato alle ")
    assert done.endswith("Diallo Amina · Cittadinanza, Lavoro")
    assert fragment.select_one("#voice-status").text == "Salvato: Diallo Amina, 2 richieste."
    assert len(fragment.select("#today .fresh")) == 1
    plain = client.submit(f"{NEW}?persona={amina}", asked, action=NEW)
    assert plain.status_code == 303
    assert len(recorded(at_desk, world)) == 2


def test_undo_takes_the_visit_back_in_one_press(
    world: World, at_desk: AtDesk, client_of: ClientOf, amina: UUID
) -> None:
    client = client_of(world.bruno)
    saved = client.submit(f"{NEW}?persona={amina}", {"topics": ["CIT"]}, action=NEW, headers=HTMX)
    form = soup_of(saved.text).select_one("#done form")
    answer = client.post(form["action"], data=form_values(form), headers=HTMX)
    assert "<strong>Annullato.</strong>" in answer.text
    assert recorded(at_desk, world) == []
    with at_desk(world.lucca):
        assert figures.list_counts()[str(clock.today().year)].users == 0


def test_undo_says_that_the_card_of_somebody_new_stays(
    world: World, at_desk: AtDesk, client_of: ClientOf
) -> None:
    client = client_of(world.bruno)
    saved = client.submit(f"{NEW}?nuova=1", OLENA | {"topics": ["CIT"]}, action=NEW, headers=HTMX)
    form = soup_of(saved.text).select_one("#done form")
    answer = soup_of(client.post(form["action"], data=form_values(form), headers=HTMX).text)
    said = "Annullato. La scheda di Kovalenko Olena resta, senza accessi."
    assert " ".join(answer.select_one("#done p").text.split()) == said
    assert answer.select_one("#voice-status").text == said
    card = answer.select_one("#done a")["href"]
    assert "Kovalenko" in client.soup(card).h1.text
    assert count_people(at_desk, world) == 1


def test_a_save_for_another_day_says_the_day(
    world: World, client_of: ClientOf, amina: UUID
) -> None:
    asked = {"topics": ["CIT"], "visited_on": "1/10/2026"}
    client = client_of(world.bruno)
    saved = client.submit(f"{NEW}?persona={amina}", asked, action=NEW, headers=HTMX)
    assert "per giovedì 1° ottobre · Diallo Amina" in " ".join(
        soup_of(saved.text).select_one("#done p").text.split()
    )
    day = client.soup("/s/lucca/?giorno=2026-10-01")
    # It was written down today: no hour of today is an hour of that day.
    assert [time.text for time in day.select("#today .visits time")] == []
    assert "Un accesso nuovo conta per oggi" in day.select_one("#today").text


def test_undo_does_not_undo_what_somebody_changed(
    world: World, at_desk: AtDesk, client_of: ClientOf, amina: UUID
) -> None:
    client = client_of(world.bruno)
    saved = client.submit(f"{NEW}?persona={amina}", {"topics": ["CIT"]}, action=NEW, headers=HTMX)
    form = soup_of(saved.text).select_one("#done form")
    (entry,) = recorded(at_desk, world)
    client.submit(f"/s/lucca/accessi/{entry.id}/correggi", {"topics": ["CIT", "LAV"]})
    answer = client.post(form["action"], data=form_values(form), headers=HTMX)
    assert "Non annullato." in answer.text
    assert len(recorded(at_desk, world)) == 1


def test_somebody_new_is_saved_with_the_visit(
    world: World, at_desk: AtDesk, client_of: ClientOf
) -> None:
    client = client_of(world.bruno)
    answer = client.submit(f"{NEW}?nuova=1", OLENA | {"topics": ["CIT"]}, action=NEW)
    assert answer.status_code == 303
    (entry,) = recorded(at_desk, world)
    with at_desk(world.lucca):
        assert entry.person_id is not None
        facts = people_queries.facts_of(people_queries.get_person(entry.person_id))
        assert (facts.family_name, facts.sex) == ("Kovalenko", "F")
        assert (facts.birth, facts.citizenships) == (PartialDate(1991, 5, 14), ("243",))
        assert figures.list_counts()[str(clock.today().year)].users == 1


def test_neither_is_saved_where_one_is_wrong(
    world: World, at_desk: AtDesk, client_of: ClientOf
) -> None:
    client = client_of(world.bruno)
    wrong = [
        OLENA | {"topics": []},
        OLENA | {"topics": ["CIT"], "visited_on": "31/12/2099"},
        OLENA | {"topics": ["CIT"], "person-birth": "31/02/1990"},
        {"topics": ["CIT"], "person-sex": "F"},
    ]
    for data in wrong:
        answer = client.submit(f"{NEW}?nuova=1", data, action=NEW)
        assert answer.status_code == 422, data
        assert "Non salvato" in answer.text
    assert "Scrivi il cognome o il nome" in answer.text
    assert count_people(at_desk, world) == 0
    assert recorded(at_desk, world) == []


def test_what_was_typed_is_in_the_fields_and_in_no_address(
    world: World, client_of: ClientOf
) -> None:
    client = client_of(world.bruno)
    box = form_values(client.soup("/s/lucca/").select_one("#box"))
    answer = client.post(BEGIN, data=box | {"q": "kovalenko olena 14/05/1991"})
    fields = form_values(soup_of(answer.text).select_one("#visit"))
    assert fields["person-family_name"] == ["Kovalenko"]
    assert fields["person-birth"] == ["14/05/1991"]
    assert "person-sex" not in fields, "nobody has said it yet"
    assert "kovalenko" not in str(soup_of(answer.text).select_one("#visit")["data-address"])


def test_a_code_typed_in_the_box_fills_what_it_says(world: World, client_of: ClientOf) -> None:
    client = client_of(world.bruno)
    box = form_values(client.soup("/s/lucca/").select_one("#box"))
    found = client.post("/s/lucca/", data=box | {"q": "DLLMNA88D52Z343L"})
    assert "F, 12/04/1988, nata in Senegal" in found.text
    answer = client.post(BEGIN, data=box | {"q": "DLLMNA88D52Z343L"})
    fields = form_values(soup_of(answer.text).select_one("#visit"))
    assert fields["person-sex"] == ["F"]
    assert fields["person-birth"] == ["12/04/1988"]
    assert fields["person-birth_state"] == ["Senegal"]


def test_sent_twice_it_is_one_person_and_one_visit(
    world: World, at_desk: AtDesk, client_of: ClientOf
) -> None:
    client, token = client_of(world.bruno), str(uuid4())
    data = OLENA | {"topics": ["CIT"], "form_token": token}
    for _twice in range(2):
        assert client.submit(f"{NEW}?nuova=1", data, action=NEW).status_code == 303
    assert count_people(at_desk, world) == 1
    assert len(recorded(at_desk, world)) == 1


def send_together(clients: list[PortalClient], forms: list[dict[str, object]]) -> list[int]:
    """Each browser sends its form at the same moment; the answers' statuses."""
    together, statuses = Barrier(len(clients)), []

    def send(client: PortalClient, data: dict[str, object]) -> None:
        csrf = form_values(client.soup(f"{NEW}?nuova=1").select_one("#visit"))["csrf_token"]
        together.wait()
        statuses.append(client.post(NEW, data=data | {"csrf_token": csrf}).status_code)

    threads = [Thread(target=send, args=both) for both in zip(clients, forms, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(statuses)


def test_eight_at_once_are_one_person_and_one_visit(
    world: World, at_desk: AtDesk, app: Flask, client_of: ClientOf
) -> None:
    clients = [client_of(world.bruno) for _number in range(8)]
    page = clients[0].soup(f"{NEW}?nuova=1").select_one("#visit")
    data = form_values(page) | OLENA | {"topics": ["CIT"]}
    assert set(send_together(clients, [data] * 8)) == {303}
    assert count_people(at_desk, world) == 1
    assert len(recorded(at_desk, world)) == 1


def test_two_windows_do_not_write_down_one_newcomer_twice(
    world: World, at_desk: AtDesk, app: Flask, client_of: ClientOf
) -> None:
    """Two forms, two tokens, one person at the door: the second is asked who it is."""
    clients = [client_of(world.bruno), client_of(world.anna)]
    pages = [client.soup(f"{NEW}?nuova=1").select_one("#visit") for client in clients]
    forms = [form_values(page) | OLENA | {"topics": ["CIT"]} for page in pages]
    assert send_together(clients, forms) == [303, 422]
    assert count_people(at_desk, world) == 1


def test_who_resembles_is_shown_before_anything_is_saved(
    world: World, at_desk: AtDesk, client_of: ClientOf, amina: UUID
) -> None:
    client = client_of(world.bruno)
    twin = {
        "person-family_name": "Diallo",
        "person-given_name": "Aminah",
        "person-sex": "F",
        "person-birth": "12/04/1988",
        "topics": ["CIT", "LAV"],
        "note": "porta il contratto",
    }
    answer = client.submit(f"{NEW}?nuova=1", twin, action=NEW, headers=HTMX)
    assert answer.status_code == 422
    assert "Forse è già registrata." in answer.text
    assert "È lei: usa questa scheda" in answer.text
    assert "porta il contratto" in answer.text
    assert soup_of(answer.text).select_one("#voice-alert").text == "Forse è già registrato/a."
    assert count_people(at_desk, world) == 1
    form = soup_of(answer.text).select_one("#visit")
    chosen = client.post(NEW, data=form_values(form) | {"use": str(amina)}, headers=HTMX)
    fields = form_values(soup_of(chosen.text).select_one("#visit"))
    assert fields["person_id"] == [str(amina)]
    assert fields["topics"] == ["CIT", "LAV"]
    assert fields["note"][0].strip() == "porta il contratto"
    assert client.post(NEW, data=fields).status_code == 303
    (entry,) = recorded(at_desk, world)
    assert entry.person_id == amina


def test_being_told_apart_is_remembered(
    world: World, at_desk: AtDesk, client_of: ClientOf, amina: UUID
) -> None:
    client = client_of(world.bruno)
    twin = {"person-family_name": "Diallo", "person-given_name": "Amina", "topics": ["CIT"]}
    twin |= {"person-sex": "F", "person-birth": "12/04/1988"}
    first = client.submit(f"{NEW}?nuova=1", twin, action=NEW)
    assert first.status_code == 422
    form = soup_of(first.text).select_one("#visit")
    button = form.select_one("button[name=apart]")
    answer = client.post(NEW, data=form_values(form) | {"apart": button["value"]})
    assert answer.status_code == 303
    assert count_people(at_desk, world) == 2
    (entry,) = recorded(at_desk, world)
    with at_desk(world.lucca):
        assert entry.person_id is not None
        assert people_queries.list_apart(entry.person_id) == [amina]


def test_resembling_is_asked_while_one_types(
    world: World, client_of: ClientOf, amina: UUID
) -> None:
    client = client_of(world.bruno)
    form = form_values(client.soup(f"{NEW}?nuova=1").select_one("#visit"))
    typed = form | {"person-family_name": "Diallo", "person-given_name": "Amina"}
    answer = client.post(f"{NEW}/simili", data=typed | {"person-birth": "1988"}, headers=HTMX)
    assert answer.status_code == 200
    assert "Diallo Amina" in answer.text
    assert "<form" not in answer.text
    nobody = client.post(f"{NEW}/simili", data=form, headers=HTMX)
    assert nobody.text.strip() == ""


def test_topics_chosen_before_the_person_stay(
    world: World, client_of: ClientOf, amina: UUID
) -> None:
    client = client_of(world.bruno)
    box = client.soup("/s/lucca/?tipologia=CIT,LAV").select_one("#box")
    found = soup_of(client.post("/s/lucca/", data=form_values(box) | {"q": "diallo"}).text)
    visit = client.soup(found.select_one("a.option")["href"])
    fields = form_values(visit.select_one("#visit"))
    assert fields["topics"] == ["CIT", "LAV"]
    assert fields["person_id"] == [str(amina)]


def test_a_past_day_is_said(world: World, client_of: ClientOf) -> None:
    answer = client_of(world.bruno).submit(NEW, {"visited_on": "20/11/2015"}, action=NEW)
    assert "Stai registrando per venerdì 20 novembre 2015." in answer.text
    assert date(2015, 11, 20).weekday() == 4


def test_the_fragment_of_the_work_is_the_work_of_the_page(
    world: World, client_of: ClientOf, amina: UUID
) -> None:
    client = client_of(world.bruno)
    for address in (f"{NEW}?persona={amina}", NEW, f"{NEW}?nuova=1"):
        page = client.soup(address).select_one("#work")
        fragment = soup_of(client.get(address, headers=HTMX).text)
        for one in (page, fragment):
            for gone in one.select("input[type=hidden], datalist, [data-discard]"):
                gone.decompose()
        assert " ".join(page.text.split()) == " ".join(fragment.text.split())


def test_a_fragment_reads_only_what_it_shows(
    world: World, client_of: ClientOf, amina: UUID
) -> None:
    client = client_of(world.bruno)
    box = form_values(client.soup("/s/lucca/").select_one("#box"))
    answer = client.post("/s/lucca/", data=box | {"q": "diallo"}, headers=HTMX)
    assert len(answer.data) < 3000
    assert "topics" not in answer.text
    assert "today" not in answer.text


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "htmx"])
@pytest.mark.parametrize("who", ["", "?nuova=1"], ids=["nobody", "newcomer"])
def test_what_was_taken_back_is_not_saved_again_unseen(
    world: World, at_desk: AtDesk, client_of: ClientOf, headers: dict[str, str], who: str
) -> None:
    """Saved, taken back, gone back to in the browser and saved once more."""
    client = client_of(world.bruno)
    sent = form_values(client.soup(NEW + who).select_one("#visit")) | {"topics": ["CIT"]}
    if who:
        sent |= OLENA
    saved = client.post(NEW, data=sent).location.rpartition("=")[2]
    undo = {"csrf_token": sent["csrf_token"], "version": 1}
    assert client.post(f"/s/lucca/accessi/{saved}/annulla", data=undo).status_code == 303
    answer = client.post(NEW, data=sent, headers=headers)
    assert answer.status_code == 422
    assert "Questo accesso era già stato salvato e poi annullato" in answer.text
    assert recorded(at_desk, world) == []
    again = form_values(BeautifulSoup(answer.text, "html.parser").select_one("#visit"))
    assert again["form_token"] != sent["form_token"]
    if not who:
        assert client.post(NEW, data=sent | again).status_code == 303
        assert len(recorded(at_desk, world)) == 1
