# SPDX-License-Identifier: AGPL-3.0-or-later
"""Servers killed without warning come back with what was committed."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from config.queue import QUEUE
from config.settings import Settings
from portal.embedded import Room

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def room(plain: Settings) -> Iterator[Room]:
    """With every safety on: what is committed must survive."""
    with Room(plain) as room:
        room.keep_running()
        yield room


def kill(path: Path) -> None:
    os.kill(int(path.read_text().split()[0]), signal.SIGKILL)


def test_a_killed_postgresql_comes_back_with_its_rows(room: Room, plain: Settings) -> None:
    url = room.settings().database_owner_url or ""
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT generate_series(1, 1000) AS x")
    kill(plain.home / "postgres/postmaster.pid")
    assert room.keep_running() == ["PostgreSQL"]
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (1000,)


def test_a_number_taken_by_another_program_does_not_stop_the_start(
    room: Room, plain: Settings
) -> None:
    """After a restart of the machine the old number may belong to anybody: here, to us."""
    path = plain.home / "postgres/postmaster.pid"
    lines = path.read_text().split("\n")
    kill(path)
    lines[0] = str(os.getpid())
    path.write_text("\n".join(lines))
    assert room.keep_running() == ["PostgreSQL"]


def test_a_killed_valkey_comes_back_with_its_queue(room: Room, plain: Settings) -> None:
    with redis.from_url(room.settings().redis_url or "") as queue:
        queue.lpush(QUEUE, *range(1000))
        kill(plain.home / "valkey/valkey.pid")  # what it has answered the system has, by then
    assert room.keep_running() == ["Valkey"]
    with redis.from_url(room.settings().redis_url or "") as queue:
        assert queue.lpush(QUEUE, "x") == 1001


FORBIDDEN = (
    *("FLUSHALL", "FLUSHDB", "KEYS *", "SCAN 0", "CONFIG GET dir", "CONFIG SET dir /tmp"),
    *("MODULE LIST", "EVAL x 0", "MONITOR", "ACL LIST", "SAVE", "PUBLISH x y"),
    *("REPLICAOF no one", "CLIENT KILL TYPE normal", f"GET {QUEUE}", f"LRANGE {QUEUE} 0 1"),
    *("LPUSH other x", "DEL other", "BRPOP other 1"),
)


@pytest.mark.parametrize("command", FORBIDDEN)
def test_pages_and_workers_may_do_little_in_valkey(room: Room, command: str) -> None:
    with (
        redis.from_url(room.settings().redis_url or "") as queue,
        pytest.raises(redis.exceptions.NoPermissionError),
    ):
        queue.execute_command(*command.split())


def test_a_frozen_valkey_is_replaced_not_doubled(room: Room, plain: Settings) -> None:
    pid = int((plain.home / "valkey/valkey.pid").read_text())
    os.kill(pid, signal.SIGSTOP)
    assert room.keep_running() == ["Valkey"]
    assert int((plain.home / "valkey/valkey.pid").read_text()) != pid
    assert room.keep_running() == []
