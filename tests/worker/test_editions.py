# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the worker does with an edition that cannot be built, and with a half-year that closed."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

import psycopg
from flask import Flask

from portal.core import clock
from portal.core.store.database import db
from portal.core.store.tenancy import identity_scope
from portal.core.store.unit import unit_of_work
from portal.core.work import jobs
from portal.reports.editions import lifecycle as editions
from portal.reports.editions.desk import DESK
from tests.conftest import AtDesk
from tests.world import World
from worker import run

BREAKS = """
CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'broken'; END $$;
CREATE TRIGGER broken BEFORE UPDATE ON edition FOR EACH ROW WHEN (NEW.step = 4)
EXECUTE FUNCTION broken()
"""


@contextmanager
def tables_break(app: Flask) -> Iterator[None]:
    """Who has made the tables cannot write that they are made."""
    owner = str(app.config["SETTINGS"].database_owner_url)
    with psycopg.connect(owner) as connection:
        connection.execute(BREAKS)
    yield
    with psycopg.connect(owner) as connection:
        connection.execute("DROP FUNCTION broken CASCADE")


def work(app: Flask, job_id: UUID) -> None:
    """As soon as it is due."""
    moment = max(clock.now(), look(app, job_id).due_at)
    with clock.stopped_at(moment), app.app_context():
        run.do_job(job_id)


def look(app: Flask, job_id: UUID) -> jobs.Job:
    with app.app_context(), identity_scope(), unit_of_work():
        return db.session.get_one(jobs.Job, job_id)


def test_after_five_attempts_a_person_decides(app: Flask, world: World, at_desk: AtDesk) -> None:
    with at_desk(world.lucca):
        edition_id = editions.request_edition(DESK, period="2016-S1").id
        job_id = jobs.get_job_id(DESK.job, str(edition_id))

    def edition() -> Any:
        with at_desk(world.lucca):
            return editions.get_edition(DESK, edition_id)

    with tables_break(app):
        for attempt in range(1, run.MOST_ATTEMPTS):
            work(app, job_id)
            assert (edition().state, edition().step) == ("building", 3)
            job = look(app, job_id)
            assert (job.attempts, job.finished_at) == (attempt, None)
            assert job.due_at > clock.now() + timedelta(seconds=15)
        work(app, job_id)
        assert (edition().state, edition().step) == ("failed", 3)
        assert look(app, job_id).finished_at is not None
    work(app, job_id)
    assert edition().state == "failed", "nobody has asked for another attempt"
    with at_desk(world.lucca, world.anna):
        editions.retry_edition(DESK, edition_id=edition_id)
    again = look(app, job_id)
    assert (again.attempts, again.finished_at) == (0, None)
    work(app, job_id)
    assert edition().state == "ready"
    assert look(app, job_id).finished_at is not None


def test_the_half_year_that_closed_is_asked_for_once(
    app: Flask, world: World, at_desk: AtDesk
) -> None:
    with at_desk(world.lucca):
        jobs.enqueue("open_edition", "2016-S1")
        job_id = jobs.get_job_id("open_edition", "2016-S1")
    for _repeat in range(2):
        work(app, job_id)
    with at_desk(world.lucca):
        (edition,) = editions.list_editions(DESK, "2016-S1")
        assert edition.requested_by is None
        assert jobs.find_job(jobs.get_job_id(DESK.job, str(edition.id))) is not None
