# SPDX-License-Identifier: AGPL-3.0-or-later
"""Editions built as a worker builds them, and the seed's half-year at Lucca."""

from collections.abc import Callable
from datetime import date

import psycopg
import pytest
from flask import Flask

from portal.people import actions as people
from portal.people.rules import PersonFacts
from portal.visits import actions as visits
from portal.visits.rules import VisitFacts
from tests import seed
from tests.conftest import AtDesk
from tests.portal.reports.builds import Build, Fails
from tests.world import World


@pytest.fixture
def seeded(world: World, at_desk: AtDesk) -> World:
    """The world, with the seed's visits at Lucca."""
    with at_desk(world.lucca):
        seed.record()
    return world


@pytest.fixture
def few(world: World, at_desk: AtDesk) -> World:
    """The world, with two visits of the same half-year at Lucca: quicker."""
    with at_desk(world.lucca):
        for day, topics in ((3, ("CIT",)), (4, ("CIT", "LAV"))):
            person = people.create_person(facts=PersonFacts(family_name="Diallo", sex="F"))
            visits.record_visit(facts=VisitFacts(date(2016, 2, day), topics, person.id))
    return world


@pytest.fixture
def build(app: Flask) -> Build:
    """`build(desk, edition_id)`."""
    return Build(app)


@pytest.fixture
def fails() -> Fails:
    """Kinds of editions with a step that breaks."""
    return Fails()


@pytest.fixture
def owner(app: Flask, world: World) -> Callable[[str], None]:
    """A statement as the tables' owner: what somebody with the database in hand could do."""
    url = str(app.config["SETTINGS"].database_owner_url)

    def run(statement: str) -> None:
        with psycopg.connect(url) as connection:
            connection.execute("SELECT set_config('portal.desk', %s, true)", [str(world.lucca.id)])
            connection.execute(statement)  # type: ignore[call-overload]

    return run
