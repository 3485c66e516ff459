# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every route says who is let in, and to look changes nothing; test_matrix.py asks each."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from portal.core.web.access import GRANTED, Role, UndeclaredRoute, refuse_undeclared_routes
from tests.conformance.conftest import TRACES, Catalogue, ClientOf
from tests.conformance.routes import ONLY_ASKING, OPEN, ROUTES, Route, all_routes
from tests.pages import PortalClient
from tests.world import Place, World

KEBAB = re.compile(r"[a-z]+(-[a-z]+)*(\.<\w+>)?|<(desk|network|name)>|<uuid:\w+_id>")
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
        " font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none';"
        " frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
ENGLISH = {"people", "visits", "new", "edit", "delete", "reports", "settings", "login", "search"}


def assert_headers(response: TestResponse, *, stored: bool = False) -> None:
    found = {name: response.headers.get(name) for name in HEADERS}
    assert found == HEADERS, response.request.path
    assert "Server" not in response.headers
    if not stored:
        assert response.headers["Cache-Control"] == "no-store", response.request.path


def csrf_token(client: FlaskClient) -> str:
    """The token of this browser's session, from a page that it may open."""
    for address in ("/conto", "/accedi"):
        field = BeautifulSoup(client.get(address).text, "html.parser").find(
            "input", attrs={"name": "csrf_token"}
        )
        if field:
            return str(field["value"])
    raise AssertionError("no form with a token")


def place_of(route: Route, world: World) -> Place:
    return world.rete if "<network>" in route.rule else world.lucca


def test_the_table_is_the_url_map(shared_app: Flask) -> None:
    found = {}
    for rule in shared_app.url_map.iter_rules():
        if rule.endpoint == "static":
            continue
        methods = (rule.methods or set()) - {"HEAD", "OPTIONS"}
        assert len(methods) == 1, f"{rule.endpoint}: one view, one method"
        assert rule.endpoint not in found, f"{rule.endpoint} has two rules"
        permission = shared_app.view_functions[rule.endpoint].needed_permission
        found[rule.endpoint] = (methods.pop(), rule.rule, permission)
    assert found == ROUTES


def test_a_silent_route_stops_the_start(shared_app: Flask) -> None:
    silent = Flask("silent")
    silent.add_url_rule("/nuova", view_func=lambda: "", endpoint="nuova")
    with pytest.raises(UndeclaredRoute, match="nuova"):
        refuse_undeclared_routes(silent)


@pytest.mark.parametrize("route", all_routes(), ids=lambda route: route.endpoint)
def test_rules_are_typed_and_say_their_place(route: Route) -> None:
    for part in filter(None, route.rule.split("/")):
        assert KEBAB.fullmatch(part) or part in ("s", "r"), part
        assert part not in ENGLISH, part
    assert route.rule.startswith("/s/") is ("<desk>" in route.rule)
    assert route.rule.startswith("/r/") is ("<network>" in route.rule)
    if "<desk>" in route.rule:
        assert route.permission in GRANTED[Role.MANAGER]
    if "<network>" in route.rule:
        assert route.permission in GRANTED[Role.OVERSEER]
    if route.method == "POST" and route.at_a_place and route.endpoint not in ONLY_ASKING:
        assert route.permission not in GRANTED[Role.READER], "a reader changes nothing"


def without_chance(html: str) -> str:
    """A page without what is drawn by lot for each answer: tokens, reference and hour."""
    html = re.sub(r'(name="[a-z-]*(?:csrf_token|form_token)"[^>]*value=")[^"]*', r"\1", html)
    html = re.sub(r"[2-9A-Z]{4}-[2-9A-Z]{4}", "", html)
    return re.sub(r"\d?\d:\d\d", "", html)


def test_no_change_without_the_token(
    twins: World,
    identities: dict[str, PortalClient],
    plain: Callable[[PortalClient], FlaskClient],
    catalogue: Catalogue,
) -> None:
    before = catalogue.hashes()
    anna, elena = plain(identities["anna"]), plain(identities["elena"])
    posts = [route for route in all_routes() if route.method == "POST"]
    for route in posts:
        place = place_of(route, twins)
        # The token is asked of who belongs to the place; to others it is not even there.
        browser, other = (elena, anna) if place == twins.rete else (anna, elena)
        for data in ({}, {"csrf_token": csrf_token(other)}):
            response = browser.post(route.address(place, twins.bruno.id), data=data)
            assert response.status_code == 400, route.endpoint
            assert_headers(response)
    assert catalogue.changed_since(before) <= TRACES
    assert len(posts) > 10


def test_looking_changes_nothing(
    twins: World,
    identities: dict[str, PortalClient],
    plain: Callable[[PortalClient], FlaskClient],
    catalogue: Catalogue,
) -> None:
    browsers = [plain(client) for client in identities.values()]
    for browser in browsers:
        for slug in ("s/lucca", "s/capannori", "s/viareggio"):
            browser.get(f"/{slug}/persone")  # that a place is in use is noted once
        browser.get("/r/rete/")
    before = catalogue.hashes()
    looks = [route for route in all_routes() if route.method == "GET"]
    for route in looks:
        for place in (twins.rete,) if "<network>" in route.rule else (twins.lucca, twins.capannori):
            for browser in browsers:
                address = route.address(place, twins.bruno.id)
                assert browser.get(address).status_code != 500, address
                browser.head(address)
    assert catalogue.changed_since(before) <= TRACES


def test_a_search_leaves_only_its_trace(
    twins: World, client_of: ClientOf, catalogue: Catalogue
) -> None:
    client = client_of(twins.bruno)
    client.get("/s/lucca/")
    before = catalogue.hashes()
    for address in ("/s/lucca/persone", "/s/lucca/"):
        found = client.submit(address, {"q": "cnrylucca"}, action=address)
        assert found.status_code == 200
    assert catalogue.changed_since(before) == {"audit_event", "use_count"}


def test_showing_a_person_is_recorded(
    twins: World, client_of: ClientOf, catalogue: Catalogue
) -> None:
    client = client_of(twins.carla)
    person = Route("person_pages.show_person", *ROUTES["person_pages.show_person"]).address(
        twins.lucca, twins.carla.id
    )
    for address, subject, rows in ((person, "person", None), ("/s/lucca/persone", "people", 2)):
        assert client.get(address).status_code == 200
        trace = catalogue.rows(
            "SELECT action, subject, rows, desk_id FROM audit_event WHERE account_id = %s"
            " ORDER BY at DESC LIMIT 1",
            twins.carla.id,
            role="backup",
        )
        assert trace == [("read", subject, rows, twins.lucca.id)]


def test_headers_stand_on_every_kind_of_answer(
    world: World, client_of: ClientOf, visitor: PortalClient, app: Flask
) -> None:
    anna, carla = client_of(world.anna), client_of(world.carla)
    answers: dict[int, TestResponse] = {
        200: visitor.get("/accedi"),
        303: visitor.get("/s/lucca/persone"),
        400: visitor.post("/accedi"),
        403: carla.get("/s/lucca/persone/nuova"),
        404: visitor.get("/non-esiste"),
        405: visitor.post("/guida", data={"csrf_token": csrf_token(visitor)}),
        422: anna.submit("/s/lucca/persone/nuova", {}, action="/s/lucca/persone/nuova"),
    }
    for status, response in answers.items():
        assert response.status_code == status, (status, response.status_code)
        assert_headers(response)
        assert "Strict-Transport-Security" not in response.headers
    with visitor.get("/static/vendor/htmx.min.js") as static:
        assert static.status_code == 200
        assert_headers(static, stored=True)
        assert "Set-Cookie" not in static.headers


def test_cookies_are_of_this_site_alone(visitor: PortalClient, world: World) -> None:
    visitor.get("/accedi")
    (cookie,) = visitor._cookies.values()
    assert (cookie.key, cookie.http_only, cookie.same_site) == ("sportelli", True, "Lax")


def test_refusals_are_written_down(world: World, client_of: ClientOf, catalogue: Catalogue) -> None:
    assert client_of(world.carla).get("/s/lucca/persone/nuova").status_code == 403
    events: list[tuple[Any, ...]] = catalogue.rows(
        "SELECT kind, subject_id, actor_id, desk_id, route FROM security_event"
        " WHERE kind = 'refused'"
    )
    assert events == [
        ("refused", world.carla.id, world.carla.id, world.lucca.id, "/s/<desk>/persone/nuova")
    ]


def test_open_routes_are_few() -> None:
    opened = {endpoint for endpoint, (_method, _rule, need) in ROUTES.items() if need is OPEN}
    assert {name.partition(".")[0] for name in opened} == {"home", "invitations", "lost", "sign_in"}
