# SPDX-License-Identifier: AGPL-3.0-or-later
"""Conteggio rapido: one press, one visit without a name, and back again."""

from collections.abc import Callable
from uuid import UUID, uuid4

from bs4 import BeautifulSoup
from bs4.element import Tag
from sqlalchemy import select

from portal.core import clock
from portal.core.store.audit import AuditEvent
from portal.core.store.database import db
from portal.desks import actions as desks
from portal.desks.queries import get_desk
from portal.figures import queries as figures
from portal.people import actions as people
from portal.people.rules import PersonFacts
from portal.visits import actions, queries
from portal.visits.models import Visit
from portal.visits.queries import tallies
from portal.visits.rules import VisitFacts
from tests.conftest import AtDesk
from tests.pages import PortalClient, form_values
from tests.portal.visits.test_actions import assert_figures_are_exact
from tests.world import Someone, World

ClientOf = Callable[[Someone], PortalClient]
PAGE = "/s/lucca/conteggio"
UNDO = f"{PAGE}/annulla"


def press(client: PortalClient, topic: str = "SOG-STA", **data: str) -> str:
    """Press a key on a fresh page, as a browser without a script does."""
    answer = client.submit(PAGE, {"topic": topic, **data}, follow_redirects=True)
    assert answer.status_code == 200
    return str(answer.text)


def undo(client: PortalClient, visit: str | None = None) -> str:
    soup = client.soup(PAGE)
    button = soup.select_one("#take-back")
    data = form_values(soup.select_one("#tally-keys")) | {"visit": visit or button["value"]}
    return str(client.post(button["formaction"], data=data, follow_redirects=True).text)


def number(soup: BeautifulSoup, topic: str) -> str:
    key: Tag = soup.select_one(f"button[name=topic][value={topic}]")
    return str(key.select_one(".number").text)


def head(html: str) -> str:
    return BeautifulSoup(html, "html.parser").select_one("#tally-head").text


def assign(visit_id: UUID) -> UUID:
    person = people.create_person(facts=PersonFacts(family_name="Diallo", given_name="Amina"))
    actions.correct_visit(
        visit_id=visit_id, facts=VisitFacts(clock.today(), ("CIT",), person.id), seen_version=1
    )
    return person.id


def all_visits() -> list[Visit]:
    return list(db.session.scalars(select(Visit).order_by(Visit.created_at)))


def test_a_press_is_one_anonymous_visit(world: World, at_desk: AtDesk, client_of: ClientOf) -> None:
    html = press(client_of(world.bruno))
    assert "Registrata: Stato della pratica, 1 oggi" in html
    assert head(html) == "Oggi: 1 richiesta senza nome"
    assert number(BeautifulSoup(html, "html.parser"), "SOG-STA") == "1"
    with at_desk(world.lucca):
        (visit,) = all_visits()
        assert (visit.person_id, visit.tallied, visit.created_by) == (None, True, world.bruno.id)
        assert [one.topic_code for one in queries.list_topics_of(visit.id)] == ["SOG-STA"]
        assert_figures_are_exact()


def test_the_same_press_sent_again_is_one(
    world: World, at_desk: AtDesk, client_of: ClientOf
) -> None:
    client, token = client_of(world.bruno), str(uuid4())
    for _time in range(3):
        html = press(client, form_token=token)
    assert head(html) == "Oggi: 1 richiesta senza nome"
    with at_desk(world.lucca):
        assert len(all_visits()) == 1


def test_the_script_gets_the_whole_tally(world: World, client_of: ClientOf) -> None:
    client = client_of(world.bruno)
    data = form_values(client.soup(PAGE).select_one("#tally-keys")) | {"topic": "CIT"}
    answer = client.post(PAGE, data=data, headers={"HX-Request": "true"})
    fragment = BeautifulSoup(answer.text, "html.parser")
    assert fragment.select_one("#voice-status").text == "Cittadinanza, 1 oggi."
    assert fragment.select_one("button[value=CIT]")["data-number"] == "1"
    page = client.soup(PAGE)
    for one in (fragment, page):
        for token in one.select("input[type=hidden], .tally-done, #voice-status"):
            token.decompose()
        for key in one.select(".last, .fresh"):
            key["class"] = [name for name in key["class"] if name not in ("last", "fresh")]
            del key["class"]
    assert fragment.select_one("#tally-today ul").text == page.select_one("#tally-today ul").text
    shown = [[key.text for key in one.select("button[name=topic]")] for one in (fragment, page)]
    assert shown[0] == shown[1]


def test_a_topic_outside_the_list_is_refused(
    world: World, at_desk: AtDesk, client_of: ClientOf
) -> None:
    client = client_of(world.bruno)
    for topic, words in (("XXX", "non è nell’elenco"), ("", "Scegli una tipologia")):
        answer = client.submit(PAGE, {"topic": topic})
        assert answer.status_code == 422
        assert words in answer.text
    with at_desk(world.lucca):
        assert all_visits() == []


def test_every_topic_of_today_can_be_pressed(world: World, client_of: ClientOf) -> None:
    soup = client_of(world.bruno).soup(PAGE)
    codes = [key["value"] for key in soup.select("button[name=topic]")]
    assert len(codes) == len(set(codes)) == 66
    assert len(soup.select(".tally-keys button")) == 9
    assert soup.select_one("#altre").has_attr("hidden")
    assert not client_of(world.bruno).soup(f"{PAGE}?altre=1").select_one("#altre[hidden]")


def test_undo_takes_back_the_last_of_mine(
    world: World, at_desk: AtDesk, client_of: ClientOf
) -> None:
    bruno, anna = client_of(world.bruno), client_of(world.anna)
    press(bruno, "CIT")
    press(bruno, "CIT")
    press(anna, "LAV")
    with at_desk(world.lucca, account=world.bruno):
        actions.record_visit(facts=VisitFacts(clock.today(), ("FOR",)))
    html = undo(bruno)
    assert "Annullata: Cittadinanza, 1 oggi" in html
    assert head(html) == "Oggi: 3 richieste senza nome"
    assert "Annullata: Cittadinanza, 0 oggi" in undo(bruno)
    assert "Oggi non hai richieste da annullare." in undo(bruno)
    with at_desk(world.lucca):
        gone = [visit for visit in all_visits() if visit.deleted_at]
        assert [visit.deleted_reason for visit in gone] == ["Annullato dal conteggio"] * 2
        assert tallies.count_anonymous_on(clock.today()) == {"LAV": 1, "FOR": 1}
        assert_figures_are_exact()


def test_undo_sent_again_takes_back_one(world: World, client_of: ClientOf) -> None:
    client = client_of(world.bruno)
    press(client, "CIT")
    press(client, "CIT")
    visit = str(client.soup(PAGE).select_one("#take-back")["value"])
    for _time in range(3):
        assert head(undo(client, visit)) == "Oggi: 1 richiesta senza nome"


def test_a_press_that_gets_its_person_is_no_longer_anonymous(
    world: World, at_desk: AtDesk, client_of: ClientOf
) -> None:
    client = client_of(world.bruno)
    press(client, "CIT")
    press(client, "CIT")
    with at_desk(world.lucca):
        visit_id = all_visits()[0].id
        person = assign(visit_id)
    soup = client.soup(PAGE)
    assert soup.select_one("#tally-head").text == "Oggi: 1 richiesta senza nome"
    assert number(soup, "CIT") == "1"
    (row,) = [row for row in soup.select("#tally-today li") if row["data-visit"] == str(visit_id)]
    assert "assegnata a D. A." in row.text
    assert row.select_one("a")["href"] == f"/s/lucca/persone/{person}"
    assert not row.select("button")
    assert "ha già una persona" in undo(client, str(visit_id))
    with at_desk(world.lucca):
        counts = figures.list_counts()[f"{clock.today().year}"]
        assert (counts.users, counts.visits, counts.anonymous) == (1, 2, 1)
        assert_figures_are_exact()


def test_a_name_on_the_page_is_a_read(world: World, at_desk: AtDesk, client_of: ClientOf) -> None:
    client = client_of(world.bruno)
    press(client, "CIT")
    with at_desk(world.lucca):
        assign(all_visits()[0].id)
        desks.hide_names(get_desk(world.lucca.id), hidden=False)
    assert "assegnata a Diallo Amina" in client.soup(PAGE).text
    with at_desk(world.lucca):
        read = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "read")).one()
        assert (read.subject, read.rows) == ("people", 1)


def test_the_last_eight_and_the_way_to_all(world: World, client_of: ClientOf) -> None:
    client = client_of(world.bruno)
    for _time in range(9):
        html = press(client, "CIT")
    soup = BeautifulSoup(html, "html.parser")
    assert len(soup.select("#tally-today li")) == 8
    assert soup.find("a", string="Mostra tutte e 9")["href"] == "/s/lucca/"
    assert len(soup.select(".fresh")) == 1


def test_undo_touches_nothing_else(world: World, at_desk: AtDesk, client_of: ClientOf) -> None:
    """A visit with a story of its own, another desk's, none at all."""
    with at_desk(world.lucca):
        told = actions.record_visit(facts=VisitFacts(clock.today(), ("FOR",))).id
    with at_desk(world.capannori):
        theirs = actions.record_visit(facts=VisitFacts(clock.today(), ("FOR",)), tallied=True).id
    client = client_of(world.bruno)
    assert "non viene dal conteggio" in undo(client, str(told))
    data = form_values(client.soup(PAGE).select_one("#tally-keys"))
    for visit, status in ((str(theirs), 404), (str(uuid4()), 404), ("x", 422)):
        assert client.post(UNDO, data=data | {"visit": visit}).status_code == status
    for query in ("?premuta=x", f"?premuta={theirs}", f"?annullata={told}"):
        assert client.soup(PAGE + query).select_one(".tally-done").text.startswith("Ancora nessuna")


def test_readers_and_other_desks_stay_out(world: World, client_of: ClientOf) -> None:
    for one, status in ((world.carla, 403), (world.dario, 404)):
        for address in (PAGE, f"{PAGE}/stampa", f"{PAGE}/fogli"):
            assert client_of(one).get(address).status_code == status
