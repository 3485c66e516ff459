# SPDX-License-Identifier: AGPL-3.0-or-later
"""The crowded day in a browser: one key, one enquiry, whatever the server does."""

import re

import pytest
from playwright.sync_api import Page, Route, expect

from portal.core import clock
from portal.figures import queries as figures
from portal.people import actions as people
from portal.people.rules import PersonFacts
from portal.visits.queries import tallies
from tests.conftest import AtDesk
from tests.portal.visits.test_actions import assert_figures_are_exact
from tests.walks.conftest import OpenAs
from tests.walks.looks import errors_of, faults
from tests.world import PASSWORD, World

pytestmark = pytest.mark.browser
PAGE = "/s/lucca/conteggio"
SHEETS = f"{PAGE}/fogli"
# From the key going down to the number on the screen, measured in the page.
STOPWATCH = """() => {
    window.slowest = 0;
    window.pressed = [];
    document.addEventListener("keydown", (event) => {
        window.pressed.push(event.key);
        window.slowest = Math.max(window.slowest, performance.now() - event.timeStamp);
    });
}"""


def key(page: Page, digit: int) -> str:
    """What stands on a key: its number."""
    return page.locator(f".tally-key[data-digit='{digit}'] .number").inner_text()


def counted(world: World, at_desk: AtDesk) -> dict[str, int]:
    with at_desk(world.lucca):
        assert_figures_are_exact()
        return tallies.count_anonymous_on(clock.today())


def settled(page: Page, total: int) -> None:
    """Everything pressed has been confirmed."""
    noun = "richiesta" if total == 1 else "richieste"
    expect(page.locator("#tally-head")).to_have_text(f"Oggi: {total} {noun} senza nome")
    expect(page.locator("#tally-today")).to_have_attribute("aria-busy", "false")


def test_one_key_is_one_enquiry(world: World, at_desk: AtDesk, open_as: OpenAs) -> None:
    """The focus is on the keys from the start: the whole work is one press."""
    page = open_as(world.bruno)
    errors = errors_of(page)
    page.goto(PAGE)
    page.evaluate(STOPWATCH)
    page.keyboard.press("7")
    assert key(page, 7) == "1", "shown before the server has answered"
    expect(page.locator(".tally-done")).to_have_text("Registrata: Stato della pratica, 1 oggi")
    expect(page.locator("#voice-status")).to_have_text("Stato della pratica, 1 oggi.")
    expect(page.locator(".tally-key.last")).to_contain_text("Stato della pratica")
    settled(page, 1)
    assert page.evaluate("window.pressed") == ["7"]
    assert counted(world, at_desk) == {"SOG-STA": 1}
    assert errors == []


def test_ten_fast_presses_are_ten_visits_in_order(
    world: World, at_desk: AtDesk, open_as: OpenAs
) -> None:
    page = open_as(world.bruno)
    page.goto(PAGE)
    page.evaluate(STOPWATCH)
    for digit in "1212312341":
        page.keyboard.press(digit)
    assert [key(page, digit) for digit in (1, 2, 3, 4)] == ["4", "3", "2", "1"]
    settled(page, 10)
    with at_desk(world.lucca):
        order = [one.topic for one in tallies.list_presses_on(clock.today(), limit=10)]
        assert_figures_are_exact()
    names = {"1": "SOG-RIN", "2": "CIT", "3": "SOG-CAR", "4": "FOR"}
    assert order[::-1] == [names[digit] for digit in "1212312341"]
    slowest = page.evaluate("window.slowest")
    print(f"slowest press on the screen after {slowest:.1f} ms")  # noqa: T201


def test_undo_other_topics_and_keys_outside_the_group(
    world: World, at_desk: AtDesk, open_as: OpenAs
) -> None:
    page = open_as(world.bruno)
    page.goto(PAGE)
    for pressed in ("1", "2", "2", "Delete", "Backspace"):
        page.keyboard.press(pressed)
    assert [key(page, 1), key(page, 2)] == ["1", "0"]
    expect(page.locator("#voice-status")).to_have_text("Annullata: Cittadinanza, 0 oggi.")
    settled(page, 1)
    page.keyboard.press("0")
    expect(page.locator("#altre")).to_be_visible()
    # Letters look through the names, as in a visit; what is deleted among them is no press.
    expect(page.get_by_label("Cerca la tipologia")).to_be_focused()
    page.keyboard.type("scuolx")
    expect(page.get_by_text("Nessuna tipologia con queste parole.")).to_be_visible()
    page.keyboard.press("Enter")
    page.keyboard.press("Backspace")
    expect(page.locator("#altre li:visible")).to_have_count(1)
    settled(page, 1)
    page.keyboard.press("Enter")
    expect(page.locator("#altre")).to_be_hidden()
    expect(page.locator("#others-open")).to_be_focused()
    settled(page, 2)
    page.keyboard.press("0")
    page.keyboard.press("Escape")
    expect(page.locator("#altre")).to_be_hidden()
    page.get_by_role("link", name="Stampa il foglio").focus()
    for pressed in ("1", "0", "Delete"):
        page.keyboard.press(pressed)
    settled(page, 2)
    assert counted(world, at_desk) == {"SOG-RIN": 1, "FOR-SCU": 1}


def test_a_key_held_down_is_one_press(world: World, at_desk: AtDesk, open_as: OpenAs) -> None:
    page = open_as(world.bruno)
    page.goto(PAGE)
    for pressed in ("1", "Enter"):
        for _time in range(5):
            page.keyboard.down(pressed)
        page.keyboard.up(pressed)
    settled(page, 2)
    for _time in range(5):
        page.keyboard.down("Delete")
    page.keyboard.up("Delete")
    settled(page, 1)
    assert counted(world, at_desk) == {"SOG-RIN": 1}


def test_a_lost_answer_is_sent_again_and_counted_once(
    world: World, at_desk: AtDesk, open_as: OpenAs
) -> None:
    page = open_as(world.bruno)
    page.goto(PAGE)
    lost = []

    def lose(route: Route) -> None:
        """The server writes it down, and the answer goes astray."""
        if route.request.method == "POST" and len(lost) < 2:
            lost.append(route.fetch().status)
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route(f"**{PAGE}**", lose)
    page.keyboard.press("1")
    page.keyboard.press("2")
    settled(page, 2)
    page.keyboard.press("Delete")
    settled(page, 1)
    assert lost == [200, 200]
    assert counted(world, at_desk) == {"SOG-RIN": 1}


def test_a_lost_undo_takes_back_one(world: World, at_desk: AtDesk, open_as: OpenAs) -> None:
    page = open_as(world.bruno)
    page.goto(PAGE)
    for _time in range(3):
        page.keyboard.press("1")
    settled(page, 3)
    lost = []

    def lose(route: Route) -> None:
        if not lost:
            lost.append(route.fetch().status)
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route(f"**{PAGE}/annulla", lose)
    page.keyboard.press("Delete")
    settled(page, 2)
    assert counted(world, at_desk) == {"SOG-RIN": 2}


def test_a_refused_press_turns_red_and_says_so(
    world: World, at_desk: AtDesk, open_as: OpenAs
) -> None:
    page = open_as(world.bruno)
    page.goto(PAGE)
    page.evaluate("document.querySelector(\"[data-digit='3']\").value = 'XXX'")
    page.keyboard.press("3")
    refused = page.locator(".tally-key[data-digit='3']")
    expect(refused).to_have_class(re.compile("refused"))
    expect(page.locator("#tally-trouble")).to_contain_text("NON salvata: Carta di soggiorno.")
    expect(page.locator("#tally-trouble")).to_contain_text("non è nell’elenco di oggi")
    expect(page.locator("#voice-alert")).to_contain_text("NON salvata")
    assert key(page, 3) == "0"
    assert faults(page, "a refused press") == []
    page.keyboard.press("1")
    expect(refused).not_to_have_class(re.compile("refused"))
    settled(page, 1)
    assert counted(world, at_desk) == {"SOG-RIN": 1}


def test_a_server_that_is_away(world: World, at_desk: AtDesk, open_as: OpenAs) -> None:
    """Eight seconds of patience; then the number goes back, and nothing is lost or doubled."""
    page = open_as(world.bruno)
    page.goto(PAGE)
    page.route(f"**{PAGE}", lambda route: route.abort())
    page.keyboard.press("1")
    page.keyboard.press("2")
    trouble = page.locator("#tally-trouble")
    expect(trouble).to_contain_text(
        "NON salvate, 2: Rinnovo permesso, Cittadinanza. Il server non ha risposto", timeout=12000
    )
    assert [key(page, 1), key(page, 2)] == ["0", "0"]
    page.unroute(f"**{PAGE}")
    page.reload()
    expect(trouble).to_contain_text("NON salvate, 2: Rinnovo permesso, Cittadinanza.")
    trouble.get_by_role("button", name="Riprova").click()
    settled(page, 2)
    expect(trouble).to_be_empty()
    assert counted(world, at_desk) == {"SOG-RIN": 1, "CIT": 1}


def test_a_session_that_ends_loses_no_press(world: World, at_desk: AtDesk, open_as: OpenAs) -> None:
    page = open_as(world.bruno)
    page.goto(PAGE)
    other = page.context.new_page()
    other.goto("/conto")
    other.get_by_role("button", name="Esci").click()
    other.wait_for_url("**/accedi*")
    page.keyboard.press("2")
    trouble = page.locator("#tally-trouble")
    expect(trouble).to_contain_text("NON salvata: Cittadinanza. La sessione è scaduta")
    trouble.get_by_role("link", name="Accedi").click()
    page.get_by_label("E-mail").fill(world.bruno.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Accedi").click()
    page.wait_for_url(lambda url: "/accedi" not in url)
    page.goto(PAGE)
    expect(trouble).to_contain_text("NON salvata: Cittadinanza.")
    trouble.get_by_role("button", name="Riprova").click()
    settled(page, 1)
    assert counted(world, at_desk) == {"CIT": 1}


def test_leaving_in_a_hurry_loses_nothing(world: World, at_desk: AtDesk, open_as: OpenAs) -> None:
    page = open_as(world.bruno)
    page.goto(PAGE)
    for digit in "12345":
        page.keyboard.press(digit)
    page.goto(PAGE)
    settled(page, 5)
    assert sum(counted(world, at_desk).values()) == 5


def test_a_press_is_assigned_later_and_the_figures_follow(
    world: World, at_desk: AtDesk, open_as: OpenAs
) -> None:
    with at_desk(world.lucca):
        people.create_person(facts=PersonFacts(family_name="Diallo", given_name="Amina", sex="F"))
    page = open_as(world.bruno)
    page.goto(PAGE)
    page.keyboard.press("2")
    settled(page, 1)
    row = page.locator("#tally-today li").first
    row.get_by_role("link", name="Assegna").click()
    page.wait_for_url("**/assegna")
    expect(page.locator("input:focus")).to_have_count(1)
    page.keyboard.type("diallo am")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Diallo Amina").click()
    expect(page.locator("#done")).to_contain_text("Assegnato")
    expect(page.locator("#done")).to_contain_text("Diallo Amina · Cittadinanza")
    assert counted(world, at_desk) == {}
    with at_desk(world.lucca):
        counts = figures.list_counts()[str(clock.today().year)]
        assert (counts.users, counts.visits, counts.anonymous) == (1, 1, 0)
        assert counts.users_by_sex["F"] == 1
    page.goto(PAGE)
    expect(page.locator("#tally-head")).to_have_text("Oggi: 0 richieste senza nome")
    row = page.locator("#tally-today li").first
    expect(row).to_contain_text("assegnata a D. A.")
    expect(row.get_by_role("button")).to_have_count(0)
    row.get_by_role("link", name="Apri").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Diallo Amina")


def test_the_last_one_of_a_row_and_the_focus(
    world: World, at_desk: AtDesk, open_as: OpenAs
) -> None:
    page = open_as(world.bruno)
    page.goto(PAGE)
    for digit in "123":
        page.keyboard.press(digit)
    settled(page, 3)
    row = page.locator("#tally-today li").nth(1)
    row.get_by_role("button", name="Annulla").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#voice-status")).to_have_text("Annullata: Cittadinanza, 0 oggi.")
    settled(page, 2)
    assert page.evaluate("document.activeElement.closest('#tally-today') !== null")
    assert counted(world, at_desk) == {"SOG-RIN": 1, "SOG-CAR": 1}


def test_without_javascript(world: World, at_desk: AtDesk, open_as: OpenAs) -> None:
    page = open_as(world.bruno, javascript=False)
    page.goto(PAGE)
    for _time in range(2):
        page.get_by_role("button", name="Cittadinanza").first.click()
        expect(page.locator(".tally-done")).to_contain_text("Registrata: Cittadinanza")
    page.locator("#take-back").click()
    expect(page.locator(".tally-done")).to_have_text("Annullata: Cittadinanza, 1 oggi")
    page.locator("#others-open").click()
    page.get_by_role("button", name="Scuola").click()
    expect(page.locator("#tally-head")).to_have_text("Oggi: 2 richieste senza nome")
    page.locator("#tally-today li").first.get_by_role("button", name="Annulla").click()
    expect(page.locator("#tally-head")).to_have_text("Oggi: 1 richiesta senza nome")
    assert counted(world, at_desk) == {"CIT": 1}


@pytest.mark.parametrize("width", [1280, 390, 320])
def test_every_state_at_every_width(world: World, open_as: OpenAs, width: int) -> None:
    page = open_as(world.bruno, width=width)
    errors, found = errors_of(page), []
    page.goto(PAGE)
    page.locator(".tally-key").nth(6).click()
    settled(page, 1)
    found += faults(page, "pressed")
    page.locator("#others-open").click()
    found += faults(page, "other topics")
    height = page.locator(".tally-key").first.bounding_box()["height"]
    assert height == pytest.approx(136 if width == 1280 else 88, abs=1)
    across = {box.bounding_box()["x"] for box in page.locator(".tally-key").all()}
    assert len(across) == (3 if width == 1280 else 2)
    page.goto(SHEETS)
    page.get_by_text("Altre tipologie", exact=True).first.click()
    found += faults(page, "sheet")
    page.locator("[name=n_CIT_F]").fill("-3")
    page.get_by_role("button", name="Inserisci il foglio").click()
    expect(page.get_by_role("heading", name="Non salvato")).to_be_visible()
    found += faults(page, "wrong sheet")
    page.goto(f"{PAGE}/stampa")
    found += faults(page, "print")
    assert found == []
    assert errors == []


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "no-javascript"])
def test_a_sheet_from_paper_to_figures(
    world: World, at_desk: AtDesk, open_as: OpenAs, javascript: bool
) -> None:
    page = open_as(world.bruno, javascript=javascript)
    page.goto(SHEETS)
    page.get_by_label("Giorno del foglio").fill("20/11/2026")
    page.get_by_label("Rinnovo permesso, femmine").focus()
    for number in ("9", "4", "2", "1"):
        page.keyboard.type(number)
        page.keyboard.press("Tab")
    expect(page.locator("[name=n_CIT_F]")).to_have_value("1")
    page.get_by_label("Totale sul foglio").fill("17")
    if javascript:
        expect(page.locator("#sheet-total")).to_have_text("16")
        expect(page.locator("#sheet-difference")).to_have_text("1 in meno che sul foglio")
    page.get_by_role("button", name="Inserisci il foglio").click()
    expect(page.get_by_text("le caselle sommano a 16").first).to_be_visible()
    page.get_by_label("Totale sul foglio").fill("16")
    page.get_by_role("button", name="Inserisci il foglio").click()
    # The region that is read out says the same words a moment later.
    message = page.locator(".message.ok")
    expect(message).to_contain_text("Foglio del 20/11/2026 inserito: 16 richieste.")
    assert figures_of(world, at_desk) == {"SOG-RIN": 15, "CIT": 1}
    page.locator(".message").get_by_role("button", name="Annulla").click()
    expect(message).to_contain_text("Foglio del 20/11/2026 annullato: 16 richieste.")
    assert figures_of(world, at_desk) == {}


def figures_of(world: World, at_desk: AtDesk) -> dict[str, int]:
    with at_desk(world.lucca):
        assert_figures_are_exact()
        counts = figures.list_counts()["2026-11"]
        return {code: number for code, number in counts.topics.items() if number}
