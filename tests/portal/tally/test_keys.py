# SPDX-License-Identifier: AGPL-3.0-or-later
"""The nine keys: pinned topics at their places, the commonest in the rest."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from bs4 import BeautifulSoup

from portal.core import clock
from portal.core.errors import Conflict, Refusal
from portal.core.store.database import db
from portal.tally import queries as pins
from portal.tally.actions import arrange_keys
from portal.tally.models import PinnedTopic
from portal.tally.queries import USUAL, Key, list_keys, list_pins, version_of
from portal.visits import actions as visits
from portal.visits.rules import VisitFacts
from tests.conftest import AtDesk
from tests.pages import PortalClient
from tests.statements import counted
from tests.world import Someone, World

ClientOf = Callable[[Someone], PortalClient]
PAGE = "/s/lucca/impostazioni/tipologie"


def codes(keys: list[Key]) -> tuple[str, ...]:
    return tuple(key.code for key in keys)


def ask(*topics: str, on: date | None = None) -> None:
    for topic in topics:
        day = on or clock.today() - timedelta(days=1)
        visits.record_visit(facts=VisitFacts(day, (topic,), None))


def pin(**places: str) -> None:
    chosen = {int(place[1:]): code for place, code in places.items()}
    arrange_keys(pins=chosen, seen_version=version_of(list_pins()))


def test_a_new_desk_has_the_usual_nine(world: World, at_desk: AtDesk) -> None:
    with at_desk(world.lucca):
        keys = list_keys()
    assert codes(keys) == USUAL
    assert not any(key.pinned for key in keys)
    assert keys[0].name == "Rinnovo permesso"


def test_what_is_asked_comes_first_and_only_of_late(world: World, at_desk: AtDesk) -> None:
    with at_desk(world.lucca):
        ask("LAV", "LAV", "CIT")
        ask("CAS", "CAS", "CAS", on=clock.today() - timedelta(days=91))
        assert codes(list_keys())[:3] == ("LAV", "CIT", "SOG-RIN")
        assert len(set(codes(list_keys()))) == 9


def test_no_key_changes_its_place_in_the_course_of_a_day(world: World, at_desk: AtDesk) -> None:
    with at_desk(world.lucca):
        ask("LAV", "LAV", "LAV", on=clock.today())
        assert codes(list_keys()) == USUAL


def test_a_pinned_topic_keeps_its_place(world: World, at_desk: AtDesk) -> None:
    with at_desk(world.lucca):
        ask("LAV", "LAV", "CIT")
        pin(p1="CAS", p9="CIT")
        keys = list_keys()
    assert (keys[0], keys[8].code) == (Key("CAS", keys[0].name, pinned=True), "CIT")
    assert keys[1].code == "LAV"
    assert len(set(codes(keys))) == 9


def test_a_topic_no_longer_asked_falls_away(world: World, at_desk: AtDesk) -> None:
    with at_desk(world.lucca):
        db.session.add(PinnedTopic(position=1, topic_code="OLD"))
        db.session.flush()
        assert codes(list_keys()) == USUAL


def test_the_same_topic_twice_is_refused(world: World, at_desk: AtDesk) -> None:
    with at_desk(world.lucca):
        with pytest.raises(Refusal, match="posto 2") as refused:
            pin(p2="CIT", p5="CIT")
        assert refused.value.field == "key_5"
        with pytest.raises(Refusal, match="non è nell’elenco"):
            pin(p1="MAI")


def test_a_desk_sees_its_own(world: World, at_desk: AtDesk) -> None:
    with at_desk(world.lucca):
        ask("LAV")
        pin(p2="CAS")
        assert codes(list_keys())[:2] == ("LAV", "CAS")
    with at_desk(world.capannori):
        assert codes(list_keys()) == USUAL
        assert list_pins() == {}


def test_two_managers_do_not_undo_each_other_unseen(world: World, at_desk: AtDesk) -> None:
    with at_desk(world.lucca):
        seen = version_of(list_pins())
        arrange_keys(pins={1: "CAS"}, seen_version=seen)
        arrange_keys(pins={1: "CAS"}, seen_version=seen)
        with pytest.raises(Conflict):
            arrange_keys(pins={1: "LAV"}, seen_version=seen)
        assert list_pins() == {1: "CAS"}


def test_keys_are_remembered_a_minute_and_a_change_is_seen_at_once(
    world: World, at_desk: AtDesk
) -> None:
    with at_desk(world.lucca):
        list_keys()
    with at_desk(world.lucca), counted() as statements:
        list_keys()
    assert statements == []
    with at_desk(world.lucca):
        pin(p1="CAS")
    with at_desk(world.lucca):
        assert list_keys()[0].code == "CAS"
        # Another process changes them: this one sees it within the minute.
        db.session.add(PinnedTopic(position=2, topic_code="LAV"))
        assert list_keys()[1].code != "LAV"
    with (
        clock.stopped_at(clock.now() + timedelta(seconds=61)),
        at_desk(world.lucca),
        counted() as statements,
    ):
        assert list_keys()[1].code == "LAV"
    assert len(statements) == 2


def test_what_was_read_during_a_change_is_not_remembered(world: World, at_desk: AtDesk) -> None:
    def read() -> str:
        memory.clear()
        return "before"

    memory = pins.DeskCache[str](lasting=timedelta(minutes=1))
    with at_desk(world.lucca):
        assert memory.get(read) == "before"
        assert memory.get(lambda: "after") == "after"


def test_the_page_shows_saves_and_previews(world: World, client_of: ClientOf) -> None:
    client = client_of(world.anna)
    preview = client.submit(PAGE, {"key_3": "CAS", "preview": "1"})
    assert "Come si vedono con queste scelte" in preview.text
    places = BeautifulSoup(preview.text, "html.parser").select(".keys-preview li")
    assert "Problema casa" in places[2].text
    assert client.soup(PAGE).select("#key_3 option[selected]")[0]["value"] == ""
    assert client.submit(PAGE, {"key_3": "CAS"}).status_code == 303
    page = client.soup(PAGE + "?salvato=1")
    assert page.select("#key_3 option[selected]")[0]["value"] == "CAS"
    assert "scelta" in page.select(".keys-preview li")[2].text


def test_the_page_says_what_is_wrong(world: World, at_desk: AtDesk, client_of: ClientOf) -> None:
    client = client_of(world.anna)
    twice = client.submit(PAGE, {"key_1": "CAS", "key_2": "CAS"})
    assert twice.status_code == 422
    assert "È già al posto 1" in twice.text
    seen = client.soup(PAGE)
    with at_desk(world.lucca):
        pin(p1="LAV")
    token = seen.select_one("form[novalidate] input[name=csrf_token]")["value"]
    version = seen.select_one("input[name=version]")["value"]
    typed = {f"key_{number}": "" for number in range(1, 10)} | {"key_1": "CAS"}
    stale = client.post(PAGE, data=typed | {"csrf_token": token, "version": version})
    assert stale.status_code == 422
    assert "qualcun altro ha cambiato" in stale.text
    assert client.post(PAGE, data={"csrf_token": token}).status_code == 422


def test_only_a_manager_arranges(world: World, client_of: ClientOf) -> None:
    assert client_of(world.bruno).get(PAGE).status_code == 403
    assert "Tipologie in evidenza" in client_of(world.anna).get("/s/lucca/impostazioni").text


def test_names_on_the_screen_are_a_choice_of_the_desk(world: World, client_of: ClientOf) -> None:
    client, address = client_of(world.anna), "/s/lucca/impostazioni/schermo"
    assert client.soup(address).select_one("#hides_names").has_attr("checked")
    form = client.soup(address).select("main form")[0]
    token = form.select_one("input[name=csrf_token]")["value"]
    assert client.post(address, data={"csrf_token": token}).status_code == 303
    assert not client.soup(address).select_one("#hides_names").has_attr("checked")
    client.submit(address, {"hides_names": "y"})
    assert client.soup(address).select_one("#hides_names").has_attr("checked")
