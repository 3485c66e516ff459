# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a form answers, looked at as every page is; rows on a phone; nothing after signing out."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from playwright.sync_api import Page

from portal.core import clock
from portal.core.italy.formats import PartialDate
from portal.people import actions as people
from portal.people.rules import PersonFacts
from portal.visits import actions as visits
from portal.visits.rules import VisitFacts
from tests import seed
from tests.conftest import AtDesk
from tests.walks.conftest import OpenAs
from tests.walks.furnished import LONG, Rows, record
from tests.walks.looks import errors_of, faults
from tests.world import PASSWORD, World

pytestmark = pytest.mark.browser


def press(page: Page, name: str) -> None:
    page.locator("main").get_by_role("button", name=name, exact=True).first.click()


See = Callable[[str, str], None]
"""Look at the page that came of an act, which is known by these words."""


@pytest.mark.parametrize("width", [1280, 390])
def test_no_answer_to_a_form_has_a_violation(
    world: World, at_desk: AtDesk, open_as: OpenAs, width: int
) -> None:
    with at_desk(world.lucca):
        rows = record(world)
    page = open_as(world.anna, width=width)
    errors, found = errors_of(page), []

    def see(name: str, words: str) -> None:
        page.locator("main").get_by_text(words).first.wait_for()
        found.extend(faults(page, name))

    send_wrong_forms(page, rows, see)
    find_and_invite(page, see)
    page.goto(f"/s/lucca/accessi/{rows.visit}/correggi")
    with at_desk(world.lucca, account=world.bruno):
        facts = VisitFacts(clock.today(), ("LAV",), rows.person)
        visits.correct_visit(visit_id=rows.visit, facts=facts, seen_version=1)
    page.get_by_label("Nota", exact=True).fill("n" * 200)
    press(page, "Salva correzioni")
    see("visit told twice", "Il tuo valore")
    page.goto(f"/s/lucca/persone/{rows.person}/modifica")
    with at_desk(world.lucca, account=world.bruno):
        changed = replace(LONG, family_name="B" * 120)
        people.edit_person(person_id=rows.person, facts=changed, seen_version=1)
    page.get_by_label("Cognome", exact=True).fill("C" * 120)
    press(page, "Salva scheda")
    see("person told twice", "Il tuo valore")
    assert found == []
    assert errors == []


def send_wrong_forms(page: Page, rows: Rows, see: See) -> None:
    page.goto("/s/lucca/accessi/nuovo")
    page.get_by_label("Data", exact=True).fill("ieri l’altro")
    press(page, "Salva accesso")
    see("wrong visit", "Non salvato")
    page.goto("/s/lucca/persone/nuova")
    press(page, "Salva persona")
    see("wrong person", "Non salvato")
    page.goto("/s/lucca/totali-passati")
    page.get_by_label("Utenti", exact=True).fill("tanti")
    press(page, "Salva totali")
    see("wrong totals", "Non salvato")
    page.goto(f"/s/lucca/totali-passati/{rows.totals}/elimina")
    press(page, "Elimina totali")
    see("deletion without a reason", "Scegli il motivo")


def find_and_invite(page: Page, see: See) -> None:
    for way in ("htmx", "plain"):
        page.goto("/s/lucca/")
        page.get_by_label("Chi è allo sportello?").fill("amina")
        if way == "plain":
            page.evaluate("document.querySelector('form.box').submit()")
        see(f"found at the counter, {way}", "Solo le persone di questo sportello")
    page.goto("/s/lucca/persone")
    page.locator("form.box input[type=text]").fill("amina")
    press(page, "Cerca")
    see("found among the persons", "1 persona")
    page.goto("/s/lucca/operatori")
    page.locator("form.invite input[name=name]").fill("Gina")
    page.locator("form.invite input[name=email]").fill("gina@comune.example")
    press(page, "Crea il codice d’invito")
    see("code of an invitation", "Il codice è pronto.")
    code = page.get_by_label("Codice da consegnare").input_value()
    page.goto("/invito")
    page.get_by_label("Codice").fill(code)
    press(page, "Continua")
    see("an invitation to somebody else", "Ti offre il ruolo")
    page.get_by_label("Password di adesso").fill(PASSWORD)
    press(page, "Accetta")
    see("not for this address", "per un altro indirizzo")


def test_rows_on_a_phone_say_what_each_number_is(
    world: World, at_desk: AtDesk, open_as: OpenAs
) -> None:
    with at_desk(world.lucca):
        seed.record()
        born = replace(LONG, birth=PartialDate(1988, 4, 12), sex="F")
        people.create_person(facts=born)
    page = open_as(world.bruno, width=390)
    read = """cells => cells.filter(cell => /[0-9]/.test(cell.innerText)).map(
        cell => getComputedStyle(cell, '::before').content)"""
    for address, labels in (("relazioni", {"Utenti", "Servizi"}), ("persone", {"Nascita"})):
        page.goto(f"/s/lucca/{address}")
        said = page.locator(".stack td").evaluate_all(read)
        assert {text.replace('"', "").strip() for text in said} == labels


def test_back_after_signing_out_shows_nobody(
    world: World, at_desk: AtDesk, open_as: OpenAs
) -> None:
    with at_desk(world.lucca):
        facts = PersonFacts(family_name="Canarino", given_name="Segreto")
        person = people.create_person(facts=facts).id
    page = open_as(world.bruno)
    page.goto(f"/s/lucca/persone/{person}")
    assert "Canarino" in page.content()
    page.get_by_role("button", name="Esci").click()
    page.wait_for_url("**/accedi*")
    page.go_back()
    assert "Canarino" not in page.content()
