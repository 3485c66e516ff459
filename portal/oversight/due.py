# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which comparisons are due: of the half-year that closed last, some days after its end."""

from portal.core import clock
from portal.core.italy.periods import last_half
from portal.core.work import jobs
from portal.core.work.job_names import JobName
from portal.desks.queries import closing_networks


def open_due() -> None:
    """Ask each network for the comparison that has become due; once, however often asked."""
    today = clock.today()
    half = last_half(today)
    jobs.open_at_networks(JobName.OPEN_COMPARISON, half.name, closing_networks(half.end, today))
