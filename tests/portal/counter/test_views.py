# SPDX-License-Identifier: AGPL-3.0-or-later
"""Accoglienza in its plain form."""

from collections.abc import Callable
from datetime import date

from bs4 import BeautifulSoup
from sqlalchemy import select

from portal.core import clock
from portal.core.store.audit import AuditEvent
from portal.core.store.database import db
from portal.people import actions as people
from portal.people.rules import PersonFacts
from portal.visits import actions
from portal.visits.rules import VisitFacts
from tests.conftest import AtDesk
from tests.pages import PortalClient, form_values
from tests.world import Someone, World

ClientOf = Callable[[Someone], PortalClient]
HOME = "/s/lucca/"


def meet(name: str, *days: date) -> None:
    family, given = name.split()
    person = people.create_person(facts=PersonFacts(family_name=family, given_name=given, sex="F"))
    for day in days:
        actions.record_visit(facts=VisitFacts(day, ("CIT",), person.id))


def test_an_empty_desk_says_so(world: World, client_of: ClientOf) -> None:
    assert "Ancora nessun accesso oggi." in client_of(world.bruno).soup(HOME).text


def test_the_last_day_with_visits_is_offered(
    world: World, at_desk: AtDesk, client_of: ClientOf
) -> None:
    with at_desk(world.lucca):
        meet("Diallo Amina", date(2026, 11, 20))
    page = client_of(world.bruno).soup(HOME)
    assert "venerdì 20 novembre" in page.text
    assert page.select("a[href='/s/lucca/?giorno=2026-11-20']")


def test_names_are_initials_until_asked(world: World, at_desk: AtDesk, client_of: ClientOf) -> None:
    with at_desk(world.lucca):
        meet("Diallo Amina", clock.today())
    client = client_of(world.bruno)
    assert "Diallo" not in client.soup(HOME).text
    assert "D. A." in client.soup(HOME).text
    client.submit(HOME, {"nomi": "mostra"}, action="/s/lucca/nomi")
    assert "Diallo Amina" in client.soup(HOME).text


def test_a_search_finds_and_is_recorded(world: World, at_desk: AtDesk, client_of: ClientOf) -> None:
    with at_desk(world.lucca):
        meet("Diallo Amina", date(2026, 10, 12))
    answer = client_of(world.bruno).submit(HOME, {"q": "am dial"})
    assert "1 persona trovata" in answer.text
    assert "12/10/2026" in answer.text
    with at_desk(world.lucca):
        read = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "read")).one()
        assert (read.subject, read.rows, read.account_id) == ("people", 1, world.bruno.id)


def test_nobody_and_too_little(world: World, client_of: ClientOf) -> None:
    client = client_of(world.bruno)
    assert "Nessuna persona" in client.submit(HOME, {"q": "zzzz"}).text
    short = client.submit(HOME, {"q": "d"})
    assert short.status_code == 422
    assert "almeno due caratteri" in short.text


def test_more_than_eight(world: World, at_desk: AtDesk, client_of: ClientOf) -> None:
    with at_desk(world.lucca):
        for number in range(9):
            meet(f"Diallo Amina{number}")
    assert "Più di 8 persone" in client_of(world.bruno).submit(HOME, {"q": "diallo"}).text


def test_a_broken_address_changes_nothing(world: World, client_of: ClientOf) -> None:
    client = client_of(world.bruno)
    for query in ("?giorno=ieri", "?giorno=2999-01-01", "?salvato=x", "?eliminato=x", "?assegna=x"):
        assert client.get(HOME + query).status_code == 200


def test_readers_and_other_desks_stay_out(world: World, client_of: ClientOf) -> None:
    assert client_of(world.carla).get(HOME).status_code == 403
    assert client_of(world.dario).get(HOME).status_code == 404


def test_a_fragment_in_the_old_page_is_the_fresh_page(
    world: World, at_desk: AtDesk, client_of: ClientOf
) -> None:
    with at_desk(world.lucca):
        meet("Diallo Amina", clock.today())
    client = client_of(world.bruno)
    old = client.soup(HOME)
    typed = form_values(old.select_one("form.box")) | {"q": "diallo"}
    fresh = BeautifulSoup(client.post(HOME, data=typed).text, "html.parser")
    answer = client.post(HOME, data=typed, headers={"HX-Request": "true"})
    assert "HX-Request" in answer.headers["Vary"]
    fragment = BeautifulSoup(answer.text, "html.parser")
    place = old.select_one("#found")
    place.clear()
    place.append(fragment)
    old.select_one("#q")["value"] = "diallo"
    assert shown(old) == shown(fresh)


def shown(soup: BeautifulSoup) -> list[str]:
    """What a page says, without its tokens."""
    for token in soup.select("input[type=hidden]"):
        token.decompose()
    return [line.strip() for line in soup.main.prettify().splitlines() if line.strip()]
