# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every change of memberships. A desk changes its own: sessions and other desks are not its."""

from datetime import date, timedelta
from typing import NamedTuple
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, func, select, update

from portal.accounts.events import EventKind, record_event
from portal.accounts.members import queries
from portal.accounts.models import Account, Membership
from portal.accounts.queries import is_current
from portal.accounts.rules import LONGEST_NAME, ROLE_NAMES
from portal.core import clock
from portal.core.errors import Conflict, NotHere, Refusal
from portal.core.store.audit import AuditEvent
from portal.core.store.database import current_scope, db, scoped_desk
from portal.core.web.access import Permission, Role, may
from portal.core.work import jobs
from portal.core.work.job_names import JobName


def add_membership(
    *, account_id: UUID, role: Role, place_id: UUID, managing_body: str = ""
) -> None:
    """Let an account into a desk or, as overseer, into a network: its owner has accepted."""
    column = "network_id" if role is Role.OVERSEER else "desk_id"
    there = select(Membership.id).where(
        Membership.account_id == account_id,
        getattr(Membership, column) == place_id,
        Membership.ended_at.is_(None),
    )
    if db.session.scalar(there):
        raise Refusal(_("Questa persona ha già un ruolo qui: cambiale il ruolo."), field="email")
    membership = Membership(
        account_id=account_id, role=role, managing_body=managing_body, **{column: place_id}
    )
    db.session.add(membership)
    db.session.flush()


def is_member(place_id: UUID, email: str) -> bool:
    """Whether an address works at a desk or network."""
    place = func.coalesce(Membership.desk_id, Membership.network_id)
    statement = (
        select(Membership.id)
        .join(Account, Account.id == Membership.account_id)
        .where(place == place_id, Account.email == email, is_current(clock.today()))
    )
    return db.session.scalar(statement.limit(1)) is not None


def change_role(
    *, account_id: UUID, role: Role, seen_role: str | None, managing_body: str | None = None
) -> None:
    """Change what a member may do at the desk in scope, if it still is what the manager saw.

    `managing_body`: who employs them; None leaves it.
    """
    _refuse_oneself(account_id)
    _lock_role(account_id, seen_role=seen_role)
    values: dict[str, object] = {"role": role}
    if managing_body is not None:
        values["managing_body"] = checked_body(managing_body)
    _change_membership(account_id, **values)
    _refuse_desk_without_manager()
    _record(EventKind.ROLE_CHANGED, account_id, role=role)


def remove_member(*, account_id: UUID, seen_role: str | None) -> None:
    """Take a member out of the desk in scope, in the role that was seen.

    Every request reads who belongs here: the next one is refused, and elsewhere nothing changes.
    """
    _refuse_oneself(account_id)
    _lock_role(account_id, seen_role=seen_role)
    _change_membership(account_id, ended_at=clock.now())
    _refuse_desk_without_manager()
    _record(EventKind.ROLE_REMOVED, account_id)


def close_managing_body(managing_body: str, *, last_day: date, heir_id: UUID) -> int:
    """Let everybody whom a body employs work here until a day; how many they are.

    What they have begun and not saved then goes to the heir, who stays.
    """
    _lock_members()
    members = [each for each in queries.list_members() if each.managing_body == managing_body]
    if not members or not managing_body:
        raise NotHere
    if last_day < clock.today():
        raise Refusal(_("L’ultimo giorno non può essere già passato."), field="last_day")
    heir = queries.get_member(heir_id)
    if heir.managing_body == managing_body or heir.ends_on is not None:
        raise Refusal(_("Chi riceve le bozze deve restare allo sportello."), field="heir")
    if not may(heir.role, Permission.RECORD_VISITS):
        raise Refusal(_("Chi ha sola lettura non può riprendere delle bozze."), field="heir")
    for member in members:
        _refuse_oneself(member.account_id)
        _change_membership(member.account_id, ends_on=last_day, drafts_to=heir_id)
        _record(EventKind.ROLE_ENDS, member.account_id)
    _refuse_desk_without_manager()
    after = clock.start_of(last_day + timedelta(days=1))
    jobs.enqueue(JobName.END_MEMBERSHIPS, last_day.isoformat(), due_at=after)
    return len(members)


def let_stay(account_id: UUID) -> None:
    """Take back the last day that was decided for a member of the desk in scope."""
    _refuse_oneself(account_id)
    queries.get_member(account_id)
    _change_membership(account_id, ends_on=None, drafts_to=None)
    _record(EventKind.ROLE_STAYS, account_id)


class Ended(NamedTuple):
    """Whose work at a desk is over, and who goes on from their drafts."""

    account_id: UUID
    heir_id: UUID | None


def end_memberships() -> list[Ended]:
    """End, at the desk in scope, those whose last day is over."""
    over = _of_the_desk() & (Membership.ends_on < clock.today())
    rows = db.session.execute(
        update(Membership)
        .where(over)
        .values(ended_at=clock.now())
        .returning(Membership.account_id, Membership.drafts_to)
    )
    ended = [Ended(*row) for row in rows]
    for gone in ended:
        record_change("update", gone.account_id)
        _record(EventKind.ROLE_REMOVED, gone.account_id)
    return [gone._replace(heir_id=_who_goes_on(gone.heir_id)) for gone in ended]


def _who_goes_on(heir_id: UUID | None) -> UUID | None:
    """The heir; a manager, where the heir is no longer one who can."""
    members = queries.list_members()
    if heir_id in {each.account_id for each in members if may(each.role, Permission.RECORD_VISITS)}:
        return heir_id
    return next(each.account_id for each in queries.list_managers() if each.ends_on is None)


def checked_body(text: str) -> str:
    """The name of a managing body as it is stored; empty for the Comune itself."""
    name = " ".join(text.split())
    if len(name) > LONGEST_NAME:
        raise Refusal(_("Il nome è più lungo di 120 caratteri."), field="managing_body")
    return name


def record_change(action: str, subject_id: UUID) -> None:
    """Memberships are shared tables without a trigger: the desk's log gets its line here."""
    db.session.add(
        AuditEvent(
            action=action,
            subject="membership",
            subject_id=subject_id,
            account_id=current_scope().account_id,
        )
    )
    db.session.flush()


def _lock_role(account_id: UUID, *, seen_role: str | None) -> None:
    roles = _lock_members()
    if account_id not in roles:
        raise NotHere
    if roles[account_id] != seen_role:
        now = ROLE_NAMES[Role(roles[account_id])]
        raise Conflict(
            _("Il ruolo di questa persona intanto è cambiato: ora è «%(now)s». Riprova.", now=now)
        )


def _lock_members() -> dict[UUID, str]:
    """The desk's members with their roles: two managers who remove each other take turns."""
    held = db.session.execute(
        select(Membership.account_id, Membership.role)
        .where(_of_the_desk())
        .order_by(Membership.id)
        .with_for_update()
    )
    return {row.account_id: row.role for row in held}


def _change_membership(account_id: UUID, **values: object) -> None:
    of_them = _of_the_desk() & (Membership.account_id == account_id)
    db.session.execute(update(Membership).where(of_them).values(**values))
    record_change("update", account_id)


def _of_the_desk() -> ColumnElement[bool]:
    return (Membership.desk_id == scoped_desk()) & Membership.ended_at.is_(None)


def _record(kind: EventKind, account_id: UUID, *, role: Role | None = None) -> None:
    record_event(kind, subject_id=account_id, desk_id=scoped_desk(), role=role)


def _refuse_oneself(account_id: UUID) -> None:
    if current_scope().account_id == account_id:
        raise Refusal(_("Il tuo ruolo e il tuo ingresso spettano a un altro responsabile."))


def _refuse_desk_without_manager() -> None:
    if queries.count_lasting_managers() == 0:
        raise Refusal(_("Lo sportello deve avere almeno un responsabile."))
