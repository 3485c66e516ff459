# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every read of accounts, their places, sessions, devices and events."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Date, Row, Select, bindparam, func, select
from sqlalchemy.orm import aliased

from portal.accounts.events import ASKED_ABOUT, EventKind
from portal.accounts.models import (
    Account,
    Invitation,
    KeyRow,
    KnownDevice,
    LoginSession,
    Membership,
    SecurityEvent,
)
from portal.accounts.rules import CLOCKS_DIFFER, Place, SignedIn, is_over
from portal.core import clock
from portal.core.errors import NotHere
from portal.core.store.database import db, scoped_desk
from portal.core.web.access import Role
from portal.desks.queries import places


@dataclass(frozen=True)
class FoundSession:
    """A session's row with its account and one row for each place: read in one statement."""

    token_hash: bytes
    created_at: datetime
    seen_at: datetime
    locked_at: datetime | None
    rows: tuple[Row, ...]


def find_session(token_hash: bytes) -> FoundSession | None:
    """The session of this key, unless it is gone or its account is disabled."""
    given = {"key": token_hash, "today": clock.today()}
    rows = tuple(db.session.execute(_session_statement(), given))
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
        .outerjoin(
            Membership,
            (Membership.account_id == Account.id) & is_current(bindparam("today", type_=Date)),
        )
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


class PossibleAccount(NamedTuple):
    """An account of an address, with the hash of its password."""

    id: UUID
    password_hash: str


def list_candidates(email: str) -> list[PossibleAccount]:
    """Who may sign in with an address as comparable_email() spells it: the proved one first.

    Where no letter leaves each desk's code may have opened an account of the same address.
    """
    rows = db.session.execute(
        select(Account.id, Account.password_hash)
        .where(
            Account.email == email,
            Account.disabled_at.is_(None),
            Account.password_hash.is_not(None),
        )
        .order_by(Account.proved_at.nulls_last(), Account.created_at, Account.id)
    )
    return [PossibleAccount(row.id, row.password_hash) for row in rows]


def find_proved(email: str) -> Account | None:
    """The account of whoever proved to read the letters to this address."""
    return db.session.scalars(
        select(Account).where(Account.email == email, Account.proved_at.is_not(None))
    ).one_or_none()


def list_unproved(email: str) -> list[Account]:
    """The accounts of an address that nobody has proved, the oldest first."""
    return list(
        db.session.scalars(
            select(Account)
            .where(
                Account.email == email, Account.proved_at.is_(None), Account.disabled_at.is_(None)
            )
            .order_by(Account.created_at, Account.id)
        )
    )


def find_reader(email: str) -> Account | None:
    """Whose account a letter to this address opens: the proved one, or else the oldest."""
    proved = find_proved(email)
    if proved is not None:
        return proved if proved.disabled_at is None else None
    return next(iter(list_unproved(email)), None)


def is_good(row: KeyRow, *, now: datetime, span: timedelta) -> bool:
    """Whether a key's time is not over; an end beyond a whole span is from a clock set back."""
    return now < row.expires_at <= now + span + CLOCKS_DIFFER


def is_known_device(token_hash: bytes, account_ids: list[UUID]) -> bool:
    """Whether one of these accounts has signed in before in the browser of this cookie."""
    statement = select(KnownDevice.id).where(
        KnownDevice.token_hash == token_hash, KnownDevice.account_id.in_(account_ids)
    )
    return db.session.scalar(statement.limit(1)) is not None


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
        .where(Membership.account_id == account_id, is_current(clock.today()))
        .order_by(place.c.name)
    )
    return list(db.session.scalars(statement))


def find_place_name(place_id: UUID) -> str:
    """What a desk or network is called; empty where there is none."""
    place = places()
    return db.session.scalar(select(place.c.name).where(place.c.id == place_id)) or ""


def list_place_ids(account_id: UUID) -> list[tuple[UUID, UUID]]:
    """Each present membership of an account, with the desk or network that it is of."""
    place_id = func.coalesce(Membership.desk_id, Membership.network_id)
    statement = select(Membership.id, place_id).where(
        Membership.account_id == account_id, is_current(clock.today())
    )
    return [(row[0], row[1]) for row in db.session.execute(statement)]


class OpenSession(NamedTuple):
    """A browser in which an account is signed in."""

    id: UUID
    device: str
    created_at: datetime
    seen_at: datetime
    is_locked: bool
    is_this: bool


def list_sessions(account_id: UUID, *, present: bytes) -> list[OpenSession]:
    """Where an account is signed in, this browser first; those that are over are not there."""
    now = clock.now()
    rows = db.session.scalars(
        select(LoginSession)
        .where(LoginSession.account_id == account_id)
        .order_by(LoginSession.seen_at.desc())
    )
    found = [
        OpenSession(row.id, row.device, row.created_at, row.seen_at, row.locked_at is not None,
                    row.token_hash == present)
        for row in rows
        if not is_over(row.created_at, row.seen_at, now)
    ]  # fmt: skip
    return sorted(found, key=lambda session: not session.is_this)


class EventLine(NamedTuple):
    """An event as it is read: names are empty where nobody, or whoever governs the machine."""

    id: UUID
    at: datetime
    kind: EventKind
    actor_id: UUID | None
    actor: str
    subject: str
    place: str
    device: str
    invited: str
    role: Role | None


def list_events_of(account_id: UUID, *, kinds: Iterable[EventKind], limit: int) -> list[EventLine]:
    """What happened to an account, the newest first."""
    return _events(
        (SecurityEvent.subject_id == account_id) & SecurityEvent.kind.in_([*kinds]), limit=limit
    )


def list_unanswered(account_id: UUID) -> list[EventLine]:
    """What the account's page asks its owner about, the newest first."""
    unanswered = SecurityEvent.kind.in_(ASKED_ABOUT) & SecurityEvent.seen_at.is_(None)
    return _events((SecurityEvent.subject_id == account_id) & unanswered, limit=5)


def list_desk_events(*, kinds: Iterable[EventKind], offset: int, limit: int) -> list[EventLine]:
    """What the log of the desk in scope holds, the newest first."""
    of_the_desk = (SecurityEvent.desk_id == scoped_desk()) & SecurityEvent.kind.in_([*kinds])
    return _events(of_the_desk, offset=offset, limit=limit)


def _events(wanted: ColumnElement[bool], *, limit: int, offset: int = 0) -> list[EventLine]:
    place, actor, subject = places(), aliased(Account), aliased(Account)
    place_id = func.coalesce(SecurityEvent.desk_id, SecurityEvent.network_id)
    statement = (
        select(
            SecurityEvent.id,
            SecurityEvent.at,
            SecurityEvent.kind,
            SecurityEvent.actor_id,
            func.coalesce(actor.name, ""),
            func.coalesce(subject.name, Invitation.name, ""),
            func.coalesce(place.c.name, ""),
            SecurityEvent.device,
            func.coalesce(Invitation.email, ""),
            SecurityEvent.role,
        )
        .outerjoin(actor, actor.id == SecurityEvent.actor_id)
        .outerjoin(subject, subject.id == SecurityEvent.subject_id)
        .outerjoin(place, place.c.id == place_id)
        .outerjoin(Invitation, Invitation.id == SecurityEvent.invitation_id)
        .where(wanted)
        .order_by(SecurityEvent.at.desc(), SecurityEvent.id)
        .offset(offset)
        .limit(limit)
    )
    rows = db.session.execute(statement)
    return [_event_line(row) for row in rows]


def _event_line(row: Row) -> EventLine:
    at_kind, role = EventKind(row[2]), row[-1]
    return EventLine._make((*row[:2], at_kind, *row[3:-1], Role(role) if role else None))


def is_current(today: ColumnElement[date] | date) -> ColumnElement[bool]:
    """Whether a membership counts: not ended, nor past the last day that was decided."""
    has_ended = Membership.ended_at.is_not(None)
    return ~has_ended & (Membership.ends_on.is_(None) | (Membership.ends_on >= today))
