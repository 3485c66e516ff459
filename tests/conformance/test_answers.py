# SPDX-License-Identifier: AGPL-3.0-or-later
"""What every answer says of itself, and what is answered to whoever looks for something else."""

from collections.abc import Callable, Iterator

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from config.settings import Settings
from portal.app import create_app
from tests.conformance.conftest import ClientOf
from tests.conformance.routes import Route, all_routes
from tests.conformance.test_routes import assert_headers, csrf_token, place_of
from tests.conftest import DATABASE, on_database
from tests.pages import PortalClient
from tests.world import World

ELSEWHERE = (
    "/.git/HEAD",
    "/.env",
    "/static",
    "/static/",
    "/static/vendor/",
    "/static/../app.py",
    "/static/%2e%2e/app.py",
    "/static/..%2fapp.py",
    "/static/vendor/../../app.py",
    "/console",
    "/debug",
    "/metrics",
    "/server-status",
    "/openapi.json",
    "/admin",
    "/robots.txt/../.env",
)
TEXT = ("text/", "application/javascript", "image/svg+xml")


@pytest.fixture
def pages(
    twins: World, client_of: ClientOf, plain: Callable[[PortalClient], FlaskClient]
) -> Iterator[tuple[Route, TestResponse]]:
    """What each route that only shows something answers to who may use it."""
    browsers = {twins.lucca: client_of(twins.anna), twins.rete: client_of(twins.elena)}

    def ask() -> Iterator[tuple[Route, TestResponse]]:
        for route in all_routes():
            if route.method == "GET":
                place = place_of(route, twins)
                yield route, plain(browsers[place]).get(route.address(place, twins.bruno.id))

    return ask()


def test_text_says_in_which_letters_it_is_written(
    pages: Iterator[tuple[Route, TestResponse]], visitor: PortalClient
) -> None:
    kinds = set()
    for route, answer in pages:
        if answer.data:
            said = answer.headers["Content-Type"]
            kinds.add(said.partition(";")[0])
            assert not said.startswith(TEXT) or "charset=utf-8" in said, (route.endpoint, said)
    assert {"text/html", "text/plain", "text/csv", "application/json"} <= kinds
    for name in ("portal.css", "portal.js"):
        with visitor.get(f"/static/{name}") as answer:
            assert answer.headers["Content-Type"].endswith("; charset=utf-8"), name


def test_one_can_leave_from_every_page(pages: Iterator[tuple[Route, TestResponse]]) -> None:
    seen = 0
    for route, answer in pages:
        if route.permission and answer.status_code == 200 and answer.mimetype == "text/html":
            page = BeautifulSoup(answer.text, "html.parser")
            if page.html is not None:
                seen += 1
                assert page.select("form[method=post][action='/esci'] button"), route.endpoint
    assert seen > 30


@pytest.mark.parametrize("address", ELSEWHERE)
def test_what_lies_beside_the_pages_is_not_served(visitor: PortalClient, address: str) -> None:
    answer = visitor.get(address)
    assert answer.status_code == 404, answer.location
    assert_headers(answer, stored=address.startswith("/static"))


@pytest.mark.parametrize("method", ["TRACE", "PUT", "PATCH", "DELETE", "PROPFIND"])
def test_a_method_that_no_page_has_is_refused(
    world: World, client_of: ClientOf, method: str
) -> None:
    client = client_of(world.anna)
    told = {"X-Canary": "seen", "X-CSRFToken": csrf_token(client)}
    for address in ("/accedi", "/conto", "/s/lucca/persone", "/static/portal.css"):
        answer = client.open(address, method=method, headers=told)
        assert answer.status_code == 405, address
        assert "seen" not in answer.text
        assert_headers(answer, stored=address.startswith("/static"))


def test_asking_what_may_be_done_needs_the_same_rights(
    visitor: PortalClient, world: World, client_of: ClientOf
) -> None:
    assert visitor.options("/s/lucca/persone").status_code == 303
    assert client_of(world.dario).options("/s/lucca/persone").status_code == 404
    assert client_of(world.carla).options("/s/lucca/persone/nuova").status_code == 403


def test_no_variable_of_the_environment_turns_debugging_on(
    template: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FLASK_DEBUG", "1")
    portal = create_app(on_database(template, DATABASE))
    assert (portal.debug, portal.testing) == (False, False)


def test_over_https_a_browser_never_asks_otherwise(portal_with: Callable[..., Flask]) -> None:
    site = "https://sportelli.example"
    visitor = portal_with(public_url=site).test_client()
    for address in ("/accedi", "/s/lucca/", "/nessuna", "/static/portal.css", "/healthz"):
        with visitor.get(address, base_url=site) as answer:
            said = answer.headers["Strict-Transport-Security"]
            assert said == "max-age=31536000; includeSubDomains", address


def test_no_other_site_may_read_an_answer(world: World, client_of: ClientOf) -> None:
    client = client_of(world.anna)
    for address in ("/conto", "/s/lucca/persone/elenchi?elenco=stati&lettere=ma", "/healthz"):
        asked = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
        for method in ("GET", "OPTIONS"):
            answer = client.open(address, method=method, headers=asked)
            assert not [name for name in answer.headers.keys() if name.startswith("Access-")]
            assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
