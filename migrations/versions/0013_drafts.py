# SPDX-License-Identifier: AGPL-3.0-or-later
"""Keep what is being typed, and whose session it was that ended."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations import rls

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_table(
        "draft",
        sa.Column("desk_id", sa.Uuid(), server_default=sa.text("current_desk()"), nullable=False),
        sa.Column("form_token", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("page", sa.String(length=200), nullable=False),
        sa.Column("fields", postgresql.JSONB(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent", sa.LargeBinary(length=32), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_draft_account_id")),
        sa.ForeignKeyConstraint(["desk_id"], ["desk.id"], name=op.f("fk_draft_desk_id")),
        sa.PrimaryKeyConstraint("desk_id", "form_token", name=op.f("pk_draft")),
    )
    op.create_index(
        op.f("ix_draft_desk_id_account_id_kept_at"),
        "draft",
        ["desk_id", "account_id", "kept_at"],
        unique=False,
    )
    rls.desk_owned("draft", app="SELECT, INSERT, UPDATE, DELETE")
    op.add_column(
        "login_session", sa.Column("locked_at", sa.DateTime(timezone=True), nullable=True)
    )


def downgrade() -> None:
    op.drop_column("login_session", "locked_at")
    op.drop_table("draft")
