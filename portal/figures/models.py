# SPDX-License-Identifier: AGPL-3.0-or-later
"""Tables of figures: the roll-up that visits keep current, and totals from before the software."""

from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from portal.core import clock
from portal.core.store.database import DeskTable


class PeriodFigure(DeskTable):
    """Users, visits and enquiries of one named period; users are never summed over periods.

    `topics` maps a topic's code, as it was recorded, to the number of its enquiries; `nameless` to
    those among them of visits without a person. No check says that counts are not negative:
    PostgreSQL would apply it to the change before it is added.
    """

    __tablename__ = "figure"
    __table_args__ = (
        CheckConstraint("users = users_f + users_m + users_x + users_n", name="users_by_sex"),
    )

    period: Mapped[str] = mapped_column(String(9, collation="C"), primary_key=True)
    users: Mapped[int] = mapped_column(server_default=text("0"))
    users_f: Mapped[int] = mapped_column(server_default=text("0"))
    users_m: Mapped[int] = mapped_column(server_default=text("0"))
    users_x: Mapped[int] = mapped_column(server_default=text("0"))
    users_n: Mapped[int] = mapped_column(server_default=text("0"))
    visits: Mapped[int] = mapped_column(server_default=text("0"))
    anonymous: Mapped[int] = mapped_column(server_default=text("0"))
    topics: Mapped[dict[str, int]] = mapped_column(JSONB, server_default=text("'{}'"))
    nameless: Mapped[dict[str, int]] = mapped_column(JSONB, server_default=text("'{}'"))


class PastTotal(DeskTable):
    """A period's figures from before the software; by sex only where they were kept.

    `nameless` is how many enquiries had no name, in all and by topic, each only where it was kept.
    Deleted ones stay, with their figures and the reason, and are in no report.
    """

    __tablename__ = "past_total"
    __table_args__ = (
        Index(
            "uq_past_total_period",
            "desk_id",
            "period",
            unique=True,
            postgresql_where=text("deleted_at IS NULL"),
        ),
        CheckConstraint("(deleted_at IS NULL) = (deleted_reason IS NULL)", name="deletion"),
        CheckConstraint("users >= 0 AND users_f >= 0 AND users_m >= 0", name="counts"),
        CheckConstraint(
            "coalesce(users_f, 0) + coalesce(users_m, 0) <= users", name="users_by_sex"
        ),
        CheckConstraint("nameless >= 0", name="nameless"),
        CheckConstraint(
            "nameless_topics IS NULL OR nameless IS NOT NULL", name="nameless_by_topic"
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    period: Mapped[str] = mapped_column(String(30))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    users: Mapped[int]
    users_f: Mapped[int | None]
    users_m: Mapped[int | None]
    topics: Mapped[dict[str, int]] = mapped_column(JSONB)
    nameless: Mapped[int | None]
    nameless_topics: Mapped[dict[str, int] | None] = mapped_column(JSONB(none_as_null=True))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    deleted_at: Mapped[datetime | None]
    deleted_reason: Mapped[str | None] = mapped_column(String(200))
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}
