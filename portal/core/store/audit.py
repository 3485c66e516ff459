# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who read or changed what about a person.

Changes are recorded by triggers of the database, which cannot be forgotten; reads are recorded
here, by the view that shows a person or a list. The log names columns and ids, never values, and
the application's role can neither change nor delete a line of it.
"""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import Index, String, func, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.store.database import DeskTable, current_scope, db


class AuditEvent(DeskTable):
    """One read or change; `account_id` is empty for the command line and the workers."""

    __tablename__ = "audit_event"
    __table_args__ = (Index(None, "desk_id", "subject", "subject_id", "at"),)

    id: Mapped[UUID] = mapped_column(
        primary_key=True, default=uuid4, server_default=text("gen_random_uuid()")
    )
    at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    account_id: Mapped[UUID | None]
    action: Mapped[str] = mapped_column(String(20))
    subject: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[UUID | None]
    columns: Mapped[list[str] | None] = mapped_column(ARRAY(String))
    rows: Mapped[int | None]


def record_read(subject: str, subject_id: UUID | None = None, *, rows: int | None = None) -> None:
    """Record that one object, or a list of so many rows, was shown."""
    db.session.add(
        AuditEvent(
            action="read",
            subject=subject,
            subject_id=subject_id,
            rows=rows,
            account_id=current_scope().account_id,
        )
    )
