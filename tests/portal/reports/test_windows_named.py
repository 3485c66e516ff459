# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every head, caption and sentence names the windows that it is about."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from portal.core import clock
from portal.reports.editions import lifecycle as editions
from portal.reports.editions import snapshot
from portal.reports.editions.desk import DESK
from portal.reports.files import composed, draft, rendered
from portal.reports.sections import notices, prose
from tests.conformance.sources import ROOT
from tests.conftest import AtDesk
from tests.pages import PortalClient, words
from tests.portal.reports.builds import Build
from tests.portal.reports.few_visits import record, relazione, table_of
from tests.world import Someone, World

ClientOf = Callable[[Someone], PortalClient]


@pytest.mark.parametrize(
    ("years", "noun"),
    [((2015,), "il I semestre 2015"), ((2013, 2015), "la media 2013 e 2015")],
)
def test_panel_and_approval_name_the_periods_in_truth_averaged(
    world: World,
    at_desk: AtDesk,
    client_of: ClientOf,
    build: Build,
    years: tuple[int, ...],
    noun: str,
) -> None:
    """As seen: «media 2013–2015» of one year, beside the right head of the table."""
    with at_desk(world.lucca):
        record(*(date(year, 2, 1) for year in (*years, 2016)))
        chosen = {"baseline": "media-3", "layout": "moderno"}
        edition = editions.request_edition(DESK, period="2016-S1", chosen=chosen)
    client = client_of(world.anna)
    address = f"/s/lucca/relazioni/edizioni/{edition.id}"
    build(world.lucca, edition.id)
    pages = [
        words(client.soup(f"{address}")),
        words(client.soup(f"{address}/approva")),
        words(client.soup("/s/lucca/relazioni/periodo?periodo=2016-S1&prospetto=storico")),
    ]
    for page in pages:
        assert noun in page
        assert "2013–2015" not in page
    other = words(client.soup("/s/lucca/relazioni/periodo?periodo=2016-S1&confronto=nessuno"))
    assert f"È a confronto con {noun}, prospetto completo." in other


def test_the_head_of_every_file_names_its_windows(world: World, at_desk: AtDesk) -> None:
    with at_desk(world.lucca):
        record(date(2013, 2, 1), date(2015, 2, 1), date(2016, 2, 1))
        found = relazione("2016-S1", "media-3")
        files = {name: rendered(found, format=name) for name in ("excel", "json", "csv")}
    for name, content in files.items():
        assert b"media-3" not in content.replace(b'"baseline": "media-3"', b""), name
    assert "Richieste media 2013-S1 e 2015-S1" in files["excel"].decode("utf-8-sig")


def test_ends_that_differ_are_written_in_every_sentence(world: World, at_desk: AtDesk) -> None:
    """As seen: «lo stesso periodo del 2023» of one that ends on 28 February."""
    with at_desk(world.lucca):
        record(date(2023, 1, 5), date(2024, 1, 5))
        found = relazione("2024-01-01..2024-02-29")
        document = composed(found, draft())
    dates = "il periodo dal 1° gennaio al 28 febbraio 2023"
    assert document.subtitle.endswith(f"a confronto con {dates}")
    assert f"Rispetto al {dates.removeprefix('il ')}" in prose.synthesis(found)[1]
    assert table_of(found, "richieste").caption.endswith(f"a confronto con {dates}")
    figures: Any = document.sections[0].blocks[0]
    assert "dal 1° gennaio al 28 febbraio 2023: 1" in figures.items[0].below


def test_captions_name_the_cut_window(world: World, at_desk: AtDesk) -> None:
    """As seen: «I semestre 2022» over its first five months."""
    with at_desk(world.lucca):
        record(date(2022, 2, 1), date(2025, 8, 1), date(2026, 8, 1))
    with at_desk(world.lucca), clock.stopped_at(datetime(2026, 12, 1, 12, tzinfo=UTC)):
        found = relazione("2022-S1", "2026-S2")
        mean = relazione("2026-S2", "media-3")
    with at_desk(world.lucca):
        record(date(2024, 8, 1))
    with at_desk(world.lucca), clock.stopped_at(datetime(2026, 12, 1, 12, tzinfo=UTC)):
        of_two = relazione("2026-S2", "media-3")
    assert table_of(found, "richieste").caption == (
        "Richieste per tipologia: 1° gennaio – 1° giugno 2022 a confronto con il periodo dal"
        " 1° luglio al 1° dicembre 2026"
    )
    assert "Nella media mancano gli anni senza dati: 2023 e 2024." in mean.notes
    assert notices.partial_notice(of_two) == (
        "Dati parziali al 01/12/2026, a confronto con la media degli stessi giorni del 2024 e 2025."
    )


@pytest.mark.parametrize(
    ("sheet", "names"), [("chart", ".swatch {"), ("portal", ".table thead th.number {")]
)
def test_names_of_windows_wrap(sheet: str, names: str) -> None:
    """As seen: a mean of cut windows made the page wider than a phone, its table than a desk."""
    style = (ROOT / f"portal/static/{sheet}.css").read_text(encoding="utf-8")
    (rule,) = (line for line in style.splitlines() if line.startswith(names))
    assert "nowrap" not in rule


def test_captions_of_editions_of_before_stay(world: World, at_desk: AtDesk) -> None:
    """What is published of them is printed anew each time: its bytes do not move."""
    with at_desk(world.lucca):
        record(date(2015, 2, 1), date(2016, 2, 1))
        frozen = snapshot.freeze("2016-S1", "2015-S1")
    title = "Richieste per tipologia: I semestre 2016 a confronto con "
    read = snapshot.thaw(frozen)
    assert table_of(read, "richieste").caption == title + "il I semestre 2015"
    before = replace(read, rates_of_all=True)
    assert table_of(before, "richieste").caption == title + "I semestre 2015"
