# SPDX-License-Identifier: AGPL-3.0-or-later
"""The words for each state claim no more than is known."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from portal.core import clock
from portal.core.work.letter_states import GIVE_UP, gives_up
from portal.mailings.rules import STATE_NAMES, in_words

AT = datetime(2026, 11, 23, 7, 5, tzinfo=UTC)
WORDS = [
    ("queued", "", "in coda"),
    ("queued", "connection", "in coda: riproviamo (il server di posta non è raggiungibile)"),
    ("queued", "timeout", "in coda: riproviamo (il server di posta non risponde)"),
    ("queued", "451 4.7.1",
     "in coda: riproviamo (il server di posta chiede di aspettare, codice 451 4.7.1)"),
    ("claimed", "", "in consegna"),
    ("transmitting", "", "in consegna"),
    ("sent", "250", "consegnata al server di posta alle 8:05"),
    ("sent", "kept", "lasciata nella posta del portale: nessun server di posta è configurato"),
    ("queued", "internal", "in coda: riproviamo (un errore del portale)"),
    ("failed", "superseded", "non inviata: l’edizione è stata sostituita"),
    ("failed", "internal",
     "non riuscita per un errore del portale: il responsabile tecnico lo trova nel registro"),
    ("failed", "550 5.1.1", "rifiutata: casella inesistente"),
    ("failed", "552 5.2.2", "rifiutata: casella piena"),
    ("failed", "554", "rifiutata: messaggio respinto dal server"),
    ("failed", "599 5.9.9", "rifiutata: codice 599 5.9.9"),
    ("failed", "auth",
     "non consegnata in 48 ore: il server di posta non accetta le nostre credenziali"),
    ("failed", "ended", "non inviata: il destinatario era già stato tolto"),
    ("failed", "approved", "non inviata: l’edizione era già stata approvata"),
    ("failed", "no_manager", "non inviata: non è più responsabile dello sportello"),
    ("failed", "invalid", "non inviata: l’indirizzo non è valido"),
    ("uncertain", "timeout", "esito incerto: non la rimandiamo da soli"),
]  # fmt: skip


@pytest.mark.parametrize(("state", "said", "words"), WORDS)
def test_each_state_has_its_words(shared_app: Flask, state: str, said: str, words: str) -> None:
    with shared_app.app_context(), clock.stopped_at(AT + timedelta(hours=3)):
        assert in_words(state, said, AT) == words


def test_on_another_day_the_day_is_said(shared_app: Flask) -> None:
    with shared_app.app_context(), clock.stopped_at(AT + timedelta(days=1)):
        assert in_words("sent", "250", AT) == (
            "consegnata al server di posta il 23/11/2026 alle 8:05"
        )


def test_nothing_is_called_received(shared_app: Flask) -> None:
    with shared_app.app_context():
        said = [in_words(state, said, AT) for state in STATE_NAMES for said in ("", "550 5.1.1")]
    assert not [words for words in said if "ricevut" in words or "arrivata" in words]


def test_two_days_of_trying_are_enough() -> None:
    assert not gives_up(AT, 60, AT + GIVE_UP)
    assert gives_up(AT, 2, AT + GIVE_UP + timedelta(seconds=1))
    assert not gives_up(AT, 1, AT + timedelta(days=30))
