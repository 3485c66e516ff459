# SPDX-License-Identifier: AGPL-3.0-or-later
"""The likeliest pairs of one person in a desk: gathered by what few share, then weighed.

A pair is only ever looked at because both have a rare word, number or spelling in common, or were
born on one day and share any name: never everybody with everybody.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from math import log2
from uuid import UUID

from sqlalchemy import func, select, text

from portal.core.store.database import db
from portal.people import rules
from portal.people.matching.name_scoring import SMOOTHING
from portal.people.matching.scoring import likeness
from portal.people.matching.spellings import joined, parts_of
from portal.people.models import Person, PersonAlias, PersonToken
from portal.people.queries import desk_keys
from portal.people.rules import PersonFacts

MOST = 50
GATHERED, READ = 2000, 200
RARE = 8
"""A word that more people have says too little to bring two of them together."""

# Groups and their pairs, never a join of everybody with everybody, which PostgreSQL would try in a
# loop as long as the tables have no statistics.
PAIRS = text(
    """
WITH shared AS (
    SELECT array_agg(person_id) AS people, 1.0 / count(*) AS weight, false AS on_name
    FROM person_token WHERE kind IN ('w', 'v')
    GROUP BY kind, token HAVING count(*) BETWEEN 2 AND :rare
    UNION ALL
    SELECT array_agg(id), 1.0, true FROM person
    WHERE merged_into IS NULL AND birth_day IS NOT NULL AND (birth_month, birth_day) <> (1, 1)
    GROUP BY birth_year, birth_month, birth_day HAVING count(*) BETWEEN 2 AND :rare
),
weighed AS MATERIALIZED (
    SELECT one_id, other_id, sum(weight) AS weight
    FROM shared, unnest(people) AS one_id, unnest(people) AS other_id
    WHERE one_id < other_id AND (NOT on_name OR EXISTS (
        SELECT kind, token FROM person_token WHERE person_id = one_id
        INTERSECT
        SELECT kind, token FROM person_token WHERE person_id = other_id
    ))
    GROUP BY one_id, other_id ORDER BY weight DESC LIMIT :gathered
)
SELECT one_id, other_id FROM weighed
JOIN person AS one ON one.id = one_id JOIN person AS other ON other.id = other_id
WHERE NOT EXISTS (
    SELECT FROM people_apart AS apart
    WHERE apart.one_id = weighed.one_id AND apart.other_id = weighed.other_id
)
ORDER BY weight
    + CASE WHEN one.birth_year = other.birth_year THEN 2
           WHEN one.birth_year <> other.birth_year THEN -2 ELSE 0 END
    - CASE WHEN one.sex <> other.sex THEN 2 ELSE 0 END DESC, one_id, other_id
LIMIT :read
"""
)


@dataclass(frozen=True)
class PairedPerson:
    """One of the two, with the facts to decide by."""

    id: UUID
    facts: PersonFacts

    @property
    def name(self) -> str:
        return rules.display_name(self.facts)


@dataclass(frozen=True)
class CandidatePair:
    """Two persons who may be one, and why, strongest reason first."""

    one: PairedPerson
    other: PairedPerson
    reasons: tuple[str, ...]
    score: float


def list_candidate_pairs() -> list[CandidatePair]:
    """The strongest pairs of the desk, at most MOST, the likeliest first."""
    pairs = db.session.execute(PAIRS, {"rare": RARE, "gathered": GATHERED, "read": READ}).all()
    if not pairs:
        return []
    facts = _facts_of({person_id for pair in pairs for person_id in pair})
    people = db.session.scalar(select(func.count()).select_from(Person)) or 0
    rarity = _rarity(facts.values(), people)
    found = []
    for one_id, other_id in pairs:
        one, other = facts[one_id], facts[other_id]
        seen = likeness(one, other, rarity=rarity, people=people)
        if seen.strong:
            sides = PairedPerson(one_id, one), PairedPerson(other_id, other)
            found.append(CandidatePair(*sides, seen.reasons, seen.score))
    return sorted(found, key=lambda pair: (-pair.score, pair.one.id, pair.other.id))[:MOST]


def _facts_of(person_ids: Collection[UUID]) -> dict[UUID, PersonFacts]:
    """What likeness weighs, in three statements for all."""
    told = desk_keys.list_told_facts(person_ids)
    aliases: dict[UUID, list[str]] = {}
    for person_id, name in db.session.execute(
        select(PersonAlias.person_id, PersonAlias.name).where(PersonAlias.person_id.in_(person_ids))
    ):
        aliases.setdefault(person_id, []).append(name)
    rest = db.session.execute(
        select(Person.id, Person.phone, Person.email, Person.birth_conventional).where(
            Person.id.in_(person_ids)
        )
    )
    return {
        row.id: replace(
            told[row.id],
            phone=row.phone,
            email=row.email,
            birth_conventional=row.birth_conventional,
            aliases=tuple(aliases.get(row.id, ())),
        )
        for row in rest
    }


def _rarity(everybody: Collection[PersonFacts], people: int) -> dict[str, float]:
    """What it is worth to meet each word of these names twice in the desk, in bits."""
    words = {
        part.word
        for facts in everybody
        for name in (facts.family_name, facts.given_name, *facts.aliases)
        for part in (*parts_of(name), *filter(None, (joined(name),)))
    }
    counted = db.session.execute(
        select(PersonToken.token, func.count())
        .where(PersonToken.kind == "w", PersonToken.token.in_(words))
        .group_by(PersonToken.token)
    )
    return {word: log2((people + SMOOTHING) / (1 + number)) for word, number in counted}
