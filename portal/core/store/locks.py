# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who is working on a row: a session's advisory lock, which dies with the process that holds it.

No clock and no lease: a builder killed with -9 frees its lock as PostgreSQL closes the connection.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from portal.core.store.database import db

TRY = text("SELECT pg_try_advisory_lock(hashtextextended(:name, 0))")
FREE = text("SELECT pg_advisory_unlock(hashtextextended(:name, 0))")


@contextmanager
def held(name: str) -> Iterator[bool]:
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
