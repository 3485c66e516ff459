# SPDX-License-Identifier: AGPL-3.0-or-later
"""How many desks, persons and visits, and how they are spread over the desks. Pure.

A few desks are large and most are small: the size of a desk falls with its rank to the power 0.9.
"""

from dataclasses import dataclass

FALL = 0.9
EQUAL_PEOPLE = 1_000
EQUAL_SEED = 999_999
ENQUIRIES_A_VISIT = 1.25
DESKS_A_NETWORK = 33


@dataclass(frozen=True)
class Scale:
    """A data set; `families` names of families and `givens` of each sex for each citizenship."""

    name: str
    desks: int
    people: int
    enquiries: int
    families: int = 600
    givens: int = 100


@dataclass(frozen=True)
class DeskSize:
    """A desk by its rank; two desks with one seed and one size hold the same."""

    number: int
    seed: int
    slug: str
    people: int
    visits: int

    @property
    def network(self) -> int:
        return (self.number - 1) // DESKS_A_NETWORK + 1


SCALES = {
    scale.name: scale
    for scale in (
        Scale("S", 2, 1_200, 4_800, families=8, givens=8),
        Scale("M", 33, 60_000, 400_000),
        Scale("L", 7_896, 5_300_000, 20_000_000),
    )
}
VISITS_A_PERSON = 4.0
"""Of the desk that is the same at each scale."""


def desk_sizes(scale: Scale) -> list[DeskSize]:
    """The desks by rank. The one nearest to it has exactly EQUAL_PEOPLE, the same at any scale."""
    weights = [rank**-FALL for rank in range(1, scale.desks + 1)]
    people = [round(scale.people * weight / sum(weights)) for weight in weights]
    equal = min(range(scale.desks), key=lambda rank: abs(people[rank] - EQUAL_PEOPLE))
    people[equal] = EQUAL_PEOPLE
    people[0 if equal else 1] += scale.people - sum(people)
    visits_a_person = scale.enquiries / ENQUIRIES_A_VISIT / scale.people
    return [
        _desk(rank + 1, number, visits_a_person, is_equal=rank == equal)
        for rank, number in enumerate(people)
    ]


def _desk(number: int, people: int, visits_a_person: float, *, is_equal: bool) -> DeskSize:
    if is_equal:
        return DeskSize(number, EQUAL_SEED, "pari", people, round(people * VISITS_A_PERSON))
    return DeskSize(number, number, f"banco-{number}", people, round(people * visits_a_person))


def median_desk(sizes: list[DeskSize]) -> DeskSize:
    """The desk in the middle, by persons."""
    return sorted(sizes, key=lambda desk: desk.people)[len(sizes) // 2]


def largest_desk(sizes: list[DeskSize]) -> DeskSize:
    """The desk with most persons."""
    return max(sizes, key=lambda desk: desk.people)
