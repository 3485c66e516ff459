# SPDX-License-Identifier: AGPL-3.0-or-later
"""What was typed in the box: whether it is enough, what it says of somebody new, what it found.

Pure.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from portal.core import clock
from portal.core.italy import formats
from portal.core.italy.codice_fiscale import SHAPE, read_codice_fiscale
from portal.core.italy.formats import PartialDate
from portal.people.card import codice_fiscale
from portal.people.card.phone import read_phone
from portal.people.matching import search_terms
from portal.people.rules import PersonFacts, split_name, tidy

IDEOGRAPH = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]")
SHORTEST_PHONE = 6
LONGEST_SAID = 40
"""No date, code or telephone is as long, not even a wrong one."""
LIKE_A_DATE = re.compile(
    r"\d{1,2}([/.-])\d{1,2}(\1\d{1,4})?|\d{1,2}[/.-]\d{4}|\d{4}-\d\d?(-\d\d?)?"
)
# Half a birth beside no other number: «88», or a year that is yet to come.
LIKE_A_YEAR = re.compile(r"\d{2}|20\d{2}")
# Eleven digits are a provisional code, unless they begin as telephones do.
LIKE_A_CODE = re.compile(
    r"(?=.*\d)[a-z]{3}[a-z0-9]{8,17}|[a-z]{6}\d[a-z0-9]{0,9}|[124-9]\d{10}", re.IGNORECASE
)


def is_enough(text: str) -> bool:
    """Two characters; one of Chinese, Japanese or Korean is already a name."""
    return len(text) > 1 or bool(IDEOGRAPH.search(text))


@dataclass(frozen=True)
class Begun:
    """What the box says of somebody new; `unread` is what was not understood, by field."""

    facts: PersonFacts
    unread: dict[str, str] = field(default_factory=dict)


def find_code(text: str) -> str | None:
    """The codice fiscale within what was typed, if one stands there whole and right."""
    for chunk in (*text.split(), "".join(text.split())):
        if len(chunk) == 16:
            try:
                return read_codice_fiscale(chunk).text
            except ValueError:
                continue
    return None


def begun_with(text: str) -> Begun:
    """What the box already says of somebody new: names, birth, codice fiscale, telephone."""
    code, whole = find_code(text), "".join(text.split())
    if code and len(whole) == len(code):
        return Begun(codice_fiscale.filled(PersonFacts(codice_fiscale=code)))
    if SHAPE.fullmatch(whole.upper()):
        return Begun(PersonFacts(), {"codice_fiscale": whole.upper()})
    family_name, given_name = split_name(text)
    chunks = (chunk.strip(",;()") for chunk in tidy(text).split() if chunk.upper() != code)
    birth, phone, unread = _numbers([chunk for chunk in chunks if re.search(r"\d", chunk)])
    facts = PersonFacts(family_name, given_name, birth=birth, phone=phone, codice_fiscale=code)
    return Begun(
        codice_fiscale.filled(facts), {name: said for name, said in unread.items() if said}
    )


def _numbers(chunks: Sequence[str]) -> tuple[PartialDate | None, str | None, dict[str, str]]:
    """The birth and the telephone among the chunks that hold digits; by field, what is neither."""
    birth, rest = None, []
    unread = {"birth": "", "codice_fiscale": "", "phone": ""}
    for chunk in chunks:
        found = None if birth else _birth(chunk)
        kind = "birth" if LIKE_A_DATE.fullmatch(chunk) else "codice_fiscale"
        if found:
            birth = found
        elif kind == "birth" or LIKE_A_CODE.fullmatch(chunk):
            unread[kind] = _beside(unread[kind], chunk)
        else:
            rest.append(chunk)
    if len(rest) == 1 and not birth and not unread["birth"] and LIKE_A_YEAR.fullmatch(rest[0]):
        unread["birth"] = rest.pop()
    phone = _phone("".join(rest))
    unread["phone"] = "" if phone else _beside("", *rest)
    return birth, phone, unread


def _beside(*said: str) -> str:
    return " ".join(filter(None, said))[:LONGEST_SAID]


def _birth(chunk: str) -> PartialDate | None:
    try:
        birth = formats.parse_partial(chunk)
    except ValueError:
        return None
    return birth if birth.earliest <= clock.today() else None


def _phone(digits: str) -> str | None:
    if len(digits) < SHORTEST_PHONE:
        return None
    try:
        return read_phone(digits)
    except ValueError:
        return None


def begun_words(text: str) -> tuple[str, ...]:
    """The beginnings of words that were looked for, to be underlined in what was found."""
    terms = search_terms.read_search(text, clock.today())
    return tuple(prefix for term in terms for prefix in term.prefixes if prefix.isalpha())


def split_by_match(name: str, begun: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Each word of the name in two: what was typed of it, which is underlined, and the rest."""
    lengths = ((word, _matching(word, begun)) for word in name.split())
    return tuple((word[:length], word[length:]) for word, length in lengths)


def _matching(word: str, begun: tuple[str, ...]) -> int:
    """How many characters of the word were typed; most names need no folding."""
    if word.isascii() and word.isalpha():
        plain = word.lower()
        return max((len(prefix) for prefix in begun if plain.startswith(prefix)), default=0)
    plain = search_terms.folded(word)
    prefix = max(
        (beginning for beginning in begun if plain.startswith(beginning)),
        key=len,
        default="",
    )
    lengths = range(1, len(word) + 1)
    return next(
        (n for n in lengths if prefix and len(search_terms.folded(word[:n])) >= len(prefix)), 0
    )
