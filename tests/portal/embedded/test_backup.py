# SPDX-License-Identifier: AGPL-3.0-or-later
"""A copy and its return: every desk's rows, no login session, into an empty database only."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from config.settings import Settings
from portal.core.errors import Refusal
from portal.embedded import machine_room
from portal.embedded.backup import back_up, restore

# A desk's table as the portal makes them: the owner itself is held to the policy.
TABLES = """
    CREATE EXTENSION fuzzystrmatch;
    CREATE TABLE login_session (token text);
    INSERT INTO login_session VALUES ('segreto');
    CREATE TABLE person (desk_id int, name text, PRIMARY KEY (desk_id, name));
    INSERT INTO person SELECT desk, 'persona ' || n
        FROM generate_series(1, 3) AS desk, generate_series(1, 100) AS n;
    ALTER TABLE person ENABLE ROW LEVEL SECURITY;
    ALTER TABLE person FORCE ROW LEVEL SECURITY;
    CREATE POLICY desk ON person USING (desk_id = current_setting('portal.desk')::int);
    GRANT SELECT ON person TO portal_app;
"""


@pytest.fixture(scope="module")
def source(plain: Settings) -> Iterator[Settings]:
    with machine_room(plain, throwaway=True) as settings:
        with psycopg.connect(settings.database_owner_url or "") as connection:
            connection.execute(TABLES)
        yield settings


@pytest.fixture(scope="module")
def copy(source: Settings, ground: Path) -> Path:
    path = ground / "copia di prova.dump"
    back_up(source.database_backup_url or "", path, home=source.home, embedded=True)
    return path


def test_the_copy_is_private(copy: Path) -> None:
    assert copy.stat().st_mode & 0o777 == 0o600
    assert b"segreto" not in copy.read_bytes()


def test_a_copy_is_never_overwritten(source: Settings, copy: Path) -> None:
    before = copy.read_bytes()
    with pytest.raises(Refusal, match="esiste già"):
        back_up(source.database_backup_url or "", copy, home=source.home, embedded=True)
    assert copy.read_bytes() == before


def test_a_folder_that_is_not_there_is_said(source: Settings, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="Non posso scrivere"):
        back_up(
            source.database_backup_url or "",
            tmp_path / "manca/copia",
            home=source.home,
            embedded=True,
        )


def test_a_database_in_use_is_not_restored_into(source: Settings, copy: Path) -> None:
    with pytest.raises(Refusal, match="non è vuota"):
        restore(source.database_owner_url or "", copy, home=source.home, embedded=True)


def test_another_file_is_not_a_copy(source: Settings, copy: Path, tmp_path: Path) -> None:
    half = tmp_path / "metà"
    half.write_bytes(copy.read_bytes()[:100])
    for wrong, words in ((half, "non è una copia"), (tmp_path / "manca", "non c’è")):
        with pytest.raises(Refusal, match=words):
            restore(source.database_owner_url or "", wrong, home=source.home, embedded=True)


@pytest.mark.long
def test_every_row_returns_and_nobody_is_logged_in(copy: Path, ground: Path) -> None:
    new = Settings(
        home=ground / "nuova", host="", port=1, public_url="", secret_key="", redis_url="redis://x"
    )
    with machine_room(new, throwaway=True) as settings:
        restore(settings.database_owner_url or "", copy, home=settings.home, embedded=True)
        with psycopg.connect(settings.database_backup_url or "") as connection:
            assert connection.execute("SELECT count(*) FROM person").fetchone() == (300,)
            assert connection.execute("SELECT count(*) FROM login_session").fetchone() == (0,)
        with psycopg.connect(settings.database_url or "") as connection:
            connection.execute("SET portal.desk = '2'")
            assert connection.execute("SELECT count(*) FROM person").fetchone() == (100,)
