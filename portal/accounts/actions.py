# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every change of accounts, memberships, invitations and sessions."""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, delete, or_, select, text, update

from portal.accounts import queries
from portal.accounts.models import (
    Account,
    Invitation,
    LoginAttempt,
    LoginSession,
    Membership,
    SecurityEvent,
)
from portal.accounts.passwords import hash_password, refuse_weak
from portal.accounts.queries import FoundSession
from portal.accounts.rules import (
    INVITATION,
    KNOWN,
    LONGEST_NAME,
    ROLE_NAMES,
    SEEN_AGAIN,
    WINDOW,
    checked_email,
    is_over,
    key_hash,
)
from portal.core import clock
from portal.core.errors import Conflict, NotHere, Refusal
from portal.core.store.audit import AuditEvent
from portal.core.store.database import current_scope, db, scoped_desk
from portal.core.web.access import Role

KEPT_ATTEMPTS = timedelta(days=1)


class TooManyTries(Refusal):
    """A bucket is full: nothing was compared, nothing was hashed."""


def keep_session(found: FoundSession, *, now: datetime) -> bool:
    """Whether a session goes on; if so its last use is noted, if not it is locked."""
    if found.locked_at is not None:
        return False
    if is_over(found.created_at, found.seen_at, now):
        lock_session(found.token_hash)
        return False
    if now - found.seen_at > SEEN_AGAIN:
        db.session.execute(
            update(LoginSession)
            .where(LoginSession.token_hash == found.token_hash)
            .values(seen_at=now)
        )
    return True


def start_session(token_hash: bytes, *, account_id: UUID) -> None:
    """Sign a browser in, and clear away the sessions that nobody came back to."""
    db.session.execute(delete(LoginSession).where(LoginSession.created_at < clock.now() - KNOWN))
    db.session.add(LoginSession(token_hash=token_hash, account_id=account_id))
    db.session.flush()


def lock_session(token_hash: bytes) -> None:
    """From now on only the password opens it again, and then as a new session."""
    db.session.execute(
        update(LoginSession)
        .where(LoginSession.token_hash == token_hash)
        .values(locked_at=clock.now())
    )


def end_session(token_hash: bytes) -> None:
    """Sign one browser out."""
    db.session.execute(delete(LoginSession).where(LoginSession.token_hash == token_hash))


def end_sessions_of(account_id: UUID) -> None:
    """Sign an account out everywhere: its password, role or state changed."""
    db.session.execute(delete(LoginSession).where(LoginSession.account_id == account_id))


def record_event(
    kind: str,
    *,
    account_id: UUID | None = None,
    desk_id: UUID | None = None,
    route: str | None = None,
) -> None:
    """Write down a sign-in, a refusal or a change of password."""
    db.session.add(SecurityEvent(kind=kind, account_id=account_id, desk_id=desk_id, route=route))
    db.session.flush()


def note_use(*, account_id: UUID, place_id: UUID) -> None:
    """Remember in which place an account is: it comes first in the choice of desk."""
    db.session.execute(
        update(Membership)
        .where(
            Membership.account_id == account_id,
            or_(Membership.desk_id == place_id, Membership.network_id == place_id),
            Membership.ended_at.is_(None),
        )
        .values(last_used_at=clock.now())
    )


def reserve_try(limits: Mapping[bytes, int]) -> list[UUID]:
    """Count a try before it is made, so that simultaneous ones cannot pass the limit together."""
    since = clock.now() - WINDOW
    lock = text("SELECT pg_advisory_xact_lock(hashtextextended(:bucket, 1))")
    for bucket in sorted(limits):
        db.session.execute(lock, {"bucket": bucket.hex()})
    if any(queries.count_attempts(bucket, since=since) >= limits[bucket] for bucket in limits):
        raise TooManyTries(_("Troppi tentativi. Riprova fra 5 minuti."))
    tries = [LoginAttempt(bucket=bucket) for bucket in limits]
    db.session.add_all(tries)
    db.session.flush()
    return [one.id for one in tries]


def forgive_tries(account_bucket: bytes, *, reserved: list[UUID]) -> None:
    """The password was right: the account's failures and this try no longer count."""
    db.session.execute(
        delete(LoginAttempt).where(
            or_(
                LoginAttempt.bucket == account_bucket,
                LoginAttempt.id.in_(reserved),
                LoginAttempt.at < clock.now() - KEPT_ATTEMPTS,
            )
        )
    )


def add_account(*, email: str, name: str, password: str | None = None) -> Account:
    """Found an account; without a password it waits for its invitation."""
    account = Account(email=checked_email(email), name=_checked_name(name))
    if queries.find_account(account.email):
        raise Refusal(_("L’account «%(email)s» esiste già.", email=account.email), field="email")
    db.session.add(account)
    db.session.flush()
    if password is not None:
        set_password(account, password=password)
    return account


def set_password(account: Account, *, password: str, field: str | None = None) -> None:
    """Give an account a password; every browser signed in with the old one is signed out."""
    known_words = [account.email, account.name, *queries.list_place_names(account.id)]
    refuse_weak(password, known_words=known_words, field=field)
    store_hash(account.id, password=password)
    end_sessions_of(account.id)
    withdraw_invitations(account.id)
    record_event("password_changed", account_id=account.id)


def store_hash(account_id: UUID, *, password: str) -> None:
    """Store a password under today's parameters."""
    db.session.execute(
        update(Account)
        .where(Account.id == account_id)
        .values(password_hash=hash_password(password))
    )


def give_role(
    *, account_id: UUID, role: Role, place_id: UUID, invited_as: str | None = None
) -> None:
    """Let an account into a desk or, as overseer, into a network.

    Links handed out before are withdrawn: whoever invited the account elsewhere must not be able
    to enter this place in its name.
    """
    column = "network_id" if role is Role.OVERSEER else "desk_id"
    there = select(Membership.id).where(
        Membership.account_id == account_id,
        getattr(Membership, column) == place_id,
        Membership.ended_at.is_(None),
    )
    if db.session.scalar(there):
        raise Refusal(_("Questa persona ha già un ruolo qui: cambiale il ruolo."), field="email")
    withdraw_invitations(account_id)
    db.session.add(
        Membership(account_id=account_id, role=role, invited_as=invited_as, **{column: place_id})
    )
    db.session.flush()
    record_event(
        "role_given",
        account_id=account_id,
        desk_id=None if role is Role.OVERSEER else place_id,
    )


def invite(*, name: str, email: str, role: Role) -> str:
    """Let somebody into the desk in scope; the key of the link with which they come in.

    An address that has an account elsewhere is answered like a new one. Inviting again somebody
    who has not come yet, as a double click does, makes a new link and withdraws the one before:
    the browser shows the last answer, so the link on the page is the one that works.
    """
    email, name = checked_email(email), _checked_name(name)
    _take_turns(email)
    account = queries.find_account(email) or add_account(email=email, name=name)
    member = _find_member(account.id)
    if member is None:
        give_role(account_id=account.id, role=role, place_id=scoped_desk(), invited_as=name)
        _record_change("insert", account.id)
    elif member.has_come or member.role is not role:
        raise Refusal(_("Questa persona ha già un ruolo qui: cambiale il ruolo."), field="email")
    return new_invitation(account.id)


def new_invitation(account_id: UUID) -> str:
    """The key of a link for a member of the desk in scope; the links before it are withdrawn."""
    _refuse_oneself(account_id)
    queries.get_member(account_id)
    _take_turns(queries.get_account(account_id).email)
    withdraw_invitations(account_id)
    key = secrets.token_urlsafe(32)
    db.session.add(
        Invitation(
            token_hash=key_hash(key),
            account_id=account_id,
            expires_at=clock.now() + INVITATION,
        )
    )
    db.session.flush()
    record_event("invited", account_id=account_id, desk_id=scoped_desk())
    return key


def accept_invitation(key: str, *, password: str) -> UUID:
    """Set the password with an invitation, which is spent; whose account it is."""
    spent = db.session.scalar(
        update(Invitation)
        .where(
            Invitation.token_hash == key_hash(key),
            Invitation.used_at.is_(None),
            Invitation.expires_at > clock.now(),
        )
        .values(used_at=clock.now())
        .returning(Invitation.account_id)
    )
    if spent is None or not may_set_password(spent):
        raise NotHere
    set_password(queries.get_account(spent), password=password, field="new")
    return spent


def may_set_password(account_id: UUID) -> bool:
    """Whether a manager's link may set the password: not when it opens another desk as well."""
    return queries.count_places(account_id) <= 1


def withdraw_invitations(account_id: UUID) -> None:
    """Make the links that an account was given worthless."""
    db.session.execute(
        update(Invitation)
        .where(Invitation.account_id == account_id, Invitation.used_at.is_(None))
        .values(used_at=clock.now())
    )


def change_role(*, account_id: UUID, role: Role, seen_role: str | None) -> None:
    """Change what a member may do at the desk in scope, if it still is what the manager saw."""
    _refuse_oneself(account_id)
    _lock_role(account_id, seen_role=seen_role)
    _change_membership(account_id, role=role)
    _refuse_desk_without_manager()
    record_event("role_changed", account_id=account_id, desk_id=scoped_desk())


def remove_member(*, account_id: UUID, seen_role: str | None) -> None:
    """Take a member out of the desk in scope, in the role that was seen, and sign them out."""
    _refuse_oneself(account_id)
    _lock_role(account_id, seen_role=seen_role)
    _change_membership(account_id, ended_at=clock.now())
    _refuse_desk_without_manager()
    end_sessions_of(account_id)
    withdraw_invitations(account_id)
    record_event("role_removed", account_id=account_id, desk_id=scoped_desk())


def _lock_role(account_id: UUID, *, seen_role: str | None) -> None:
    """Lock the desk's members first: two managers who remove each other must take turns."""
    held = db.session.execute(
        select(Membership.account_id, Membership.role)
        .where(_of_the_desk())
        .order_by(Membership.id)
        .with_for_update()
    )
    roles = {row.account_id: row.role for row in held}
    if account_id not in roles:
        raise NotHere
    if roles[account_id] != seen_role:
        now = ROLE_NAMES[Role(roles[account_id])]
        raise Conflict(
            _("Il ruolo di questa persona intanto è cambiato: ora è «%(now)s». Riprova.", now=now)
        )


def _change_membership(account_id: UUID, **values: object) -> None:
    of_them = _of_the_desk() & (Membership.account_id == account_id)
    db.session.execute(update(Membership).where(of_them).values(**values))
    _record_change("update", account_id)


def _of_the_desk() -> ColumnElement[bool]:
    return (Membership.desk_id == scoped_desk()) & Membership.ended_at.is_(None)


def _take_turns(email: str) -> None:
    """Twins of an invitation wait for each other, so that the second finds what the first did."""
    lock = text("SELECT pg_advisory_xact_lock(hashtextextended(:email, 2))")
    db.session.execute(lock, {"email": email})


def _record_change(action: str, account_id: UUID) -> None:
    """Memberships are shared tables without a trigger: the desk's log gets its line here."""
    db.session.add(
        AuditEvent(
            action=action,
            subject="membership",
            subject_id=account_id,
            account_id=current_scope().account_id,
        )
    )
    db.session.flush()


def _refuse_oneself(account_id: UUID) -> None:
    if current_scope().account_id == account_id:
        raise Refusal(_("Il tuo ruolo e il tuo ingresso spettano a un altro responsabile."))


def _refuse_desk_without_manager() -> None:
    if queries.count_managers() == 0:
        raise Refusal(_("Lo sportello deve avere almeno un responsabile."))


def _find_member(account_id: UUID) -> queries.Member | None:
    try:
        return queries.get_member(account_id)
    except NotHere:
        return None


def _checked_name(text_: str) -> str:
    name = " ".join(text_.replace("\0", "").split())
    if not name or len(name) > LONGEST_NAME:
        raise Refusal(_("Il nome è vuoto o più lungo di 120 caratteri."), field="name")
    return name
