# SPDX-License-Identifier: AGPL-3.0-or-later
"""What happens each minute: the whole timetable, on one page.

Beat only asks for it, each minute (worker/beat.py). What is due is computed in SQL, in Rome's days:
beat's own calendar skips and doubles the hours of the clock changes. Two at once do what
one does.
"""

from sqlalchemy import text

from portal.core import clock
from portal.core.store.database import db
from portal.core.store.tenancy import identity_scope
from portal.core.store.unit import unit_of_work
from portal.core.work import jobs

AT_ONCE = 200
"""Jobs notified of at once; the others wait for the next minute."""

# A desk's half-year closes so many days after its end; desks founded later have no such period.
CLOSED = """
WITH today AS (
    SELECT (cast(:now AS timestamptz) AT TIME ZONE 'Europe/Rome')::date AS day
), half AS (
    SELECT day, CASE WHEN extract(month FROM day) > 6
        THEN make_date(extract(year FROM day)::int, 6, 30)
        ELSE make_date(extract(year FROM day)::int - 1, 12, 31) END AS ends_on
    FROM today
), due AS (
    SELECT day, ends_on,
        to_char(ends_on, 'YYYY') || CASE WHEN extract(month FROM ends_on) = 6
        THEN '-S1' ELSE '-S2' END AS period
    FROM half
)
"""
OPEN_EDITIONS = text(
    CLOSED
    + """
INSERT INTO job (id, name, desk_id, subject, created_at, due_at, attempts)
SELECT gen_random_uuid(), 'open_edition', desk.id, due.period, :now, :now, 0 FROM desk, due
WHERE desk.closing_days IS NOT NULL AND due.ends_on + desk.closing_days <= due.day
    AND (desk.created_at AT TIME ZONE 'Europe/Rome')::date <= due.ends_on
ON CONFLICT DO NOTHING
"""
)
OPEN_COMPARISONS = text(
    CLOSED
    + """
INSERT INTO job (id, name, network_id, subject, created_at, due_at, attempts)
SELECT gen_random_uuid(), 'open_comparison', network.id, due.period, :now, :now, 0
FROM network, due
WHERE network.closing_days IS NOT NULL AND due.ends_on + network.closing_days <= due.day
    AND (network.created_at AT TIME ZONE 'Europe/Rome')::date <= due.ends_on
ON CONFLICT DO NOTHING
"""
)

# One job a desk, opened again each day; the first times are spread, so that none piles up.
KNOW_SWEEPS = text(
    """
INSERT INTO job (id, name, desk_id, subject, created_at, due_at, attempts, finished_at)
SELECT gen_random_uuid(), 'sweep_drafts', desk.id, '', :now, :now, 0,
    cast(:now AS timestamptz) - random() * interval '1 day'
FROM desk
WHERE NOT EXISTS (SELECT FROM job WHERE job.name = 'sweep_drafts' AND job.desk_id = desk.id)
ON CONFLICT DO NOTHING
"""
)
SWEEP_AGAIN = text(
    """
UPDATE job SET finished_at = NULL, attempts = 0, due_at = :now
WHERE name = 'sweep_drafts' AND finished_at < cast(:now AS timestamptz) - interval '1 day'
"""
)


def open_due_and_notify() -> None:
    """Open what has become due, then notify a worker of every job that is left."""
    with identity_scope(), unit_of_work():
        for statement in (OPEN_EDITIONS, OPEN_COMPARISONS, KNOW_SWEEPS, SWEEP_AGAIN):
            db.session.execute(statement, {"now": clock.now()})
    with identity_scope(), unit_of_work():
        due = jobs.list_due(limit=AT_ONCE)
    for job_id in due:
        jobs.notify_worker(job_id)
