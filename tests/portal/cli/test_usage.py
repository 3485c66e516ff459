# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is mistyped is one Italian sentence and exit 1, before anything starts."""

import pytest
from click.testing import CliRunner

from portal.cli import main


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("report --desk lucca", "Manca --period. «portal report --help» spiega come."),
        ("report --pippo", "L’opzione --pippo non esiste. «portal report --help» spiega come."),
        ("report --desk", "L’opzione --desk non si usa così. «portal --help» spiega come."),
        ("relazione", "Il comando «relazione» non esiste. «portal --help» spiega come."),
        ("network ad", "Il comando «ad» non esiste. «portal network --help» spiega come."),
        ("demo tutto", "Il comando non si capisce. «portal demo --help» spiega come."),
        ("backup", "Manca FILE. «portal backup --help» spiega come."),
        ("backup /", "FILE: il valore non va. «portal backup --help» spiega come."),
    ],
)
def test_a_mistyped_line_is_one_sentence(line: str, sentence: str) -> None:
    done = CliRunner().invoke(main, line.split(), prog_name="portal")
    assert (done.exit_code, done.stdout, done.stderr) == (1, "", f"{sentence}\n")


@pytest.mark.parametrize("line", ["", "network", "--help", "report --help"])
def test_help_is_no_mistake(line: str) -> None:
    done = CliRunner().invoke(main, line.split(), prog_name="portal")
    assert "Usage: portal" in done.output
