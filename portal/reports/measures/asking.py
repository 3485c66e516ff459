# SPDX-License-Identifier: AGPL-3.0-or-later
"""How many asked for each thing in a window, and how often: how many did once, twice, …

Few rows at any desk: counted in the database, never a row for a person.
"""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import text

from portal.core.italy.periods import Period
from portal.core.store.database import db, joining_whole
from portal.figures import queries as figures
from portal.reports.measures.ledger import Ledger, read_ledger

# Topics of no line are left out by whoever reads: asked for here, each enquiry of the desk would be
# looked up before the days of its visit are known.
ASKED = text(
    """
SELECT place, line, times, count(*) AS persons
FROM (
    SELECT place, v.person_id, CAST(:line_of AS jsonb) ->> e.topic_code AS line,
        count(*) AS times
    FROM unnest(CAST(:starts AS date[]), CAST(:ends AS date[])) WITH ORDINALITY
        AS told (first_on, last_on, place)
    JOIN visit AS v ON v.visited_on BETWEEN first_on AND last_on
    JOIN enquiry AS e ON e.desk_id = v.desk_id AND e.visit_id = v.id
    WHERE v.deleted_at IS NULL AND v.person_id IS NOT NULL
    GROUP BY place, v.person_id, line
) AS a_person
GROUP BY place, line, times
ORDER BY place, line, times
"""
)


ASKERS = text(
    """
SELECT line, count(DISTINCT asker) AS askers
FROM (
    SELECT CAST(:line_of AS jsonb) ->> e.topic_code AS line, coalesce(v.person_id, v.id) AS asker
    FROM visit AS v
    JOIN enquiry AS e ON e.desk_id = v.desk_id AND e.visit_id = v.id
    WHERE v.visited_on BETWEEN :start AND :end AND v.deleted_at IS NULL
) AS an_enquiry
GROUP BY line
ORDER BY line
"""
)


LATECOMERS = text(
    """
SELECT count(DISTINCT coalesce(v.person_id, v.id))
FROM unnest(CAST(:starts AS date[]), CAST(:ends AS date[]),
        CAST(:sinces AS timestamptz[]), CAST(:untils AS timestamptz[]))
    AS late (first_on, last_on, since, until)
JOIN visit AS v ON v.visited_on BETWEEN first_on AND last_on
    AND v.created_at >= since AND v.created_at < until
WHERE v.deleted_at IS NULL
    AND EXISTS (SELECT FROM enquiry AS e WHERE e.desk_id = v.desk_id AND e.visit_id = v.id)
"""
)


def count_latecomers(late: Sequence[tuple[tuple[date, date], datetime, datetime]]) -> int:
    """Persons who asked for something in these days that was recorded between these moments.

    A contact without a name counts as a person of its own.
    """
    if not late:
        return 0
    values = {
        "starts": [days[0] for days, _since, _until in late],
        "ends": [days[1] for days, _since, _until in late],
        "sinces": [since for _days, since, _until in late],
        "untils": [until for _days, _since, until in late],
    }
    with joining_whole():
        return int(db.session.scalar(LATECOMERS, values) or 0)


def count_asking(
    windows: Sequence[Period], line_of: Mapping[str, str], ledger: Ledger | None = None
) -> list[dict[str, dict[int, int]] | None]:
    """In each window, of each line the users by how often they asked; None of past totals.

    The enquiries of the desk are read once, for all windows.
    """
    ledger = ledger or read_ledger(windows)
    recorded = [one for one in windows if not ledger.totals_within(one)]
    asked: dict[Period, dict[str, dict[int, int]]] = {one: defaultdict(dict) for one in recorded}
    values = {
        "line_of": json.dumps(dict(line_of)),
        "starts": [one.start for one in recorded],
        "ends": [one.end for one in recorded],
    }
    with joining_whole():
        for place, line, times, persons in db.session.execute(ASKED, values):
            if line is not None:
                asked[recorded[place - 1]][line][times] = persons
    return [dict(asked[one]) if one in asked else None for one in windows]


def count_askers(window: Period, line_of: Mapping[str, str]) -> dict[str, int] | None:
    """Persons behind the enquiries of each line: nine may be one person's; None of past totals.

    A contact without a name counts as a person of its own.
    """
    if figures.list_past_totals_within(window.start, window.end):
        return None
    values = {"line_of": json.dumps(dict(line_of)), "start": window.start, "end": window.end}
    with joining_whole():
        found = db.session.execute(ASKERS, values)
        return {line: askers for line, askers in found if line is not None}
