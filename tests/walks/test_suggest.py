# SPDX-License-Identifier: AGPL-3.0-or-later
"""Lists under the fields of a person, by keyboard, mouse and on a phone; what a code fills."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from portal.people import actions as people
from portal.people.rules import PersonFacts
from tests.conftest import AtDesk
from tests.walks.conftest import OpenAs
from tests.walks.looks import errors_of, faults
from tests.world import World

pytestmark = pytest.mark.browser

NEW = "/s/lucca/persone/nuova"
OPTION = ".suggestions [role=option]"
AMINA = "DLLMNA88D52Z343L"


@pytest.fixture
def page(world: World, at_desk: AtDesk, open_as: OpenAs) -> Page:
    """The form of a new person, at a desk that knows some Moroccans of Lucca."""
    meet(world, at_desk)
    opened = open_as(world.bruno)
    opened.goto(NEW)
    return opened


def meet(world: World, at_desk: AtDesk) -> None:
    lucca = {"residence_kind": "comune", "residence_comune": "046017"}
    with at_desk(world.lucca):
        for name in ("Uno", "Due"):
            facts = PersonFacts(family_name=name, citizenships=("436",), **lucca)
            people.create_person(facts=facts)


def type_in(page: Page, label: str, text: str) -> Locator:
    field = page.get_by_label(label, exact=True)
    field.focus()
    field.press_sequentially(text)
    return field


def options(page: Page) -> list[str]:
    expect(page.locator(OPTION).first).to_be_visible()
    return page.locator(OPTION).all_text_contents()


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.name"))


def test_three_letters_and_enter(page: Page) -> None:
    field = type_in(page, "Cittadinanza", "ucr")
    assert options(page) == ["Ucraina", "Non indicato"]
    expect(field).to_have_attribute("aria-expanded", "true")
    chosen = field.get_attribute("aria-activedescendant")
    assert page.locator(f"#{chosen}").text_content() == "Ucraina"
    page.keyboard.press("Enter")
    expect(field).to_have_value("Ucraina")
    assert focused(page) == "residence_comune"
    expect(page.locator(OPTION)).to_have_count(0)


def test_enter_waits_for_the_list(page: Page) -> None:
    page.route("**/persone/elenchi*", lambda route: (page.wait_for_timeout(300), route.continue_()))
    field = type_in(page, "Cittadinanza", "ucr")
    page.keyboard.press("Enter")
    expect(field).to_have_value("Ucraina")
    # Not sent: the address has at most the draft that was kept meanwhile.
    assert urlsplit(page.url).path.endswith(NEW)


def test_the_commonest_here_first_and_not_stated_last(page: Page) -> None:
    type_in(page, "Cittadinanza", "ma")
    found = options(page)
    assert (found[0], found[-1]) == ("Marocco", "Non indicato")
    assert found[1] == "Macedonia del Nord"
    assert len(found) == 9
    type_in(page, "Comune di residenza", "lu")
    assert options(page)[0] == "Lucca (LU)"


def test_accents_and_inner_words(page: Page) -> None:
    type_in(page, "Cittadinanza", "peru")
    assert options(page)[0] == "Perù"
    field = page.get_by_label("Cittadinanza", exact=True)
    field.fill("")
    expect(page.locator(OPTION)).to_have_count(0)
    type_in(page, "Cittadinanza", "avorio co")
    assert options(page)[0] == "Costa d'Avorio"


def test_arrows_escape_and_tab(page: Page) -> None:
    field = type_in(page, "Cittadinanza", "ma")
    second, last = options(page)[1], options(page)[-1]
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(field).to_have_value(second)
    field.fill("")
    field.press_sequentially("ma")
    assert options(page)
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(field).to_have_value(last)
    field.fill("")
    field.press_sequentially("ma")
    assert options(page)
    page.keyboard.press("Escape")
    expect(page.locator(OPTION)).to_have_count(0)
    expect(field).to_have_value("ma")
    page.keyboard.press("Tab")
    expect(field).to_have_value("ma")
    field.focus()
    field.fill("")
    field.press_sequentially("ucr")
    assert options(page)
    page.keyboard.press("Tab")
    expect(field).to_have_value("Ucraina")
    assert focused(page) == "residence_comune"


def test_tab_among_several_takes_none(page: Page) -> None:
    field = type_in(page, "Cittadinanza", "ma")
    assert options(page)
    page.keyboard.press("Tab")
    expect(field).to_have_value("ma")
    expect(page.locator(OPTION)).to_have_count(0)


def test_the_mouse_takes_one(page: Page) -> None:
    field = type_in(page, "Stato di nascita", "jug")
    page.locator(OPTION, has_text="Jugoslavia").click()
    expect(field).to_have_value("Jugoslavia")
    expect(field).to_be_focused()
    expect(page.locator(OPTION)).to_have_count(0)


def test_a_list_that_does_not_come_leaves_the_field_to_the_hand(page: Page) -> None:
    page.route("**/persone/elenchi*", lambda route: route.abort())
    field = type_in(page, "Cittadinanza", "ucraina")
    expect(page.locator(OPTION)).to_have_count(0)
    expect(field).to_have_value("ucraina")


def test_the_number_of_suggestions_is_heard(page: Page) -> None:
    type_in(page, "Cittadinanza", "ucr")
    expect(page.locator("#voice-status")).to_have_text("Un suggerimento: Ucraina.")


def test_an_answer_that_was_overtaken_is_not_told(page: Page) -> None:
    """What was read before the surname came arrives after what was read with it."""
    page.evaluate(
        """() => {
            const ask = window.fetch;
            window.fetch = async (address, options) => {
                const answer = await ask(address, options);
                const late = !String(options?.body).includes("Rossi");
                if (late) await new Promise((go) => setTimeout(go, 800));
                return answer;
            };
        }"""
    )
    type_in(page, "Codice fiscale", AMINA.lower())
    type_in(page, "Cognome", "Rossi")
    page.keyboard.press("Tab")
    said = page.locator("#codice_fiscale-typed")
    expect(said).to_contain_text("non coerente: il nome nel codice")
    page.wait_for_timeout(1000)
    expect(said).to_contain_text("non coerente: il nome nel codice")


def test_a_code_fills_the_form(page: Page) -> None:
    type_in(page, "Codice fiscale", AMINA.lower())
    expect(page.get_by_label("Stato di nascita", exact=True)).to_have_value("Senegal")
    expect(page.get_by_label("Data di nascita", exact=True)).to_have_value("12/04/1988")
    assert page.locator("[name=sex][value=F]").is_checked()
    said = page.locator("#codice_fiscale-typed")
    expect(said).to_contain_text("F, 12/04/1988, nata in Senegal: coerente con i dati.")
    assert AMINA not in page.url
    type_in(page, "Cognome", "Rossi")
    page.keyboard.press("Tab")
    expect(said).to_contain_text("non coerente: il nome nel codice")
    expect(page.get_by_label("Data di nascita", exact=True)).to_have_value("12/04/1988")


def test_what_was_typed_is_shown_in_full(page: Page) -> None:
    birth = type_in(page, "Data di nascita", "12/4/88")
    page.keyboard.press("Tab")
    expect(birth).to_have_value("12/04/1988")
    birth.fill("29/02/2015")
    page.keyboard.press("Tab")
    expect(page.locator("#birth-typed")).to_have_text("Il 29/02/2015 non esiste")
    birth.fill("")
    page.keyboard.press("Tab")
    expect(page.locator("#birth-typed")).to_have_text("")


@pytest.mark.parametrize("width", [1280, 320])
def test_open_lists_have_no_violation(
    world: World, at_desk: AtDesk, open_as: OpenAs, width: int
) -> None:
    meet(world, at_desk)
    page = open_as(world.bruno, width=width)
    errors = errors_of(page)
    page.goto(NEW)
    type_in(page, "Cittadinanza", "ma")
    assert options(page)
    assert faults(page, "open list") == []
    type_in(page, "Codice fiscale", AMINA[:15])
    page.keyboard.press("Tab")
    expect(page.locator("#codice_fiscale-typed")).to_have_text(re.compile("ha 15 caratteri"))
    assert faults(page, "short code") == []
    assert errors == []


def test_without_scripts_the_names_are_typed(world: World, open_as: OpenAs) -> None:
    page = open_as(world.bruno, javascript=False)
    page.goto(NEW)
    page.get_by_label("Cognome", exact=True).fill("Kovalenko")
    page.get_by_label("Cittadinanza", exact=True).fill("ucraina")
    page.get_by_label("Comune di residenza", exact=True).fill("lucca")
    page.get_by_label("Codice fiscale", exact=True).fill(AMINA)
    page.get_by_role("button", name="Salva persona").click()
    page.get_by_text("12/04/1988").first.wait_for()
    page.get_by_text("Ucraina").first.wait_for()


def test_at_the_counter_enter_belongs_to_the_open_list(world: World, open_as: OpenAs) -> None:
    page = open_as(world.bruno)
    errors = errors_of(page)
    page.goto("/s/lucca/accessi/nuovo?nuova=1")
    field = type_in(page, "Cittadinanza", "ucr")
    page.keyboard.press("Enter")
    expect(field).to_have_value("Ucraina")
    assert focused(page) == "person-residence_comune"
    # The list lies over the rest: the field below it stays where it is.
    below = page.locator("#ask")
    place = below.bounding_box()
    type_in(page, "Comune di residenza", "lucc")
    assert below.bounding_box() == place
    page.keyboard.press("Enter")
    expect(below).to_be_focused()
    page.get_by_text("Telefono, codice fiscale").click()
    # A topic is called like the field.
    page.locator("#person-codice_fiscale").press_sequentially(AMINA)
    expect(page.get_by_label("Data di nascita", exact=True)).to_have_value("12/04/1988")
    expect(page.get_by_label("Stato di nascita", exact=True)).to_have_value("Senegal")
    assert page.locator("[name=person-sex][value=F]").is_checked()
    assert errors == []
