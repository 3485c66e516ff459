# SPDX-License-Identifier: AGPL-3.0-or-later
"""When old drafts are thrown away: at each desk once a day."""

from datetime import timedelta

from portal.core.work import jobs
from portal.core.work.job_names import JobName
from portal.desks.queries import every_desk

EVERY = timedelta(days=1)


def open_due() -> None:
    """Have the drafts of each desk swept again a day after the last time."""
    jobs.repeat_at_desks(JobName.SWEEP_DRAFTS, every_desk(), every=EVERY)
