# SPDX-License-Identifier: AGPL-3.0-or-later
"""A copy that an earlier build made comes back as a database of today's, and frozen."""

import os
import subprocess
from pathlib import Path

import psycopg
import pytest

from config.settings import Settings
from migrations.catalogue import expected_catalogue, read_catalogue
from portal.embedded.programs import installed
from tests.builds import BUILDS
from tests.builds.conftest import Restore
from tests.restored import brought_back

AS_THEN = ("--format=custom", "--exclude-table-data=public.login_session")
ROWS = "SELECT (SELECT count(*) FROM person), (SELECT count(*) FROM visit)"


@pytest.mark.parametrize("build", BUILDS)
def test_a_copy_of_an_earlier_build_is_brought_up_to_date(
    build: str,
    template: Settings,
    restore: Restore,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PATH", str(installed().postgres), prepend=os.pathsep)
    url = str(restore(build, "copied").database_backup_url)
    with psycopg.connect(url) as connection:
        rows = connection.execute(ROWS).fetchall()
    with (tmp_path / "copia").open("wb") as file:
        subprocess.run(["pg_dump", *AS_THEN, url], stdout=file, check=True)
    with brought_back(template, tmp_path / "copia", tmp_path / "casa") as restored:
        assert restored.rows(ROWS) == rows
        assert restored.rows("SELECT copied_at FROM frozen") == [(None,)]
        assert restored.rows("SELECT count(*) FROM invitation WHERE withdrawn_at IS NULL") == [(0,)]
        owner = str(restored.settings.database_owner_url)
        assert read_catalogue(owner) == expected_catalogue()
