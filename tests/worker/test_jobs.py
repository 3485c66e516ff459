# SPDX-License-Identifier: AGPL-3.0-or-later
"""A job is one row however often asked for; it is done once, and tried again later if it fails."""

import io
import json
import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask

from portal.core import clock
from portal.core.store.database import db
from portal.core.store.locks import try_lock
from portal.core.store.tenancy import identity_scope, network_scope
from portal.core.store.unit import unit_of_work
from portal.core.work import jobs
from portal.core.work.job_names import JobName
from portal.core.work.logs import JsonLine, log
from tests.conftest import AtDesk
from tests.world import World
from worker import run

NOON = datetime(2026, 11, 20, 11, tzinfo=UTC)
SECRET = "Aminatou Segreta"


@pytest.fixture
def only_job(app: Flask) -> Callable[[], jobs.Job]:
    """The one job there is, as it stands now."""

    def read() -> jobs.Job:
        with app.app_context(), identity_scope(), unit_of_work():
            return db.session.query(jobs.Job).one()

    return read


@pytest.fixture
def lines() -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """What the portal logs."""
    into = io.StringIO()
    handler = logging.StreamHandler(into)
    handler.setFormatter(JsonLine())
    log.addHandler(handler)
    yield lambda: [json.loads(line) for line in into.getvalue().splitlines()]
    log.removeHandler(handler)


def work(app: Flask, job_id: UUID) -> None:
    with app.app_context():
        run.do_job(job_id)


def test_each_name_has_its_task() -> None:
    assert set(run.TASKS) == set(JobName)
    assert run.GIVEN_UP.keys() <= run.TASKS.keys()


def test_twenty_ask_at_once_and_one_job_is_there(
    app: Flask, world: World, at_desk: AtDesk, only_job: Callable[[], jobs.Job]
) -> None:
    def ask(_number: int) -> None:
        with at_desk(world.lucca):
            jobs.enqueue("open_edition", "2026-S1")

    with ThreadPoolExecutor(20) as pool:
        list(pool.map(ask, range(20)))
    assert only_job().name == "open_edition"


def test_two_desks_have_a_job_each(app: Flask, world: World, at_desk: AtDesk) -> None:
    for desk in (world.lucca, world.capannori, world.lucca):
        with at_desk(desk):
            jobs.enqueue("open_edition", "2026-S1")
    with app.app_context(), identity_scope(), unit_of_work():
        assert len(jobs.list_due(limit=10)) == 2


def test_a_job_that_fails_waits_longer_each_time(
    world: World, at_desk: AtDesk, only_job: Callable[[], jobs.Job]
) -> None:
    pauses = []
    with clock.stopped_at(NOON), at_desk(world.lucca):
        jobs.enqueue("open_edition", "2026-S1")
    for _attempt in range(60):
        moment = only_job().due_at
        with clock.stopped_at(moment), at_desk(world.lucca):
            jobs.begin(only_job_id())
            jobs.postpone(only_job_id())
        pauses.append(only_job().due_at - moment)
    minutes = [pause / timedelta(minutes=1) for pause in pauses]
    assert minutes[:8] == [0.5, 1, 2, 4, 8, 16, 32, 60]
    assert set(minutes[8:]) == {60}


def only_job_id() -> UUID:
    return db.session.query(jobs.Job.id).scalar()  # type: ignore[no-any-return]


def test_a_failure_is_put_off_and_written_without_its_words(
    app: Flask,
    world: World,
    at_desk: AtDesk,
    only_job: Callable[[], jobs.Job],
    lines: Callable[[], list[dict[str, Any]]],
) -> None:
    with at_desk(world.lucca):
        jobs.enqueue("build_edition", SECRET)  # not an id: the task raises with it in its mouth
    work(app, only_job().id)
    assert only_job().attempts == 1
    assert only_job().finished_at is None
    assert only_job().due_at > clock.now()
    (failure,) = [line for line in lines() if line["event"] == "failure"]
    assert failure["exception"] == "ValueError"
    assert "Segreta" not in json.dumps(lines())


def test_a_job_of_a_name_that_a_later_build_made_waits_for_it(
    app: Flask, world: World, at_desk: AtDesk, only_job: Callable[[], jobs.Job]
) -> None:
    """A build was taken back: its jobs must neither be lost nor stand before all others."""
    with at_desk(world.lucca):
        jobs.enqueue("of_a_later_build", "x")
    for attempts in (1, 2):
        with clock.stopped_at(only_job().due_at):
            work(app, only_job().id)
            assert only_job().due_at > clock.now()
        assert only_job().attempts == attempts
        assert only_job().finished_at is None


def test_however_often_the_bell_rings_a_job_is_tried_when_it_is_due(
    app: Flask, world: World, at_desk: AtDesk, only_job: Callable[[], jobs.Job]
) -> None:
    """Rung as often as that, five attempts would be over within a second."""
    with clock.stopped_at(NOON), at_desk(world.lucca):
        jobs.enqueue("build_edition", SECRET)
    moment = NOON
    for attempt in range(1, run.MOST_ATTEMPTS):
        with clock.stopped_at(moment):
            for _ring in range(20):
                work(app, only_job().id)
        assert only_job().attempts == attempt
        assert moment < only_job().due_at
        moment = only_job().due_at


def test_a_job_planned_for_later_waits_for_its_time(
    app: Flask, world: World, at_desk: AtDesk, only_job: Callable[[], jobs.Job]
) -> None:
    later = NOON + timedelta(hours=1)
    with clock.stopped_at(NOON), at_desk(world.lucca):
        jobs.enqueue("build_edition", SECRET, due_at=later)
        for due, attempts in ((later, 0), (NOON + jobs.CLOCKS_DIFFER, 1)):
            db.session.query(jobs.Job).one().due_at = due
            assert bool(jobs.begin(only_job_id())) is bool(attempts)
            assert db.session.query(jobs.Job).one().attempts == attempts


def test_an_unknown_or_finished_job_is_nothing(
    app: Flask, world: World, at_desk: AtDesk, only_job: Callable[[], jobs.Job]
) -> None:
    work(app, uuid4())
    with at_desk(world.lucca):
        jobs.enqueue("build_edition", SECRET)
        jobs.finish(only_job_id())
    for _repeat in range(3):
        work(app, only_job().id)
    assert only_job().attempts == 0


def test_a_job_somebody_is_at_is_left_alone(
    app: Flask, world: World, at_desk: AtDesk, only_job: Callable[[], jobs.Job]
) -> None:
    with at_desk(world.lucca):
        jobs.enqueue("build_edition", SECRET)
    job_id = only_job().id
    with app.app_context(), try_lock(f"job {job_id}") as ours:
        assert ours
        with ThreadPoolExecutor(1) as pool:
            pool.submit(work, app, job_id).result()
        assert only_job().attempts == 0
    work(app, job_id)
    assert only_job().attempts == 1


def test_a_lock_lost_with_its_connection_is_free_again(app: Flask, world: World) -> None:
    with app.app_context():
        with try_lock("a lock") as ours:
            assert ours
            _end_other_connections(app)
        with try_lock("a lock") as again:
            assert again


def _end_other_connections(app: Flask) -> None:
    with db.engine.connect() as connection:
        connection.exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE usename = current_user AND pid <> pg_backend_pid()"
        )


def test_what_waits_is_told_by_name_and_age(app: Flask, world: World, at_desk: AtDesk) -> None:
    with clock.stopped_at(NOON), at_desk(world.lucca):
        jobs.enqueue("open_edition", "2026-S1")
        jobs.enqueue("deliver", "later", due_at=NOON + timedelta(days=1))
    with (
        clock.stopped_at(NOON + timedelta(minutes=7)),
        app.app_context(),
        identity_scope(),
        unit_of_work(),
    ):
        (waiting,) = jobs.list_waiting()
    assert (waiting.name, waiting.count) == ("open_edition", 1)
    assert waiting.since == NOON


def waiting_at(app: Flask, moment: datetime) -> list[tuple[str, timedelta]]:
    with clock.stopped_at(moment), app.app_context(), identity_scope(), unit_of_work():
        return [(one.name, moment - one.since) for one in jobs.list_waiting()]


def test_what_waits_for_others_is_never_late(
    app: Flask, world: World, only_job: Callable[[], jobs.Job]
) -> None:
    """No desk approves for months: the comparison's job looks again and again, and is in time."""
    with clock.stopped_at(NOON), app.app_context(), network_scope(world.rete.id), unit_of_work():
        jobs.enqueue("open_comparison", "2026-S1")
    for days in (0, 1, 90):
        moment = NOON + timedelta(days=days)
        with clock.stopped_at(moment):
            work(app, only_job().id)
        assert waiting_at(app, moment) == []
        again = only_job().due_at + timedelta(seconds=59)  # the sweeper has not asked yet
        assert waiting_at(app, again) == [("open_comparison", timedelta(seconds=59))]
    unseen = only_job().due_at + timedelta(hours=2)
    assert waiting_at(app, unseen) == [("open_comparison", timedelta(hours=2))], "nobody looks"


def test_what_fails_again_and_again_waits_since_it_was_asked_for(
    app: Flask, world: World, at_desk: AtDesk, only_job: Callable[[], jobs.Job]
) -> None:
    with clock.stopped_at(NOON), at_desk(world.lucca):
        jobs.enqueue("publish", SECRET)
    for minutes in (0, 2, 4, 8):
        with clock.stopped_at(NOON + timedelta(minutes=minutes)):
            work(app, only_job().id)
    assert waiting_at(app, NOON + timedelta(minutes=9)) == [("publish", timedelta(minutes=9))]


@pytest.mark.parametrize("wait", [timedelta(), timedelta(hours=1)], ids=["at once", "later"])
def test_what_was_asked_for_before_the_clock_was_set_back_does_not_wait_for_that_hour(
    app: Flask, world: World, at_desk: AtDesk, only_job: Callable[[], jobs.Job], wait: timedelta
) -> None:
    """What was asked for at once is due; what was planned keeps its hour."""
    ahead = NOON + timedelta(days=1)
    with clock.stopped_at(ahead), at_desk(world.lucca):
        jobs.enqueue(JobName.SWEEP_DRAFTS, "", due_at=ahead + wait if wait else None)
    job_id = only_job().id
    with clock.stopped_at(NOON), app.app_context(), identity_scope(), unit_of_work():
        assert jobs.list_due(limit=9) == ([] if wait else [job_id])
    with clock.stopped_at(NOON):
        work(app, job_id)
    assert (only_job().finished_at is None) is bool(wait)
