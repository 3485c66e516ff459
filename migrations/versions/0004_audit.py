# SPDX-License-Identifier: AGPL-3.0-or-later
"""Create the audit log of reads and changes."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations import rls

revision = "0004"
down_revision = "0003"

# The names of the columns that changed, never their values. TG_ARGV: the subject, and the column
# that holds the subject's id; a child row is a change of its parent and names its own table.
RECORD_CHANGE = """
CREATE FUNCTION record_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    old_row jsonb := CASE WHEN TG_OP = 'INSERT' THEN '{}'::jsonb ELSE to_jsonb(OLD) END;
    new_row jsonb := CASE WHEN TG_OP = 'DELETE' THEN '{}'::jsonb ELSE to_jsonb(NEW) END;
    subject_id uuid := coalesce(new_row ->> TG_ARGV[1], old_row ->> TG_ARGV[1])::uuid;
    changed text[];
BEGIN
    IF TG_OP = 'UPDATE' THEN
        SELECT array_agg(key ORDER BY key) INTO changed FROM jsonb_object_keys(new_row) AS key
        WHERE new_row -> key IS DISTINCT FROM old_row -> key AND key <> 'version';
        IF changed IS NULL THEN
            RETURN NULL;
        END IF;
    END IF;
    IF TG_ARGV[0] <> TG_TABLE_NAME THEN
        changed := ARRAY[TG_TABLE_NAME::text];
    END IF;
    INSERT INTO audit_event (account_id, action, subject, subject_id, columns)
    VALUES (
        nullif(current_setting('portal.account', true), '')::uuid,
        CASE WHEN TG_ARGV[0] <> TG_TABLE_NAME THEN 'update' ELSE lower(TG_OP) END,
        TG_ARGV[0], subject_id, changed
    );
    RETURN NULL;
END $$
"""


def upgrade() -> None:
    op.create_table(
        "audit_event",
        sa.Column("desk_id", sa.Uuid(), server_default=sa.text("current_desk()"), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column(
            "at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("action", sa.String(length=20), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("columns", postgresql.ARRAY(sa.String()), nullable=True),
        sa.Column("rows", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["desk_id"], ["desk.id"], name=op.f("fk_audit_event_desk_id")),
        sa.PrimaryKeyConstraint("desk_id", "id", name=op.f("pk_audit_event")),
    )
    op.create_index(
        op.f("ix_audit_event_desk_id_subject_subject_id_at"),
        "audit_event",
        ["desk_id", "subject", "subject_id", "at"],
        unique=False,
    )
    rls.desk_owned("audit_event", app="SELECT, INSERT")
    op.execute(RECORD_CHANGE)


def downgrade() -> None:
    op.drop_table("audit_event")
    op.execute("DROP FUNCTION record_change")
