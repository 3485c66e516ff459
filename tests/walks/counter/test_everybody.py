# SPDX-License-Identifier: AGPL-3.0-or-later
"""The counter for everybody: by mouse and finger, without a script, without a violation."""

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect

from portal.visits.queries import VisitEntry
from tests.walks.conftest import OpenAs
from tests.walks.counter.conftest import (
    HOME,
    asks,
    begin_a_twin,
    box,
    saved,
    search,
)
from tests.walks.looks import errors_of, faults
from tests.world import World

pytestmark = pytest.mark.browser


def test_each_state_has_no_violation(world: World, known: dict[str, UUID], open_as: OpenAs) -> None:
    for width in (1280, 320):
        page = open_as(world.bruno, width=width)
        errors, found = errors_of(page), []
        page.goto(HOME)
        found += faults(page, f"empty {width}")
        search(page, "dial am")
        found += faults(page, f"found {width}")
        page.keyboard.press("Enter")
        expect(asks(page)).to_be_focused()
        page.keyboard.press("1")
        # The bar that saves stays at the foot of a phone: whatever it covers is looked at below it.
        page.evaluate("scrollTo(0, document.body.scrollHeight)")
        found += faults(page, f"chosen {width}")
        page.keyboard.press("0")
        found += faults(page, f"list {width}")
        page.keyboard.press("0")
        page.keyboard.press("Enter")
        saved(page, "Salvato")
        found += faults(page, f"saved {width}")
        begin_a_twin(page)
        expect(page.locator("[data-apart]")).to_be_visible()
        page.get_by_text("Telefono, codice fiscale").click()
        page.evaluate("scrollTo(0, document.body.scrollHeight)")
        found += faults(page, f"new {width}")
        assert found == []
        assert errors == []


def test_with_a_finger(
    world: World,
    known: dict[str, UUID],
    open_as: OpenAs,
    today: Callable[[], list[VisitEntry]],
) -> None:
    page = open_as(world.bruno, width=390)
    page.goto(HOME)
    page.get_by_role("link", name="Tutte le tipologie").click()
    page.get_by_role("button", name="Tutte le tipologie").click()
    page.get_by_role("option", name="Ricerca di lavoro").click()
    page.get_by_role("button", name="Salva accesso").click()
    saved(page, "senza nome")
    box(page).fill("hoxha")
    page.get_by_role("option", name="Hoxha Arben").click()
    page.locator("label.topic", has_text="Cittadinanza").click()
    bar = page.locator(".visit .save").bounding_box()
    assert bar is not None
    assert round(bar["y"] + bar["height"]) == 800, "the save stands at the foot"
    page.get_by_role("button", name="Salva accesso").click()
    saved(page, "Hoxha Arben · Cittadinanza")
    assert len(today()) == 2


def test_by_mouse_in_two_and_three_clicks(
    counter: Page, today: Callable[[], list[VisitEntry]]
) -> None:
    counter.get_by_role("link", name="Cittadinanza").click()
    counter.get_by_role("button", name="Salva accesso").click()
    saved(counter, "senza nome · Cittadinanza")
    search(counter, "hoxha")
    counter.get_by_role("option", name="Hoxha Arben").click()
    counter.locator("label.topic", has_text="Cittadinanza").click()
    counter.get_by_role("button", name="Salva accesso").click()
    saved(counter, "Hoxha Arben · Cittadinanza")
    assert len(today()) == 2


@pytest.mark.parametrize("width", [1280, 390])
def test_without_javascript(
    world: World,
    known: dict[str, UUID],
    open_as: OpenAs,
    today: Callable[[], list[VisitEntry]],
    width: int,
) -> None:
    page = open_as(world.bruno, width=width, javascript=False)

    def seek(text: str) -> None:
        page.goto(HOME)
        page.get_by_label("Chi è allo sportello?").fill(text)
        page.get_by_role("button", name="Cerca").click()

    seek("diallo amina")
    page.get_by_role("link", name="Diallo Amina").first.click()
    page.locator("summary", has_text="Tutte le tipologie").click()
    page.get_by_label("Ricerca di lavoro").check()
    page.locator("label.topic", has_text="Cittadinanza").click()
    page.get_by_role("button", name="Salva accesso").click()
    expect(page.locator("#done")).to_contain_text("Diallo Amina")
    page.get_by_role("button", name="Annulla").click()
    expect(page.get_by_text("Accesso eliminato.").first).to_be_visible()
    page.get_by_role("link", name="Cittadinanza").first.click()
    page.get_by_role("button", name="Salva accesso").click()
    expect(page.locator("#done")).to_contain_text("senza nome")
    seek("dialo amina 12/4/1988")
    page.get_by_role("button", name="Nuova persona").click()
    page.locator("label", has_text="F").first.click()
    page.locator("label.topic", has_text="Cittadinanza").click()
    page.get_by_role("button", name="Salva persona e accesso").click()
    page.get_by_role("button", name="crea la nuova persona").click()
    expect(page.locator("#done")).to_contain_text("Dialo Amina")
    assert len(today()) == 2


def test_the_scripts_stay_small(root: Path) -> None:
    folder = root / "portal/static"
    for name in ("counter.js", "combobox.js", "topics.js"):
        assert len((folder / name).read_text(encoding="utf-8").splitlines()) <= 350, name
