# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which version the tables are of, and what to do where the code is of another.

Numbers of migrations are text of one length: they compare as they are.
"""

import psycopg

from portal.core.errors import Refusal

FIRST_READABLE = "0026"
"""Before it the application's role may not read the version."""


class WrongSchema(Refusal):
    """The tables are of another version than the code."""


def refuse_other_version(url: str, *, expected: str) -> None:
    """Refuse to work on tables of another version: figures would be wrong, or pages fail late.

    Raises WrongSchema, which says what to do.
    """
    found = refuse_newer_version(url, expected=expected)
    if found is None:
        raise WrongSchema("La banca dati è vuota: esegui «portal migrate», poi riavvia.")
    if found < expected:
        raise WrongSchema(
            f"La banca dati è ferma alla versione {found or f'precedente alla {FIRST_READABLE}'},"
            f" questo programma vuole la {expected}: fai una copia con «portal backup», esegui"
            " «portal migrate», poi riavvia."
        )


def refuse_newer_version(url: str, *, expected: str) -> str | None:
    """Refuse tables that a later build has made, which cannot be brought back.

    The version found, which is no later one: as _find_version says it.
    """
    found = _find_version(url)
    if found is not None and found > expected:
        raise WrongSchema(
            f"La banca dati è alla versione {found}, questo programma arriva alla {expected}:"
            " installa la versione più nuova del portale, poi riavvia."
        )
    return found


def _find_version(url: str) -> str | None:
    """«0026»; None where there are no tables yet, «» where the role may not read it."""
    with psycopg.connect(url, connect_timeout=10) as connection:
        try:
            found = connection.execute("SELECT version_num FROM public.alembic_version").fetchone()
        except psycopg.errors.UndefinedTable:
            return None
        except psycopg.errors.InsufficientPrivilege:
            return ""
    return str(found[0]) if found else None
