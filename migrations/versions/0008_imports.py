# SPDX-License-Identifier: AGPL-3.0-or-later
"""Remember imported files."""

import sqlalchemy as sa
from alembic import op

from migrations import rls

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "imported_file",
        sa.Column("desk_id", sa.Uuid(), server_default=sa.text("current_desk()"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["created_by"], ["account.id"], name=op.f("fk_imported_file_created_by")
        ),
        sa.ForeignKeyConstraint(["desk_id"], ["desk.id"], name=op.f("fk_imported_file_desk_id")),
        sa.PrimaryKeyConstraint("desk_id", "id", name=op.f("pk_imported_file")),
        sa.UniqueConstraint("desk_id", "sha256", name=op.f("uq_imported_file_desk_id_sha256")),
    )
    rls.desk_owned("imported_file", app="SELECT, INSERT")
    rls.audited("imported_file", "imported_file", "id")


def downgrade() -> None:
    op.drop_table("imported_file")
