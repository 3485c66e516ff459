# SPDX-License-Identifier: AGPL-3.0-or-later
"""The least that could answer: bare Flask and pooled psycopg, the portal's SQL and its bytes.

For each request: look the session up, set the desk, run the same statements, commit, answer.
Knows nothing of the portal; BENCH_PLANS names the file of plans, DATABASE_URL the database.
"""

import os
import pickle
from dataclasses import dataclass
from pathlib import Path
from queue import LifoQueue
from typing import Any
from uuid import UUID, uuid4

import psycopg
from flask import Flask, Response, request

CONNECTIONS = 5
Statement = tuple[str, Any]


@dataclass(frozen=True)
class Plan:
    """One request: statements with their values, those that are new each time, the answer."""

    statements: list[Statement]
    fresh: list[UUID]
    status: int
    headers: list[tuple[str, str]]
    body: bytes


def create_app() -> Flask:
    """The floor for the plans of one run."""
    app = Flask(__name__)
    plans = pickle.loads(Path(os.environ["BENCH_PLANS"]).read_bytes())  # noqa: S301
    pool: LifoQueue[psycopg.Connection] = LifoQueue()
    for _number in range(CONNECTIONS):
        pool.put(psycopg.connect(os.environ["DATABASE_URL"]))

    @app.post("/<int:number>")
    def answer(number: int) -> Response:
        plan = plans[number]
        fresh = {one: uuid4() for one in plan.fresh}
        request.form.get("q")
        connection = pool.get()
        try:
            with connection.cursor() as cursor:
                for sql, values in plan.statements:
                    cursor.execute(sql, _renewed(values, fresh) if fresh else values)
                    if cursor.description:
                        cursor.fetchall()
            connection.commit()
        finally:
            pool.put(connection)
        return Response(plan.body, plan.status, plan.headers)

    return app


def _renewed(values: Any, fresh: dict[UUID, UUID]) -> Any:
    if isinstance(values, dict):
        return {name: _new(value, fresh) for name, value in values.items()}
    return [_new(value, fresh) for value in values]


def _new(value: Any, fresh: dict[UUID, UUID]) -> Any:
    if isinstance(value, UUID):
        return fresh.get(value, value)
    if isinstance(value, str) and len(value) == 36:
        return next((str(new) for old, new in fresh.items() if str(old) == value), value)
    return value
