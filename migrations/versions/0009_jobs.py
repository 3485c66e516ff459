# SPDX-License-Identifier: AGPL-3.0-or-later
"""Keep what there is to do as rows."""

import sqlalchemy as sa
from alembic import op

from migrations import rls

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "job",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("desk_id", sa.Uuid(), nullable=True),
        sa.Column("network_id", sa.Uuid(), nullable=True),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("num_nonnulls(desk_id, network_id) = 1", name=op.f("ck_job_one_owner")),
        sa.ForeignKeyConstraint(["desk_id"], ["desk.id"], name=op.f("fk_job_desk_id")),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name=op.f("fk_job_network_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
        sa.UniqueConstraint(
            "name",
            "desk_id",
            "network_id",
            "subject",
            name=op.f("uq_job_name_desk_id_network_id_subject"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_index(
        "ix_job_open",
        "job",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("finished_at IS NULL"),
    )
    rls.shared_with_networks("job")


def downgrade() -> None:
    op.drop_table("job")
