# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pages of errors: they stay in the desk they were asked in and tell nothing of another."""

from collections.abc import Callable
from uuid import UUID

import pytest
from bs4 import BeautifulSoup
from flask import Flask

from portal.core.uploads import LARGEST_FILE_MB, LARGEST_FORM
from tests.conformance.test_routes import without_chance
from tests.pages import PortalClient
from tests.world import Someone, World

ClientOf = Callable[[Someone], PortalClient]
IN_LUCCA = [
    (403, "bruno", "/s/lucca/impostazioni"),
    (403, "carla", "/s/lucca/accessi/nuovo"),
    (404, "bruno", f"/s/lucca/persone/{UUID(int=1)}"),
    (404, "bruno", "/s/lucca/persone/nessuna"),
    (404, "bruno", "/s/lucca/niente/qui"),
    (405, "bruno", f"/s/lucca/accessi/{UUID(int=1)}/ripristina"),
    (404, "elena", "/r/rete/niente"),
]


@pytest.mark.parametrize(("status", "who", "address"), IN_LUCCA)
def test_an_error_in_a_desk_is_a_page_of_the_desk(
    status: int, who: str, address: str, world: World, client_of: ClientOf
) -> None:
    someone = getattr(world, who)
    answer = client_of(someone).get(address)
    assert answer.status_code == status
    page = BeautifulSoup(answer.text, "html.parser")
    assert str(page.title.string if page.title else "").endswith(someone.place.name)
    home = page.select_one(".bar-name")
    back = page.select_one("main .acts a")
    assert home is not None
    assert back is not None
    assert back["href"] == home["href"]
    assert str(home["href"]).startswith(address[:5])
    assert page.select(".bar-wide nav a")


def test_a_form_without_its_token_is_refused_in_the_desk(world: World, client_of: ClientOf) -> None:
    answer = client_of(world.bruno).post("/s/lucca/accessi/nuovo")
    assert answer.status_code == 400
    assert "Torna a Lucca" in answer.text


@pytest.mark.parametrize("rest", ["", "persone", "impostazioni", "niente/qui", "persone/nessuna"])
def test_another_desk_is_like_an_address_that_is_not_there(
    rest: str, world: World, client_of: ClientOf
) -> None:
    client = client_of(world.bruno)
    addresses = (f"/s/capannori/{rest}", f"/s/non-esiste/{rest}", "/nulla", f"/r/rete/{rest}")
    answers = [client.get(address) for address in addresses]
    assert {answer.status_code for answer in answers} == {404}
    assert len({without_chance(answer.text) for answer in answers}) == 1


def test_visitors_see_no_desk_on_a_page_that_is_not_there(
    visitor: PortalClient, world: World
) -> None:
    pages = [without_chance(visitor.get(url).text) for url in ("/s/lucca/niente", "/niente")]
    assert pages[0] == pages[1]


@pytest.mark.parametrize("address", ["/", "/accedi", "/s/lucca", "/s/lucca/", "/healthz", "/nulla"])
@pytest.mark.parametrize(
    ("site", "host"),
    [
        ("http://127.0.0.1:8000", "evil.example"),
        ("http://127.0.0.1:8000", "127.0.0.1.evil.example"),
        ("https://sportelli.example", "127.0.0.1"),
        ("https://sportelli.example", "sportelli.example.evil.example"),
    ],
)
def test_under_another_name_nothing_is_answered(
    portal_with: Callable[..., Flask], world: World, site: str, host: str, address: str
) -> None:
    client = portal_with(public_url=site).test_client()
    answer = client.get(address, base_url=site, headers={"Host": host})
    assert answer.status_code == 400
    assert "Location" not in answer.headers
    assert host not in answer.text
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert client.get(address, base_url=site).status_code != 400


def test_a_form_too_large_is_told_the_limit_of_a_file(world: World, client_of: ClientOf) -> None:
    whole = {"note": "x" * (LARGEST_FORM + 1)}
    answer = client_of(world.bruno).post("/s/lucca/accessi/nuovo", data=whole)
    assert answer.status_code == 413
    assert f"Un file arriva a {LARGEST_FILE_MB} MB" in answer.get_data(as_text=True)
