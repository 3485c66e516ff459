# SPDX-License-Identifier: AGPL-3.0-or-later
"""Keys around a save that fails, or takes long, or finds the session gone: none is lost."""

import pytest
from playwright.sync_api import Page, expect

from portal.core import clock
from portal.people.actions import create_person
from portal.people.rules import PersonFacts
from portal.visits.queries import list_visits_on
from tests.conftest import AtDesk
from tests.walks.conftest import OpenAs
from tests.walks.counter.conftest import Held
from tests.world import PASSWORD, World

pytestmark = pytest.mark.browser
SAVES = "**/s/lucca/accessi/nuovo"


@pytest.fixture
def page(world: World, at_desk: AtDesk, open_as: OpenAs) -> Page:
    """The visit of somebody known, with one topic chosen."""
    with at_desk(world.lucca, world.bruno):
        create_person(facts=PersonFacts(family_name="Diallo", given_name="Amina"))
    page = open_as(world.bruno)
    page.goto("/s/lucca/")
    page.get_by_label("Chi è allo sportello?").press_sequentially("dial am")
    expect(page.locator('#found [data-typed="dial am"]')).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator("#visit h2")).to_have_text("Diallo Amina")
    page.keyboard.press("2")
    return page


def asked(page: Page, number: int) -> None:
    expect(page.locator("#visit [name=topics]:checked")).to_have_count(number)


def test_after_a_failure_every_key_works_at_once(page: Page, world: World, at_desk: AtDesk) -> None:
    page.route(SAVES, lambda route: route.abort())
    page.keyboard.press("Enter")
    expect(page.locator("[data-not-saved]")).to_be_visible()
    page.keyboard.press("5")
    asked(page, 2)
    page.locator("#visit summary", has_text="Nota").click()
    page.get_by_role("textbox", name="Nota").press_sequentially("via Roma 12 int 3")
    expect(page.get_by_role("textbox", name="Nota")).to_have_value("via Roma 12 int 3")
    page.unroute(SAVES)
    page.get_by_role("button", name="Riprova").press("Enter")
    expect(page.locator("#done")).to_contain_text("Salvato")
    with at_desk(world.lucca):
        assert len(list_visits_on(clock.today())) == 1


def test_what_is_typed_while_a_save_takes_long_is_for_the_next(page: Page) -> None:
    """Five seconds by the page's own clock: its patience is longer."""
    held = Held(page, SAVES)
    page.clock.install()
    page.keyboard.press("Enter")
    save = held.next()
    page.clock.fast_forward(5_000)
    page.keyboard.type("wu 1988")
    save.continue_()
    expect(page.locator("#box [name=q]")).to_have_value("wu 1988")
    expect(page.locator("#done, #found .options")).not_to_have_count(0)


def test_what_was_typed_ahead_of_a_failure_waits_for_the_box(page: Page) -> None:
    held = Held(page, SAVES)
    page.keyboard.press("Enter")
    save = held.next()
    page.keyboard.type("wu 88")
    save.abort()
    expect(page.locator("[data-not-saved]")).to_be_visible()
    asked(page, 1)
    expect(page.locator("#ask")).to_have_value("")
    page.unroute(SAVES)
    page.get_by_role("button", name="Riprova").click()
    expect(page.locator("#box [name=q]")).to_have_value("wu 88")


def test_a_session_that_is_gone_comes_back_to_its_draft(page: Page, world: World) -> None:
    expect(page.locator("[data-draft-state]")).to_contain_text("Bozza salvata")
    page.context.clear_cookies()
    page.keyboard.press("Enter")
    expect(page.get_by_text("è in una bozza: dopo l’accesso la ritrovi")).to_be_visible()
    page.get_by_label("E-mail").fill(world.bruno.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Accedi").click()
    expect(page.locator("#visit h2")).to_have_text("Diallo Amina")
    asked(page, 1)
    expect(page.get_by_text("Bozza ripresa.")).to_be_visible()
