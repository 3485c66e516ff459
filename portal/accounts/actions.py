# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every change of accounts, their addresses, passwords, sessions and known devices."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, delete, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert

from portal.accounts import queries
from portal.accounts.events import EventKind, letters_leave, queue_account_letter, record_event
from portal.accounts.models import (
    Account,
    AccountKey,
    KeyRow,
    KnownDevice,
    LoginSession,
    Membership,
)
from portal.accounts.passwords import hash_password, refuse_weak
from portal.accounts.queries import FoundSession
from portal.accounts.rules import (
    KNOWN,
    LONGEST_NAME,
    ONE_TIME_KEY,
    SEEN_AGAIN,
    checked_email,
    comparable_email,
    is_ahead,
    is_over,
    key_as_made,
    key_hash,
    new_key,
)
from portal.core import clock
from portal.core.errors import NotHere, Refusal
from portal.core.store.database import db
from portal.core.store.locks import lock

# Sessions


def keep_session(found: FoundSession, *, now: datetime) -> bool:
    """Whether a session goes on; if so its last use is noted, if not it is locked.

    One begun or used later than now is from before the clock was set back: it begins again now, so
    that it lives no longer than any other, and nobody is signed out by a clock.
    """
    if found.locked_at is not None:
        return False
    if is_over(found.created_at, found.seen_at, now):
        lock_session(found.token_hash)
        return False
    if now - found.seen_at > SEEN_AGAIN or is_ahead(max(found.created_at, found.seen_at), now):
        db.session.execute(
            update(LoginSession)
            .where(LoginSession.token_hash == found.token_hash)
            .values(seen_at=now, created_at=func.least(LoginSession.created_at, now))
        )
    return True


def start_session(token_hash: bytes, *, account_id: UUID, device: str = "") -> None:
    """Sign a browser in, and clear away the sessions that nobody came back to."""
    db.session.execute(delete(LoginSession).where(LoginSession.created_at < clock.now() - KNOWN))
    db.session.add(LoginSession(token_hash=token_hash, account_id=account_id, device=device))
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


def end_own_session(session_id: UUID, *, account_id: UUID) -> None:
    """Sign one browser of an account out, as its owner asked from another."""
    of_the_account = LoginSession.account_id == account_id
    gone = db.session.execute(
        delete(LoginSession)
        .where(LoginSession.id == session_id, of_the_account)
        .returning(LoginSession.id)
    ).all()
    if not gone:
        raise NotHere
    record_event(EventKind.SESSION_ENDED, subject_id=account_id)


def end_sessions_of(account_id: UUID) -> None:
    """Sign an account out everywhere: its password or its state changed."""
    db.session.execute(delete(LoginSession).where(LoginSession.account_id == account_id))


def know_device(account_id: UUID, *, token_hash: bytes, label: str) -> bool:
    """Remember a browser in which an account signs in; whether it is new beside known ones."""
    others = select(KnownDevice.id).where(KnownDevice.account_id == account_id).limit(1)
    has_others = db.session.scalar(others) is not None
    statement = insert(KnownDevice).values(
        account_id=account_id, token_hash=token_hash, label=label
    )
    is_new = db.session.scalar(
        statement.on_conflict_do_update(
            index_elements=[KnownDevice.account_id, KnownDevice.token_hash],
            set_={"seen_at": clock.now(), "label": label},
        ).returning(text("xmax = 0"))
    )
    return bool(is_new) and has_others


def forget_devices(account_id: UUID) -> None:
    """No browser is known any more: whoever had one of them may have been somebody else."""
    db.session.execute(delete(KnownDevice).where(KnownDevice.account_id == account_id))


# Accounts


def add_account(
    *, email: str, name: str, password: str | None = None, is_proved: bool = False
) -> Account:
    """Found an account; a proved one is the only one of its address."""
    account = Account(email=checked_email(email), name=checked_name(name))
    if is_proved and queries.find_proved(account.email):
        raise Refusal(_("L’account «%(email)s» esiste già.", email=account.email), field="email")
    db.session.add(account)
    db.session.flush()
    if password is not None:
        set_password(account, password=password)
    if is_proved:
        prove_address(account)
    return account


def set_password(
    account: Account, *, password: str, field: str | None = None, by_owner: bool = False
) -> None:
    """Give an account a password; every browser signed in with the old one is signed out.

    `by_owner`: with a key, by somebody who is not signed in.
    """
    known_words = [account.email, account.name, *queries.list_place_names(account.id)]
    refuse_weak(password, known_words=known_words, field=field)
    store_hash(account.id, password=password)
    end_sessions_of(account.id)
    _withdraw_keys(account.id)
    actor_id = account.id if by_owner else None
    record_event(EventKind.PASSWORD_CHANGED, subject_id=account.id, actor_id=actor_id)


def store_hash(account_id: UUID, *, password: str) -> None:
    """Store a password under today's parameters."""
    db.session.execute(
        update(Account)
        .where(Account.id == account_id)
        .values(password_hash=hash_password(password))
    )


def rename(account_id: UUID, *, name: str) -> None:
    """Call somebody by another name, from now on and everywhere."""
    account = queries.get_account(account_id)
    wanted = checked_name(name)
    if wanted != account.name:
        account.name = wanted
        record_event(EventKind.NAME_CHANGED, subject_id=account_id)


def prove_address(account: Account) -> None:
    """Its owner reads the letters to its address: nobody else's account has that address now.

    What other accounts were given at that address was meant for its owner, who gets it.
    """
    if account.proved_at is not None:
        return
    take_turns(account.email)
    for other in queries.list_unproved(account.email):
        if other.id != account.id:
            _join(other, into=account)
    account.proved_at = clock.now()
    db.session.flush()


def take_turns(email: str) -> None:
    """Whoever proves an address at this moment too waits, and then finds whose it is."""
    lock(f"address {email}")


def join_accounts(account_ids: Sequence[UUID]) -> None:
    """One address and one password: a sign-in would open the first alone, so it gets the places
    of the others; those are of an address that nobody has proved yet.
    """
    first, *others = map(queries.get_account, account_ids)
    take_turns(first.email)
    unproved = {account.id for account in queries.list_unproved(first.email)}
    for other in others:
        if other.id in unproved:
            _join(other, into=first)
    db.session.flush()


def _join(other: Account, *, into: Account) -> None:
    """Give one account's places to another and close it; what it has recorded stays its own."""
    held = {place for _id, place in queries.list_place_ids(into.id)}
    for membership_id, place_id in queries.list_place_ids(other.id):
        change = {"ended_at": clock.now()} if place_id in held else {"account_id": into.id}
        statement = update(Membership).where(Membership.id == membership_id)
        db.session.execute(statement.values(**change))
    end_sessions_of(other.id)
    other.password_hash, other.disabled_at = None, clock.now()
    record_event(EventKind.ACCOUNT_JOINED, subject_id=into.id, actor_id=into.id)


# Keys that go by letter: the row first, the key when the letter is written


def give_key(row: KeyRow, *, span: timedelta) -> str:
    """A key that opens this once and for so long; whatever key there was opens nothing now."""
    key = new_key()
    row.key_hash, row.expires_at = key_hash(key), clock.now() + span
    db.session.flush()
    return key


def ask_for_password(email: str) -> None:
    """Have a key sent with which a lost password is set; for an unknown address nothing is done."""
    account = queries.find_reader(comparable_email(email))
    if account is None or not letters_leave():
        return
    _send_key(account, purpose="password", email=account.email)
    record_event(EventKind.PASSWORD_ASKED, subject_id=account.id)


def ask_for_address(account_id: UUID, *, email: str) -> None:
    """Have a key sent to an address, that shall be this account's, or is and is not proved yet.

    Whether it has an account already is said only to who reads its letters.
    """
    account, wanted = queries.get_account(account_id), checked_email(email)
    if wanted == account.email and account.proved_at is not None:
        raise Refusal(_("È già il tuo indirizzo."), field="email")
    _send_key(account, purpose="address", email=wanted)
    if wanted != account.email:
        record_event(EventKind.ADDRESS_ASKED, subject_id=account_id)


def _send_key(account: Account, *, purpose: str, email: str) -> None:
    # Whoever asks for a lost password in another's name takes no change of address away.
    _withdraw_keys(account.id, AccountKey.purpose == purpose)
    asked = AccountKey(
        account_id=account.id, purpose=purpose, email=email, expires_at=clock.now() + ONE_TIME_KEY
    )
    db.session.add(asked)
    db.session.flush()
    queue_account_letter(account_key_id=asked.id)


def reset_password(key: str, *, password: str) -> UUID:
    """Set a lost password with the key of a letter, which is spent; whose account it is."""
    account = queries.get_account(_spend(key, purpose="password").account_id)
    set_password(account, password=password, field="new", by_owner=True)
    forget_devices(account.id)
    prove_address(account)
    return account.id


def take_address(key: str, *, account_id: UUID) -> None:
    """Give the account in whose name the key was asked for the address that it was sent to."""
    account = queries.get_account(account_id)
    spent = _spend(key, purpose="address", account_id=account_id)
    before = account.email
    owner = queries.find_proved(spent.email)
    if owner is not None and owner.id != account_id:
        raise Refusal(_("Questo indirizzo ha già un account: accedi con quello."))
    account.email, account.proved_at = spent.email, None
    db.session.flush()
    prove_address(account)
    if before == spent.email:
        record_event(EventKind.ADDRESS_PROVED, subject_id=account_id)
        return
    for address in (before, spent.email):
        record_event(EventKind.ADDRESS_CHANGED, subject_id=account_id, address=address)


def set_address(account: Account, *, email: str) -> None:
    """Give an account an address at the word of whoever governs the machine."""
    wanted, before = checked_email(email), account.email
    owner = queries.find_proved(wanted)
    if owner is not None and owner.id != account.id:
        raise Refusal(_("L’account «%(email)s» esiste già.", email=wanted))
    account.email, account.proved_at = wanted, None
    _withdraw_keys(account.id)
    prove_address(account)
    record_event(EventKind.ADDRESS_CHANGED, subject_id=account.id, address=before)


def _spend(key: str, *, purpose: str, account_id: UUID | None = None) -> AccountKey:
    """The row of a good key, used from now on; an account's own, where one is named."""
    now, statement = clock.now(), select(AccountKey).join(Account)
    if account_id is not None:
        statement = statement.where(AccountKey.account_id == account_id)
    found = db.session.scalars(
        statement.where(
            AccountKey.key_hash == key_hash(key_as_made(key)),
            AccountKey.purpose == purpose,
            Account.disabled_at.is_(None),
        ).with_for_update(of=AccountKey)
    ).one_or_none()
    if found is None or found.used_at or not queries.is_good(found, now=now, span=ONE_TIME_KEY):
        raise Refusal(
            _("Il codice non vale, o non vale più: chiedi un’altra lettera."), field="key"
        )
    found.used_at = now
    db.session.flush()
    return found


def _withdraw_keys(account_id: UUID, *which: ColumnElement[bool]) -> None:
    db.session.execute(
        update(AccountKey)
        .where(AccountKey.account_id == account_id, AccountKey.used_at.is_(None), *which)
        .values(used_at=clock.now())
    )


def checked_name(text_: str) -> str:
    """A person's name as it is stored."""
    name = " ".join(text_.replace("\0", "").split())
    if not name or len(name) > LONGEST_NAME:
        raise Refusal(_("Il nome è vuoto o più lungo di 120 caratteri."), field="name")
    return name


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
