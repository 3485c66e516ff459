# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is typed never reaches a log: neither through an address, nor a form, nor an error."""

import io
import json
import logging
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from config.settings import Settings
from portal.app import create_app
from portal.core.store.database import db
from portal.core.web.access import open_to_all
from portal.core.work.logs import JsonLine
from tests.conformance.conftest import ClientOf
from tests.conformance.test_routes import csrf_token
from tests.conftest import DATABASE, on_database
from tests.pages import PortalClient
from tests.world import PASSWORD, World

NAME = "Aminatou Diallo-Segreta"


@pytest.fixture
def written() -> Iterator[Callable[[], str]]:
    """Everything that any logger writes, whatever its level, as the portal formats it."""
    into = io.StringIO()
    handler = logging.StreamHandler(into)
    handler.setFormatter(JsonLine())
    loggers = [logging.getLogger(name) for name in (None, "portal", "sqlalchemy", "werkzeug")]
    levels = [one.level for one in loggers]
    for one in loggers:
        one.addHandler(handler)
        one.setLevel(logging.INFO)
    yield into.getvalue
    for one, level in zip(loggers, levels, strict=True):
        one.removeHandler(handler)
        one.setLevel(level)


@pytest.fixture
def broken(app: Flask, template: Settings) -> FlaskClient:
    """The portal with two views that fail with a name in their mouth."""
    portal = create_app(on_database(template, DATABASE))

    def fail() -> str:
        raise RuntimeError(f"no such person: {NAME}")

    def fail_in_the_database() -> str:
        return str(db.session.execute(text("SELECT cast(:name AS int)"), {"name": NAME}))

    portal.add_url_rule("/guasto", view_func=open_to_all(fail))
    portal.add_url_rule("/guasto-dati", view_func=open_to_all(fail_in_the_database))
    return portal.test_client()


@pytest.mark.parametrize("address", ["/guasto", "/guasto-dati"])
def test_a_failure_is_written_without_its_words(
    broken: FlaskClient, written: Callable[[], str], address: str
) -> None:
    response = broken.get(address, query_string={"q": NAME})
    with broken.application.app_context():
        db.engine.dispose()
    assert response.status_code == 500
    assert NAME not in response.text
    assert "Traceback" not in response.text
    lines = [json.loads(line) for line in written().splitlines()]
    failures = [line for line in lines if line["event"] == "failure"]
    assert len(failures) == 1
    assert failures[0]["frames"]
    assert failures[0]["reference"] in response.text
    assert NAME not in written()
    assert "Segreta" not in written()


def test_a_line_says_when_who_asked_what_and_how_it_ended(
    world: World, client_of: ClientOf, visitor: PortalClient, written: Callable[[], str]
) -> None:
    """One format for every line, in UTC; the reference is that of the page."""
    refused = visitor.post("/accedi", data={"email": world.anna.email})
    forbidden = client_of(world.carla).get("/s/lucca/persone/nuova")
    lines = [json.loads(line) for line in written().splitlines()]
    asked = {line["reference"]: line for line in lines if line["event"] == "request"}
    for answer, route, status in (
        (refused, "/accedi", 400),
        (forbidden, "/s/<desk>/persone/nuova", 403),
    ):
        line = asked[answer.headers["X-Request-Id"]]
        assert set(line) == {"at", "level", "event", "reference", "method", "route", "status", "ms"}
        assert (line["route"], line["status"]) == (route, status)
        assert line["reference"] in answer.text
        assert datetime.fromisoformat(line["at"]).utcoffset() == timedelta(0)


def test_what_is_typed_is_not_written(
    world: World, client_of: ClientOf, visitor: PortalClient, written: Callable[[], str]
) -> None:
    bruno = client_of(world.bruno)
    typed = {"csrf_token": csrf_token(bruno), "q": NAME, "family_name": NAME, "note": NAME}
    for address in (
        "/s/lucca/persone",
        "/s/lucca/",
        "/s/lucca/persone/nuova",
        "/s/lucca/accessi/nuovo",
    ):
        assert bruno.post(address, data=typed).status_code in (200, 303, 422)
    bruno.get(f"/s/lucca/persone?q={NAME}")
    bruno.get(f"/s/lucca/{NAME}")
    visitor.submit("/accedi", {"email": world.anna.email, "password": PASSWORD + "!"})
    assert written().count('"request"') >= 8
    for secret in (NAME, "Segreta", world.anna.email, PASSWORD, "csrf"):
        assert secret not in written()
