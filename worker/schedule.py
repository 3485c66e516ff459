# SPDX-License-Identifier: AGPL-3.0-or-later
"""What happens each minute: the whole timetable, on one page.

Beat only asks for it, each minute (worker/beat.py). What is due each slice computes from periods,
in Rome's days: beat's own calendar skips and doubles the hours of the clock changes. Two at once
do what one does.
"""

from portal.core.store.tenancy import identity_scope
from portal.core.store.unit import unit_of_work
from portal.core.work import jobs
from portal.core.work.frozen import find_frozen
from portal.drafts import due as drafts
from portal.machine import due as machine
from portal.oversight import due as comparisons
from portal.reports.editions import due as editions

AT_ONCE = 200
"""Jobs notified of at once; the others wait for the next minute."""


def open_due_and_notify() -> None:
    """Open what has become due, then notify a worker of every job that is left."""
    with identity_scope(), unit_of_work():
        if find_frozen():
            return
        for due in (editions, comparisons, drafts, machine):
            due.open_due()
    with identity_scope(), unit_of_work():
        waiting = jobs.list_due(limit=AT_ONCE)
    for job_id in waiting:
        jobs.notify_worker(job_id)
