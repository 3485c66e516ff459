# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where one request ends and the next begins: nobody smuggles one inside another's."""

import re
import socket

import pytest

from tests.trust.web import HOST, Web

HIDDEN = f"GET /hidden HTTP/1.1\r\nHost: {HOST}\r\n\r\n"
POST = f"POST /accedi HTTP/1.1\r\nHost: {HOST}\r\n"
REFUSED = {
    "two lengths": f"{POST}Content-Length: 0\r\nContent-Length: {len(HIDDEN)}\r\n\r\n{HIDDEN}",
    "a length with a sign": f"{POST}Content-Length: +{len(HIDDEN)}\r\n\r\n{HIDDEN}",
    "a length with a space": f"{POST}Content-Length : {len(HIDDEN)}\r\n\r\n{HIDDEN}",
    "an unknown coding": f"{POST}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n{HIDDEN}",
    "a coding with a tail": f"{POST}Transfer-Encoding: chunked\x0b\r\n\r\n0\r\n\r\n{HIDDEN}",
    "a chunk without a size": f"{POST}Transfer-Encoding: chunked\r\n\r\n0x0\r\n\r\n{HIDDEN}",
    "a bare line feed": f"{POST}X: y\nContent-Length: 5\r\n\r\n{HIDDEN}",
}


def answers(web: Web, request: str) -> list[bytes]:
    """The first line of each answer that comes back on one connection."""
    told = b""
    with socket.create_connection((HOST, web.port), timeout=10) as line:
        line.sendall(request.encode("latin-1"))
        line.shutdown(socket.SHUT_WR)
        while more := line.recv(65_536):
            told += more
    return [one.split(b"\r\n")[0] for one in re.split(rb"HTTP/1\.[01] ", told)[1:]]


def test_a_length_that_can_be_read_in_two_ways_is_refused(web: Web) -> None:
    told = {kind: answers(web, request) for kind, request in REFUSED.items()}
    assert {
        kind: lines
        for kind, lines in told.items()
        if len(lines) != 1 or not lines[0].startswith((b"400", b"501"))
    } == {}


@pytest.mark.parametrize("size", [0, 5, len(HIDDEN)])
def test_where_chunks_come_a_length_is_not_believed(web: Web, size: int) -> None:
    """The chunks say where it ends; what follows is a request of its own, or none."""
    both = f"{POST}Content-Length: {size}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    first, *others = answers(web, both + HIDDEN)
    assert first.startswith(b"400")
    assert all(other.startswith(b"404") for other in others)
    assert len(others) <= 1
