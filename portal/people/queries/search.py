# SPDX-License-Identifier: AGPL-3.0-or-later
"""The box: persons who match all that was typed, in one statement whatever was typed.

First who has these words; where that is few, who has them in another spelling; where that is
nobody, who sounds alike. The beginnings of words are ranges, so that one prepared plan serves
every search: `^@` may use the index only with a constant.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Row, text

from portal.core import clock
from portal.core.store.database import db
from portal.people.matching import search_terms, spellings
from portal.people.matching.name_scoring import letters_in_common
from portal.people.matching.search_terms import Term
from portal.people.queries.lists import PAGE, PeoplePage, PersonRow, row_of

SHORTEST_SOUND = 3
"""Two letters sound like too much."""

BY_SOUND = 2
MOST_HEARD = 100
LIKE_ENOUGH = 0.6
"""Half of the letters and of the consonants; what only sounds alike by its code has less."""

_LAST = "\x7f"
"""Sorts after every character of a word."""

# Beside a name, a birth is looked at only for those whom the name has met; alone, for all.
# OFFSET 0: who was met is read by key; the planner, which cannot know how few they are, would
# rather read the whole desk. Nearness: 0 letters, 1 spelling, 2 sound.
FIND = text(
    """
WITH birth AS MATERIALIZED (
    SELECT term, year, ending, month, day
    FROM unnest(
        CAST(:born AS int[]), CAST(:years AS int[]), CAST(:endings AS int[]),
        CAST(:months AS int[]), CAST(:days AS int[])
    ) AS typed (term, year, ending, month, day)
),
met AS MATERIALIZED (
    SELECT asked.term, found.person_id, 0 AS nearness
    FROM unnest(CAST(:begun AS int[]), CAST(:from AS text[]), CAST(:to AS text[]))
        AS asked (term, first, beyond)
    JOIN person_token AS found
        ON found.kind = 'w' AND found.token >= asked.first AND found.token < asked.beyond
    UNION ALL
    SELECT birth.term, person.id, 0
    FROM birth JOIN person ON birth_year IS NOT NULL
        AND (birth.year IS NULL OR birth_year = birth.year)
        AND (birth.ending IS NULL OR birth_year % 100 = birth.ending)
        AND (birth.month IS NULL OR coalesce(birth_month, birth.month) = birth.month)
        AND (birth.day IS NULL OR coalesce(birth_day, birth.day) = birth.day)
    WHERE :only_births
    UNION ALL
    SELECT asked.term, found.person_id, 1
    FROM unnest(CAST(:spelt AS int[]), CAST(:keys AS text[])) AS asked (term, key)
    JOIN person_token AS found ON found.kind = 'v' AND found.token = asked.key
    UNION ALL
    SELECT asked.term, found.person_id, 2
    FROM unnest(CAST(:heard AS int[]), CAST(:words AS text[])) AS asked (term, word)
    CROSS JOIN LATERAL unnest(daitch_mokotoff(asked.word)) AS key
    JOIN person_token AS found ON found.kind = 's' AND found.token = key
),
told AS MATERIALIZED (
    SELECT person_id, array_agg(term) AS terms, max(nearness) AS nearness
    FROM (SELECT person_id, term, min(nearness) AS nearness FROM met GROUP BY person_id, term)
    GROUP BY person_id
),
fit AS MATERIALIZED (
    SELECT person.id, sort_name, nearness
    FROM told CROSS JOIN LATERAL
        (SELECT * FROM person WHERE person.id = told.person_id OFFSET 0) AS person
    WHERE merged_into IS NULL AND cardinality(terms) + (
        SELECT count(*) FROM birth
        WHERE birth.term <> ALL (terms) AND birth_year IS NOT NULL
            AND (birth.year IS NULL OR birth_year = birth.year)
            AND (birth.ending IS NULL OR birth_year % 100 = birth.ending)
            AND (birth.month IS NULL OR coalesce(birth_month, birth.month) = birth.month)
            AND (birth.day IS NULL OR coalesce(birth_day, birth.day) = birth.day)
    ) = :terms
),
nearest AS MATERIALIZED (
    SELECT min(nearness) AS nearness, count(*) FILTER (WHERE nearness = 0) < :size AS few
    FROM fit
),
shown AS MATERIALIZED (
    SELECT fit.*, count(*) OVER () AS total
    FROM fit CROSS JOIN nearest
    WHERE fit.nearness = 0 OR fit.nearness = nearest.nearness OR (fit.nearness = 1 AND few)
    ORDER BY fit.nearness, sort_name, id LIMIT :size OFFSET :skipped
)
SELECT person.id, family_name, given_name, sex, birth_year, birth_month, birth_day,
    birth_conventional, permit_expires_on, total, nearness,
    (SELECT state_code FROM person_citizenship
     WHERE person_id = person.id AND is_primary) AS citizenship,
    (SELECT array_agg(name) FROM person_alias WHERE person_id = person.id) AS aliases
FROM shown JOIN person ON person.id = shown.id
ORDER BY nearness, shown.sort_name, person.id
"""
)
LAST_PAGE = 10_000
"""Beyond it nobody turns, and PostgreSQL skips no number without end."""


def search_people(text: str, *, limit: int = PAGE, page: int = 1) -> PeoplePage:
    """Persons who match every word typed, in any order.

    A word is the beginning of a name, other name, codice fiscale or phone, or the end of a phone;
    a year or a date is also a birth. Other spellings of a name follow, each row says so.
    """
    terms = search_terms.read_search(text, clock.today())
    if not terms:
        return PeoplePage((), 1, limit, 0)
    asked = _asked(terms)
    rows = _rows(asked, limit, page)
    if not rows and page > 1 and (first := _rows(asked, limit, 1)):
        page = -(-first[0].total // limit)
        rows = _rows(asked, limit, page)
    total = rows[0].total if rows else 0
    if rows and rows[0].nearness == BY_SOUND:
        heard = [row for row in _rows(asked, MOST_HEARD, 1) if _matches(row, terms)]
        page, total = min(page, max(1, -(-len(heard) // limit))), len(heard)
        rows = heard[(page - 1) * limit : page * limit]
    found = tuple(_found(row, terms) for row in rows)
    by_sound = bool(found) and found[0].by_sound
    return PeoplePage(found, page if rows else 1, limit, total, by_sound)


def _matches(row: Row[Any], terms: Sequence[Term]) -> bool:
    """Whether each word typed looks like one of the name, too: six digits of sound are coarse."""
    names = (row.family_name, row.given_name, *(row.aliases or ()))
    known = [part for name in names for part in spellings.parts_of(name)]
    typed = [spellings.parts_of(term.prefixes[0]) for term in terms if term.is_name]
    return all(
        any(
            letters_in_common(part, known_part) >= LIKE_ENOUGH
            for part in parts
            for known_part in known
        )
        for parts in typed
    )


def _rows(asked: dict[str, Any], size: int, page: int) -> Sequence[Row[Any]]:
    shown = {"size": size, "skipped": (max(1, min(page, LAST_PAGE)) - 1) * size}
    return db.session.execute(FIND, asked | shown).all()


def _asked(terms: Sequence[Term]) -> dict[str, Any]:
    """What was typed as columns, one row for each reading of a term."""
    begun = [(n, prefix) for n, term in enumerate(terms) for prefix in term.prefixes]
    names = [(n, term.prefixes[0]) for n, term in enumerate(terms) if term.is_name]
    heard = [(n, word) for n, word in names if len(word) >= SHORTEST_SOUND and word.isalpha()]
    spelt = [(n, key) for n, word in names for key in _spellings(word)]
    born = [(n, term) for n, term in enumerate(terms) if term.says_birth]
    return {
        "begun": [n for n, _prefix in begun],
        "from": [prefix for _n, prefix in begun],
        "to": [prefix + _LAST for _n, prefix in begun],
        "spelt": [n for n, _key in spelt],
        "keys": [key for _n, key in spelt],
        "heard": [n for n, _word in heard],
        "words": [word for _n, word in heard],
        "born": [n for n, _term in born],
        "years": [term.year for _n, term in born],
        "endings": [term.year_end for _n, term in born],
        "months": [term.month for _n, term in born],
        "days": [term.day for _n, term in born],
        "terms": len(terms),
        "only_births": all(term.says_birth for term in terms),
    }


def _spellings(word: str) -> Iterator[str]:
    """The keys of a name but its frame: consonants alone bring too many together."""
    for part in spellings.parts_of(word):
        yield from (key for key in part.keys if not key.startswith("."))


def _found(row: Row[Any], terms: Sequence[Term]) -> PersonRow:
    also = _found_alias(row, terms) if row.aliases else None
    return row_of(row, also=also, by_sound=row.nearness > 0)


def _found_alias(row: Row[Any], terms: Sequence[Term]) -> str | None:
    """The other name that a term begins, when no first name begins so."""
    own = search_terms.normalised_words(row.family_name) | search_terms.normalised_words(
        row.given_name
    )
    sought = [term.prefixes for term in terms if term.is_name]
    strange = [prefixes for prefixes in sought if not _begins(own, prefixes)]
    for alias in row.aliases:
        known = search_terms.normalised_words(alias)
        if any(_begins(known, prefixes) for prefixes in strange):
            return str(alias)
    return None


def _begins(known: set[str], prefixes: tuple[str, ...]) -> bool:
    return any(word.startswith(prefixes) for word in known)
