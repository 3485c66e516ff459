# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is on the screen is what is approved: period, baseline, layout and parts of an edition."""

import io
import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from bs4 import BeautifulSoup
from docx import Document as read_docx
from docx.table import Table as DocxTable
from openpyxl import load_workbook
from sqlalchemy import text

from portal.core import clock
from portal.core.errors import Refusal
from portal.core.italy.periods import parse_period
from portal.core.store.database import db
from portal.core.work import jobs
from portal.desks.actions import omit_from_report
from portal.desks.queries import get_desk
from portal.people import actions as people
from portal.people.rules import PersonFacts
from portal.reports.editions import lifecycle as editions
from portal.reports.editions.choices import last_choices
from portal.reports.editions.desk import DESK
from portal.reports.publication.for_network import for_network
from portal.reports.relazione import manager_words
from portal.reports.relazione.baselines import chosen_again
from portal.reports.relazione.model import Layout, Texts
from portal.visits import actions as visits
from portal.visits.rules import VisitFacts
from tests import seed
from tests.conftest import AtDesk
from tests.pages import PortalClient, words
from tests.portal.reports.builds import Build, has_open_job
from tests.portal.reports.readings import text_of_pdf
from tests.world import Someone, World
from worker.tasks.editions import open_edition

ClientOf = Callable[[Someone], PortalClient]
PERIOD = "2016-S1"
PAGE = f"/s/lucca/relazioni/periodo?periodo={PERIOD}"
SEEN = f"{PAGE}&confronto=nessuno&prospetto=storico"
EDITIONS = "/s/lucca/relazioni/edizioni"
OLD_TABLE = {"baseline": "nessuno", "layout": "storico"}


IN_ORDER = [
    "La premessa.",
    "ha erogato 214 servizi a 149 utenti (67 donne",
    "La colonna «Variazione in %» dice di quanti punti",
    "TIPOLOGIA DI RICHIESTA",
    "Importo Totale",
    "Il commento.",
]
"""Of the seed: premise, total and users by sex, what the variation means, table, text."""


def text_of_docx(content: bytes) -> str:
    pieces = []
    for element in read_docx(io.BytesIO(content)).iter_inner_content():
        if isinstance(element, DocxTable):
            pieces += [cell.text for row in element.rows for cell in row.cells]
        else:
            pieces.append(element.text)
    return " ".join(pieces)


def text_of_xlsx(content: bytes) -> str:
    sheets = load_workbook(io.BytesIO(content))
    return " ".join(str(cell) for sheet in sheets for row in sheet.values for cell in row if cell)


@pytest.fixture
def written(seeded: World, at_desk: AtDesk) -> World:
    """The seed, with the words of who answers for the desk."""
    with at_desk(seeded.lucca, seeded.anna):
        manager_words.write_texts(
            period=PERIOD, texts=Texts("La premessa.", "Il commento."), seen_version=None
        )
    return seeded


def asked(
    at_desk: AtDesk, world: World, build: Build, chosen: Mapping[str, str | None], **more: Any
) -> UUID:
    """An edition with these choices, built."""
    with at_desk(world.lucca, world.anna):
        period = more.pop("period", PERIOD)
        edition_id: UUID = editions.request_edition(DESK, period=period, chosen=chosen, **more).id
    build(world.lucca, edition_id)
    return edition_id


def approve(at_desk: AtDesk, world: World, edition_id: UUID) -> None:
    with at_desk(world.lucca, world.anna):
        editions.approve_edition(DESK, edition_id=edition_id, seen_version=None)


def newest(at_desk: AtDesk, world: World, period: str = PERIOD) -> tuple[Any, ...]:
    with at_desk(world.lucca):
        found = editions.find_latest(DESK, period)
        assert found is not None
        return found.number, found.state, found.baseline, found.layout


def kept(at_desk: AtDesk, world: World, edition_id: UUID) -> dict[str, bytes]:
    with at_desk(world.lucca):
        edition = editions.get_edition(DESK, edition_id)
        names = [one.name for one in editions.list_files(DESK, edition_id)]
        return {one.name: one.content for one in editions.get_files(DESK, edition, names)}


def test_none_and_the_old_table_on_the_screen_are_built_and_approved(
    written: World, at_desk: AtDesk, client_of: ClientOf, build: Build
) -> None:
    client = client_of(written.anna)
    panel = client.soup(SEEN).select_one("#edition")
    assert "Come sullo schermo: senza confronto, prospetto storico." in words(panel)
    assert client.submit(SEEN, {}, action=EDITIONS).status_code == 303
    assert newest(at_desk, written) == (1, "queued", "nessuno", "storico")
    with at_desk(written.lucca):
        edition = editions.find_latest(DESK, PERIOD)
        assert edition is not None
        edition_id = edition.id
    build(written.lucca, edition_id)
    page = client.soup(f"{EDITIONS}/{edition_id}")
    assert "senza confronto, prospetto storico" in words(page.select_one(".report-head"))
    assert [words(one) for one in page.select("#tabella-prospetto thead th")] == [
        "TIPOLOGIA DI RICHIESTA", "2016",
    ]  # fmt: skip
    assert not page.select("#tabella-richieste")
    approving = client.soup(f"{EDITIONS}/{edition_id}/approva")
    facts = {words(one.dt): words(one.dd) for one in approving.select(".facts > div")}
    assert facts == {
        "Periodo": "I semestre 2016, 1° gennaio – 30 giugno 2016",
        "Confronto": "nessuno",
        "Prospetto": "storico",
        "Parti": "Premessa, Servizi e utenti, Prospetto storico, Testo del responsabile",
    }
    prospetto = kept(at_desk, written, edition_id)["prospetto.csv"].decode().splitlines()
    assert prospetto[0] == "tipologia;2016-S1"
    assert prospetto[-1] == "Importo Totale;214"


def test_the_old_layout_is_a_whole_document_in_the_order_of_the_seed(
    written: World, at_desk: AtDesk, client_of: ClientOf, build: Build
) -> None:
    edition_id = asked(at_desk, written, build, {"layout": "storico"})
    client = client_of(written.anna)
    files = kept(at_desk, written, edition_id)
    forms = {
        "page": words(client.soup(f"{EDITIONS}/{edition_id}").select_one(".historical")),
        "draft": words(client.soup(f"{PAGE}&prospetto=storico").select_one(".historical")),
        "html": files["relazione.html"].decode(),
        "docx": text_of_docx(files["relazione.docx"]),
        "xlsx": text_of_xlsx(files["relazione.xlsx"]),
        "pdf": text_of_pdf(files["relazione.pdf"]),
    }
    for name, said in forms.items():
        found = [" ".join(said.split()).find(part) for part in IN_ORDER]
        assert -1 not in found, (name, found)
        assert found == sorted(found), name
    assert files["prospetto.csv"] == seed.table()
    # Programs read every line whatever the layout is.
    assert {"richieste", "intervalli"} <= set(json.loads(files["relazione.json"])["tables"])
    assert b"\nintervalli,CIT," in files["dati.csv"]


def test_another_choice_is_the_next_edition_of_the_one_series(
    seeded: World, at_desk: AtDesk, client_of: ClientOf, build: Build
) -> None:
    first = asked(at_desk, seeded, build, {})
    assert newest(at_desk, seeded) == (1, "ready", "2015-S1", "moderno")
    client = client_of(seeded.anna)
    panel = client.soup(SEEN).select_one("#edition")
    assert "È a confronto con il I semestre 2015, prospetto completo." in words(panel)
    assert "Sullo schermo hai altre scelte: senza confronto, prospetto storico." in words(panel)
    assert "Costruisci l’edizione 2 con queste scelte" in words(panel)
    second = asked(at_desk, seeded, build, OLD_TABLE)
    assert second != first
    assert newest(at_desk, seeded) == (2, "ready", "nessuno", "storico")
    with at_desk(seeded.lucca):
        assert editions.get_edition(DESK, first).state == "superseded"
        # What the page opens with is what was chosen last.
        assert editions.request_edition(DESK, period=PERIOD).id == second
    opened = client.soup(PAGE)
    assert opened.select_one("#tabella-prospetto") is not None
    assert "altre scelte" not in words(opened.select_one("#edition"))


def test_who_builds_the_choice_that_was_left_stops(
    seeded: World, at_desk: AtDesk, build: Build
) -> None:
    with at_desk(seeded.lucca, seeded.anna):
        first = editions.request_edition(DESK, period=PERIOD).id
        second = editions.request_edition(DESK, period=PERIOD, chosen=OLD_TABLE).id
        assert editions.get_edition(DESK, first).state == "superseded"
    build(seeded.lucca, first)
    build(seeded.lucca, second)
    assert newest(at_desk, seeded) == (2, "ready", "nessuno", "storico")
    with at_desk(seeded.lucca):
        assert editions.get_edition(DESK, first).state == "superseded"
        assert not editions.list_files(DESK, first)
        assert not has_open_job(first)


def test_after_an_approval_another_choice_is_a_correction_with_its_reason(
    seeded: World, at_desk: AtDesk, client_of: ClientOf, build: Build
) -> None:
    first = asked(at_desk, seeded, build, {})
    approve(at_desk, seeded, first)
    before = kept(at_desk, seeded, first)
    with at_desk(seeded.lucca, seeded.anna):
        with pytest.raises(Refusal, match="scrivi perché la rettifichi"):
            editions.request_edition(DESK, period=PERIOD, chosen=OLD_TABLE)
    client = client_of(seeded.anna)
    link = client.soup(SEEN).select_one("#edition a[href*=rettifica]")
    assert words(link) == "Rettifica con queste scelte…"
    page = client.soup(link["href"])
    assert "La rettifica è senza confronto, prospetto storico." in words(page)
    assert "scelte diverse da quelle dell’edizione 1" in words(page)
    sent = client.submit(link["href"], {"reason": "La Giunta vuole il prospetto storico"})
    assert sent.status_code == 303
    assert newest(at_desk, seeded) == (2, "queued", "nessuno", "storico")
    assert kept(at_desk, seeded, first) == before
    with at_desk(seeded.lucca, seeded.anna), pytest.raises(Exception, match="does not change"):
        db.session.execute(
            text("UPDATE edition SET layout = 'storico' WHERE id = :id"), {"id": first}
        )


def test_beside_an_approved_edition_its_own_files_are_taken(
    seeded: World, at_desk: AtDesk, client_of: ClientOf, build: Build
) -> None:
    edition_id = asked(at_desk, seeded, build, {})
    client = client_of(seeded.anna)
    assert len(client.soup(PAGE).select(".downloads")) == 1, "until then there is only the draft"
    approve(at_desk, seeded, edition_id)
    with at_desk(seeded.lucca):
        person = people.create_person(facts=PersonFacts(family_name="Ritardo", sex="F"))
        visits.record_visit(facts=VisitFacts(date(2016, 5, 3), ("CIT",), person.id))
    own, draft = client.soup(PAGE).select(".downloads")
    assert words(own).startswith("Scarica l’edizione 1:")
    files = kept(at_desk, seeded, edition_id)
    addresses = {words(link): link["href"] for link in own.select("a")}
    assert list(addresses) == ["PDF", "Excel", "Word", "CSV per Excel", "CSV dati", "JSON"]
    assert client.get(addresses["JSON"]).data == files["relazione.json"]
    assert words(draft).startswith("Bozza:")
    loose = json.loads(client.get(draft.select("a")[-1]["href"]).data)
    assert loose["users"] == 150


def test_a_period_of_ones_own_is_compared_and_frozen(
    seeded: World, at_desk: AtDesk, client_of: ClientOf, build: Build
) -> None:
    client = client_of(seeded.anna)
    own = f"{PAGE}&confronto=altro&altro=2015"
    page = client.soup(own)
    assert words(page.select_one("#confronto option[selected]")) == "anno 2015"
    assert client.submit(own, {}, action=EDITIONS).status_code == 303
    assert newest(at_desk, seeded) == (1, "queued", "2015", "moderno")
    for typed, sentence in (
        ("", "Scrivi con quale periodo confrontare"),
        ("ieri", "Il periodo «ieri» non si capisce"),
        ("2031", "Il periodo 2031 non è ancora cominciato."),
    ):
        refused = client.get(f"{PAGE}&confronto=altro&altro={typed}")
        page = BeautifulSoup(refused.text, "html.parser")
        assert refused.status_code == 422
        assert sentence in words(page.select_one("#altro-error"))
        assert page.select_one("#altro")["value"] == typed
        assert words(page.select_one("#confronto option[selected]")) == "Un altro periodo…"
    refused = client.get(f"{PAGE}&prospetto=nuovo")
    assert refused.status_code == 422
    assert "«moderno» o «storico», non «nuovo»" in refused.text


def test_a_range_written_as_a_period_is_that_period(
    seeded: World, at_desk: AtDesk, build: Build
) -> None:
    first = asked(at_desk, seeded, build, {"baseline": "2015-01-01..2015-06-30"})
    assert newest(at_desk, seeded) == (1, "ready", "2015-S1", "moderno")
    assert asked(at_desk, seeded, build, {"baseline": "anno-prima"}) == first


def test_an_edition_is_not_made_against_a_period_still_open(seeded: World, at_desk: AtDesk) -> None:
    with clock.stopped_at(datetime(2016, 8, 1, 9, tzinfo=UTC)), at_desk(seeded.lucca):
        with pytest.raises(Refusal, match="2016-S2, non è ancora finito"):
            editions.request_edition(DESK, period=PERIOD, chosen={"baseline": "2016-S2"})
        assert editions.find_latest(DESK, PERIOD) is None


@pytest.mark.parametrize(
    ("baseline", "again"),
    [
        ("nessuno", "nessuno"),
        ("media-3", "media-3"),
        ("anno-prima", "2015-S2"),
        ("precedente", "2016-S1"),
        ("2013-S1", "2013-S2"),
        ("2013-02-01..2013-03-31", "2013-02-01..2013-03-31"),
    ],
)
def test_what_builds_itself_has_the_choices_approved_last(
    seeded: World, at_desk: AtDesk, build: Build, baseline: str, again: str
) -> None:
    chosen = {"baseline": baseline, "layout": "storico"}
    approve(at_desk, seeded, asked(at_desk, seeded, build, chosen))
    # A later one that nobody approved is no choice of the desk.
    asked(at_desk, seeded, build, {"baseline": "nessuno"}, period="2015-S2")
    with clock.stopped_at(datetime(2017, 1, 10, 9, tzinfo=UTC)):
        with at_desk(seeded.lucca):
            jobs.enqueue("open_edition", "2016-S2")
            job_id = jobs.get_job_id("open_edition", "2016-S2")
        with at_desk(seeded.lucca):
            open_edition(job_id, "2016-S2")
        assert newest(at_desk, seeded, "2016-S2") == (1, "queued", again, "storico")


def test_of_another_kind_of_period_nothing_was_chosen(
    seeded: World, at_desk: AtDesk, build: Build
) -> None:
    approve(at_desk, seeded, asked(at_desk, seeded, build, OLD_TABLE))
    with at_desk(seeded.lucca):
        of_year = last_choices(parse_period("2016"))
        assert (of_year.baseline, of_year.layout) == ("2015", Layout.MODERN)


@pytest.mark.parametrize(
    ("name", "of", "to", "again"),
    [
        ("2015", "2016", "2017", "anno-prima"),
        ("2015-Q3", "2016-Q1", "2016-Q2", "precedente"),
        ("2010/2011", "2016/2017", "2017/2018", "2010/2011"),
        ("2012-05", "2016-03", "2016-04", "2012-04"),
        ("2015", "2016-S1", "2016-S2", "2015"),
    ],
)
def test_a_baseline_is_chosen_again(name: str, of: str, to: str, again: str) -> None:
    assert chosen_again(name, of=parse_period(of), to=parse_period(to)) == again


def test_the_network_takes_the_present_period_only(
    seeded: World, at_desk: AtDesk, build: Build
) -> None:
    usual = asked(at_desk, seeded, build, {})
    approve(at_desk, seeded, usual)
    with at_desk(seeded.lucca):
        told = for_network(editions.get_edition(DESK, usual))
    assert (told["baseline"], told["users_baseline"]) == ("2015-S1", 172)
    for chosen in ("nessuno", "media-3", "2015", "precedente"):
        edition_id = asked(at_desk, seeded, build, {"baseline": chosen}, reason="Prova")
        approve(at_desk, seeded, edition_id)
        with at_desk(seeded.lucca):
            told = for_network(editions.get_edition(DESK, edition_id))
        assert (told["users"], told["services"]) == (149, 214)
        assert (told["baseline"], told["users_baseline"]) == ("nessuno", None)
        assert told["codes"]["then"] is None
        assert all(row["baseline"] is None and row["change"] is None for row in told["rows"])


def test_the_parts_are_those_of_the_desk_when_it_was_built(
    seeded: World, at_desk: AtDesk, client_of: ClientOf, build: Build
) -> None:
    with at_desk(seeded.lucca):
        omit_from_report(get_desk(seeded.lucca.id), parts=["mesi", "metodo", "appendice"])
    edition_id = asked(at_desk, seeded, build, {})
    page = client_of(seeded.anna).soup(f"{EDITIONS}/{edition_id}/approva")
    facts = {words(one.dt): words(one.dd) for one in page.select(".facts > div")}
    assert "Come si conta" not in facts["Parti"]
    assert "Richieste per tipologia" in facts["Parti"]
    # A part of a section that is there is seen nowhere else.
    assert facts["Lasciate fuori"].startswith("Andamento mensile, Come si conta, Appendice")
