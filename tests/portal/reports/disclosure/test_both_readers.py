# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whoever reads for the network reads the public version too: what the two say is held together."""

from collections.abc import Callable
from datetime import date
from uuid import UUID

import pytest

from portal.core.errors import Refusal
from portal.people import actions as people
from portal.people.rules import PersonFacts
from portal.reports.disclosure.disclose import disclose, sheets_of
from portal.reports.disclosure.sheets import TOPICS, Audience
from portal.reports.editions import lifecycle as editions
from portal.reports.editions.desk import DESK
from portal.reports.publication.for_network import for_network
from portal.visits import actions as visits
from portal.visits.rules import VisitFacts
from tests.conftest import AtDesk
from tests.portal.reports.builds import Build
from tests.world import World

DAY = date(2026, 2, 3)
Approve = Callable[..., UUID]


@pytest.fixture
def approve(world: World, at_desk: AtDesk, build: Build) -> Approve:
    """`approve(period, reason)`: the id of an edition of Lucca, built and approved."""

    def run(period: str, reason: str = "") -> UUID:
        chosen = {"baseline": "nessuno"}
        with at_desk(world.lucca):
            edition = editions.request_edition(DESK, period=period, chosen=chosen, reason=reason)
            edition_id: UUID = edition.id
        build(world.lucca, edition_id)
        with at_desk(world.lucca, world.anna):
            editions.approve_edition(DESK, edition_id=edition_id, seen_version=None)
        return edition_id

    return run


def come(number: int, *topics: str) -> None:
    """So many new persons, each asking for these."""
    for _person in range(number):
        person = people.create_person(facts=PersonFacts(family_name="Diallo", sex="F"))
        visits.record_visit(facts=VisitFacts(DAY, topics, person.id))


@pytest.fixture
def few_asked(world: World, at_desk: AtDesk) -> World:
    """Two about health. One person asked nine times for a house: for the public it is one person,
    for the network nine enquiries that it may know; five asked for work.
    """
    with at_desk(world.lucca):
        come(30, "CIT")
        come(5, "LAV")
        come(2, "SAN")
        come(1, *["CAS"] * 9)
    return world


def hidden_from(
    at_desk: AtDesk, world: World, edition_id: UUID, *audiences: Audience
) -> list[set[str]]:
    """What each reads no number of, told in this order."""
    found = []
    with at_desk(world.lucca, world.anna):
        for audience in audiences:
            if audience == Audience.NETWORK:
                figures = for_network(editions.get_edition(DESK, edition_id))
                assert figures
                found.append({*figures["hidden"]["now"]})
            else:
                told = disclose(edition_id=edition_id, audience=audience)
                found.append({*sheets_of(told)[TOPICS, "now"].hidden})
    return found


def test_each_alone_hides_what_it_must(few_asked: World, at_desk: AtDesk, approve: Approve) -> None:
    (public,) = hidden_from(at_desk, few_asked, approve("2026-02"), Audience.PUBLIC)
    assert public == {"SAN", "CAS"}
    (network,) = hidden_from(at_desk, few_asked, approve("2026-T1"), Audience.NETWORK)
    assert "SAN" in network


@pytest.mark.parametrize(
    "order", [(Audience.NETWORK, Audience.PUBLIC), (Audience.PUBLIC, Audience.NETWORK)]
)
def test_what_neither_shows_is_more_than_one_line(
    few_asked: World, at_desk: AtDesk, approve: Approve, order: tuple[Audience, Audience]
) -> None:
    """Beside the total one line alone, hidden from both, would be the rest of it."""
    first, second = hidden_from(at_desk, few_asked, approve("2026-02"), *order)
    assert "SAN" in first & second
    assert len(first & second) > 1


def test_the_public_reads_no_correction_that_the_network_waits_for(
    few_asked: World, at_desk: AtDesk, approve: Approve
) -> None:
    """It was never published: beside what the network reads it would say what one asked."""
    first = approve("2026-02")
    hidden_from(at_desk, few_asked, first, Audience.NETWORK)
    with at_desk(few_asked.lucca):
        come(1, "FOR", "FOR", "FOR")
    second = approve("2026-02", reason="Una persona")
    with at_desk(few_asked.lucca, few_asked.anna):
        assert for_network(editions.get_edition(DESK, second)) is None
        with pytest.raises(Refusal, match="comunicato alla rete"):
            disclose(edition_id=second, audience=Audience.PUBLIC)
