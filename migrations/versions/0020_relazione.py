# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a desk says of its own relazione: its words, its parts, its Word template."""

import sqlalchemy as sa
from alembic import op

from migrations import rls

revision = "0020"
down_revision = "0019"

KEEP_FILES = """
CREATE FUNCTION keep_approved_files() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM edition WHERE desk_id = OLD.desk_id AND id = OLD.edition_id
            AND approved_at IS NOT NULL) THEN
        RAISE EXCEPTION 'the files of an approved edition do not change' USING ERRCODE = '23001';
    END IF;
    RETURN OLD;
END $$
"""


def upgrade() -> None:
    op.create_table(
        "report_text",
        sa.Column("desk_id", sa.Uuid(), server_default=sa.text("current_desk()"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("period", sa.String(length=30), nullable=False),
        sa.Column("premise", sa.String(length=10000), nullable=False),
        sa.Column("comment", sa.String(length=10000), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["changed_by"], ["account.id"], name=op.f("fk_report_text_changed_by")
        ),
        sa.ForeignKeyConstraint(["desk_id"], ["desk.id"], name=op.f("fk_report_text_desk_id")),
        sa.PrimaryKeyConstraint("desk_id", "id", name=op.f("pk_report_text")),
        sa.UniqueConstraint("desk_id", "period", name=op.f("uq_report_text_desk_id_period")),
    )
    op.create_table(
        "report_template",
        sa.Column("desk_id", sa.Uuid(), server_default=sa.text("current_desk()"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("uploaded_by", sa.Uuid(), nullable=True),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["uploaded_by"], ["account.id"], name=op.f("fk_report_template_uploaded_by")
        ),
        sa.ForeignKeyConstraint(["desk_id"], ["desk.id"], name=op.f("fk_report_template_desk_id")),
        sa.PrimaryKeyConstraint("desk_id", "id", name=op.f("pk_report_template")),
    )
    rls.desk_owned("report_text")
    rls.desk_owned("report_template")
    rls.audited("report_text", "report_text", "id")
    rls.audited("report_template", "report_template", "id")
    op.add_column(
        "desk",
        sa.Column("report_omits", sa.ARRAY(sa.String(20)), server_default="{}", nullable=False),
    )
    # The manager's words may change until the approval, and the documents with them.
    op.execute(f"GRANT DELETE ON edition_file TO {rls.APP}")
    op.execute(KEEP_FILES)
    op.execute(
        "CREATE TRIGGER keep_approved BEFORE DELETE ON edition_file FOR EACH ROW"
        " EXECUTE FUNCTION keep_approved_files()"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER keep_approved ON edition_file")
    op.execute("DROP FUNCTION keep_approved_files()")
    op.execute(f"REVOKE DELETE ON edition_file FROM {rls.APP}")
    op.drop_column("desk", "report_omits")
    op.drop_table("report_template")
    op.drop_table("report_text")
