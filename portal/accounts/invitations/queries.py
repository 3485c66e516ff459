# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every read of invitations."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, func, select

from portal.accounts.models import AccountLetter, Invitation
from portal.accounts.queries import find_place_name, is_good
from portal.accounts.rules import INVITATION, key_as_made, key_hash
from portal.core import clock
from portal.core.errors import NotHere
from portal.core.store.database import db, scoped_desk
from portal.core.web.access import Role

KEY_NOT_GOOD = _l(
    "Il codice non vale, o non vale più. Se l’hai già usato accedi con la tua password;"
    " se no chiedine un altro."
)
"""Used, withdrawn, past its time, mistyped: it is not said which."""


class Waiting(NamedTuple):
    """An invitation that nobody has accepted yet, as its desk reads it."""

    id: UUID
    name: str
    email: str
    role: Role
    managing_body: str
    until: date | None
    """None: no key is good now."""
    letter: str | None
    """The state of the last letter; None where the code was handed over."""


class Offered(NamedTuple):
    """What an invitation opens: a desk or a network by its name, and in which role."""

    place_name: str
    role: Role


def list_waiting() -> list[Waiting]:
    """Who is invited to the desk in scope and has not accepted, by name."""
    last_letter = (
        select(AccountLetter.state)
        .where(AccountLetter.invitation_id == Invitation.id)
        .order_by(AccountLetter.created_at.desc())
        .limit(1)
        .correlate(Invitation)
        .scalar_subquery()
    )
    rows = db.session.execute(
        select(Invitation, last_letter)
        .where(Invitation.desk_id == scoped_desk(), _is_open())
        .order_by(func.lower(Invitation.name), Invitation.id)
    )
    return [_waiting(invitation, letter) for invitation, letter in rows]


def get_open(invitation_id: UUID, *, for_change: bool = False) -> Invitation:
    """The open invitation of the desk in scope with this id; another desk's is not here."""
    statement = select(Invitation).where(
        Invitation.id == invitation_id, Invitation.desk_id == scoped_desk(), _is_open()
    )
    if for_change:
        statement = statement.with_for_update()
    found = db.session.scalars(statement).one_or_none()
    if found is None:
        raise NotHere
    return found


def find_open_of(place_id: UUID, email: str) -> Invitation | None:
    """The open invitation of an address to a desk or network."""
    place = func.coalesce(Invitation.desk_id, Invitation.network_id)
    return db.session.scalars(
        select(Invitation).where(place == place_id, Invitation.email == email, _is_open())
    ).one_or_none()


def find_by_key(key: str, *, for_change: bool = False) -> Invitation | None:
    """The invitation that a key opens, while it is good; typed with or without its dashes."""
    statement = select(Invitation).where(
        Invitation.key_hash == key_hash(key_as_made(key)), _is_open()
    )
    if for_change:
        statement = statement.with_for_update()
    found = db.session.scalars(statement).one_or_none()
    if found is None or not is_good(found, now=clock.now(), span=INVITATION):
        return None
    return found


def offered(invitation: Invitation) -> Offered:
    """What is said of an invitation to who holds its key."""
    place_id = invitation.desk_id or invitation.network_id
    assert place_id is not None  # noqa: S101  (a check of the table)
    return Offered(find_place_name(place_id), Role(invitation.role))


def _is_open() -> ColumnElement[bool]:
    return Invitation.accepted_at.is_(None) & Invitation.withdrawn_at.is_(None)


def _waiting(row: Invitation, letter: str | None) -> Waiting:
    is_open = row.key_hash is not None and is_good(row, now=clock.now(), span=INVITATION)
    return Waiting(
        id=row.id,
        name=row.name,
        email=row.email,
        role=Role(row.role),
        managing_body=row.managing_body,
        until=clock.in_rome(row.expires_at).date() if is_open else None,
        letter=letter,
    )
