# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whatever is sent to any route gets an answer of ours, in time, and breaks nothing."""

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from portal.core.uploads import LARGEST_FORM
from portal.core.web.limits import LONGEST_ADDRESS, LONGEST_FIELD, LONGEST_NAME, MOST_FIELDS
from portal.drafts.queries import list_drafts
from portal.people.queries import count_people
from portal.people.rules import MOST_ALIASES
from tests.conformance.conftest import ClientOf
from tests.conformance.inputs import DEEP, HEADERS, HOSTILE, Sample, query_names, samples
from tests.conformance.routes import ENDING, Route, all_routes
from tests.conformance.test_routes import assert_headers, csrf_token, place_of
from tests.conftest import AtDesk
from tests.pages import PortalClient
from tests.world import PASSWORD, World

SECONDS = 2.0
Sent = Callable[[], dict[str, Any]]
Plain = Callable[[PortalClient], FlaskClient]
# They end the walk's own sessions, or the account's tries.
NOT_WALKED = {"sign_in.lock", "sign_in.log_out", "sign_in.log_in"}
LAST = {*ENDING, "accounts.change_password", "sign_in.open_session", "sign_in.resume"}
KINDS = list(HOSTILE)
ROUNDS = [0, *(pytest.param(turn, marks=pytest.mark.long) for turn in range(1, len(KINDS)))]


class Walker:
    """Who may use every route, and what came back that should not."""

    def __init__(self, world: World, client_of: ClientOf, plain: Plain) -> None:
        self._browsers = {
            world.lucca: plain(client_of(world.anna)),
            world.rete: plain(client_of(world.elena)),
        }
        self._world = world
        self._tokens = {place: csrf_token(one) for place, one in self._browsers.items()}
        self.routes = [route for route in all_routes() if route.endpoint not in NOT_WALKED]
        self.routes.sort(key=lambda route: route.endpoint in LAST)
        self.addresses = {
            route.endpoint: route.address(self._place(route), world.bruno.id)
            for route in self.routes
        }
        self.asked = 0
        self.wrong: list[str] = []

    def samples(self) -> list[Sample]:
        found: list[Sample] = []
        for place, browser in self._browsers.items():
            here = [route for route in self.routes if self._place(route) == place]
            found += samples(here, self.addresses, browser, self._tokens[place])
        return sorted(found, key=lambda sample: sample.route.endpoint in LAST)

    def ask(
        self, route: Route, what: str, address: str, sent: Callable[[], dict[str, Any]]
    ) -> None:
        """Ask, and once more what took long: others may have kept the machine busy."""
        browser = self._browsers[self._place(route)]
        for _patience in range(2):
            began = time.perf_counter()
            answer = browser.open(address, method=route.method, **sent())
            took = time.perf_counter() - began
            if took <= SECONDS:
                break
        self.asked += 1
        if answer.status_code >= 500 or took > SECONDS:
            self.wrong.append(f"{route.endpoint}: {what}: {answer.status_code}, {took:.1f} s")

    def send_json(self, route: Route, body: str) -> TestResponse:
        """With the token where scripts put it, so that it is no reason to refuse."""
        told = {"X-CSRFToken": self._tokens[self._place(route)]}
        return self._browsers[self._place(route)].post(
            self.addresses[route.endpoint], data=body, content_type="application/json", headers=told
        )

    def token(self, route: Route) -> dict[str, Any]:
        """What lets a form through, and nothing else."""
        return {"data": {"csrf_token": self._tokens[self._place(route)]}}

    def _place(self, route: Route) -> Any:
        return place_of(route, self._world)


@pytest.fixture
def walker(twins: World, client_of: ClientOf, plain: Plain) -> Walker:
    return Walker(twins, client_of, plain)


def kind_of(number: int, turn: int) -> str:
    """Each name has another kind of value, and in each round the next."""
    return KINDS[(number + turn) % len(KINDS)]


def queries(turn: int) -> list[str]:
    """All names that a view may look for, in addresses of a length that the server reads."""
    found, written = [], ""
    for number, name in enumerate(query_names()):
        part = f"{name}={quote(HOSTILE[kind_of(number, turn)][:300])}"[:900]
        if len(written) + len(part) > LONGEST_ADDRESS - 500:
            found.append(written)
            written = ""
        written = f"{written}&{part}" if written else part
    return [*found, written]


@pytest.mark.parametrize("turn", ROUNDS)
def test_no_address_breaks_a_page(
    walker: Walker, turn: int, record_property: Callable[[str, str], None]
) -> None:
    for route in walker.routes:
        address, _mark, usual = walker.addresses[route.endpoint].partition("?")
        for query in queries(turn):
            # What is said twice counts as it was said first.
            for order in (f"{query}&{usual}", f"{usual}&{query}"):
                walker.ask(
                    route, order, f"{address}?{order}", lambda route=route: walker.token(route)
                )
    record_property("summary", f"hostile addresses: {walker.asked}")
    assert walker.wrong == []


@pytest.mark.parametrize("turn", ROUNDS)
def test_no_form_breaks_a_page(
    walker: Walker, turn: int, record_property: Callable[[str, str], None]
) -> None:
    for sample in walker.samples():
        kinds = {name: kind_of(number, turn) for number, name in enumerate(sample.spoilable)}
        for spoiled in (kinds, *({name: kind} for name, kind in kinds.items())):
            walker.ask(
                sample.route, str(spoiled), sample.address,
                lambda sample=sample, spoiled=spoiled: {"data": sample.spoiled(spoiled)},
            )  # fmt: skip
    record_property("summary", f"hostile forms: {walker.asked}")
    assert walker.wrong == []


def test_no_header_and_no_repetition_breaks_a_page(walker: Walker) -> None:
    for sample in walker.samples():
        for name, value in HEADERS.items():
            told = {"data": sample.fields, "headers": {name: value}}
            walker.ask(sample.route, name, sample.address, lambda told=told: told)
        twice = {
            name: [value, value] if isinstance(value, str) else [*value, *value]
            for name, value in sample.fields.items()
        }
        walker.ask(sample.route, "twice", sample.address, lambda twice=twice: {"data": twice})
    assert walker.wrong == []


@pytest.mark.parametrize(
    "data",
    [
        {"note": "x" * (LONGEST_FIELD + 1)},
        {"n" * (LONGEST_NAME + 1): "x"},
        {"topics": ["CIT"] * (MOST_FIELDS + 1)},
        {"note": "x" * (LARGEST_FORM + 1)},
    ],
)
def test_a_form_beyond_the_limits_is_one_sentence(
    data: dict[str, Any], world: World, client_of: ClientOf
) -> None:
    answer = client_of(world.bruno).post("/s/lucca/accessi/nuovo", data=data)
    assert answer.status_code == 413
    assert_headers(answer)
    assert "un campo a 100.000 caratteri. Non abbiamo salvato nulla" in answer.text


@pytest.mark.parametrize("body", ['{"email": 5, "q": [1], "current": {}}', "[1, 2]", DEEP, "{"])
def test_what_is_no_form_is_not_read(walker: Walker, body: str) -> None:
    """Flask-WTF would take JSON for a form whose values may be anything."""
    for route in walker.routes:
        if route.method == "POST":
            answer = walker.send_json(route, body)
            assert answer.status_code == 415, route.endpoint
            assert_headers(answer)
            assert "Il portale legge solo i suoi moduli" in answer.text


def test_fields_that_a_form_does_not_have_change_nothing(
    world: World, client_of: ClientOf, at_desk: AtDesk
) -> None:
    client, chosen = client_of(world.bruno), uuid4()
    more = {"id": str(chosen), "desk_id": str(world.capannori.id), "words": "x", "created_by": "x"}
    saved = client.submit("/s/lucca/persone/nuova", {"family_name": "Diallo"} | more)
    assert saved.status_code == 303
    assert str(chosen) not in saved.location
    with at_desk(world.lucca):
        assert count_people() == 1
    renamed = {"nome-name": "Altro", "nome-current": PASSWORD, "nome-email": "x@evil.example"}
    more = {"email": "x@evil.example", "role": "manager", "id": str(world.anna.id)}
    client.submit("/conto", renamed | more, action="/conto/nome")
    page = client.get("/conto").text
    assert "Altro" in page
    assert "evil.example" not in page
    assert "Responsabile" not in page


def test_an_address_beyond_the_limits_is_one_sentence(visitor: PortalClient) -> None:
    answer = visitor.get("/accedi?poi=" + "x" * LONGEST_ADDRESS)
    assert answer.status_code == 414
    assert_headers(answer)
    assert "L’indirizzo è troppo lungo" in answer.text


@pytest.mark.parametrize("page", [str(2**63), "9" * 5_000, "-1", "\u00b2"])
def test_a_page_without_number_is_the_last_or_the_first(
    page: str, world: World, client_of: ClientOf
) -> None:
    client = client_of(world.bruno)
    sent = {"q": "Diallo", "page": page, "csrf_token": csrf_token(client)}
    assert client.post("/s/lucca/persone", data=sent).status_code == 200
    if len(page) < LONGEST_ADDRESS - 100:
        assert client.get(f"/s/lucca/persone?pagina={page}").status_code == 200


@pytest.mark.parametrize("number", [MOST_ALIASES + 1, 3_000])
def test_too_many_names_are_refused_beside_their_field(
    number: int, world: World, client_of: ClientOf, at_desk: AtDesk
) -> None:
    typed = ", ".join(f"Nome{each} Cognome{each}" for each in range(number))
    sent = {"family_name": "Diallo", "aliases": typed}
    began = time.perf_counter()
    answer = client_of(world.bruno).submit("/s/lucca/persone/nuova", sent)
    assert time.perf_counter() - began < SECONDS
    assert answer.status_code == 422
    assert "al massimo" in answer.text
    assert typed[:200] in answer.text, "nothing of what was typed is lost"
    with at_desk(world.lucca):
        assert count_people() == 0


@pytest.mark.parametrize(
    "kind", ["deep", "deep pairs", "pairs", "lone surrogate", "huge in JSON", "no number"]
)
def test_broken_fields_make_no_draft(
    kind: str, world: World, client_of: ClientOf, at_desk: AtDesk
) -> None:
    client = client_of(world.bruno)
    sent = {"page": "/s/lucca/persone/nuova", "number": "1", "csrf_token": csrf_token(client)}
    answer = client.post(f"/s/lucca/bozze/{uuid4()}", data=sent | {"fields": HOSTILE[kind]})
    assert answer.status_code == 422
    with at_desk(world.lucca, world.bruno):
        assert list_drafts() == []
