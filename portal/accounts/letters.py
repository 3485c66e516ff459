# SPDX-License-Identifier: AGPL-3.0-or-later
"""Letters to one person about their account: an invitation, a key that was asked for, an event.

The key of a letter is made as it is written, just before it leaves, and only its hash is stored: a
second attempt makes another, and the first opens nothing. It stands after «#», which no browser
sends to a server, so that no log and no mail scanner that follows links has it.
"""

from datetime import timedelta
from typing import Any

from flask import current_app
from flask_babel import gettext as _

from portal.accounts import actions, queries
from portal.accounts.events import WORDS, EventKind
from portal.accounts.invitations.queries import offered
from portal.accounts.models import (
    Account,
    AccountKey,
    AccountLetter,
    Invitation,
    SecurityEvent,
)
from portal.accounts.rules import INVITATION, ONE_TIME_KEY, ROLE_NAMES
from portal.core import clock
from portal.core.italy import formats
from portal.core.store.database import db
from portal.core.work.delivery import LetterType
from portal.core.work.job_names import JobName
from portal.core.work.mail import Letter, message_id
from portal.core.work.writing import Templates, address, written

TEMPLATES = Templates(
    "accounts/mail/account.subject", "accounts/mail/account.txt", "accounts/mail/account.html"
)
NO_LONGER = "ended"
"""What is said of a letter whose reason is gone: accepted, withdrawn, used."""


def _write(row: AccountLetter) -> Letter | str:
    if current_app.config["SETTINGS"].smtp_url is None:
        # The mailbox of this installation is read by others than the addressee.
        return NO_LONGER
    values = _values(row)
    if values is None:
        return NO_LONGER
    to = values.pop("to")
    try:
        return written(
            TEMPLATES, values, to=to, message_id=message_id(row.id, current_app.config["SETTINGS"])
        )
    except ValueError:
        return "invalid"


def _values(row: AccountLetter) -> dict[str, Any] | None:
    if row.invitation_id is not None:
        return _invitation(db.session.get_one(Invitation, row.invitation_id))
    if row.account_key_id is not None:
        return _key(db.session.get_one(AccountKey, row.account_key_id))
    event = db.session.get_one(SecurityEvent, row.event_id)
    return _event(event, to=row.email)


def _invitation(row: Invitation) -> dict[str, Any] | None:
    if row.accepted_at is not None or row.withdrawn_at is not None:
        return None
    key = actions.give_key(row, span=INVITATION)
    row.by_letter = True
    place = offered(row)
    role = ROLE_NAMES[place.role]
    return {
        "to": row.email,
        "heading": _("Un invito nel portale"),
        "under": place.place_name,
        "sentences": [
            _("«%(place)s» ti invita con il ruolo «%(role)s».", place=place.place_name, role=role),
            _("Apri la pagina qui sotto e accetta, con la tua password o scegliendone una."),
            _lasts(INVITATION),
            _("Se non te lo aspettavi non fare nulla: senza di te non succede niente."),
        ],
        "link": f"{address('invitations.open_invitation')}#{key}",
        "link_text": _("Accetta l’invito"),
        "key": key,
    }


def _key(row: AccountKey) -> dict[str, Any] | None:
    if row.used_at is not None or clock.now() > row.created_at + ONE_TIME_KEY:
        return None
    key = actions.give_key(row, span=ONE_TIME_KEY)
    if row.purpose == "password":
        return {
            "to": row.email,
            "heading": _("Scegli una password nuova"),
            "under": "",
            "sentences": [
                _("Qualcuno, forse tu, ha scritto questo indirizzo in «Password dimenticata»."),
                _lasts(ONE_TIME_KEY),
                _("Se non eri tu non fare nulla: la password di adesso resta quella."),
            ],
            "link": f"{address('lost.choose_password')}#{key}",
            "link_text": _("Scegli la password"),
            "key": key,
        }
    return {
        "to": row.email,
        "heading": _("Conferma il tuo indirizzo"),
        "under": "",
        "sentences": [
            _("Un account del portale vuole usare questo indirizzo. Se è il tuo, confermalo."),
            _lasts(ONE_TIME_KEY),
            _("Se non eri tu non fare nulla: nessuno userà questo indirizzo."),
        ],
        "link": f"{address('accounts.confirm_address')}#{key}",
        "link_text": _("Conferma l’indirizzo"),
        "key": key,
    }


def _event(event: SecurityEvent, *, to: str | None) -> dict[str, Any] | None:
    account = db.session.get(Account, event.subject_id)
    if account is None or (account.proved_at is None and to is None):
        # Nobody has shown whose address this is.
        return None
    at = clock.in_rome(event.at)
    when = _("Il %(day)s alle %(hour)s.", day=formats.day(at.date()), hour=f"{at:%H:%M}")
    return {
        "to": to or account.email,
        "heading": WORDS[EventKind(event.kind)],
        "under": _place_name(event),
        "sentences": [
            when,
            _("Se eri tu, o te lo aspettavi, non devi fare nulla."),
            *_if_it_was_not_you(event, account, to=to),
        ],
        "link": address("accounts.account"),
        "link_text": _("Apri «Il tuo account»"),
        "key": "",
    }


def _if_it_was_not_you(event: SecurityEvent, account: Account, *, to: str | None) -> list[str]:
    """What is left to do: whoever took an account may also have shut its owner out of it."""
    if event.kind == EventKind.ADDRESS_CHANGED and to not in (None, account.email):
        return [
            _("Altrimenti scrivi subito a chi gestisce il portale: può ridarti questo indirizzo."),
            _("Fino ad allora qui non arriva più la lettera di «Password dimenticata»."),
        ]
    return [
        _("Altrimenti cambia la password: in «Il tuo account» vedi chi ha cambiato che cosa."),
        _("Se non riesci a entrare scegline una con «Password dimenticata», dove si accede."),
    ]


def _place_name(event: SecurityEvent) -> str:
    place_id = event.desk_id or event.network_id
    return queries.find_place_name(place_id) if place_id else ""


def _lasts(span: timedelta) -> str:
    if span >= timedelta(days=1):
        return _("Vale %(days)s giorni e una volta sola.", days=span.days)
    return _("Vale %(hours)s ore e una volta sola.", hours=span.seconds // 3600)


def _still_wanted(row: AccountLetter) -> bool:
    """Asked once more before the message is handed over: nothing has been accepted meanwhile."""
    if row.invitation_id is None:
        return True
    invitation = db.session.get_one(Invitation, row.invitation_id)
    db.session.refresh(invitation)
    return invitation.accepted_at is None and invitation.withdrawn_at is None


TO_ACCOUNTS = LetterType(AccountLetter, JobName.DELIVER_ACCOUNT, _write, _still_wanted)
