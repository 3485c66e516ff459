# SPDX-License-Identifier: AGPL-3.0-or-later
"""Create networks, zones and desks."""

import sqlalchemy as sa
from alembic import op

from migrations import rls

revision = "0001"
down_revision = None

# Empty raises: zero rows would make false reports and duplicate persons. After a local setting has
# ended PostgreSQL answers '' for it, not NULL.
CURRENT_DESK = """
CREATE FUNCTION current_desk() RETURNS uuid LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
    said text := nullif(current_setting('portal.desk', true), '');
BEGIN
    IF said IS NULL THEN
        RAISE EXCEPTION 'no desk is in scope' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN said::uuid;
END $$
"""
CURRENT_NETWORK = """
CREATE FUNCTION current_network() RETURNS uuid LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
    said text := nullif(current_setting('portal.network', true), '');
BEGIN
    IF said IS NULL THEN
        RAISE EXCEPTION 'no network is in scope' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN said::uuid;
END $$
"""


def upgrade() -> None:
    op.create_table(
        "network",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'", name=op.f("ck_network_slug")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_network")),
        sa.UniqueConstraint("slug", name=op.f("uq_network_slug")),
    )
    op.create_table(
        "zone",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name=op.f("fk_zone_network_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_zone")),
    )
    op.create_index(op.f("ix_zone_network_id"), "zone", ["network_id"], unique=False)
    op.create_table(
        "desk",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("zone_id", sa.Uuid(), nullable=True),
        sa.Column("slug", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("short_name", sa.String(length=40), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'", name=op.f("ck_desk_slug")),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name=op.f("fk_desk_network_id")),
        sa.ForeignKeyConstraint(["zone_id"], ["zone.id"], name=op.f("fk_desk_zone_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk")),
        sa.UniqueConstraint("slug", name=op.f("uq_desk_slug")),
    )
    op.create_index(op.f("ix_desk_network_id"), "desk", ["network_id"], unique=False)
    rls.platform("network", network="SELECT")
    rls.platform("zone", network="SELECT")
    rls.platform("desk", network="SELECT")
    op.execute(CURRENT_DESK)
    op.execute(CURRENT_NETWORK)


def downgrade() -> None:
    op.drop_table("desk")
    op.drop_table("zone")
    op.drop_table("network")
    op.execute("DROP FUNCTION current_desk, current_network")
