# SPDX-License-Identifier: AGPL-3.0-or-later
"""Tables of accounts, memberships and what signing in needs; no desk's records are here."""

from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, text
from sqlalchemy import UniqueConstraint as Unique
from sqlalchemy.orm import Mapped, mapped_column

from portal.core import clock
from portal.core.store.database import Model, PlatformTable
from portal.core.work.delivery import STATES, LetterRow

ROLE_FITS_PLACE = (
    "(role = 'overseer' AND network_id IS NOT NULL AND desk_id IS NULL) OR"
    " (role IN ('operator', 'manager', 'reader')"
    " AND desk_id IS NOT NULL AND network_id IS NULL)"
)


class Account(PlatformTable):
    """A person who works with the portal; the password hash is argon2id.

    `proved_at` says that whoever has the password also reads the letters to the address. Only one
    account of an address is proved; before that, each desk's code may have opened one of its own.
    """

    __tablename__ = "account"
    __table_args__ = (
        CheckConstraint("email = lower(email)", name="email_lower"),
        Index(
            "uq_account_proved",
            "email",
            unique=True,
            postgresql_where=text("proved_at IS NOT NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    email: Mapped[str] = mapped_column(String(254), index=True)
    name: Mapped[str] = mapped_column(String(120))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    disabled_at: Mapped[datetime | None]
    proved_at: Mapped[datetime | None]


class Membership(PlatformTable):
    """What an account may do in one desk, or (overseer) in one network: accepted by its owner."""

    __tablename__ = "membership"
    __table_args__ = (
        CheckConstraint(ROLE_FITS_PLACE, name="role_fits_place"),
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
    managing_body: Mapped[str] = mapped_column(String(120), default="", server_default=text("''"))
    """Who employs the person, where it is not the Comune: a cooperative under contract."""
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    last_used_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ends_on: Mapped[date | None]
    """The last day, where it is known before; from the next one on the desk is closed to them."""
    drafts_to: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    """Who goes on from their drafts after that day."""


class LoginSession(PlatformTable):
    """A signed-in browser; only the hash of its cookie is kept.

    Once locked it opens nothing: it says whose it was, so that the password alone is asked for.
    """

    __tablename__ = "login_session"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    id: Mapped[UUID] = mapped_column(default=uuid4, server_default=text("gen_random_uuid()"))
    """By which its owner names it on their page; it opens nothing."""
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), index=True)
    device: Mapped[str] = mapped_column(String(60), default="", server_default=text("''"))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    seen_at: Mapped[datetime] = mapped_column(default=clock.now)
    locked_at: Mapped[datetime | None]


class KnownDevice(PlatformTable):
    """A browser in which an account has signed in before; only the hash of its cookie is kept."""

    __tablename__ = "known_device"
    __table_args__ = (Unique("account_id", "token_hash"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    label: Mapped[str] = mapped_column(String(60))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    seen_at: Mapped[datetime] = mapped_column(default=clock.now)


class KeyRow(Model):
    """Something that a key opens once and for a while; only the hash of the key is kept.

    There is none until the letter with it leaves, or the code is handed over; a new one withdraws
    the one before.
    """

    __abstract__ = True

    key_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32), unique=True)
    expires_at: Mapped[datetime]


class Invitation(KeyRow, PlatformTable):
    """A place offered to an address, until its owner accepts it or who made it withdraws it."""

    __tablename__ = "invitation"
    __table_args__ = (
        CheckConstraint("email = lower(email)", name="email_lower"),
        CheckConstraint(ROLE_FITS_PLACE, name="role_fits_place"),
        Index(
            "uq_invitation_desk",
            "desk_id",
            "email",
            unique=True,
            postgresql_where=text(
                "accepted_at IS NULL AND withdrawn_at IS NULL AND desk_id IS NOT NULL"
            ),
        ),
        Index(
            "uq_invitation_network",
            "network_id",
            "email",
            unique=True,
            postgresql_where=text(
                "accepted_at IS NULL AND withdrawn_at IS NULL AND network_id IS NOT NULL"
            ),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    email: Mapped[str] = mapped_column(String(254))
    name: Mapped[str] = mapped_column(String(120))
    role: Mapped[str] = mapped_column(String(20))
    desk_id: Mapped[UUID | None] = mapped_column(ForeignKey("desk.id"))
    network_id: Mapped[UUID | None] = mapped_column(ForeignKey("network.id"))
    managing_body: Mapped[str] = mapped_column(String(120), default="")
    made_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    """None: whoever governs the machine."""
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    by_letter: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    """Whether the present key went to the address, and so proves it, or was handed over."""
    accepted_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]


class AccountKey(KeyRow, PlatformTable):
    """A letter's key that sets a lost password, or proves the address that an account will have."""

    __tablename__ = "account_key"
    __table_args__ = (CheckConstraint("purpose IN ('password', 'address')", name="purpose"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), index=True)
    purpose: Mapped[str] = mapped_column(String(10))
    email: Mapped[str] = mapped_column(String(254))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    used_at: Mapped[datetime | None]


class UseCount(PlatformTable):
    """How often something was done in a span that ends; the bucket is a keyed hash of what and by
    whom, so that the table is no list of who works here and from where.
    """

    __tablename__ = "use_count"

    bucket: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    ends_at: Mapped[datetime] = mapped_column(index=True)
    uses: Mapped[int]


class SecurityEvent(PlatformTable):
    """A sign-in, a refused act, a change of who may what: who did it, and to whose account.

    No actor: the command line, whoever governs the machine.
    """

    __tablename__ = "security_event"
    __table_args__ = (Index(None, "subject_id", "at"), Index(None, "desk_id", "at"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    at: Mapped[datetime] = mapped_column(default=clock.now, index=True)
    kind: Mapped[str] = mapped_column(String(40))
    actor_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    subject_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    desk_id: Mapped[UUID | None] = mapped_column(ForeignKey("desk.id"))
    network_id: Mapped[UUID | None] = mapped_column(ForeignKey("network.id"))
    invitation_id: Mapped[UUID | None] = mapped_column(ForeignKey("invitation.id"))
    """Whom it is about where no account is known yet."""
    role: Mapped[str | None] = mapped_column(String(20))
    """What was offered, given or changed to."""
    route: Mapped[str | None] = mapped_column(String(200))
    device: Mapped[str] = mapped_column(String(60), default="", server_default=text("''"))
    seen_at: Mapped[datetime | None]
    """When its subject said to have seen it, where they are asked."""


class AccountLetter(LetterRow, PlatformTable):
    """A letter to one person about their account, for one reason."""

    __tablename__ = "account_letter"
    __table_args__ = (
        CheckConstraint(STATES, name="state"),
        CheckConstraint("num_nonnulls(invitation_id, account_key_id, event_id) = 1",
                        name="one_reason"),
    )  # fmt: skip

    invitation_id: Mapped[UUID | None] = mapped_column(ForeignKey("invitation.id"), index=True)
    account_key_id: Mapped[UUID | None] = mapped_column(ForeignKey("account_key.id"))
    event_id: Mapped[UUID | None] = mapped_column(ForeignKey("security_event.id"))
    email: Mapped[str | None] = mapped_column(String(254))
    """Where the account's address is not the one to write to: the one that it had before."""
