# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every change of invitations: made, sent, handed over, withdrawn, accepted.

Each desk disposes of its own alone. A key opens one place and nothing else: the account that it
is accepted with was there before, or begins here with a password of its own.
"""

from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select, update

from portal.accounts import actions as accounts
from portal.accounts import limits
from portal.accounts import queries as account_queries
from portal.accounts.events import EventKind, letters_leave, queue_account_letter, record_event
from portal.accounts.invitations import queries
from portal.accounts.limits import Act
from portal.accounts.members.actions import add_membership, is_member, record_change
from portal.accounts.models import Account, AccountKey, AccountLetter, Invitation
from portal.accounts.rules import INVITATION, ROLE_NAMES, checked_email
from portal.core import clock
from portal.core.errors import Refusal
from portal.core.store.database import current_scope, db, scoped_desk
from portal.core.store.locks import lock
from portal.core.web.access import Role
from portal.core.work.letter_states import OVER


def invite(*, name: str, email: str, role: Role, managing_body: str = "") -> Invitation:
    """Offer an address a role at the desk in scope; twice the same is one invitation.

    Whether the address works elsewhere makes no difference, here or in what is answered.
    """
    limits.count_own(Act.INVITE)
    invitation = invite_to(
        place_id=scoped_desk(), name=name, email=email, role=role, managing_body=managing_body
    )
    record_change("insert", invitation.id)
    return invitation


def invite_to(
    *, place_id: UUID, name: str, email: str, role: Role, managing_body: str = ""
) -> Invitation:
    """The same at any desk or, as overseer, network: for the command line."""
    address, name = checked_email(email), accounts.checked_name(name)
    lock(f"invitation {place_id} {address}")
    if is_member(place_id, address):
        raise Refusal(_("Questa persona ha già un ruolo qui: cambiale il ruolo."), field="email")
    known = queries.find_open_of(place_id, address)
    if known is not None:
        _refuse_another_role(known, role)
        return known
    column = "network_id" if role is Role.OVERSEER else "desk_id"
    invitation = Invitation(
        email=address,
        name=name,
        role=role,
        managing_body=" ".join(managing_body.split()),
        made_by=current_scope().account_id,
        expires_at=clock.now(),
        **{column: place_id},
    )
    db.session.add(invitation)
    db.session.flush()
    _record(EventKind.INVITED, invitation)
    return invitation


def _refuse_another_role(known: Invitation, role: Role) -> None:
    if known.role != role:
        raise Refusal(
            _(
                "Questa persona è già invitata come «%(role)s»: ritira l’invito e rifallo.",
                role=ROLE_NAMES[Role(known.role)],
            ),
            field="role",
        )


def send(invitation: Invitation) -> None:
    """Have the letter with the key sent; where one is on its way already, that one goes."""
    on_its_way = select(AccountLetter.id).where(
        AccountLetter.invitation_id == invitation.id, AccountLetter.state.not_in(OVER)
    )
    if db.session.scalar(on_its_way) is None:
        queue_account_letter(invitation_id=invitation.id)


def send_again(invitation_id: UUID) -> None:
    """Have another letter sent, as somebody at the desk in scope asked."""
    limits.count_own(Act.LETTER)
    invitation = queries.get_open(invitation_id, for_change=True)
    if not letters_leave():
        raise Refusal(_("Questo portale non manda posta: consegna un codice."))
    send(invitation)


def hand_over(invitation: Invitation) -> str:
    """A code for the hands of who is invited, where no letter leaves; the one before is withdrawn.

    Whoever hands it over could use it, so it opens this place alone, and who made it is written.
    """
    if letters_leave():
        raise Refusal(_("L’invito parte per lettera: non c’è un codice da consegnare."))
    key = accounts.give_key(invitation, span=INVITATION)
    invitation.by_letter = False
    _record(EventKind.KEY_MADE, invitation)
    return key


def hand_over_again(invitation_id: UUID) -> str:
    """A new code for an invitation of the desk in scope."""
    limits.count_own(Act.INVITE)
    return hand_over(queries.get_open(invitation_id, for_change=True))


def withdraw(invitation_id: UUID) -> None:
    """Take an invitation of the desk in scope back: its key opens nothing."""
    invitation = queries.get_open(invitation_id, for_change=True)
    invitation.withdrawn_at, invitation.key_hash = clock.now(), None
    record_change("delete", invitation.id)
    _record(EventKind.INVITATION_WITHDRAWN, invitation)


def withdraw_everything() -> None:
    """After a copy came back: a key that was withdrawn or used since would open its door again."""
    now = clock.now()
    is_open = Invitation.accepted_at.is_(None) & Invitation.withdrawn_at.is_(None)
    db.session.execute(update(Invitation).where(is_open).values(withdrawn_at=now, key_hash=None))
    db.session.execute(update(AccountKey).where(AccountKey.used_at.is_(None)).values(used_at=now))


def accept(key: str, *, account_id: UUID) -> Invitation:
    """The owner of an account, who has just given its password, takes the place offered."""
    invitation, account = _get_by_key(key), account_queries.get_account(account_id)
    if invitation.email != account.email:
        raise Refusal(_("L’invito è per un altro indirizzo e-mail: entra con quell’account."))
    _take(invitation, account)
    return invitation


def begin_with(key: str, *, password: str) -> UUID:
    """Take the place with a password chosen now; whose account it is.

    A letter's key proves the address: it opens the account that the address has, as the letter of
    a lost password would, or founds it. A code proves nothing: it founds an account for this place.
    """
    invitation = _get_by_key(key)
    accounts.take_turns(invitation.email)
    account = account_queries.find_reader(invitation.email) if invitation.by_letter else None
    if account is None and invitation.by_letter and account_queries.find_proved(invitation.email):
        raise Refusal(_("Questo account è disattivato: rivolgiti a chi gestisce il portale."))
    if account is None:
        account = accounts.add_account(email=invitation.email, name=invitation.name)
    else:
        # As when a lost password is set: browsers that were known may be somebody else's.
        accounts.forget_devices(account.id)
    place = queries.offered(invitation).place_name
    accounts.refuse_weak(password, known_words=[place], field="new")
    accounts.set_password(account, password=password, field="new", by_owner=True)
    _take(invitation, account)
    return account.id


def _get_by_key(key: str) -> Invitation:
    invitation = queries.find_by_key(key, for_change=True)
    if invitation is None:
        raise Refusal(queries.KEY_NOT_GOOD)
    return invitation


def _take(invitation: Invitation, account: Account) -> None:
    if invitation.by_letter:
        accounts.prove_address(account)
    invitation.accepted_at, invitation.key_hash = clock.now(), None
    place_id = invitation.desk_id or invitation.network_id
    assert place_id is not None  # noqa: S101  (a check of the table)
    add_membership(
        account_id=account.id,
        role=Role(invitation.role),
        place_id=place_id,
        managing_body=invitation.managing_body,
    )
    _record(EventKind.ROLE_GIVEN, invitation, subject_id=account.id, actor_id=account.id)


def _record(kind: EventKind, invitation: Invitation, *, subject_id: UUID | None = None,
            actor_id: UUID | None = None) -> None:  # fmt: skip
    record_event(
        kind,
        subject_id=subject_id,
        actor_id=actor_id,
        desk_id=invitation.desk_id,
        network_id=invitation.network_id,
        invitation_id=invitation.id,
        role=invitation.role,
    )
