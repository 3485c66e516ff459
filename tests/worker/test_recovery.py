# SPDX-License-Identifier: AGPL-3.0-or-later
"""A worker that lives works: within ten seconds of the return of what it had lost."""

import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from flask import Flask

from config.settings import Settings
from portal.core.work import jobs
from tests.worker.conftest import POOLS, Bench, Broker, Program, StartWorker, wait_for

pytestmark = pytest.mark.long
AWAY_SECONDS = 45
"""Long enough that a pause which grows with each attempt would be half a minute."""
SOON_SECONDS = 10


class Relay:
    """A way to the broker that can go mute: lines stay open and nothing comes through them."""

    def __init__(self, target: Path) -> None:
        self._target = target
        self._mute = threading.Event()
        self._lines: list[socket.socket] = []
        self._door = socket.create_server(("127.0.0.1", 0))
        self.url = f"redis://127.0.0.1:{self._door.getsockname()[1]}/0"
        threading.Thread(target=self._accept, daemon=True).start()

    def go_mute(self) -> None:
        """The lines that are open; whoever calls anew gets through."""
        self._mute.set()
        self._mute = threading.Event()

    def close(self) -> None:
        self._door.close()
        for line in self._lines:
            line.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                here, _address = self._door.accept()
                there = socket.socket(socket.AF_UNIX)
                there.connect(str(self._target))
                self._lines += [here, there]
                for pair in ((here, there), (there, here)):
                    threading.Thread(
                        target=self._carry, args=(*pair, self._mute), daemon=True
                    ).start()

    def _carry(self, source: socket.socket, target: socket.socket, mute: threading.Event) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                if mute.is_set():
                    return
                target.sendall(data)
            target.close()


@contextmanager
def relayed(broker: Broker) -> Iterator[Relay]:
    relay = Relay(broker.socket)
    try:
        yield relay
    finally:
        relay.close()


def begin_again(broker: Broker, worker: Program) -> None:
    broker.stop()
    time.sleep(AWAY_SECONDS)
    broker.start()


def freeze_for_a_while(broker: Broker, worker: Program) -> None:
    broker.freeze()
    time.sleep(20)
    broker.thaw()


def refuse_for_a_while(broker: Broker, worker: Program) -> None:
    """As a broker does that became a copy of another: every message is an error."""
    with broker.client() as client:
        client.replicaof("127.0.0.1", "1")
        time.sleep(5)
        client.replicaof("no", "one")


def cut_lines(broker: Broker, worker: Program) -> None:
    with broker.client() as client:
        client.client_kill_filter(_type="normal", skipme=True)


def kill_a_child(broker: Broker, worker: Program) -> None:
    path = Path(f"/proc/{worker.process.pid}/task/{worker.process.pid}/children")
    for child in path.read_text().split():
        os.kill(int(child), signal.SIGKILL)


TROUBLES = (begin_again, freeze_for_a_while, refuse_for_a_while, cut_lines, kill_a_child)


@pytest.mark.parametrize("pool", POOLS, ids=lambda pool: pool[1])
@pytest.mark.parametrize("trouble", TROUBLES)
def test_it_works_soon_after(
    settings: Settings,
    broker: Broker,
    start_worker: StartWorker,
    bench: Bench,
    pool: tuple[str, ...],
    trouble: Callable[[Broker, Program], None],
    record_property: Callable[[str, str], None],
) -> None:
    worker = start_worker(*pool)
    bench.seconds()
    trouble(broker, worker)
    jobs._notifier.cache_clear()  # the portal's own silence is no part of it
    seconds = wait_for(lambda: works(bench), seconds=SOON_SECONDS)
    assert worker.is_alive()
    record_property("summary", f"{pool[1]}, {trouble.__name__}: works after {seconds:.1f} s")


def works(bench: Bench) -> bool:
    """Whether a job that is asked for now is done at once."""
    subject = bench.ask()
    time.sleep(0.4)
    return bench.is_done(subject)


@pytest.mark.parametrize("pool", POOLS, ids=lambda pool: pool[1])
def test_a_line_that_goes_mute_for_ever_is_left(
    app: Flask,
    settings: Settings,
    broker: Broker,
    start_worker: StartWorker,
    bench: Bench,
    pool: tuple[str, ...],
    record_property: Callable[[str, str], None],
) -> None:
    with relayed(broker) as relay:
        worker = start_worker(*pool, redis_url=relay.url)
        bench.seconds()
        relay.go_mute()
        seconds = wait_for(lambda: works(bench), seconds=SOON_SECONDS)
        assert worker.is_alive()
        record_property("summary", f"{pool[1]}, a mute line: works after {seconds:.1f} s")
        worker.end()
