# SPDX-License-Identifier: AGPL-3.0-or-later
"""Without its protection each promise breaks, and a test says so; `make mutants` prints them."""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from config.settings import Settings
from tests.mutants.mutants import MUTANTS


def test_every_mutant_is_killed(
    template: Settings, root: Path, record_property: Callable[[str, str], None]
) -> None:
    command = [sys.executable, "-m", "tests.mutants", "--home", str(template.home)]
    found = subprocess.run(command, cwd=root, capture_output=True, text=True)
    assert found.returncode == 0, found.stdout + found.stderr
    (line,) = re.findall(r"mutants: .*", found.stdout)
    record_property("summary", line)
    assert line.startswith(f"mutants: {len(MUTANTS)} killed / {len(MUTANTS)} ")


def test_mutants_have_names_of_their_own() -> None:
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS) >= 14
    assert all(mutant.tests and bool(mutant.sql) is not bool(mutant.function) for mutant in MUTANTS)
