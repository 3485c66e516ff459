# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is due, in Rome's days, however many ask."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from uuid import uuid4

import pytest
from flask import Flask

from portal.core import clock
from portal.core.clock import ROME
from portal.core.store.tenancy import identity_scope
from portal.core.store.unit import unit_of_work
from portal.core.work import jobs
from portal.drafts import actions as drafts
from portal.people.actions import create_person
from portal.people.rules import PersonFacts
from portal.person_pages.actions import merge_people
from tests.conftest import AtDesk
from tests.worker.desks import Desks
from tests.world import VIAREGGIO, World
from worker import run, schedule


def rome(year: int, month: int, day: int, hour: int = 12, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=ROME)


def open_due_at(app: Flask, moment: datetime) -> None:
    with clock.stopped_at(moment.astimezone(UTC)), app.app_context():
        schedule.open_due_and_notify()


def opened(desks: Desks) -> list[str]:
    rows = desks.rows(
        "SELECT desk.slug || ' ' || job.subject FROM job JOIN desk ON desk.id = job.desk_id"
        " WHERE job.name = 'open_edition' ORDER BY 1"
    )
    return [said for (said,) in rows]


@pytest.mark.parametrize(
    ("moment", "found"),
    [
        (rome(2027, 7, 3, 23, 59), []),
        (rome(2027, 7, 4, 0, 0), ["barga 2027-S1"]),
        (rome(2027, 12, 31, 23, 59), ["barga 2027-S1"]),
        (rome(2028, 1, 3, 23, 59), []),
        (rome(2028, 1, 4, 0, 0), ["barga 2027-S2"]),
        (rome(2028, 2, 29), ["barga 2027-S2"]),
    ],
)
def test_a_half_year_closes_so_many_days_after_its_end(
    app: Flask, desks: Desks, moment: datetime, found: list[str]
) -> None:
    desks.add("barga", closing_days=4, since=rome(2027, 6, 30, 23, 59))
    open_due_at(app, moment)
    assert opened(desks) == found


def test_no_edition_of_a_half_year_before_the_desk(app: Flask, desks: Desks) -> None:
    desks.add("prima", closing_days=4, since=rome(2027, 6, 30, 23, 59))
    desks.add("dopo", closing_days=4, since=rome(2027, 7, 1, 0, 0))
    desks.add("mai", closing_days=None)
    open_due_at(app, rome(2027, 8, 1))
    assert opened(desks) == ["prima 2027-S1"]


def test_two_askers_in_the_same_second_open_one_edition(app: Flask, desks: Desks) -> None:
    start = Barrier(4)

    def ask(_number: int) -> None:
        with app.app_context():
            start.wait()
            schedule.open_due_and_notify()

    for year in range(2027, 2032):
        desks.add(f"anno-{year}", closing_days=0, since=rome(year, 6, 1))
        with clock.stopped_at(rome(year, 7, 1).astimezone(UTC)), ThreadPoolExecutor(4) as pool:
            list(pool.map(ask, range(4)))
    assert len(opened(desks)) == 1 + 2 + 3 + 4 + 5


def test_old_drafts_go_within_a_day_desk_by_desk(app: Flask, desks: Desks, at_desk: AtDesk) -> None:
    places, account = [desks.add("barga", closing_days=None), VIAREGGIO], World().fabio
    began = rome(2027, 5, 1)
    for place in places:
        for days in (0, 5):
            with clock.stopped_at(began + timedelta(days=days)), at_desk(place, account):
                page = f"/s/{place.slug}/persone/nuova"
                drafts.keep(form_token=uuid4(), page=page, fields=[("note", "x")], number=1)
    for hours in (0, 24 * 13, 24 * 14 + 25):
        moment = began + timedelta(hours=hours)
        with clock.stopped_at(moment.astimezone(UTC)), app.app_context():
            schedule.open_due_and_notify()
            schedule.open_due_and_notify()
            with identity_scope(), unit_of_work():
                due = jobs.list_due(limit=schedule.AT_ONCE)
            for job_id in due:
                run.do_job(job_id)
        left = desks.rows("SELECT count(*) FROM draft")
        assert left == [(4,)] if hours < 24 * 14 else [(2,)], hours
    sweeps = "SELECT count(*), count(finished_at) FROM job WHERE name = 'sweep_drafts'"
    ((number, finished),) = desks.rows(sweeps)
    assert number == finished == desks.rows("SELECT count(*) FROM desk")[0][0]


def test_old_cards_of_merges_go_with_the_drafts(app: Flask, desks: Desks, at_desk: AtDesk) -> None:
    place, began = desks.add("barga", closing_days=None), rome(2027, 5, 1)
    with clock.stopped_at(began.astimezone(UTC)), at_desk(place):
        facts = PersonFacts("Diallo", "Amina")
        kept_id, left_id = (create_person(facts=facts).id for _time in range(2))
        seen = {kept_id: 1, left_id: 1}
        merge_people(kept_id=kept_id, left_id=left_id, facts=facts, seen_versions=seen)
    for days, kept in ((0, True), (30, True), (32, False)):
        moment = began + timedelta(days=days)
        with clock.stopped_at(moment.astimezone(UTC)), app.app_context():
            schedule.open_due_and_notify()
            with identity_scope(), unit_of_work():
                due = jobs.list_due(limit=schedule.AT_ONCE)
            for job_id in due:
                run.do_job(job_id)
        assert desks.rows("SELECT before <> '{}' FROM person_merge") == [(kept,)], days
