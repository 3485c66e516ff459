# SPDX-License-Identifier: AGPL-3.0-or-later
"""The names that the generator draws from: common ones first, then a long tail of rarer ones.

The tail is put together from pieces of the common names of the same citizenship, so that its
beginnings and sounds collide as they do in life.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

from anyascii import anyascii

from portal.core.italy import codice_fiscale
from portal.core.italy.states_and_comuni import get_state
from portal.demo.names import ORIGINS

SEED = 7
FAMILY, WOMAN, MAN = "f", "w", "m"
SYLLABLES = [one + other for one in "bdfghjklmnprstvyz" for other in "aeiou"]


@dataclass(frozen=True)
class Name:
    """A name of one citizenship; `rank` counts from 0, the commonest."""

    origin: int
    part: str
    rank: int
    shown: str

    @property
    def code(self) -> str:
        """Its three letters in a codice fiscale."""
        letters = re.sub(r"[^A-Z]", "", self.shown.upper())
        if self.part == FAMILY:
            return codice_fiscale._family_part(letters)
        return codice_fiscale._given_part(letters)


def list_names(families: int, givens: int) -> list[Name]:
    """Every name, the same for the same numbers."""
    draw = Random(SEED)
    names = []
    for number, origin in enumerate(ORIGINS):
        for part, common, wanted in (
            (FAMILY, origin.families, families),
            (WOMAN, origin.women, givens),
            (MAN, origin.men, givens),
        ):
            lengthened = _lengthened(common, wanted, draw)
            names += [Name(number, part, rank, shown) for rank, shown in enumerate(lengthened)]
    return names


def birthplaces() -> list[tuple[int, int, str, str]]:
    """Of each citizenship (number, weight, ISTAT code, code of birthplace)."""
    return [
        (number, origin.weight, origin.state, get_state(origin.state).z_code or "Z100")
        for number, origin in enumerate(ORIGINS)
    ]


def _lengthened(common: Sequence[str], wanted: int, draw: Random) -> list[str]:
    found = dict.fromkeys(anyascii(name) for name in common)
    pieces = [list(_pieces(word)) for name in found for word in name.split()]
    while len(found) < wanted:
        first, last = draw.choice(pieces), draw.choice(pieces)
        middle = "".join(draw.choices(SYLLABLES, k=draw.choice((0, 0, 1, 1, 2))))
        made = f"{first[0]}{middle}{last[-1]}".lower()
        if 3 <= len(made) <= 14:
            found.setdefault(made.capitalize())
    return list(found)[:wanted]


def _pieces(word: str) -> Iterator[str]:
    """Roughly its syllables: consonants and the vowels after them."""
    yield from re.findall(r"[^aeiouy]*[aeiouy]+(?:[^aeiouy]$)?|[^aeiouy]+$", word.lower()) or [word]
