# SPDX-License-Identifier: AGPL-3.0-or-later
"""What desks publish: only what is approved, only for themselves and their own network."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from psycopg.errors import InsufficientPrivilege
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import ProgrammingError

from portal.core import clock
from portal.core.errors import NotHere, Refusal
from portal.core.store.database import db
from portal.oversight.actions import publish_edition
from portal.oversight.editions import NETWORK as NETWORK_KIND
from portal.oversight.models import NetworkEdition, PublishedFigure
from portal.reports.editions import lifecycle as editions
from portal.reports.editions.desk import DESK
from tests.conftest import AtDesk
from tests.portal.oversight.conftest import PERIOD, AtNetwork, BuildComparison, Publish, record
from tests.world import Place, World


def published(at_desk: AtDesk, desk: Place) -> PublishedFigure:
    with at_desk(desk):
        return db.session.scalars(select(PublishedFigure)).one()


def test_only_an_approved_edition(world: World, at_desk: AtDesk) -> None:
    with at_desk(world.lucca):
        edition = editions.request_edition(DESK, period=PERIOD)
    with pytest.raises(Refusal, match="non è approvata"), at_desk(world.lucca):
        publish_edition(edition_id=edition.id)


def test_another_desks_edition_is_not_there(
    world: World, at_desk: AtDesk, publish: Publish
) -> None:
    edition_id = publish(world.lucca)
    with pytest.raises(NotHere), at_desk(world.capannori):
        publish_edition(edition_id=edition_id)


def test_twice_is_once(world: World, at_desk: AtDesk, publish: Publish) -> None:
    edition_id = publish(world.lucca)
    first = published(at_desk, world.lucca)
    with at_desk(world.lucca):
        publish_edition(edition_id=edition_id)
    again = published(at_desk, world.lucca)
    assert (again.number, again.published_at) == (first.number, first.published_at)


def test_a_correction_takes_the_place_and_the_old_one_cannot_come_back(
    world: World, at_desk: AtDesk, publish: Publish
) -> None:
    with at_desk(world.lucca):
        record(date(2016, 2, 3), ("CIT",))
    first = publish(world.lucca)
    with at_desk(world.lucca):
        record(date(2016, 2, 4), *[("LAV",)] * 3)
    publish(world.lucca, reason="Tre accessi dimenticati")
    assert published(at_desk, world.lucca).figures["users"] == 4
    with at_desk(world.lucca):
        publish_edition(edition_id=first)
    kept = published(at_desk, world.lucca)
    assert (kept.number, kept.figures["users"]) == (2, 4)


def row(world: World, desk: Place, network: Place) -> dict[str, Any]:
    return {
        "network_id": network.id,
        "desk_id": desk.id,
        "period": "2014-S1",
        "number": 1,
        "figures": {},
        "approved_at": clock.now(),
        "published_at": clock.now(),
    }


@pytest.mark.parametrize(
    ("desk", "network"), [("capannori", "rete"), ("viareggio", "altra"), ("lucca", "altra")]
)
def test_a_desk_publishes_for_no_other_desk_or_network(
    world: World, at_desk: AtDesk, desk: str, network: str
) -> None:
    values = row(world, getattr(world, desk), getattr(world, network))
    with pytest.raises(ProgrammingError, match="row-level security"), at_desk(world.lucca):
        db.session.execute(insert(PublishedFigure).values(values))


def test_a_desk_writes_for_itself_and_reads_no_other(
    world: World, at_desk: AtDesk, publish: Publish
) -> None:
    publish(world.capannori)
    with at_desk(world.lucca):
        assert db.session.scalars(select(PublishedFigure)).all() == []
        db.session.execute(insert(PublishedFigure).values(row(world, world.lucca, world.rete)))
        moved = update(PublishedFigure).values(desk_id=world.lucca.id)
        assert db.session.execute(moved.where(PublishedFigure.period == PERIOD)).rowcount == 0
    with pytest.raises(ProgrammingError, match="row-level security"), at_desk(world.lucca):
        db.session.execute(update(PublishedFigure).values(network_id=world.altra.id))


def test_two_networks_never_see_each_other(
    world: World, at_network: AtNetwork, publish: Publish, build_comparison: BuildComparison
) -> None:
    publish(world.lucca)
    publish(world.viareggio)
    edition_id = build_comparison(world.altra)
    for network, desk in ((world.rete, world.lucca), (world.altra, world.viareggio)):
        with at_network(network):
            seen = select(PublishedFigure.network_id, PublishedFigure.desk_id)
            assert db.session.execute(seen).all() == [(network.id, desk.id)]
    with at_network(world.rete):
        assert db.session.scalars(select(NetworkEdition)).all() == []
        with pytest.raises(NotHere):
            editions.get_edition(NETWORK_KIND, edition_id)
        mine = update(NetworkEdition).where(NetworkEdition.network_id == world.altra.id)
        assert db.session.execute(mine.values(number=9)).rowcount == 0


def test_no_edition_is_written_for_another_network(world: World, at_network: AtNetwork) -> None:
    values = {
        "network_id": world.altra.id, "id": UUID(int=1), "report": "relazione", "period": PERIOD,
        "baseline": "2015-S1", "number": 1, "reason": "", "state": "queued", "step": 0,
        "created_at": datetime(2026, 1, 1, tzinfo=UTC), "version": 1,
    }  # fmt: skip
    with pytest.raises(ProgrammingError, match="row-level security"), at_network(world.rete):
        db.session.execute(insert(NetworkEdition).values(values))


def test_the_network_only_reads_what_desks_publish(
    world: World, at_network: AtNetwork, publish: Publish
) -> None:
    publish(world.lucca)
    for statement in (
        insert(PublishedFigure).values(row(world, world.lucca, world.rete)),
        update(PublishedFigure).values(number=9),
        delete(PublishedFigure),
    ):
        with pytest.raises(ProgrammingError) as refused, at_network(world.rete):
            db.session.execute(statement)
        assert isinstance(refused.value.orig, InsufficientPrivilege)
