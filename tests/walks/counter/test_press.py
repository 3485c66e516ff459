# SPDX-License-Identifier: AGPL-3.0-or-later
"""A press counts also when an answer comes between the press and its release and moves it."""

import pytest
from playwright.sync_api import Page, expect

from tests.walks.conftest import OpenAs
from tests.world import World

pytestmark = pytest.mark.browser


@pytest.fixture
def page(world: World, open_as: OpenAs) -> Page:
    """The form of a new person; those who resemble them would stand above the topics."""
    page = open_as(world.bruno)
    page.goto("/s/lucca/accessi/nuovo?nuova=1")
    return page


def press(page: Page, by: int = 0) -> None:
    """Press the key of a topic and let go `by` pixels further, once the panel has come."""
    key = page.locator("label.topic", has_text="Cittadinanza")
    key.scroll_into_view_if_needed()
    before = key.bounding_box()
    assert before
    page.mouse.move(before["x"] + 20, before["y"] + 10)
    page.mouse.down()
    page.evaluate("document.getElementById('similar').style.minHeight = '120px'")
    assert key.bounding_box() != before, "nothing moved: the walk shows nothing"
    page.mouse.move(before["x"] + 20 + by, before["y"] + 10)
    page.mouse.up()


def test_a_press_counts_where_it_began(page: Page) -> None:
    press(page)
    expect(page.locator("[name=topics]:checked")).to_have_count(1)
    expect(page.locator(".chosen li")).to_contain_text("Cittadinanza")


def test_a_press_that_goes_elsewhere_is_taken_back(page: Page) -> None:
    press(page, by=40)
    expect(page.locator("[name=topics]:checked")).to_have_count(0)
