# SPDX-License-Identifier: AGPL-3.0-or-later
"""The pages and files of the relazione: the same figures, whoever reads."""

import json
import re
from collections.abc import Callable

from tests import seed
from tests.conftest import AtDesk
from tests.pages import PortalClient
from tests.world import Someone, World

ClientOf = Callable[[Someone], PortalClient]
PAGE = "/s/lucca/relazioni/periodo?periodo=2016-S1"


FOLDED = re.compile("Nessuna richiesta nei due periodi: ")


def test_page_csv_and_json_agree_on_the_seed(
    world: World, at_desk: AtDesk, client_of: ClientOf
) -> None:
    with at_desk(world.lucca):
        seed.record()
    client = client_of(world.carla)
    file = "/s/lucca/relazioni/file."
    assert client.get(f"{file}csv?periodo=2016-S1&prospetto=storico").data == seed.table()
    read = json.loads(client.get(f"{file}json?periodo=2016-S1").data)
    cells = [
        [cell.text.strip() for cell in row.find_all(["th", "td"])]
        for row in client.soup(PAGE).select("#tabella-richieste tbody tr")
    ]
    shown = {row[0]: row[1:3] for row in cells}
    named = client.soup(PAGE).select_one("#tabella-richieste").find_next("p", string=FOLDED).text
    for row in read["rows"]:
        if row["count"] or row["baseline"]:
            assert shown[row["label"]] == [str(row["count"]), str(row["baseline"])]
        else:
            assert row["label"] not in shown
            assert row["label"] in named
    historical = client.soup(f"{PAGE}&prospetto=storico")
    assert "-10,7%" in historical.text
    assert "Importo Totale" in historical.text


def test_the_list_opens_what_has_visits(world: World, at_desk: AtDesk, client_of: ClientOf) -> None:
    client = client_of(world.bruno)
    assert "la prima nasce con il primo accesso" in client.soup("/s/lucca/relazioni").text


def test_a_wrong_period_is_one_sentence_and_422(world: World, client_of: ClientOf) -> None:
    answer = client_of(world.bruno).get("/s/lucca/relazioni/periodo?periodo=2016-S9")
    assert answer.status_code == 422
    assert "2016-S9" in answer.text


def test_other_desks_and_visitors_learn_nothing(
    world: World, client_of: ClientOf, visitor: PortalClient
) -> None:
    assert client_of(world.dario).get(PAGE).status_code == 404
    assert client_of(world.elena).get(PAGE).status_code == 404
    assert visitor.get(PAGE).status_code == 303


def test_unknown_file_formats_are_not_found(world: World, client_of: ClientOf) -> None:
    answer = client_of(world.bruno).get("/s/lucca/relazioni/file.exe?periodo=2016-S1")
    assert answer.status_code == 404
