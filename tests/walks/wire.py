# SPDX-License-Identifier: AGPL-3.0-or-later
"""The portal behind a wire that is slow, or cut."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

from flask import Flask
from werkzeug.serving import BaseWSGIServer, make_server


class Server:
    """The portal behind a wire that can be cut before or after the work is done."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._running: BaseWSGIServer | None = None
        self._cut_after = False
        self.slow = 0.0
        self.worked_on = threading.Event()
        self.port = 0

    def start(self) -> None:
        self._running = make_server("127.0.0.1", self.port, self._answer, threaded=True)
        self.port = self._running.server_port
        threading.Thread(target=self._running.serve_forever).start()

    def stop(self) -> None:
        if self._running:
            self._running.shutdown()
            self._running.server_close()
        self._running = None

    def cut_the_next_save(self) -> None:
        """It is written, and nobody hears of it."""
        self._cut_after = True

    def _answer(self, environ: dict[str, Any], start_response: Any) -> Iterator[bytes]:
        saving = environ["REQUEST_METHOD"] == "POST" and "/bozze/" not in environ["PATH_INFO"]
        if saving:
            time.sleep(self.slow)
        if saving and self._cut_after:
            self._cut_after = False
            list(self._app(environ, lambda *_told: None))
            environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
            return
        # Closed here: where the browser has gone away Werkzeug's server leaves it open.
        with closing(self._app(environ, start_response)) as answer:
            if saving:
                self.worked_on.set()
            yield from answer
