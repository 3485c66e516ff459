# SPDX-License-Identifier: AGPL-3.0-or-later
"""Publish approved figures to the network."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations import approved, rls

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "published_figure",
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("desk_id", sa.Uuid(), nullable=False),
        sa.Column("period", sa.String(length=30), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("figures", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["desk_id"], ["desk.id"], name=op.f("fk_published_figure_desk_id")),
        sa.ForeignKeyConstraint(
            ["network_id"], ["network.id"], name=op.f("fk_published_figure_network_id")
        ),
        sa.PrimaryKeyConstraint(
            "network_id", "desk_id", "period", name=op.f("pk_published_figure")
        ),
    )
    op.create_table(
        "network_edition",
        sa.Column("network_id", sa.Uuid(), nullable=False),
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
            name=op.f("ck_network_edition_state"),
        ),
        sa.ForeignKeyConstraint(
            ["approved_by"], ["account.id"], name=op.f("fk_network_edition_approved_by")
        ),
        sa.ForeignKeyConstraint(
            ["network_id"], ["network.id"], name=op.f("fk_network_edition_network_id")
        ),
        sa.ForeignKeyConstraint(
            ["requested_by"], ["account.id"], name=op.f("fk_network_edition_requested_by")
        ),
        sa.PrimaryKeyConstraint("network_id", "id", name=op.f("pk_network_edition")),
        sa.UniqueConstraint(
            "network_id",
            "report",
            "period",
            "number",
            name=op.f("uq_network_edition_network_id_report_period_number"),
        ),
    )
    op.create_table(
        "network_edition_file",
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("edition_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("media_type", sa.String(length=80), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["network_id", "edition_id"],
            ["network_edition.network_id", "network_edition.id"],
            name=op.f("fk_network_edition_file_network_id_edition_id"),
        ),
        sa.ForeignKeyConstraint(
            ["network_id"], ["network.id"], name=op.f("fk_network_edition_file_network_id")
        ),
        sa.PrimaryKeyConstraint(
            "network_id", "edition_id", "name", name=op.f("pk_network_edition_file")
        ),
    )
    rls.published_by_desks("published_figure")
    rls.published("network_edition")
    approved.kept_once_approved("network_edition")
    rls.published("network_edition_file", network="SELECT, INSERT")


def downgrade() -> None:
    op.drop_table("network_edition_file")
    op.drop_table("network_edition")
    op.drop_table("published_figure")
