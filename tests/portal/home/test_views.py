# SPDX-License-Identifier: AGPL-3.0-or-later
"""The start, the pages of errors, the health checks."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from portal.accounts.models import SecurityEvent
from portal.core.store.database import db
from portal.machine import disks
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
    assert visitor.get("/readyz").text.startswith("ok")


@pytest.mark.parametrize(("limit", "value"), [("LEAST_BYTES", 2**62), ("LEAST_SHARE", 1.1)])
def test_a_disk_nearly_full_is_a_warning_and_no_failure(
    visitor: PortalClient, monkeypatch: pytest.MonkeyPatch, limit: str, value: float
) -> None:
    """Of the home and of the database's own disk; where they are is told to nobody."""
    monkeypatch.setattr(disks, limit, value)
    answer = visitor.get("/readyz")
    assert answer.status_code == 200
    lines = answer.text.splitlines()
    assert lines[0] == "ok"
    assert [line.rpartition(":")[0] for line in lines[1:]] == [
        "warning: disk nearly full: home",
        "warning: disk nearly full: database",
    ]
    assert "/" not in answer.text


def test_a_disk_with_room_or_elsewhere_is_no_warning(
    visitor: PortalClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for limit in ("LEAST_BYTES", "LEAST_SHARE"):
        monkeypatch.setattr(disks, limit, 0)
    assert visitor.get("/readyz").text == "ok"
    monkeypatch.setattr(disks, "LEAST_BYTES", 2**62)
    assert disks.nearly_full({"database": Path("/of/another/machine"), "home": None}) == []
