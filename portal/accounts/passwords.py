# SPDX-License-Identifier: AGPL-3.0-or-later
"""Passwords: which are good enough, and their argon2id hashes. Knows no account.

One hash at a time for each process: it takes 19 MiB and about 25 ms of a core, and a burst of
sign-ins must not take either from the pages of those who are working.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from threading import Lock

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask_babel import gettext as _

from portal.core.errors import Refusal

SHORTEST = 12
LONGEST = 128
HARD = 4
SHORT_WORD, MOST_WORDS = 3, 20_000
LEAST_OF_ITS_OWN = 6
"""Letters and digits that must remain once the words that anybody would guess are taken out."""

# The hash of a password that was thrown away. Whoever signs in to an account that does not exist
# waits for it as long as for a real one; a test keeps its parameters equal to the hasher's.
NOBODY = (
    "$argon2id$v=19$m=19456,t=2,p=1$b2jtQi5fi72cXUlbIjNNOA"
    "$/rRNpe9Bw61b+wTRpqK4C5vdAKeceXSzlhDhEgVpkb4"
)
COMMON = (
    "password parola chiave segreta segreto accesso comune comunale sportello sportelli centro"
    " servizi servizio cittadini stranieri immigrazione ufficio provincia prefettura questura"
    " operatore responsabile amministratore admin utente benvenuto benvenuti ciao italia italiano"
    " amore juventus inter milan napoli roma estate inverno primavera autunno qwerty qwertyuiop"
    " asdfghjkl zxcvbnm abcdefghijklm welcome letmein iloveyou changeme gennaio febbraio marzo"
    " aprile maggio giugno luglio agosto settembre ottobre novembre dicembre"
).split()
DISGUISES = str.maketrans("@4310$5!7", "aaeiossit")
RUN = re.compile(r"(.)\1{2,}|0?123456789\d*|0?12345\d*|9?87654\d*|(?:19|20)\d\d")

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_one_at_a_time = Lock()


def hash_password(password: str) -> str:
    """What is stored of a password."""
    with _one_at_a_time:
        return _hasher.hash(_spelled(password))


def is_right(password: str, stored: str | None) -> bool:
    """Whether the password is the stored one; as slow for no account as for a real one."""
    with _one_at_a_time:
        try:
            _hasher.verify(stored or NOBODY, _spelled(password)[: LONGEST + 1])
        except (VerificationError, InvalidHashError):
            return False
    return stored is not None


def is_outdated(stored: str) -> bool:
    """Whether a hash was made with other parameters than today's."""
    return _hasher.check_needs_rehash(stored)


def refuse_weak(password: str, *, known_words: Iterable[str], field: str | None = None) -> None:
    """Refuse a password that is short, endless or made of what anybody would try first."""
    if len(_spelled(password)) < SHORTEST:
        raise Refusal(_("La password ha meno di 12 caratteri."), field=field)
    if len(_spelled(password)) > LONGEST:
        raise Refusal(_("La password ha più di 128 caratteri."), field=field)
    words = [*known_words]
    if _own_part(password, words) < LEAST_OF_ITS_OWN or not _is_hard_to_guess(password, words):
        raise Refusal(
            _("Questa password si indovina facilmente: usa una frase con tre o più parole tue."),
            field=field,
        )


def _is_hard_to_guess(password: str, known_words: Iterable[str]) -> bool:
    """Whether it takes more than 10^10 guesses of who knows the passwords that leaked, the words of
    English and Italian, the keyboard, and the words of the account (zxcvbn's highest class).
    """
    # Asked when a password is chosen, and by nobody else: its lists are not for every process.
    from zxcvbn import zxcvbn

    guessed = [*known_words, *COMMON, *italian_words()]
    found = zxcvbn(_spelled(password), user_inputs=guessed, max_length=LONGEST)
    return bool(found["score"] == HARD)


@cache
def italian_words() -> tuple[str, ...]:
    """The commonest words of Italian, the first the most used."""
    from spellchecker import SpellChecker

    frequency = SpellChecker(language="it").word_frequency
    longer = (word for word in frequency.words() if len(word) > SHORT_WORD)
    return tuple(sorted(longer, key=lambda word: -frequency[word])[:MOST_WORDS])


def _own_part(password: str, known_words: Iterable[str]) -> int:
    """How much is left without years, runs, common words and the words of the account."""
    plain = RUN.sub("", _spelled(password).casefold())
    own_words = {word for text in known_words for word in re.findall(r"\w{3,}", text.casefold())}
    guessed = sorted({*COMMON, *own_words}, key=len, reverse=True)
    for text in (plain, plain.translate(DISGUISES)):
        left = text
        for word in guessed:
            left = left.replace(word, " ")
        shortest = len(re.findall(r"[^\W_]", left))
        if shortest < LEAST_OF_ITS_OWN:
            return shortest
    return LEAST_OF_ITS_OWN


def _spelled(password: str) -> str:
    """One spelling for accents, which keyboards write in two ways."""
    return unicodedata.normalize("NFC", password)
