# SPDX-License-Identifier: AGPL-3.0-or-later
"""Deliver editions to their recipients."""

import sqlalchemy as sa
from alembic import op

from migrations import rls

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_table(
        "recipient",
        sa.Column("desk_id", sa.Uuid(), server_default=sa.text("current_desk()"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["desk_id"], ["desk.id"], name=op.f("fk_recipient_desk_id")),
        sa.PrimaryKeyConstraint("desk_id", "id", name=op.f("pk_recipient")),
        sa.UniqueConstraint("desk_id", "email", name=op.f("uq_recipient_desk_id_email")),
    )
    op.create_table(
        "delivery",
        sa.Column("desk_id", sa.Uuid(), server_default=sa.text("current_desk()"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("edition_id", sa.Uuid(), nullable=False),
        sa.Column("recipient_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("said", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('queued', 'claimed', 'transmitting', 'sent', 'failed', 'uncertain')",
            name=op.f("ck_delivery_state"),
        ),
        sa.ForeignKeyConstraint(
            ["desk_id", "edition_id"],
            ["edition.desk_id", "edition.id"],
            name=op.f("fk_delivery_desk_id_edition_id"),
        ),
        sa.ForeignKeyConstraint(
            ["desk_id", "recipient_id"],
            ["recipient.desk_id", "recipient.id"],
            name=op.f("fk_delivery_desk_id_recipient_id"),
        ),
        sa.ForeignKeyConstraint(["desk_id"], ["desk.id"], name=op.f("fk_delivery_desk_id")),
        sa.PrimaryKeyConstraint("desk_id", "id", name=op.f("pk_delivery")),
        sa.UniqueConstraint(
            "desk_id",
            "edition_id",
            "recipient_id",
            name=op.f("uq_delivery_desk_id_edition_id_recipient_id"),
        ),
    )
    op.create_table(
        "network_recipient",
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["network_id"], ["network.id"], name=op.f("fk_network_recipient_network_id")
        ),
        sa.PrimaryKeyConstraint("network_id", "id", name=op.f("pk_network_recipient")),
        sa.UniqueConstraint(
            "network_id", "email", name=op.f("uq_network_recipient_network_id_email")
        ),
    )
    op.create_table(
        "network_delivery",
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("edition_id", sa.Uuid(), nullable=False),
        sa.Column("recipient_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("said", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('queued', 'claimed', 'transmitting', 'sent', 'failed', 'uncertain')",
            name=op.f("ck_network_delivery_state"),
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "edition_id"],
            ["network_edition.network_id", "network_edition.id"],
            name=op.f("fk_network_delivery_network_id_edition_id"),
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "recipient_id"],
            ["network_recipient.network_id", "network_recipient.id"],
            name=op.f("fk_network_delivery_network_id_recipient_id"),
        ),
        sa.ForeignKeyConstraint(
            ["network_id"], ["network.id"], name=op.f("fk_network_delivery_network_id")
        ),
        sa.PrimaryKeyConstraint("network_id", "id", name=op.f("pk_network_delivery")),
        sa.UniqueConstraint(
            "network_id",
            "edition_id",
            "recipient_id",
            name=op.f("uq_network_delivery_network_id_edition_id_recipient_id"),
        ),
    )
    rls.desk_owned("recipient")
    rls.desk_owned("delivery")
    rls.audited("recipient", "recipient", "id")
    rls.audited("delivery", "delivery", "id")
    rls.published("network_recipient")
    rls.published("network_delivery")


def downgrade() -> None:
    op.drop_table("network_delivery")
    op.drop_table("network_recipient")
    op.drop_table("delivery")
    op.drop_table("recipient")
