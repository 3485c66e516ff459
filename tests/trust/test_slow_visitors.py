# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who opens a connection and says nothing, or one letter at a time, keeps nobody else waiting."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import pytest

from config.buffering import LIMITS
from portal.core.uploads import LARGEST_FORM
from portal.embedded.process import wait_until
from tests.trust.web import HOST, Web

MANY = 200
PATIENCE = 3.0
ASKED = 20
FORM = f"POST /accedi HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: 5000\r\n\r\nemail="
OPENINGS = {
    "silent": "",
    "half a line": "GET /acc",
    "half a header": f"GET /accedi HTTP/1.1\r\nHost: {HOST}\r\nX-Slow: ",
    "half a form": FORM,
}


@contextmanager
def crowd(web: Web, opening: str) -> Iterator[list[socket.socket]]:
    """So many connections that have begun like this and go on for ever."""
    with ExitStack() as stack:
        lines = []
        for _each in range(MANY):
            line = stack.enter_context(socket.create_connection((HOST, web.port), timeout=10))
            line.sendall(opening.encode())
            lines.append(line)
        yield lines


def ask(web: Web, keep_on: Callable[[], None]) -> float:
    """The slowest of so many pages, while the others go on."""
    slowest = 0.0
    for _each in range(ASKED):
        keep_on()
        began = time.monotonic()
        assert b" 200 " in web.get("/accedi").partition(b"\r\n")[0]
        slowest = max(slowest, time.monotonic() - began)
    return slowest


@pytest.mark.parametrize("kind", OPENINGS)
def test_slow_visitors_keep_nobody_waiting(
    web: Web, kind: str, record_property: Callable[[str, str], None]
) -> None:
    with crowd(web, OPENINGS[kind]) as lines:

        def drip() -> None:
            for line in lines if kind != "silent" else ():
                line.sendall(b"a")

        slowest = ask(web, drip)
    record_property("summary", f"{MANY} visitors with {kind}: slowest page {slowest:.3f} s")
    assert slowest < PATIENCE


def test_slow_readers_keep_nobody_waiting(web: Web) -> None:
    """They ask for more than the wires hold and read none of it."""
    wanted = f"GET /static/vendor/htmx.min.js HTTP/1.1\r\nHost: {HOST}\r\n\r\n"
    with crowd(web, wanted * 4):
        assert ask(web, lambda: None) < PATIENCE


def test_what_was_asked_before_the_stop_is_answered(web: Web) -> None:
    with socket.create_connection((HOST, web.port), timeout=10) as line:
        line.sendall(f"GET /accedi HTTP/1.1\r\nHost: {HOST}\r\n".encode())
        line.sendall(b"Connection: close\r\n\r\n")
        web.process.terminate()
        assert b" 200 " in line.recv(4096)
    assert wait_until(lambda: web.process.poll() is not None, seconds=15)
    assert web.process.returncode == 0


def test_the_portal_itself_says_that_a_form_is_too_large(web: Web) -> None:
    assert LARGEST_FORM < LIMITS["max_request_body_size"]
    answer = web.get("/accedi", body="x" * (LARGEST_FORM + 1))
    assert b" 413 " in answer.partition(b"\r\n")[0]
    assert b"Content-Security-Policy" in answer
