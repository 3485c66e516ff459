# SPDX-License-Identifier: AGPL-3.0-or-later
"""The network's tasks: publish what was approved, open and build its comparison, each twice."""

from datetime import date
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from portal.core import clock
from portal.core.store.database import db
from portal.core.store.tenancy import desk_scope, identity_scope, network_scope
from portal.core.store.unit import unit_of_work
from portal.core.work import jobs
from portal.core.work.jobs import Job
from portal.oversight.editions import NETWORK
from portal.oversight.queries import list_published
from portal.people import actions as people
from portal.people.rules import PersonFacts
from portal.reports.editions import lifecycle as editions
from portal.reports.editions.desk import DESK
from portal.visits import actions as visits
from portal.visits.rules import VisitFacts
from tests.world import Place, World
from worker import run

PERIOD = "2016-S1"


@pytest.fixture
def approved(world: World, app: Flask) -> UUID:
    """An edition that Lucca has approved; its job «publish» is waiting."""
    with app.app_context(), desk_scope(world.lucca.id), unit_of_work():
        person = people.create_person(facts=PersonFacts(family_name="Diallo", sex="F"))
        visits.record_visit(facts=VisitFacts(date(2016, 2, 3), ("CIT",), person.id))
        edition = editions.request_edition(DESK, period=PERIOD)
    work(app, "build_edition")
    with app.app_context(), desk_scope(world.lucca.id), unit_of_work():
        editions.approve_edition(DESK, edition_id=edition.id, seen_version=None)
        jobs.enqueue("publish", str(edition.id))
    return UUID(str(edition.id))


def work(app: Flask, name: str) -> list[bool]:
    """Let a worker look at the jobs of a name once each is due; whether it is finished."""
    with app.app_context():
        with identity_scope(), unit_of_work():
            asked = select(Job.id, Job.due_at).where(Job.name == name)
            found = {job_id: due_at for job_id, due_at in db.session.execute(asked)}
        for job_id, due_at in found.items():
            with clock.stopped_at(max(clock.now(), due_at)):
                run.do_job(job_id)
        with identity_scope(), unit_of_work():
            return [jobs.find_job(job_id) is None for job_id in found]


def published(app: Flask, network: Place) -> list[int]:
    with app.app_context(), network_scope(network.id), unit_of_work():
        return [row.number for row in list_published(PERIOD).values()]


def test_what_was_approved_is_published_once(world: World, app: Flask, approved: UUID) -> None:
    assert published(app, world.rete) == []
    for _time in range(2):
        assert work(app, "publish") == [True]
        assert published(app, world.rete) == [1]
    assert published(app, world.altra) == []


def open_comparison(world: World, app: Flask) -> None:
    with app.app_context(), network_scope(world.rete.id), unit_of_work():
        jobs.enqueue("open_comparison", PERIOD)


def comparisons(world: World, app: Flask) -> list[tuple[int, str]]:
    with app.app_context(), network_scope(world.rete.id), unit_of_work():
        return [(one.number, one.state) for one in editions.list_editions(NETWORK, PERIOD)]


def test_the_comparison_waits_for_the_first_desk(world: World, app: Flask, approved: UUID) -> None:
    open_comparison(world, app)
    assert work(app, "open_comparison") == [False]
    assert comparisons(world, app) == []
    work(app, "publish")
    assert work(app, "open_comparison") == [True]
    assert comparisons(world, app) == [(1, "queued")]


def test_the_comparison_is_built_once(world: World, app: Flask, approved: UUID) -> None:
    work(app, "publish")
    open_comparison(world, app)
    for _time in range(2):
        assert work(app, "open_comparison") == [True]
        assert work(app, "build_comparison") == [True]
        assert comparisons(world, app) == [(1, "ready")]
    with app.app_context(), network_scope(world.rete.id), unit_of_work():
        edition = editions.find_latest(NETWORK, PERIOD)
        assert edition is not None
        names = [file.name for file in editions.list_files(NETWORK, edition.id)]
        assert names == ["confronto.csv", "confronto.html", "confronto.json"]
        assert [desk["desk"] for desk in edition.frozen["desks"]] == ["lucca"]
