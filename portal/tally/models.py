# SPDX-License-Identifier: AGPL-3.0-or-later
"""The table of the topics that a desk keeps under its keys."""

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.store.database import DeskTable
from portal.tally.rules import KEYS


class PinnedTopic(DeskTable):
    """A topic that stands under one of the nine keys whatever is asked most."""

    __tablename__ = "pinned_topic"
    __table_args__ = (CheckConstraint(f"position BETWEEN 1 AND {KEYS}", name="position"),)

    position: Mapped[int] = mapped_column(primary_key=True)
    topic_code: Mapped[str] = mapped_column(String(7))
