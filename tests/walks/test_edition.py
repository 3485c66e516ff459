# SPDX-License-Identifier: AGPL-3.0-or-later
"""A manager asks for an edition and watches it being built, on a page that never reloads."""

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from portal.reports.editions import lifecycle as editions
from portal.reports.editions.desk import DESK
from tests import seed
from tests.conftest import AtDesk
from tests.portal.reports.builds import Build
from tests.walks.conftest import OpenAs
from tests.walks.looks import is_too_wide
from tests.world import World

pytestmark = pytest.mark.browser
RELAZIONE = "/s/lucca/relazioni/periodo?periodo=2016-S1"


def asked_for(page: Page) -> None:
    page.goto(RELAZIONE)
    page.get_by_role("button", name="Costruisci l’edizione").click()
    expect(page.get_by_text("in preparazione: in coda")).to_be_visible()


@pytest.mark.parametrize("width", [1280, 390])
def test_the_steps_are_seen_without_a_reload(
    app: Flask, world: World, at_desk: AtDesk, open_as: OpenAs, width: int
) -> None:
    with at_desk(world.lucca):
        seed.record()
    page = open_as(world.anna, width=width)
    asked_for(page)
    page.evaluate("window.same = true")
    page.locator("#edition-link").focus()
    with at_desk(world.lucca):
        edition = editions.find_latest(DESK, "2016-S1")
        assert edition is not None
        edition.state, edition.step = "building", 3
    expect(page.get_by_text("in preparazione: passo 3 di 5, tabelle")).to_be_visible()
    expect(page.locator("#voice-status")).to_have_text("In preparazione: passo 3 di 5.")
    expect(page.locator("#edition-link")).to_be_focused()
    Build(app)(world.lucca, edition.id)
    expect(page.locator("#edition .tag")).to_have_text("da approvare")
    expect(page.locator("#voice-status")).to_have_text("Relazione pronta.")
    expect(page.locator("#edition-link")).to_be_focused()
    expect(page.locator("#edition-rest")).to_contain_text("da approvare")
    assert page.evaluate("window.same")
    assert not is_too_wide(page)
    page.locator("#edition-link").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("edizione 1")
    expect(page.get_by_text("Tutta l’edizione")).to_be_visible()
    assert not is_too_wide(page)


def test_without_javascript_a_link_asks_again(
    app: Flask, world: World, at_desk: AtDesk, open_as: OpenAs
) -> None:
    page = open_as(world.anna, javascript=False)
    asked_for(page)
    page.get_by_role("link", name="Aggiorna").click()
    expect(page.get_by_text("in preparazione: in coda")).to_be_visible()
    with at_desk(world.lucca):
        edition = editions.find_latest(DESK, "2016-S1")
        assert edition is not None
    Build(app)(world.lucca, edition.id)
    page.reload()
    expect(page.get_by_text("Nessun accesso inserito dopo.")).to_be_visible()
