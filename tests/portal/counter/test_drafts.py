# SPDX-License-Identifier: AGPL-3.0-or-later
"""Drafts over HTTP: kept as one types, taken up on the form's page, ended by the save."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from bs4 import BeautifulSoup
from werkzeug.test import TestResponse

from portal.core import clock
from portal.drafts.queries import list_drafts
from portal.people.actions import create_person
from portal.people.queries import count_people, get_person
from portal.people.rules import PersonFacts
from tests.conftest import AtDesk
from tests.pages import PortalClient
from tests.world import PASSWORD, Someone, World

ClientOf = Callable[[Someone], PortalClient]
NEW = "/s/lucca/persone/nuova"
NOON = datetime(2026, 10, 12, 10, 41, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def opened(client: PortalClient, page: str = NEW) -> dict[str, str]:
    """The form of a page as a browser would send it."""
    form = client.soup(page).select_one("form[data-draft]")
    assert form is not None
    return {
        str(tag["name"]): str(tag.get("value", ""))
        for tag in form.find_all("input", attrs={"name": True})
        if tag.get("type") not in ("radio", "checkbox") or tag.has_attr("checked")
    }


def keep(
    client: PortalClient, form: dict[str, str], number: int = 1, page: str = NEW, **typed: str
) -> TestResponse:
    """What drafts.js sends."""
    fields = [[name, value] for name, value in (form | typed).items() if "token" not in name]
    return client.post(
        f"/s/lucca/bozze/{form['form_token']}",
        data={
            "csrf_token": form["csrf_token"],
            "page": page,
            "number": number,
            "fields": json.dumps(fields),
        },
    )


@pytest.fixture
def bruno(world: World, client_of: ClientOf) -> PortalClient:
    return client_of(world.bruno)


def shown(answer: TestResponse, name: str) -> Any:
    field = BeautifulSoup(answer.text, "html.parser").find("input", attrs={"name": name})
    assert field is not None, answer.text
    return field["value"]


def test_a_draft_comes_back_as_it_was_typed(bruno: PortalClient) -> None:
    form = opened(bruno)
    with clock.stopped_at(NOON):
        kept = keep(bruno, form, family_name="Diallo", birth="32/13", residence_comune="Lucc")
        page = bruno.get(f"{NEW}?bozza={form['form_token']}")
    assert kept.get_json() == {"said": "Bozza salvata alle 12:41", "number": 1}
    assert page.status_code == 200
    assert "Bozza ripresa." in page.text
    assert "Non salvato" not in page.text
    assert shown(page, "family_name") == "Diallo"
    assert shown(page, "birth") == "32/13"
    assert shown(page, "form_token") == form["form_token"]


def test_saving_settles_the_draft_and_a_late_one_stays_away(
    bruno: PortalClient, world: World, at_desk: AtDesk
) -> None:
    form = opened(bruno) | {"family_name": "Diallo"}
    keep(bruno, form)
    assert bruno.post(NEW, data=form).status_code == 303
    assert keep(bruno, form, 2, family_name="Tardi").status_code == 409
    page = bruno.get(f"{NEW}?bozza={form['form_token']}")
    assert (page.status_code, "Bozza ripresa." in page.text) == (200, False)
    with at_desk(world.lucca, world.bruno):
        assert list_drafts() == []


def test_a_refused_save_leaves_the_draft(bruno: PortalClient) -> None:
    form = opened(bruno) | {"family_name": "Diallo", "birth": "32/13"}
    keep(bruno, form)
    assert bruno.post(NEW, data=form).status_code == 422
    assert "Bozza ripresa." in bruno.get(f"{NEW}?bozza={form['form_token']}").text


@pytest.mark.parametrize(
    "page",
    [
        "https://evil.example/",
        "//evil/",
        "/s/capannori/persone/nuova",
        "/s/lucca/persone",
        "/s/lucca/",
        "/conto",
        NEW + "?q=Diallo",
        "",
    ],
)
def test_only_a_page_of_the_desk_that_takes_drafts_up(bruno: PortalClient, page: str) -> None:
    assert keep(bruno, opened(bruno), page=page, family_name="Diallo").status_code == 422


@pytest.mark.parametrize("fields", ["", "{", "[1]", '[["a"]]', '[["a", 1]]', '{"a": "b"}'])
def test_what_no_form_sends_is_refused(bruno: PortalClient, fields: str) -> None:
    form = opened(bruno)
    sent = {"csrf_token": form["csrf_token"], "page": NEW, "number": 1, "fields": fields}
    assert bruno.post(f"/s/lucca/bozze/{uuid4()}", data=sent).status_code == 422


def test_a_draft_needs_the_token_of_the_session(bruno: PortalClient) -> None:
    form = opened(bruno) | {"csrf_token": ""}
    assert keep(bruno, form).status_code == 400


def test_another_accounts_draft_is_not_there(
    bruno: PortalClient, world: World, client_of: ClientOf
) -> None:
    form = opened(bruno)
    keep(bruno, form, family_name="Diallo")
    anna = client_of(world.anna)
    mine = opened(anna)
    assert anna.get(f"{NEW}?bozza={form['form_token']}").status_code == 404
    assert anna.get(f"{NEW}?bozza=niente").status_code == 404
    assert keep(anna, mine | {"form_token": form["form_token"]}, 9).status_code == 404
    thrown = anna.post(
        f"/s/lucca/bozze/{form['form_token']}/scarta", data={"csrf_token": mine["csrf_token"]}
    )
    assert thrown.status_code == 404
    assert "Bozza ripresa." in bruno.get(f"{NEW}?bozza={form['form_token']}").text


def test_a_draft_is_taken_up_on_its_own_page_only(
    bruno: PortalClient, world: World, at_desk: AtDesk
) -> None:
    with at_desk(world.lucca, world.bruno):
        person = create_person(facts=PersonFacts(family_name="Diallo"))
    form = opened(bruno)
    keep(bruno, form, family_name="Sow")
    other = f"/s/lucca/persone/{person.id}/modifica?bozza={form['form_token']}"
    assert bruno.get(other).status_code == 404


def test_a_reader_keeps_nothing(world: World, client_of: ClientOf) -> None:
    carla = client_of(world.carla)
    token = carla.soup("/conto").find("input", attrs={"name": "csrf_token"})["value"]
    form = {"csrf_token": token, "form_token": str(uuid4())}
    assert keep(carla, form, family_name="Diallo").status_code == 403


def test_thrown_away_is_gone(bruno: PortalClient) -> None:
    form = opened(bruno)
    keep(bruno, form, family_name="Diallo")
    address = f"/s/lucca/bozze/{form['form_token']}/scarta"
    assert bruno.post(address, data={"csrf_token": form["csrf_token"]}).status_code == 303
    assert keep(bruno, form, 2, family_name="Diallo").status_code == 409
    assert "In sospeso" not in bruno.get("/s/lucca/").text


def test_thrown_away_by_mistake_is_taken_up_again(bruno: PortalClient) -> None:
    form, other = opened(bruno), opened(bruno)
    token = {"csrf_token": form["csrf_token"]}
    for one in (form, other):
        keep(bruno, one, family_name="Diallo")
    gone = bruno.post(f"/s/lucca/bozze/{form['form_token']}/scarta", data=token)
    page = bruno.soup(gone.location)
    assert "Bozza scartata." in page.text
    act = page.select_one("form[action$=riprendi]")
    back = bruno.post(act["action"], data=token)
    assert bruno.soup(back.location).select_one("[name$=family_name]")["value"] == "Diallo"
    # Only the last one thrown away keeps its words.
    for one in (form, other):
        bruno.post(f"/s/lucca/bozze/{one['form_token']}/scarta", data=token)
    first = bruno.post(f"/s/lucca/bozze/{form['form_token']}/riprendi", data=token)
    assert first.status_code == 404
    assert "Bozza scartata." not in bruno.get(f"/s/lucca/?scartata={form['form_token']}").text


def test_a_draft_stands_under_initials_where_names_do(bruno: PortalClient) -> None:
    form = opened(bruno)
    keep(bruno, form, family_name="Diallo", given_name="Amina")
    asked = bruno.get("/s/lucca/").text
    assert "D. A. ·" in asked
    assert "Diallo" not in asked
    bruno.post("/s/lucca/nomi", data={"csrf_token": form["csrf_token"], "nomi": "mostra"})
    assert "Diallo Amina ·" in bruno.get("/s/lucca/").text


def test_what_was_taken_back_does_not_wait(
    bruno: PortalClient, world: World, at_desk: AtDesk
) -> None:
    """drafts.js sends no fields then; what is typed afterwards is kept again."""
    form = opened(bruno)
    token = form["form_token"]
    keep(bruno, form, family_name="Diallo")
    nothing = {"csrf_token": form["csrf_token"], "page": NEW, "number": 2, "fields": "[]"}
    assert bruno.post(f"/s/lucca/bozze/{token}", data=nothing).status_code == 200
    assert "Bozza ripresa." not in bruno.get(f"{NEW}?bozza={token}").text
    with at_desk(world.lucca, world.bruno):
        assert list_drafts() == []
    assert keep(bruno, form, 3, family_name="Sow").status_code == 200
    assert bruno.post(NEW, data=form | {"family_name": "Sow"}).status_code == 303


def test_a_sheet_waits_under_its_name(bruno: PortalClient) -> None:
    page = "/s/lucca/conteggio/fogli"
    keep(bruno, opened(bruno, page), page=page, visited_on="12/10/2026")
    waiting = bruno.soup("/s/lucca/").select_one(".pending li")
    assert waiting is not None
    assert "Foglio di conteggio ·" in waiting.text


def test_the_version_seen_comes_back_with_the_draft(
    bruno: PortalClient, world: World, client_of: ClientOf, at_desk: AtDesk
) -> None:
    """Somebody else saved meanwhile: who takes the draft up is told, as without a draft."""
    with at_desk(world.lucca, world.bruno):
        person_id = create_person(facts=PersonFacts(family_name="Diallo")).id
    page = f"/s/lucca/persone/{person_id}/modifica"
    form = opened(bruno, page)
    keep(bruno, form, page=page, phone="333 100 4417")
    client_of(world.anna).submit(page, {"phone": "333 100 9999"}, action=page)
    again = opened(bruno, f"{page}?bozza={form['form_token']}")
    assert again["phone"] == "333 100 4417"
    answer = bruno.post(page, data=again)
    assert (answer.status_code, "Non ancora salvato." in answer.text) == (422, True)


# ---------- sent twice ----------


def test_the_same_form_twice_is_one_record(
    bruno: PortalClient, world: World, at_desk: AtDesk
) -> None:
    form = opened(bruno) | {"family_name": "Diallo"}
    answers = [bruno.post(NEW, data=form).location for _time in range(3)]
    assert len(set(answers)) == 1
    with at_desk(world.lucca):
        assert count_people() == 1


def test_the_same_form_with_other_words_is_not_lost_unseen(
    bruno: PortalClient, world: World, at_desk: AtDesk
) -> None:
    form = opened(bruno) | {"family_name": "Diallo"}
    bruno.post(NEW, data=form)
    answer = bruno.post(NEW, data=form | {"family_name": "Sow"})
    assert answer.status_code == 422
    assert "Questo modulo era già stato salvato alle" in answer.text
    assert shown(answer, "family_name") == "Sow"
    token = shown(answer, "form_token")
    assert token != form["form_token"]
    again = form | {"family_name": "Sow", "form_token": token}
    assert bruno.post(NEW, data=again).status_code == 303
    with at_desk(world.lucca):
        assert count_people() == 2


# ---------- the session ends at lunch ----------


@pytest.fixture
def signed_in(visitor: PortalClient, world: World) -> PortalClient:
    with clock.stopped_at(NOON):
        visitor.submit("/accedi", {"email": world.bruno.email, "password": PASSWORD})
    return visitor


def resumed(client: PortalClient, address: str) -> TestResponse:
    sent = client.submit(address, {"password": PASSWORD})
    assert sent.status_code == 303
    return client.get(sent.location)


def test_after_the_password_the_draft_is_open_again(
    signed_in: PortalClient, world: World, at_desk: AtDesk
) -> None:
    with clock.stopped_at(NOON):
        form = opened(signed_in)
        keep(signed_in, form, family_name="Diallo")
    with clock.stopped_at(NOON + 40 * MINUTE):
        address = signed_in.get("/s/lucca/persone").location
        page = signed_in.get(address).text
        assert "Quello che stavi scrivendo è salvo" in page
        assert "bozza delle 12:41" in page
        assert "Diallo" not in page
        back = resumed(signed_in, address)
        assert "Bozza ripresa." in back.text
        again = opened(signed_in, back.request.path + "?" + back.request.query_string.decode())
        assert again["family_name"] == "Diallo"
        assert signed_in.post(NEW, data=again).status_code == 303
    with at_desk(world.lucca):
        assert count_people() == 1


def test_a_form_sent_too_late_is_kept_as_a_draft(
    signed_in: PortalClient, world: World, at_desk: AtDesk
) -> None:
    """Without JavaScript: nothing was kept while typing."""
    with clock.stopped_at(NOON):
        form = opened(signed_in) | {"family_name": "Diallo", "note": "una parola"}
    with clock.stopped_at(NOON + 40 * MINUTE):
        sent = signed_in.post(NEW, data=form)
        assert "Diallo" not in sent.location
        assert "bozza delle 13:21" in signed_in.get(sent.location).text
        back = resumed(signed_in, sent.location)
        assert (shown(back, "family_name"), "una parola" in back.text) == ("Diallo", True)
    with at_desk(world.lucca):
        assert count_people() == 0


def test_a_locked_session_keeps_words_and_reads_none(
    signed_in: PortalClient, world: World, at_desk: AtDesk
) -> None:
    with clock.stopped_at(NOON):
        form = opened(signed_in)
    with clock.stopped_at(NOON + 40 * MINUTE):
        assert keep(signed_in, form, family_name="Diallo").status_code == 200
        for address in (f"{NEW}?bozza={form['form_token']}", "/s/lucca/", "/s/lucca/persone"):
            assert signed_in.get(address).location.startswith("/accedi")
        discard = f"/s/lucca/bozze/{form['form_token']}/scarta"
        thrown = signed_in.post(discard, data={"csrf_token": form["csrf_token"]})
        assert thrown.location.startswith("/accedi")
        assert keep(signed_in, form | {"csrf_token": "x"}).status_code == 400
    with at_desk(world.lucca, world.bruno):
        assert [draft.form_token for draft in list_drafts()] == [UUID(form["form_token"])]


@pytest.mark.parametrize("change", [{"csrf_token": "x"}, {"form_token": "x"}])
def test_a_forged_form_of_a_locked_session_is_not_kept(
    signed_in: PortalClient, world: World, at_desk: AtDesk, change: dict[str, str]
) -> None:
    with clock.stopped_at(NOON):
        form = opened(signed_in) | {"family_name": "Diallo"} | change
    with clock.stopped_at(NOON + 40 * MINUTE):
        sent = signed_in.post(NEW, data=form)
        assert "non è stato salvato" in signed_in.get(sent.location).text
    with at_desk(world.lucca, world.bruno):
        assert list_drafts() == []


def test_htmx_opens_the_whole_page_of_the_password(signed_in: PortalClient) -> None:
    with clock.stopped_at(NOON + 40 * MINUTE):
        answer = signed_in.get("/s/lucca/", headers={"HX-Request": "true"})
        assert (answer.status_code, answer.headers["HX-Redirect"][:7]) == (204, "/accedi")


def test_what_was_left_before_other_work_is_not_opened(signed_in: PortalClient) -> None:
    with clock.stopped_at(NOON):
        keep(signed_in, opened(signed_in), family_name="Diallo")
    with clock.stopped_at(NOON + 5 * MINUTE):
        assert signed_in.get("/s/lucca/persone").status_code == 200
    with clock.stopped_at(NOON + 50 * MINUTE):
        address = signed_in.get("/s/lucca/persone").location
        assert "bozza delle" not in signed_in.get(address).text
        assert resumed(signed_in, address).request.path == "/s/lucca/persone"


def test_a_page_whose_token_is_old_says_that_the_draft_is_there(bruno: PortalClient) -> None:
    form = opened(bruno) | {"family_name": "Diallo"}
    answer = bruno.post(NEW, data=form | {"csrf_token": "x"})
    assert (answer.status_code, "in bozza" in answer.text) == (400, False)
    keep(bruno, form)
    answer = bruno.post(NEW, data=form | {"csrf_token": "x"})
    assert "Quello che avevi scritto è in bozza." in answer.text
    assert f"{NEW}?bozza={form['form_token']}" in answer.text


def test_a_person_is_corrected_from_a_draft(
    bruno: PortalClient, world: World, at_desk: AtDesk
) -> None:
    with at_desk(world.lucca, world.bruno):
        person_id = create_person(facts=PersonFacts(family_name="Diallo")).id
    page = f"/s/lucca/persone/{person_id}/modifica"
    form = opened(bruno, page)
    keep(bruno, form, page=page, given_name="Amina")
    again = opened(bruno, f"{page}?bozza={form['form_token']}")
    assert bruno.post(page, data=again).status_code == 303
    with at_desk(world.lucca):
        assert get_person(person_id).given_name == "Amina"
