# SPDX-License-Identifier: AGPL-3.0-or-later
"""The table of merges: two cards of one human being made one."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from portal.core import clock
from portal.core.store.database import DeskTable


class PersonMerge(DeskTable):
    """Two cards of one human being made one; what was moved is kept, so that it can go back."""

    __tablename__ = "person_merge"
    __table_args__ = (
        ForeignKeyConstraint(["desk_id", "kept_id"], ["person.desk_id", "person.id"]),
        ForeignKeyConstraint(["desk_id", "left_id"], ["person.desk_id", "person.id"]),
        CheckConstraint("kept_id <> left_id", name="two_persons"),
        Index(None, "desk_id", "kept_id"),
        Index(None, "desk_id", "left_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    kept_id: Mapped[UUID]
    left_id: Mapped[UUID]
    merged_at: Mapped[datetime] = mapped_column(default=clock.now)
    merged_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    before: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """The facts of both cards before, and the ids of every row that was moved.

    Emptied once the merge cannot be undone any more: nobody may need them then.
    """
