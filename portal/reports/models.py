# SPDX-License-Identifier: AGPL-3.0-or-later
"""Tables of editions: a relazione frozen with its figures, parameters and files.

And what a desk says of its own: the manager's words, the Word template.
"""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, LargeBinary, String
from sqlalchemy import UniqueConstraint as Unique
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from portal.core import clock
from portal.core.store.database import DeskTable, Model

STATES = "state IN ('queued', 'building', 'ready', 'approved', 'superseded', 'failed')"


class EditionRow(Model):
    """What every edition has, a desk's and a network's alike.

    `frozen` holds the figures from which every file is made, also again after a crash; `sha256`
    is the hash of the list of the files' hashes. A correction is a new number; `replaces` names
    the old one.
    """

    __abstract__ = True

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    report: Mapped[str] = mapped_column(String(20), default="relazione")
    period: Mapped[str] = mapped_column(String(30))
    baseline: Mapped[str] = mapped_column(String(30))
    number: Mapped[int]
    replaces: Mapped[int | None]
    reason: Mapped[str] = mapped_column(String(500), default="")
    state: Mapped[str] = mapped_column(String(12), default="queued")
    step: Mapped[int] = mapped_column(default=0)
    frozen: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    taxonomy: Mapped[int | None]
    software: Mapped[str | None] = mapped_column(String(20))
    sha256: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    requested_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    approved_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    frozen_at: Mapped[datetime | None]
    ready_at: Mapped[datetime | None]
    approved_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    @property
    def figures(self) -> dict[str, Any]:
        """What is frozen; a RuntimeError before the counting is done."""
        if self.frozen is None:
            raise RuntimeError("the figures of this edition are not frozen yet")
        return self.frozen

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.version}


class EditionFileRow(Model):
    """A file of an edition, byte for byte as it was frozen."""

    __abstract__ = True

    edition_id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    media_type: Mapped[str] = mapped_column(String(80))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    sha256: Mapped[bytes] = mapped_column(LargeBinary(32))


class Edition(EditionRow, DeskTable):
    """An edition of a desk's relazione, in the layout that was chosen with its baseline."""

    __tablename__ = "edition"
    __table_args__ = (
        Unique("desk_id", "report", "period", "number"),
        CheckConstraint(STATES, name="state"),
        CheckConstraint("layout IN ('moderno', 'storico')", name="layout"),
    )

    layout: Mapped[str] = mapped_column(String(10), server_default="moderno", default="moderno")


class EditionFile(EditionFileRow, DeskTable):
    """A file of a desk's edition."""

    __tablename__ = "edition_file"
    __table_args__ = (
        ForeignKeyConstraint(["desk_id", "edition_id"], ["edition.desk_id", "edition.id"]),
    )


class Disclosure(DeskTable):
    """What an edition has told an audience beyond the desk: all that whoever reads it holds.

    `sheets` are the divisions told, each with the true counts and which of them are hidden; they
    are held against every later one. `number` orders the desk's.
    """

    __tablename__ = "disclosure"
    __table_args__ = (
        Unique("desk_id", "edition_id", "audience"),
        Unique("desk_id", "number"),
        CheckConstraint("audience IN ('network', 'public')", name="audience"),
        ForeignKeyConstraint(["desk_id", "edition_id"], ["edition.desk_id", "edition.id"]),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    edition_id: Mapped[UUID]
    audience: Mapped[str] = mapped_column(String(10))
    number: Mapped[int]
    sheets: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
    made_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))


class ReportText(DeskTable):
    """What the manager writes about a period, before the figures and after them.

    It belongs to the period, not to an edition: new figures leave it as it is. An edition freezes
    it with the rest.
    """

    __tablename__ = "report_text"
    __table_args__ = (Unique("desk_id", "period"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    period: Mapped[str] = mapped_column(String(30))
    premise: Mapped[str] = mapped_column(String(10_000), default="")
    comment: Mapped[str] = mapped_column(String(10_000), default="")
    changed_at: Mapped[datetime] = mapped_column(default=clock.now)
    changed_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class ReportTemplate(DeskTable):
    """A Word template of the Comune's own; one that was replaced stays, for the editions of it."""

    __tablename__ = "report_template"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    name: Mapped[str] = mapped_column(String(200))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    uploaded_at: Mapped[datetime] = mapped_column(default=clock.now)
    uploaded_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    retired_at: Mapped[datetime | None]
