# SPDX-License-Identifier: AGPL-3.0-or-later
"""Freeze relazioni as editions."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations import approved, rls

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "edition",
        sa.Column("desk_id", sa.Uuid(), server_default=sa.text("current_desk()"), nullable=False),
        sa.Column("requested_by", sa.Uuid(), nullable=True),
        sa.Column("approved_by", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("report", sa.String(length=20), nullable=False),
        sa.Column("period", sa.String(length=30), nullable=False),
        sa.Column("baseline", sa.String(length=30), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("replaces", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("frozen", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("taxonomy", sa.Integer(), nullable=True),
        sa.Column("software", sa.String(length=20), nullable=True),
        sa.Column("sha256", sa.LargeBinary(length=32), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ready_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('queued', 'building', 'ready', 'approved', 'superseded', 'failed')",
            name=op.f("ck_edition_state"),
        ),
        sa.ForeignKeyConstraint(
            ["approved_by"], ["account.id"], name=op.f("fk_edition_approved_by")
        ),
        sa.ForeignKeyConstraint(["desk_id"], ["desk.id"], name=op.f("fk_edition_desk_id")),
        sa.ForeignKeyConstraint(
            ["requested_by"], ["account.id"], name=op.f("fk_edition_requested_by")
        ),
        sa.PrimaryKeyConstraint("desk_id", "id", name=op.f("pk_edition")),
        sa.UniqueConstraint(
            "desk_id",
            "report",
            "period",
            "number",
            name=op.f("uq_edition_desk_id_report_period_number"),
        ),
    )
    op.create_table(
        "edition_file",
        sa.Column("desk_id", sa.Uuid(), server_default=sa.text("current_desk()"), nullable=False),
        sa.Column("edition_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("media_type", sa.String(length=80), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["desk_id", "edition_id"],
            ["edition.desk_id", "edition.id"],
            name=op.f("fk_edition_file_desk_id_edition_id"),
        ),
        sa.ForeignKeyConstraint(["desk_id"], ["desk.id"], name=op.f("fk_edition_file_desk_id")),
        sa.PrimaryKeyConstraint("desk_id", "edition_id", "name", name=op.f("pk_edition_file")),
    )
    for table in ("desk", "network"):
        op.add_column(table, sa.Column("closing_days", sa.Integer(), nullable=True))
    op.execute("UPDATE desk SET closing_days = 4")
    op.execute("UPDATE network SET closing_days = 20")
    op.execute(f"GRANT UPDATE (closing_days) ON network TO {rls.NETWORK}")
    rls.desk_owned("edition")
    rls.audited("edition", "edition", "id")
    op.execute(approved.FUNCTION)
    approved.kept_once_approved("edition")
    rls.desk_owned("edition_file", app="SELECT, INSERT")


def downgrade() -> None:
    op.drop_table("edition_file")
    op.drop_table("edition")
    op.execute("DROP FUNCTION keep_approved()")
    for table in ("desk", "network"):
        op.drop_column(table, "closing_days")
