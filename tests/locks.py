# SPDX-License-Identifier: AGPL-3.0-or-later
"""Waiting until somebody stands at a lock, which PostgreSQL itself knows."""

import time

import psycopg

from config.settings import Settings

WAITING = (
    "SELECT count(DISTINCT pid) FROM pg_locks JOIN pg_stat_activity USING (pid)"
    " WHERE NOT granted AND datname = current_database()"
)


def until_waiting(number: int, settings: Settings, *, seconds: float = 10) -> None:
    """Until so many connections of the test's database ask for a lock that another has."""
    end = time.monotonic() + seconds
    with psycopg.connect(str(settings.database_owner_url), autocommit=True) as connection:
        while connection.execute(WAITING).fetchall() < [(number,)]:
            assert time.monotonic() < end, f"fewer than {number} wait for a lock"
            time.sleep(0.02)
