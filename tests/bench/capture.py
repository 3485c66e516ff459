# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the portal really does for a request: its statements with their values, and its answer.

From it the floor is made: the session look-up, the desk, then the same statements.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from werkzeug.test import TestResponse

from portal.core.store.database import db
from tests.bench.floor import Plan, Statement
from tests.bench.operations import Asked, Desk

SPOKEN = "set_config('portal.desk'"
SAVEPOINTS = ("SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK TO SAVEPOINT")


@dataclass
class Recording:
    """The statements of one request, in order, and how its transactions began and ended."""

    statements: list[Statement] = field(default_factory=list)
    turns: list[str] = field(default_factory=list)


@contextmanager
def recorded(app: Flask) -> Iterator[Recording]:
    """What is sent to the database meanwhile."""
    found = Recording()

    def keep(_conn: Any, _cursor: Any, sql: str, values: Any, *_rest: Any) -> None:
        found.turns.append(" ".join(sql.split()))
        found.statements.append((sql, _copied(values)))

    def keep_turn(name: str) -> Any:
        return lambda *_args: found.turns.append(name)

    with app.app_context():
        engine = db.engines[None]
    hooks = [("before_cursor_execute", keep)]
    hooks += [(name, keep_turn(name)) for name in ("begin", "commit", "rollback", "savepoint",
                                                   "release_savepoint")]  # fmt: skip
    for name, hook in hooks:
        event.listen(engine, name, hook)
    try:
        yield found
    finally:
        for name, hook in hooks:
            event.remove(engine, name, hook)


def plan_of(app: Flask, client: FlaskClient, desk: Desk, asked: Asked) -> Plan:
    """The floor's plan for a request, from one that the portal has just answered."""
    _send(client, asked)  # what is read once and remembered is read now
    with recorded(app) as recording:
        response = _send(client, asked)
    assert response.status_code < 400, (asked.path, response.status_code, response.text[:500])
    statements = _for_the_floor(recording.statements)
    known = {desk.id, desk.account_id, *_uuids(asked.fields.get("person_id", []))}
    fresh = {one for _sql, values in statements for one in _uuids(_listed(values))}
    wanted = known | _told(statements)
    headers = [(name, value) for name, value in response.headers if name != "Content-Length"]
    return Plan(statements, sorted(fresh - wanted), response.status_code, headers, response.data)


def _send(client: FlaskClient, asked: Asked) -> TestResponse:
    return client.post(asked.path, data=asked.body(), headers=dict(asked.headers))


def _for_the_floor(statements: list[Statement]) -> list[Statement]:
    """The look-up of the session and the statements of the desk; the desk is said once."""
    spoken = [number for number, (sql, _values) in enumerate(statements) if SPOKEN in sql]
    last = spoken[-1]
    return [
        statement
        for number, statement in enumerate(statements)
        if not statement[0].startswith(SAVEPOINTS) and (number == last or number not in spoken)
    ]


def _told(statements: list[Statement]) -> set[UUID]:
    """Ids of rows that were there before: whatever a statement that only reads asks for.

    A read that follows the insertion of a row may ask for a new one; it is inserted somewhere.
    """
    written = {one for sql, values in statements if "INSERT" in sql[:40].upper()
               for one in _uuids(_listed(values))}  # fmt: skip
    read = {one for sql, values in statements if "INSERT" not in sql[:40].upper()
            for one in _uuids(_listed(values))}  # fmt: skip
    return read - written


def _listed(values: Any) -> list[Any]:
    if isinstance(values, Mapping):
        values = values.values()
    flat: list[Any] = []
    for value in values or ():
        flat += _listed(value) if isinstance(value, list | tuple | Mapping) else [value]
    return flat


def _uuids(values: list[Any]) -> set[UUID]:
    found = set()
    for value in values:
        if isinstance(value, UUID):
            found.add(value)
        elif isinstance(value, str) and len(value) == 36:
            try:
                found.add(UUID(value))
            except ValueError:
                continue
    return found


def _copied(values: Any) -> Any:
    return dict(values) if isinstance(values, Mapping) else values
