# SPDX-License-Identifier: AGPL-3.0-or-later
"""Create the topic list."""

import sqlalchemy as sa
from alembic import op

from migrations import rls

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "taxonomy_version",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("note", sa.String(length=1000), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_taxonomy_version")),
    )
    op.create_table(
        "topic_group",
        sa.Column("key", sa.String(length=20), nullable=False),
        sa.Column("label", sa.String(length=100), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_topic_group")),
    )
    op.create_table(
        "topic",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=7), nullable=False),
        sa.Column("label", sa.String(length=120), nullable=False),
        sa.Column("short_name", sa.String(length=24), nullable=False),
        sa.Column("group_key", sa.String(length=20), nullable=True),
        sa.Column("parent_code", sa.String(length=7), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("historical_row", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=3), nullable=False),
        sa.Column("confidentiality", sa.String(length=10), nullable=False),
        sa.CheckConstraint("code ~ '^[A-Z]{3}(-[A-Z0-9]{2,3})?$'", name=op.f("ck_topic_code")),
        sa.CheckConstraint("historical_row BETWEEN 1 AND 14", name=op.f("ck_topic_historical_row")),
        sa.ForeignKeyConstraint(
            ["group_key"], ["topic_group.key"], name=op.f("fk_topic_group_key")
        ),
        sa.ForeignKeyConstraint(
            ["version", "parent_code"],
            ["topic.version", "topic.code"],
            name=op.f("fk_topic_version_parent_code"),
        ),
        sa.ForeignKeyConstraint(
            ["version"], ["taxonomy_version.number"], name=op.f("fk_topic_version")
        ),
        sa.PrimaryKeyConstraint("version", "code", name=op.f("pk_topic")),
        sa.UniqueConstraint("version", "position", name=op.f("uq_topic_version_position")),
        sa.UniqueConstraint("version", "short_name", name=op.f("uq_topic_version_short_name")),
    )
    op.create_table(
        "topic_change",
        sa.Column("from_version", sa.Integer(), nullable=False),
        sa.Column("from_code", sa.String(length=7), nullable=False),
        sa.Column("to_version", sa.Integer(), nullable=False),
        sa.Column("to_code", sa.String(length=7), nullable=False),
        sa.Column("kind", sa.String(length=5), nullable=False),
        sa.ForeignKeyConstraint(
            ["from_version", "from_code"],
            ["topic.version", "topic.code"],
            name=op.f("fk_topic_change_from_version_from_code"),
        ),
        sa.ForeignKeyConstraint(
            ["to_version", "to_code"],
            ["topic.version", "topic.code"],
            name=op.f("fk_topic_change_to_version_to_code"),
        ),
        sa.PrimaryKeyConstraint(
            "from_version", "from_code", "to_version", "to_code", name=op.f("pk_topic_change")
        ),
    )
    for table in ("taxonomy_version", "topic_group", "topic", "topic_change"):
        rls.platform(table, app="SELECT, INSERT", network="SELECT")
    # Publishing a version gives the one before its last day; nothing else of it ever changes.
    op.execute(f"GRANT UPDATE (valid_to) ON taxonomy_version TO {rls.APP}")


def downgrade() -> None:
    op.drop_table("topic_change")
    op.drop_table("topic")
    op.drop_table("topic_group")
    op.drop_table("taxonomy_version")
