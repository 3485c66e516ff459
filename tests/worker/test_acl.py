# SPDX-License-Identifier: AGPL-3.0-or-later
"""In an administrator's broker the portal needs the user of config/valkey.acl, and nothing more."""

from dataclasses import replace
from pathlib import Path

import pytest
import redis
from flask import Flask

from config.queue import QUEUE, broker_rules
from config.settings import Settings
from portal.core.work import jobs
from tests.portal.embedded.test_recovery import FORBIDDEN
from tests.worker.conftest import POOLS, Bench, Broker, Program, StartWorker, wait_for

SECRET = "segreto"


@pytest.fixture
def address(app: Flask, settings: Settings, broker: Broker, monkeypatch: pytest.MonkeyPatch) -> str:
    """The portal's user, made as the file says, and the portal at its address."""
    with broker.client() as client:
        client.execute_command("ACL", "SETUSER", "sportelli", "reset", "on", f">{SECRET}",
                               *broker_rules())  # fmt: skip
    url = f"unix://sportelli:{SECRET}@{broker.socket}?db=0"
    monkeypatch.setitem(app.config, "SETTINGS", replace(settings, redis_url=url))
    return url


@pytest.mark.parametrize("command", FORBIDDEN)
def test_it_is_refused_everything_else(address: str, command: str) -> None:
    with (
        redis.from_url(address) as client,
        pytest.raises(redis.exceptions.NoPermissionError),
    ):
        client.execute_command(*command.split())


@pytest.mark.long
@pytest.mark.parametrize("pool", POOLS, ids=lambda pool: pool[1])
def test_portal_workers_and_clock_work_with_it(
    app: Flask,
    settings: Settings,
    address: str,
    broker: Broker,
    start_worker: StartWorker,
    bench: Bench,
    tmp_path: Path,
    pool: tuple[str, ...],
) -> None:
    own = replace(settings, redis_url=address)
    worker = start_worker(*pool, redis_url=address)
    beat = Program(["-A", "worker.beat", "beat"], own, tmp_path / "beat.log")
    bench.seconds()
    with broker.client() as client:  # of another kind: the worker may throw it away
        client.delete(QUEUE)
        client.set(QUEUE, "x")
        wait_for(lambda: not client.exists(QUEUE), seconds=10)
    bench.seconds()
    with app.app_context():
        assert jobs.count_workers(seconds=2) == 1
    beat.end()
    worker.end()
    with broker.client() as client:
        refused = [entry for entry in client.acl_log() if entry["username"] == "sportelli"]
    assert refused == []
    assert "NoPermission" not in worker.written() + beat.written()
