# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which passwords are good enough, and that comparing them costs the same for nobody."""

import pytest
from argon2 import extract_parameters
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from portal.accounts import passwords
from portal.core.errors import Refusal

KNOWN = ("bruno.neri@comune.lucca.it", "Bruno Neri", "Centro servizi per cittadini stranieri")


@pytest.mark.parametrize(
    "password",
    [
        "",
        "undici lett",
        "aaaaaaaaaaaa",
        "ababababababab",
        "123456789012",
        "0123456789012",
        "Password12345",
        "P@ssw0rd2026!!",
        "qwertyuiop12",
        "brunoneri2026",
        "Comune di Lucca",
        "comunelucca2026!",
        "Centro-Servizi-1",
        "benvenuto2026!",
        "sportello sportello",
        "buongiorno2026",
        "Giuseppe1985!",
        "montagna1234",
        "trustno1trustno1",
        "iloveyou12345",
        "cavallo batteria",
        "x" * 129,
    ],
)
def test_what_anybody_would_try_is_refused(password: str) -> None:
    with pytest.raises(Refusal) as refused:
        passwords.refuse_weak(password, known_words=KNOWN, field="new")
    assert refused.value.field == "new"


@pytest.mark.parametrize(
    "password",
    [
        "tre parole facili",
        "cavallo batteria graffetta",
        "kU7#vv0qLp2z",
        "la comunella dei gatti a Lucca",
        "città di mare blu",
        "пароль из слов",
        "abcd efgh ilmno pqrs " * 6,
    ],
)
def test_a_phrase_of_ones_own_is_accepted(password: str) -> None:
    passwords.refuse_weak(password, known_words=KNOWN)


def test_the_sentence_says_the_limit() -> None:
    with pytest.raises(Refusal, match="meno di 12"):
        passwords.refuse_weak("corta", known_words=())
    with pytest.raises(Refusal, match="più di 128"):
        passwords.refuse_weak("lunga" * 30, known_words=())


def test_accents_count_once_however_they_are_typed() -> None:
    stored = passwords.hash_password("citt\u00e0 di mare blu")
    assert passwords.is_right("citta\u0300 di mare blu", stored)
    assert not passwords.is_right("citta di mare blu", stored)


def test_what_leaked_elsewhere_is_refused() -> None:
    """One in ten of those that are long enough, in zxcvbn's list of leaked passwords."""
    leaked = [each for each in FREQUENCY_LISTS["passwords"] if len(each) >= passwords.SHORTEST]
    assert len(leaked) > 200
    for password in leaked[::10]:
        with pytest.raises(Refusal):
            passwords.refuse_weak(password, known_words=())


@pytest.mark.parametrize("length", [13, 56, 73, 128])
def test_every_letter_counts_up_to_the_last(length: int) -> None:
    password = "tre parole facili " * 8
    stored = passwords.hash_password(password[:length])
    assert passwords.is_right(password[:length], stored)
    assert not passwords.is_right(password[: length - 1] + "#", stored)
    assert not passwords.is_right(password[: length - 1], stored)
    assert not passwords.is_right(password[:length].upper(), stored)
    assert not passwords.is_right(f" {password[:length]}", stored)


def test_nobody_is_as_slow_as_somebody_and_never_right() -> None:
    stored = passwords.hash_password("tre parole facili")
    ours, nobody = extract_parameters(stored), extract_parameters(passwords.NOBODY)
    assert ours == nobody
    assert (ours.memory_cost, ours.time_cost, ours.parallelism) == (19 * 1024, 2, 1)
    assert stored.startswith("$argon2id$")
    assert not passwords.is_right("tre parole facili", None)
    assert not passwords.is_outdated(stored)


def test_a_broken_hash_opens_nothing() -> None:
    assert not passwords.is_right("tre parole facili", "not a hash")
