# SPDX-License-Identifier: AGPL-3.0-or-later
"""The network's pages: the figures side by side, the edition's course, and who may see them."""

import json
from collections.abc import Callable
from datetime import date
from uuid import UUID

import pytest
from bs4 import BeautifulSoup
from flask import Flask

from portal.core import clock
from portal.core.store.tenancy import network_scope
from portal.core.store.unit import unit_of_work
from portal.core.work import jobs
from portal.oversight.editions import NETWORK
from portal.reports.editions import lifecycle as editions
from tests.conftest import AtDesk
from tests.pages import PortalClient
from tests.portal.oversight.conftest import PERIOD, AtNetwork, Publish, record
from tests.world import Someone, World

ClientOf = Callable[[Someone], PortalClient]
PAGE = f"/r/rete/confronto?periodo={PERIOD}"
ASK, FILE = "/r/rete/edizioni", "/r/rete/confronto/file."
CLOSING = "/r/rete/chiusura"


def cells(page: BeautifulSoup) -> list[list[str]]:
    lines = page.select("table.matrix tr")
    return [[" ".join(cell.text.split()) for cell in line.select("th, td")] for line in lines]


def test_desks_across_and_topics_down(two_desks: World, client_of: ClientOf) -> None:
    page = client_of(two_desks.elena).soup(PAGE)
    head, users, services, first, *_rest = cells(page)
    assert head == ["Tipologia di richiesta", "Capannori", "Lucca", "Rete *"]
    assert users == ["Utenti", "3", "149", "152"]
    assert services[2:] == ["214 1,44", "218 1,43"]
    assert first == ["Cittadinanza", "66,7 2", "36,9 55", "37,5 57"]
    assert "nessuno sportello manca · ordine alfabetico" in page.text
    assert "chi è andato in due sportelli conta due volte" in page.text
    assert len(page.select("table.matrix tr.tinted")) == 2


@pytest.mark.parametrize(
    ("show", "shown"),
    [("conteggi", "55 38"), ("variazione", "+14,8"), ("altro", "36,9 55")],
)
def test_one_table_three_readings(
    two_desks: World, client_of: ClientOf, show: str, shown: str
) -> None:
    page = client_of(two_desks.elena).soup(f"{PAGE}&mostra={show}")
    assert cells(page)[3][2] == shown
    assert len(page.select(".segment [aria-current]")) == 1


def test_who_is_missing_is_said(
    old_desks: World, at_desk: AtDesk, publish: Publish, client_of: ClientOf
) -> None:
    with at_desk(old_desks.lucca):
        record(date(2016, 3, 1), ("CIT",))
    publish(old_desks.lucca)
    client = client_of(old_desks.elena)
    page = client.soup(PAGE)
    assert "Manca Capannori: la colonna Rete comprende 1 sportello su 2." in page.text
    assert "manca uno sportello" in page.text
    board = client.soup("/r/rete/")
    assert "1 su 2" in board.text
    assert board.select_one(f'a[href="{PAGE}"]')


def test_no_figures_yet(old_desks: World, client_of: ClientOf) -> None:
    client = client_of(old_desks.elena)
    assert "Nessuno sportello ha ancora approvato" in client.soup(PAGE).text
    page = client.soup("/r/rete/confronto?periodo=2099-S1")
    assert "il periodo finisce il 30 giugno 2099" in page.text
    assert not page.select("table, .panel, .downloads")
    assert client.get("/r/rete/confronto").status_code == 200
    assert client.get("/r/rete/confronto?periodo=pippo").status_code == 422


@pytest.mark.parametrize(
    ("baseline", "sentence"),
    [
        ("2099", "Il periodo 2099 non è ancora cominciato."),
        (PERIOD, "Il periodo 2016-S1 non si confronta con sé stesso: scegline un altro."),
        ("2016-01-01..2016-06-30", "Il periodo 2016-S1 non si confronta con sé stesso"),
        ("ieri", "Il periodo «ieri» non si capisce"),
    ],
)
def test_a_baseline_that_cannot_be_is_refused_at_its_field(
    two_desks: World, client_of: ClientOf, at_network: AtNetwork, baseline: str, sentence: str
) -> None:
    client = client_of(two_desks.elena)
    asking = client.submit(PAGE, {"baseline": baseline}, action=ASK)
    for answer in (client.get(f"{PAGE}&confronto={baseline}"), asking):
        page = BeautifulSoup(answer.text, "html.parser")
        assert answer.status_code == 422
        assert sentence in page.select_one("#confronto-error").text
        assert page.select_one("#confronto option[selected]").text == "un anno prima"
        assert page.select_one('[name="baseline"]')["value"] == "2015-S1"
    file = client.get(f"{FILE}csv?periodo={PERIOD}&confronto={baseline}")
    assert (file.status_code, sentence in file.text) == (422, True)
    with at_network(two_desks.rete):
        assert editions.list_editions(NETWORK, PERIOD) == []


def test_an_edition_stands_beside_a_period_that_is_over(
    two_desks: World, client_of: ClientOf, at_network: AtNetwork
) -> None:
    client, today = client_of(two_desks.elena), clock.today()
    asking = client.submit(PAGE, {"baseline": str(today.year)}, action=ASK)
    assert asking.status_code == 422
    assert f"Il periodo di confronto, {today.year}, non è ancora finito" in asking.text
    with at_network(two_desks.rete):
        assert editions.list_editions(NETWORK, PERIOD) == []


def test_a_range_of_the_days_of_a_period_is_that_period(
    two_desks: World, client_of: ClientOf
) -> None:
    client = client_of(two_desks.elena)
    days = "periodo=2016-01-01..2016-06-30&confronto=2015-01-01..2015-06-30"
    assert client.get(f"{FILE}json?{days}").data == client.get(f"{FILE}json?periodo={PERIOD}").data
    assert cells(client.soup(f"/r/rete/confronto?{days}")) == cells(client.soup(PAGE))


def test_the_files_are_those_of_the_page(two_desks: World, client_of: ClientOf) -> None:
    client = client_of(two_desks.elena)
    links = [str(link["href"]) for link in client.soup(PAGE).select(".downloads a")]
    assert links == [f"{FILE}csv?periodo={PERIOD}", f"{FILE}json?periodo={PERIOD}"]
    read = json.loads(client.get(links[1]).data)
    assert (read["network"], read["missing"]) == ("rete", [])
    assert client.get(links[0]).data.startswith(b"code,label,capannori_count")
    assert client.get(f"{FILE}pdf?periodo={PERIOD}").status_code == 404


def test_an_edition_is_asked_for_followed_and_approved(
    two_desks: World, client_of: ClientOf, app: Flask, at_network: AtNetwork
) -> None:
    client = client_of(two_desks.elena)
    assert client.submit(PAGE, {}, action=ASK).status_code == 303
    building = client.soup(PAGE)
    assert "in preparazione: in coda" in " ".join(building.text.split())
    edition_id = build(app, two_desks)
    part = client.get(PAGE, headers={"HX-Request": "true"}).text
    assert "<html" not in part
    assert "da approvare" in part
    assert "hx-trigger" not in part
    approve = f"{ASK}/{edition_id}/approva"
    assert client.submit(PAGE, {}, action=approve).status_code == 303
    page = client.soup(PAGE)
    assert "approvata il" in page.text
    assert not page.select(f'form[action="{approve}"]')
    with at_network(two_desks.rete):
        edition = editions.get_edition(NETWORK, edition_id)
        assert (edition.state, edition.approved_by) == ("approved", two_desks.elena.id)
    file = client.get(f"{ASK}/{edition_id}/file.json")
    assert json.loads(file.data)["network"] == "rete"
    assert client.get(f"{ASK}/{edition_id}/file.exe").status_code == 404


def build(app: Flask, world: World) -> UUID:
    """What the worker does with the request."""
    with app.app_context(), network_scope(world.rete.id):
        with unit_of_work():
            edition = editions.list_editions(NETWORK, PERIOD)[0]
            job_id = jobs.get_job_id(NETWORK.job, str(edition.id))
        editions.build_edition(NETWORK, edition_id=edition.id, job_id=job_id)
        return UUID(str(edition.id))


def test_an_approval_of_what_was_not_read_is_refused(
    two_desks: World, client_of: ClientOf, app: Flask
) -> None:
    client = client_of(two_desks.elena)
    client.submit(PAGE, {}, action=ASK)
    edition_id = build(app, two_desks)
    approve = f"{ASK}/{edition_id}/approva"
    answer = client.submit(PAGE, {"version": "1"}, action=approve)
    assert answer.status_code == 422
    assert "rileggila e approva" in answer.text


def test_new_figures_ask_for_a_correction_with_its_reason(
    two_desks: World, client_of: ClientOf, app: Flask, at_desk: AtDesk, publish: Publish
) -> None:
    client = client_of(two_desks.elena)
    client.submit(PAGE, {}, action=ASK)
    client.submit(PAGE, {}, action=f"{ASK}/{build(app, two_desks)}/approva")
    assert not client.soup(PAGE).select(f'form[action="{ASK}"]')
    with at_desk(two_desks.capannori):
        record(date(2016, 4, 4), *[("LAV",)] * 3)
    publish(two_desks.capannori, reason="Tre persone dimenticate")
    refused = client.submit(PAGE, {}, action=ASK)
    assert refused.status_code == 422
    assert "scrivi perché la rettifichi" in refused.text
    asked = client.submit(PAGE, {"reason": "Capannori ha rettificato"}, action=ASK)
    assert asked.status_code == 303
    build(app, two_desks)
    assert "Rettifica dell’edizione 1: Capannori ha rettificato" in client.soup(PAGE).text


def test_the_comparison_on_the_screen_is_the_one_that_is_built(
    two_desks: World, client_of: ClientOf, app: Flask, at_network: AtNetwork
) -> None:
    client = client_of(two_desks.elena)
    other = f"{PAGE}&confronto=2014-S1"
    assert client.submit(other, {}, action=ASK).status_code == 303
    first = build(app, two_desks)
    with at_network(two_desks.rete):
        edition = editions.get_edition(NETWORK, first)
        assert (edition.baseline, edition.figures["baseline"]) == ("2014-S1", "2014-S1")
    said = " ".join(client.soup(PAGE).select_one("#edition").text.split())
    assert "È a confronto con il I semestre 2014." in said
    assert "Sullo schermo il confronto è con il I semestre 2015." in said
    assert "Compila con il confronto sullo schermo" in said
    client.submit(PAGE, {}, action=ASK)
    second = build(app, two_desks)
    client.submit(PAGE, {}, action=f"{ASK}/{second}/approva")
    refused = client.submit(other, {}, action=ASK)
    assert refused.status_code == 422
    assert "scrivi perché la rettifichi" in refused.text


def test_beside_an_approved_comparison_its_own_files_are_taken(
    two_desks: World, client_of: ClientOf, app: Flask
) -> None:
    client = client_of(two_desks.elena)
    client.submit(PAGE, {}, action=ASK)
    edition_id = build(app, two_desks)
    client.submit(PAGE, {}, action=f"{ASK}/{edition_id}/approva")
    own, draft = client.soup(PAGE).select(".downloads")
    assert own.text.strip().startswith("Scarica l’edizione 1:")
    assert [link["href"] for link in own.select("a")] == [
        f"{ASK}/{edition_id}/file.{format}" for format in ("html", "csv", "json")
    ]
    file = client.get(f"{ASK}/{edition_id}/file.html").text
    assert "1° gennaio – 30 giugno 2016, a confronto con il I semestre 2015" in file
    assert draft.text.strip().startswith("Bozza:")
    assert all(link["href"].startswith(FILE) for link in draft.select("a"))


def test_each_older_edition_says_its_own_state(
    two_desks: World,
    client_of: ClientOf,
    at_network: AtNetwork,
    at_desk: AtDesk,
    publish: Publish,
    build_comparison: Callable[..., UUID],
) -> None:
    first = build_comparison(two_desks.rete)
    with at_network(two_desks.rete):
        editions.approve_edition(NETWORK, edition_id=first, seen_version=None)
    with at_desk(two_desks.capannori):
        record(date(2016, 4, 4), *[("LAV",)] * 3)
    publish(two_desks.capannori, reason="Tre persone dimenticate")
    second = build_comparison(two_desks.rete, reason="Capannori ha rettificato")
    client = client_of(two_desks.elena)

    def older() -> tuple[str, list[str]]:
        line = client.soup(PAGE).select_one("#edition ul.rows li")
        assert line is not None
        return " ".join(line.text.split()), [str(link["href"]) for link in line.select("a")]

    links = [f"{ASK}/{first}/file.html", f"{ASK}/{first}/consegne"]
    words, found = older()
    assert (words.startswith("Edizione 1 approvata approvata il "), found) == (True, links)
    assert [client.get(link).status_code for link in links] == [200, 200]
    with at_network(two_desks.rete):
        editions.approve_edition(NETWORK, edition_id=second, seen_version=None)
    words, found = older()
    assert (words.startswith("Edizione 1 sostituita approvata il "), found) == (True, links)


def test_what_a_phone_hides_is_not_spoken_of_there(two_desks: World, client_of: ClientOf) -> None:
    page = client_of(two_desks.elena).soup(PAGE)
    hidden = [part.text for part in page.select(".table-note .phone-without")]
    assert hidden == ["In piccolo il loro numero."]
    cue = page.select_one(".phone-only")
    assert cue is not None
    assert "Scorri la tabella" in cue.text


def test_the_board_names_its_columns_on_a_phone(two_desks: World, client_of: ClientOf) -> None:
    page = client_of(two_desks.elena).soup("/r/rete/")
    heads = [head.text for head in page.select("table.stack thead th")][1:]
    for line in page.select("table.stack tbody tr"):
        assert [cell["data-label"] for cell in line.select("td")] == heads


@pytest.mark.parametrize("address", ["/r/rete/", CLOSING, PAGE, f"{FILE}csv?periodo={PERIOD}"])
def test_only_the_overseer(two_desks: World, client_of: ClientOf, address: str) -> None:
    for one in (two_desks.anna, two_desks.bruno, two_desks.carla, two_desks.fabio):
        assert client_of(one).get(address).status_code == 404
    assert client_of(two_desks.elena).get(address).status_code == 200
    assert client_of(two_desks.elena).get(address.replace("rete", "altra-rete")).status_code == 404


def test_the_overseer_opens_no_desk(two_desks: World, client_of: ClientOf) -> None:
    client = client_of(two_desks.elena)
    for address in ("", "persone", "relazioni", f"relazioni/periodo?periodo={PERIOD}"):
        assert client.get(f"/s/lucca/{address}").status_code == 404
    links = {str(link["href"]) for link in client.soup(PAGE).select("a[href]")}
    assert not [link for link in links if link.startswith("/s/")]
