# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who stops working at a desk on a day that was decided before."""

from uuid import UUID

from portal.accounts.members.actions import end_memberships as end
from portal.core.store.unit import unit_of_work
from portal.core.work import jobs
from portal.drafts.actions import pass_drafts_on


def end_memberships(job_id: UUID, _subject: str) -> None:
    """Their last day is over: close the desk to them, and pass on what they were writing."""
    with unit_of_work():
        for ended_id, heir_id in end():
            pass_drafts_on(ended_id, to=heir_id)
        jobs.finish(job_id)
