# SPDX-License-Identifier: AGPL-3.0-or-later
"""What may be meant by the two letters with which a citizenship, a state or a Comune begins. Pure.

Any word of a name may begin so, also of its other names; what is common here comes first.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from portal.core.italy.states_and_comuni import (
    Comune,
    folded,
    get_comune,
    list_citizenships,
    list_comuni,
    list_states,
)

LETTERS = 2
CITIZENSHIP, STATE, COMUNE = "citizenship", "state", "comune"
KINDS = (CITIZENSHIP, STATE, COMUNE)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A name that its field understands, and the other names under which it is found."""

    code: str
    name: str
    others: tuple[str, ...] = ()


def begun(kind: str, letters: str, common: Sequence[str]) -> list[Suggestion]:
    """The places of which a word begins with the letters, the common ones (codes) first."""
    found = _by_letters(kind).get(folded(letters).replace(" ", "")[:LETTERS], ())
    rank = {code: number for number, code in enumerate(common)}
    nearest = _province(common) if kind == COMUNE else ""
    return sorted(
        found,
        key=lambda place: (
            rank.get(place.code, len(rank)),
            bool(nearest) and not place.name.endswith(nearest),
        ),
    )


def _province(common: Sequence[str]) -> str:
    """« (LU)»: the province in which most people live."""
    known = (get_comune(code) for code in common[:1])
    return next((f" ({comune.province})" for comune in known), "")


@cache
def _by_letters(kind: str) -> Mapping[str, tuple[Suggestion, ...]]:
    """The places under each two letters with which a word of theirs begins, in order of name."""
    table: dict[str, list[Suggestion]] = defaultdict(list)
    for place in _places(kind):
        names = (place.name.partition(" (")[0], *place.others)
        words = {word for name in names for word in folded(name).split()}
        for letters in {word[:LETTERS] for word in words if len(word) >= LETTERS}:
            table[letters].append(place)
    return {letters: tuple(places) for letters, places in table.items()}


def _places(kind: str) -> Iterable[Suggestion]:
    if kind == COMUNE:
        return map(_comune, list_comuni())
    born_in = (state for state in list_states() if state.is_birth)
    states = list_citizenships() if kind == CITIZENSHIP else born_in
    return (Suggestion(state.istat3, state.name, state.aliases) for state in states)


def _comune(comune: Comune) -> Suggestion:
    return Suggestion(comune.istat6, comune.full_name, tuple(filter(None, (comune.other_name,))))
