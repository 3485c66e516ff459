# SPDX-License-Identifier: AGPL-3.0-or-later
"""The supervisor with small programs: restarts, order of stopping, signals."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from config.settings import Settings
from portal.core.errors import Refusal
from portal.embedded import Room
from portal.embedded.supervisor import Child, Program, Supervisor, until_signal

# Writes a line at start and, asked to end, another.
DIARY = """
import signal, sys, time
diary = open(sys.argv[1], "a", buffering=1)
def end(*_):
    diary.write("end\\n")
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
diary.write("start\\n")
time.sleep(60)
"""


@pytest.fixture
def supervisor(tmp_path: Path) -> Supervisor:
    elsewhere = Settings(
        home=tmp_path / "casa",
        host="",
        port=1,
        public_url="",
        secret_key="",
        database_url="postgresql://a@db/p",
        redis_url="redis://queue",
    )
    return Supervisor(Room(elsewhere), say=lambda _line: None)


def diary(path: Path) -> Program:
    return Program("diario", [sys.executable, "-c", DIARY, str(path)])


def written(path: Path) -> list[str]:
    return path.read_text().split() if path.exists() else []


def wait_for(path: Path, lines: int) -> None:
    end = time.monotonic() + 10
    while len(written(path)) < lines:
        assert time.monotonic() < end
        time.sleep(0.02)


def test_children_are_asked_to_end(supervisor: Supervisor, tmp_path: Path) -> None:
    path = tmp_path / "diario"
    with supervisor.running([diary(path)], {}):
        wait_for(path, 1)
    assert written(path) == ["start", "end"]


def test_a_child_that_cannot_start_is_said(supervisor: Supervisor) -> None:
    broken = Program("web", [sys.executable, "-c", "raise SystemExit(3)"])
    with supervisor.running([broken], {}), pytest.raises(Refusal, match="web non parte"):
        supervisor.wait_until(lambda: False, seconds=30)


def test_a_dead_child_starts_again(tmp_path: Path) -> None:
    path, said = tmp_path / "diario", list[str]()
    child = Child(diary(path), {})
    child.start()
    wait_for(path, 1)
    assert child.process is not None
    child.process.kill()
    child.process.wait()
    child.keep_running(said.append)
    wait_for(path, 2)
    assert said == ["diario si è fermato (-9): riparte tra 0 s."]
    child.process.kill()
    child.process.wait()


def test_one_that_dies_at_once_is_given_longer_and_longer_pauses(tmp_path: Path) -> None:
    child = Child(Program("web", [sys.executable, "-c", ""]), {})
    pauses = []
    for _ in range(7):
        child.start()
        assert child.process is not None
        child.process.wait()
        before = time.monotonic()
        child.start_after = before
        child.keep_running(lambda _line: None)
        pauses.append(round(child.start_after - before))
        if child.process:
            child.process.wait()
    assert pauses == [0, 1, 2, 2, 2, 2, 2]


def test_a_signal_ends_the_watch_and_stops_the_children(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    path, before = tmp_path / "diario", signal.getsignal(signal.SIGINT)
    alarm = threading.Timer(0.7, os.kill, [os.getpid(), signal.SIGTERM])
    with until_signal(), supervisor.running([diary(path)], {}):
        wait_for(path, 1)
        alarm.start()
        supervisor.watch()
    assert written(path) == ["start", "end"]
    assert signal.getsignal(signal.SIGINT) is before


# As a shell starts what runs in the background, or nohup: INT, or HUP, is not for it.
STOPPED = """
import os, signal, sys
from portal.embedded.supervisor import until_signal
for name in sys.argv[2:]:
    signal.signal(getattr(signal, name), signal.SIG_IGN)
with until_signal():
    os.kill(os.getpid(), getattr(signal, sys.argv[1]))
    signal.pause()
print(*(signal.getsignal(one) == signal.SIG_IGN for one in (signal.SIGINT, signal.SIGHUP)))
"""


@pytest.mark.parametrize("ignored", [(), ("SIGINT",), ("SIGHUP",), ("SIGINT", "SIGHUP")])
@pytest.mark.parametrize("sent", ["SIGTERM", "SIGINT"])
def test_it_stops_whatever_was_ignored_at_the_start(sent: str, ignored: tuple[str, ...]) -> None:
    """Both signals are sent on purpose: nobody meant the supervisor to live through them."""
    command = [sys.executable, "-c", STOPPED, sent, *ignored]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    left = ("SIGINT" in ignored, "SIGHUP" in ignored)
    assert done.stdout.split() == [str(one) for one in left], "left as it was found"
