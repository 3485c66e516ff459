# SPDX-License-Identifier: AGPL-3.0-or-later
"""The portal and the floor, each served by one worker of the same gunicorn as in production."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from config.settings import Settings, serving_environment

PORTAL = "portal.app:create_app_from_environment()"
FLOOR = "tests.bench.floor:create_app_from_environment()"


@contextmanager
def portal_server(settings: Settings) -> Iterator[int]:
    """The port of the portal on this database."""
    with _served(PORTAL, serving_environment(settings)) as port:
        yield port


@contextmanager
def floor_server(settings: Settings) -> Iterator[int]:
    """The port of the floor, on the same database and with the same role."""
    with _served(FLOOR, serving_environment(settings)) as port:
        yield port


@contextmanager
def _served(app: str, environment: dict[str, str]) -> Iterator[int]:
    port = _free_port()
    command = [sys.executable, "-m", "gunicorn", "-c", "python:config.gunicorn", "--workers", "1",
               "--bind", f"127.0.0.1:{port}", app]  # fmt: skip
    server = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    try:
        _wait(server, port)
        yield port
    finally:
        server.terminate()
        server.wait(timeout=20)


def _wait(server: subprocess.Popen, port: int) -> None:
    for _patience in range(200):
        if server.poll() is not None:
            raise RuntimeError("the server did not start")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the server does not answer")


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
