# SPDX-License-Identifier: AGPL-3.0-or-later
"""Create persons."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations import rls

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    # Daitch-Mokotoff keys; a trusted extension, so the owner of the database may create it.
    op.execute("CREATE EXTENSION IF NOT EXISTS fuzzystrmatch")
    op.create_table(
        "person",
        sa.Column("desk_id", sa.Uuid(), server_default=sa.text("current_desk()"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("family_name", sa.String(length=120), nullable=False),
        sa.Column("given_name", sa.String(length=120), nullable=False),
        sa.Column("sort_name", sa.String(length=260, collation="C"), nullable=False),
        sa.Column("sex", sa.String(length=1), nullable=True),
        sa.Column("birth_year", sa.Integer(), nullable=True),
        sa.Column("birth_month", sa.Integer(), nullable=True),
        sa.Column("birth_day", sa.Integer(), nullable=True),
        sa.Column("birth_conventional", sa.Boolean(), nullable=False),
        sa.Column("birth_state", sa.String(length=3), nullable=True),
        sa.Column("birth_city", sa.String(length=120), nullable=False),
        sa.Column("codice_fiscale", sa.String(length=16), nullable=True),
        sa.Column("codice_fiscale_kind", sa.String(length=12), nullable=True),
        sa.Column("codice_fiscale_seen", sa.Boolean(), nullable=False),
        sa.Column("permit_kind", sa.String(length=20), nullable=True),
        sa.Column("permit_expires_on", sa.Date(), nullable=True),
        sa.Column("phone", sa.String(length=20), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("languages", postgresql.ARRAY(sa.String(length=3)), nullable=False),
        sa.Column("notice_given_on", sa.Date(), nullable=True),
        sa.Column("notice_language", sa.String(length=3), nullable=True),
        sa.Column("note", sa.String(length=2000), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("form_token", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "family_name <> '' OR given_name <> ''", name=op.f("ck_person_some_name")
        ),
        sa.CheckConstraint("sex IN ('F', 'M', 'X')", name=op.f("ck_person_sex")),
        sa.CheckConstraint(
            "(birth_month IS NULL OR birth_year IS NOT NULL)"
            " AND (birth_day IS NULL OR birth_month IS NOT NULL)"
            " AND (birth_day IS NULL OR make_date(birth_year, birth_month, birth_day) IS NOT NULL)",
            name=op.f("ck_person_birth_parts"),
        ),
        sa.CheckConstraint("birth_month BETWEEN 1 AND 12", name=op.f("ck_person_birth_month")),
        sa.CheckConstraint("birth_year BETWEEN 1880 AND 2100", name=op.f("ck_person_birth_year")),
        sa.ForeignKeyConstraint(["created_by"], ["account.id"], name=op.f("fk_person_created_by")),
        sa.ForeignKeyConstraint(["desk_id"], ["desk.id"], name=op.f("fk_person_desk_id")),
        sa.UniqueConstraint("desk_id", "form_token", name=op.f("uq_person_desk_id_form_token")),
    )
    op.create_index(
        "ix_person_codice_fiscale", "person", ["desk_id", "codice_fiscale"], unique=False
    )
    op.create_index("ix_person_name", "person", ["desk_id", "sort_name", "id"], unique=False)
    # Last of its indexes: until a table has statistics all of them seem equally good, PostgreSQL
    # then takes the newest, and any other reads the whole desk for each key that is looked up.
    op.create_primary_key(op.f("pk_person"), "person", ["desk_id", "id"])
    op.create_table(
        "person_alias",
        sa.Column("desk_id", sa.Uuid(), server_default=sa.text("current_desk()"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=240), nullable=False),
        sa.ForeignKeyConstraint(
            ["desk_id", "person_id"],
            ["person.desk_id", "person.id"],
            name=op.f("fk_person_alias_desk_id_person_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["desk_id"], ["desk.id"], name=op.f("fk_person_alias_desk_id")),
        sa.PrimaryKeyConstraint("desk_id", "id", name=op.f("pk_person_alias")),
    )
    op.create_index(
        op.f("ix_person_alias_desk_id_person_id"),
        "person_alias",
        ["desk_id", "person_id"],
        unique=False,
    )
    op.create_table(
        "person_citizenship",
        sa.Column("desk_id", sa.Uuid(), server_default=sa.text("current_desk()"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("state_code", sa.String(length=3), nullable=False),
        sa.Column("is_primary", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["desk_id", "person_id"],
            ["person.desk_id", "person.id"],
            name=op.f("fk_person_citizenship_desk_id_person_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["desk_id"], ["desk.id"], name=op.f("fk_person_citizenship_desk_id")
        ),
        sa.PrimaryKeyConstraint("desk_id", "id", name=op.f("pk_person_citizenship")),
        sa.UniqueConstraint(
            "desk_id",
            "person_id",
            "state_code",
            name=op.f("uq_person_citizenship_desk_id_person_id_state_code"),
        ),
    )
    op.create_index(
        "uq_person_citizenship_primary",
        "person_citizenship",
        ["desk_id", "person_id"],
        unique=True,
        postgresql_where=sa.text("is_primary"),
    )
    op.create_table(
        "person_residence",
        sa.Column("desk_id", sa.Uuid(), server_default=sa.text("current_desk()"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("comune_code", sa.String(length=6), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.CheckConstraint(
            "(kind IN ('comune', 'outside_province')) OR comune_code IS NULL",
            name=op.f("ck_person_residence_comune_fits_kind"),
        ),
        sa.CheckConstraint(
            "kind <> 'comune' OR comune_code IS NOT NULL",
            name=op.f("ck_person_residence_comune_given"),
        ),
        sa.CheckConstraint(
            "kind IN ('comune', 'outside_province', 'abroad', 'homeless', 'not_stated')",
            name=op.f("ck_person_residence_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["desk_id", "person_id"],
            ["person.desk_id", "person.id"],
            name=op.f("fk_person_residence_desk_id_person_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["desk_id"], ["desk.id"], name=op.f("fk_person_residence_desk_id")),
        sa.PrimaryKeyConstraint("desk_id", "id", name=op.f("pk_person_residence")),
        sa.UniqueConstraint(
            "desk_id",
            "person_id",
            "valid_from",
            name=op.f("uq_person_residence_desk_id_person_id_valid_from"),
        ),
    )
    op.create_table(
        "person_key",
        sa.Column("desk_id", sa.Uuid(), server_default=sa.text("current_desk()"), nullable=False),
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["desk_id", "person_id"],
            ["person.desk_id", "person.id"],
            name=op.f("fk_person_key_desk_id_person_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["desk_id"], ["desk.id"], name=op.f("fk_person_key_desk_id")),
        sa.PrimaryKeyConstraint("desk_id", "key", name=op.f("pk_person_key")),
    )
    op.create_index(
        op.f("ix_person_key_desk_id_person_id"),
        "person_key",
        ["desk_id", "person_id"],
        unique=False,
    )
    op.create_table(
        "person_token",
        sa.Column("desk_id", sa.Uuid(), server_default=sa.text("current_desk()"), nullable=False),
        sa.Column("kind", sa.String(length=1), nullable=False),
        sa.Column("token", sa.String(length=120, collation="C"), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["desk_id", "person_id"],
            ["person.desk_id", "person.id"],
            name=op.f("fk_person_token_desk_id_person_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["desk_id"], ["desk.id"], name=op.f("fk_person_token_desk_id")),
        sa.PrimaryKeyConstraint(
            "desk_id", "kind", "token", "person_id", name=op.f("pk_person_token")
        ),
    )
    op.create_index(
        op.f("ix_person_token_desk_id_person_id"),
        "person_token",
        ["desk_id", "person_id"],
        unique=False,
    )
    rls.desk_owned("person")
    for child in ("person_alias", "person_citizenship", "person_residence"):
        rls.desk_owned(child, app="SELECT, INSERT, UPDATE, DELETE")
        rls.audited(child, "person", "person_id")
    rls.desk_owned("person_key")
    rls.desk_owned("person_token", app="SELECT, INSERT, DELETE")
    rls.audited("person", "person", "id")


def downgrade() -> None:
    op.drop_table("person_token")
    op.drop_table("person_key")
    op.drop_table("person_residence")
    op.drop_table("person_citizenship")
    op.drop_table("person_alias")
    op.drop_table("person")
