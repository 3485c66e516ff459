# SPDX-License-Identifier: AGPL-3.0-or-later
"""`portal import`: from two files to the seed's table, and nothing personal on the screen."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from config.settings import child_environment
from portal.cli import imports, main
from portal.core.uploads import LARGEST_FILE, LARGEST_FILE_MB
from tests import seed
from tests.portal.imports.files import seed_totals, seed_visits, visits_csv
from tests.world import World

Run = Callable[..., Result]


@pytest.fixture
def run(app: Flask, world: World) -> Run:
    """The `portal` command on this test's database."""
    environment = child_environment(app.config["SETTINGS"])

    def command(*arguments: str | Path) -> Result:
        return CliRunner().invoke(main, list(map(str, arguments)), env=environment)

    return command


@pytest.fixture
def file(tmp_path: Path) -> Callable[[bytes], Path]:
    def write(data: bytes) -> Path:
        path = tmp_path / "file.csv"
        path.write_bytes(data)
        return path

    return write


@pytest.mark.parametrize(("separator", "encoding"), [(";", "utf-8"), (",", "cp1252")])
def test_the_seed_from_two_files(
    run: Run, file: Callable[[bytes], Path], separator: str, encoding: str
) -> None:
    visits = file(seed_visits(separator=separator, encoding=encoding))
    rehearsed = run("import", "visits", visits, "--desk", "lucca", "--dry-run")
    assert "non è stato salvato nulla" in rehearsed.stdout
    done = run("import", "visits", visits, "--desk", "lucca")
    assert (done.exit_code, done.stderr) == (0, "")
    for said in ("Righe: 214.", "Richieste: 214.", "Accessi nuovi: 149", "149 nuove, 0 già note"):
        assert said in done.stdout
        assert said in rehearsed.stdout
    again = run("import", "visits", visits, "--desk", "lucca")
    assert (again.exit_code, "è già stato caricato" in again.stdout) == (0, True)

    totals = file(seed_totals(separator=separator, encoding=encoding))
    assert run("import", "totals", totals, "--desk", "lucca").exit_code == 0
    assert "già stato caricato" in run("import", "totals", totals, "--desk", "lucca").stdout
    report = ("report", "--desk", "lucca", "--period", "2016-S1", "--format", "csv")
    assert run(*report, "--layout", "storico").stdout_bytes == seed.table()


def test_errors_are_lines_without_names_and_exit_one(
    run: Run, file: Callable[[bytes], Path]
) -> None:
    bad = visits_csv("29/02/2015;7;Segreto;;Z;1990;;;;CIT", "1/2/2016;Segreto;Diallo;;;;Segreto")
    done = run("import", "visits", file(bad), "--desk", "lucca")
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.splitlines()[:2] == [
        "Il file ha 3 errori: non è stato salvato nulla.",
        "Riga 2, colonna data: Il 29/02/2015 non esiste.",
    ]
    assert "Segreto" not in done.stderr


def test_what_is_no_file_is_one_sentence(run: Run, tmp_path: Path) -> None:
    large = tmp_path / "large.csv"
    large.write_bytes(b"x" * (LARGEST_FILE + 1))
    for path in (tmp_path / "absent.csv", tmp_path, large):
        done = run("import", "visits", path, "--desk", "lucca")
        assert (done.exit_code, len(done.stderr.splitlines())) == (1, 1)


def test_the_help_names_the_limit_that_holds() -> None:
    assert f"al massimo {LARGEST_FILE_MB} MB" in str(imports.import_.help)


def test_an_unknown_desk_is_one_sentence(run: Run, file: Callable[[bytes], Path]) -> None:
    done = run("import", "totals", file(seed_totals()), "--desk", "atlantide")
    assert (done.exit_code, done.stderr) == (1, "Lo sportello «atlantide» non esiste.\n")
