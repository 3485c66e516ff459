# SPDX-License-Identifier: AGPL-3.0-or-later
"""`portal run` as a newcomer meets it: ready, mended when something dies, stopped by Ctrl-C."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from portal.embedded.process import is_alive

pytestmark = pytest.mark.long


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def environment(home: Path, port: int, **more: str) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "PORTAL_HOME": str(home), "PORT": str(port), **more}


def portal(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "portal", *arguments], env=variables, capture_output=True, text=True
    )


@contextmanager
def running(home: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "portal", "run"],
        env=environment(home, port),
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    with process:
        try:
            assert process.stdout.readline() == f"Pronto: http://127.0.0.1:{port}\n"
            yield process
        finally:
            process.send_signal(signal.SIGINT)


def healthy(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2) as answer:
            return answer.status == 200
    except OSError:
        return False


def wait_until_healthy(port: int) -> None:
    end = time.monotonic() + 15
    while not healthy(port):
        assert time.monotonic() < end
        time.sleep(0.1)


def children(pid: int) -> list[int]:
    return [int(n) for n in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def web(pid: int) -> int:
    (found,) = [
        each for each in children(pid) if b"gunicorn" in Path(f"/proc/{each}/cmdline").read_bytes()
    ]
    return found


def test_it_runs_mends_itself_and_stops(ground: Path) -> None:
    home, port = ground / "accesa", free_port()
    with running(home, port) as process:
        assert healthy(port)
        postmaster = int((home / "postgres/postmaster.pid").read_text().split()[0])
        os.kill(web(process.pid), signal.SIGKILL)
        time.sleep(1)
        wait_until_healthy(port)
        os.kill(postmaster, signal.SIGKILL)
        copy = portal("backup", str(ground / "accanto.dump"), **environment(home, port))
        assert copy.returncode == 0, copy.stderr
        assert healthy(port)
        postmaster = int((home / "postgres/postmaster.pid").read_text().split()[0])
    assert process.returncode == 0
    assert not is_alive(postmaster, "postgres")
    assert not healthy(port)


def test_a_taken_port_is_one_sentence(ground: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        said = portal("run", **environment(ground / "porta", port))
    assert said.returncode == 1
    assert said.stderr.startswith(f"La porta {port} è già occupata")
    assert said.stderr.count("\n") == 1


@pytest.mark.parametrize("command", ["run", "migrate"])
def test_a_database_that_does_not_answer_is_one_sentence(ground: Path, command: str) -> None:
    nowhere = f"postgresql://x:parola-segreta@127.0.0.1:{free_port()}/portal"
    names = ("DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_NETWORK_URL")
    urls = dict.fromkeys(names, nowhere) | {"REDIS_URL": "redis://127.0.0.1:1"}
    said = portal(command, **environment(ground / "muta", free_port(), **urls))
    assert said.returncode == 1
    assert said.stderr == "La banca dati non risponde all’indirizzo indicato.\n"
