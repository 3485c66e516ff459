# SPDX-License-Identifier: AGPL-3.0-or-later
"""The box: its options, its keys, and answers that come late."""

from contextlib import suppress

import pytest
from playwright.sync_api import Error, Page, Request, expect

from tests.walks.counter.conftest import Held, asks, box, search, stop_clock

pytestmark = pytest.mark.browser
FINDS = "**/s/lucca/"
# What the page had to do before is done; a clock that stands still does not hold this up.
SETTLED = """() => new Promise((done) => {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => done();
  port2.postMessage(0);
})"""


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
    stop_clock(counter)
    counter.keyboard.press("d")
    short = counter.get_by_text("Scrivi almeno due caratteri.")
    counter.clock.run_for(999)
    assert short.count() == 0
    counter.clock.run_for(1)
    expect(short.first).to_be_visible()
    counter.clock.resume()
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


def visits_opened(page: Page) -> list[str]:
    """The addresses of visits that the page asks for, from now on."""
    asked: list[str] = []
    page.on(
        "request", lambda request: asked.append(request.url) if "/nuovo" in request.url else None
    )
    return asked


def answer(page: Page, held: Held, typed: str) -> None:
    """Let the question be answered, and wait until the page has done what follows from it."""
    with page.expect_response(lambda response: typed in (response.request.post_data or "")):
        # A slow hand is asked about on the way: what it had typed so far is answered first.
        while typed not in ((route := held.next()).request.post_data or ""):
            route.continue_()
        route.continue_()
    page.locator(f".options[data-typed='{typed}'] [role=option], #visit").first.wait_for()
    page.evaluate(SETTLED)


@pytest.mark.parametrize(("typed", "opens"), [("hoxha", True), ("diallo", False)])
def test_enter_before_the_answer(counter: Page, typed: str, opens: bool) -> None:
    """It waits, and opens only where exactly one person fits."""
    held, opened = Held(counter, FINDS), visits_opened(counter)
    counter.keyboard.type(typed)
    counter.keyboard.press("Enter")
    answer(counter, held, typed)
    assert bool(opened) is opens
    if not opens:
        counter.keyboard.press("Enter")
    expect(asks(counter)).to_be_focused()


def test_an_answer_that_comes_too_late_opens_nobody(counter: Page) -> None:
    held, opened = Held(counter, FINDS), visits_opened(counter)
    stop_clock(counter)
    counter.keyboard.type("hoxha")
    counter.keyboard.press("Enter")
    counter.clock.fast_forward(2_000)
    answer(counter, held, "hoxha")
    expect(counter.locator(".options[data-typed=hoxha]")).to_be_visible()
    assert opened == []


def test_an_old_answer_is_dropped_and_the_old_list_stays(counter: Page) -> None:
    search(counter, "di")
    over: list[Request] = []
    counter.on("requestfinished", lambda request: over.append(request))
    counter.on("requestfailed", lambda request: over.append(request))
    held = Held(counter, FINDS)
    counter.keyboard.type("a")
    old = held.next()
    expect(counter.locator(".options")).to_have_attribute("data-typed", "di")
    counter.unroute(FINDS)
    counter.keyboard.type("llo aminat")
    expect(counter.locator(".options")).to_have_attribute("data-typed", "diallo aminat")
    with suppress(Error):  # the browser gave the old question up
        old.continue_()
    while old.request not in over:
        counter.wait_for_event("requestfinished")
    counter.evaluate(SETTLED)
    assert counter.locator(".options").get_attribute("data-typed") == "diallo aminat"
