# SPDX-License-Identifier: AGPL-3.0-or-later
"""Create visits and enquiries."""

import sqlalchemy as sa
from alembic import op

from migrations import rls

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "visit",
        sa.Column("desk_id", sa.Uuid(), server_default=sa.text("current_desk()"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("visited_on", sa.Date(), nullable=False),
        sa.Column("channel", sa.String(length=12), nullable=False),
        sa.Column("for_third_party", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(length=2000), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deleted_reason", sa.String(length=200), nullable=True),
        sa.Column("form_token", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "channel IN ('desk', 'appointment', 'phone', 'email', 'pec', 'video', 'elsewhere')",
            name=op.f("ck_visit_channel"),
        ),
        sa.CheckConstraint(
            "(deleted_at IS NULL) = (deleted_reason IS NULL)", name=op.f("ck_visit_deletion")
        ),
        sa.ForeignKeyConstraint(["created_by"], ["account.id"], name=op.f("fk_visit_created_by")),
        sa.ForeignKeyConstraint(
            ["desk_id", "person_id"],
            ["person.desk_id", "person.id"],
            name=op.f("fk_visit_desk_id_person_id"),
        ),
        sa.ForeignKeyConstraint(["desk_id"], ["desk.id"], name=op.f("fk_visit_desk_id")),
        sa.UniqueConstraint("desk_id", "form_token", name=op.f("uq_visit_desk_id_form_token")),
    )
    op.create_index(
        "ix_visit_day",
        "visit",
        ["desk_id", "visited_on", "created_at"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_visit_person",
        "visit",
        ["desk_id", "person_id", "visited_on"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    # Last of its indexes, as in person.
    op.create_primary_key(op.f("pk_visit"), "visit", ["desk_id", "id"])
    op.create_table(
        "enquiry",
        sa.Column("desk_id", sa.Uuid(), server_default=sa.text("current_desk()"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("taxonomy", sa.Integer(), nullable=False),
        sa.Column("topic_code", sa.String(length=7), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["desk_id", "visit_id"],
            ["visit.desk_id", "visit.id"],
            name=op.f("fk_enquiry_desk_id_visit_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["desk_id"], ["desk.id"], name=op.f("fk_enquiry_desk_id")),
        sa.ForeignKeyConstraint(
            ["taxonomy", "topic_code"],
            ["topic.version", "topic.code"],
            name=op.f("fk_enquiry_taxonomy_topic_code"),
        ),
        sa.PrimaryKeyConstraint("desk_id", "id", name=op.f("pk_enquiry")),
        sa.UniqueConstraint(
            "desk_id", "visit_id", "position", name=op.f("uq_enquiry_desk_id_visit_id_position")
        ),
    )
    rls.desk_owned("visit")
    rls.desk_owned("enquiry", app="SELECT, INSERT, UPDATE, DELETE")
    rls.audited("visit", "visit", "id")
    rls.audited("enquiry", "visit", "visit_id")


def downgrade() -> None:
    op.drop_table("enquiry")
    op.drop_table("visit")
