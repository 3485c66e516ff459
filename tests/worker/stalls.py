# SPDX-License-Identifier: AGPL-3.0-or-later
"""Holding a builder at a named point, by a trigger that waits for a lock which the test has.

Nothing in the product knows of it. A trigger BEFORE a change holds the builder inside a
transaction that its death rolls back; a deferred one holds it inside COMMIT, which PostgreSQL
carries out although the builder never hears of it.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from config.settings import Settings
from tests.worker.conftest import wait_for

LOCK = 4711
POINTS = {
    "before the claim is committed": "BEFORE UPDATE ON edition|NEW.step = 2",
    "after the claim": "COMMIT OF edition|NEW.step = 2",
    "before the figures are committed": "BEFORE UPDATE ON edition|NEW.step = 3",
    "after the figures are frozen": "COMMIT OF edition|NEW.step = 3",
    "at the tables": "BEFORE UPDATE ON edition|NEW.step = 4",
    "at the documents": "BEFORE UPDATE ON edition|NEW.step = 5 AND NEW.state = 'building'",
    "while the files are stored": "BEFORE INSERT ON edition_file|NEW.name = 'relazione.json'",
    "after ready, before it is seen": "COMMIT OF edition|NEW.state = 'ready'",
}
FUNCTION = f"""
CREATE OR REPLACE FUNCTION stall() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM pg_advisory_xact_lock({LOCK}); RETURN NEW; END $$
"""
STALLED = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    " AND wait_event_type = 'Lock' AND wait_event = 'advisory'"
)


class Stall:
    """Whoever builds is held at the point until it is let go."""

    def __init__(self, settings: Settings) -> None:
        self._connection = psycopg.connect(str(settings.database_url), autocommit=True)
        self._connection.execute("SELECT pg_advisory_lock(%s)", [LOCK])

    def wait(self, *, seconds: float = 20) -> None:
        """Until somebody is held."""
        wait_for(self._holds_somebody, seconds=seconds)

    def _holds_somebody(self) -> bool:
        found = self._connection.execute(STALLED).fetchone()
        return found is not None and found[0] > 0

    def let_go(self) -> None:
        """What is held goes on, or finds that nobody listens any more."""
        if not self._connection.closed:
            self._connection.close()


@contextmanager
def stalled_at(point: str, settings: Settings) -> Iterator[Stall]:
    """Hold at a point of POINTS whoever comes by during the block."""
    moment, condition = POINTS[point].split("|")
    table = moment.split()[-1]
    deferred = moment.startswith("COMMIT")
    made = (
        f"CREATE CONSTRAINT TRIGGER stall AFTER UPDATE ON {table} DEFERRABLE INITIALLY DEFERRED"
        if deferred
        else f"CREATE TRIGGER stall {moment}"
    )
    owner = str(settings.database_owner_url)
    with psycopg.connect(owner) as connection:
        connection.execute(FUNCTION)
        connection.execute(
            f"{made} FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION stall()"  # type: ignore[call-overload]
        )
    stall = Stall(settings)
    try:
        yield stall
    finally:
        stall.let_go()
        with psycopg.connect(owner) as connection:
            connection.execute(f"DROP TRIGGER stall ON {table}")  # type: ignore[call-overload]
