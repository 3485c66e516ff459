# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who the users of some windows were: one statement describes each of them, others count or list.

A user is a person with at least one visit in the window that is still there; what is said of
them is what was true at the first of these visits (DOMAIN: attributes at first access).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import text

from portal.core.italy.periods import Period
from portal.core.store.database import db, joining_whole
from portal.reports.measures.breakdowns import AGES, Whole, grouped

MOST_WINDOWS = 4
"""A period and the three of a mean."""
# The visits are read once, for all windows, in the order of their persons; so are the persons,
# their citizenships and their homes, each from an index that holds all that is asked. Who came in
# no window is left out before these are looked at. Where
# somebody lived: the latest home that began by then; one written down later is the first that is
# known. A citizenship is the first of those that ended after the visit, or the present one. Of a
# year alone the age is the one completed within that year.
DESCRIBED = """
came AS (
    SELECT person_id, min(visited_on) AS first_on,
        min(visited_on) FILTER (WHERE visited_on BETWEEN (:starts)[1] AND (:ends)[1]) AS on_1,
        min(visited_on) FILTER (WHERE visited_on BETWEEN (:starts)[2] AND (:ends)[2]) AS on_2,
        min(visited_on) FILTER (WHERE visited_on BETWEEN (:starts)[3] AND (:ends)[3]) AS on_3,
        min(visited_on) FILTER (WHERE visited_on BETWEEN (:starts)[4] AND (:ends)[4]) AS on_4
    FROM visit
    WHERE visited_on <= :until AND deleted_at IS NULL AND person_id IS NOT NULL
    GROUP BY person_id
),
described AS (
    SELECT DISTINCT ON (came.person_id, place) came.person_id, place, came_on,
        came_on = first_on AS is_new,
        coalesce(p.sex, 'N') AS sex,
        coalesce(p.languages[1], '') AS language,
        CASE WHEN born <= came_on
            THEN (CAST(:ages AS text[]))[width_bucket(
                CAST(date_part('year', age(CAST(came_on AS timestamp), CAST(born AS timestamp)))
                    AS int),
                CAST(:lows AS int[]))]
            ELSE '' END AS age,
        coalesce(f.state_code, c.state_code, '') AS citizenship,
        coalesce(CASE r.kind WHEN 'comune' THEN r.comune_code WHEN 'not_stated' THEN ''
            ELSE r.kind END, '') AS residence
    FROM came
    JOIN (
        SELECT id, sex, languages,
            make_date(birth_year, coalesce(birth_month, 1), coalesce(birth_day, 1)) AS born
        FROM person
    ) AS p ON p.id = came.person_id
    LEFT JOIN person_citizenship AS c ON c.person_id = came.person_id AND c.is_primary
    LEFT JOIN person_residence AS r ON r.person_id = came.person_id
    CROSS JOIN LATERAL (
        SELECT 1 AS place, on_1 AS came_on WHERE on_1 IS NOT NULL
        UNION ALL SELECT 2, on_2 WHERE on_2 IS NOT NULL
        UNION ALL SELECT 3, on_3 WHERE on_3 IS NOT NULL
        UNION ALL SELECT 4, on_4 WHERE on_4 IS NOT NULL
    ) AS visited
    LEFT JOIN person_former_citizenship AS f
        ON f.person_id = came.person_id AND f.until > came_on
    WHERE coalesce(on_1, on_2, on_3, on_4) IS NOT NULL
    ORDER BY came.person_id, place, r.valid_from <= came_on DESC,
        CASE WHEN r.valid_from <= came_on THEN r.valid_from END DESC, r.valid_from, f.until
)
"""
# The sexes are in the roll-up already.
DIVIDED = text(
    "WITH "
    + DESCRIBED
    + """
SELECT place,
    CASE
        WHEN grouping(age) = 0 THEN 'ages'
        WHEN grouping(citizenship) = 0 THEN 'citizenships'
        WHEN grouping(residence) = 0 THEN 'residences'
        WHEN grouping(language) = 0 THEN 'languages'
        ELSE 'newcomers' END AS part,
    coalesce(age, citizenship, residence, language, is_new::text) AS key,
    count(*) AS number
FROM described
GROUP BY GROUPING SETS (
    (place, age), (place, citizenship), (place, residence), (place, language), (place, is_new)
)
"""
)
DIVIDING = tuple(breakdown.key for breakdown in grouped(Whole.USERS) if breakdown.values is None)
"""What is declared of users and not counted elsewhere: a test holds the statement to it."""
FIRST = text("SELECT min(visited_on) FROM visit WHERE deleted_at IS NULL")


@dataclass(frozen=True)
class Division:
    """The users of a window by each of their attributes; `newcomers` as in Detail."""

    parts: dict[str, dict[str, int]]
    newcomers: int | None


def divide_users(windows: Sequence[Period]) -> list[Division]:
    """The users of each window by what is declared of users, and how many are new."""
    found: list[dict[str, dict[str, int]]] = [
        {part: {} for part in (*DIVIDING, "newcomers")} for _window in windows
    ]
    with joining_whole():
        for place, part, key, number in db.session.execute(DIVIDED, asking_of(windows)):
            found[place - 1][part][key] = number
    began = records_begin()
    return [_division(*one, began) for one in zip(windows, found, strict=True)]


def _division(window: Period, parts: dict[str, dict[str, int]], began: date | None) -> Division:
    newcomers = parts.pop("newcomers").get("true", 0)
    return Division(
        newcomers=None if began is None or began >= window.start else newcomers,
        parts={key: dict(sorted(found.items())) for key, found in parts.items()},
    )


def records_begin() -> date | None:
    """The day of the desk's first visit on record."""
    return db.session.scalar(FIRST)


def asking_of(windows: Sequence[Period]) -> dict[str, Any]:
    """What the statements above ask for; a window's `place` is its number, from one."""
    if len(windows) > MOST_WINDOWS:
        raise ValueError(f"{len(windows)} windows, the statement has places for {MOST_WINDOWS}")
    starts, ends = [one.start for one in windows], [one.end for one in windows]
    return {
        "starts": starts,
        "ends": ends,
        "until": max(ends),
        "ages": [str(low) for low in AGES],
        "lows": list(AGES),
    }
