# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reaching a database, ours or an administrator's: in a sentence when it cannot be."""

import psycopg

from portal.core.errors import Refusal

OLDEST_MAJOR = 16  # Daitch-Mokotoff keys arrived with it


def connect(url: str) -> psycopg.Connection:
    """A connection, or a sentence that names no password."""
    try:
        connection = psycopg.connect(url, connect_timeout=10)
    except psycopg.Error as error:
        raise Refusal("La banca dati non risponde all’indirizzo indicato.") from error
    major = server_major(connection)
    if major < OLDEST_MAJOR:
        connection.close()
        raise Refusal(
            f"La banca dati è PostgreSQL {major}: al portale serve almeno la {OLDEST_MAJOR}."
        )
    return connection


def server_major(connection: psycopg.Connection) -> int:
    return connection.info.server_version // 10000
