# SPDX-License-Identifier: AGPL-3.0-or-later
"""Advisory locks: of a session, for who works on a row, and of a unit, for taking turns.

A session's lock dies with the process that holds it, without clock or lease: a builder killed with
-9 frees it as PostgreSQL closes the connection. A unit's is free when the unit ends.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from portal.core.store.database import db

TRY = text("SELECT pg_try_advisory_lock(hashtextextended(:name, 0))")
LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")
FREE = text("SELECT pg_advisory_unlock(hashtextextended(:name, 0))")


@contextmanager
def try_lock(name: str) -> Iterator[bool]:
    """Whether the lock of this name is ours for the block; false when somebody else works."""
    engine = db.engines[None].execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        ours = bool(connection.scalar(TRY, {"name": name}))
        try:
            yield ours
        finally:
            if ours:
                _free(connection, name)


def _free(connection: Connection, name: str) -> None:
    """A connection that broke meanwhile has lost its lock and must not go back to the pool."""
    try:
        connection.execute(FREE, {"name": name})
    except DBAPIError:
        connection.invalidate()


def lock(name: str) -> None:
    """Wait for whoever does the same thing at this moment; ours until the unit ends."""
    db.session.execute(LOCK, {"name": name})
