# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the demonstration's desks have approved, so that their network has something to compare.

One desk has not approved the last half-year yet: the comparison says which one is missing.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import date, datetime, time, timedelta

from portal.core import clock
from portal.core.italy.periods import Period, PeriodKind, parse_period, period_of
from portal.core.store.unit import unit_of_work
from portal.core.work import jobs
from portal.core.work.job_names import JobName
from portal.demo.places import DESKS, FIRST_SLUG, LATE_SLUG, OF_THE_TABLE, DemoDesk
from portal.demo.visits import STORY
from portal.mailings import actions as mailings
from portal.mailings.kinds import OF_DESK
from portal.mailings.queries import list_recipients
from portal.oversight.actions import publish_edition
from portal.reports.disclosure.sheets import Audience
from portal.reports.editions import lifecycle as editions
from portal.reports.editions.desk import DESK
from portal.reports.relazione import manager_words
from portal.reports.relazione.model import Texts

APPROVED_AFTER = timedelta(days=8)
MORNING = time(8, 2)
BETWEEN_DESKS = timedelta(minutes=17)
RECIPIENT = "Segreteria del Comune"


def approve_past(place: DemoDesk, *, today: date) -> int:
    """Approve and publish the desk's closed half-years, inside its scope; how many were not yet."""
    return sum(_approve(place, period) for period in _periods(place, today))


def name_recipient(place: DemoDesk) -> None:
    """Give the desk's letters one office to go to, unless it has some."""
    with unit_of_work():
        if not list_recipients(OF_DESK):
            mailings.add_recipient(
                OF_DESK,
                email=f"segreteria@{place.slug}.example",
                name=RECIPIENT,
                audience=Audience.DESK,
            )


def _periods(place: DemoDesk, today: date) -> list[Period]:
    last = period_of(PeriodKind.HALF, today).previous()
    found = [last.previous()] if place.slug == LATE_SLUG else [last.previous(), last]
    if place.slug == FIRST_SLUG:
        found.insert(0, parse_period(OF_THE_TABLE))
    opened = place.opened_on(today)
    return [period for period in found if period.end > opened]


def _approve(place: DemoDesk, period: Period) -> bool:
    with unit_of_work():
        if editions.list_editions(DESK, period.name):
            return False
    with _morning_after(place, period), ExitStack() as locks:
        with unit_of_work():
            _tell_story(place, period)
            edition = editions.request_edition(DESK, period=period.name)
            job_id = jobs.get_job_id(DESK.job, str(edition.id))
            # Before anybody sees the job: a portal that runs beside us must not build it as well.
            locks.enter_context(jobs.working_on(job_id))
        editions.build_edition(DESK, edition_id=edition.id, job_id=job_id)
        with unit_of_work():
            editions.approve_edition(DESK, edition_id=edition.id, seen_version=None)
            publish_edition(edition_id=edition.id)
            jobs.finish(jobs.get_job_id(JobName.PUBLISH, str(edition.id)))
    return True


def _tell_story(place: DemoDesk, period: Period) -> None:
    """Why a number has changed, said by the desk where the year before knows nothing of it."""
    if place.slug == STORY.slug and period.baseline().end < STORY.since <= period.end:
        manager_words.write_texts(
            period=period.name, texts=Texts(comment=STORY.comment), seen_version=None
        )


@contextmanager
def _morning_after(place: DemoDesk, period: Period) -> Iterator[None]:
    """A morning of the week after the period, each desk at its own minute; never the future."""
    morning = datetime.combine(period.end + APPROVED_AFTER, MORNING, tzinfo=clock.ROME)
    with clock.stopped_at(min(morning + BETWEEN_DESKS * DESKS.index(place), clock.now())):
        yield
