# SPDX-License-Identifier: AGPL-3.0-or-later
"""Figures for the network, and the network's own comparison."""

from uuid import UUID

from portal.core.store.unit import unit_of_work
from portal.core.work import jobs
from portal.oversight.actions import publish_edition
from portal.oversight.editions import NETWORK
from portal.oversight.queries import list_published
from portal.reports.editions import lifecycle as editions


def publish(job_id: UUID, subject: str) -> None:
    """An edition was approved: its figures are for the network."""
    with unit_of_work():
        publish_edition(edition_id=UUID(subject))
        jobs.finish(job_id)


def open_comparison(job_id: UUID, subject: str) -> None:
    """The half-year closed: ask for its comparison; later, while no desk has approved any."""
    with unit_of_work():
        if list_published(subject):
            editions.request_edition(NETWORK, period=subject, only_first=True)
            jobs.finish(job_id)
        else:
            jobs.retry_later(job_id)


def build_comparison(job_id: UUID, subject: str) -> None:
    """Take what is published, freeze it and write the files."""
    editions.build_edition(NETWORK, edition_id=UUID(subject), job_id=job_id)


def give_up_comparison(job_id: UUID, subject: str) -> None:
    """Tried often enough: a person decides."""
    editions.give_up(NETWORK, edition_id=UUID(subject), job_id=job_id)
