# SPDX-License-Identifier: AGPL-3.0-or-later
"""Tables of visits, enquiries and tally sheets.

A deletion keeps the row, with its reason, and can be undone.
"""

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
from portal.core.store.database import DeskTable
from portal.drafts.form_tokens import SentOnce


class TallySheet(SentOnce, DeskTable):
    """A paper sheet of a crowded day, typed in whole: its visits are anonymous."""

    __tablename__ = "tally_sheet"
    __table_args__ = (
        UniqueConstraint("desk_id", "form_token"),
        CheckConstraint("enquiries > 0", name="enquiries"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    visited_on: Mapped[date]
    enquiries: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))


class Visit(SentOnce, DeskTable):
    """One contact on one day; without a person it is anonymous and never makes a user."""

    __tablename__ = "visit"
    __table_args__ = (
        ForeignKeyConstraint(["desk_id", "person_id"], ["person.desk_id", "person.id"]),
        ForeignKeyConstraint(["desk_id", "sheet_id"], ["tally_sheet.desk_id", "tally_sheet.id"]),
        UniqueConstraint("desk_id", "form_token"),
        CheckConstraint("contact_sex IN ('F', 'M')", name="contact_sex"),
        CheckConstraint(
            "channel IN ('desk', 'appointment', 'phone', 'email', 'pec', 'video', 'elsewhere')",
            name="channel",
        ),
        CheckConstraint(
            "interpreter IN ('none', 'mediator', 'relative', 'telephone')", name="interpreter"
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
            "ix_visit_sheet", "desk_id", "sheet_id", postgresql_where=text("sheet_id IS NOT NULL")
        ),
        Index(
            "ix_visit_day",
            "desk_id",
            "visited_on",
            "created_at",
            postgresql_include=["id", "person_id", "channel", "interpreter"],
            postgresql_where=text("deleted_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    person_id: Mapped[UUID | None]
    visited_on: Mapped[date]
    channel: Mapped[str] = mapped_column(String(12), default="desk")
    interpreter: Mapped[str | None] = mapped_column(String(12))
    for_third_party: Mapped[bool] = mapped_column(default=False)
    note: Mapped[str] = mapped_column(String(2000), default="")
    sheet_id: Mapped[UUID | None]
    contact_sex: Mapped[str | None] = mapped_column(String(1))
    """As a tally sheet tells it, for a contact without a name; users' sex is the person's."""
    tallied: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    """Came of one press of the tally page; it stays so when the visit is given its person."""
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    deleted_at: Mapped[datetime | None]
    deleted_reason: Mapped[str | None] = mapped_column(String(200))
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
        UniqueConstraint("desk_id", "visit_id", "position", postgresql_include=["topic_code"]),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    visit_id: Mapped[UUID]
    taxonomy: Mapped[int]
    topic_code: Mapped[str] = mapped_column(String(7))
    position: Mapped[int]
