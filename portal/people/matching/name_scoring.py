# SPDX-License-Identifier: AGPL-3.0-or-later
"""How alike two names are, part by part, whichever of them stands first. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import log2

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from rapidfuzz.distance import OSA

from portal.people.matching.spellings import NamePart, frame, joined, parts_of

SMOOTHING = 300
"""As if so many more people were known: one of three names is not rare because nobody else came."""

SPELLING, WITHOUT_PREFIX, INITIAL = 0.96, 0.87, 0.85
MOST_ALIKE_OTHERS = 0.72
"""Two names that the table holds to be different, however alike they look."""
ALIKE = 0.80
WORTHLESS = 0.72
"""A match as unsure as this is worth nothing; at 1 the full rarity of the name."""

CONFLICT, LEFT_OVER = -6.0, -0.6

SAME_FAMILY = 5.0
"""At most this for all the family names together when the given names differ: a sister."""

FAMILY, GIVEN = 0, 1

SWAPPED_SAID, BOTH_SAID = _l("nome e cognome scambiati"), _l("stesso nome e cognome")
FAMILY_SAID, GIVEN_SAID = _l("stesso cognome"), _l("stesso nome")


@dataclass(frozen=True)
class Rarity:
    """What it is worth to meet each word again, in bits: ten for one in a thousand."""

    bits: Mapping[str, float]
    people: int

    def of(self, part: NamePart) -> float:
        return self.bits.get(part.word, log2((self.people + SMOOTHING) / 2))


@dataclass(frozen=True)
class Placed:
    """A part where it stands; `whole` when it is all of the name written in one."""

    side: int
    part: NamePart
    whole: bool = False


@dataclass(frozen=True)
class Names:
    """The bits, how that is told, and whether sound and not letters brought them together."""

    bits: float
    said: LazyString | None = None
    sounds_alike: bool = False


def compare(mine: tuple[str, str], theirs: tuple[str, str], rarity: Rarity) -> Names:
    """Family and given name of each; the best way to lay one beside the other."""
    ways = product(_ways(mine), _ways(theirs))
    return max((_laid_beside(a, b, rarity) for a, b in ways), key=lambda one: one.bits)


def alike(a: NamePart, b: NamePart) -> float:
    """From 0 to 1: the same letters, a spelling of the same name, or so many letters in common."""
    if a.word == b.word:
        return 1.0
    if a.lines & b.lines:
        return SPELLING
    if a.is_listed and b.is_listed:
        return MOST_ALIKE_OTHERS
    if a.forms & b.forms:
        return SPELLING
    letters = letters_in_common(a, b)
    if a.bare & b.marks or b.bare & a.marks or a.bare & b.bare:
        return max(letters, WITHOUT_PREFIX)
    if 1 in (len(a.word), len(b.word)) and a.word[:1] == b.word[:1]:
        return INITIAL
    return letters


def letters_in_common(a: NamePart, b: NamePart) -> float:
    """Consonants carry a name through all its spellings, vowels less so."""
    best = 0.0
    for one, other in product(a.forms, b.forms):
        sound = OSA.normalized_similarity(one, other)
        if sound > 0.4:
            bones = OSA.normalized_similarity(frame(one), frame(other))
            best = max(best, 0.6 * sound + 0.4 * bones)
    return best


def _ways(name: tuple[str, str]) -> Iterator[list[Placed]]:
    """The name in its parts; and with each of the two names written in one."""
    apart = [Placed(side, part) for side, text in enumerate(name) for part in parts_of(text)]
    yield apart
    together = [
        Placed(side, whole, True) for side, text in enumerate(name) if (whole := joined(text))
    ]
    if together:
        sides = {match.side for match in together}
        yield [match for match in apart if match.side not in sides] + together


def _laid_beside(mine: Sequence[Placed], theirs: Sequence[Placed], rarity: Rarity) -> Names:
    syllabic = all(one.part.is_syllabic for one in (*mine, *theirs))
    pairs = sorted(
        (
            (_alike_placed(a, b, syllabic), i, j)
            for i, a in enumerate(mine)
            for j, b in enumerate(theirs)
        ),
        key=lambda pair: (-pair[0], mine[pair[1]].side != theirs[pair[2]].side),
    )
    left, right = dict(enumerate(mine)), dict(enumerate(theirs))
    matched: list[tuple[float, Placed, Placed]] = []
    for score, i, j in pairs:
        if score >= ALIKE and i in left and j in right:
            matched.append((score, left.pop(i), right.pop(j)))
    if not matched:
        return Names(CONFLICT)
    conflicts = min(len(left), len(right))
    over = max(len(left), len(right)) - conflicts
    worth = sum(rarity.of(a.part) * _share(score) for score, a, _b in matched)
    if conflicts and all(a.side == FAMILY for _score, a, _b in matched):
        worth = min(worth, SAME_FAMILY)
    bits = worth + conflicts * CONFLICT + min(over, 2) * LEFT_OVER
    return _told(bits, matched, conflicts, over)


def _alike_placed(a: Placed, b: Placed, syllabic: bool) -> float:
    """Names run together, and syllables, resemble each other by chance: they must be the same."""
    score = alike(a.part, b.part)
    strict = a.whole or b.whole or syllabic
    return score if score >= SPELLING or not strict else min(score, MOST_ALIKE_OTHERS)


def _share(score: float) -> float:
    return max(0.0, (score - WORTHLESS) / (1 - WORTHLESS))


def _told(
    bits: float, matched: list[tuple[float, Placed, Placed]], conflicts: int, over: int
) -> Names:
    swapped = all(a.side != b.side for _score, a, b in matched) and len(matched) > 1
    exact = all(score == 1 for score, _a, _b in matched)
    sides = {a.side for _score, a, _b in matched}
    by_sound = any(
        score < 1 and (a.part.lines & b.part.lines or a.part.forms & b.part.forms)
        for score, a, b in matched
    )
    percent = sum(score for score, _a, _b in matched) / (len(matched) + conflicts + 0.2 * over)
    if swapped:
        said = SWAPPED_SAID
    elif sides == {FAMILY} and exact:
        said = FAMILY_SAID
    elif sides == {GIVEN} and exact:
        said = GIVEN_SAID
    elif exact and not conflicts and not over:
        said = BOTH_SAID
    else:
        said = _l("nome %(n)s %%", n=round(100 * percent))
    return Names(bits, said, by_sound)
