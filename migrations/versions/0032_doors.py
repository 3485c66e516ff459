# SPDX-License-Identifier: AGPL-3.0-or-later
"""Let an account belong to who proved its address, and a place to who accepted it.

Whoever has a password counts as proved, and is told once. Whoever never chose one has not come
yet: what they were given becomes an invitation, to be sent or handed over again.
"""

import sqlalchemy as sa
from alembic import op

from migrations import rls

revision = "0032"
down_revision = "0031"

TOLD_ONCE = """
    INSERT INTO security_event (id, at, kind, subject_id)
    SELECT gen_random_uuid(), now(), 'counted_as_proved', id
    FROM account WHERE password_hash IS NOT NULL
"""
INVITE_AGAIN = """
    INSERT INTO invitation
        (id, email, name, role, desk_id, network_id, managing_body, created_at, expires_at)
    SELECT m.id, a.email, coalesce(m.invited_as, a.name), m.role, m.desk_id, m.network_id, '',
        m.created_at, m.created_at
    FROM membership m JOIN account a ON a.id = m.account_id
    WHERE m.ended_at IS NULL AND a.password_hash IS NULL AND a.disabled_at IS NULL
"""
NOT_YET_COME = """
    UPDATE membership SET ended_at = now()
    WHERE ended_at IS NULL
        AND account_id IN (SELECT id FROM account WHERE password_hash IS NULL)
"""
THEMSELVES = ("signed_in", "signed_out", "locked", "password_changed", "sign_in_failed", "refused")


def upgrade() -> None:
    _prove_accounts()
    _invitations()
    _keys()
    _letters()
    _sessions_and_devices()
    _events()
    _bodies()
    _limits()
    op.execute(TOLD_ONCE)
    op.execute(INVITE_AGAIN)
    op.execute(NOT_YET_COME)
    op.drop_column("membership", "invited_as")


def _prove_accounts() -> None:
    """One account for each proved address; what nobody proved may be asked for twice."""
    op.add_column("account", sa.Column("proved_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE account SET proved_at = now() WHERE password_hash IS NOT NULL")
    op.drop_constraint(op.f("uq_account_email"), "account")
    op.create_index(op.f("ix_account_email"), "account", ["email"], unique=False)
    op.create_index(
        "uq_account_proved",
        "account",
        ["email"],
        unique=True,
        postgresql_where=sa.text("proved_at IS NOT NULL"),
    )


def _invitations() -> None:
    """Until now a link to an account; from now on a place offered to an address."""
    op.drop_table("invitation")
    op.create_table(
        "invitation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("desk_id", sa.Uuid(), nullable=True),
        sa.Column("network_id", sa.Uuid(), nullable=True),
        sa.Column("managing_body", sa.String(length=120), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_letter", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        *_key_columns(),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_invitation_email_lower")),
        sa.CheckConstraint(
            "(role = 'overseer' AND network_id IS NOT NULL AND desk_id IS NULL) OR"
            " (role IN ('operator', 'manager', 'reader')"
            " AND desk_id IS NOT NULL AND network_id IS NULL)",
            name=op.f("ck_invitation_role_fits_place"),
        ),
        sa.ForeignKeyConstraint(["desk_id"], ["desk.id"], name=op.f("fk_invitation_desk_id")),
        sa.ForeignKeyConstraint(
            ["network_id"], ["network.id"], name=op.f("fk_invitation_network_id")
        ),
        sa.ForeignKeyConstraint(["made_by"], ["account.id"], name=op.f("fk_invitation_made_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_invitation_key_hash")),
    )
    for place in ("desk", "network"):
        op.create_index(
            f"uq_invitation_{place}",
            "invitation",
            [f"{place}_id", "email"],
            unique=True,
            postgresql_where=sa.text(
                f"accepted_at IS NULL AND withdrawn_at IS NULL AND {place}_id IS NOT NULL"
            ),
        )
    rls.platform("invitation")


def _keys() -> None:
    op.create_table(
        "account_key",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.String(length=10), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        *_key_columns(),
        sa.CheckConstraint(
            "purpose IN ('password', 'address')", name=op.f("ck_account_key_purpose")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_account_key_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_key")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_account_key_key_hash")),
    )
    op.create_index(op.f("ix_account_key_account_id"), "account_key", ["account_id"], unique=False)
    rls.platform("account_key")


def _key_columns() -> list[sa.Column]:
    return [
        sa.Column("key_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
    ]


def _letters() -> None:
    """Letters to an account belong to no desk, and neither do their jobs."""
    op.create_table(
        "account_letter",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("said", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("invitation_id", sa.Uuid(), nullable=True),
        sa.Column("account_key_id", sa.Uuid(), nullable=True),
        sa.Column("event_id", sa.Uuid(), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.CheckConstraint(
            "state IN ('queued', 'claimed', 'transmitting', 'sent', 'failed', 'uncertain')",
            name=op.f("ck_account_letter_state"),
        ),
        sa.CheckConstraint(
            "num_nonnulls(invitation_id, account_key_id, event_id) = 1",
            name=op.f("ck_account_letter_one_reason"),
        ),
        sa.ForeignKeyConstraint(
            ["invitation_id"], ["invitation.id"], name=op.f("fk_account_letter_invitation_id")
        ),
        sa.ForeignKeyConstraint(
            ["account_key_id"],
            ["account_key.id"],
            name=op.f("fk_account_letter_account_key_id"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["security_event.id"], name=op.f("fk_account_letter_event_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_letter")),
    )
    op.create_index(
        op.f("ix_account_letter_invitation_id"), "account_letter", ["invitation_id"], unique=False
    )
    rls.platform("account_letter")
    op.drop_constraint(op.f("ck_job_one_owner"), "job")
    op.create_check_constraint(
        op.f("ck_job_one_owner"), "job", "num_nonnulls(desk_id, network_id) <= 1"
    )


def _sessions_and_devices() -> None:
    op.create_table(
        "known_device",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("label", sa.String(length=60), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_known_device_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_known_device")),
        sa.UniqueConstraint(
            "account_id", "token_hash", name=op.f("uq_known_device_account_id_token_hash")
        ),
    )
    rls.platform("known_device", app="SELECT, INSERT, UPDATE, DELETE")
    op.add_column(
        "login_session",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
    )
    op.add_column(
        "login_session",
        sa.Column("device", sa.String(length=60), server_default=sa.text("''"), nullable=False),
    )


def _events() -> None:
    """Who did it and to whom; until now the one account was the second, or both."""
    op.alter_column("security_event", "account_id", new_column_name="subject_id")
    op.execute(
        "ALTER TABLE security_event RENAME CONSTRAINT fk_security_event_account_id"
        " TO fk_security_event_subject_id"
    )
    op.add_column("security_event", sa.Column("actor_id", sa.Uuid(), nullable=True))
    op.add_column("security_event", sa.Column("network_id", sa.Uuid(), nullable=True))
    op.add_column("security_event", sa.Column("invitation_id", sa.Uuid(), nullable=True))
    op.add_column("security_event", sa.Column("role", sa.String(length=20), nullable=True))
    op.add_column("security_event", sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "security_event",
        sa.Column("device", sa.String(length=60), server_default=sa.text("''"), nullable=False),
    )
    op.create_foreign_key(
        op.f("fk_security_event_actor_id"), "security_event", "account", ["actor_id"], ["id"]
    )
    op.create_foreign_key(
        op.f("fk_security_event_network_id"), "security_event", "network", ["network_id"], ["id"]
    )
    op.create_foreign_key(
        op.f("fk_security_event_invitation_id"),
        "security_event",
        "invitation",
        ["invitation_id"],
        ["id"],
    )
    op.create_index(op.f("ix_security_event_subject_id_at"), "security_event", ["subject_id", "at"])
    op.create_index(op.f("ix_security_event_desk_id_at"), "security_event", ["desk_id", "at"])
    kinds = ", ".join(f"'{kind}'" for kind in THEMSELVES)
    # What was done before is no news: nobody is asked whether it was them.
    op.execute(
        f"UPDATE security_event SET seen_at = now(),"  # noqa: S608
        f" actor_id = CASE WHEN kind IN ({kinds}) THEN subject_id END"
    )
    op.execute(f"GRANT UPDATE (seen_at) ON security_event TO {rls.APP}")


def _bodies() -> None:
    """Who employs an operator, until which day, and who then goes on from their drafts."""
    op.add_column(
        "membership",
        sa.Column(
            "managing_body", sa.String(length=120), server_default=sa.text("''"), nullable=False
        ),
    )
    op.add_column("membership", sa.Column("ends_on", sa.Date(), nullable=True))
    op.add_column("membership", sa.Column("drafts_to", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_membership_drafts_to"), "membership", "account", ["drafts_to"], ["id"]
    )


def _limits() -> None:
    op.drop_table("login_attempt")
    op.create_table(
        "use_count",
        sa.Column("bucket", sa.LargeBinary(length=32), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("bucket", name=op.f("pk_use_count")),
    )
    op.create_index(op.f("ix_use_count_ends_at"), "use_count", ["ends_at"], unique=False)
    rls.platform("use_count", app="SELECT, INSERT, UPDATE, DELETE")


def downgrade() -> None:
    """What was proved is lost, and who was invited is invited again."""
    op.add_column("membership", sa.Column("invited_as", sa.String(length=120), nullable=True))
    for column in ("drafts_to", "ends_on", "managing_body"):
        op.drop_column("membership", column)
    op.drop_table("use_count")
    op.drop_table("account_letter")
    op.execute("DELETE FROM job WHERE num_nonnulls(desk_id, network_id) = 0")
    op.drop_constraint(op.f("ck_job_one_owner"), "job")
    op.create_check_constraint(
        op.f("ck_job_one_owner"), "job", "num_nonnulls(desk_id, network_id) = 1"
    )
    op.drop_table("account_key")
    _downgrade_events()
    op.drop_table("invitation")
    op.drop_table("known_device")
    op.drop_column("login_session", "device")
    op.drop_column("login_session", "id")
    op.drop_index("uq_account_proved", "account")
    op.drop_index(op.f("ix_account_email"), "account")
    op.create_unique_constraint(op.f("uq_account_email"), "account", ["email"])
    op.drop_column("account", "proved_at")
    _old_tables()


def _downgrade_events() -> None:
    op.drop_index(op.f("ix_security_event_desk_id_at"), "security_event")
    op.drop_index(op.f("ix_security_event_subject_id_at"), "security_event")
    for column in ("device", "seen_at", "role", "invitation_id", "network_id", "actor_id"):
        op.drop_column("security_event", column)
    op.execute(
        "ALTER TABLE security_event RENAME CONSTRAINT fk_security_event_subject_id"
        " TO fk_security_event_account_id"
    )
    op.alter_column("security_event", "subject_id", new_column_name="account_id")


def _old_tables() -> None:
    op.create_table(
        "invitation",
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_invitation_account_id")
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_invitation")),
    )
    op.create_index(op.f("ix_invitation_account_id"), "invitation", ["account_id"], unique=False)
    rls.platform("invitation")
    op.create_table(
        "login_attempt",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("bucket", sa.LargeBinary(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_attempt")),
    )
    op.create_index(
        op.f("ix_login_attempt_bucket_at"), "login_attempt", ["bucket", "at"], unique=False
    )
    rls.platform("login_attempt", app="SELECT, INSERT, DELETE")
