# SPDX-License-Identifier: AGPL-3.0-or-later
"""The lives of a session: each way in which it ends, and what its cookie opens afterwards."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import func, select, update

from portal.accounts import actions
from portal.accounts.limits import LIMITS, Act
from portal.accounts.models import Account, LoginSession, Membership
from portal.core import clock
from portal.core.store.database import db
from tests.conformance.sources import places
from tests.conftest import AtDesk
from tests.pages import PortalClient
from tests.world import PASSWORD, World

MORNING = datetime(2026, 10, 12, 7, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
EXPIRED = "/accedi?poi=/s/lucca/&scaduta=1"


def enter(client: PortalClient, world: World) -> None:
    answer = client.submit("/accedi", {"email": world.bruno.email, "password": PASSWORD})
    assert answer.status_code == 303


def copy_of(client: PortalClient) -> PortalClient:
    """Another browser with the same cookie, as a thief would have it."""
    copied: Any = client.application.test_client()
    copied.set_cookie("sportelli", client.get_cookie("sportelli").value)
    return copied


def test_thirty_idle_minutes_end_a_session(visitor: PortalClient, world: World) -> None:
    with clock.stopped_at(MORNING):
        enter(visitor, world)
    with clock.stopped_at(MORNING + 30 * MINUTE):
        assert visitor.get("/s/lucca/").status_code == 200
    with clock.stopped_at(MORNING + 60 * MINUTE):
        assert visitor.get("/s/lucca/").status_code == 200
    with clock.stopped_at(MORNING + 91 * MINUTE):
        assert visitor.get("/s/lucca/").location == EXPIRED
        assert visitor.get("/s/lucca/").location == EXPIRED
    with clock.stopped_at(MORNING + 61 * MINUTE):
        assert visitor.get("/s/lucca/").location == EXPIRED, "no step of the clock revives it"


def test_ten_hours_end_a_session_that_never_idled(visitor: PortalClient, world: World) -> None:
    with clock.stopped_at(MORNING):
        enter(visitor, world)
    for quarter in range(1, 41):
        with clock.stopped_at(MORNING + 15 * quarter * MINUTE):
            assert visitor.get("/s/lucca/").status_code == 200, quarter
    with clock.stopped_at(MORNING + timedelta(hours=10, seconds=1)):
        assert visitor.get("/s/lucca/").location == EXPIRED


def test_after_expiry_the_same_page_opens_again(visitor: PortalClient, world: World) -> None:
    with clock.stopped_at(MORNING):
        enter(visitor, world)
    with clock.stopped_at(MORNING + timedelta(hours=1)):
        sent = visitor.get("/s/lucca/")
        assert "La sessione è scaduta" in visitor.get(sent.location).text
        answer = visitor.submit("/accedi?poi=/s/lucca/", {"password": PASSWORD})
        assert answer.location == "/s/lucca/"


def test_an_ended_session_asks_for_the_password_of_its_account(
    visitor: PortalClient, world: World
) -> None:
    with clock.stopped_at(MORNING):
        enter(visitor, world)
        thief = copy_of(visitor)
    with clock.stopped_at(MORNING + timedelta(hours=1)):
        page = visitor.get(visitor.get("/s/lucca/").location).text
        assert "Sono passati 30 minuti senza attività." in page
        assert "Password di bruno@sportelli.example" in page
        assert "Non sono Bruno Neri" in page
        wrong = visitor.submit("/accedi", {"password": "sbagliata"})
        assert (wrong.status_code, "Password non corretta." in wrong.text) == (422, True)
        assert thief.get("/s/lucca/persone").location.startswith("/accedi")
        assert visitor.submit("/accedi", {"password": PASSWORD}).status_code == 303
        assert visitor.get("/s/lucca/").status_code == 200
        assert "Non sono" not in thief.get("/accedi").text, "the old key is nobody's"


def test_ten_hours_say_so_and_half_an_hour_later_nobody_is_named(
    visitor: PortalClient, world: World
) -> None:
    with clock.stopped_at(MORNING):
        enter(visitor, world)
    for quarter in range(1, 41):
        with clock.stopped_at(MORNING + 15 * quarter * MINUTE):
            visitor.get("/conto")
    with clock.stopped_at(MORNING + timedelta(hours=10, minutes=1)):
        assert "Sono passate 10 ore" in visitor.get(visitor.get("/s/lucca/").location).text
    with clock.stopped_at(MORNING + timedelta(hours=10, minutes=31)):
        page = visitor.get(visitor.get("/s/lucca/").location).text
        assert "La sessione è scaduta." in page
        assert "Bruno" not in page


def test_the_password_of_an_ended_session_is_counted_like_any_other(
    visitor: PortalClient, world: World
) -> None:
    with clock.stopped_at(MORNING):
        enter(visitor, world)
    with clock.stopped_at(MORNING + timedelta(hours=1)):
        most = LIMITS[Act.TRY_OF_DEVICE].uses
        tries = [visitor.submit("/accedi", {"password": "no"}) for _try in range(most + 1)]
        assert [answer.status_code for answer in tries] == [422] * most + [429]
        assert visitor.submit("/accedi", {"password": PASSWORD}).status_code == 429


def test_a_locked_screen_asks_for_the_password_at_once(visitor: PortalClient, world: World) -> None:
    with clock.stopped_at(MORNING):
        enter(visitor, world)
        thief = copy_of(visitor)
        sent = visitor.submit("/conto", {}, action="/blocca")
        page = visitor.get(sent.location).text
        assert "Schermo bloccato" in page
        assert "30 minuti" not in page
        assert [one.get("/s/lucca/").status_code for one in (visitor, thief)] == [303, 303]
        assert visitor.submit("/accedi", {"password": PASSWORD}).status_code == 303
        assert [one.get("/s/lucca/").status_code for one in (visitor, thief)] == [200, 303]


def test_who_is_not_the_one_named_gets_the_whole_form(visitor: PortalClient, world: World) -> None:
    with clock.stopped_at(MORNING):
        enter(visitor, world)
    with clock.stopped_at(MORNING + timedelta(hours=1)):
        token = visitor.soup("/accedi").find("input", attrs={"name": "csrf_token"})["value"]
        visitor.post("/esci", data={"csrf_token": token})
        page = visitor.get("/accedi").text
        assert "Bruno" not in page
        assert "E-mail" in page


def test_signing_out_kills_the_copies_of_the_cookie(visitor: PortalClient, world: World) -> None:
    enter(visitor, world)
    thief = copy_of(visitor)
    assert thief.get("/s/lucca/").status_code == 200
    token = visitor.soup("/conto").find("input", attrs={"name": "csrf_token"})["value"]
    out = visitor.post("/esci", data={"csrf_token": token})
    assert (out.status_code, out.location) == (303, "/accedi")
    assert out.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert visitor.get_cookie("sportelli") is None
    assert thief.get("/s/lucca/").status_code == 303


def test_signing_out_takes_a_token(visitor: PortalClient, world: World) -> None:
    enter(visitor, world)
    assert visitor.post("/esci").status_code == 400
    assert visitor.get("/esci").status_code == 405
    assert visitor.get("/s/lucca/").status_code == 200


def test_a_disabled_account_is_out_at_once(
    client_of: Callable, identity: AtDesk, world: World
) -> None:
    bruno = client_of(world.bruno)
    assert bruno.get("/s/lucca/").status_code == 200
    with identity():
        chosen = update(Account).where(Account.id == world.bruno.id)
        db.session.execute(chosen.values(disabled_at=clock.now()))
    assert bruno.get("/s/lucca/").status_code == 303


def test_a_role_taken_away_counts_at_the_next_request(
    client_of: Callable, identity: AtDesk, world: World
) -> None:
    anna = client_of(world.anna)
    assert anna.get("/s/lucca/operatori").status_code == 200
    mine = update(Membership).where(Membership.account_id == world.anna.id)
    with identity():
        db.session.execute(mine.values(role="operator"))
    assert anna.get("/s/lucca/operatori").status_code == 403
    with identity():
        db.session.execute(mine.values(ended_at=clock.now()))
    assert anna.get("/s/lucca/operatori").status_code == 404


def test_forgotten_sessions_are_cleared_away(
    visitor: PortalClient, identity: AtDesk, world: World
) -> None:
    with clock.stopped_at(MORNING), identity():
        actions.start_session(b"x" * 32, account_id=world.carla.id)
    with clock.stopped_at(MORNING + timedelta(hours=11)):
        enter(visitor, world)
    with identity():
        assert db.session.scalar(select(func.count()).select_from(LoginSession)) == 1


def test_only_the_hash_of_the_key_is_stored(
    visitor: PortalClient, identity: AtDesk, world: World
) -> None:
    enter(visitor, world)
    with identity():
        stored = db.session.scalars(select(LoginSession.token_hash)).one()
    key = visitor.get_cookie("sportelli").value
    assert stored.hex() not in key
    assert key.encode() not in stored
    thief: Any = visitor.application.test_client()
    thief.set_cookie("sportelli", stored.hex()[:43])
    assert thief.get("/conto").status_code == 303


@pytest.mark.parametrize("https", [True, False])
def test_the_cookie_is_as_strict_as_the_site_allows(
    portal_with: Callable[..., Flask], https: bool
) -> None:
    site = "https://sportelli.example" if https else "http://127.0.0.1:8000"
    strict = portal_with(public_url=site).test_client()
    cookie = strict.get("/accedi", base_url=site).headers["Set-Cookie"]
    assert cookie.startswith("__Host-sportelli=" if https else "sportelli=")
    assert ("; Secure" in cookie) is https
    assert "; HttpOnly" in cookie
    assert "; Path=/" in cookie
    assert "; SameSite=Lax" in cookie
    assert "Domain" not in cookie


def test_no_cookie_is_less_strict(portal_with: Callable[..., Flask], world: World) -> None:
    """Of the session, of the browser, of the names on the screen; there are no others."""
    site = "https://sportelli.example"
    client = portal_with(public_url=site).test_client()
    told: dict[str, Any] = {"base_url": site, "headers": {"Referer": f"{site}/accedi"}}

    def token(answer: Any) -> str:
        soup = BeautifulSoup(answer.text, "html.parser")
        return str(soup.select_one("input[name=csrf_token]")["value"])  # type: ignore[index]

    entry = client.get("/accedi", base_url=site)
    who = {"email": world.bruno.email, "password": PASSWORD, "csrf_token": token(entry)}
    entered = client.post("/accedi", data=who, **told)
    named = {"nomi": "mostra", "csrf_token": token(client.get("/conto", base_url=site))}
    chosen = client.post("/s/lucca/nomi", data=named, **told)
    cookies = [one for answer in (entry, entered, chosen)
               for one in answer.headers.getlist("Set-Cookie")]  # fmt: skip
    names = {cookie.partition("=")[0] for cookie in cookies}
    assert names == {"__Host-sportelli", "__Host-sportelli-browser", "__Host-nomi"}
    for cookie in cookies:
        said = set(cookie.split("; "))
        assert said >= {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"}, cookie
        assert "Domain" not in cookie
    setters = places("portal", calls=("set_cookie",))
    assert len(setters) == len(names), "each place that gives a cookie is tried here"


def test_a_new_secret_key_ends_no_session(
    portal_with: Callable[..., Flask], visitor: PortalClient, world: World
) -> None:
    """Only forms that are open must be opened again: their tokens are made with it."""
    enter(visitor, world)
    token = visitor.soup("/conto").find("input", attrs={"name": "csrf_token"})["value"]
    later: Any = portal_with(secret_key="another").test_client()
    later.set_cookie("sportelli", visitor.get_cookie("sportelli").value)
    assert later.post("/blocca", data={"csrf_token": token}).status_code == 400
    fresh = BeautifulSoup(later.get("/conto").text, "html.parser")
    token = fresh.find("input", attrs={"name": "csrf_token"})["value"]  # type: ignore[index]
    assert later.post("/blocca", data={"csrf_token": token}).status_code == 303


def test_pages_without_a_form_give_visitors_no_cookie(visitor: PortalClient) -> None:
    assert "Set-Cookie" not in visitor.get("/privacy").headers
