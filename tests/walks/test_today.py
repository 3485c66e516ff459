# SPDX-License-Identifier: AGPL-3.0-or-later
"""The day's list by keyboard: delete in the row, take back, give a name, hide names."""

from uuid import UUID

import pytest
from playwright.sync_api import Locator, Page, expect

from portal.core import clock
from portal.people import actions as people
from portal.people.rules import PersonFacts
from portal.visits import actions, queries
from portal.visits.rules import VisitFacts
from tests.conftest import AtDesk
from tests.walks.conftest import OpenAs
from tests.walks.looks import faults, is_too_wide
from tests.world import World

pytestmark = pytest.mark.browser

Rows = tuple[UUID, UUID]


@pytest.fixture
def rows(world: World, at_desk: AtDesk) -> Rows:
    """Amina's visit, and a later one without a name."""
    with at_desk(world.lucca):
        amina = people.create_person(facts=PersonFacts("Diallo", "Amina", sex="F")).id
        named = actions.record_visit(facts=VisitFacts(clock.today(), ("CIT",), amina)).id
        return named, actions.record_visit(facts=VisitFacts(clock.today(), ("FOR",))).id


def row(page: Page, text: str) -> Locator:
    return page.locator("#today .visits > li", has_text=text)


@pytest.mark.parametrize("width", [320, 1280])
def test_a_visit_is_deleted_in_its_row_and_taken_back(
    world: World,
    at_desk: AtDesk,
    open_as: OpenAs,
    rows: Rows,
    width: int,
) -> None:
    page = open_as(world.bruno, width=width)
    page.goto("/s/lucca/")
    expect(page.locator("#today")).to_contain_text("2 accessi · 2 richieste · 1 anonimo")
    row(page, "D. A.").get_by_role("link", name="Elimina").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("radio", name="Inserito per errore")).to_be_focused()
    assert not faults(page)
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("radio", name="Inserito due volte")).to_be_checked()
    page.keyboard.press("Enter")
    back = page.get_by_role("button", name="Annulla l’eliminazione")
    expect(back).to_be_focused()
    expect(page.locator("#voice-status")).to_have_text(
        "Accesso eliminato. I conteggi sono aggiornati."
    )
    expect(page.locator("#today")).to_contain_text("1 accesso · 1 richiesta · 1 anonimo")
    assert not faults(page)
    page.keyboard.press("Enter")
    expect(page.locator("#voice-status")).to_have_text("Annullato.")
    expect(row(page, "D. A.").get_by_role("link", name="Correggi")).to_be_focused()
    with at_desk(world.lucca):
        assert queries.get_visit(rows[0]).deleted_at is None


def test_leaving_gives_the_focus_back(world: World, open_as: OpenAs, rows: Rows) -> None:
    page = open_as(world.bruno)
    page.goto("/s/lucca/")
    for act in ("Elimina", "Assegna"):
        row(page, "Anonimo").get_by_role("link", name=act).press("Enter")
        expect(page.locator("#today .open [data-focus]")).to_be_focused()
        page.get_by_role("link", name="Lascia").press("Enter")
        expect(page.locator("#today .open")).to_have_count(0)
        expect(row(page, "Anonimo").get_by_role("link", name="Assegna")).to_be_focused()


@pytest.mark.parametrize("width", [320, 1280])
def test_an_anonymous_visit_gets_its_person_in_its_row(
    world: World,
    at_desk: AtDesk,
    open_as: OpenAs,
    rows: Rows,
    width: int,
) -> None:
    page = open_as(world.bruno, width=width)
    page.goto("/s/lucca/")
    row(page, "Anonimo").get_by_role("link", name="Assegna").press("Enter")
    box = page.locator("#today").get_by_label("Chi è allo sportello?")
    expect(box).to_be_focused()
    page.keyboard.type("dial am")
    found = page.locator("#today").get_by_role("option", name="Diallo Amina")
    expect(found).to_have_attribute("aria-selected", "true")
    assert not faults(page)
    page.keyboard.press("ArrowUp")
    new = page.get_by_role("option", name="Nuova persona cognome Dial, nome Am")
    expect(new).to_have_attribute("aria-selected", "true")
    expect(box).to_have_attribute("aria-activedescendant", str(new.get_attribute("id")))
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#voice-status")).to_have_text("Accesso assegnato a Diallo Amina.")
    expect(page.locator("#today")).not_to_contain_text("Anonimo")
    expect(row(page, "Formazione").get_by_role("link", name="Correggi")).to_be_focused()
    with at_desk(world.lucca):
        assert queries.get_visit(rows[1]).person_id is not None


def test_enter_before_the_answer_gives_the_only_person(
    world: World, open_as: OpenAs, rows: Rows
) -> None:
    page = open_as(world.bruno)
    page.goto("/s/lucca/")
    row(page, "Anonimo").get_by_role("link", name="Assegna").press("Enter")
    expect(page.locator("#today").get_by_label("Chi è allo sportello?")).to_be_focused()
    page.keyboard.type("dial am")
    page.keyboard.press("Enter")
    expect(page.locator("#voice-status")).to_have_text("Accesso assegnato a Diallo Amina.")


def test_nobody_found_in_the_row_becomes_a_new_person(
    world: World, open_as: OpenAs, rows: Rows
) -> None:
    page = open_as(world.bruno)
    page.goto("/s/lucca/")
    row(page, "Anonimo").get_by_role("link", name="Assegna").press("Enter")
    expect(page.locator("#today").get_by_label("Chi è allo sportello?")).to_be_focused()
    page.keyboard.type("kovalenko")
    new = page.get_by_role("option", name="Nuova persona cognome Kovalenko")
    expect(new).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Cognome", exact=True)).to_have_value("Kovalenko")


def test_escape_empties_the_box_then_leaves_the_row(
    world: World, open_as: OpenAs, rows: Rows
) -> None:
    page = open_as(world.bruno)
    page.goto("/s/lucca/")
    row(page, "Anonimo").get_by_role("link", name="Assegna").press("Enter")
    box = page.locator("#today").get_by_label("Chi è allo sportello?")
    expect(box).to_be_focused()
    page.keyboard.type("dial")
    expect(page.get_by_role("option", name="Diallo Amina")).to_be_visible()
    page.keyboard.press("Escape")
    expect(box).to_have_value("")
    expect(box).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("Escape")
    expect(row(page, "Anonimo").get_by_role("link", name="Assegna")).to_be_focused()


def test_a_deletion_without_a_reason_stays_in_its_row(
    world: World, open_as: OpenAs, rows: Rows
) -> None:
    page = open_as(world.bruno)
    page.goto("/s/lucca/")
    row(page, "D. A.").get_by_role("link", name="Elimina").press("Enter")
    expect(page.get_by_role("radio", name="Inserito per errore")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#today .open")).to_contain_text("Scegli il motivo")
    expect(page.get_by_role("radio", name="Inserito per errore")).to_be_focused()
    assert not faults(page)
    page.keyboard.press("Escape")
    expect(page.locator("#today .open")).to_have_count(0)
    expect(row(page, "D. A.").get_by_role("link", name="Correggi")).to_be_focused()


@pytest.mark.parametrize("width", [320, 1280])
def test_another_day_opens_without_moving_anything(
    world: World, open_as: OpenAs, rows: Rows, width: int
) -> None:
    page = open_as(world.bruno, width=width)
    page.goto("/s/lucca/")
    places = "[...document.querySelectorAll('#today a, #today button, #today summary')]"
    where = f"{places}.filter(one => !one.closest('details form'))" + (
        ".map(one => JSON.stringify(one.getBoundingClientRect())).join()"
    )
    opener = page.locator(".other-day summary")
    opener.focus()
    before = page.evaluate(where)
    page.keyboard.press("Enter")
    expect(page.get_by_label("Giorno", exact=True)).to_be_focused()
    assert page.evaluate(where) == before
    assert not is_too_wide(page)
    page.keyboard.press("Escape")
    expect(opener).to_be_focused()
    expect(page.get_by_label("Giorno", exact=True)).to_be_hidden()


@pytest.mark.parametrize("javascript", [True, False])
def test_names_are_shown_and_hidden_for_the_session(
    world: World, open_as: OpenAs, rows: Rows, javascript: bool
) -> None:
    page = open_as(world.bruno, javascript=javascript)
    page.goto("/s/lucca/")
    page.get_by_role("button", name="Mostra i nomi").press("Enter")
    expect(row(page, "Diallo Amina")).to_be_visible()
    page.goto("/s/lucca/")
    expect(row(page, "Diallo Amina")).to_be_visible()
    hide = page.get_by_role("button", name="Nascondi i nomi")
    if javascript:
        hide.focus()
    hide.press("Enter")
    expect(row(page, "D. A.")).to_be_visible()
    if javascript:
        expect(page.get_by_role("button", name="Mostra i nomi")).to_be_focused()


def test_without_a_script_each_act_is_a_page(
    world: World, at_desk: AtDesk, open_as: OpenAs, rows: Rows
) -> None:
    page = open_as(world.bruno, javascript=False)
    page.goto("/s/lucca/")
    row(page, "Anonimo").get_by_role("link", name="Assegna").click()
    page.get_by_label("Chi è allo sportello?").fill("dial am")
    page.get_by_role("button", name="Cerca").click()
    page.get_by_role("button", name="Diallo Amina").click()
    expect(page.locator("#today")).to_contain_text("2 accessi · 2 richieste")
    row(page, "Formazione").get_by_role("link", name="Elimina").click()
    page.get_by_label("Inserito due volte").check()
    page.get_by_role("button", name="Elimina accesso").click()
    expect(page.get_by_text("Accesso eliminato.")).to_be_visible()
    page.get_by_role("button", name="Annulla").click()
    expect(page.locator("#today")).to_contain_text("2 accessi · 2 richieste")


def test_an_act_opened_in_a_tab_of_its_own_is_a_page(
    world: World, open_as: OpenAs, rows: Rows
) -> None:
    """With a script too: the list of the day, which it would change, is not there."""
    named, anonymous = rows
    page = open_as(world.bruno)
    page.goto(f"/s/lucca/accessi/{anonymous}/assegna")
    page.get_by_label("Chi è allo sportello?").fill("dial am")
    page.get_by_role("button", name="Cerca").click()
    page.get_by_role("button", name="Diallo Amina").click()
    expect(page.locator("#today")).to_contain_text("2 accessi · 2 richieste")
    page.goto(f"/s/lucca/accessi/{named}/elimina")
    page.get_by_label("Inserito due volte").check()
    page.get_by_role("button", name="Elimina accesso").click()
    expect(page.locator("#today")).to_contain_text("1 accesso · 1 richiesta")


def test_a_correction_comes_back_to_its_day(world: World, open_as: OpenAs, rows: Rows) -> None:
    page = open_as(world.bruno)
    page.goto("/s/lucca/")
    row(page, "Anonimo").get_by_role("link", name="Correggi").press("Enter")
    page.get_by_label("Nota", exact=True).fill("Torna domani.")
    page.get_by_role("button", name="Salva correzioni").click()
    expect(page.locator("#today li.fresh")).to_contain_text("Anonimo")


def test_a_correction_begins_with_what_is_asked(
    world: World, at_desk: AtDesk, open_as: OpenAs, rows: Rows
) -> None:
    page = open_as(world.bruno)
    page.goto("/s/lucca/")
    row(page, "D. A.").get_by_role("link", name="Correggi").press("Enter")
    asked = page.get_by_role("combobox", name="Che cosa chiede?")
    expect(asked).to_be_focused()
    expect(asked).to_have_accessible_description("Accesso di Diallo Amina. 1 richiesta.")
    page.keyboard.type("form")
    page.keyboard.press("Enter")
    page.get_by_label("Nota", exact=True).focus()
    page.keyboard.press("Control+Enter")
    expect(page.locator("#today li.fresh")).to_contain_text("D. A.")
    with at_desk(world.lucca):
        assert set(queries.facts_of(queries.get_visit(rows[0])).topics) == {"CIT", "FOR"}


def test_a_refused_correction_keeps_the_focus_on_its_summary(
    world: World, open_as: OpenAs, rows: Rows
) -> None:
    page = open_as(world.bruno)
    page.goto(f"/s/lucca/accessi/{rows[0]}/correggi")
    page.get_by_label("Data", exact=True).fill("")
    page.keyboard.press("Enter")
    expect(page.locator("#error-summary")).to_be_focused()


@pytest.mark.parametrize("javascript", [True, False])
def test_a_search_and_a_sheet_begin_in_their_first_field(
    world: World, open_as: OpenAs, javascript: bool
) -> None:
    page = open_as(world.bruno, javascript=javascript)
    page.goto("/s/lucca/persone")
    expect(page.get_by_label("Cerca una persona")).to_be_focused()
    page.goto("/s/lucca/conteggio/fogli")
    expect(page.get_by_label("Giorno del foglio")).to_be_focused()
    page.locator("tr[data-row] input").first.fill("3")
    page.get_by_label("Totale sul foglio").fill("3")
    page.get_by_role("button", name="Inserisci il foglio").click()
    expect(page.get_by_text("3 richieste").first).to_be_visible()
    expect(page.get_by_label("Giorno del foglio")).to_be_focused()
