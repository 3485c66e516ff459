# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is said of a delivery, and for how long it is tried. Pure.

Words never claim more than is known: a server that took a letter may still lose it.
"""

from datetime import datetime, timedelta

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.core import clock, italian

GIVE_UP = timedelta(hours=48)
OVER = ("sent", "failed", "uncertain")
"""States that nothing leaves by itself."""
AGAIN = ("failed", "uncertain")
"""States from which a person may have the letter sent again."""

STATE_NAMES = {
    "queued": _l("in coda"),
    "claimed": _l("in consegna"),
    "transmitting": _l("in consegna"),
    "sent": _l("consegnata al server di posta"),
    "failed": _l("rifiutata"),
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
NOT_SENT = {
    "ended": _l("non inviata: il destinatario era già stato tolto"),
    "invalid": _l("non inviata: l’indirizzo non è valido"),
}


def gives_up(asked_at: datetime, attempts: int, now: datetime) -> bool:
    """After two days of trying; what nobody has tried yet is tried, however late."""
    return attempts > 0 and now - asked_at > GIVE_UP


def in_words(state: str, said: str, changed_at: datetime) -> str:
    """«consegnata al server di posta alle 8:05», «rifiutata: casella inesistente»."""
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
        return _("alle %(hour)s", hour=italian.hour(local))
    return _("il %(moment)s", moment=italian.moment(local))


def _failure(said: str) -> str:
    if said in NOT_SENT:
        return str(NOT_SENT[said])
    code, _space, enhanced = said.partition(" ")
    if not code.startswith("5"):
        return _("non consegnata in 48 ore: %(why)s", why=_trouble(said))
    reason = REASONS.get(enhanced) or REASONS.get(code)
    return _("rifiutata: %(reason)s", reason=reason or _("codice %(code)s", code=said))


def _trouble(said: str) -> str:
    known = {
        "auth": _("il server di posta non accetta le nostre credenziali"),
        "tls": _("il server di posta non offre una connessione sicura"),
        "timeout": _("il server di posta non risponde"),
        "connection": _("il server di posta non è raggiungibile"),
    }
    return known.get(said) or _("il server di posta chiede di aspettare, codice %(code)s",
                                code=said)  # fmt: skip
