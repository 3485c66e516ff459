# SPDX-License-Identifier: AGPL-3.0-or-later
"""gunicorn's processes, in which waitress reads each request whole before a thread is given to it.

gunicorn's own threads read from the visitor: eight that send one letter at a time, or take an
answer as slowly, hold all of them, and nobody else is answered.
"""

import os
import time
from typing import Any

from gunicorn.workers.base import Worker
from waitress import create_server, wasyncore
from waitress.channel import HTTPChannel
from waitress.server import BaseWSGIServer

THREADS = 4
MEGABYTE = 1024 * 1024
CONNECTIONS = 900
"""In each process; a process may have 1,024 files open and some are the database's."""
LOOK_SECONDS = 1
LIMITS = {
    "threads": THREADS,
    "connection_limit": CONNECTIONS,
    # Whoever says nothing for so long is gone.
    "channel_timeout": 60,
    "cleanup_interval": 10,
    # One that breaks its own limit is told so by the portal's page, which has the narrower one.
    "max_request_body_size": 32 * MEGABYTE,
    "max_request_header_size": 32 * 1024,
    # Read by the portal, which knows how many proxies to believe.
    "clear_untrusted_proxy_headers": False,
    "asyncore_use_poll": True,
    "ident": None,
}


class BufferingWorker(Worker):
    """One process of gunicorn's; its loop is waitress's."""

    def run(self) -> None:
        lines: dict[int, Any] = {}
        listening = [listener.sock for listener in self.sockets]
        server = create_server(self.wsgi, map=lines, sockets=listening, **LIMITS)
        while self.alive and self.ppid == os.getppid():
            self._look(lines)
        self._finish(server.task_dispatcher, lines)

    def _look(self, lines: dict[int, Any], seconds: float = LOOK_SECONDS) -> None:
        self.notify()
        wasyncore.loop(timeout=seconds, use_poll=True, map=lines, count=1)

    def _finish(self, dispatcher: Any, lines: dict[int, Any]) -> None:
        """Take nobody new, and answer those who have asked: also what has only just arrived."""
        for _step in ("accept", "read"):
            self._look(lines, seconds=0.05)
        for server in [each for each in lines.values() if isinstance(each, BaseWSGIServer)]:
            server.del_channel()
        end = time.monotonic() + self.cfg.graceful_timeout
        while time.monotonic() < end and any(map(_is_busy, lines.values())):
            self._look(lines)
        dispatcher.shutdown(timeout=LOOK_SECONDS)
        wasyncore.close_all(lines)


def _is_busy(line: Any) -> bool:
    return isinstance(line, HTTPChannel) and bool(line.requests or line.total_outbufs_len)
