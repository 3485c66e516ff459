# SPDX-License-Identifier: AGPL-3.0-or-later
"""An approved edition of Lucca with its recipients, and a mail server of our own."""

from datetime import date
from uuid import UUID

import pytest
from flask import Flask

from portal.core.store.tenancy import desk_scope
from portal.core.store.unit import unit_of_work
from portal.core.work import jobs
from portal.mailings import actions
from portal.mailings.kinds import DESK, OF_DESK
from portal.people import actions as people
from portal.people.rules import PersonFacts
from portal.reports.disclosure.sheets import Audience
from portal.reports.editions import lifecycle as editions
from portal.visits import actions as visits
from portal.visits.rules import VisitFacts
from tests.conftest import AtDesk
from tests.world import Place, World

OFFICES = ("prefettura@ufficio.example", "provincia@ufficio.example", "sociale@comune.example")


@pytest.fixture
def ready(app: Flask, world: World, at_desk: AtDesk) -> UUID:
    """An edition of Lucca's half-year that is built and waits for approval."""
    edition_id = request(at_desk, world)
    build(app, world.lucca, edition_id)
    return edition_id


def request(at_desk: AtDesk, world: World) -> UUID:
    """Two visits at Lucca, and the edition of their half-year asked for."""
    with at_desk(world.lucca, world.anna):
        for day, topics in ((3, ("CIT",)), (4, ("CIT", "LAV"))):
            person = people.create_person(facts=PersonFacts(family_name="Diallo", sex="F"))
            visits.record_visit(facts=VisitFacts(date(2016, 2, day), topics, person.id))
        edition_id: UUID = editions.request_edition(DESK.editions, period="2016-S1").id
    return edition_id


def build(app: Flask, desk: Place, edition_id: UUID) -> None:
    """What the worker does for an edition."""
    with app.app_context(), desk_scope(desk.id):
        with unit_of_work():
            job_id = jobs.get_job_id("build_edition", str(edition_id))
        editions.build_edition(DESK.editions, edition_id=edition_id, job_id=job_id)


@pytest.fixture
def approved(ready: UUID, world: World, at_desk: AtDesk) -> UUID:
    """The same, approved by Anna and not yet sent."""
    with at_desk(world.lucca, world.anna):
        editions.approve_edition(DESK.editions, edition_id=ready, seen_version=None)
    return ready


@pytest.fixture
def offices(world: World, at_desk: AtDesk) -> tuple[str, ...]:
    """Three offices that receive Lucca's editions."""
    with at_desk(world.lucca, world.anna):
        for email in OFFICES:
            actions.add_recipient(OF_DESK, email=email, audience=Audience.DESK)
    return OFFICES
