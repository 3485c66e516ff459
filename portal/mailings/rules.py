# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is said of a letter, of whatever kind. Pure.

Words never claim more than is known: a server that took a letter may still lose it.
"""

from datetime import datetime

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.core import clock
from portal.core.italy import formats
from portal.core.work.letter_states import AGAIN, INTERNAL

PROTECTED = "protected"
"""What is said of a letter whose edition has no form that anybody may read."""
APPROVED = "approved"
"""What is said of a notice whose edition was approved before it left."""
NO_MANAGER = "no_manager"
"""What is said of a notice to somebody who approves nothing at the desk any more."""
ON_PURPOSE = ("ended", "superseded", PROTECTED, APPROVED, NO_MANAGER)
"""Why a letter was rightly not sent: nobody has anything to do about it."""
KEPT = "kept"
"""What core/work/mail.py says of a letter that it left in the mailbox of the installation."""

# «kept» and «not_sent» are no states of the table: see counted_as().
STATE_NAMES = {
    "queued": _l("in coda"),
    "claimed": _l("in consegna"),
    "transmitting": _l("in consegna"),
    "sent": _l("consegnata al server di posta"),
    "kept": _l("lasciata nella posta del portale"),
    "failed": _l("non consegnata"),
    "not_sent": _l("non inviata"),
    "uncertain": _l("esito incerto"),
}
# By the server's enhanced code (RFC 3463), else by its plain one.
REASONS = {
    "5.1.1": _l("casella inesistente"),
    "5.1.2": _l("dominio inesistente"),
    "5.1.10": _l("casella inesistente"),
    "5.2.1": _l("casella disattivata"),
    "5.2.2": _l("casella piena"),
    "5.2.3": _l("messaggio troppo grande"),
    "5.3.4": _l("messaggio troppo grande"),
    "5.7.1": _l("messaggio respinto dal server"),
    "550": _l("casella inesistente o messaggio respinto"),
    "551": _l("casella spostata"),
    "552": _l("casella piena o messaggio troppo grande"),
    "553": _l("indirizzo non valido"),
    "554": _l("messaggio respinto dal server"),
}
# By what the portal itself found, before any server was asked.
OUR_REASONS = {
    "superseded": _l("non inviata: l’edizione è stata sostituita"),
    "ended": _l("non inviata: il destinatario era già stato tolto"),
    "invalid": _l("non inviata: l’indirizzo non è valido"),
    PROTECTED: _l("non inviata: i numeri di questa edizione non si possono pubblicare"),
    APPROVED: _l("non inviata: l’edizione era già stata approvata"),
    NO_MANAGER: _l("non inviata: non è più responsabile dello sportello"),
    INTERNAL: _l(
        "non riuscita per un errore del portale: il responsabile tecnico lo trova nel registro"
    ),
}


def counted_as(state: str, said: str) -> str:
    """The key of STATE_NAMES: a letter in our mailbox was given to no server."""
    if state == "sent" and said == KEPT:
        return "kept"
    return "not_sent" if state == "failed" and said in ON_PURPOSE else state


def may_go_again(state: str, said: str, *, has_reason: bool) -> bool:
    """Whether a person may have a letter sent again: never one that has lost its reason, nor one
    with figures that cannot be published, since what was told already does not become less.
    """
    return state in AGAIN and said != PROTECTED and has_reason


def in_words(state: str, said: str, changed_at: datetime) -> str:
    """«consegnata al server di posta alle 8:05», «rifiutata: casella inesistente»."""
    if state == "sent" and said == KEPT:
        return _("lasciata nella posta del portale: nessun server di posta è configurato")
    if state == "sent":
        return _("consegnata al server di posta %(when)s", when=_when(changed_at))
    if state == "uncertain":
        return _("esito incerto: non la rimandiamo da soli")
    if state == "failed":
        return _failure(said)
    if state == "queued" and said:
        return _("in coda: riproviamo (%(why)s)", why=_trouble(said))
    return str(STATE_NAMES[state])


def _when(moment: datetime) -> str:
    """The hour alone today, the day before it on any other day."""
    local = clock.in_rome(moment)
    if local.date() == clock.today():
        return _("alle %(hour)s", hour=formats.hour(local))
    return _("il %(moment)s", moment=formats.moment(local))


def _failure(said: str) -> str:
    if said in OUR_REASONS:
        return str(OUR_REASONS[said])
    code, _space, enhanced = said.partition(" ")
    if not code.startswith("5"):
        return _("non consegnata in 48 ore: %(why)s", why=_trouble(said))
    reason = REASONS.get(enhanced) or REASONS.get(code)
    return _("rifiutata: %(reason)s", reason=reason or _("codice %(code)s", code=said))


def _trouble(said: str) -> str:
    known = {
        INTERNAL: _("un errore del portale"),
        "auth": _("il server di posta non accetta le nostre credenziali"),
        "tls": _("il server di posta non offre una connessione sicura"),
        "timeout": _("il server di posta non risponde"),
        "connection": _("il server di posta non è raggiungibile"),
    }
    return known.get(said) or _("il server di posta chiede di aspettare, codice %(code)s",
                                code=said)  # fmt: skip
