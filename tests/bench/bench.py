# SPDX-License-Identifier: AGPL-3.0-or-later
"""A filled scale with the portal before it: what is measured at one desk, and swept up after it."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import psycopg
from flask import Flask
from flask.testing import FlaskClient

from config.settings import Settings
from portal.app import create_app
from tests.bench import homes, operations, rounds, servers
from tests.bench.capture import plan_of
from tests.bench.operations import Asked, Desk
from tests.bench.rounds import Ask, Pair
from tests.bench.scales import DeskSize, Scale, desk_sizes

SEARCH, INTAKE = "search", "intake"
ASKED = {SEARCH: operations.searches, INTAKE: operations.intakes}
SWEEP = """
DELETE FROM enquiry WHERE desk_id = %(desk)s AND visit_id IN (SELECT id FROM visit
    WHERE desk_id = %(desk)s AND visited_on >= %(since)s::date - 1 AND created_at >= %(since)s);
DELETE FROM visit
WHERE desk_id = %(desk)s AND visited_on >= %(since)s::date - 1 AND created_at >= %(since)s;
DELETE FROM audit_event WHERE desk_id = %(desk)s AND at >= %(since)s;
DELETE FROM figure WHERE desk_id = %(desk)s;
INSERT INTO figure SELECT * FROM kept_figure WHERE desk_id = %(desk)s
"""


@dataclass
class Bench:
    """One scale, its servers running."""

    scale: Scale
    settings: Settings
    app: Flask
    connection: psycopg.Connection
    port: int
    since: datetime

    @property
    def sizes(self) -> list[DeskSize]:
        return desk_sizes(self.scale)

    def measure(self, operation: str, size: DeskSize, requests: int) -> Pair:
        """The portal against the floor."""
        desk, asked = self.asked(operation, size)
        plans = [plan_of(self.app, self.client(desk), desk, one) for one in asked]
        with servers.floor_server(self.settings, plans) as floor:
            return rounds.compare(
                rounds.portal_asker(self.port, asked),
                rounds.floor_asker(floor, asked),
                self.sweeper(desk),
                requests,
            )

    def asked(self, operation: str, size: DeskSize) -> tuple[Desk, list[Asked]]:
        """The operator's desk and the requests of an operation."""
        desk = operations.signed_in(self.connection, size.slug)
        self.connection.execute("DELETE FROM kept_figure WHERE desk_id = %s", [desk.id])
        self.connection.execute(
            "INSERT INTO kept_figure SELECT * FROM figure WHERE desk_id = %s", [desk.id]
        )
        return desk, ASKED[operation](self.connection, self.client(desk), desk)

    def asker(self, operation: str, size: DeskSize) -> tuple[Ask, Callable[[], None]]:
        """Ask the portal alone, and how to sweep up: for two scales side by side."""
        desk, asked = self.asked(operation, size)
        return rounds.portal_asker(self.port, asked), self.sweeper(desk)

    def sweeper(self, desk: Desk) -> Callable[[], None]:
        """Take away what was written since the bench began; the figures are put back."""

        def sweep() -> None:
            with self.connection.transaction():
                for statement in SWEEP.split(";"):
                    self.connection.execute(statement, {"desk": desk.id, "since": self.since})
            operations.sign_in_again(self.connection, desk)

        return sweep

    def client(self, desk: Desk) -> FlaskClient:
        client = self.app.test_client()
        client.set_cookie("sportelli", desk.key)
        return client


@contextmanager
def opened(scale: Scale) -> Iterator[Bench]:
    """A scale ready to be measured."""
    with homes.filled(scale) as settings, homes.superuser(settings) as connection:
        app = create_app(settings)
        # Plans are captured from this process's own portal, whose lines nobody reads.
        logging.getLogger("portal").setLevel(logging.WARNING)
        connection.execute("SET session_replication_role = replica")
        connection.execute("CREATE TEMPORARY TABLE kept_figure (LIKE figure)")
        row = connection.execute("SELECT clock_timestamp()").fetchone()
        assert row is not None
        with servers.portal_server(settings) as port:
            yield Bench(scale, settings, app, connection, port, row[0])
