# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every read of who works at the desk in scope."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import Row, Select, func, select

from portal.accounts.models import Account, Membership
from portal.accounts.queries import is_current
from portal.core import clock
from portal.core.errors import NotHere
from portal.core.store.database import db, scoped_desk
from portal.core.web.access import Permission, Role, may


@dataclass(frozen=True)
class Member:
    """Who works at the desk; `ends_on` is their last day, where one was decided."""

    account_id: UUID
    name: str
    email: str
    role: Role
    managing_body: str
    ends_on: date | None


def list_members() -> list[Member]:
    """Who works at the desk in scope, by name."""
    return [_member(row) for row in db.session.execute(_members())]


def get_member(account_id: UUID) -> Member:
    """Who works at the desk in scope under this id; members of other desks are not here."""
    for member in list_members():
        if member.account_id == account_id:
            return member
    raise NotHere


def list_managers() -> list[Member]:
    """Whoever can approve at the desk in scope, by name."""
    approvers = [role for role in Role if may(role, Permission.APPROVE_REPORTS)]
    statement = _members().where(Membership.role.in_(approvers), Account.disabled_at.is_(None))
    return [_member(row) for row in db.session.execute(statement)]


def find_manager(account_id: UUID) -> Member | None:
    """The same, if this account is one of them."""
    return next((manager for manager in list_managers() if manager.account_id == account_id), None)


def count_lasting_managers() -> int:
    """How many managers the desk in scope has whose last day is not decided."""
    statement = select(func.count()).where(
        Membership.desk_id == scoped_desk(),
        Membership.role == Role.MANAGER,
        Membership.ended_at.is_(None),
        Membership.ends_on.is_(None),
    )
    return db.session.scalar(statement) or 0


def list_managing_bodies() -> list[str]:
    """Who employs people at the desk in scope beside the Comune, by name."""
    return sorted({member.managing_body for member in list_members() if member.managing_body})


def _members() -> Select:
    return (
        select(
            Account.id,
            Account.name,
            Account.email,
            Membership.role,
            Membership.managing_body,
            Membership.ends_on,
        )
        .select_from(Account)
        .join(Membership, Membership.account_id == Account.id)
        .where(Membership.desk_id == scoped_desk(), is_current(clock.today()))
        .order_by(func.lower(Account.name), Account.id)
    )


def _member(row: Row) -> Member:
    return Member(row.id, row.name, row.email, Role(row.role), row.managing_body, row.ends_on)
