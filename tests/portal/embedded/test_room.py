# SPDX-License-Identifier: AGPL-3.0-or-later
"""The machine room on real servers: first start, sharing, roles, what reaches the log."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import LiteralString

import psycopg
import pytest
import redis

from config.settings import Settings
from portal.core.errors import Refusal
from portal.embedded import Room, machine_room
from portal.embedded.process import is_alive
from portal.embedded.programs import POSTGRES_MAJOR

STAY = """
import sys, time
from config.settings import load_settings
from portal.embedded import machine_room
with machine_room(load_settings({"PORTAL_HOME": sys.argv[1]}), throwaway=True):
    print("inside", flush=True)
    time.sleep(60)
"""


@pytest.fixture(scope="module")
def room(plain: Settings) -> Iterator[Settings]:
    with machine_room(plain, throwaway=True) as settings:
        yield settings


def ask(url: str | None, statement: LiteralString, *values: str) -> tuple[object, ...]:
    assert url is not None
    with psycopg.connect(url) as connection:
        return connection.execute(statement, values).fetchone() or ()


def postmaster(settings: Settings) -> int:
    return int((settings.home / "postgres/postmaster.pid").read_text().split()[0])


def test_every_address_is_filled_in(room: Settings) -> None:
    urls = {
        "portal_app": room.database_url,
        "portal_owner": room.database_owner_url,
        "portal_network": room.database_network_url,
        "portal_backup": room.database_backup_url,
    }
    for role, url in urls.items():
        assert ask(url, "SELECT current_user, current_database()") == (role, "portal")
    assert room.redis_url is not None
    with redis.from_url(room.redis_url) as queue:
        assert queue.ping()
        assert (room.home / "valkey/appendonlydir").is_dir()


def test_text_is_utf8_and_without_the_machine_s_locale(room: Settings) -> None:
    statement = (
        "SELECT pg_encoding_to_char(encoding), datlocprovider, datlocale FROM pg_database"
        " WHERE datname = 'portal'"
    )
    assert ask(room.database_owner_url, statement) == ("UTF8", "b", "C.UTF-8")


@pytest.mark.parametrize("role", ["portal_owner", "portal_app", "portal_network"])
def test_no_role_of_the_portal_passes_the_policies(room: Settings, role: str) -> None:
    statement = (
        "SELECT rolsuper, rolbypassrls, rolcreaterole, rolreplication FROM pg_roles"
        " WHERE rolname = %s"
    )
    assert ask(room.database_owner_url, statement, role) == (False,) * 4


@pytest.mark.parametrize("role", ["app", "network", "backup"])
@pytest.mark.parametrize(
    "statement", ["CREATE TABLE mine (x int)", "CREATE TEMP TABLE mine (x int)", "CREATE SCHEMA s"]
)
def test_only_the_owner_creates(room: Settings, role: str, statement: str) -> None:
    url = {
        "app": room.database_url,
        "network": room.database_network_url,
        "backup": room.database_backup_url,
    }[role]
    with pytest.raises(
        (psycopg.errors.InsufficientPrivilege, psycopg.errors.ReadOnlySqlTransaction)
    ):
        ask(url, statement)


def test_the_owner_may_add_the_sound_keys(room: Settings) -> None:
    assert room.database_owner_url is not None
    with psycopg.connect(room.database_owner_url) as connection:
        connection.execute("CREATE EXTENSION IF NOT EXISTS fuzzystrmatch")


def test_what_was_typed_does_not_reach_the_server_s_log(room: Settings) -> None:
    assert room.database_owner_url is not None
    with psycopg.connect(room.database_owner_url, autocommit=True) as connection:
        connection.execute("CREATE TABLE said (name text PRIMARY KEY, born date)")
        connection.execute("INSERT INTO said VALUES ('Fatoumata Riservata')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("INSERT INTO said VALUES (%s)", ["Fatoumata Riservata"])
        with pytest.raises(psycopg.errors.InvalidDatetimeFormat):
            connection.execute("INSERT INTO said VALUES ('x', %s::text::date)", ["Riservata"])
        connection.execute("DROP TABLE said")
    assert "Riservata" not in (room.home / "log/postgres.log").read_text()


def test_secrets_sockets_and_data_are_private(room: Settings) -> None:
    for name in ("secrets", "locks", "run", "postgres", "valkey", "log"):
        assert (room.home / name).stat().st_mode & 0o077 == 0, name
    for path in (room.home / "secrets").iterdir():
        assert path.stat().st_mode & 0o777 == 0o600, path


def test_servers_have_a_session_of_their_own(room: Settings) -> None:
    assert os.getsid(postmaster(room)) != os.getsid(0)


def test_joining_is_quick_and_changes_nothing(plain: Settings, room: Settings) -> None:
    before = postmaster(room)
    start = time.perf_counter()
    with machine_room(plain, throwaway=True) as again:
        assert time.perf_counter() - start < 0.25  # measured: 0.002 s
        assert again == room
    assert postmaster(room) == before


def test_with_every_server_elsewhere_nothing_starts(tmp_path: Path) -> None:
    settings = Settings(
        home=tmp_path,
        host="127.0.0.1",
        port=1,
        public_url="http://127.0.0.1:1",
        secret_key="k",
        database_url="postgresql://a@db/p",
        redis_url="redis://queue",
    )
    with machine_room(settings) as same:
        assert same is settings
    assert list(tmp_path.iterdir()) == []


def test_valkey_alone_serves_a_database_elsewhere(ground: Path) -> None:
    half = Settings(
        home=ground / "mezza",
        host="",
        port=1,
        public_url="",
        secret_key="",
        database_url="postgresql://a@db/p",
    )
    with machine_room(half, throwaway=True) as settings:
        assert settings.database_url == half.database_url
        with redis.from_url(settings.redis_url or "") as queue:
            assert queue.ping()
    assert not (half.home / "postgres").exists()


def test_another_major_version_is_refused_with_the_way_out(ground: Path, plain: Settings) -> None:
    other = Settings(
        home=ground / "vecchia",
        host="",
        port=1,
        public_url="",
        secret_key="",
        redis_url="redis://x",
    )
    (other.home / "postgres").mkdir(parents=True)
    (other.home / "postgres").chmod(0o700)
    (other.home / "postgres/PG_VERSION").write_text("9\n")
    with pytest.raises(Refusal) as refusal, machine_room(other):
        pass
    assert "PostgreSQL 9" in refusal.value.sentence
    assert f"PostgreSQL {POSTGRES_MAJOR}" in refusal.value.sentence
    assert "portal backup" in refusal.value.sentence
    assert "portal restore" in refusal.value.sentence


@pytest.mark.long
def test_the_last_one_out_stops_the_servers_even_after_a_kill(ground: Path) -> None:
    settings = Settings(home=ground / "ultima", host="", port=1, public_url="", secret_key="")
    with subprocess.Popen(
        [sys.executable, "-c", STAY, settings.home], stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"inside\n"
        with machine_room(settings, throwaway=True) as filled:
            pid = postmaster(settings)
            other.kill()
            other.wait()
            assert ask(filled.database_url, "SELECT 1") == (1,)
    assert not (settings.home / "postgres/postmaster.pid").exists()
    assert not is_alive(pid, "postgres")
    with pytest.raises(psycopg.OperationalError):
        ask(filled.database_url, "SELECT 1")


@pytest.mark.long
def test_leaving_first_leaves_the_servers_to_the_others(ground: Path) -> None:
    settings = Settings(home=ground / "prima", host="", port=1, public_url="", secret_key="")
    with Room(settings, throwaway=True) as stays:
        with machine_room(settings, throwaway=True):
            pass
        assert stays.keep_running() == []
