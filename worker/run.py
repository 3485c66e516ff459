# SPDX-License-Identifier: AGPL-3.0-or-later
"""From a job's id to its work: the scope of the row, one worker at a time, later if it fails."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from uuid import UUID

from portal.core.store.tenancy import desk_scope, identity_scope, network_scope
from portal.core.store.unit import unit_of_work
from portal.core.work import jobs
from portal.core.work.job_names import JobName
from portal.core.work.logs import log_failure
from worker.tasks import drafts, editions, letters, members, publishing

Task = Callable[[UUID, str], None]

TASKS: dict[JobName, Task] = {
    JobName.OPEN_EDITION: editions.open_edition,
    JobName.BUILD_EDITION: editions.build_edition,
    JobName.PUBLISH: publishing.publish,
    JobName.OPEN_COMPARISON: publishing.open_comparison,
    JobName.BUILD_COMPARISON: publishing.build_comparison,
    JobName.DELIVER: letters.deliver,
    JobName.DELIVER_NOTICE: letters.deliver_notice,
    JobName.DELIVER_ACCOUNT: letters.deliver_to_account,
    JobName.DELIVER_WARNING: letters.deliver_warning,
    JobName.END_MEMBERSHIPS: members.end_memberships,
    JobName.SWEEP_DRAFTS: drafts.sweep_drafts,
}
MOST_ATTEMPTS = 5
GIVEN_UP: dict[str, Task] = {
    JobName.BUILD_EDITION: editions.give_up_edition,
    JobName.BUILD_COMPARISON: publishing.give_up_comparison,
}
"""What is done instead after so many attempts; the jobs of other names are tried for ever."""


def do_job(job_id: UUID) -> None:
    """Do what is left of a job, unless it is finished or somebody else is at it."""
    with jobs.working_on(job_id) as ours:
        if not ours:
            return
        with identity_scope(), unit_of_work():
            job = jobs.begin(job_id)
        if job is None:
            return
        try:
            with _scope(job):
                _task(job)(job_id, job.subject)
        except Exception as error:
            log_failure(error)
            _retry_later_or_give_up(job)


def _task(job: jobs.Job) -> Task:
    """What to do now; an attempt beyond the last means that the last one killed its worker."""
    if job.attempts > MOST_ATTEMPTS and job.name in GIVEN_UP:
        return GIVEN_UP[job.name]
    return TASKS[JobName(job.name)]


def _retry_later_or_give_up(job: jobs.Job) -> None:
    if job.attempts == MOST_ATTEMPTS and job.name in GIVEN_UP:
        with _scope(job):
            GIVEN_UP[job.name](job.id, job.subject)
        return
    with identity_scope(), unit_of_work():
        jobs.postpone(job.id)


def _scope(job: jobs.Job) -> AbstractContextManager[None]:
    if job.network_id is not None:
        return network_scope(job.network_id)
    if job.desk_id is not None:
        return desk_scope(job.desk_id)
    return identity_scope()
