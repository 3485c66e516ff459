# SPDX-License-Identifier: AGPL-3.0-or-later
"""The table of drafts."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from portal.core import clock
from portal.core.store.database import DeskTable


class Draft(DeskTable):
    """The fields of one form, and the page of the desk on which it is taken up again."""

    __tablename__ = "draft"
    __table_args__ = (Index(None, "desk_id", "account_id", "kept_at"),)

    form_token: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    page: Mapped[str] = mapped_column(String(200))
    fields: Mapped[list[list[str]]] = mapped_column(JSONB)
    number: Mapped[int] = mapped_column(BigInteger, default=0)
    begun_at: Mapped[datetime] = mapped_column(default=clock.now)
    kept_at: Mapped[datetime] = mapped_column(default=clock.now)
    settled_at: Mapped[datetime | None]
    sent: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    """The hash of what was saved with this token; a twin of the form is compared with it."""

    @property
    def is_waiting(self) -> bool:
        """Not saved, and something in it: without fields, what was typed was taken back."""
        return self.settled_at is None and bool(self.fields)

    @property
    def is_discarded(self) -> bool:
        """Thrown away, and its words are still there to be taken up again."""
        return self.settled_at is not None and bool(self.fields)
