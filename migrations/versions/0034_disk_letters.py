# SPDX-License-Identifier: AGPL-3.0-or-later
"""Tell whoever governs the machine by letter that a disk is nearly full."""

import sqlalchemy as sa
from alembic import op

from migrations import rls

revision = "0034"
down_revision = "0033"


def upgrade() -> None:
    op.create_table(
        "disk_letter",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("said", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('queued', 'claimed', 'transmitting', 'sent', 'failed', 'uncertain')",
            name=op.f("ck_disk_letter_state"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disk_letter")),
        sa.UniqueConstraint("day", name=op.f("uq_disk_letter_day")),
    )
    rls.platform("disk_letter")


def downgrade() -> None:
    op.execute("DELETE FROM job WHERE name = 'deliver_warning'")
    op.drop_table("disk_letter")
