# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is kept for a time only: drafts that nobody came back to, cards as before a merge."""

from uuid import UUID

from portal.core.store.unit import unit_of_work
from portal.core.work import jobs
from portal.drafts import actions as drafts
from portal.person_pages import actions as merging


def sweep_drafts(job_id: UUID, _subject: str) -> None:
    """Throw away what is old at this desk; tomorrow it is asked again."""
    with unit_of_work():
        drafts.sweep()
        merging.forget_cards()
        jobs.finish(job_id)
