# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every read of accounts, memberships, sessions and invitations."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, ScalarSelect, Select, bindparam, case, func, select

from portal.accounts.models import Account, Invitation, LoginAttempt, LoginSession, Membership
from portal.accounts.rules import Place, SignedIn
from portal.core import clock
from portal.core.errors import NotHere
from portal.core.store.database import db, scoped_desk
from portal.core.web.access import Permission, Role, may
from portal.desks.queries import places


@dataclass(frozen=True)
class FoundSession:
    """A session's row with its account and one row for each place: read in one statement."""

    token_hash: bytes
    created_at: datetime
    seen_at: datetime
    locked_at: datetime | None
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Member:
    """Who works at the desk; `invited_until` is empty once they have come in.

    Until then the name is the one that the manager typed: what the person is called elsewhere is
    not this desk's to know.
    """

    account_id: UUID
    name: str
    email: str
    role: Role
    has_come: bool
    invited_until: date | None


def find_session(token_hash: bytes) -> FoundSession | None:
    """The session of this key, unless it is gone or its account is disabled."""
    rows = tuple(db.session.execute(_session_statement(), {"key": token_hash}))
    if not rows:
        return None
    first = rows[0]
    return FoundSession(token_hash, first.created_at, first.seen_at, first.locked_at, rows)


@cache
def _session_statement() -> Select[Any]:
    """Put together once: every request asks it, and putting it together takes as long as asking."""
    place = places()
    return (
        select(
            LoginSession.created_at,
            LoginSession.seen_at,
            LoginSession.locked_at,
            Account.id,
            Account.name,
            Account.email,
            Membership.role,
            Membership.last_used_at,
            place.c.id.label("place_id"),
            place.c.slug,
            place.c.name.label("place_name"),
            place.c.short_name,
        )
        .join(Account, Account.id == LoginSession.account_id)
        .outerjoin(Membership, (Membership.account_id == Account.id) & _is_current())
        .outerjoin(place, place.c.id == func.coalesce(Membership.desk_id, Membership.network_id))
        .where(LoginSession.token_hash == bindparam("key"), Account.disabled_at.is_(None))
        .order_by(Membership.last_used_at.desc().nulls_last(), Membership.created_at, Membership.id)
    )


def get_session(token_hash: bytes) -> FoundSession:
    """The session of this key, which is known to be there."""
    found = find_session(token_hash)
    if found is None:
        raise NotHere
    return found


def signed_in(found: FoundSession) -> SignedIn:
    """The account of a session with its places, the last used first."""
    first = found.rows[0]
    known = tuple(
        Place(
            row.place_id,
            row.slug,
            row.place_name,
            row.short_name,
            Role(row.role),
            used_before=row.last_used_at is not None,
        )
        for row in found.rows
        if row.role
    )
    return SignedIn(first.id, first.name, first.email, known)


def find_account(email: str) -> Account | None:
    """The account of an address that rules.comparable_email() has spelled."""
    return db.session.scalars(select(Account).where(Account.email == email)).one_or_none()


def get_account(account_id: UUID) -> Account:
    """The account with this id."""
    account = db.session.get(Account, account_id)
    if account is None:
        raise NotHere
    return account


def list_names(account_ids: Iterable[UUID | None]) -> dict[UUID, str]:
    """The names of these accounts, to say who did what; None stands for no account."""
    wanted = {account_id for account_id in account_ids if account_id}
    if not wanted:
        return {}
    found = db.session.execute(select(Account.id, Account.name).where(Account.id.in_(wanted)))
    return {row.id: row.name for row in found}


def list_place_names(account_id: UUID) -> list[str]:
    """The names of the desks and networks in which an account has a role."""
    place = places()
    statement = (
        select(place.c.name)
        .join(Membership, place.c.id == func.coalesce(Membership.desk_id, Membership.network_id))
        .where(Membership.account_id == account_id, _is_current())
        .order_by(place.c.name)
    )
    return list(db.session.scalars(statement))


def count_places(account_id: UUID) -> int:
    """In how many desks and networks an account has a role."""
    statement = select(func.count()).where(Membership.account_id == account_id, _is_current())
    return db.session.scalar(statement) or 0


def count_attempts(bucket: bytes, *, since: datetime) -> int:
    """How many failed sign-ins a bucket holds since a moment."""
    statement = select(func.count()).where(LoginAttempt.bucket == bucket, LoginAttempt.at > since)
    return db.session.scalar(statement) or 0


def find_invited(token_hash: bytes, *, now: datetime) -> Account | None:
    """The account that this invitation is for, while it is good: not used and not past its time."""
    return db.session.scalars(
        select(Account)
        .join(Invitation, Invitation.account_id == Account.id)
        .where(
            Invitation.token_hash == token_hash,
            Invitation.used_at.is_(None),
            Invitation.expires_at > now,
            Account.disabled_at.is_(None),
        )
    ).one_or_none()


def list_members() -> list[Member]:
    """Who works at the desk in scope, by name."""
    return [_member(row) for row in db.session.execute(_members())]


def _members() -> Select[UUID, str, str, str, datetime | None, datetime]:
    name = _shown_name()
    return (
        select(
            Account.id,
            name.label("name"),
            Account.email,
            Membership.role,
            Membership.last_used_at,
            _open_until().label("invited_until"),
        )
        .select_from(Account)
        .join(Membership, Membership.account_id == Account.id)
        .where(Membership.desk_id == scoped_desk(), _is_current())
        .order_by(func.lower(name), Account.id)
    )


def get_member(account_id: UUID) -> Member:
    """Who works at the desk in scope under this id; members of other desks are not here."""
    for member in list_members():
        if member.account_id == account_id:
            return member
    raise NotHere


def list_managers() -> list[Member]:
    """Whoever can approve at the desk in scope, by name: come in, and not disabled."""
    approvers = [role for role in Role if may(role, Permission.APPROVE_REPORTS)]
    statement = _members().where(Membership.role.in_(approvers), Account.disabled_at.is_(None))
    found = [_member(row) for row in db.session.execute(statement)]
    return [member for member in found if member.has_come]


def find_manager(account_id: UUID) -> Member | None:
    """The same, if this account is one of them."""
    return next((manager for manager in list_managers() if manager.account_id == account_id), None)


def count_managers() -> int:
    """How many managers the desk in scope has."""
    statement = select(func.count()).where(
        Membership.desk_id == scoped_desk(), Membership.role == Role.MANAGER, _is_current()
    )
    return db.session.scalar(statement) or 0


def _is_current() -> ColumnElement[bool]:
    return Membership.ended_at.is_(None)


def _shown_name() -> ColumnElement[str]:
    return case(
        (Membership.last_used_at.is_(None), func.coalesce(Membership.invited_as, Account.name)),
        else_=Account.name,
    )


def _open_until() -> ScalarSelect[datetime]:
    return (
        select(func.max(Invitation.expires_at))
        .where(Invitation.account_id == Account.id, Invitation.used_at.is_(None))
        .correlate(Account)
        .scalar_subquery()
    )


def _member(row: Row) -> Member:
    """An account invited from elsewhere reads like a new one until it comes in here."""
    has_come = row.last_used_at is not None or row.invited_until is None
    return Member(
        account_id=row.id,
        name=row.name,
        email=row.email,
        role=Role(row.role),
        has_come=has_come,
        invited_until=None if has_come else clock.in_rome(row.invited_until).date(),
    )
