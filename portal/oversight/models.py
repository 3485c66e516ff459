# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a network may see: figures that desks have approved, and the network's own editions."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, String
from sqlalchemy import UniqueConstraint as Unique
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from portal.core import clock
from portal.core.store.database import PublishedTable, scoped_desk
from portal.reports.models import STATES, EditionFileRow, EditionRow


class PublishedFigure(PublishedTable):
    """A desk's approved figures of a period, as its JSON says them; the newest edition wins."""

    __tablename__ = "published_figure"

    desk_id: Mapped[UUID] = mapped_column(
        ForeignKey("desk.id"), primary_key=True, default=scoped_desk
    )
    period: Mapped[str] = mapped_column(String(30), primary_key=True)
    number: Mapped[int]
    figures: Mapped[dict[str, Any]] = mapped_column(JSONB)
    approved_at: Mapped[datetime]
    published_at: Mapped[datetime] = mapped_column(default=clock.now)


class NetworkEdition(EditionRow, PublishedTable):
    """An edition of the comparison of a network's desks."""

    __tablename__ = "network_edition"
    __table_args__ = (
        Unique("network_id", "report", "period", "number"),
        CheckConstraint(STATES, name="state"),
    )


class NetworkEditionFile(EditionFileRow, PublishedTable):
    """A file of a network's edition."""

    __tablename__ = "network_edition_file"
    __table_args__ = (
        ForeignKeyConstraint(
            ["network_id", "edition_id"], ["network_edition.network_id", "network_edition.id"]
        ),
    )
