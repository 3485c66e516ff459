# SPDX-License-Identifier: AGPL-3.0-or-later
"""`portal worker status` and the notifier, when more than the broker is away."""

import io
import json
import logging
import sys
from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID, uuid4

import kombu.transport
import pytest
from click.testing import CliRunner
from flask import Flask

from config.settings import child_environment
from portal.cli import main
from portal.core.work import jobs
from portal.core.work.logs import JsonLine, log


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What the portal logs."""
    into = io.StringIO()
    handler = logging.StreamHandler(into)
    handler.setFormatter(JsonLine())
    log.addHandler(handler)
    yield into
    log.removeHandler(handler)


@pytest.fixture
def unloadable(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The way to the broker cannot even be loaded, as on an install that lacks a package."""
    monkeypatch.setattr(kombu.transport, "_transport_cache", {})
    monkeypatch.setitem(sys.modules, "kombu.transport.redis", None)
    jobs._notifier.cache_clear()
    yield
    jobs._notifier.cache_clear()


def check_status(app: Flask, redis_url: str) -> None:
    settings = replace(app.config["SETTINGS"], redis_url=redis_url)
    environment = child_environment(settings)
    done = CliRunner().invoke(main, ["worker", "status"], env=environment)
    assert done.exit_code == 1, done.output
    assert isinstance(done.exception, SystemExit)
    assert "La coda non risponde: i lavori restano in attesa" in done.stdout
    assert "Nessun lavoro in attesa." in done.stdout
    assert "Traceback" not in done.output


@pytest.mark.parametrize(
    "redis_url",
    ["unix:///nowhere/v.sock?db=0", "redis://127.0.0.1:1/0", "redis://127.0.0.1:1/not-a-number"],
)
def test_a_broker_that_is_not_there_is_one_sentence(app: Flask, redis_url: str) -> None:
    check_status(app, redis_url)


@pytest.mark.usefixtures("unloadable")
def test_a_notifier_that_breaks_says_so_without_words(app: Flask, lines: io.StringIO) -> None:
    """The thread's future is looked at by nobody."""
    job_id: UUID = uuid4()
    with app.app_context():
        jobs.notify_worker(job_id)
        jobs.notify_worker(uuid4())  # soon after: one line is enough
        jobs._notifier(str(app.config["SETTINGS"].redis_url)).thread.shutdown()
    (line,) = [json.loads(one) for one in lines.getvalue().splitlines()]
    assert (line["event"], line["level"], line["job"]) == ("notifier broken", "error", str(job_id))
    assert line["exception"] == "ModuleNotFoundError"
    assert line["frames"]
    assert "halted" not in lines.getvalue()
