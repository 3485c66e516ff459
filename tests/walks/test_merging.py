# SPDX-License-Identifier: AGPL-3.0-or-later
"""Two cards of one person made one and parted again, by keyboard alone, with and without script."""

from dataclasses import replace
from datetime import date

import pytest
from playwright.sync_api import Page, expect

from portal.people import actions as people
from portal.people.rules import PersonFacts
from portal.visits import actions as visits
from portal.visits.rules import VisitFacts
from tests.conftest import AtDesk
from tests.portal.conftest import AMINA
from tests.walks.conftest import OpenAs
from tests.walks.looks import faults
from tests.world import World

pytestmark = pytest.mark.browser

AMENA = replace(AMINA, given_name="Amena", aliases=(), codice_fiscale=None, note="Torna.")
FOCUSED = "() => document.activeElement.innerText || document.activeElement.id"
MOST_TABS = 60


@pytest.fixture
def address_of_amina(world: World, at_desk: AtDesk) -> str:
    """Amina came twice, Amena once; Binta resembles nobody."""
    with at_desk(world.lucca, account=world.bruno):
        amina, amena = (people.create_person(facts=facts).id for facts in (AMINA, AMENA))
        people.create_person(facts=PersonFacts(family_name="Fall", given_name="Binta"))
        for person_id, day in ((amina, 1), (amina, 2), (amena, 3)):
            visits.record_visit(facts=VisitFacts(date(2016, 3, day), ("CIT",), person_id))
    return f"/s/lucca/persone/{amina}"


def tab_to(page: Page, text: str) -> None:
    """Press Tab until what has the focus begins with this text, or has it as its id."""
    for _press in range(MOST_TABS):
        page.keyboard.press("Tab")
        if str(page.evaluate(FOCUSED)).strip().startswith(text):
            return
    raise AssertionError(f"Tab does not come to «{text}»")


@pytest.mark.parametrize("javascript", [True, False])
@pytest.mark.parametrize("width", [1280, 320])
def test_united_and_parted_by_keyboard(
    world: World, address_of_amina: str, open_as: OpenAs, javascript: bool, width: int
) -> None:
    page = open_as(world.bruno, width=width, javascript=javascript)
    page.goto(address_of_amina)
    expect(page.get_by_text("Possibile doppione:")).to_be_visible()
    tab_to(page, "Confronta")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Sono la stessa persona?")).to_be_visible()
    # Of the two names the other one: the arrow moves within the row.
    tab_to(page, "keep-given_name-one")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#keep-given_name-other")).to_be_checked()
    tab_to(page, "Unisci: 2 + 1 accessi in una scheda")
    page.keyboard.press("Enter")
    expect(page.locator(".message.ok")).to_contain_text("Schede unite. Puoi annullare fino al")
    expect(page.get_by_role("heading", level=1)).to_have_text("Diallo Amena")
    expect(page.get_by_text("Storia: 3 accessi")).to_be_visible()
    assert "Diallo" not in page.title()
    assert "Diallo" not in page.url
    tab_to(page, "Annulla")
    page.keyboard.press("Enter")
    expect(page.locator(".message.ok")).to_contain_text("Unione annullata.")
    expect(page.get_by_role("heading", level=1)).to_have_text("Diallo Amina")
    expect(page.get_by_text("Storia: 2 accessi")).to_be_visible()


@pytest.mark.parametrize("width", [1280, 320])
def test_every_page_of_a_merge_is_sound(
    world: World, address_of_amina: str, open_as: OpenAs, width: int
) -> None:
    page = open_as(world.bruno, width=width)
    acts = ("", "/unisci", "/registro", "/copia", "?solo=accessi")
    for address in (*(f"{address_of_amina}{act}" for act in acts), "/s/lucca/persone/doppioni"):
        page.goto(address)
        assert not faults(page)
    page.goto(address_of_amina)
    page.get_by_role("link", name="Confronta").click()
    assert not faults(page)
    page.get_by_role("button", name="Unisci").click()
    expect(page.locator(".message.ok")).to_contain_text("Schede unite.")
    assert not faults(page)
    page.goto(f"{address_of_amina}/unisci")
    page.get_by_label("Cerca una persona").fill("fall")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Fall Binta")).to_be_visible()
    assert not faults(page)
    page.goto("/s/lucca/persone/doppioni")
    expect(page.get_by_text("Nessuna coppia di schede")).to_be_visible()
    assert not faults(page)
