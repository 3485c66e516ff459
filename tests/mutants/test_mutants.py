# SPDX-License-Identifier: AGPL-3.0-or-later
"""Without its protection each promise breaks, and a test says so; `make mutants` prints them."""

import ast
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from config.settings import Settings
from tests.conformance.sources import nodes
from tests.mutants.__main__ import choose
from tests.mutants.mutant import Mutant
from tests.mutants.mutants import MUTANTS
from tests.mutants.plugin import changed_text

SAMPLE = 8
WHOLE = len(MUTANTS)


def seed_of(root: Path) -> str:
    """The commit, so that each draws mutants of its own; the day, where there is no repository."""
    asked = ["git", "rev-parse", "--short=12", "HEAD"]
    found = subprocess.run(asked, cwd=root, capture_output=True, text=True)
    return found.stdout.strip() or datetime.now(UTC).date().isoformat()


@pytest.mark.parametrize(
    "number", [SAMPLE, pytest.param(WHOLE, marks=pytest.mark.long)], ids=["sample", "all"]
)
def test_every_mutant_is_killed(
    template: Settings, root: Path, record_property: Callable[[str, str], None], number: int
) -> None:
    """A sample of them in every run; all of them in `make mutants` and `make test-all`."""
    drawn = ["--sample", str(number), "--seed", seed_of(root)] if number < WHOLE else []
    command = [sys.executable, "-m", "tests.mutants", "--home", str(template.home), *drawn]
    found = subprocess.run(command, cwd=root, capture_output=True, text=True)
    assert found.returncode == 0, found.stdout + found.stderr
    (line,) = re.findall(r"mutants: .*", found.stdout)
    record_property("summary", line)
    assert line.startswith(f"mutants: {number} killed / {number},")


def test_the_same_seed_draws_the_same_mutants() -> None:
    drawn = choose([], SAMPLE, "abc")
    assert drawn == choose([], SAMPLE, "abc") != choose([], SAMPLE, "abd")
    assert len({mutant.name for mutant in drawn}) == SAMPLE
    assert choose([], None, "abc") == list(MUTANTS)
    assert {mutant.name for day in range(200) for mutant in choose([], SAMPLE, str(day))} == {
        mutant.name for mutant in MUTANTS
    }


def test_mutants_have_names_of_their_own() -> None:
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS) >= 14
    assert all(mutant.tests and bool(mutant.sql) is not bool(mutant.function) for mutant in MUTANTS)


def test_every_mutant_names_tests_that_are_there(root: Path) -> None:
    named = {test.partition("[")[0] for mutant in MUTANTS for test in mutant.tests}
    for path in {test.partition("::")[0] for test in named}:
        written = {node.name for node in nodes(root / path, ast.FunctionDef)}
        assert {test.partition("::")[2] for test in named if test.startswith(path)} <= written


@pytest.mark.parametrize(
    "mutant", [one for one in MUTANTS if one.function], ids=lambda mutant: mutant.name
)
def test_what_a_mutant_quotes_is_in_the_code(mutant: Mutant) -> None:
    ast.parse(changed_text(mutant))


@pytest.mark.parametrize(
    "mutant", [one for one in MUTANTS if one.sql], ids=lambda mutant: mutant.name
)
def test_what_a_mutant_alters_is_in_the_database(template: Settings, mutant: Mutant) -> None:
    with psycopg.connect(str(template.database_owner_url)) as connection:
        connection.execute(mutant.sql)
        connection.rollback()
