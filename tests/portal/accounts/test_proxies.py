# SPDX-License-Identifier: AGPL-3.0-or-later
"""Behind a proxy: whose tries are counted, and what a visitor may claim."""

from collections.abc import Callable
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient

from portal.accounts.limits import LIMITS, Act
from tests.world import World


@pytest.fixture
def client_behind(portal_with: Callable[..., Flask], world: World) -> Callable[..., FlaskClient]:
    """A browser of a portal that believes so many proxies."""

    def make(proxies: int, site: str = "http://127.0.0.1:8000") -> FlaskClient:
        return portal_with(trusted_proxies=proxies, public_url=site).test_client()

    return make


def token_in(answer: Any) -> str:
    field = BeautifulSoup(answer.text, "html.parser").find("input", attrs={"name": "csrf_token"})
    return str(field["value"])


@pytest.mark.parametrize(("proxies", "claimed", "last"), [(0, 31, 429), (1, 31, 422)])
def test_the_limit_is_of_the_visitor_and_not_of_the_proxy(
    proxies: int, claimed: int, last: int, client_behind: Callable
) -> None:
    client = client_behind(proxies)
    token = token_in(client.get("/accedi"))
    for number in range(claimed):
        form = {"email": f"n{number}@x.it", "password": "no", "csrf_token": token}
        told = {"X-Forwarded-For": f"192.0.2.{number}"}
        answer = client.post("/accedi", data=form, headers=told)
    assert answer.status_code == last


def test_a_visitor_cannot_choose_an_address_before_the_proxy(client_behind: Callable) -> None:
    """The proxy adds its line at the end; what the visitor wrote stands before it."""
    client = client_behind(1)
    token = token_in(client.get("/accedi"))
    for number in range(LIMITS[Act.TRY_FROM_ADDRESS].uses + 1):
        form = {"email": f"n{number}@x.it", "password": "no", "csrf_token": token}
        told = {"X-Forwarded-For": f"192.0.2.{number}, 198.51.100.7"}
        answer = client.post("/accedi", data=form, headers=told)
    assert answer.status_code == 429


def test_the_proxy_says_which_site_was_asked_for(client_behind: Callable) -> None:
    site = "https://sportelli.example"
    told = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "sportelli.example"}
    asked = {"base_url": "http://127.0.0.1:8000", "headers": told}
    behind, bare = client_behind(1, site), client_behind(0, site)
    assert behind.get("/s/lucca", **asked).location == f"{site}/s/lucca/"
    assert bare.get("/s/lucca", **asked).status_code == 400
