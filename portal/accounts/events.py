# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is written down of every act that concerns who may enter: who did it, and to whom.

The same row stands in the desk's log, on the page of whose account it is, and, where it changes
what that account is or may do, leaves as a letter to its address.
"""

from enum import StrEnum
from typing import Any
from uuid import UUID

from flask import current_app, has_request_context, request
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from sqlalchemy import update

from portal.accounts.models import AccountLetter, SecurityEvent
from portal.accounts.rules import device_label
from portal.core import clock
from portal.core.errors import NotHere
from portal.core.store.database import current_scope, db
from portal.core.work import jobs
from portal.core.work.job_names import JobName


class EventKind(StrEnum):
    """Every kind of security event, as it is stored."""

    SIGNED_IN = "signed_in"
    NEW_DEVICE = "new_device"
    SIGNED_OUT = "signed_out"
    SIGN_IN_FAILED = "sign_in_failed"
    LOCKED = "locked"
    SESSION_ENDED = "session_ended"
    REFUSED = "refused"
    PASSWORD_ASKED = "password_asked"  # noqa: S105
    PASSWORD_CHANGED = "password_changed"  # noqa: S105
    NAME_CHANGED = "name_changed"
    ADDRESS_ASKED = "address_asked"
    ADDRESS_CHANGED = "address_changed"
    ADDRESS_PROVED = "address_proved"
    COUNTED_AS_PROVED = "counted_as_proved"
    ACCOUNT_JOINED = "account_joined"
    INVITED = "invited"
    KEY_MADE = "key_made"
    INVITATION_WITHDRAWN = "invitation_withdrawn"
    ROLE_GIVEN = "role_given"
    ROLE_CHANGED = "role_changed"
    ROLE_REMOVED = "role_removed"
    ROLE_ENDS = "role_ends"
    ROLE_STAYS = "role_stays"


WORDS: dict[EventKind, LazyString] = {
    EventKind.SIGNED_IN: _l("Accesso al portale"),
    EventKind.NEW_DEVICE: _l("Accesso da un dispositivo nuovo"),
    EventKind.SIGNED_OUT: _l("Uscita"),
    EventKind.SIGN_IN_FAILED: _l("Accesso non riuscito"),
    EventKind.LOCKED: _l("Schermo bloccato"),
    EventKind.SESSION_ENDED: _l("Una sessione è stata chiusa"),
    EventKind.REFUSED: _l("Azione non consentita, rifiutata"),
    EventKind.PASSWORD_ASKED: _l("Chiesta una lettera per la password dimenticata"),
    EventKind.PASSWORD_CHANGED: _l("Password cambiata"),
    EventKind.NAME_CHANGED: _l("Nome cambiato"),
    EventKind.ADDRESS_ASKED: _l("Chiesto un indirizzo e-mail nuovo"),
    EventKind.ADDRESS_CHANGED: _l("Indirizzo e-mail cambiato"),
    EventKind.ADDRESS_PROVED: _l("Indirizzo e-mail dimostrato"),
    EventKind.COUNTED_AS_PROVED: _l(
        "Indirizzo considerato dimostrato con l’aggiornamento del portale"
    ),
    EventKind.ACCOUNT_JOINED: _l(
        "Un altro account con lo stesso indirizzo è stato riunito a questo"
    ),
    EventKind.INVITED: _l("Invito"),
    EventKind.KEY_MADE: _l("Codice d’invito consegnato a mano"),
    EventKind.INVITATION_WITHDRAWN: _l("Invito ritirato"),
    EventKind.ROLE_GIVEN: _l("Invito accettato: può entrare"),
    EventKind.ROLE_CHANGED: _l("Ruolo cambiato"),
    EventKind.ROLE_REMOVED: _l("Tolto dallo sportello"),
    EventKind.ROLE_ENDS: _l("Ultimo giorno deciso"),
    EventKind.ROLE_STAYS: _l("Ultimo giorno tolto: resta allo sportello"),
}
TOLD_BY_LETTER = frozenset(
    {
        EventKind.NEW_DEVICE,
        EventKind.SESSION_ENDED,
        EventKind.PASSWORD_CHANGED,
        EventKind.NAME_CHANGED,
        EventKind.ADDRESS_ASKED,
        EventKind.ADDRESS_CHANGED,
        EventKind.ADDRESS_PROVED,
        EventKind.ACCOUNT_JOINED,
        EventKind.ROLE_GIVEN,
        EventKind.ROLE_CHANGED,
        EventKind.ROLE_REMOVED,
        EventKind.ROLE_ENDS,
        EventKind.ROLE_STAYS,
    }
)
"""What changes an account, who is in it or what it may do. A letter at each ordinary sign-in would
teach everybody to throw them away; a key that was asked for is a letter itself."""
ASKED_ABOUT = frozenset({EventKind.NEW_DEVICE, EventKind.COUNTED_AS_PROVED})
"""Of which the account's page asks «Eri tu?», until it is answered."""
OF_THE_DESK = frozenset(
    {
        EventKind.INVITED, EventKind.KEY_MADE, EventKind.INVITATION_WITHDRAWN, EventKind.ROLE_GIVEN,
        EventKind.ROLE_CHANGED, EventKind.ROLE_REMOVED, EventKind.ROLE_ENDS, EventKind.ROLE_STAYS,
        EventKind.REFUSED,
    }
)  # fmt: skip
"""What a desk's log holds: its own; where else somebody works or signs in is not its to know."""


def record_event(
    kind: EventKind,
    *,
    subject_id: UUID | None,
    actor_id: UUID | None = None,
    address: str | None = None,
    **more: Any,
) -> None:
    """Write an event down, in the present unit, and have its letter sent.

    The actor is the account in scope, or is named; neither: whoever governs the machine.
    `address`: another address to write to than the account's own. `more`: desk, network,
    invitation, role, route.
    """
    event = SecurityEvent(
        kind=kind,
        actor_id=actor_id or current_scope().account_id,
        subject_id=subject_id,
        device=present_device(),
        **more,
    )
    db.session.add(event)
    db.session.flush()
    if subject_id is not None and kind in TOLD_BY_LETTER and letters_leave():
        queue_account_letter(event_id=event.id, email=address)


def letters_leave() -> bool:
    """Whether there is a mail server: else nothing can be proved by letter."""
    return current_app.config["SETTINGS"].smtp_url is not None


def queue_account_letter(*, email: str | None = None, **reason: UUID) -> None:
    """Have a letter to an account sent; it is written, and its key made, when it leaves."""
    letter = AccountLetter(email=email, **reason)
    db.session.add(letter)
    db.session.flush()
    jobs.enqueue(JobName.DELIVER_ACCOUNT, str(letter.id), of_no_place=True)


def mark_seen(event_id: UUID, *, subject_id: UUID) -> None:
    """The owner of the account says that they have seen it; what happened to others is not here."""
    seen = db.session.execute(
        update(SecurityEvent)
        .where(SecurityEvent.id == event_id, SecurityEvent.subject_id == subject_id)
        .values(seen_at=clock.now())
        .returning(SecurityEvent.id)
    ).all()
    if not seen:
        raise NotHere


def present_device() -> str:
    """What the browser of the present request says it is."""
    if not has_request_context():
        return ""
    return device_label(request.headers.get("User-Agent", ""))
