# SPDX-License-Identifier: AGPL-3.0-or-later
"""`portal report`: the same bytes as the page's files, and one sentence where it cannot be."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from click.testing import CliRunner, Result

from config.settings import Settings, child_environment
from portal.app import create_app
from portal.cli import main
from portal.core.store.database import db
from portal.core.store.tenancy import desk_scope
from portal.core.store.unit import unit_of_work
from portal.core.work import jobs
from portal.reports.editions import lifecycle as editions
from portal.reports.editions.desk import DESK
from tests import seed
from tests.conftest import AtDesk, clone
from tests.pages import PortalClient
from tests.world import Someone, World

Report = Callable[..., Result]
SEED = ("--desk", "lucca", "--period", "2016-S1")


@pytest.fixture(scope="module")
def settings(template: Settings) -> Settings:
    """A database of its own, with the seed's half-year at Lucca: no test here changes it."""
    found = clone(template, "reports")
    with create_app(found).app_context():
        with desk_scope(World().lucca.id), unit_of_work():
            seed.record()
        for engine in db.engines.values():
            engine.dispose()
    return found


@pytest.fixture(scope="module")
def report(settings: Settings) -> Report:
    """`portal report`, with its output."""
    environment = child_environment(settings)

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(main, ["report", *arguments], env=environment)

    return run


def test_the_historical_table_to_the_byte(report: Report) -> None:
    done = report(*SEED, "--format", "csv", "--layout", "storico")
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout_bytes == seed.table()


def test_the_same_bytes_as_the_page_offers(
    report: Report, world: World, at_desk: AtDesk, client_of: Callable[[Someone], PortalClient]
) -> None:
    with at_desk(world.lucca):
        seed.record()
    client = client_of(world.anna)
    for chosen, page in (
        (("--format", "csv"), "csv?periodo=2016-S1"),
        (("--format", "json"), "json?periodo=2016-S1"),
        (("--baseline", "2014-S1"), "csv?periodo=2016-S1&confronto=2014-S1"),
    ):
        offered = client.get(f"/s/lucca/relazioni/file.{page}").data
        assert report(*SEED, *chosen).stdout_bytes == offered


def test_the_json_for_programs(report: Report) -> None:
    read = json.loads(report(*SEED, "--format", "json").stdout)
    assert list(read) == [
        "desk", "period", "baseline", "users", "users_baseline", "users_by_sex", "visits",
        "services", "services_baseline", "nameless", "nameless_baseline", "early",
        "early_baseline", "rows", "tables",
    ]  # fmt: skip
    assert (read["users"], read["users_baseline"]) == (149, 172)
    assert read["users_by_sex"] == {"F": 67, "M": 82, "X": 0}
    renewal = next(row for row in read["rows"] if row["code"] == "SOG-RIN")
    assert (renewal["count"], renewal["baseline"], renewal["variation"]) == (56, 83, "-10.671921")


@pytest.mark.parametrize("layout", ["moderno", "storico"])
def test_a_document_that_stands_alone(report: Report, layout: str) -> None:
    page = BeautifulSoup(
        report(*SEED, "--format", "html", "--layout", layout).stdout, "html.parser"
    )
    assert page.title is not None
    assert "I semestre 2016" in page.title.text
    assert len(page.find_all("h1")) == 1
    assert not page.find_all(["script", "link", "form"])
    assert not [one for one in page.find_all("a") if not one["href"].startswith("#")]
    table = page.find("table")
    assert table is not None
    assert "Cittadinanza" in table.text
    assert "Problema Casa" in page.text


def test_a_network_that_has_nothing_yet(report: Report) -> None:
    compared = ("--network", "rete", "--period", "2016-S1", "--format")
    assert json.loads(report(*compared, "json").stdout) == {
        "network": "rete", "period": "2016-S1", "baseline": "2015-S1", "compiled_at": None,
        "missing": [], "corrections": [], "desks": [], "dispersion": "1.000000", "standings": [],
    }  # fmt: skip
    assert report(*compared, "csv").stdout.splitlines()[0] == "code,label"
    page = BeautifulSoup(report(*compared, "html").stdout, "html.parser")
    assert "Nessuno sportello ha ancora approvato" in page.text
    assert not page.find_all(["table", "script", "link", "form"])


def test_into_a_file_and_nothing_on_the_screen(report: Report, tmp_path: Path) -> None:
    file = tmp_path / "relazione con spazi.csv"
    done = report(*SEED, "--layout", "storico", "--output", str(file))
    assert (done.exit_code, done.stdout_bytes) == (0, b"")
    assert file.read_bytes() == seed.table()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--desk", "nessuno", "--period", "2016"), "Lo sportello «nessuno» non esiste."),
        (("--desk", "lucca", "--period", "2016-S3"), "2016-S3"),
        (("--network", "nessuna", "--period", "2016"), "La rete «nessuna» non esiste."),
        (("--network", "rete", "--period", "ieri"), "«ieri» non si capisce"),
        ((*SEED, "--network", "rete"), "uno solo dei due"),
        (("--period", "2016-S1"), "uno solo dei due"),
        (("--network", "rete", "--period", "2016", "--layout", "storico"), "scegli tra moderno"),
        (("--desk", "lucca", "--period", "2015-02-29..2015-03-01"), "29"),
        (("--desk", "lucca", "--period", "2999"), "2999"),
        ((*SEED, "--baseline", "ieri"), "«ieri» non si capisce"),
        ((*SEED, "--baseline", "2016-S1"), "non si confronta con sé stesso"),
        ((*SEED, "--format", "odt"), "--format non può essere «odt»"),
        (
            ("--network", "rete", "--period", "2016-S1", "--format", "pdf"),
            "--format non può essere «pdf»",
        ),
        ((*SEED, "--layout", "barocco"), "--layout non può essere «barocco»"),
        ((*SEED, "--output", "/nessuna/cartella/r.csv"), "Non posso scrivere"),
    ],
)
def test_what_is_wrong_is_one_sentence(
    report: Report, arguments: tuple[str, ...], sentence: str
) -> None:
    done = report(*arguments)
    assert (done.exit_code, done.stdout_bytes) == (1, b"")
    assert sentence in done.stderr
    assert done.stderr.count("\n") == 1


def test_an_audience_reads_only_what_is_approved(report: Report) -> None:
    refused = report(*SEED, "--audience", "public", "--format", "json")
    assert refused.exit_code == 1
    assert "non c’è un’edizione approvata" in refused.output


def test_an_audience_is_one_of_three(report: Report) -> None:
    for arguments in (
        (*SEED, "--audience", "stampa"),
        (*SEED, "--audience", "network", "--format", "pdf"),
        ("--network", "rete", "--period", "2016-S1", "--audience", "public"),
    ):
        refused = report(*arguments)
        assert refused.exit_code == 1
        assert "non può essere" in refused.output


def test_the_public_reads_the_edition_in_force_protected(
    report: Report, settings: Settings
) -> None:
    with create_app(settings).app_context():
        with desk_scope(World().lucca.id):
            with unit_of_work():
                edition_id = editions.request_edition(DESK, period="2016-S1").id
                job_id = jobs.get_job_id(DESK.job, str(edition_id))
            editions.build_edition(DESK, edition_id=edition_id, job_id=job_id)
            with unit_of_work():
                editions.approve_edition(DESK, edition_id=edition_id, seen_version=None)
        for engine in db.engines.values():
            engine.dispose()
    told = report(*SEED, "--audience", "public", "--format", "json")
    read = json.loads(told.stdout)
    assert read["audience"] == "public"
    assert {"table": "richieste", "row": "SOC-INV", "column": "count"} in read["hidden"]
    assert report(*SEED, "--audience", "public", "--format", "json").stdout == told.stdout
    of_days = ("--desk", SEED[1], "--period", "2016-01-01..2016-06-30", "--audience", "network")
    network = json.loads(report(*of_days, "--format", "json").stdout)
    assert network == json.loads(
        report(*SEED, "--audience", "network", "--format", "json").stdout
    ), "a range of its days is the period"
    assert network["users_by_sex"] == {"F": 67, "M": 82, "X": 0}
