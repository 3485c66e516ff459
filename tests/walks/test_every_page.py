# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every page in a real browser: no accessibility violation, no error, nothing wider than it."""

from collections.abc import Iterator
from dataclasses import asdict
from urllib.parse import urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page
from werkzeug.routing import Map, Rule

from config.settings import Settings
from tests.conformance.routes import ROUTES
from tests.conftest import DATABASE, clone, desk_of, on_fresh_copy
from tests.walks.conftest import OpenAs, new_context, served
from tests.walks.furnished import Rows, furnish
from tests.walks.looks import errors_of, problems
from tests.world import Someone, World

pytestmark = pytest.mark.browser
WIDTHS = pytest.mark.parametrize("width", [1280, 320])
FURNISHED = f"{DATABASE}_furnished"
D, N = "/s/lucca", "/r/rete"
EDITIONS = f"{D}/relazioni/edizioni"
OPEN = ("/guida", "/tasti", "/accessibilita", "/privacy", "/come-si-conta", "/codice-sorgente")
OF_THE_DESK = (
    f"{D}/",
    f"{D}/?salvato={{visit}}&nomi=1",
    f"{D}/?giorno=2016-01-04",
    f"{D}/accessi/nuovo",
    f"{D}/accessi/nuovo?persona={{person}}",
    f"{D}/accessi/{{visit}}/correggi",
    f"{D}/accessi/{{visit}}/elimina",
    f"{D}/accessi/{{unnamed}}/assegna",
    f"{D}/conteggio",
    f"{D}/conteggio?altre=1",
    f"{D}/conteggio/fogli",
    f"{D}/conteggio/stampa",
    f"{D}/persone",
    f"{D}/persone/nuova",
    f"{D}/persone/{{person}}",
    f"{D}/persone/{{person}}/modifica",
    f"{D}/persone/{{person}}/unisci",
    f"{D}/persone/{{person}}/copia",
    f"{D}/persone/{{person}}/registro",
    f"{D}/persone/doppioni",
    f"{D}/scadenze",
    f"{D}/relazioni",
    f"{D}/relazioni/testo?periodo=2016-S1",
    f"{D}/relazioni/perche?periodo=2016-S1&tabella=sintesi&riga=users",
    f"{D}/impostazioni/relazione",
    f"{D}/relazioni/periodo?periodo=2016-S1",
    f"{D}/relazioni/periodo?periodo=2016-S1&prospetto=storico",
    f"{D}/relazioni/periodo?periodo=2016-S9",
    f"{D}/impostazioni",
    f"{D}/impostazioni/tipologie",
    f"{D}/impostazioni/schermo",
    f"{D}/operatori",
    f"{D}/operatori/{{member}}/ruolo",
    f"{D}/operatori/gestore",
    f"{D}/operatori/registro",
    f"{D}/totali-passati",
    f"{D}/totali-passati?eliminati={{deleted}}",
    f"{D}/totali-passati/{{totals}}",
    f"{D}/totali-passati/{{totals}}/elimina",
    f"{D}/non-esiste",
    f"{D}/destinatari",
    f"{D}/posta",
    f"{D}/impostazioni/chiusura",
    f"{EDITIONS}/confronto",
    f"{EDITIONS}/confronto?prima={{approved}}&dopo={{ready}}",
    f"{EDITIONS}/{{approved}}",
    f"{EDITIONS}/{{approved}}/consegne",
    f"{EDITIONS}/{{approved}}/anteprima",
    f"{EDITIONS}/{{approved}}/rettifica",
    f"{EDITIONS}/{{ready}}",
    f"{EDITIONS}/{{ready}}/approva",
    "/conto",
    "/conto/indirizzo",
    "/scegli",
    *OPEN,
)
OF_THE_NETWORK = (
    f"{N}/",
    f"{N}/confronto?periodo=2016-S1",
    f"{N}/confronto?periodo=2016-S1&mostra=conteggi",
    f"{N}/confronto?periodo=2099-S1",
    f"{N}/chiusura",
    f"{N}/destinatari",
    f"{N}/posta",
    f"{N}/edizioni/{{compared}}/consegne",
    f"{N}/edizioni/{{compared}}/anteprima",
)
BEFORE = (
    "/accedi",
    "/accedi?scaduta=1",
    "/password-dimenticata",
    "/invito",
    "/password-nuova",
)
# Files, fragments, ways to another page, and what is for machines.
NO_PAGES = {
    "home.healthz",
    "home.readyz",
    "home.start",
    "counter.day",
    "person_pages.subject_file",
    "mailings.letter",
    "network_mailings.network_letter",
    "oversight.edition_file",
    "oversight.file",
    "person_pages.suggest",
    "reports.edition_file",
    "reports.file",
    "reports.download_public_version",
    "reports.template",
}
# Looked at where there are two cards to unite: test_merging.
ELSEWHERE = {"person_pages.compare_cards"}
WRONG = {
    f"{D}/non-esiste": 404,
    f"{D}/relazioni/periodo?periodo=2016-S9": 422,
}


@pytest.fixture(scope="session")
def furnished(template: Settings, shared_app: Flask) -> Rows:
    """Recorded, published and sent once, into a database that the tests copy."""
    with on_fresh_copy(template, shared_app):
        rows = furnish(shared_app, World(), desk_of(shared_app))
    clone(template, FURNISHED, source=DATABASE)
    return rows


@pytest.fixture(scope="module")
def app(template: Settings, shared_app: Flask, furnished: Rows) -> Iterator[Flask]:
    """One database for all: to look at a page changes none (test_looking_changes_nothing)."""
    with on_fresh_copy(template, shared_app, source=FURNISHED):
        yield shared_app


@pytest.fixture(scope="module")
def open_as(browser: Browser, app: Flask) -> Iterator[OpenAs]:
    """Each person at each width has one browser, which keeps what every page is styled with."""
    contexts: dict[tuple[Someone | None, int], BrowserContext] = {}
    with served(app) as address:

        def open_page(someone: Someone | None, *, width: int = 1280) -> Page:
            place = someone, width
            if place not in contexts:
                contexts[place] = new_context(browser, address, app, someone, width=width)
            return contexts[place].new_page()

        yield open_page
        for context in contexts.values():
            context.close()


def test_every_page_of_the_table_is_looked_at() -> None:
    """A new page is written down here too."""
    table = Map(
        [Rule(rule, endpoint=name) for name, (method, rule, _) in ROUTES.items() if method == "GET"]
    ).bind("localhost")
    filled = [path.format(**asdict(Rows())) for path in (*OF_THE_DESK, *OF_THE_NETWORK, *BEFORE)]
    looked_at = {
        table.match(urlsplit(path).path)[0] for path in filled if not path.endswith("/non-esiste")
    }
    pages = {name for name, (method, _rule, _) in ROUTES.items() if method == "GET"}
    assert looked_at == pages - NO_PAGES - ELSEWHERE


@WIDTHS
@pytest.mark.parametrize("path", [*OF_THE_DESK, *OF_THE_NETWORK])
def test_no_page_has_a_violation(
    furnished: Rows, world: World, open_as: OpenAs, path: str, width: int
) -> None:
    page = open_as(world.elena if path.startswith(N) else world.anna, width=width)
    errors = errors_of(page)
    found = problems(page, path.format(**asdict(furnished)), expected=WRONG.get(path, 200))
    page.close()
    assert (found, errors) == ([], [])


@WIDTHS
@pytest.mark.parametrize("path", BEFORE)
def test_no_page_before_the_door_has_a_violation(
    furnished: Rows, open_as: OpenAs, path: str, width: int
) -> None:
    page = open_as(None, width=width)
    errors = errors_of(page)
    found = problems(page, path.format(**asdict(furnished)), expected=WRONG.get(path, 200))
    page.close()
    assert (found, errors) == ([], [])


def test_a_refusal_has_no_violation(world: World, open_as: OpenAs) -> None:
    assert problems(open_as(world.bruno), f"{D}/impostazioni", expected=403) == []
