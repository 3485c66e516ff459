# SPDX-License-Identifier: AGPL-3.0-or-later
"""Tables of networks, zones and desks; shared by all, without persons' data."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, String, true
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from portal.core import clock
from portal.core.store.database import PlatformTable

SLUG = "slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'"


class Network(PlatformTable):
    """The owner of desks: Provincia, Prefettura, Unione or lead Comune."""

    __tablename__ = "network"
    __table_args__ = (CheckConstraint(SLUG, name="slug"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    closing_days: Mapped[int | None] = mapped_column(default=20)
    """Days after the end of a half-year when its comparison compiles itself; none: never."""
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class Zone(PlatformTable):
    """A part of a network that shares costs, such as a district or a Società della Salute."""

    __tablename__ = "zone"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    network_id: Mapped[UUID] = mapped_column(ForeignKey("network.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))


class Desk(PlatformTable):
    """The tenant: one Comune's desk, in one network."""

    __tablename__ = "desk"
    __table_args__ = (CheckConstraint(SLUG, name="slug"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    network_id: Mapped[UUID] = mapped_column(ForeignKey("network.id"), index=True)
    zone_id: Mapped[UUID | None] = mapped_column(ForeignKey("zone.id"))
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    short_name: Mapped[str] = mapped_column(String(40))
    closing_days: Mapped[int | None] = mapped_column(default=4)
    """Days after the end of a half-year when its relazione builds itself; none: never."""
    hides_names: Mapped[bool] = mapped_column(default=True, server_default=true())
    """Whether the day's list begins with initials: screens are seen from across the counter."""
    report_omits: Mapped[list[str]] = mapped_column(
        ARRAY(String(20)), default=["appendice"], server_default="{appendice}"
    )
    """The parts that its relazione leaves out (reports/sections/__init__.py): at first the names of
    methods and their numbers, which are for who checks.
    """
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
