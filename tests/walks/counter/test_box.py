# SPDX-License-Identifier: AGPL-3.0-or-later
"""The box: its options, its keys, and answers that come late."""

import pytest
from playwright.sync_api import Page, Route, expect

from tests.walks.counter.conftest import (
    asks,
    box,
    search,
    slow,
)

pytestmark = pytest.mark.browser


def test_the_options_and_their_keys(counter: Page) -> None:
    search(counter, "dial am")
    options = counter.locator("[role=option]")
    expect(options).to_have_count(3)
    expect(box(counter)).to_have_attribute("aria-expanded", "true")
    for key, active in (
        ("", 0), ("ArrowDown", 1), ("ArrowUp", 0), ("ArrowUp", 2), ("ArrowUp", 1),
    ):  # fmt: skip
        if key:
            counter.keyboard.press(key)
        expect(options.nth(active)).to_have_attribute("aria-selected", "true")
        expect(box(counter)).to_have_attribute("aria-activedescendant", f"option-{active}")
    expect(options.nth(0)).to_contain_text("12/04/1988 · 38 anni")
    expect(options.nth(0).locator("u")).to_have_text(["Dial", "Am"])
    expect(options.nth(1)).to_contain_text("1995 · 30–31 anni")
    expect(options.nth(2)).to_contain_text("cognome Dial, nome Am")
    assert counter.locator("[role=option]:not([tabindex='-1'])").count() == 0
    expect(counter.locator("#voice-status")).to_have_text(
        "2 persone trovate. Prima: Diallo Amina, F, 38 anni, Senegal,"
        " ultimo accesso 12 ottobre 2026."
    )
    counter.keyboard.press("Escape")
    expect(box(counter)).to_have_value("")
    expect(options).to_have_count(0)
    expect(box(counter)).to_have_attribute("aria-expanded", "false")
    expect(counter.locator(".slot")).to_contain_text("accesso senza nome")


def test_one_character_is_too_little(counter: Page) -> None:
    counter.keyboard.press("d")
    short = counter.get_by_text("Scrivi almeno due caratteri.")
    counter.wait_for_timeout(600)
    expect(short).to_have_count(0)
    expect(short.first).to_be_visible()
    counter.keyboard.press("i")
    expect(counter.locator(".option.new")).to_be_visible()
    expect(short).to_have_count(0)


def test_one_ideograph_is_a_name(counter: Page) -> None:
    box(counter).fill("张")
    expect(counter.locator(".option.new")).to_be_visible()


def test_nobody_and_the_words_for_the_ear(counter: Page) -> None:
    search(counter, "kovalenko olena")
    expect(counter.locator("[role=option][aria-selected=true]")).to_contain_text("Nuova persona")
    expect(counter.locator("#voice-status")).to_have_text(
        "Nessuna persona. Invio crea: cognome Kovalenko, nome Olena."
    )


def test_digits_never_act_while_typing(counter: Page) -> None:
    search(counter, "hoxha 79")
    assert counter.locator("#visit").count() == 0
    expect(counter.locator("[role=option]")).to_have_count(2)
    counter.keyboard.press("Enter")
    expect(asks(counter)).to_be_focused()
    expect(counter.locator("[name=topics]:checked")).to_have_count(0)


@pytest.mark.parametrize(("typed", "opens"), [("hoxha", True), ("diallo", False)])
def test_enter_before_the_answer(counter: Page, typed: str, opens: bool) -> None:
    """It waits, and opens only where exactly one person fits."""
    slow(counter, "**/s/lucca/", 500)
    counter.keyboard.type(typed)
    counter.keyboard.press("Enter")
    counter.locator(f".options[data-typed='{typed}'], #visit").first.wait_for()
    counter.wait_for_timeout(300)
    assert (counter.locator("#visit").count() == 1) is opens
    if not opens:
        counter.keyboard.press("Enter")
        expect(asks(counter)).to_be_focused()


def test_an_answer_that_comes_too_late_opens_nobody(counter: Page) -> None:
    slow(counter, "**/s/lucca/", 2400)
    counter.keyboard.type("hoxha")
    counter.keyboard.press("Enter")
    expect(counter.locator(".options[data-typed=hoxha]")).to_be_visible()
    counter.wait_for_timeout(200)
    assert counter.locator("#visit").count() == 0


def test_an_old_answer_is_dropped_and_the_old_list_stays(counter: Page) -> None:
    search(counter, "di")
    waits = iter((700, 0))

    def wait(route: Route) -> None:
        counter.wait_for_timeout(next(waits, 0))
        try:
            route.continue_()
        except Exception:  # noqa: S110 - the browser gave the old question up
            pass

    counter.route("**/s/lucca/", wait)
    counter.keyboard.type("a")
    counter.wait_for_timeout(200)
    expect(counter.locator(".options")).to_have_attribute("data-typed", "di")
    counter.keyboard.type("llo aminat")
    expect(counter.locator(".options")).to_have_attribute("data-typed", "diallo aminat")
    counter.wait_for_timeout(900)
    expect(counter.locator(".options")).to_have_attribute("data-typed", "diallo aminat")
