# SPDX-License-Identifier: AGPL-3.0-or-later
"""Desks that approve and publish, and the network that reads them."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import update

from portal.core.italy.periods import parse_period
from portal.core.store.database import db
from portal.core.store.tenancy import desk_scope, network_scope
from portal.core.store.unit import unit_of_work
from portal.core.work import jobs
from portal.desks.models import Desk
from portal.figures import actions as figures
from portal.oversight.actions import publish_edition
from portal.oversight.editions import NETWORK
from portal.people import actions as people
from portal.people.rules import PersonFacts
from portal.reports.editions import lifecycle as editions
from portal.reports.editions.desk import DESK
from portal.reports.editions.edition_type import EditionType
from portal.visits import actions as visits
from portal.visits.rules import VisitFacts
from tests import seed
from tests.conftest import AtDesk
from tests.world import Place, Someone, World

LONG_AGO = datetime(2010, 1, 1, tzinfo=UTC)
PERIOD = "2016-S1"

AtNetwork = Callable[..., AbstractContextManager[None]]
Publish = Callable[..., UUID]
BuildComparison = Callable[..., UUID]


def record(day: date, *baskets: tuple[str, ...]) -> None:
    """A person for each basket of topics, all on one day."""
    for topics in baskets:
        person = people.create_person(facts=PersonFacts(family_name="Diallo", sex="F"))
        visits.record_visit(facts=VisitFacts(day, topics, person.id))


def store_seed() -> None:
    """The seed's two half-years as past totals: the same figures as its records, at once."""
    for name, users, column in ((PERIOD, seed.USERS, 1), ("2015-S1", seed.BASELINE_USERS, 2)):
        figures.store_past_total(
            period=parse_period(name),
            users=users,
            users_f=None,
            users_m=None,
            topics={str(row[0]): int(row[column]) for row in seed.counts()},
        )


@pytest.fixture
def at_network(app: Flask) -> AtNetwork:
    """Work for a network, in one unit: `with at_network(world.rete): ...`"""

    @contextmanager
    def enter(network: Place, account: Someone | None = None) -> Iterator[None]:
        with (
            app.app_context(),
            network_scope(network.id, account_id=account.id if account else None),
            unit_of_work(),
        ):
            yield

    return enter


@pytest.fixture
def approve(app: Flask) -> Publish:
    """`approve(desk, period)`: ask, build and approve; the network is not told yet."""

    def run(desk: Place, period: str = PERIOD, *, reason: str = "") -> UUID:
        with app.app_context(), desk_scope(desk.id):
            edition_id = _built(DESK, period, reason)
            with unit_of_work():
                editions.approve_edition(DESK, edition_id=edition_id, seen_version=None)
            return edition_id

    return run


@pytest.fixture
def publish(approve: Publish, at_desk: AtDesk) -> Publish:
    """`publish(desk, period)`: approve and publish, as the worker does."""

    def run(desk: Place, period: str = PERIOD, *, reason: str = "") -> UUID:
        edition_id = approve(desk, period, reason=reason)
        with at_desk(desk):
            publish_edition(edition_id=edition_id)
        return edition_id

    return run


@pytest.fixture
def build_comparison(app: Flask) -> BuildComparison:
    """`build_comparison(network)`: an edition of the network, ready to be approved."""

    def run(network: Place, period: str = PERIOD, *, reason: str = "") -> UUID:
        with app.app_context(), network_scope(network.id):
            return _built(NETWORK, period, reason)

    return run


def _built(kind: EditionType, period: str, reason: str) -> UUID:
    with unit_of_work():
        edition = editions.request_edition(kind, period=period, reason=reason)
        job_id = jobs.get_job_id(kind.job, str(edition.id))
    editions.build_edition(kind, edition_id=edition.id, job_id=job_id)
    return UUID(str(edition.id))


@pytest.fixture
def old_desks(world: World, identity: AtDesk) -> World:
    """The world, its desks founded before every period of these tests."""
    with identity():
        db.session.execute(update(Desk).values(created_at=LONG_AGO))
    return world


@pytest.fixture
def two_desks(old_desks: World, at_desk: AtDesk, publish: Publish) -> World:
    """Lucca has published the seed's half-year, Capannori four enquiries of three persons."""
    with at_desk(old_desks.lucca):
        store_seed()
    with at_desk(old_desks.capannori):
        record(date(2016, 3, 1), ("CIT",), ("CIT", "LAV"), ("SOG-DUP",))
        record(date(2015, 3, 2), ("CIT",), ())
    publish(old_desks.lucca)
    publish(old_desks.capannori)
    return old_desks
