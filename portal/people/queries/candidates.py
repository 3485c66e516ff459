# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who in the desk may be the person described: found by keys in SQL, then weighed one by one.

Only equality of keys leads to a person, through the index that row-level security may use. Who
could not reach the threshold even with all else in favour is not read (`at_most` in
matching/similarity.py).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, or_, select, text

from portal.core.store.database import db
from portal.people import rules
from portal.people.card import summary
from portal.people.matching import name_scoring, scoring
from portal.people.matching.spellings import NamePart, joined, parts_of
from portal.people.models import PeopleApart
from portal.people.queries.lists import PersonRow
from portal.people.queries.persons import birth_of
from portal.people.rules import PersonFacts

READ = 30
"""So many are weighed; the desk's own keys put the likeliest among them."""

PHONE, CODE = -1, -2
"""Numbers of the keys that are no part of a name."""

AT_MOST = {
    "same_date": scoring.SAME_YEAR + scoring.SAME_DAY,
    "slip": scoring.SAME_DAY + scoring.NEXT_YEAR,
    "next_year": scoring.NEXT_YEAR,
    "other_year": scoring.OTHER_YEAR,
    "other_sex": scoring.OTHER_SEX,
    "smoothing": name_scoring.SMOOTHING,
}
"""The most that a birth and a sex can say for a person, as the weighing will find."""

FIND = text(
    """
WITH hit AS MATERIALIZED (
    SELECT asked.number, found.person_id,
        max(CASE WHEN asked.token LIKE '.%' THEN 0.75 ELSE 1.0 END) AS likeness
    FROM unnest(CAST(:numbers AS int[]), CAST(:kinds AS text[]), CAST(:tokens AS text[]))
        AS asked (number, kind, token)
    JOIN person_token AS found ON found.kind = asked.kind AND found.token = asked.token
    GROUP BY asked.number, found.person_id
),
desk AS MATERIALIZED (SELECT count(*) AS people FROM person),
worth AS MATERIALIZED (
    SELECT number,
        CASE WHEN number < 0 THEN 30
             ELSE log(2.0, (max(people) + :smoothing) / (1 + sum(likeness * likeness))) END AS bits
    FROM hit CROSS JOIN desk GROUP BY number
),
ranked AS MATERIALIZED (
    SELECT person_id, sum(likeness * bits) AS points
    FROM hit JOIN worth USING (number)
    GROUP BY person_id ORDER BY points DESC LIMIT 1000
),
likely AS MATERIALIZED (
    SELECT id, points + at_most AS points FROM (
        SELECT person.id, points,
            CASE WHEN CAST(:year AS int) IS NULL OR birth_year IS NULL THEN 0
                 WHEN birth_year = CAST(:year AS int) THEN CAST(:same_date AS float)
                 WHEN birth_month = CAST(:month AS int) AND birth_day = CAST(:day AS int)
                     THEN CAST(:slip AS float)
                 WHEN abs(birth_year - CAST(:year AS int)) = 1 THEN CAST(:next_year AS float)
                 ELSE CAST(:other_year AS float) END
            - CASE WHEN sex <> :sex THEN -CAST(:other_sex AS float) ELSE 0 END AS at_most
        FROM ranked JOIN person ON person.id = ranked.person_id
        WHERE merged_into IS NULL AND person.id IS DISTINCT FROM CAST(:but AS uuid)
    ) CROSS JOIN desk
    WHERE points + at_most >= log(2.0, people + :smoothing) - 4
    ORDER BY points DESC, id LIMIT :read
)
SELECT person.id, family_name, given_name, sex, birth_year, birth_month, birth_day,
    birth_conventional, permit_expires_on, phone, email, codice_fiscale,
    (SELECT array_agg(state_code ORDER BY is_primary DESC) FROM person_citizenship
     WHERE person_id = person.id) AS citizenships,
    (SELECT array_agg(name) FROM person_alias WHERE person_id = person.id) AS aliases,
    home.kind, home.comune_code,
    (SELECT people FROM desk) AS people,
    (SELECT jsonb_object_agg(number, bits) FROM worth) AS worth
FROM likely JOIN person ON person.id = likely.id
LEFT JOIN LATERAL (
    SELECT kind, comune_code FROM person_residence
    WHERE person_id = person.id ORDER BY valid_from DESC LIMIT 1
) AS home ON true
"""
)


@dataclass(frozen=True)
class Candidate:
    """A person of the desk who may be the one described, with the facts to decide by."""

    row: PersonRow
    phone: str
    residence: str
    score: float
    reasons: tuple[str, ...]
    """In words, strongest first; shown joined by «; »."""
    differing: frozenset[str]
    """Names of the facts that both tell, and tell differently."""
    strong: bool


def list_candidates(
    facts: PersonFacts, *, limit: int = 5, but: UUID | None = None
) -> list[Candidate]:
    """Who may be the same person, the likeliest first; nobody below the threshold.

    `but` is a person already saved: not a candidate, nor whoever was told apart from them.
    """
    parts = list(_parts(facts))
    keys = list(_keys(facts, parts))
    if not keys:
        return []
    asked = {
        "numbers": [number for number, _kind, _token in keys],
        "kinds": [kind for _number, kind, _token in keys],
        "tokens": [token for _number, _kind, token in keys],
        "year": facts.birth.year if facts.birth else None,
        "month": facts.birth.month if facts.birth else None,
        "day": facts.birth.day if facts.birth else None,
        "sex": facts.sex if facts.sex in ("F", "M") else None,
        "but": but,
        "read": READ,
    } | AT_MOST
    apart = set(list_apart(but)) if but else set()
    rows = [row for row in db.session.execute(FIND, asked) if row.id not in apart]
    found = [_weighed(facts, parts, row) for row in rows]
    worth = [candidate for candidate in found if candidate is not None]
    return sorted(worth, key=lambda one: (-one.score, one.row.name, one.row.id))[:limit]


def list_apart(person_id: UUID) -> list[UUID]:
    """Who was told to be somebody else than this person."""
    pairs = db.session.execute(
        select(PeopleApart.one_id, PeopleApart.other_id).where(
            or_(PeopleApart.one_id == person_id, PeopleApart.other_id == person_id)
        )
    )
    return sorted(other if one == person_id else one for one, other in pairs)


def _parts(facts: PersonFacts) -> Iterator[NamePart]:
    """Each part of each name, once, and each name written in one."""
    seen: set[str] = set()
    for name in (facts.family_name, facts.given_name, *facts.aliases):
        whole = joined(name)
        for part in (*parts_of(name), *([whole] if whole else ())):
            if part.word not in seen:
                seen.add(part.word)
                yield part


def _keys(facts: PersonFacts, parts: list[NamePart]) -> Iterator[tuple[int, str, str]]:
    for number, part in enumerate(parts):
        yield from ((number, "v", key) for key in part.keys)
    if facts.phone:
        yield PHONE, "w", facts.phone.lstrip("+")
    if facts.codice_fiscale:
        yield CODE, "w", facts.codice_fiscale.lower()


def _weighed(facts: PersonFacts, parts: list[NamePart], row: Row[Any]) -> Candidate | None:
    known = _known(row)
    rarity = {
        part.word: float(row.worth[str(number)])
        for number, part in enumerate(parts)
        if str(number) in row.worth
    }
    found = scoring.likeness(facts, known, rarity=rarity, people=row.people)
    if not found.worth_showing:
        return None
    return Candidate(
        row=_row(row, known),
        phone=summary.phone_text(known),
        residence=summary.residence_text(known.residence_kind, known.residence_comune),
        score=found.score,
        reasons=found.reasons,
        differing=frozenset(scoring.differing(facts, known)),
        strong=found.strong,
    )


def _known(row: Row[Any]) -> PersonFacts:
    return PersonFacts(
        family_name=row.family_name,
        given_name=row.given_name,
        aliases=tuple(row.aliases or ()),
        sex=row.sex,
        birth=birth_of(row),
        birth_conventional=row.birth_conventional,
        citizenships=tuple(row.citizenships or ()),
        residence_kind=row.kind or rules.NOT_STATED,
        residence_comune=row.comune_code,
        codice_fiscale=row.codice_fiscale,
        phone=row.phone,
        email=row.email,
    )


def _row(row: Row[Any], known: PersonFacts) -> PersonRow:
    return PersonRow(
        id=row.id,
        family_name=row.family_name,
        given_name=row.given_name,
        sex=row.sex,
        birth=known.birth,
        birth_conventional=row.birth_conventional,
        citizenship=known.citizenships[0] if known.citizenships else None,
        permit_expires_on=row.permit_expires_on,
    )
