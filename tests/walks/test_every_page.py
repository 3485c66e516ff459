# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every page in a real browser: no accessibility violation, no error, nothing wider than it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from uuid import UUID

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from portal.accounts import actions as accounts
from portal.core import clock
from portal.core.access import Role
from portal.core.italian import PartialDate
from portal.core.periods import parse_period
from portal.figures import actions as figures
from portal.people import actions as people
from portal.people.rules import PersonFacts
from portal.visits import actions as visits
from portal.visits.rules import VisitFacts
from tests import seed
from tests.conftest import AtDesk
from tests.walks.conftest import OpenAs
from tests.world import World

pytestmark = pytest.mark.browser

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OPEN = ("/guida", "/accessibilita", "/privacy", "/come-si-conta", "/codice-sorgente")


WRONG = {
    "/s/lucca/non-esiste": 404,
    "/s/lucca/relazioni/periodo?periodo=2016-S9": 422,
    "/invito/nessuno": 404,
}


# One word, as long as the field lets it be.
LONG = PersonFacts(family_name="A" * 120, given_name="Amina", citizenships=("450",))


@dataclass(frozen=True)
class Rows:
    """The ids that addresses name."""

    person: UUID
    visit: UUID
    totals: UUID
    deleted: UUID
    member: UUID


def record(world: World) -> Rows:
    """The seed, and somebody with a long name who came today."""
    seed.record()
    figures_of = {"users": 9, "users_f": None, "users_m": None, "topics": {"CIT": 2}}
    person = people.create_person(facts=LONG).id
    visit = visits.record_visit(facts=VisitFacts(clock.today(), ("CIT",), person)).id
    deleted = figures.store_past_total(period=parse_period("2013"), **figures_of)
    figures.delete_past_total(past_total_id=deleted.id, reason="Altro", seen_version=1)
    totals = figures.store_past_total(period=parse_period("2014"), **figures_of).id
    return Rows(person, visit, totals, deleted.id, world.bruno.id)


def desk_pages(rows: Rows) -> list[str]:
    desk, person, visit = "/s/lucca", rows.person, rows.visit
    return [
        f"{desk}/",
        f"{desk}/?salvato={visit}&nomi=1",
        f"{desk}/?giorno=2016-01-04",
        f"{desk}/accessi/nuovo",
        f"{desk}/accessi/nuovo?persona={person}",
        f"{desk}/accessi/{visit}/correggi",
        f"{desk}/accessi/{visit}/elimina",
        f"{desk}/persone",
        f"{desk}/persone/nuova",
        f"{desk}/persone/{person}",
        f"{desk}/persone/{person}/modifica",
        f"{desk}/relazioni",
        f"{desk}/relazioni/periodo?periodo=2016-S1",
        f"{desk}/relazioni/periodo?periodo=2016-S1&prospetto=storico",
        f"{desk}/relazioni/periodo?periodo=2016-S9",
        f"{desk}/impostazioni",
        f"{desk}/operatori",
        f"{desk}/operatori/{rows.member}/ruolo",
        f"{desk}/totali-passati",
        f"{desk}/totali-passati?eliminati={rows.deleted}",
        f"{desk}/totali-passati/{rows.totals}",
        f"{desk}/totali-passati/{rows.totals}/elimina",
        f"{desk}/non-esiste",
        "/conto",
        "/scegli",
        *OPEN,
    ]


def problems(page: Page, address: str, *, expected: int | None = None) -> list[str]:
    """What is wrong with a page, in words."""
    found: list[str] = []
    answer = page.goto(address)
    expected = expected or WRONG.get(address, 200)
    if answer is None or answer.status != expected:
        found.append(f"{address}: not {expected}")
    return found + faults(page, address)


def faults(page: Page, address: str) -> list[str]:
    """What is wrong with the page as it stands now."""
    found: list[str] = []
    result = Axe().run(page, options={"runOnly": {"type": "tag", "values": RULES}})
    for violation in result.response["violations"]:
        nodes = [node["html"][:120] for node in violation["nodes"][:2]]
        found.append(f"{address}: {violation['id']} {nodes}")
    wider = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    if wider:
        found.append(f"{address}: wider than the window")
    return found


def errors_of(page: Page) -> list[str]:
    """What scripts fail at and what the browser refuses, from now on."""
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on(
        "console",
        lambda message: errors.append(message.text) if "Content Security" in message.text else None,
    )
    return errors


@pytest.mark.parametrize("width", [1280, 320])
def test_no_page_has_a_violation(
    world: World, at_desk: AtDesk, open_as: OpenAs, width: int
) -> None:
    with at_desk(world.lucca):
        rows = record(world)
    page = open_as(world.anna, width=width)
    errors = errors_of(page)
    found = [problem for url in desk_pages(rows) for problem in problems(page, url)]
    assert found == []
    assert errors == []


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
    press(page, "Salva correzioni")
    see("visit told twice", "Salvato da altri")
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
        if way == "htmx":
            press(page, "Cerca")
        else:
            page.evaluate("document.querySelector('form.box').submit()")
        see(f"found at the counter, {way}", "persona trovata")
    page.goto("/s/lucca/persone")
    page.locator("form.box input[type=text]").fill("amina")
    press(page, "Cerca")
    see("found among the persons", "1 persona")
    page.goto("/s/lucca/operatori")
    page.locator("form.invite input[name=name]").fill("Gina")
    page.locator("form.invite input[name=email]").fill("gina@comune.example")
    press(page, "Crea il link d’invito")
    see("link of an invitation", "Il link è pronto.")


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


def test_the_pages_before_the_door_and_of_the_network(
    world: World, at_desk: AtDesk, open_as: OpenAs
) -> None:
    with at_desk(world.lucca, account=world.anna):
        key = accounts.invite(name="Gina", email="gina@comune.example", role=Role.READER)
    assert problems(open_as(world.bruno), "/s/lucca/impostazioni", expected=403) == []
    page = open_as(world.elena)
    assert problems(page, "/r/rete/") == []
    page.get_by_role("button", name="Esci").click()
    page.wait_for_url("**/accedi*")
    for address in (
        "/accedi",
        "/accedi?scaduta=1",
        "/password-dimenticata",
        "/invito/nessuno",
        f"/invito/{key}",
    ):
        assert problems(page, address) == []


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
