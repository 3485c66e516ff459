# SPDX-License-Identifier: AGPL-3.0-or-later
"""Remember which citizenship a person had before the present one, and until when."""

import sqlalchemy as sa
from alembic import op

from migrations import rls

revision = "0025"
down_revision = "0024"

TABLE = "person_former_citizenship"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("desk_id", sa.Uuid(), server_default=sa.text("current_desk()"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("state_code", sa.String(length=3), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["desk_id", "person_id"],
            ["person.desk_id", "person.id"],
            name=op.f("fk_person_former_citizenship_desk_id_person_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["desk_id"], ["desk.id"], name=op.f("fk_person_former_citizenship_desk_id")
        ),
        sa.PrimaryKeyConstraint("desk_id", "id", name=op.f("pk_person_former_citizenship")),
        sa.UniqueConstraint(
            "desk_id",
            "person_id",
            "until",
            name=op.f("uq_person_former_citizenship_desk_id_person_id_until"),
        ),
    )
    rls.desk_owned(TABLE, app="SELECT, INSERT, UPDATE, DELETE")
    rls.audited(TABLE, "person", "person_id")


def downgrade() -> None:
    op.drop_table(TABLE)
