# SPDX-License-Identifier: AGPL-3.0-or-later
"""Tables of accounts, memberships and what signing in needs; no desk's records are here."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.core import clock
from portal.core.store.database import PlatformTable


class Account(PlatformTable):
    """A person who works with the portal; the password hash is argon2id, empty until invited."""

    __tablename__ = "account"
    __table_args__ = (CheckConstraint("email = lower(email)", name="email_lower"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    disabled_at: Mapped[datetime | None]


class Membership(PlatformTable):
    """What an account may do in one desk, or (overseer) in one network."""

    __tablename__ = "membership"
    __table_args__ = (
        CheckConstraint(
            "(role = 'overseer' AND network_id IS NOT NULL AND desk_id IS NULL) OR"
            " (role IN ('operator', 'manager', 'reader')"
            " AND desk_id IS NOT NULL AND network_id IS NULL)",
            name="role_fits_place",
        ),
        Index(
            "uq_membership_desk",
            "account_id",
            "desk_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL AND desk_id IS NOT NULL"),
        ),
        Index(
            "uq_membership_network",
            "account_id",
            "network_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL AND network_id IS NOT NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    # Every request asks for an account's places; the partial indexes below answer only by desk.
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), index=True)
    desk_id: Mapped[UUID | None] = mapped_column(ForeignKey("desk.id"), index=True)
    network_id: Mapped[UUID | None] = mapped_column(ForeignKey("network.id"), index=True)
    role: Mapped[str] = mapped_column(String(20))
    # The name that the manager typed: the account's own is shown once the person has come in.
    invited_as: Mapped[str | None] = mapped_column(String(120))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    last_used_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class LoginSession(PlatformTable):
    """A signed-in browser; only the hash of its cookie is kept.

    Once locked it opens nothing: it says whose it was, so that the password alone is asked for.
    """

    __tablename__ = "login_session"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    seen_at: Mapped[datetime] = mapped_column(default=clock.now)
    locked_at: Mapped[datetime | None]


class Invitation(PlatformTable):
    """A link, good once and for a while, with which an account sets its own password."""

    __tablename__ = "invitation"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class LoginAttempt(PlatformTable):
    """A failed sign-in, counted against a bucket: the keyed hash of an account or an address."""

    __tablename__ = "login_attempt"
    __table_args__ = (Index(None, "bucket", "at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    bucket: Mapped[bytes] = mapped_column(LargeBinary(32))
    at: Mapped[datetime] = mapped_column(default=clock.now)


class SecurityEvent(PlatformTable):
    """A sign-in, a refused act, a changed password: written apart, so no rollback erases it."""

    __tablename__ = "security_event"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    at: Mapped[datetime] = mapped_column(default=clock.now, index=True)
    kind: Mapped[str] = mapped_column(String(40))
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    desk_id: Mapped[UUID | None] = mapped_column(ForeignKey("desk.id"))
    route: Mapped[str | None] = mapped_column(String(200))
