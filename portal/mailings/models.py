# SPDX-License-Identifier: AGPL-3.0-or-later
"""Tables of recipients and letters, of desks and of networks."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, String
from sqlalchemy import UniqueConstraint as Unique
from sqlalchemy.orm import Mapped, mapped_column

from portal.core import clock
from portal.core.store.database import DeskTable, Model, PublishedTable
from portal.core.work.delivery import STATES, LetterRow
from portal.reports.disclosure.sheets import Audience


class RecipientRow(Model):
    """An office that receives the approved editions; `ended_at` when it no longer does."""

    __abstract__ = True

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    email: Mapped[str] = mapped_column(String(254))
    name: Mapped[str] = mapped_column(String(120), default="")
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    ended_at: Mapped[datetime | None]

    @property
    def is_outside(self) -> bool:
        """Whether it receives only what anybody may read."""
        return False


class EditionLetterRow(LetterRow):
    """A letter about an edition."""

    __abstract__ = True

    edition_id: Mapped[UUID]


class DeliveryRow(EditionLetterRow):
    """The letter with an edition, to one recipient."""

    __abstract__ = True

    recipient_id: Mapped[UUID]


class Recipient(RecipientRow, DeskTable):
    """Who receives a desk's relazioni: an office of the Comune, or the public version only."""

    __tablename__ = "recipient"
    __table_args__ = (
        Unique("desk_id", "email"),
        CheckConstraint("audience IN ('desk', 'public')", name="audience"),
    )

    audience: Mapped[str] = mapped_column(String(10), default="public")

    @property
    def is_outside(self) -> bool:
        return self.audience == Audience.PUBLIC


class Delivery(DeliveryRow, DeskTable):
    """A letter with a desk's relazione."""

    __tablename__ = "delivery"
    __table_args__ = (
        Unique("desk_id", "edition_id", "recipient_id"),
        CheckConstraint(STATES, name="state"),
        ForeignKeyConstraint(["desk_id", "edition_id"], ["edition.desk_id", "edition.id"]),
        ForeignKeyConstraint(["desk_id", "recipient_id"], ["recipient.desk_id", "recipient.id"]),
    )


class ApprovalNotice(EditionLetterRow, DeskTable):
    """The letter to a manager that an edition waits to be approved."""

    __tablename__ = "approval_notice"
    __table_args__ = (
        Unique("desk_id", "edition_id", "account_id"),
        CheckConstraint(STATES, name="state"),
        ForeignKeyConstraint(["desk_id", "edition_id"], ["edition.desk_id", "edition.id"]),
    )

    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))


class NetworkRecipient(RecipientRow, PublishedTable):
    """An office that receives a network's comparison."""

    __tablename__ = "network_recipient"
    __table_args__ = (Unique("network_id", "email"),)


class NetworkDelivery(DeliveryRow, PublishedTable):
    """A letter with a network's comparison."""

    __tablename__ = "network_delivery"
    __table_args__ = (
        Unique("network_id", "edition_id", "recipient_id"),
        CheckConstraint(STATES, name="state"),
        ForeignKeyConstraint(
            ["network_id", "edition_id"], ["network_edition.network_id", "network_edition.id"]
        ),
        ForeignKeyConstraint(
            ["network_id", "recipient_id"], ["network_recipient.network_id", "network_recipient.id"]
        ),
    )
