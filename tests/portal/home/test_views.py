# SPDX-License-Identifier: AGPL-3.0-or-later
"""The start, the pages of errors, the health checks."""

from collections.abc import Callable

from sqlalchemy import select

from portal.accounts.models import SecurityEvent
from portal.core.store.database import db
from tests.conftest import AtDesk
from tests.pages import PortalClient
from tests.world import Someone, World

ClientOf = Callable[[Someone], PortalClient]


def test_each_role_lands_on_its_first_page(world: World, client_of: ClientOf) -> None:
    landings = {
        world.bruno: "/s/lucca/",
        world.carla: "/s/lucca/persone",
        world.anna: "/s/lucca/",
        world.elena: "/r/rete/",
    }
    for someone, landing in landings.items():
        assert client_of(someone).get("/").headers["Location"] == landing


def test_visitors_start_at_the_door(visitor: PortalClient) -> None:
    assert visitor.get("/").headers["Location"] == "/accedi"


def test_the_menu_offers_what_the_role_may(world: World, client_of: ClientOf) -> None:
    def menu(someone: Someone, url: str) -> list[str]:
        return [entry.text for entry in client_of(someone).soup(url).select(".bar-wide nav a")]

    assert menu(world.carla, "/s/lucca/persone") == ["Persone", "Relazioni"]
    assert menu(world.bruno, "/s/lucca/") == ["Accoglienza", "Conteggio", "Persone", "Relazioni"]
    assert menu(world.anna, "/s/lucca/")[-1] == "Impostazioni"
    assert menu(world.elena, "/r/rete/") == ["Quadro", "Confronto", "Destinatari"]


def test_an_unknown_page_and_another_desk_look_the_same(world: World, client_of: ClientOf) -> None:
    client = client_of(world.bruno)
    titles = {client.get(url).text.split("<h1>")[1][:30] for url in ("/nulla", "/s/capannori/")}
    assert len(titles) == 1


def test_a_refused_act_says_whose_it_is_and_is_written_down(
    world: World, client_of: ClientOf, identity: AtDesk
) -> None:
    answer = client_of(world.carla).get("/s/lucca/")
    assert answer.status_code == 403
    assert "Questa azione spetta agli operatori" in answer.text
    assert "spetta al responsabile" in client_of(world.bruno).get("/s/lucca/impostazioni").text
    with identity():
        events = db.session.scalars(select(SecurityEvent).where(SecurityEvent.kind == "refused"))
        assert {event.subject_id for event in events} == {world.carla.id, world.bruno.id}


def test_a_page_left_open_too_long_is_explained(world: World, client_of: ClientOf) -> None:
    answer = client_of(world.bruno).post("/s/lucca/accessi/nuovo", data={})
    assert answer.status_code == 400
    assert "rimasta aperta troppo a lungo" in answer.text


def test_the_overseer_sees_desks_and_no_person(world: World, client_of: ClientOf) -> None:
    text = client_of(world.elena).soup("/r/rete/").text
    assert "Sportello di Lucca" in text
    assert "Viareggio" not in text


def test_health(visitor: PortalClient) -> None:
    assert visitor.get("/healthz").text == "ok"
    assert visitor.get("/readyz").text == "ok"
