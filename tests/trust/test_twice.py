# SPDX-License-Identifier: AGPL-3.0-or-later
"""A form sent twice, by a double click or a retry, writes down one record."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID, uuid4

import pytest

from portal.core import clock
from portal.people.actions import create_person
from portal.people.queries import count_people
from portal.people.rules import PersonFacts
from portal.visits.actions import record_visit
from portal.visits.queries import list_visits_on
from portal.visits.rules import VisitFacts
from tests.conformance.conftest import ClientOf
from tests.conftest import AtDesk
from tests.world import World

TIMES = 10


def test_a_double_click(world: World, at_desk: AtDesk) -> None:
    """Two at the same moment, ten times: the second waits and gets the first's record."""
    together = Barrier(2)

    def create(token: UUID) -> UUID:
        together.wait(5)
        with at_desk(world.lucca):
            return create_person(facts=PersonFacts(family_name="Diallo"), form_token=token).id

    with ThreadPoolExecutor(2) as pool:
        for _time in range(TIMES):
            first, second = pool.map(create, [uuid4()] * 2)
            assert first == second
    with at_desk(world.lucca):
        assert count_people() == TIMES


def test_the_same_token_at_two_desks_is_two_records(world: World, at_desk: AtDesk) -> None:
    token, found = uuid4(), []
    for desk in (world.lucca, world.capannori):
        with at_desk(desk):
            found.append(record_visit(facts=VisitFacts(clock.today()), form_token=token).id)
    assert found[0] != found[1]
    with at_desk(world.lucca):
        assert len(list_visits_on(clock.today())) == 1


@pytest.mark.parametrize("address", ["/s/lucca/persone/nuova", "/s/lucca/accessi/nuovo"])
def test_the_page_sends_a_token_of_its_own(
    world: World, client_of: ClientOf, at_desk: AtDesk, address: str
) -> None:
    """Going back and sending again is the same form; opening the page anew is another."""
    client = client_of(world.bruno)
    tokens = [
        str(tag["value"])
        for _time in range(2)
        for tag in client.soup(address).find_all("input", attrs={"name": "form_token"})
    ]
    assert len(set(tokens)) == len(tokens) == 2
