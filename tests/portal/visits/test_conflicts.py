# SPDX-License-Identifier: AGPL-3.0-or-later
"""Two operators on one visit: each sees both values, also when the other deleted or moved it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from bs4 import BeautifulSoup, Tag

from portal.core import clock
from portal.figures import queries as figures
from portal.people import actions as people
from portal.people.rules import PersonFacts
from portal.visits import actions, queries
from portal.visits.rules import VisitFacts
from tests.conftest import AtDesk
from tests.pages import PortalClient, form_values
from tests.world import Someone, World

ClientOf = Callable[[Someone], PortalClient]
TABLE = ".told-twice tbody tr"


@pytest.fixture
def visit(world: World, at_desk: AtDesk) -> UUID:
    """A visit of Amina about citizenship, twice."""
    with at_desk(world.lucca):
        amina = people.create_person(facts=PersonFacts("Diallo", "Amina", sex="F")).id
        return actions.record_visit(facts=VisitFacts(clock.today(), ("CIT", "CIT"), amina)).id


def url(visit_id: UUID) -> str:
    return f"/s/lucca/accessi/{visit_id}/correggi"


def main_form(html: str) -> Tag:
    form = BeautifulSoup(html, "html.parser").select_one("main form")
    assert form is not None
    return form


def opened(client: PortalClient, visit_id: UUID) -> dict[str, Any]:
    """The form as it stands when it is opened."""
    return form_values(main_form(client.get(url(visit_id)).text))


def rows(html: str) -> list[list[str]]:
    return [
        [" ".join(cell.text.split()) for cell in row.find_all(["th", "td"])]
        for row in BeautifulSoup(html, "html.parser").select(TABLE)
    ]


def test_each_is_shown_both_values_and_chooses(
    world: World, at_desk: AtDesk, client_of: ClientOf, visit: UUID
) -> None:
    bruno, anna = client_of(world.bruno), client_of(world.anna)
    mine = opened(bruno, visit) | {"topics": ["BUR"], "note": "Torna."}
    theirs = opened(anna, visit) | {"topics": ["FOR"], "channel": "phone"}
    assert anna.post(url(visit), data=theirs).status_code == 303
    told = bruno.post(url(visit), data=mine)
    assert told.status_code == 422
    text = " ".join(BeautifulSoup(told.text, "html.parser").main.text.split())
    assert "Non ancora salvato. Mentre scrivevi, alle" in text
    assert "Anna Bianchi ha cambiato questo accesso." in text
    assert "Lascia tutto come ha salvato Anna Bianchi" in text
    assert rows(told.text) == [
        ["Richieste", "Richieste, tengo: Informazioni Uffici E Pratiche Burocratiche",
         "Richieste, tengo: Informazioni Sulla Formazione", "Cittadinanza, Cittadinanza"],
        ["Come", "non cambiato da te", "Telefono si tiene", "Di persona"],
        ["Nota", "Torna. si tiene", "non cambiato", "vuoto"],
    ]  # fmt: skip
    again = form_values(main_form(told.text))
    assert bruno.post(url(visit), data=again).status_code == 422
    assert bruno.post(url(visit), data=again | {"keep-topics": "mine"}).status_code == 303
    with at_desk(world.lucca):
        facts = queries.facts_of(queries.get_visit(visit))
    assert (facts.topics, facts.channel, facts.note) == (("BUR",), "phone", "Torna.")


def test_what_somebody_else_saved_can_be_kept(
    world: World, at_desk: AtDesk, client_of: ClientOf, visit: UUID
) -> None:
    bruno, anna = client_of(world.bruno), client_of(world.anna)
    mine = opened(bruno, visit) | {"topics": ["BUR"]}
    anna.post(url(visit), data=opened(anna, visit) | {"topics": ["FOR"]})
    again = form_values(main_form(bruno.post(url(visit), data=mine).text))
    assert bruno.post(url(visit), data=again | {"keep-topics": "saved"}).status_code == 303
    with at_desk(world.lucca):
        assert queries.facts_of(queries.get_visit(visit)).topics == ("FOR",)


def test_sending_the_same_form_twice_is_no_conflict(
    world: World, at_desk: AtDesk, client_of: ClientOf, visit: UUID
) -> None:
    bruno = client_of(world.bruno)
    mine = opened(bruno, visit) | {"note": "Torna."}
    assert [bruno.post(url(visit), data=mine).status_code for _twice in range(2)] == [303, 303]
    with at_desk(world.lucca):
        assert queries.get_visit(visit).version == 2


def test_saving_without_a_change_changes_nothing(
    world: World, at_desk: AtDesk, client_of: ClientOf, visit: UUID
) -> None:
    assert client_of(world.bruno).submit(url(visit), {}).status_code == 303
    with at_desk(world.lucca):
        assert queries.get_visit(visit).version == 1


@pytest.mark.parametrize("changed_too", [False, True])
def test_a_visit_deleted_meanwhile_says_so_and_can_be_taken_up(
    world: World, at_desk: AtDesk, client_of: ClientOf, visit: UUID, changed_too: bool
) -> None:
    bruno = client_of(world.bruno)
    mine = opened(bruno, visit) | {"note": "Torna."}
    with at_desk(world.lucca, account=world.anna):
        if changed_too:
            facts = VisitFacts(clock.today(), ("FOR",), note="Altra nota")
            actions.correct_visit(visit_id=visit, facts=facts, seen_version=1)
        version = queries.get_visit(visit).version
        actions.delete_visit(visit_id=visit, reason="Inserito due volte", seen_version=version)
    told = bruno.post(url(visit), data=mine)
    assert told.status_code == 422
    assert "Anna Bianchi ha eliminato questo accesso: «Inserito due volte»." in told.text
    again = form_values(main_form(told.text)) | {"restore": "1"}
    assert again["note"][0].strip() == "Torna."
    saved = bruno.post(url(visit), data=again)
    if changed_too:
        assert "keep-note" in saved.text
        again = form_values(main_form(saved.text)) | {"restore": "1", "keep-note": "mine"}
        saved = bruno.post(url(visit), data=again)
    assert saved.status_code == 303
    with at_desk(world.lucca):
        found = queries.get_visit(visit)
        assert (found.deleted_at, found.note) == (None, "Torna.")
        assert figures.list_counts()[str(clock.today().year)].visits == 1


def test_a_visit_moved_to_another_person_meanwhile(
    world: World, at_desk: AtDesk, client_of: ClientOf, visit: UUID
) -> None:
    """As a merge does; whose visit it is now is shown and stays."""
    bruno = client_of(world.bruno)
    mine = opened(bruno, visit) | {"note": "Torna."}
    with at_desk(world.lucca, account=world.anna):
        sow = people.create_person(facts=PersonFacts("Sow", "Aminata", sex="F")).id
        actions.give_visit(visit_id=visit, person_id=sow, seen_version=1)
    told = bruno.post(url(visit), data=mine)
    assert ["Persona", "non cambiato da te", "Sow Aminata si tiene", "Diallo Amina"] in rows(
        told.text
    )
    assert bruno.post(url(visit), data=form_values(main_form(told.text))).status_code == 303
    with at_desk(world.lucca):
        found = queries.get_visit(visit)
        assert (found.person_id, found.note) == (sow, "Torna.")


def test_an_absurd_day_meets_another_change_without_breaking(
    world: World, client_of: ClientOf, visit: UUID
) -> None:
    bruno, anna = client_of(world.bruno), client_of(world.anna)
    mine = opened(bruno, visit) | {"visited_on": "1/1/1950"}
    day = (clock.today() - timedelta(days=1)).strftime("%d/%m/%Y")
    anna.post(url(visit), data=opened(anna, visit) | {"visited_on": day})
    told = bruno.post(url(visit), data=mine)
    assert rows(told.text)[0][0] == "Data"
    again = form_values(main_form(told.text)) | {"keep-day": "mine"}
    refused = bruno.post(url(visit), data=again)
    assert refused.status_code == 422
    assert "troppo lontana" in refused.text
