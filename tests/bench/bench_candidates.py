# SPDX-License-Identifier: AGPL-3.0-or-later
"""Does the desk find whoever it knows under another spelling? Recall at five, and wrong ones.

A desk of 1,000 people holds the first name of each labelled pair; it is asked with the second
name, the sex and the year of birth. The held-out third was never looked at while tuning.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from config.settings import load_settings
from portal.app import create_app
from portal.core.italy.formats import PartialDate
from portal.core.store.tenancy import desk_scope
from portal.core.store.unit import unit_of_work
from portal.demo.people import invent_people
from portal.embedded import machine_room
from portal.people import actions, queries
from portal.people.rules import PersonFacts
from tests.world import LUCCA

PAIRS = Path(__file__).parent.parent / "fixtures" / "name_pairs.csv"
PEOPLE = 1_000
SEED = 4
TODAY = date(2026, 11, 23)


@dataclass(frozen=True)
class Pair:
    """Two names, of one person or of two."""

    known: PersonFacts
    asked: PersonFacts
    same: bool
    area: str
    held_out: bool


@dataclass
class Found:
    """What came of all the questions."""

    same: int = 0
    recalled: int = 0
    questions: int = 0
    wrong: int = 0
    missed: list[Pair] = field(default_factory=list)

    @property
    def recall(self) -> float:
        return self.recalled / self.same

    @property
    def wrong_each(self) -> float:
        return self.wrong / self.questions


def pairs(*, held_out: bool) -> list[Pair]:
    """The third that tuning never saw, or the other two."""
    with PAIRS.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if (row["held_out"] == "1") == held_out]
    draw = Random(SEED)
    return [_pair(row, draw) for row in rows]


def measure(asked: Sequence[Pair]) -> Found:
    """Fill the desk in scope and ask it; nobody else may be in it.

    Wrong is every candidate but the person of a pair of the same, over all questions.
    """
    invented = invent_people(PEOPLE - len(asked), draw=Random(SEED), today=TODAY)
    ids = actions.create_people(people=[*(pair.known for pair in asked), *invented])
    found = Found()
    for pair, person_id in zip(asked, ids[: len(asked)], strict=True):
        candidates = [one.row.id for one in queries.list_candidates(pair.asked)]
        right = pair.same and person_id in candidates
        found.same += pair.same
        found.recalled += right
        found.questions += 1
        found.wrong += len(candidates) - right
        if pair.same and not right:
            found.missed.append(pair)
    return found


def figures() -> list[tuple[str, float, float, str]]:
    """(what, figure, limit, how it compares), on servers of its own."""
    from tests.conftest import prepare

    with (
        TemporaryDirectory() as home,
        machine_room(load_settings({"PORTAL_HOME": home}), throwaway=True) as settings,
    ):
        prepare(settings)
        with create_app(settings).app_context(), desk_scope(LUCCA.id), unit_of_work():
            found = measure(pairs(held_out=True))
    return [
        ("Doppioni: ritrovati fra 5 candidati, terzo tenuto da parte", found.recall, 0.95, ">="),
        ("Doppioni: candidati sbagliati per domanda", found.wrong_each, 1.0, "<="),
    ]


def _pair(row: dict[str, str], draw: Random) -> Pair:
    year = int(row["birth_year"])
    born = PartialDate(year, draw.randint(1, 12), draw.randint(1, 28))
    known, asked = (
        PersonFacts(row[f"family_{one}"], row[f"given_{one}"], sex=row["sex"], birth=birth)
        for one, birth in (("a", born), ("b", PartialDate(year)))
    )
    return Pair(known, asked, row["same"] == "1", row["area"], row["held_out"] == "1")
