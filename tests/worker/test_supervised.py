# SPDX-License-Identifier: AGPL-3.0-or-later
"""`portal run` keeps a worker and a beat beside the pages, and stops them warm."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis

from tests.portal.embedded.test_run import children, environment, free_port, portal, running
from tests.worker.conftest import wait_for

pytestmark = pytest.mark.long
LONGEST_STOP_SECONDS = 14
LONGEST_RETURN_SECONDS = 15
"""Ten on a machine that does nothing else: a start is three seconds of one processor."""


@pytest.fixture
def home() -> Iterator[Path]:
    """pytest's own temporary folders are closed to the servers' account."""
    folder = Path(tempfile.mkdtemp(prefix="sw"))
    folder.chmod(0o755)
    yield folder / "casa"
    shutil.rmtree(folder)


def pid_of(module: str, parent: subprocess.Popen[str]) -> int | None:
    found = [
        each
        for each in children(parent.pid)
        if module.encode() in Path(f"/proc/{each}/cmdline").read_bytes()
    ]
    return found[0] if found else None


def test_worker_and_beat_are_kept_and_told(home: Path) -> None:
    port = free_port()
    with running(home, port) as process:
        wait_for(lambda: bool(pid_of("worker.beat", process)), seconds=5)
        variables = environment(home, port)
        wait_for(lambda: portal("worker", "status", **variables).returncode == 0, seconds=30)
        for module in ("worker.app", "worker.beat"):
            before = pid_of(module, process)
            assert before
            os.kill(before, signal.SIGKILL)
            wait_for(lambda m=module, b=before: pid_of(m, process) not in (None, b), seconds=10)  # type: ignore[misc]
        wait_for(lambda: portal("worker", "status", **variables).returncode == 0, seconds=30)
        said = portal("worker", "status", **variables)
        assert said.stdout == (
            "La coda risponde; 1 lavoratore è collegato.\nNessun lavoro in attesa.\n"
        )
        programs = [pid_of(module, process) for module in ("worker.app", "worker.beat")]
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        process.wait(timeout=30)
        assert time.monotonic() - began < LONGEST_STOP_SECONDS
    assert process.returncode == 0
    assert not any(Path(f"/proc/{pid}").exists() for pid in programs)
    alone = portal("worker", "status", **variables)
    assert alone.returncode == 1
    assert "nessun lavoratore" in alone.stdout


def test_killed_again_and_again_they_are_back_within_ten_seconds(
    home: Path, record_property: Callable[[str, str], None]
) -> None:
    """The pause before one that dies often is started again is part of these seconds."""
    slowest = dict.fromkeys(("worker.app", "worker.beat"), 0.0)
    with running(home, free_port()) as process:
        for _kill in range(5):
            for module in slowest:
                pid = wait_until_it_works(module, process, home, but=None)
                began = time.monotonic()
                os.kill(pid, signal.SIGKILL)
                wait_until_it_works(module, process, home, but=pid)
                slowest[module] = max(slowest[module], time.monotonic() - began)
    for module, seconds in slowest.items():
        record_property("summary", f"{module} killed 5 times: works again in {seconds:.1f} s")
    assert max(slowest.values()) < LONGEST_RETURN_SECONDS


def wait_until_it_works(
    module: str, process: subprocess.Popen[str], home: Path, *, but: int | None
) -> int:
    """Until the program runs in another process than that one, and a worker waits for messages."""

    def works() -> bool:
        pid = pid_of(module, process)
        if pid in (None, but):
            return False
        return module == "worker.beat" or _reads(home, pid)

    wait_for(works, seconds=30)
    pid = pid_of(module, process)
    assert pid
    return pid


def _reads(home: Path, pid: int | None) -> bool:
    with redis.Redis(unix_socket_path=str(home / "run/valkey.sock")) as client:
        return any(
            each["cmd"] == "brpop" and each["name"].endswith(f"-{pid}")
            for each in client.client_list()
        )


def test_without_addresses_they_do_not_start(home: Path) -> None:
    for module, role in (("worker.app", "worker"), ("worker.beat", "beat")):
        celery = [sys.executable, "-m", "celery", "--quiet", "-A", module, role]
        said = subprocess.run(
            celery, env=environment(home, free_port()), capture_output=True, text=True
        )
        assert said.returncode != 0
        assert "Servono DATABASE_URL e REDIS_URL" in said.stderr
