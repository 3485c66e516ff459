# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which editions are due: of the half-year that closed last, some days after its end."""

from portal.core import clock
from portal.core.italy.periods import last_half
from portal.core.work import jobs
from portal.core.work.job_names import JobName
from portal.desks.queries import closing_desks


def open_due() -> None:
    """Ask each desk for the edition that has become due; once, however often this is asked."""
    today = clock.today()
    half = last_half(today)
    jobs.open_at_desks(JobName.OPEN_EDITION, half.name, closing_desks(half.end, today))
