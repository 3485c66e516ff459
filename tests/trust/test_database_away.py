# SPDX-License-Identifier: AGPL-3.0-or-later
"""While PostgreSQL is away every page is ours and says so; when it is back, so are the pages."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import text
from werkzeug.test import TestResponse

from portal.core.store.database import db
from portal.core.web.access import open_to_all
from tests.conformance.conftest import ClientOf
from tests.conformance.routes import all_routes
from tests.conformance.test_routes import assert_headers, csrf_token
from tests.pages import PortalClient
from tests.trust.door import Door
from tests.world import Someone, World

Browser = Callable[[Someone | None], PortalClient]


@pytest.fixture
def portal(door: Door, portal_with: Callable[..., Flask]) -> Flask:
    """The portal behind the door, with a view that meets the database's own complaints."""
    behind = portal_with(
        database_url=door.settings.database_url,
        database_network_url=door.settings.database_network_url,
    )

    def ask(statement: str) -> str:
        db.session.execute(text("SET LOCAL statement_timeout = 50"))
        return str(db.session.execute(text(statement)).scalar())

    def lose() -> str:
        db.session.execute(text("SELECT 1"))
        door.end_connections()
        return "non si legge"

    behind.add_url_rule("/chiedi/<statement>", view_func=open_to_all(ask))
    behind.add_url_rule("/perdi", view_func=open_to_all(lose), methods=["POST"])
    return behind


@pytest.fixture
def browser(portal: Flask, client_of: ClientOf) -> Browser:
    """A browser on that portal, signed in or not."""

    def start(someone: Someone | None) -> PortalClient:
        client = PortalClient(portal, portal.response_class, use_cookies=True)
        cookie = client_of(someone).get_cookie("sportelli") if someone else None
        if cookie:
            client.set_cookie("sportelli", cookie.value)
        return client

    return start


def assert_ours(answer: TestResponse) -> None:
    """Our page, in Italian, with our headers, and when to come back."""
    assert answer.status_code == 503, answer.request.path
    assert_headers(answer)
    assert answer.headers["Retry-After"] == "5"
    assert "<h1>Il servizio non risponde</h1>" in answer.text
    assert "Set-Cookie" not in answer.headers


def test_every_route_answers_with_our_page(door: Door, browser: Browser, world: World) -> None:
    people = {None: world.lucca, world.anna: world.lucca, world.elena: world.rete}
    clients = [(browser(one), place) for one, place in people.items()]
    door.close()
    asked = 0
    for client, place in clients:
        for route in all_routes():
            address = route.address(place, world.bruno.id)
            for headers in ({}, {"HX-Request": "true"}):
                answer = client.open(address, method=route.method, headers=headers)
                asked += 1
                if route.endpoint == "home.healthz":
                    assert answer.status_code == 200
                else:
                    assert_ours(answer)
        assert_ours(client.get("/nulla/di/nulla"))
    assert asked == 6 * len(all_routes())
    with clients[0][0].get("/static/portal.css") as style:
        assert style.status_code == 200


def test_the_pages_come_back_by_themselves(door: Door, browser: Browser, world: World) -> None:
    bruno, elena = browser(world.bruno), browser(world.elena)
    for _outage in range(3):
        assert bruno.get("/s/lucca/").status_code == 200
        assert elena.get("/r/rete/").status_code == 200
        door.close()
        assert_ours(bruno.get("/s/lucca/"))
        assert_ours(elena.get("/r/rete/"))
        door.open()
    assert bruno.get("/s/lucca/").status_code == 200
    assert elena.get("/r/rete/").status_code == 200


def test_connections_that_died_unseen_cost_one_answer_at_most(
    door: Door, browser: Browser, world: World
) -> None:
    """The server went and came between two pages: its old connections are still in the pool."""
    bruno = browser(world.bruno)
    bruno.get("/s/lucca/")
    door.end_connections()
    assert_ours(bruno.get("/s/lucca/"))
    assert bruno.get("/s/lucca/").status_code == 200


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("57P03", "the database system is starting up"),
        ("57P03", "the database system is not yet accepting connections"),
        ("53300", "sorry, too many clients already"),
        ("53100", "could not write to file: No space left on device"),
        ("28P01", "password authentication failed"),
        ("3D000", "database does not exist"),
        ("XX000", "something else"),
    ],
)
def test_a_server_that_refuses_is_away(
    code: str,
    words: str,
    door: Door,
    browser: Browser,
    world: World,
) -> None:
    bruno = browser(world.bruno)
    with door.answering(code, words):
        assert_ours(bruno.get("/s/lucca/"))
        assert_ours(browser(None).get("/accedi"))
        assert bruno.get("/healthz").status_code == 200
    assert bruno.get("/s/lucca/").status_code == 200


@pytest.mark.parametrize(
    ("statement", "status"),
    [
        ("SELECT pg_sleep(9)", 503),
        ("SELECT pg_terminate_backend(pg_backend_pid())", 503),
        ("SELECT 1 / 0", 500),
        ("SELECT nothing", 500),
    ],
)
def test_what_passes_by_itself_is_told_from_a_mistake(
    statement: str, status: int, browser: Browser
) -> None:
    answer = browser(None).get(f"/chiedi/{statement.replace('/', '%')}")
    assert answer.status_code == status
    assert_headers(answer)


def test_no_free_connection_is_said_in_time(portal: Flask, browser: Browser, world: World) -> None:
    bruno = browser(world.bruno)
    with portal.app_context():
        pool = db.engine.pool
        pool._timeout = 0.1  # type: ignore[attr-defined]
        taken = [db.engine.connect() for _each in range(15)]
        assert_ours(bruno.get("/s/lucca/"))
        for connection in taken:
            connection.close()
    assert bruno.get("/s/lucca/").status_code == 200


def test_what_was_sent_is_said_not_to_be_saved(door: Door, browser: Browser, world: World) -> None:
    bruno = browser(world.bruno)
    sent = {"csrf_token": csrf_token(bruno), "family_name": "Diallo"}
    door.close()
    answer = bruno.post("/s/lucca/persone/nuova", data=sent)
    assert_ours(answer)
    assert "Non abbiamo salvato nulla." in answer.text
    assert "ricarica questa pagina" in answer.text
    assert "salvato nulla" not in bruno.get("/s/lucca/persone/nuova").text


@pytest.mark.parametrize(
    ("sent", "advice"),
    [({"form_token": "x"}, "non crea un doppione"), ({}, "la pagina di prima e controlla")],
)
def test_a_commit_without_an_answer_is_said_to_be_unknown(
    sent: dict[str, str], advice: str, browser: Browser
) -> None:
    visitor = browser(None)
    answer = visitor.post("/perdi", data=sent | {"csrf_token": csrf_token(visitor)})
    assert_ours(answer)
    assert "Non sappiamo se abbiamo fatto in tempo a salvare." in answer.text
    assert advice in answer.text
    assert "Non abbiamo salvato" not in answer.text


def test_where_no_page_can_be_built_there_are_plain_words(portal: Flask, browser: Browser) -> None:
    portal.context_processor(lambda: 1 // 0)
    answer = browser(None).get("/nulla")
    assert answer.status_code == 500
    assert_headers(answer)
    assert answer.text.startswith("Qualcosa non ha funzionato. L’errore è registrato con il rif")
