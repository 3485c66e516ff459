# SPDX-License-Identifier: AGPL-3.0-or-later
"""Letters to whoever governs the machine; of no desk."""

from datetime import date

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.store.database import PlatformTable
from portal.core.work.delivery import STATES, LetterRow


class DiskLetter(LetterRow, PlatformTable):
    """That a disk is nearly full: one a day, as long as it is."""

    __tablename__ = "disk_letter"
    __table_args__ = (CheckConstraint(STATES, name="state"),)

    day: Mapped[date] = mapped_column(unique=True)
