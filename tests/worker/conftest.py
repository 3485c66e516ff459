# SPDX-License-Identifier: AGPL-3.0-or-later
"""A broker and workers of a test's own, which it may stop, freeze, empty and kill."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
import redis
from celery import Celery
from flask import Flask

from config.queue import celery_settings
from config.settings import Settings, serving_environment
from portal.core.work import jobs
from portal.core.work.job_names import JobName
from portal.embedded.programs import installed
from tests.conftest import AtDesk
from tests.worker.desks import Desks
from tests.world import LUCCA


def wait_for(fact: Callable[[], bool], *, seconds: float) -> float:
    """Wait until the fact is true, and say how long it took."""
    began = time.monotonic()
    while not fact():
        assert time.monotonic() - began < seconds, f"not within {seconds} s"
        time.sleep(0.05)
    return time.monotonic() - began


class Broker:
    """A Valkey in a folder of its own, kept as the embedded one is."""

    def __init__(self, folder: Path) -> None:
        self.socket = folder / "v.sock"
        self.url = f"unix://{self.socket}?db=0"
        keep = ("--dir", folder, "--appendonly", "yes", "--save", "")
        address = ("--port", "0", "--unixsocket", self.socket)
        self._command: list[str | Path] = [installed().valkey, *address, *keep]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL)
        wait_for(self._answers, seconds=10)

    def stop(self) -> None:
        """As the machine's failure would: no farewell."""
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None

    def freeze(self) -> None:
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def flush(self) -> None:
        with self.client() as client:
            client.flushall()

    def client(self) -> redis.Redis:
        return redis.Redis(unix_socket_path=str(self.socket))

    def is_read_by(self, worker: "Program") -> bool:
        """Whether that worker waits for messages."""
        with self.client() as client:
            return any(
                each["cmd"] == "brpop" and each["name"].endswith(f"-{worker.process.pid}")
                for each in client.client_list()
            )

    def queue(self) -> Celery:
        """To send as beat or a portal does."""
        queue = Celery("test", set_as_current=False)
        queue.conf.update(celery_settings(self.url))
        return queue

    def _signal(self, number: int) -> None:
        assert self._process
        os.kill(self._process.pid, number)

    def _answers(self) -> bool:
        with contextlib.suppress(redis.RedisError), self.client() as client:
            return bool(client.ping())
        return False


class Program:
    """A worker or a beat in a process of its own, with what it wrote."""

    def __init__(self, arguments: list[str], settings: Settings, log: Path) -> None:
        self._log = log
        with log.open("ab") as file:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "celery", "--quiet", *arguments, "--loglevel", "WARNING"],
                env=serving_environment(settings),
                stdout=file,
                stderr=file,
                start_new_session=True,
            )

    def written(self) -> str:
        return self._log.read_text(encoding="utf-8")

    def is_alive(self) -> bool:
        return self.process.poll() is None

    def send(self, number: int) -> None:
        self.process.send_signal(number)

    def end(self, number: int = signal.SIGTERM) -> None:
        if self.is_alive():
            self.send(signal.SIGCONT)
            self.send(number)
            try:
                self.process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


@pytest.fixture
def broker() -> Iterator[Broker]:
    """A broker that runs; its path is short, as sockets want."""
    folder = Path(tempfile.mkdtemp(prefix="vk"))
    one = Broker(folder)
    one.start()
    yield one
    one.stop()
    shutil.rmtree(folder)


@pytest.fixture
def settings(app: Flask, broker: Broker, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The application and its workers notify at the test's own broker."""
    own: Settings = replace(app.config["SETTINGS"], redis_url=broker.url)
    monkeypatch.setitem(app.config, "SETTINGS", own)
    return own


StartWorker = Callable[..., Program]
THREADS = ("-P", "threads", "-c", "2")
POOLS = (THREADS, ("-P", "prefork", "-c", "2"))
"""As `portal run` starts them, and as the services do."""


@pytest.fixture
def start_worker(settings: Settings, broker: Broker, tmp_path: Path) -> Iterator[StartWorker]:
    """`start_worker()`: a worker that answers."""
    started: list[Program] = []

    def start(*pool: str, wait: bool = True, redis_url: str | None = None) -> Program:
        alone = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
        name = f"w{len(started)}@test"
        arguments = ["-A", "worker.app", "worker", *(pool or THREADS), *alone, "-n", name]
        own = replace(settings, redis_url=redis_url or settings.redis_url)
        one = Program(arguments, own, tmp_path / f"{name}.log")
        started.append(one)
        if wait:
            wait_for(lambda: broker.is_read_by(one), seconds=30)
        return one

    yield start
    for one in started:
        one.end()


@pytest.fixture
def desks(app: Flask, world: object) -> Desks:
    """Desks whose half-year closes when a test says so."""
    return Desks(app)


class Bench:
    """A desk whose drafts are swept when the bell rings: the smallest job that there is."""

    def __init__(self, desks: Desks, at_desk: AtDesk) -> None:
        self._desks, self._at_desk = desks, at_desk

    def ask(self) -> str:
        subject = str(uuid4())
        with self._at_desk(LUCCA):
            jobs.enqueue(JobName.SWEEP_DRAFTS, subject)
        return subject

    def is_done(self, subject: str) -> bool:
        question = "SELECT finished_at IS NOT NULL FROM job WHERE subject = %s"
        return bool(self._desks.rows(question, subject)[0][0])

    def seconds(self, *, most: float = 10) -> float:
        """How long it takes from asking to done."""
        subject = self.ask()
        return wait_for(lambda: self.is_done(subject), seconds=most)


@pytest.fixture
def bench(desks: Desks, at_desk: AtDesk) -> Bench:
    """To ask for a job and see it done."""
    return Bench(desks, at_desk)


@contextmanager
def stopwatch(into: list[float]) -> Iterator[None]:
    """Note how long the block takes."""
    began = time.monotonic()
    yield
    into.append(time.monotonic() - began)
