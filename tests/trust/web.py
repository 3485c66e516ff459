# SPDX-License-Identifier: AGPL-3.0-or-later
"""The pages as they are served: processes of their own, lines on a wire, what they wrote."""

import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from config.settings import Settings, serving_environment

HOST = "127.0.0.1"
NO_MORE: Mapping[str, str] = {}


class Web:
    """The pages as they are served, in processes of their own, with what they wrote."""

    def __init__(self, settings: Settings, log: Path, root: Path) -> None:
        self._log = log
        with socket.socket() as probe:
            probe.bind((HOST, 0))
            self.port: int = probe.getsockname()[1]
        command = [sys.executable, "-m", "gunicorn", "-c", "python:config.gunicorn"]
        command += ["--bind", f"{HOST}:{self.port}", "portal.app:create_app_from_environment()"]
        with log.open("wb") as into:
            self.process = subprocess.Popen(
                command, cwd=root, env=serving_environment(settings), stdout=into, stderr=into
            )

    def say(self, request: str) -> bytes:
        """Send this and nothing else; the first bytes of the answer."""
        with socket.create_connection((HOST, self.port), timeout=10) as line:
            line.sendall(request.encode())
            line.shutdown(socket.SHUT_WR)
            return line.recv(4096)

    def get(
        self, path: str, *, cookie: str = "", body: str = "", headers: dict[str, str] | None = None
    ) -> bytes:
        told = (headers or {}) | {
            "Host": HOST,
            "Connection": "close",
            "Cookie": f"sportelli={cookie}",
        }
        if body:
            told |= {"Content-Type": "application/x-www-form-urlencoded"}
            told |= {"Content-Length": str(len(body))}
        lines = "".join(f"{name}: {value}\r\n" for name, value in told.items())
        return self.say(f"{'POST' if body else 'GET'} {path} HTTP/1.1\r\n{lines}\r\n{body}")

    def answers(self) -> bool:
        try:
            return b" 200 " in self.get("/healthz")
        except OSError:
            return False

    def written(self) -> str:
        return self._log.read_text(encoding="utf-8")
