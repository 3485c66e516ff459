# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every page in a real browser: no accessibility violation, no error, nothing wider than it."""

from uuid import UUID

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from portal.core import clock
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


def desk_pages(person: UUID, visit: UUID) -> list[str]:
    desk = "/s/lucca"
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
        f"{desk}/totali-passati",
        f"{desk}/non-esiste",
        "/conto",
        "/scegli",
        *OPEN,
    ]


def problems(page: Page, address: str) -> list[str]:
    """What is wrong with a page, in words."""
    found: list[str] = []
    answer = page.goto(address)
    expected = WRONG.get(address, 200)
    if answer is None or answer.status != expected:
        found.append(f"{address}: not {expected}")
    result = Axe().run(page, options={"runOnly": {"type": "tag", "values": RULES}})
    for violation in result.response["violations"]:
        nodes = [node["html"][:120] for node in violation["nodes"][:2]]
        found.append(f"{address}: {violation['id']} {nodes}")
    wider = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    if wider:
        found.append(f"{address}: wider than the window")
    return found


@pytest.mark.parametrize("width", [1280, 320])
def test_no_page_has_a_violation(
    world: World, at_desk: AtDesk, open_as: OpenAs, width: int
) -> None:
    with at_desk(world.lucca):
        seed.record()
        person = people.create_person(
            facts=PersonFacts(family_name="Diallo", given_name="Amina", citizenships=("450",))
        ).id
        visit = visits.record_visit(facts=VisitFacts(clock.today(), ("CIT",), person)).id
    page = open_as(world.anna, width=width)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on(
        "console",
        lambda message: errors.append(message.text) if "Content Security" in message.text else None,
    )
    found = [problem for url in desk_pages(person, visit) for problem in problems(page, url)]
    assert found == []
    assert errors == []


def test_the_pages_before_the_door_and_of_the_network(world: World, open_as: OpenAs) -> None:
    page = open_as(world.elena)
    assert problems(page, "/r/rete/") == []
    page.get_by_role("button", name="Esci").click()
    page.wait_for_url("**/accedi*")
    for address in ("/accedi", "/accedi?scaduta=1", "/password-dimenticata", "/invito/nessuno"):
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
