# SPDX-License-Identifier: AGPL-3.0-or-later
"""Tell persons apart, and make two cards one."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations import rls

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.add_column("person", sa.Column("merged_into", sa.Uuid(), nullable=True))
    with rls.unforced("person"):
        op.create_foreign_key(
            op.f("fk_person_desk_id_merged_into"),
            "person",
            "person",
            ["desk_id", "merged_into"],
            ["desk_id", "id"],
        )
        op.create_check_constraint(
            op.f("ck_person_merged_into_another"), "person", "merged_into <> id"
        )
    op.create_table(
        "people_apart",
        sa.Column("desk_id", sa.Uuid(), server_default=sa.text("current_desk()"), nullable=False),
        sa.Column("one_id", sa.Uuid(), nullable=False),
        sa.Column("other_id", sa.Uuid(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("one_id < other_id", name=op.f("ck_people_apart_in_order")),
        sa.ForeignKeyConstraint(
            ["desk_id", "one_id"],
            ["person.desk_id", "person.id"],
            name=op.f("fk_people_apart_desk_id_one_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["desk_id", "other_id"],
            ["person.desk_id", "person.id"],
            name=op.f("fk_people_apart_desk_id_other_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["desk_id"], ["desk.id"], name=op.f("fk_people_apart_desk_id")),
        sa.ForeignKeyConstraint(["told_by"], ["account.id"], name=op.f("fk_people_apart_told_by")),
        sa.PrimaryKeyConstraint("desk_id", "one_id", "other_id", name=op.f("pk_people_apart")),
    )
    op.create_index(
        op.f("ix_people_apart_desk_id_other_id"),
        "people_apart",
        ["desk_id", "other_id"],
        unique=False,
    )
    op.create_table(
        "person_merge",
        sa.Column("desk_id", sa.Uuid(), server_default=sa.text("current_desk()"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kept_id", sa.Uuid(), nullable=False),
        sa.Column("left_id", sa.Uuid(), nullable=False),
        sa.Column("merged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("merged_by", sa.Uuid(), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", sa.Uuid(), nullable=True),
        sa.Column("before", postgresql.JSONB(), nullable=False),
        sa.CheckConstraint("kept_id <> left_id", name=op.f("ck_person_merge_two_persons")),
        sa.ForeignKeyConstraint(
            ["desk_id", "kept_id"],
            ["person.desk_id", "person.id"],
            name=op.f("fk_person_merge_desk_id_kept_id"),
        ),
        sa.ForeignKeyConstraint(
            ["desk_id", "left_id"],
            ["person.desk_id", "person.id"],
            name=op.f("fk_person_merge_desk_id_left_id"),
        ),
        sa.ForeignKeyConstraint(["desk_id"], ["desk.id"], name=op.f("fk_person_merge_desk_id")),
        sa.ForeignKeyConstraint(
            ["merged_by"], ["account.id"], name=op.f("fk_person_merge_merged_by")
        ),
        sa.ForeignKeyConstraint(
            ["undone_by"], ["account.id"], name=op.f("fk_person_merge_undone_by")
        ),
        sa.PrimaryKeyConstraint("desk_id", "id", name=op.f("pk_person_merge")),
    )
    for side in ("kept_id", "left_id"):
        op.create_index(
            op.f(f"ix_person_merge_desk_id_{side}"), "person_merge", ["desk_id", side], unique=False
        )
    rls.desk_owned("people_apart", app="SELECT, INSERT, DELETE")
    rls.desk_owned("person_merge")
    rls.audited("people_apart", "person", "one_id")
    rls.audited("person_merge", "person", "kept_id")


def downgrade() -> None:
    op.drop_table("person_merge")
    op.drop_table("people_apart")
    op.drop_column("person", "merged_into")
