# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every page in a real browser: no accessibility violation, no error, nothing wider than it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from uuid import UUID

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Page

from portal.accounts import actions as accounts
from portal.core import clock
from portal.core.italy.formats import PartialDate
from portal.core.italy.periods import parse_period
from portal.core.store.tenancy import network_scope
from portal.core.store.unit import unit_of_work
from portal.core.web.access import Role
from portal.core.work import jobs
from portal.figures import actions as figures
from portal.mailings.actions import add_recipient, send_edition
from portal.mailings.kinds import DESK as LETTERS
from portal.mailings.kinds import OF_DESK
from portal.oversight.actions import publish_edition
from portal.oversight.editions import NETWORK
from portal.people import actions as people
from portal.people.rules import PersonFacts
from portal.reports.disclosure.sheets import Audience
from portal.reports.editions import lifecycle as editions
from portal.reports.editions.desk import DESK
from portal.visits import actions as visits
from portal.visits.rules import VisitFacts
from tests import seed
from tests.conftest import AtDesk
from tests.portal.reports.builds import Build
from tests.walks.conftest import OpenAs
from tests.world import World

pytestmark = pytest.mark.browser

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OPEN = ("/guida", "/tasti", "/accessibilita", "/privacy", "/come-si-conta", "/codice-sorgente")


WRONG = {
    "/s/lucca/non-esiste": 404,
    "/s/lucca/relazioni/periodo?periodo=2016-S9": 422,
    "/invito/nessuno": 404,
}


# One word, as long as the field lets it be.
LONG = PersonFacts(family_name="A" * 120, given_name="Amina", citizenships=("450",))


NOBODY = UUID(int=0)


@dataclass(frozen=True)
class Rows:
    """The ids that addresses name."""

    person: UUID
    visit: UUID
    totals: UUID
    deleted: UUID
    member: UUID
    approved: UUID = NOBODY
    ready: UUID = NOBODY


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


def publish(app: Flask, world: World, at_desk: AtDesk) -> tuple[UUID, UUID]:
    """Lucca's half-year approved, published and sent, and another that waits to be read."""
    with at_desk(world.lucca, account=world.anna):
        add_recipient(OF_DESK, email="ufficio@prefettura.example", audience=Audience.DESK)
        asked = [editions.request_edition(DESK, period=name).id for name in ("2016-S1", "2016-S2")]
    for edition_id in asked:
        Build(app)(world.lucca, edition_id)
    with at_desk(world.lucca, account=world.anna):
        editions.approve_edition(DESK, edition_id=asked[0], seen_version=None)
        publish_edition(edition_id=asked[0])
        send_edition(LETTERS, edition_id=asked[0])
    return asked[0], asked[1]


def compare(app: Flask, world: World) -> UUID:
    """The network's edition of what is published, approved."""
    with app.app_context(), network_scope(world.rete.id):
        with unit_of_work():
            edition_id = editions.request_edition(NETWORK, period="2016-S1").id
            job_id = jobs.get_job_id(NETWORK.job, str(edition_id))
        editions.build_edition(NETWORK, edition_id=edition_id, job_id=job_id)
        with unit_of_work():
            editions.approve_edition(NETWORK, edition_id=edition_id, seen_version=None)
    return edition_id


def edition_pages(rows: Rows) -> list[str]:
    desk, editions_of = "/s/lucca", "/s/lucca/relazioni/edizioni"
    return [
        f"{desk}/destinatari",
        f"{desk}/posta",
        f"{desk}/impostazioni/chiusura",
        f"{editions_of}/{rows.approved}",
        f"{editions_of}/{rows.approved}/consegne",
        f"{editions_of}/{rows.approved}/anteprima",
        f"{editions_of}/{rows.approved}/rettifica",
        f"{editions_of}/{rows.ready}",
        f"{editions_of}/{rows.ready}/approva",
    ]


def network_pages(edition_id: UUID) -> list[str]:
    network = "/r/rete"
    return [
        f"{network}/",
        f"{network}/confronto?periodo=2016-S1",
        f"{network}/confronto?periodo=2016-S1&mostra=conteggi",
        f"{network}/confronto?periodo=2099-S1",
        f"{network}/chiusura",
        f"{network}/destinatari",
        f"{network}/posta",
        f"{network}/edizioni/{edition_id}/consegne",
        f"{network}/edizioni/{edition_id}/anteprima",
    ]


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
        f"{desk}/conteggio",
        f"{desk}/conteggio?altre=1",
        f"{desk}/conteggio/fogli",
        f"{desk}/conteggio/stampa",
        f"{desk}/persone",
        f"{desk}/persone/nuova",
        f"{desk}/persone/{person}",
        f"{desk}/persone/{person}/modifica",
        f"{desk}/relazioni",
        f"{desk}/relazioni/periodo?periodo=2016-S1",
        f"{desk}/relazioni/periodo?periodo=2016-S1&prospetto=storico",
        f"{desk}/relazioni/periodo?periodo=2016-S9",
        f"{desk}/impostazioni",
        f"{desk}/impostazioni/tipologie",
        f"{desk}/impostazioni/schermo",
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
    app: Flask, world: World, at_desk: AtDesk, open_as: OpenAs, width: int
) -> None:
    with at_desk(world.lucca):
        rows = record(world)
    approved, ready = publish(app, world, at_desk)
    rows = replace(rows, approved=approved, ready=ready)
    page = open_as(world.anna, width=width)
    errors = errors_of(page)
    pages = [*desk_pages(rows), *edition_pages(rows)]
    found = [problem for url in pages for problem in problems(page, url)]
    assert found == []
    assert errors == []


@pytest.mark.parametrize("width", [1280, 320])
def test_no_page_of_the_network_has_a_violation(
    app: Flask, world: World, at_desk: AtDesk, open_as: OpenAs, width: int
) -> None:
    with at_desk(world.lucca):
        seed.record()
    publish(app, world, at_desk)
    page = open_as(world.elena, width=width)
    errors = errors_of(page)
    pages = network_pages(compare(app, world))
    found = [problem for url in pages for problem in problems(page, url)]
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
