# SPDX-License-Identifier: AGPL-3.0-or-later
"""Type in the paper sheet of a crowded day."""

import sqlalchemy as sa
from alembic import op

from migrations import rls

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.create_table(
        "tally_sheet",
        sa.Column("desk_id", sa.Uuid(), server_default=sa.text("current_desk()"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("visited_on", sa.Date(), nullable=False),
        sa.Column("enquiries", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("form_token", sa.Uuid(), nullable=True),
        sa.CheckConstraint("enquiries > 0", name=op.f("ck_tally_sheet_enquiries")),
        sa.ForeignKeyConstraint(
            ["created_by"], ["account.id"], name=op.f("fk_tally_sheet_created_by")
        ),
        sa.ForeignKeyConstraint(["desk_id"], ["desk.id"], name=op.f("fk_tally_sheet_desk_id")),
        sa.PrimaryKeyConstraint("desk_id", "id", name=op.f("pk_tally_sheet")),
        sa.UniqueConstraint(
            "desk_id", "form_token", name=op.f("uq_tally_sheet_desk_id_form_token")
        ),
    )
    rls.desk_owned("tally_sheet", app="SELECT, INSERT")
    rls.audited("tally_sheet", "tally_sheet", "id")
    op.add_column("visit", sa.Column("sheet_id", sa.Uuid(), nullable=True))
    op.add_column("visit", sa.Column("contact_sex", sa.String(length=1), nullable=True))
    with rls.unforced("visit"), rls.unforced("tally_sheet"):
        op.create_check_constraint(
            op.f("ck_visit_contact_sex"), "visit", "contact_sex IN ('F', 'M')"
        )
        op.create_foreign_key(
            op.f("fk_visit_desk_id_sheet_id"),
            "visit",
            "tally_sheet",
            ["desk_id", "sheet_id"],
            ["desk_id", "id"],
        )
    op.create_index(
        "ix_visit_sheet",
        "visit",
        ["desk_id", "sheet_id"],
        unique=False,
        postgresql_where=sa.text("sheet_id IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_column("visit", "contact_sex")
    op.drop_column("visit", "sheet_id")
    op.drop_table("tally_sheet")
