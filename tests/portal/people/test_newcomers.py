# SPDX-License-Identifier: AGPL-3.0-or-later
"""Somebody new who resembles one of the desk: asked once, and the answer is remembered."""

from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup

from portal.drafts.queries import list_drafts
from portal.people import queries
from tests.conftest import AtDesk
from tests.pages import PortalClient
from tests.portal.conftest import AMINA, Writer
from tests.world import Someone, World

ClientOf = Callable[[Someone], PortalClient]
NEW = "/s/lucca/persone/nuova"
SAME = {"family_name": "Diallo", "given_name": "Amina", "sex": "F", "birth": "12/04/1988"}


@pytest.fixture
def bruno(world: World, client_of: ClientOf, write_down: Writer) -> PortalClient:
    write_down(AMINA)
    return client_of(world.bruno)


def count(world: World, at_desk: AtDesk) -> int:
    with at_desk(world.lucca):
        return queries.count_people()


def button(html: str, name: str) -> str:
    found = BeautifulSoup(html, "html.parser").find("button", attrs={"name": name})
    assert found is not None
    return str(found["value"])


def test_who_is_there_already_is_asked_about_and_nothing_is_lost(
    bruno: PortalClient, world: World, at_desk: AtDesk
) -> None:
    answer = bruno.submit(NEW, SAME | {"note": "una parola"}, action=NEW)
    assert answer.status_code == 422
    assert "Forse è già registrata." in answer.text
    assert "una parola" in answer.text
    assert count(world, at_desk) == 1


def test_that_it_is_somebody_else_is_said_once(
    bruno: PortalClient, world: World, at_desk: AtDesk
) -> None:
    asked = bruno.submit(NEW, SAME, action=NEW)
    apart = button(asked.text, "apart")
    assert bruno.submit(NEW, SAME | {"apart": apart}, action=NEW).status_code == 303
    with at_desk(world.lucca):
        people = [row.id for row in queries.list_people(1).rows]
        assert len(people) == 2
        assert queries.list_apart(people[0]) == [people[1]]


def test_that_it_is_them_leads_on_and_leaves_no_draft(
    bruno: PortalClient, world: World, at_desk: AtDesk
) -> None:
    known = button(bruno.submit(NEW, SAME, action=NEW).text, "use")
    sent = bruno.submit(NEW, SAME | {"use": known}, action=NEW)
    assert sent.location == f"/s/lucca/persone/{known}"
    assert count(world, at_desk) == 1
    with at_desk(world.lucca, world.bruno):
        assert list_drafts() == []


def test_the_same_form_twice_is_not_asked_about_itself(
    world: World, client_of: ClientOf, at_desk: AtDesk
) -> None:
    client = client_of(world.bruno)
    page = client.soup(NEW).select_one("form[data-draft]")
    sent = {str(tag["name"]): str(tag["value"]) for tag in page.select("input[type=hidden]")}
    answers = [client.post(NEW, data=sent | SAME) for _time in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert count(world, at_desk) == 1
