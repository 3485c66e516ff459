# SPDX-License-Identifier: AGPL-3.0-or-later
"""What waits is what somebody typed, once, and what is said of it is true: in a browser."""

import re

import pytest
from playwright.sync_api import Page, Route, expect

from portal.core import clock
from portal.drafts.queries import list_drafts
from portal.people.actions import create_person
from portal.people.rules import PersonFacts
from portal.visits.queries import list_visits_on
from tests.conftest import AtDesk
from tests.walks.conftest import OpenAs
from tests.walks.test_nothing_lost import KEPT, begin_visit, choose
from tests.world import World


@pytest.fixture
def amina(world: World, at_desk: AtDesk) -> None:
    with at_desk(world.lucca, world.bruno):
        create_person(facts=PersonFacts(family_name="Diallo", given_name="Amina"))


@pytest.mark.usefixtures("amina")
def test_a_visit_of_which_nothing_was_said_does_not_wait(
    world: World, open_as: OpenAs, at_desk: AtDesk
) -> None:
    """Also not after Enter on nothing, nor after a topic that was taken back."""
    page = open_as(world.bruno)
    choose(page, "dial am")
    page.keyboard.press("Enter")
    expect(page.locator("#error-summary")).to_be_visible()
    page.goto("/s/lucca/")
    expect(page.locator(".pending")).to_have_count(0)
    choose(page, "dial am")
    page.keyboard.press("2")
    expect(page.locator("[data-draft-state]")).to_have_text(KEPT)
    page.keyboard.press("2")
    expect(page.locator("[data-draft-state]")).to_have_text("")
    page.goto("/s/lucca/")
    expect(page.locator(".pending")).to_have_count(0)
    with at_desk(world.lucca, world.bruno):
        assert list_drafts() == []


def test_a_reload_goes_on_with_the_draft(world: World, open_as: OpenAs, at_desk: AtDesk) -> None:
    """Also the way back: neither shows an empty form, nor leaves a draft of an empty one."""
    page = open_as(world.bruno)
    page.goto("/s/lucca/accessi/nuovo?nuova=1")
    page.get_by_label("Cognome").fill("Kovalenko")
    page.locator("label[for=person-sex-0]").click()
    expect(page.locator("[data-draft-state]")).to_have_text(KEPT)
    page.reload()
    expect(page.get_by_label("Cognome")).to_have_value("Kovalenko")
    expect(page.get_by_text("Bozza ripresa.")).to_be_visible()
    page.goto("/s/lucca/conteggio")
    page.go_back()
    expect(page.get_by_label("Cognome")).to_have_value("Kovalenko")
    page.goto("/s/lucca/accessi/nuovo?nuova=1")
    page.locator("label[for=person-sex-1]").click()
    page.reload()
    page.goto("/s/lucca/conteggio")
    with at_desk(world.lucca, world.bruno):
        kept = [dict(draft.fields)["person-sex"] for draft in list_drafts()]
        assert sorted(kept) == ["F", "M"]


@pytest.mark.usefixtures("amina")
def test_the_draft_goes_along_to_the_right_person(
    world: World, open_as: OpenAs, at_desk: AtDesk
) -> None:
    """Chosen for the wrong one first: it waits once, for the right one, and is saved once."""
    with at_desk(world.lucca, world.bruno):
        create_person(facts=PersonFacts(family_name="Wu", given_name="Qiang"))
    page = open_as(world.bruno)
    choose(page, "wu qi")
    page.keyboard.press("2")
    page.locator("#visit summary", has_text="Nota").click()
    page.get_by_role("textbox", name="Nota").fill("Torna lunedì")
    expect(page.locator("[data-draft-state]")).to_have_text(KEPT)
    page.locator("#visit .ask").press("Escape")
    choose(page, "dial am", here=True)
    expect(page.locator("#visit [name=topics]:checked")).to_have_count(1)
    expect(page.get_by_role("textbox", name="Nota")).to_have_value("Torna lunedì")
    expect(page.locator("[data-draft-state]")).to_have_text(KEPT)
    other = page.context.new_page()
    other.goto("/s/lucca/")
    expect(other.locator(".pending li")).to_have_count(1)
    expect(other.locator(".pending li")).to_contain_text("D. A. · 1 richiesta")
    page.get_by_role("button", name="Salva accesso").click()
    expect(page.locator(".message.ok")).to_contain_text("Salvato")
    other.reload()
    expect(other.locator(".pending")).to_have_count(0)
    with at_desk(world.lucca, world.bruno):
        assert len(list_visits_on(clock.today())) == 1


@pytest.mark.usefixtures("amina")
def test_what_was_left_with_escape_can_be_thrown_away_with_the_next(
    world: World, open_as: OpenAs, at_desk: AtDesk
) -> None:
    page = open_as(world.bruno)
    begin_visit(page)
    expect(page.locator("[data-draft-state]")).to_have_text(KEPT)
    page.keyboard.press("Escape")
    choose(page, "dial am", here=True)
    expect(page.locator("[data-draft-state]")).to_have_text(KEPT)
    page.get_by_role("link", name="Scarta").click()
    expect(page.locator("#box")).to_be_visible()
    with at_desk(world.lucca, world.bruno):
        assert list_drafts() == []


@pytest.mark.usefixtures("amina")
def test_a_draft_that_is_kept_after_the_failure_is_said_too(world: World, open_as: OpenAs) -> None:
    """Enter before the first draft went out."""
    page = open_as(world.bruno)
    # Before the form is asked for: once it was there, a save went out before the wire was cut.
    page.route(re.compile(r"/accessi/nuovo$"), lambda route: route.abort())
    choose(page, "dial am")
    page.keyboard.press("2")
    page.keyboard.press("Enter")
    expect(page.locator("[data-not-saved]")).to_contain_text("NON salvato.")
    expect(page.locator("[data-not-saved]")).to_contain_text("nel modulo e in una bozza. Riprovare")


@pytest.mark.usefixtures("amina")
def test_a_search_that_is_overtaken_is_no_error(world: World, open_as: OpenAs) -> None:
    page = open_as(world.bruno)
    errors: list[str] = []
    asked: list[Route] = []
    page.on("console", lambda told: errors.append(told.text) if told.type == "error" else None)
    page.goto("/s/lucca/")
    page.route("**/s/lucca/", lambda route: asked.append(route))
    type_and_wait(page, "dial", asked, 1)
    type_and_wait(page, " am", asked, 2)
    asked[1].continue_()
    expect(page.locator('#found [data-typed="dial am"]')).to_be_visible()
    expect(page.locator("[data-not-saved]")).to_have_count(0)
    assert errors == []


def type_and_wait(page: Page, letters: str, asked: list[Route], number: int) -> None:
    """Until the question went out; nobody answers it."""
    with page.expect_request("**/s/lucca/"):
        page.get_by_label("Chi è allo sportello?").press_sequentially(letters)
    while len(asked) < number:
        page.wait_for_timeout(20)
