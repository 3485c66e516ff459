# SPDX-License-Identifier: AGPL-3.0-or-later
"""Through the door: the other walks begin with a session that was given to them."""

import pytest
from playwright.sync_api import expect

from tests.walks.conftest import OpenAs
from tests.walks.looks import errors_of
from tests.world import PASSWORD, World

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "no-javascript"])
def test_in_through_the_page_and_out_again(world: World, open_as: OpenAs, javascript: bool) -> None:
    page = open_as(None, javascript=javascript)
    errors = errors_of(page)
    page.goto("/s/lucca/relazioni")
    page.wait_for_url(lambda url: "/accedi" in url)
    page.get_by_label("E-mail").fill(world.bruno.email)
    page.get_by_label("Password", exact=True).fill("non è questa")
    page.get_by_role("button", name="Accedi").click()
    expect(page.get_by_label("E-mail")).to_have_value(world.bruno.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Accedi").click()
    page.wait_for_url("**/s/lucca/relazioni")
    page.get_by_role("button", name="Esci").click()
    page.wait_for_url(lambda url: "/accedi" in url)
    page.goto("/s/lucca/")
    page.wait_for_url(lambda url: "/accedi" in url)
    assert errors == []
