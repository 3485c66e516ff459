# SPDX-License-Identifier: AGPL-3.0-or-later
"""A restored copy waits: people sign in and work, nothing leaves or opens by itself.

Nobody knows what the portal did after the copy was made: which letters left, which editions were
approved. Whoever governs the machine looks first, then lets it go on (`portal thaw`). The state
is one row, since several machines may share the database (migrations/frozen.py).
"""

from datetime import datetime

from sqlalchemy import CheckConstraint, Exists, delete, exists, func, select, true
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.store.database import PlatformTable, db


class Frozen(PlatformTable):
    """Since when the portal waits, and when the copy was made where that is known."""

    __tablename__ = "frozen"
    __table_args__ = (CheckConstraint("alone", name="alone"),)

    alone: Mapped[bool] = mapped_column(primary_key=True, server_default=true())
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    copied_at: Mapped[datetime | None]


def find_frozen() -> Frozen | None:
    """Since when this portal waits, unless it works."""
    return db.session.scalar(select(Frozen))


def is_frozen() -> Exists:
    """The same, inside another question."""
    return exists(select(Frozen.alone))


def thaw() -> bool:
    """Let everything go on; false when nothing waited."""
    return db.session.scalar(delete(Frozen).returning(Frozen.alone)) is not None
