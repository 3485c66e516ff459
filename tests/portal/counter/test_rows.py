# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is done in a row of the day's list: delete and take back, give a name, hide names."""

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from bs4 import BeautifulSoup, Tag
from sqlalchemy import event, func, select
from werkzeug.test import TestResponse

from portal.core import clock
from portal.core.store.audit import AuditEvent
from portal.core.store.database import db
from portal.desks import actions as desks
from portal.desks.queries import get_desk
from portal.figures import queries as figures
from portal.people import actions as people
from portal.people.rules import PersonFacts
from portal.visits import actions, queries
from portal.visits.rules import VisitFacts
from tests.conftest import AtDesk
from tests.pages import PortalClient, form_values
from tests.world import Someone, World

ClientOf = Callable[[Someone], PortalClient]
HOME = "/s/lucca/"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def amina(world: World, at_desk: AtDesk) -> UUID:
    with at_desk(world.lucca):
        facts = PersonFacts(family_name="Diallo", given_name="Amina", sex="F")
        return people.create_person(facts=facts).id


@pytest.fixture
def visit(world: World, at_desk: AtDesk, amina: UUID) -> UUID:
    with at_desk(world.lucca):
        return actions.record_visit(facts=VisitFacts(clock.today(), ("CIT",), amina)).id


@pytest.fixture
def anonymous(world: World, at_desk: AtDesk) -> UUID:
    with at_desk(world.lucca):
        return actions.record_visit(facts=VisitFacts(clock.today(), ("FOR",))).id


def here(visit_id: UUID, act: str) -> str:
    return f"/s/lucca/accessi/{visit_id}/{act}"


def counted(world: World, at_desk: AtDesk) -> tuple[int, int, int]:
    """(users, visits, anonymous visits) of this year."""
    with at_desk(world.lucca):
        found = figures.list_counts().get(str(clock.today().year))
        return (found.users, found.visits, found.anonymous) if found else (0, 0, 0)


def send(client: PortalClient, page: str, data: dict[str, str], act: str) -> TestResponse:
    """Send the form that htmx has put into a row, or that stands in the list, as htmx does."""
    form = BeautifulSoup(client.get(page, headers=HTMX).text, "html.parser").select_one(
        f"form[hx-post^='{act}']"
    )
    assert isinstance(form, Tag), page
    return client.post(str(form["hx-post"]), data=form_values(form) | data, headers=HTMX)


def test_a_deletion_in_its_row_can_be_taken_back(
    world: World, at_desk: AtDesk, client_of: ClientOf, visit: UUID
) -> None:
    client, url = client_of(world.bruno), here(visit, "elimina")
    row = BeautifulSoup(client.get(url, headers=HTMX).text, "html.parser")
    assert row.select_one("li.open legend").text == "Perché lo elimini?"
    assert [label.text for label in row.select(".check label")] == [
        "Inserito per errore", "Inserito due volte", "Giorno o sportello sbagliato", "Altro",
    ]  # fmt: skip
    gone = send(client, url, {"reason": "Inserito due volte"}, url)
    listed = BeautifulSoup(gone.text, "html.parser")
    said = "Accesso eliminato. I conteggi sono aggiornati."
    assert said in listed.select_one("li.gone").text
    assert listed.select_one("#voice-status").text == said
    assert listed.select_one("[data-focus]").text.split() == ["Annulla", "l’eliminazione"]
    assert "0 accessi · 0 richieste" in listed.text
    assert counted(world, at_desk) == (0, 0, 0)
    form = listed.select_one("li.gone form")
    back = client.post(form["hx-post"], data=form_values(form), headers=HTMX)
    focused = BeautifulSoup(back.text, "html.parser").select_one("[data-focus]")
    assert focused.text.split()[0] in ("Assegna", "Correggi")
    assert focused.find_parent("li").select_one("p.row-form").text == "Annullato."
    assert "1 accesso · 1 richiesta" in back.text
    assert 'class="fresh"' in back.text
    assert counted(world, at_desk) == (1, 1, 0)


def test_a_deletion_without_a_script(
    world: World, at_desk: AtDesk, client_of: ClientOf, visit: UUID
) -> None:
    client, url = client_of(world.bruno), here(visit, "elimina")
    assert client.submit(url, {}).status_code == 422
    answer = client.submit(url, {"reason": "Inserito due volte"}, follow_redirects=True)
    assert "I conteggi sono aggiornati" in answer.text
    assert client.get(url).status_code == 404
    back = client.submit(f"{HOME}?eliminato={visit}", {}, action=here(visit, "ripristina"))
    assert back.status_code == 303
    assert counted(world, at_desk) == (1, 1, 0)


def test_a_deletion_without_a_reason_is_refused_in_its_row(
    world: World, client_of: ClientOf, visit: UUID
) -> None:
    client, url = client_of(world.bruno), here(visit, "elimina")
    answer = send(client, url, {}, url)
    assert answer.status_code == 422
    row = BeautifulSoup(answer.text, "html.parser")
    assert row.select_one(".visits .field-error").text == "Scegli il motivo"
    assert row.select_one("#voice-alert").text == "Scegli il motivo"
    assert row.select_one("li.open form").has_attr("novalidate")


def test_nothing_is_deleted_that_was_not_seen(
    world: World, at_desk: AtDesk, client_of: ClientOf, visit: UUID
) -> None:
    client, url = client_of(world.bruno), here(visit, "elimina")
    client.submit(here(visit, "correggi"), {"topics": ["FOR"]})
    for version in ("1", "²"):
        answer = client.submit(url, {"reason": "Altro", "version": version})
        assert answer.status_code == 422
        assert "rileggilo" in answer.text
    in_row = send(client, url, {"reason": "Altro", "version": "1"}, url)
    assert in_row.status_code == 422
    assert "Formazione" in in_row.text
    assert counted(world, at_desk) == (1, 1, 0)


def test_a_deleted_visit_is_not_called_saved(
    world: World, at_desk: AtDesk, client_of: ClientOf, visit: UUID
) -> None:
    with at_desk(world.lucca):
        actions.delete_visit(visit_id=visit, reason="Altro", seen_version=1)
    client = client_of(world.bruno)
    assert "Salvato" not in client.soup(f"{HOME}?salvato={visit}").text
    client.submit(f"{HOME}?eliminato={visit}", {}, action=here(visit, "ripristina"))
    assert "Ripreso l’accesso" in client.soup(f"{HOME}?ripreso={visit}").text


@pytest.mark.parametrize("htmx", [True, False])
def test_an_anonymous_visit_gets_its_person(
    world: World, at_desk: AtDesk, client_of: ClientOf, amina: UUID, anonymous: UUID, htmx: bool
) -> None:
    client, url, headers = client_of(world.bruno), here(anonymous, "assegna"), HTMX if htmx else {}
    found = client.submit(url, {"sought": "dial am"}, headers=headers)
    button = BeautifulSoup(found.text, "html.parser").select_one(f"button[value='{amina}']")
    assert "Diallo Amina" in button.text
    form = button.find_parent("form")
    chosen = form_values(form) | {"person_id": str(amina)}
    answer = client.post(form["action"], data=chosen, headers=headers)
    assert answer.status_code == (200 if htmx else 303)
    if htmx:
        assert "Accesso assegnato a Diallo Amina." in answer.text
        assert "anonimo" not in answer.text
    assert counted(world, at_desk) == (1, 1, 0)


def test_what_somebody_else_gave_meanwhile_is_not_overwritten(
    world: World, at_desk: AtDesk, client_of: ClientOf, amina: UUID, anonymous: UUID
) -> None:
    with at_desk(world.lucca):
        other = people.create_person(facts=PersonFacts(family_name="Sow")).id
        actions.give_visit(visit_id=anonymous, person_id=other, seen_version=1)
    client, address = client_of(world.bruno), here(anonymous, "persona")
    token = form_values(client.soup(here(anonymous, "assegna")).select_one("main form"))
    sent = token | {"version": "1", "person_id": str(amina)}
    for headers in (HTMX, {}):
        answer = client.post(address, data=sent, headers=headers)
        assert answer.status_code == 422
        assert "qualcun altro ha cambiato questo accesso" in answer.text
    with at_desk(world.lucca):
        assert queries.get_visit(anonymous).person_id == other


def test_a_name_is_taken_away_again(
    world: World, at_desk: AtDesk, client_of: ClientOf, visit: UUID
) -> None:
    client = client_of(world.bruno)
    page = client.soup(here(visit, "correggi"))
    link = next(one for one in page.select("a") if one.text == "Togli il nome")
    assert client.submit(str(link["href"]), {}).status_code == 303
    assert counted(world, at_desk) == (0, 1, 1)


def test_a_box_that_says_too_little(world: World, client_of: ClientOf, anonymous: UUID) -> None:
    answer = client_of(world.bruno).submit(here(anonymous, "assegna"), {"sought": "d"})
    assert answer.status_code == 422
    assert "almeno due caratteri" in answer.text


def test_a_new_person_takes_the_visit_that_waited(
    world: World, client_of: ClientOf, anonymous: UUID
) -> None:
    client = client_of(world.bruno)
    found = client.submit(here(anonymous, "assegna"), {"sought": "kovalenko olena"})
    begin = BeautifulSoup(found.text, "html.parser").select_one("form[id^=new-]")
    filled = client.post(begin["action"], data=form_values(begin))
    form = BeautifulSoup(filled.text, "html.parser").select_one("main form")
    assert form.select_one("#family_name")["value"] == "Kovalenko"
    saved = client.post(form["action"], data=form_values(form))
    assert saved.location.startswith(f"{here(anonymous, 'correggi')}?persona=")


def test_names_are_initials_until_asked_and_stay_so_for_the_session(
    world: World, at_desk: AtDesk, client_of: ClientOf, visit: UUID
) -> None:
    client, nomi = client_of(world.bruno), "/s/lucca/nomi"
    assert "D. A." in client.soup(HOME).text
    client.submit(HOME, {"nomi": "mostra"}, action=nomi)
    assert "Diallo Amina" in client.soup(HOME).text
    with at_desk(world.lucca):
        reads = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "read")).all()
        assert [(one.subject, one.rows) for one in reads] == [("people", 1)]
    hidden = client.submit(HOME, {"nomi": "nascondi"}, action=nomi, headers=HTMX)
    assert "D. A." in hidden.text
    assert "Diallo" not in client.soup(HOME).text


def test_the_choice_of_names_is_nothing_to_the_next_session(
    world: World, client_of: ClientOf, visit: UUID
) -> None:
    bruno, anna = client_of(world.bruno), client_of(world.anna)
    bruno.submit(HOME, {"nomi": "mostra"}, action="/s/lucca/nomi")
    cookie = bruno.get_cookie("nomi")
    assert cookie is not None
    assert cookie.http_only
    anna.set_cookie("nomi", cookie.value)
    assert "Diallo" not in anna.soup(HOME).text


def test_a_desk_may_begin_with_names(
    world: World, at_desk: AtDesk, client_of: ClientOf, visit: UUID
) -> None:
    with at_desk(world.lucca):
        desks.hide_names(get_desk(world.lucca.id), hidden=False)
    client = client_of(world.bruno)
    assert "Diallo Amina" in client.soup(HOME).text
    client.submit(HOME, {"nomi": "nascondi"}, action="/s/lucca/nomi")
    assert "Diallo" not in client.soup(HOME).text


def test_a_long_day_is_cut_and_shown_whole_when_asked(
    world: World, at_desk: AtDesk, client_of: ClientOf
) -> None:
    with at_desk(world.lucca):
        for _number in range(60):
            actions.record_visit(facts=VisitFacts(clock.today(), ("CIT", "FOR")))
    client = client_of(world.bruno)
    short = client.soup(HOME)
    assert len(short.select(".visits > li")) == 50
    assert "60 accessi · 120 richieste · 60 anonimi" in short.text
    assert "mancano 10 accessi" in short.text
    link = next(one for one in short.select("a") if one.text == "Mostra tutti")
    whole = BeautifulSoup(client.get(link["hx-get"], headers=HTMX).text, "html.parser")
    assert len(whole.select(".visits > li")) == 60
    assert len(client.soup(link["href"]).select(".visits > li")) == 60


def test_the_list_is_one_statement(world: World, at_desk: AtDesk, visit: UUID) -> None:
    asked: list[str] = []
    with at_desk(world.lucca):
        db.session.execute(select(func.now()))
        note = lambda *told: asked.append(told[2])  # noqa: E731
        event.listen(db.engine, "before_cursor_execute", note)
        try:
            found = queries.list_day(clock.today(), most=50)
        finally:
            event.remove(db.engine, "before_cursor_execute", note)
    assert len(asked) == 1
    assert (found.visits, found.enquiries, found.anonymous) == (1, 1, 0)


@pytest.mark.parametrize("act", ["elimina", "assegna"])
def test_readers_and_other_desks_stay_out(
    world: World, client_of: ClientOf, visit: UUID, act: str
) -> None:
    assert client_of(world.carla).get(here(visit, act)).status_code == 403
    dario = client_of(world.dario)
    for visit_id in (visit, uuid4()):
        assert dario.get(f"/s/capannori/accessi/{visit_id}/{act}").status_code == 404


def test_another_desks_person_is_not_given_a_visit(
    world: World, at_desk: AtDesk, client_of: ClientOf, anonymous: UUID
) -> None:
    with at_desk(world.capannori):
        foreign = people.create_person(facts=PersonFacts(family_name="Canario")).id
    client = client_of(world.bruno)
    token = form_values(client.soup(here(anonymous, "assegna")).select_one("main form"))
    for person_id in (str(foreign), str(uuid4()), "non un codice"):
        sent = token | {"version": "1", "person_id": person_id}
        assert client.post(here(anonymous, "persona"), data=sent).status_code == 404


def test_a_list_put_into_the_old_page_is_the_fresh_page(
    world: World, client_of: ClientOf, visit: UUID, anonymous: UUID
) -> None:
    client = client_of(world.bruno)
    old, fresh = client.soup(HOME), client.soup(HOME)
    fragment = client.get("/s/lucca/giorno", headers=HTMX)
    assert "HX-Request" in fragment.headers["Vary"]
    place = old.select_one("#today")
    place.clear()
    place.append(BeautifulSoup(fragment.text, "html.parser"))
    assert shown(old.select_one("#today")) == shown(fresh.select_one("#today"))


def shown(part: Tag) -> list[str]:
    """What a part of a page says, without its tokens."""
    for token in part.select("input[type=hidden]"):
        token.decompose()
    return [line.strip() for line in part.prettify().splitlines() if line.strip()]
