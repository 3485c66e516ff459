# SPDX-License-Identifier: AGPL-3.0-or-later
"""A form sent twice or twenty times, by a double click or a retry, writes down one record."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from random import Random
from threading import Barrier
from typing import Any
from uuid import UUID, uuid4

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient

from portal.core import clock
from portal.people.actions import create_person
from portal.people.queries import count_people
from portal.people.rules import PersonFacts
from portal.visits.actions import record_visit
from portal.visits.queries import list_visits_on
from portal.visits.rules import VisitFacts
from tests.conformance.conftest import ClientOf
from tests.conftest import AtDesk
from tests.pages import PortalClient, form_values
from tests.world import World

TIMES = 10
AT_ONCE = 20
SHORT, WHOLE = 5, 100
NEW = "/s/lucca/accessi/nuovo"


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


@pytest.fixture
def at_once(app: Flask) -> Callable[[PortalClient, str, dict[str, Any]], set[int]]:
    """The same form sent twenty times at one moment, by twenty browsers of one session."""

    def send(client: PortalClient, address: str, sent: dict[str, Any]) -> set[int]:
        cookie, together = client.get_cookie("sportelli"), Barrier(AT_ONCE)
        assert cookie is not None

        def post(_number: int) -> int:
            browser = FlaskClient(app, app.response_class)
            browser.set_cookie("sportelli", cookie.value)
            together.wait(20)
            return browser.post(address, data=sent).status_code

        with ThreadPoolExecutor(AT_ONCE) as pool:
            return set(pool.map(post, range(AT_ONCE)))

    return send


def known(_number: int) -> tuple[str, dict[str, Any]]:
    return f"{NEW}?persona={{person}}", {"topics": ["CIT"]}


def newcomer(number: int) -> tuple[str, dict[str, Any]]:
    # Names that resemble nobody: the desk would ask whether it is one it knows.
    random = Random(number)
    family, given = ("".join(random.choices("bcdfglmnprstvz", k=10)) for _name in range(2))
    typed = {"person-family_name": family.capitalize(), "person-given_name": given.capitalize()}
    return f"{NEW}?nuova=1", typed | {"topics": ["CIT"]}


def press(_number: int) -> tuple[str, dict[str, Any]]:
    return "/s/lucca/conteggio", {"topic": "CIT"}


@pytest.mark.parametrize("act", [known, newcomer, press])
@pytest.mark.parametrize(
    "times", [SHORT, pytest.param(WHOLE, marks=pytest.mark.long)], ids=["short", "long"]
)
def test_twenty_at_once_are_one_record(
    act: Callable[[int], tuple[str, dict[str, Any]]],
    times: int,
    world: World,
    at_desk: AtDesk,
    client_of: ClientOf,
    at_once: Callable[[PortalClient, str, dict[str, Any]], set[int]],
    record_property: Callable[[str, object], None],
) -> None:
    with at_desk(world.lucca):
        person = create_person(facts=PersonFacts(family_name="Diallo")).id
    client = client_of(world.bruno)
    for number in range(times):
        address, typed = act(number)
        address = address.format(person=person)
        page = BeautifulSoup(client.get(address).text, "html.parser")
        form = page.select_one("main form:has(input[name=form_token])")
        assert form is not None
        assert at_once(client, str(form["action"]), form_values(form) | typed) == {303}
    with at_desk(world.lucca):
        visits, people = len(list_visits_on(clock.today())), count_people()
    made = f"{visits} visits, {people - 1} new persons"
    record_property("summary", f"{act.__name__}: {times} times {AT_ONCE} at once: {made}")
    assert visits == times
    assert people - 1 == (times if act is newcomer else 0)
