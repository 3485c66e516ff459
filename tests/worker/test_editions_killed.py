# SPDX-License-Identifier: AGPL-3.0-or-later
"""Builders killed with -9: the edition is finished by the next, once, with the same hash."""

import os
import random
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

import psycopg
import pytest
from flask import Flask

from config.settings import Settings
from portal.core.store.database import db
from portal.core.store.tenancy import desk_scope
from portal.core.store.unit import unit_of_work
from portal.core.work import jobs
from portal.people import actions as people
from portal.people.rules import PersonFacts
from portal.reports.editions import lifecycle as editions
from portal.reports.editions.desk import DESK
from portal.reports.editions.edition_type import manifest_hash
from portal.visits import actions as visits
from portal.visits.rules import VisitFacts
from tests.locks import until_waiting
from tests.worker.conftest import Broker, Program, StartWorker, wait_for
from tests.worker.stalls import POINTS, stalled_at
from tests.world import LUCCA, World
from worker import run

PERIOD = "2016-S1"
LIMIT_SECONDS = 60
FILES = 9
SOLO = ("-P", "solo")


@dataclass
class Desk:
    """Lucca, whose half-year is built again and again: each edition corrects the one before."""

    app: Flask
    settings: Settings
    undisturbed: dict[str, Any] = field(default_factory=dict)
    """The figures of the edition that nobody disturbed."""
    seconds: list[float] = field(default_factory=list)
    duplicates: int = 0

    def __post_init__(self) -> None:
        with self.app.app_context(), desk_scope(LUCCA.id):
            with unit_of_work():
                for day, topics in ((3, ("CIT",)), (4, ("CIT", "LAV")), (5, ("FAM-RIC",))):
                    person = people.create_person(facts=PersonFacts(family_name="Diallo"))
                    visits.record_visit(facts=VisitFacts(date(2016, 2, day), topics, person.id))
            edition_id, job_id = self.ask()
            editions.build_edition(DESK, edition_id=edition_id, job_id=job_id)
        self.undisturbed = self.look(edition_id).frozen

    def ask(self) -> tuple[UUID, UUID]:
        """Ask for the next edition; its id and its job's."""
        with self.app.app_context(), desk_scope(LUCCA.id), unit_of_work():
            latest = editions.find_latest(DESK, PERIOD)
            if latest is not None and latest.state == "ready":
                editions.approve_edition(DESK, edition_id=latest.id, seen_version=None)
            edition = editions.request_edition(DESK, period=PERIOD, reason="Prova")
            return edition.id, jobs.get_job_id(DESK.job, str(edition.id))

    def look(self, edition_id: UUID) -> Any:
        with self.app.app_context(), desk_scope(LUCCA.id), unit_of_work():
            return editions.get_edition(DESK, edition_id)

    def is_ready(self, edition_id: UUID) -> bool:
        return bool(self.look(edition_id).state == "ready")

    def work(self, job_id: UUID) -> None:
        with self.app.app_context():
            run.do_job(job_id)

    def check(self, edition_id: UUID, job_id: UUID) -> None:
        """It is there once, whole, the same as undisturbed, and nothing is left to do.

        Its files say its number, so that they are compared with those that its own figures make
        again here; the figures are those of the edition that nobody disturbed.
        """
        with self.app.app_context(), desk_scope(LUCCA.id), unit_of_work():
            found = editions.list_editions(DESK, PERIOD)
            files = editions.list_files(DESK, edition_id)
            left = jobs.find_job(job_id)
            again = [file for made in DESK.make(found[0]) for file in made]
        numbers = [one.number for one in found]
        assert numbers == list(range(len(numbers), 0, -1))
        self.duplicates += (found[0].id != edition_id) + abs(len(files) - FILES)
        assert found[0].sha256 == manifest_hash(again)
        assert found[0].frozen == self.undisturbed
        assert left is None

    def finish(self, edition_id: UUID, job_id: UUID, killed_at: float) -> None:
        """Wait for whoever builds now, and check what has come of it."""
        wait_for(lambda: self.is_ready(edition_id), seconds=LIMIT_SECONDS)
        self.seconds.append(time.monotonic() - killed_at)
        wait_for(lambda: self._nothing_left(job_id), seconds=5)
        self.check(edition_id, job_id)

    def _nothing_left(self, job_id: UUID) -> bool:
        with self.app.app_context(), desk_scope(LUCCA.id), unit_of_work():
            return jobs.find_job(job_id) is None


@pytest.fixture
def desk(app: Flask, settings: Settings, world: World) -> Desk:
    """Lucca with three visits, and what its edition is when nobody disturbs it."""
    return Desk(app, settings)


def kill(worker: Program) -> float:
    """With -9; the moment at which it was."""
    worker.send(signal.SIGKILL)
    worker.process.wait()
    return time.monotonic()


def kill_at(point: str, desk: Desk, worker: Program, start_worker: StartWorker) -> Program:
    """Kill a worker at a point; the one that replaces it finishes."""
    with stalled_at(point, desk.settings) as stall:
        edition_id, job_id = desk.ask()
        stall.wait()
        killed_at = kill(worker)
    replacing = start_worker(*SOLO, wait=False)
    desk.finish(edition_id, job_id, killed_at)
    return replacing


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
@pytest.mark.parametrize("point", POINTS)
def test_killed_once_at_each_point(point: str, desk: Desk) -> None:
    """The quick version: a fork of this process builds, without Celery around it."""
    with stalled_at(point, desk.settings) as stall:
        edition_id, job_id = desk.ask()
        builder = fork_builder(desk.app, job_id)
        stall.wait()
        os.kill(builder, signal.SIGKILL)
        os.waitpid(builder, 0)
        killed_at = time.monotonic()
    wait_for(lambda: desk.work(job_id) or desk.is_ready(edition_id), seconds=5)
    desk.finish(edition_id, job_id, killed_at)
    assert desk.duplicates == 0


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_what_kills_each_builder_is_given_up(desk: Desk) -> None:
    """An attempt counts from its beginning, or one that always kills would be tried for ever."""
    edition_id, job_id = desk.ask()
    for _attempt in range(run.MOST_ATTEMPTS):
        with stalled_at("at the tables", desk.settings) as stall:
            builder = fork_builder(desk.app, job_id)
            stall.wait()
            os.kill(builder, signal.SIGKILL)
            os.waitpid(builder, 0)
        assert desk.look(edition_id).state == "building"
        wait_for(lambda: _nobody_is_at(desk, job_id), seconds=5)
    desk.work(job_id)
    assert desk.look(edition_id).state == "failed"
    with desk.app.app_context(), desk_scope(LUCCA.id), unit_of_work():
        assert jobs.find_job(job_id) is None
        editions.retry_edition(DESK, edition_id=edition_id)
    desk.work(job_id)
    desk.check(edition_id, job_id)


def _nobody_is_at(desk: Desk, job_id: UUID) -> bool:
    with desk.app.app_context(), jobs.working_on(job_id) as ours:
        return ours


def fork_builder(app: Flask, job_id: UUID) -> int:
    """A process that does the job; its id."""
    builder = os.fork()
    if builder == 0:
        with app.app_context():
            for engine in db.engines.values():
                engine.dispose(close=False)
            run.do_job(job_id)
        os._exit(0)
    return builder


@pytest.mark.long
def test_killed_ten_times_at_each_point(
    desk: Desk, start_worker: StartWorker, record_property: Callable[[str, str], None]
) -> None:
    worker = start_worker(*SOLO)
    for _turn in range(10):
        for point in POINTS:
            worker = kill_at(point, desk, worker, start_worker)
    record_property(
        "summary",
        f"kill points {len(POINTS)} × 10: completed {len(desk.seconds)},"
        f" duplicates {desk.duplicates}, slowest {max(desk.seconds):.1f} s",
    )
    assert (len(desk.seconds), desk.duplicates) == (80, 0)


@pytest.mark.long
def test_killed_at_a_hundred_random_moments(
    desk: Desk, start_worker: StartWorker, record_property: Callable[[str, str], None]
) -> None:
    chance, reached = random.Random(2016), []
    worker = start_worker(*SOLO)
    for _turn in range(100):
        edition_id, job_id = desk.ask()
        time.sleep(chance.uniform(0, 0.15))
        killed_at = kill(worker)
        reached.append(desk.look(edition_id).step)
        worker = start_worker(*SOLO, wait=False)
        desk.finish(edition_id, job_id, killed_at)
    at = {step: reached.count(step) for step in sorted(set(reached))}
    record_property(
        "summary",
        f"random kills 100: completed {len(desk.seconds)}, duplicates {desk.duplicates},"
        f" slowest {max(desk.seconds):.1f} s, at step {at}",
    )
    assert (len(desk.seconds), desk.duplicates) == (100, 0)


@pytest.mark.long
def test_one_that_lives_takes_over_at_the_next_minute(
    desk: Desk, start_worker: StartWorker, broker: Broker
) -> None:
    """The second worker looks while the first is at it, and leaves it alone until it is dead."""
    first = start_worker(*SOLO)
    with stalled_at("at the tables", desk.settings) as stall:
        edition_id, job_id = desk.ask()
        stall.wait()
        start_worker(*SOLO)
        assert desk.look(edition_id).step == 3
        killed_at = kill(first)
    broker.queue().send_task("open_due_and_notify")
    desk.finish(edition_id, job_id, killed_at)


def test_of_two_at_once_one_builds(desk: Desk) -> None:
    with stalled_at("at the tables", desk.settings) as stall:
        edition_id, job_id = desk.ask()
        first = threading.Thread(target=desk.work, args=[job_id])
        first.start()
        stall.wait()
        version = desk.look(edition_id).version
        desk.work(job_id)
        assert desk.look(edition_id).version == version, "the second did nothing"
    first.join()
    desk.check(edition_id, job_id)


def test_a_builder_that_lost_its_lock_does_no_harm(desk: Desk) -> None:
    """The lock's connection breaks, a second builder finishes, then the first goes on."""
    with stalled_at("at the tables", desk.settings) as stall:
        edition_id, job_id = desk.ask()
        first = threading.Thread(target=desk.work, args=[job_id])
        first.start()
        stall.wait()
        with psycopg.connect(str(desk.settings.database_url), autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"
                " AND objid <> 4711 AND granted AND pid <> pg_backend_pid()"
            )
        second = threading.Thread(target=desk.work, args=[job_id])
        second.start()
        until_waiting(2, desk.settings)
    first.join()
    second.join()
    assert desk.is_ready(edition_id)
    desk.check(edition_id, job_id)
