# SPDX-License-Identifier: AGPL-3.0-or-later
"""Create the roll-up and past totals."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations import rls

revision = "0007"
down_revision = "0006"

# Adds two maps of counts and leaves out what comes to zero.
ADD_COUNTS = """
CREATE FUNCTION add_counts(one jsonb, other jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(jsonb_object_agg(key, total), '{}') FROM (
        SELECT key, sum(value::int) AS total
        FROM (
            SELECT * FROM jsonb_each_text(one) UNION ALL SELECT * FROM jsonb_each_text(other)
        ) AS both_maps
        GROUP BY key HAVING sum(value::int) <> 0
    ) AS totals
$$
"""


def upgrade() -> None:
    op.create_table(
        "figure",
        sa.Column("desk_id", sa.Uuid(), server_default=sa.text("current_desk()"), nullable=False),
        sa.Column("period", sa.String(length=9, collation="C"), nullable=False),
        sa.Column("users", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("users_f", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("users_m", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("users_x", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("users_n", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("visits", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("anonymous", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column(
            "topics",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "users = users_f + users_m + users_x + users_n", name=op.f("ck_figure_users_by_sex")
        ),
        sa.ForeignKeyConstraint(["desk_id"], ["desk.id"], name=op.f("fk_figure_desk_id")),
        sa.PrimaryKeyConstraint("desk_id", "period", name=op.f("pk_figure")),
    )
    op.create_table(
        "past_total",
        sa.Column("desk_id", sa.Uuid(), server_default=sa.text("current_desk()"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("period", sa.String(length=30), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("users", sa.Integer(), nullable=False),
        sa.Column("users_f", sa.Integer(), nullable=True),
        sa.Column("users_m", sa.Integer(), nullable=True),
        sa.Column("topics", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deleted_reason", sa.String(length=200), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "coalesce(users_f, 0) + coalesce(users_m, 0) <= users",
            name=op.f("ck_past_total_users_by_sex"),
        ),
        sa.CheckConstraint(
            "(deleted_at IS NULL) = (deleted_reason IS NULL)", name=op.f("ck_past_total_deletion")
        ),
        sa.CheckConstraint(
            "users >= 0 AND users_f >= 0 AND users_m >= 0", name=op.f("ck_past_total_counts")
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["account.id"], name=op.f("fk_past_total_created_by")
        ),
        sa.ForeignKeyConstraint(["desk_id"], ["desk.id"], name=op.f("fk_past_total_desk_id")),
        sa.PrimaryKeyConstraint("desk_id", "id", name=op.f("pk_past_total")),
    )
    op.create_index(
        "uq_past_total_period",
        "past_total",
        ["desk_id", "period"],
        unique=True,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    rls.desk_owned("figure")
    rls.desk_owned("past_total")
    rls.audited("past_total", "past_total", "id")
    op.execute(ADD_COUNTS)


def downgrade() -> None:
    op.drop_table("past_total")
    op.drop_table("figure")
    op.execute("DROP FUNCTION add_counts")
