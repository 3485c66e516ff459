# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which files a desk has stored, so that the same file again is said and not stored."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.core import clock
from portal.core.store.database import DeskTable


class ImportedFile(DeskTable):
    """One file that was stored: the hash of its bytes and what came of it."""

    __tablename__ = "imported_file"
    __table_args__ = (UniqueConstraint("desk_id", "sha256"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    kind: Mapped[str] = mapped_column(String(10))
    sha256: Mapped[bytes] = mapped_column(LargeBinary(32))
    rows: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
