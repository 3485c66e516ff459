# SPDX-License-Identifier: AGPL-3.0-or-later
"""What each edition has told beyond the desk, so that the next says nothing more with it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations import rls

revision = "0022"
down_revision = "0021"


FORGET_SEXES = """
UPDATE published_figure
SET figures = figures || '{"users_by_sex": {"F": null, "M": null, "X": null}}'
WHERE figures ? 'users_by_sex'
"""


def upgrade() -> None:
    op.create_table(
        "disclosure",
        sa.Column("desk_id", sa.Uuid(), server_default=sa.text("current_desk()"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("edition_id", sa.Uuid(), nullable=False),
        sa.Column("audience", sa.String(length=10), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("sheets", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "audience IN ('network', 'public')", name=op.f("ck_disclosure_audience")
        ),
        sa.ForeignKeyConstraint(["desk_id"], ["desk.id"], name=op.f("fk_disclosure_desk_id")),
        sa.ForeignKeyConstraint(
            ["desk_id", "edition_id"],
            ["edition.desk_id", "edition.id"],
            name=op.f("fk_disclosure_desk_id_edition_id"),
        ),
        sa.ForeignKeyConstraint(["made_by"], ["account.id"], name=op.f("fk_disclosure_made_by")),
        sa.PrimaryKeyConstraint("desk_id", "id", name=op.f("pk_disclosure")),
        sa.UniqueConstraint(
            "desk_id",
            "edition_id",
            "audience",
            name=op.f("uq_disclosure_desk_id_edition_id_audience"),
        ),
        sa.UniqueConstraint("desk_id", "number", name=op.f("uq_disclosure_desk_id_number")),
    )
    # What was told cannot be told back: rows are never changed.
    rls.desk_owned("disclosure", app="SELECT, INSERT")
    rls.audited("disclosure", "edition", "edition_id")
    # Whoever receives already was chosen when there was one form; from now on it is said.
    op.add_column(
        "recipient",
        sa.Column("audience", sa.String(length=10), server_default="desk", nullable=False),
    )
    op.alter_column("recipient", "audience", server_default=None)
    op.create_check_constraint(
        op.f("ck_recipient_audience"), "recipient", "audience IN ('desk', 'public')"
    )
    # Nobody showed them to the network, but it could have read them: they were not protected.
    with rls.unforced("published_figure"):
        op.execute(FORGET_SEXES)


def downgrade() -> None:
    op.drop_column("recipient", "audience")
    op.drop_table("disclosure")
