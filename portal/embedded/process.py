# SPDX-License-Identifier: AGPL-3.0-or-later
"""Starting a server away from our terminal, and telling a live process from a dead one."""

import contextlib
import os
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from portal.embedded.home import HomeFolder

LOG_BYTES = 2_000_000

# Servers outlive the one who started them; while we live we reap ours, so none stays a zombie.
_started: list[subprocess.Popen[bytes]] = []


def launch(command: Sequence[str | Path], place: HomeFolder, name: str) -> subprocess.Popen[bytes]:
    """Start a server in a session of its own: the terminal's Ctrl-C does not reach it."""
    with log_path(place, name).open("ab") as log:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, **place.runner.options()
        )
    _started.append(process)
    return process


def log_path(place: HomeFolder, name: str) -> Path:
    path = place.folder(place.base / "log") / f"{name}.log"
    if path.exists() and path.stat().st_size > LOG_BYTES:
        path.replace(path.with_suffix(".log.1"))
    return path


def comes_up(process: subprocess.Popen[bytes], answers: Callable[[], bool]) -> bool:
    """Wait until the server answers or has ended; one that replays a long log is given time."""
    wait_until(lambda: answers() or process.poll() is not None, seconds=300)
    return answers()


def reap() -> None:
    _started[:] = [process for process in _started if process.poll() is None]


def is_alive(pid: int, program: str) -> bool:
    """Whether that pid is a living process of that program: not a zombie, not a reused number."""
    reap()
    try:
        status = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    name, _, rest = status.partition("(")[2].rpartition(")")
    return name == program[:15] and rest.split()[0] not in {"Z", "X"}


def works_inside(folder: Path) -> bool:
    """Whether a process of any kind still has that folder as its own."""
    for entry in Path("/proc").glob("[0-9]*/cwd"):
        with contextlib.suppress(OSError):
            if os.readlink(entry) == str(folder):
                return True
    return False


def ask(path: Path, message: bytes) -> bytes:
    """What a local server answers to a first message; nothing when nobody listens."""
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(2)
        try:
            line.connect(str(path))
            line.sendall(message)
            return line.recv(64)
        except OSError:
            return b""


def wait_until(fact: Callable[[], bool], seconds: float) -> bool:
    """Whether the fact came true in time."""
    end = time.monotonic() + seconds
    while not fact():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True
