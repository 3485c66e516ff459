# SPDX-License-Identifier: AGPL-3.0-or-later
"""The topics: digits, the whole list, what is chosen; the focus after each act."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from portal.core import clock
from portal.visits.queries import VisitEntry
from tests.walks.conftest import OpenAs
from tests.walks.counter.conftest import (
    HOME,
    asks,
    box,
    codes,
    saved,
    search,
)
from tests.world import World

pytestmark = pytest.mark.browser


def test_the_whole_list_by_letters(counter: Page) -> None:
    counter.keyboard.press("Control+Enter")
    expect(asks(counter)).to_be_focused()
    rows = counter.locator("#asked-list [role=option]")
    for letters, label in (
        ("lav ric", "Ricerca di lavoro"),
        ("SOG-RIN", "Rinnovo Permesso Di Soggiorno"),
        ("cittad", "Cittadinanza"),
    ):
        counter.keyboard.type(letters)
        expect(rows.first).to_have_text(label)
        counter.keyboard.press("Escape")
        expect(asks(counter)).to_have_value("")
    counter.keyboard.press("0")
    assert rows.count() > 20
    counter.keyboard.press("ArrowDown")
    counter.keyboard.press("ArrowDown")
    counter.keyboard.press("ArrowUp")
    expect(asks(counter)).to_have_attribute("aria-activedescendant", "asked-0")
    counter.keyboard.press("0")
    expect(rows).to_have_count(0)
    counter.keyboard.type("nulla di simile")
    expect(rows).to_have_text("Nessuna tipologia con queste parole.")
    counter.keyboard.press("Enter")
    assert counter.locator("#visit").count() == 1


def test_altro_asks_for_a_note_and_is_saved_without(
    counter: Page, today: Callable[[], list[VisitEntry]]
) -> None:
    counter.keyboard.press("Control+Enter")
    expect(asks(counter)).to_be_focused()
    note = counter.locator("#visit [name=note]")
    expect(note).to_be_hidden()
    counter.keyboard.type("altro nota")
    counter.keyboard.press("Enter")
    expect(note).to_be_visible()
    expect(counter.locator(".chosen li")).to_contain_text("Scrivi nella nota che cosa chiede")
    expect(counter.locator("#voice-status")).to_contain_text("Scrivi nella nota che cosa chiede.")
    expect(asks(counter)).to_be_focused()
    counter.keyboard.press("Enter")
    saved(counter, "Altro")
    (visit,) = today()
    assert codes(visit) == ["ALT"]


def test_what_is_chosen_and_taken_away(counter: Page) -> None:
    counter.keyboard.press("Control+Enter")
    expect(asks(counter)).to_be_focused()
    lines = counter.locator(".chosen li .grow")
    counter.keyboard.press("1")
    asks(counter).dispatch_event("keydown", {"key": "2", "code": "Numpad2", "bubbles": True})
    counter.keyboard.type("rilascio permesso")
    counter.keyboard.press("Enter")
    expect(lines).to_have_count(3)
    expect(counter.get_by_text("3 richieste in questo accesso")).to_be_visible()
    expect(counter.locator("#voice-status")).to_contain_text("3 richieste.")
    counter.keyboard.press("Backspace")
    expect(lines).to_have_count(2)
    counter.keyboard.press("1")
    expect(lines).to_have_count(1)
    counter.get_by_role("button", name="Togli").click()
    expect(lines).to_have_count(0)
    expect(counter.locator("#voice-status")).to_contain_text("Nessuna richiesta.")
    expect(asks(counter)).to_be_focused()


def test_a_key_held_down_acts_once(counter: Page) -> None:
    counter.keyboard.press("Control+Enter")
    expect(asks(counter)).to_be_focused()
    for _held in range(4):
        counter.keyboard.down("1")
    counter.keyboard.up("1")
    expect(counter.locator("[name=topics]:checked")).to_have_count(1)


def test_escape_goes_back_and_the_topics_go_along(counter: Page) -> None:
    search(counter, "hox")
    for key in ("Enter", "2", "Escape"):
        counter.keyboard.press(key)
    expect(box(counter)).to_be_focused()
    search(counter, "aminat")
    counter.keyboard.press("Enter")
    expect(counter.get_by_role("heading", name="Diallo Aminata")).to_be_visible()
    expect(counter.locator("[name=topics]:checked")).to_have_count(1)


def test_control_enter_saves_from_any_field(
    counter: Page, today: Callable[[], list[VisitEntry]]
) -> None:
    counter.keyboard.press("Control+Enter")
    expect(asks(counter)).to_be_focused()
    counter.keyboard.press("1")
    counter.get_by_label("Data", exact=True).fill("20/11/2015")
    expect(counter.get_by_text("Stai registrando per venerdì 20 novembre 2015.")).to_be_visible()
    counter.get_by_label("Data", exact=True).fill(clock.today().strftime("%d/%m/%Y"))
    expect(counter.locator("#past-day")).to_be_hidden()
    counter.get_by_label("Data", exact=True).press("Control+Enter")
    saved(counter, "Salvato")
    assert len(today()) == 1


def test_a_day_is_past_in_rome_whatever_the_device_says(
    world: World, known: dict[str, UUID], open_as: OpenAs
) -> None:
    """Kiritimati is on another day than Rome for most of each, Pago Pago for the rest."""
    there = clock.now().astimezone(ZoneInfo("Pacific/Kiritimati")).date()
    elsewhere = "Pacific/Kiritimati" if there != clock.today() else "Pacific/Pago_Pago"
    page = open_as(world.bruno, timezone=elsewhere)
    page.goto(HOME)
    page.keyboard.press("Control+Enter")
    expect(asks(page)).to_be_focused()
    line, day = page.locator("#past-day"), page.get_by_label("Data", exact=True)
    day.fill((clock.today() - timedelta(days=1)).strftime("%d/%m/%Y"))
    expect(line).to_be_visible()
    day.fill(clock.today().strftime("%d/%m/%Y"))
    expect(line).to_be_hidden()
    day.fill("3/5/2024")
    expect(line).to_have_text("Stai registrando per venerdì 3 maggio 2024.")


def test_an_error_keeps_everything_and_the_focus(counter: Page) -> None:
    counter.keyboard.press("Control+Enter")
    expect(asks(counter)).to_be_focused()
    counter.keyboard.press("Enter")
    summary = counter.locator("#error-summary")
    expect(summary).to_have_text("Non salvato: 1 punto da correggere")
    expect(summary).to_be_focused()
    expect(counter.locator("#voice-alert")).to_have_text("Non salvato.")
    counter.get_by_role("link", name="Richieste: scegli almeno una tipologia").click()
    asks(counter).focus()
    counter.keyboard.press("1")
    counter.keyboard.press("Enter")
    saved(counter, "Salvato")


def test_the_message_stays_until_the_next_save(counter: Page) -> None:
    for key in ("Control+Enter", "1", "Enter"):
        counter.keyboard.press(key)
    saved(counter, "senza nome")
    search(counter, "hox")
    counter.keyboard.press("Escape")
    expect(counter.locator("#done")).to_contain_text("senza nome")
    counter.keyboard.press("Control+Enter")
    expect(asks(counter)).to_be_focused()
    counter.keyboard.press("Escape")
    expect(box(counter)).to_be_focused()
    expect(counter.locator("#done")).to_contain_text("senza nome")
    expect(counter.locator("#today .fresh")).to_have_count(1)


def test_back_and_reload_show_the_same(counter: Page, known: dict[str, UUID]) -> None:
    search(counter, "hox")
    counter.keyboard.press("Enter")
    expect(asks(counter)).to_be_focused()
    assert counter.url.endswith(f"/accessi/nuovo?persona={known['Arben']}")
    counter.reload()
    expect(asks(counter)).to_be_focused()
    expect(counter.get_by_role("heading", name="Hoxha Arben")).to_be_visible()
    counter.go_back()
    expect(box(counter)).to_be_visible()
    assert counter.url.endswith(HOME)
