# SPDX-License-Identifier: AGPL-3.0-or-later
"""The broker is a doorbell: stopped, frozen, emptied or lied to, it delays and loses nothing."""

import json
import pickle
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask

from config.queue import QUEUE
from config.settings import Settings
from portal.core.work import jobs
from portal.reports.editions import lifecycle as editions
from portal.reports.editions.desk import DESK
from tests.conftest import AtDesk
from tests.pages import PortalClient
from tests.worker.conftest import Broker, Program, StartWorker, stopwatch, wait_for
from tests.worker.desks import Desks
from tests.worker.noise import SECRET, call, envelope
from tests.world import Place, Someone, World
from worker import schedule

FIFTY = [Place(f"sportello-{number}", f"Sportello {number}") for number in range(50)]
QUICK_SECONDS = 2
ClientOf = Callable[[Someone], PortalClient]


def ask_for_due(broker: Broker) -> None:
    """As beat does."""
    broker.queue().send_task("open_due_and_notify")


@pytest.mark.long
@pytest.mark.parametrize("trouble", ["stopped", "frozen", "flushed"])
def test_fifty_editions_wait_for_the_broker_and_no_page_does(
    app: Flask,
    settings: Settings,
    world: World,
    desks: Desks,
    client_of: ClientOf,
    broker: Broker,
    start_worker: StartWorker,
    trouble: str,
    record_property: Callable[[str, str], None],
) -> None:
    worker, anna, times = start_worker(), client_of(world.anna), list[float]()
    _press_build(anna, "2023-S1")
    wait_for(lambda: desks.count_ready() == 1, seconds=20)
    begin, end = _trouble(broker, worker, trouble)
    begin()
    desks.add_all(FIFTY, closing_days=4)
    with app.app_context():
        schedule.open_due_and_notify()  # notifies of all fifty, in vain
    for half in ("2024-S1", "2024-S2", "2025-S1", "2025-S2", "2026-S1"):
        with stopwatch(times):
            _press_build(anna, half)
    with stopwatch(times):
        _press_approve(anna, desks)
    assert max(times) < QUICK_SECONDS
    time.sleep(6)
    assert desks.count_ready() == 0
    end()
    wait_for(lambda: _try(ask_for_due, broker), seconds=10)
    waited = wait_for(lambda: desks.count_ready() == 55, seconds=60)
    assert desks.rows(TWICE) == []
    wait_for(lambda: desks.rows("SELECT period FROM published_figure") == [("2023-S1",)], seconds=9)
    time.sleep(jobs.SILENCE_SECONDS)
    _press_build(anna, "2022-S2")
    wait_for(lambda: desks.count_ready() == 56, seconds=20)  # it is notified again by itself
    assert worker.is_alive()
    found = f"slowest button {1000 * max(times):.0f} ms, 55 built in {waited:.1f} s"
    record_property("summary", f"broker {trouble}: {found}")


TWICE = "SELECT desk_id, period FROM edition GROUP BY 1, 2 HAVING count(*) > 1"


def _press_build(manager: PortalClient, period: str) -> None:
    page = f"/s/lucca/relazioni/periodo?periodo={period}"
    assert manager.submit(page, {}, action="/s/lucca/relazioni/edizioni").status_code == 303


def _press_approve(manager: PortalClient, desks: Desks) -> None:
    ((edition_id,),) = desks.rows("SELECT id FROM edition WHERE state = 'ready'")
    page = f"/s/lucca/relazioni/edizioni/{edition_id}/approva"
    yes = {"nothing_recorded": "y"}
    assert manager.submit(page, yes, action=page).status_code == 303


def _trouble(
    broker: Broker, worker: Program, kind: str
) -> tuple[Callable[[], None], Callable[[], None]]:
    """How the trouble begins and ends."""
    if kind == "stopped":
        return broker.stop, broker.start
    if kind == "frozen":
        return broker.freeze, broker.thaw

    def lose_everything() -> None:
        broker.flush()
        worker.send(signal.SIGCONT)

    return lambda: worker.send(signal.SIGSTOP), lose_everything


def _try(act: Callable[[Broker], None], broker: Broker) -> bool:
    try:
        act(broker)
    except jobs.BROKER_AWAY:
        return False
    return True


@pytest.mark.long
def test_beat_outlives_the_broker_and_asks_again(
    settings: Settings, broker: Broker, tmp_path: Path, record_property: Callable[[str, str], None]
) -> None:
    beat = Program(["-A", "worker.beat", "beat"], settings, tmp_path / "beat.log")
    try:
        wait_for(lambda: beat_has_asked(broker), seconds=90)
        broker.stop()
        time.sleep(3)
        broker.start()
        broker.flush()
        waited = wait_for(lambda: beat_has_asked(broker), seconds=90)
        assert beat.is_alive()
        record_property("summary", f"beat asked {waited:.0f} s after the broker's return")
    finally:
        beat.end()


def beat_has_asked(broker: Broker) -> bool:
    with broker.client() as client:
        return bool(client.llen(QUEUE))


class Trap:
    """Unpickled, it would leave a file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self._path,)


def forged(finished: UUID, trap: Trap) -> list[bytes]:
    """Messages that somebody with the broker in hand might write."""
    pickled = pickle.dumps([[str(finished)], {}, trap])
    messages = [
        call(str(finished)),
        call(str(uuid4())),
        call(f"{SECRET}'; DROP TABLE job; --"),
        call({"job_id": SECRET}),
        call(),
        call(str(finished), desk_id=SECRET),
        call(f"touch {SECRET}", task="os.system"),
        call(SECRET, task="celery.chain"),
        call(task="celery.backend_cleanup"),
        envelope(pickled, kind="application/x-python-serialize", encoding="binary"),
        envelope(f"- !!python/object {SECRET}".encode(), kind="application/x-yaml"),
        envelope(SECRET.encode()),
    ]
    return [json.dumps(message).encode() for message in messages]


@pytest.mark.long
def test_two_hundred_forged_and_replayed_messages_do_nothing(
    app: Flask,
    settings: Settings,
    world: World,
    desks: Desks,
    at_desk: AtDesk,
    broker: Broker,
    start_worker: StartWorker,
    tmp_path: Path,
) -> None:
    worker = start_worker()
    with at_desk(world.lucca):
        editions.request_edition(DESK, period="2025-S1")
    wait_for(lambda: desks.count_ready() == 1, seconds=20)
    wait_for(lambda: desks.rows("SELECT FROM job WHERE finished_at IS NULL") == [], seconds=20)
    finished = desks.rows("SELECT id FROM job WHERE name = 'build_edition'")[0][0]
    before = [desks.rows(f"SELECT * FROM {table} ORDER BY 1, 2") for table in CHANGED_BY_WORK]  # noqa: S608
    messages = [forged(finished, Trap(tmp_path / "trap"))[n % 12] for n in range(200)]
    with broker.client() as client:
        client.rpush(QUEUE, *messages)
        wait_for(lambda: client.llen(QUEUE) == 0, seconds=60)
    after = [desks.rows(f"SELECT * FROM {table} ORDER BY 1, 2") for table in CHANGED_BY_WORK]  # noqa: S608
    assert after == before
    assert not (tmp_path / "trap").exists()
    with at_desk(world.capannori):
        editions.request_edition(DESK, period="2025-S1")
    wait_for(lambda: desks.count_ready() == 2, seconds=20)
    assert worker.is_alive()
    worker.end()
    assert "Segreta" not in worker.written()
    for line in worker.written().splitlines():
        assert line.startswith("{") or "Warm shutdown" in line or not line.strip(), line


CHANGED_BY_WORK = ("job", "edition", "edition_file", "published_figure", "delivery", "audit_event")


@pytest.mark.long
def test_a_pool_of_processes_builds_as_the_services_run_it(
    settings: Settings, world: World, desks: Desks, at_desk: AtDesk, start_worker: StartWorker
) -> None:
    worker = start_worker("-P", "prefork", "-c", "2")
    for half in ("2024-S1", "2024-S2", "2025-S1", "2025-S2"):
        with at_desk(world.lucca):
            editions.request_edition(DESK, period=half)
    wait_for(lambda: desks.count_ready() == 4, seconds=30)
    worker.send(signal.SIGTERM)
    assert worker.process.wait(timeout=20) == 0
    assert '"level": "error"' not in worker.written()
