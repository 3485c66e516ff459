# SPDX-License-Identifier: AGPL-3.0-or-later
"""Editions of a desk's relazione."""

from uuid import UUID

from portal.core.store.unit import unit_of_work
from portal.core.work import jobs
from portal.mailings.actions import announce_edition
from portal.reports.editions import lifecycle as editions
from portal.reports.editions.desk import DESK


def open_edition(job_id: UUID, subject: str) -> None:
    """The half-year closed: ask for its edition, unless there is one."""
    with unit_of_work():
        editions.request_edition(DESK, period=subject, only_first=True)
        jobs.finish(job_id)


def build_edition(job_id: UUID, subject: str) -> None:
    """Count, freeze and write the files, then tell who approves."""
    editions.build_edition(DESK, edition_id=UUID(subject), job_id=job_id, on_ready=announce_edition)


def give_up_edition(job_id: UUID, subject: str) -> None:
    """Tried often enough: a person decides."""
    editions.give_up(DESK, edition_id=UUID(subject), job_id=job_id)
