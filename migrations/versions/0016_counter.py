# SPDX-License-Identifier: AGPL-3.0-or-later
"""Let a desk arrange its counter: pinned topics, names hidden or shown."""

import sqlalchemy as sa
from alembic import op

from migrations import rls

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.create_table(
        "pinned_topic",
        sa.Column("desk_id", sa.Uuid(), server_default=sa.text("current_desk()"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("topic_code", sa.String(length=7), nullable=False),
        sa.CheckConstraint("position BETWEEN 1 AND 9", name=op.f("ck_pinned_topic_position")),
        sa.ForeignKeyConstraint(["desk_id"], ["desk.id"], name=op.f("fk_pinned_topic_desk_id")),
        sa.PrimaryKeyConstraint("desk_id", "position", name=op.f("pk_pinned_topic")),
    )
    op.add_column(
        "desk",
        sa.Column("hides_names", sa.Boolean(), server_default=sa.true(), nullable=False),
    )
    rls.desk_owned("pinned_topic", app="SELECT, INSERT, UPDATE, DELETE")


def downgrade() -> None:
    op.drop_column("desk", "hides_names")
    op.drop_table("pinned_topic")
