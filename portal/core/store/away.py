# SPDX-License-Identifier: AGPL-3.0-or-later
"""Telling a database that does not answer now from a mistake of ours.

What is away comes back: the answer is «wait and try again». A mistake stays until it is mended.
"""

from psycopg import Error as PostgresError
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from portal.core.store.database import db
from portal.core.store.unit import Unconfirmed

# Read-only while another takes over; a transaction ended because it stood still, or took too long.
AWAY_TOO = frozenset({"25006", "25P03", "25P04"})
# PostgreSQL's own limits: they refuse the same statement tomorrow.
LIMITS = "54"


def is_away(error: BaseException | None) -> bool:
    """Refused, ended, full, starting, too slow, or no connection free in time."""
    if isinstance(error, PoolTimeout | Unconfirmed):
        return True
    if not isinstance(error, DBAPIError):
        return False
    cause = error.orig
    code = cause.sqlstate if isinstance(cause, PostgresError) else None
    if error.connection_invalidated or code in AWAY_TOO:
        return True
    return isinstance(error, OperationalError) and not (code or "").startswith(LIMITS)


def ask() -> None:
    """Fail as any question would while the database is away."""
    db.session.execute(text("SELECT 1"))
