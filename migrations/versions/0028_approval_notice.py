# SPDX-License-Identifier: AGPL-3.0-or-later
"""Tell each manager by letter that an edition waits for approval."""

import sqlalchemy as sa
from alembic import op

from migrations import rls

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    op.create_table(
        "approval_notice",
        sa.Column("desk_id", sa.Uuid(), server_default=sa.text("current_desk()"), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("edition_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("said", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('queued', 'claimed', 'transmitting', 'sent', 'failed', 'uncertain')",
            name=op.f("ck_approval_notice_state"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_approval_notice_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["desk_id", "edition_id"],
            ["edition.desk_id", "edition.id"],
            name=op.f("fk_approval_notice_desk_id_edition_id"),
        ),
        sa.ForeignKeyConstraint(["desk_id"], ["desk.id"], name=op.f("fk_approval_notice_desk_id")),
        sa.PrimaryKeyConstraint("desk_id", "id", name=op.f("pk_approval_notice")),
        sa.UniqueConstraint(
            "desk_id",
            "edition_id",
            "account_id",
            name=op.f("uq_approval_notice_desk_id_edition_id_account_id"),
        ),
    )
    rls.desk_owned("approval_notice")
    rls.audited("approval_notice", "approval_notice", "id")


def downgrade() -> None:
    op.drop_table("approval_notice")
