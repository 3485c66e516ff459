# SPDX-License-Identifier: AGPL-3.0-or-later
"""Tables of the topic list; a stored version never changes."""

from datetime import date

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.store.database import PlatformTable


class TaxonomyVersion(PlatformTable):
    """One stored list and the days on which it is the list in force."""

    __tablename__ = "taxonomy_version"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    title: Mapped[str] = mapped_column(String(200))
    note: Mapped[str] = mapped_column(String(1000), default="")


class TopicGroup(PlatformTable):
    """A heading for charts and lists; its key never equals a topic's code."""

    __tablename__ = "topic_group"

    key: Mapped[str] = mapped_column(String(20), primary_key=True)
    label: Mapped[str] = mapped_column(String(100))
    position: Mapped[int]


class Topic(PlatformTable):
    """A topic as one version words it; the meaning of a code never changes."""

    __tablename__ = "topic"
    __table_args__ = (
        UniqueConstraint("version", "short_name"),
        UniqueConstraint("version", "position"),
        CheckConstraint("code ~ '^[A-Z]{3}(-[A-Z0-9]{2,3})?$'", name="code"),
        CheckConstraint("historical_row BETWEEN 1 AND 14", name="historical_row"),
        ForeignKeyConstraint(["version", "parent_code"], ["topic.version", "topic.code"]),
    )

    version: Mapped[int] = mapped_column(ForeignKey("taxonomy_version.number"), primary_key=True)
    code: Mapped[str] = mapped_column(String(7), primary_key=True)
    label: Mapped[str] = mapped_column(String(120))
    short_name: Mapped[str] = mapped_column(String(24))
    group_key: Mapped[str | None] = mapped_column(ForeignKey("topic_group.key"))
    parent_code: Mapped[str | None] = mapped_column(String(7))
    position: Mapped[int]
    historical_row: Mapped[int | None]
    kind: Mapped[str] = mapped_column(String(3))
    confidentiality: Mapped[str] = mapped_column(String(10))


class TopicChange(PlatformTable):
    """The crosswalk: what became of a code in a later version (same, split or merge).

    What a published version lacked was added later, as a correction: that day, and why.
    """

    __tablename__ = "topic_change"
    __table_args__ = (
        ForeignKeyConstraint(["from_version", "from_code"], ["topic.version", "topic.code"]),
        ForeignKeyConstraint(["to_version", "to_code"], ["topic.version", "topic.code"]),
        CheckConstraint("(corrected_on IS NULL) = (reason = '')", name="correction"),
    )

    from_version: Mapped[int] = mapped_column(primary_key=True)
    from_code: Mapped[str] = mapped_column(String(7), primary_key=True)
    to_version: Mapped[int] = mapped_column(primary_key=True)
    to_code: Mapped[str] = mapped_column(String(7), primary_key=True)
    kind: Mapped[str] = mapped_column(String(5))
    corrected_on: Mapped[date | None]
    reason: Mapped[str] = mapped_column(String(200), server_default=text("''"))
