# SPDX-License-Identifier: AGPL-3.0-or-later
"""How many asked for each thing in a window, and how often: how many did once, twice, …

Few rows at any desk: counted in the database, never a row for a person.
"""

from collections import defaultdict
from typing import Any

from sqlalchemy import text

from portal.core.database import db, joining_whole
from portal.core.periods import Period
from portal.figures import queries as figures
from portal.taxonomy import queries as taxonomy

ASKED = text(
    """
SELECT line, times, count(*) AS persons
FROM (
    SELECT v.person_id, known.line, count(*) AS times
    FROM visit AS v
    JOIN enquiry AS e ON e.desk_id = v.desk_id AND e.visit_id = v.id
    JOIN unnest(CAST(:codes AS text[]), CAST(:lines AS text[])) AS known (code, line)
        ON known.code = e.topic_code
    WHERE v.visited_on BETWEEN :start AND :end AND v.deleted_at IS NULL
        AND v.person_id IS NOT NULL
    GROUP BY v.person_id, known.line
) AS a_person
GROUP BY line, times
ORDER BY line, times
"""
)


ASKERS = text(
    """
SELECT known.line, count(DISTINCT coalesce(v.person_id, v.id)) AS askers
FROM visit AS v
JOIN enquiry AS e ON e.desk_id = v.desk_id AND e.visit_id = v.id
JOIN unnest(CAST(:codes AS text[]), CAST(:lines AS text[])) AS known (code, line)
    ON known.code = e.topic_code
WHERE v.visited_on BETWEEN :start AND :end AND v.deleted_at IS NULL
GROUP BY known.line
ORDER BY known.line
"""
)


def count_asking(window: Period) -> dict[str, dict[int, int]] | None:
    """Of each line of the relazione, the users by how often they asked; None of past totals."""
    if figures.list_past_totals_within(window.start, window.end):
        return None
    asked: dict[str, dict[int, int]] = defaultdict(dict)
    with joining_whole():
        for line, times, persons in db.session.execute(ASKED, _asking(window)):
            asked[line][times] = persons
    return dict(asked)


def count_askers(window: Period) -> dict[str, int] | None:
    """Persons behind the enquiries of each line: nine may be one person's; None of past totals.

    A contact without a name counts as a person of its own.
    """
    if figures.list_past_totals_within(window.start, window.end):
        return None
    with joining_whole():
        return {line: askers for line, askers in db.session.execute(ASKERS, _asking(window))}


def _asking(window: Period) -> dict[str, Any]:
    lines = taxonomy.reporting_lines()
    return {
        "codes": list(lines),
        "lines": list(lines.values()),
        "start": window.start,
        "end": window.end,
    }
