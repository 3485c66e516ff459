# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the web server writes by itself: lines of JSON that tell nothing of the visitor."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ADDRESS = "127.0.0.1"
TYPED = "Diallo-Segreta"


def broken(_environ: object, _start: Callable[..., None]) -> list[bytes]:
    """A program that fails before the portal could write anything."""
    raise RuntimeError(TYPED)


@pytest.fixture
def server(tmp_path: Path, root: Path) -> Iterator[tuple[int, Path]]:
    with socket.socket() as probe:
        probe.bind((ADDRESS, 0))
        port = probe.getsockname()[1]
    written = tmp_path / "written"
    command = [sys.executable, "-m", "gunicorn", "-c", "python:config.gunicorn", "--workers", "1"]
    with written.open("wb") as into:
        process = subprocess.Popen(
            [*command, "--bind", f"{ADDRESS}:{port}", f"{__name__}:broken"],
            cwd=root,
            stdout=into,
            stderr=into,
        )
    yield port, written
    process.terminate()
    process.wait(10)


def ask(port: int, request: bytes) -> bytes:
    for _patience in range(100):
        try:
            with socket.create_connection((ADDRESS, port), timeout=5) as line:
                line.sendall(request)
                return line.recv(4096)
        except ConnectionRefusedError:
            time.sleep(0.1)
    raise AssertionError("the server does not come up")


def test_its_lines_are_json_without_the_visitor(server: tuple[int, Path]) -> None:
    port, written = server
    broken_line = f"GET /{TYPED} HTTP/1.1\r\nHost: {ADDRESS}\r\n{TYPED}\r\n\r\n"
    assert b"400" in ask(port, broken_line.encode()).split(b"\r\n")[0]
    request = f"GET /s/lucca/persone?q={TYPED} HTTP/1.1\r\nHost: {ADDRESS}\r\n\r\n"
    assert b"500" in ask(port, request.encode()).split(b"\r\n")[0]
    time.sleep(0.1)
    lines = [json.loads(line) for line in written.read_text(encoding="utf-8").splitlines()]
    assert [line["sentence"] for line in lines] == ["request failed"]
    assert lines[0]["exception"] == "RuntimeError"
    for secret in (TYPED, ADDRESS):
        assert secret not in written.read_text(encoding="utf-8")
