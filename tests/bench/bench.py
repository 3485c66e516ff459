# SPDX-License-Identifier: AGPL-3.0-or-later
"""A filled scale with the portal before it: what is measured at one desk, and swept up after it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import psycopg

from config.settings import Settings
from tests.bench import homes, operations, rounds, servers
from tests.bench.operations import Asked, Desk
from tests.bench.rounds import Ask, Pair, Sweep
from tests.bench.scales import DeskSize, Scale, desk_sizes

SEARCH, INTAKE = "search", "intake"
ASKED = {SEARCH: operations.searches, INTAKE: operations.intakes}
SWEEP = """
DELETE FROM enquiry WHERE desk_id = %(desk)s AND visit_id IN (SELECT id FROM visit
    WHERE desk_id = %(desk)s AND visited_on >= %(since)s::date - 1 AND created_at >= %(since)s);
DELETE FROM visit
WHERE desk_id = %(desk)s AND visited_on >= %(since)s::date - 1 AND created_at >= %(since)s;
DELETE FROM draft WHERE desk_id = %(desk)s AND kept_at >= %(since)s;
DELETE FROM audit_event WHERE desk_id = %(desk)s AND at >= %(since)s;
DELETE FROM figure WHERE desk_id = %(desk)s;
INSERT INTO figure SELECT * FROM kept_figure WHERE desk_id = %(desk)s
"""


@dataclass
class Bench:
    """One scale, its servers running."""

    scale: Scale
    settings: Settings
    connection: psycopg.Connection
    port: int
    since: datetime

    @property
    def sizes(self) -> list[DeskSize]:
        return desk_sizes(self.scale)

    def measure(self, operation: str, size: DeskSize, requests: int) -> Pair:
        """The portal against the floor, which is asked the same under the same addresses."""
        desk, asked = self.asked(operation, size)
        with servers.floor_server(self.settings) as floor:
            portal_ask, floor_ask = rounds.asker(self.port, asked), rounds.asker(floor, asked)
            return rounds.compare(portal_ask, floor_ask, self.sweeper(desk), requests)

    def asked(self, operation: str, size: DeskSize) -> tuple[Desk, list[Asked]]:
        """The operator's desk and the requests of an operation."""
        desk = operations.signed_in(self.connection, size.slug)
        self.connection.execute("DELETE FROM kept_figure WHERE desk_id = %s", [desk.id])
        self.connection.execute(
            "INSERT INTO kept_figure SELECT * FROM figure WHERE desk_id = %s", [desk.id]
        )
        read = operations.page_reader(self.port, desk)
        return desk, ASKED[operation](self.connection, read, desk)

    def asker(self, operation: str, size: DeskSize) -> tuple[Ask, Sweep]:
        """Ask the portal alone, and how to sweep up."""
        desk, asked = self.asked(operation, size)
        return rounds.asker(self.port, asked), self.sweeper(desk)

    def sweeper(self, desk: Desk) -> Sweep:
        """Take away what was written since the bench began; the figures are put back."""

        def sweep() -> None:
            with self.connection.transaction():
                for statement in SWEEP.split(";"):
                    self.connection.execute(statement, {"desk": desk.id, "since": self.since})
                if self._has_limits():
                    # Nobody searches three hundred times a minute; the bench does.
                    self.connection.execute("DELETE FROM use_count")
            operations.sign_in_again(self.connection, desk)

        return sweep

    def _has_limits(self) -> bool:
        """Not so the builds before December 2026."""
        row = self.connection.execute("SELECT to_regclass('use_count') IS NOT NULL").fetchone()
        return bool(row and row[0])


@contextmanager
def opened(scale: Scale) -> Iterator[Bench]:
    """A scale ready to be measured."""
    with homes.filled(scale) as settings, servers.portal_server(settings) as port:
        with before(scale, settings, port) as bench:
            yield bench


@contextmanager
def before(scale: Scale, settings: Settings, port: int) -> Iterator[Bench]:
    """The bench before a portal that answers on this port."""
    with homes.superuser(settings) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("CREATE TEMPORARY TABLE kept_figure (LIKE figure)")
        row = connection.execute("SELECT clock_timestamp()").fetchone()
        assert row is not None
        yield Bench(scale, settings, connection, port, row[0])


def side_by_side(
    first: Bench, second: Bench, operation: str, sizes: tuple[DeskSize, DeskSize], requests: int
) -> Pair:
    """Two portals, each on data of its own, at a desk of each."""
    ask_first, sweep_first = first.asker(operation, sizes[0])
    ask_second, sweep_second = second.asker(operation, sizes[1])

    def sweep() -> None:
        sweep_first(), sweep_second()

    return rounds.compare(ask_first, ask_second, sweep, requests)
