# SPDX-License-Identifier: AGPL-3.0-or-later
"""The embedded Valkey: an append-only file, so that a kill loses at most a second; never evicts."""

import contextlib
import os
import signal
from pathlib import Path
from urllib.parse import quote

from config.queue import broker_rules
from portal.core.errors import Refusal
from portal.embedded.home import HomeFolder
from portal.embedded.process import ask, comes_up, is_alive, launch, log_path, wait_until
from portal.embedded.programs import reachable

NAME = "Valkey"
PROGRAM = "valkey-server"


class Valkey:
    name = NAME

    def __init__(self, place: HomeFolder) -> None:
        self._place = place
        self._data = place.base / "valkey"
        self._socket = place.sockets / "valkey.sock"

    def url(self) -> str:
        return f"unix://{quote(str(self._socket))}?db=0"

    def is_running(self) -> bool:
        return ask(self._socket, b"PING\r\n").startswith(b"+PONG")

    def start(self) -> None:
        """Start it; a second server on the same files would ruin them, so a mute one goes first."""
        self._end_mute()
        self._place.folder(self._place.sockets)
        self._place.folder(self._data)
        if not comes_up(launch(self._command(), self._place, "valkey"), self.is_running):
            log = log_path(self._place, "valkey")
            raise Refusal(f"Valkey non parte: le ultime righe di «{log}» dicono perché.")

    def stop(self) -> None:
        ask(self._socket, b"SHUTDOWN\r\n")
        wait_until(lambda: not is_alive(self._pid(), PROGRAM), seconds=10)
        self._end_mute()

    def _command(self) -> list[str | Path]:
        return [
            reachable(self._place).valkey,
            *("--port", "0"),
            *("--unixsocket", self._socket),
            *("--unixsocketperm", "700"),
            *("--dir", self._data),
            *("--pidfile", self._pid_file),
            *("--appendonly", "yes"),
            *("--save", ""),
            *("--maxmemory-policy", "noeviction"),
            *("--proto-max-bulk-len", "1mb"),
            # Whoever got into a page or a worker can do no more here than they can.
            *("--user", "default", "reset", "on", "nopass", *broker_rules(), "+shutdown"),
        ]

    @property
    def _pid_file(self) -> Path:
        return self._data / "valkey.pid"

    def _pid(self) -> int:
        try:
            return int(self._pid_file.read_text(encoding="ascii"))
        except (OSError, ValueError):
            return 0

    def _end_mute(self) -> None:
        pid = self._pid()
        if is_alive(pid, PROGRAM):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            wait_until(lambda: not is_alive(pid, PROGRAM), seconds=5)
