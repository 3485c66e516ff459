# SPDX-License-Identifier: AGPL-3.0-or-later
"""What real processes write, whatever is sent to them: no address, no key, no name."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from flask import Flask

from config.settings import Settings
from portal.embedded.home import find_place
from portal.embedded.process import wait_until
from tests.conformance.conftest import ClientOf
from tests.conftest import DATABASE, on_database
from tests.trust.door import Door
from tests.trust.web import HOST, Web
from tests.world import World

KEY = "CanaryKeyStillGood" + "k" * 25
NAME = "CanaryDiallo"
BODY = f"q={NAME}&email={NAME}@example.it&password={KEY}"
CANARIES = (KEY, "Canary", "198.51.100.7")
HEADERS = {
    "User-Agent": f"{NAME}/1.0",
    "Referer": f"http://{HOST}/s/lucca/persone?q={NAME}",
    "X-Forwarded-For": "198.51.100.7",
    "HX-Current-URL": f"http://[{NAME}",
}
BROKEN = (
    f"GET /invito/{KEY} HTTP/9.9\r\n\r\n",
    f"{NAME} /invito/{KEY} HTTP/1.1\r\nHost: x\r\n\r\n",
    f"GET /invito/{KEY}{'k' * 9000} HTTP/1.1\r\nHost: {HOST}\r\n\r\n",
    f"GET /invito/{KEY} HTTP/1.1\r\nHost: {NAME}.example\r\n\r\n",
    f"GET /invito/{KEY} HTTP/1.1\r\n{NAME}\r\n\r\n",
    f"GET /invito/{KEY} HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: {NAME}\r\n\r\n",
    f"POST /invito/{KEY} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz{NAME}\r\n",
    f"GET /invito/%ff%00{KEY}?{NAME}=%zz HTTP/1.1\r\nHost: {HOST}\r\n\r\n",
)


def assert_nothing_written(text: str) -> None:
    assert [canary for canary in CANARIES if canary in text] == []
    assert "Traceback" not in text


def test_the_pages_write_nothing_of_the_visitor(
    web: Web, door: Door, world: World, client_of: ClientOf
) -> None:
    cookie = client_of(world.bruno).get_cookie("sportelli")
    session = cookie.value if cookie else ""
    for request in BROKEN:
        web.say(request)
    asked = (f"/invito/{KEY}", f"/accedi?poi=/s/lucca/{NAME}", f"/s/lucca/persone?q={NAME}")
    for _with in (door.open, door.close):
        _with()
        for path in asked:
            web.get(path, headers=HEADERS)
            web.get(path, cookie=session, headers=HEADERS)
            web.get(path, cookie=KEY, headers=HEADERS, body=BODY)
    door.open()
    assert wait_until(lambda: b" 200 " in web.get("/s/lucca/", cookie=session), seconds=10)
    lines = web.written()
    assert lines.count('"failure"') >= 3, "the outage itself is written"
    assert_nothing_written(lines)


def test_a_start_without_a_database_names_no_role(door: Door, tmp_path: Path, root: Path) -> None:
    settings = replace(door.settings, database_url=f"postgresql://{NAME}:{KEY}@127.0.0.1:1/{NAME}")
    server = Web(settings, tmp_path / "written", root)
    assert server.process.wait(60) != 0
    assert "La banca dati non risponde" in server.written()
    # Where both processes end at once gunicorn (27.0.1) adds a traceback of its own, without words.
    assert [canary for canary in CANARIES if canary in server.written()] == []


WORKER = f"""
import logging, sys, threading, warnings
from worker import logs, start
from celery import signals
signals.setup_logging.send(sender=None)
try:
    raise RuntimeError("{NAME}")
except RuntimeError:
    logging.getLogger("sqlalchemy.pool").exception("Exception during reset of %s", "{KEY}")
logging.getLogger("redis").warning("%d of %s", "{NAME}", "{KEY}")
warnings.warn("{NAME}")
def fail():
    raise RuntimeError("{KEY}")
thread = threading.Thread(target=fail)
thread.start()
thread.join()
fail()
"""


def test_workers_write_no_words_of_libraries_or_mistakes(root: Path) -> None:
    done = subprocess.run([sys.executable, "-c", WORKER], cwd=root, capture_output=True, text=True)
    assert done.returncode == 1
    assert "Exception during reset" in done.stdout
    assert done.stderr.count('"not caught"') == 2
    assert_nothing_written(done.stdout + done.stderr)


def test_a_command_that_breaks_says_where_and_not_about_whom(root: Path) -> None:
    code = (
        "import sys, portal.cli as cli; cli.load_settings = lambda: 1 / 0;"
        f"cli.COMMANDS['x'] = 'x:x'; sys.argv = ['portal', 'x'];"
        f"sys.modules['x'] = type('x', (), {{'x': cli.click.command()(lambda: open('{NAME}'))}});"
        "cli.main()"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True)
    assert done.returncode == 1
    assert "FileNotFoundError" in done.stderr
    assert_nothing_written(done.stdout + done.stderr)


STATEMENTS = (
    "INSERT INTO canary VALUES ('CanaryDiallo'), ('CanaryDiallo')",
    "INSERT INTO canary VALUES (repeat('CanaryDiallo', 99))",
    "INSERT INTO canary VALUES (NULL)",
    "SELECT 'CanaryKeyStillGood'::int",
    "SELECT CanaryDiallo",
    "DO $$ BEGIN RAISE EXCEPTION 'CanaryDiallo' USING DETAIL = 'CanaryDiallo'; END $$",
    "DO $$ BEGIN RAISE WARNING 'CanaryDiallo'; PERFORM 1 / 0; END $$",
    "SET LOCAL statement_timeout = 20; SELECT pg_sleep(1), 'CanaryDiallo'",
    "SELECT pg_terminate_backend(pg_backend_pid()), 'CanaryDiallo'",
)


def test_the_embedded_database_writes_no_value(template: Settings, app: Flask) -> None:
    """Broken keys, values and statements, warnings, time limits, a process that is ended."""
    url = str(on_database(template, DATABASE).database_owner_url)
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE canary (name varchar(99) PRIMARY KEY)")
    for statement in STATEMENTS:
        with psycopg.connect(url) as connection, pytest.raises(psycopg.Error):
            connection.execute(statement)
    log = find_place(template.home).base / "log" / "postgres.log"
    assert_nothing_written(log.read_text(encoding="utf-8", errors="replace"))
