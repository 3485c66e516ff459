# SPDX-License-Identifier: AGPL-3.0-or-later
"""Tables of visits and enquiries; a deletion keeps the row, with its reason, and can be undone."""

from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from portal.core import clock
from portal.core.database import DeskTable


class Visit(DeskTable):
    """One contact on one day; without a person it is anonymous and never makes a user."""

    __tablename__ = "visit"
    __table_args__ = (
        ForeignKeyConstraint(["desk_id", "person_id"], ["person.desk_id", "person.id"]),
        UniqueConstraint("desk_id", "form_token"),
        CheckConstraint(
            "channel IN ('desk', 'appointment', 'phone', 'email', 'pec', 'video', 'elsewhere')",
            name="channel",
        ),
        CheckConstraint("(deleted_at IS NULL) = (deleted_reason IS NULL)", name="deletion"),
        Index(
            "ix_visit_person",
            "desk_id",
            "person_id",
            "visited_on",
            postgresql_where=text("deleted_at IS NULL"),
        ),
        Index(
            "ix_visit_day",
            "desk_id",
            "visited_on",
            "created_at",
            postgresql_where=text("deleted_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    person_id: Mapped[UUID | None]
    visited_on: Mapped[date]
    channel: Mapped[str] = mapped_column(String(12), default="desk")
    for_third_party: Mapped[bool] = mapped_column(default=False)
    note: Mapped[str] = mapped_column(String(2000), default="")
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    deleted_at: Mapped[datetime | None]
    deleted_reason: Mapped[str | None] = mapped_column(String(200))
    form_token: Mapped[UUID | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class Enquiry(DeskTable):
    """One thing asked in a visit; the same topic may be asked twice in one visit."""

    __tablename__ = "enquiry"
    __table_args__ = (
        ForeignKeyConstraint(
            ["desk_id", "visit_id"], ["visit.desk_id", "visit.id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(["taxonomy", "topic_code"], ["topic.version", "topic.code"]),
        UniqueConstraint("desk_id", "visit_id", "position"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    visit_id: Mapped[UUID]
    taxonomy: Mapped[int]
    topic_code: Mapped[str] = mapped_column(String(7))
    position: Mapped[int]
