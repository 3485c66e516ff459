# SPDX-License-Identifier: AGPL-3.0-or-later
"""The evening page: a paper sheet typed in whole, refused whole, taken back whole."""

from collections.abc import Callable
from datetime import date, timedelta
from uuid import uuid4

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select
from werkzeug.test import TestResponse

from portal.core import clock
from portal.core.italy import formats
from portal.core.italy.periods import parse_period
from portal.core.store.database import db
from portal.figures import actions as figures_actions
from portal.figures import queries as figures
from portal.visits.models import Enquiry, TallySheet, Visit
from portal.visits.queries import tallies
from portal.visits.sheets import Cell, record_sheet
from tests.conftest import AtDesk
from tests.pages import PortalClient
from tests.portal.visits.test_actions import assert_figures_are_exact
from tests.world import Someone, World

ClientOf = Callable[[Someone], PortalClient]
PAGE = "/s/lucca/conteggio/fogli"
DAY = date(2026, 11, 20)
TYPED = {"visited_on": "20/11/2026", "n_SOG-RIN_F": "30", "n_CIT_M": "10", "n_SAN-SSN_N": "3"}
TOTAL = {"total": "43"}


def send(client: PortalClient, data: dict[str, str], **kwargs: bool) -> TestResponse:
    return client.submit(PAGE, data, action=PAGE, **kwargs)


def refused(client: PortalClient, data: dict[str, str]) -> BeautifulSoup:
    answer = send(client, data)
    assert answer.status_code == 422
    return BeautifulSoup(answer.text, "html.parser")


def count(world: World, at_desk: AtDesk) -> int:
    with at_desk(world.lucca):
        assert_figures_are_exact()
        return len(db.session.scalars(select(Visit).where(Visit.deleted_at.is_(None))).all())


def test_a_sheet_is_typed_in_and_taken_back(
    world: World, at_desk: AtDesk, client_of: ClientOf
) -> None:
    client = client_of(world.bruno)
    html = send(client, TYPED | TOTAL, follow_redirects=True).text
    soup = BeautifulSoup(html, "html.parser")
    assert soup.select_one(".message.ok p").text.strip() == (
        "Foglio del 20/11/2026 inserito: 43 richieste."
    )
    with at_desk(world.lucca):
        counts = figures.list_counts()["2026-S2"]
        assert (counts.users, counts.visits, counts.anonymous) == (0, 43, 43)
        assert counts.topics == {"SOG-RIN": 30, "CIT": 10, "SAN-SSN": 3}
        sexes = db.session.scalars(select(Visit.contact_sex)).all()
        assert [sexes.count(sex) for sex in ("F", "M", None)] == [30, 10, 3]
        (sheet,) = tallies.list_sheets_on(DAY)
        assert sheet.created_by == world.bruno.id
    assert count(world, at_desk) == 43
    for words, number in (("annullato: 43 richieste.", 0), ("inserito: 43 richieste.", 43)):
        form = soup.select_one(".message form")
        token = {"csrf_token": form.select_one("input")["value"]}
        html = client.post(form["action"], data=token, follow_redirects=True).text
        soup = BeautifulSoup(html, "html.parser")
        assert words in soup.select_one(".message.ok").text
        assert count(world, at_desk) == number


def test_the_same_form_twice_is_one_sheet(
    world: World, at_desk: AtDesk, client_of: ClientOf
) -> None:
    client, token = client_of(world.bruno), {"form_token": str(uuid4())}
    first, second = (send(client, TYPED | TOTAL | token).location for _time in range(2))
    assert first == second
    assert count(world, at_desk) == 43


def test_a_wrong_total_keeps_everything(world: World, at_desk: AtDesk, client_of: ClientOf) -> None:
    soup = refused(client_of(world.bruno), TYPED | {"total": "44"})
    assert "sul foglio c’è scritto 44, le caselle sommano a 43" in soup.select_one(".summary").text
    kept = {name: soup.select_one(f"[name='{name}']")["value"] for name in TYPED}
    assert kept == TYPED
    assert soup.select_one("[name=total]")["value"] == "44"
    assert soup.select_one("details.more").has_attr("open"), "what was typed there is in sight"
    assert count(world, at_desk) == 0


@pytest.mark.parametrize("typed", ["-1", "501", "1,5", "dieci", "9" * 40, "١٢"])
def test_a_wrong_cell_says_so_beside_it(world: World, client_of: ClientOf, typed: str) -> None:
    soup = refused(client_of(world.bruno), TYPED | TOTAL | {"n_CIT_F": typed})
    cell = soup.select_one("[name=n_CIT_F]")
    said = soup.find(id=cell["aria-describedby"])
    assert said.text == "Cittadinanza, femmine: scrivi un numero intero da 0 a 500"
    assert cell["value"] == typed
    assert len(soup.select(".summary li")) == 1, "the total is not blamed for it"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"total": ""}, "scrivi il totale che c’è sul foglio"),
        ({"visited_on": ""}, "scrivi il giorno del foglio"),
        ({"visited_on": "30/02/2026"}, "non esiste"),
        ({"visited_on": formats.day(clock.today() + timedelta(days=400))}, "nel futuro"),
        ({"visited_on": "3/3/1999"}, "controlla l’anno"),
        ({"visited_on": "3/3/2015"}, "2015-S1"),
    ],
)
def test_what_no_sheet_can_be(
    world: World, at_desk: AtDesk, client_of: ClientOf, data: dict[str, str], words: str
) -> None:
    with at_desk(world.lucca):
        figures_actions.store_past_total(
            period=parse_period("2015-S1"), users=172, users_f=None, users_m=None, topics={}
        )
    soup = refused(client_of(world.bruno), TYPED | TOTAL | data)
    assert words in soup.select_one(".summary").text
    assert soup.select_one("[name='n_SOG-RIN_F']")["value"] == "30"
    assert count(world, at_desk) == 0


def test_an_empty_or_endless_sheet(world: World, client_of: ClientOf) -> None:
    client = client_of(world.bruno)
    empty = refused(client, {"visited_on": "20/11/2026", "total": "0"})
    assert "Il foglio è vuoto" in empty.select_one(".summary").text
    cells = {f"n_{code}_F": "500" for code in ("CIT", "LAV", "FOR", "BUR", "CAS")}
    endless = refused(client, {"visited_on": "20/11/2026", "total": "2500", **cells})
    assert "da 0 a 2.000" in endless.select_one(".summary").text


def test_a_second_sheet_of_a_day_is_a_knowing_one(
    world: World, at_desk: AtDesk, client_of: ClientOf
) -> None:
    with at_desk(world.lucca, account=world.anna):
        record_sheet(visited_on=DAY, cells=[Cell("CIT", "F", 7)])
    client = client_of(world.bruno)
    soup = refused(client, TYPED | TOTAL)
    said = soup.select_one(".sheet-there").text
    assert "Per il 20/11/2026 c’è già un foglio: 7 richieste, inserito da Anna Bianchi" in said
    assert "conferma che questo è un altro" in soup.select_one(".summary").text
    knowing = {"another": "y", "seen": soup.select_one("[name=seen]")["value"]}
    another_day = knowing | {"seen": "2026-11-19 1"}
    refused(client, TYPED | TOTAL | another_day)
    assert send(client, TYPED | TOTAL | knowing).status_code == 303
    assert count(world, at_desk) == 50
    refused(client, TYPED | TOTAL | knowing)


def test_a_day_in_the_address_says_what_is_there(
    world: World, at_desk: AtDesk, client_of: ClientOf
) -> None:
    with at_desk(world.lucca):
        record_sheet(visited_on=DAY, cells=[Cell("CIT", "F", 7)])
    soup = client_of(world.bruno).soup(f"{PAGE}?giorno=2026-11-20")
    assert "c’è già un foglio" in soup.select_one(".sheet-there").text
    assert soup.select_one("[name=visited_on]")["value"] == "20/11/2026"


def test_every_topic_of_the_day_has_its_row(
    world: World, at_desk: AtDesk, client_of: ClientOf
) -> None:
    client = client_of(world.bruno)
    soup = client.soup(PAGE)
    assert len(soup.select("tr[data-row]")) == 66
    assert len(soup.select("form > .scroller tr[data-row]")) == 9
    old = {"visited_on": "3/3/2025", "n_REG-TER_M": "1", "n_SOG-STA_F": "1", "total": "2"}
    assert send(client, old).status_code == 303
    with at_desk(world.lucca):
        found = {
            tuple(row) for row in db.session.execute(select(Enquiry.topic_code, Enquiry.taxonomy))
        }
        assert found == {("REG-TER", 1), ("SOG-STA", 2)}


def test_sheets_of_another_desk_are_not_here(
    world: World, at_desk: AtDesk, client_of: ClientOf
) -> None:
    with at_desk(world.capannori):
        sheet = record_sheet(visited_on=DAY, cells=[Cell("CIT", "F", 7)]).id
    client = client_of(world.bruno)
    assert "7 richieste" not in client.soup(f"{PAGE}?inserito={sheet}").text
    token = {"csrf_token": client.soup(PAGE).select_one("[name=csrf_token]")["value"]}
    for act in ("annulla", "ripristina"):
        assert client.post(f"{PAGE}/{sheet}/{act}", data=token).status_code == 404
    with at_desk(world.capannori):
        assert len(db.session.scalars(select(TallySheet)).all()) == 1


def test_the_empty_sheet_has_the_nine_and_the_others(world: World, client_of: ClientOf) -> None:
    soup = client_of(world.bruno).soup("/s/lucca/conteggio/stampa")
    assert soup.h1.text == "Foglio di conteggio"
    assert "Sportello di Lucca" in soup.select_one(".paper").text
    first, others = soup.select("tbody")
    assert len(first.select("tr")) == 9
    names = [row.th.text for row in (*first.select("tr"), *others.select("tr"))]
    assert len(names) == len(set(names)) == 30
    assert {image["src"].partition("?")[0] for image in soup.select("img")} == {"/static/boxes.svg"}
