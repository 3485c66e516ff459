# SPDX-License-Identifier: AGPL-3.0-or-later
"""Double click, double submit, a retry by a proxy: the second gets the first's record.

A form that creates carries a random token, unique in the desk's table. The advisory lock makes
the second of two simultaneous submits wait for the first, so that it finds the record instead of
breaking on the unique key.
"""

from typing import TypeVar
from uuid import UUID

from sqlalchemy import select, text

from portal.core.database import DeskTable, db

Record = TypeVar("Record", bound=DeskTable)


LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")


def hold(name: str) -> None:
    """Wait for whoever does the same thing at this moment; ours until the unit ends."""
    db.session.execute(LOCK, {"name": name})


def find_by_form_token(table: type[Record], form_token: UUID | None) -> Record | None:
    """The record that the same form created before, after waiting for a twin on its way."""
    if form_token is None:
        return None
    hold(str(form_token))
    return db.session.scalars(select(table).where(table.form_token == form_token)).one_or_none()
