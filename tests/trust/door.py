# SPDX-License-Identifier: AGPL-3.0-or-later
"""A door of one's own to the real server: closed, nobody reaches it and who is inside is put out.

The door is a folder with a link to the server's socket. Closing it refuses new connections and ends
those that are open, as a server does that goes down.
"""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import psycopg

from config.settings import Settings
from tests.conftest import DATABASE

SOCKET = ".s.PGSQL.5432"
END = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND usename = %s"


class Door:
    """Between the application and the server."""

    def __init__(self, server: Settings, folder: Path) -> None:
        (home,) = parse_qs(urlsplit(str(server.database_url)).query)["host"]
        self._server, self._real, self._link = server, Path(home) / SOCKET, folder / SOCKET
        urls = {
            name: getattr(server, name).replace(quote(home, safe=""), quote(str(folder), safe=""))
            for name in ("database_url", "database_network_url")
        }
        self.settings = replace(server, **urls)
        self.open()

    def open(self) -> None:
        self._link.unlink(missing_ok=True)
        self._link.symlink_to(self._real)

    def close(self) -> None:
        self._link.unlink(missing_ok=True)
        self.end_connections()

    def end_connections(self) -> None:
        """57P01, as at a shutdown: each role may end its own."""
        for url in (self._server.database_url, self._server.database_network_url):
            role = str(urlsplit(str(url)).username)
            elsewhere = str(url).replace(f"/{DATABASE}?", "/portal?")
            with psycopg.connect(elsewhere, autocommit=True) as connection:
                connection.execute(END, (DATABASE, role))

    @contextmanager
    def answering(self, code: str, words: str) -> Iterator[None]:
        """Behind the door stands a server that refuses whoever knocks, in PostgreSQL's own way."""
        self.close()
        body = b"SFATAL\0C" + code.encode() + b"\0M" + words.encode() + b"\0\0"
        refusal = b"E" + (len(body) + 4).to_bytes(4, "big") + body
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(str(self._link))
            server.listen(16)
            threading.Thread(target=_refuse_all, args=(server, refusal), daemon=True).start()
            yield
            server.shutdown(socket.SHUT_RDWR)
        self.open()


def _refuse_all(server: socket.socket, refusal: bytes) -> None:
    while True:
        try:
            knocking, _address = server.accept()
        except OSError:
            return
        with knocking:
            knocking.recv(4096)
            knocking.sendall(refusal)
