# SPDX-License-Identifier: AGPL-3.0-or-later
"""The floor does the work that it is measured for: it finds and records what the portal does."""

from collections.abc import Iterator
from datetime import date
from uuid import UUID, uuid4

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient

from portal.core import clock
from portal.core.italy.periods import named_periods
from portal.core.store.tenancy import desk_scope
from portal.core.store.unit import unit_of_work
from portal.figures.queries import list_counts
from portal.people import queries as people
from portal.visits.queries import count_from_records
from tests.bench import floor, operations
from tests.bench.conftest import Filled
from tests.bench.operations import Desk

TOPIC = "SOG-RIN"
NEW_ROWS = """
SELECT count(*), (SELECT count(*) FROM enquiry WHERE desk_id = %(desk)s)
FROM visit WHERE desk_id = %(desk)s
"""


@pytest.fixture(scope="module")
def desk(filled: Filled) -> Desk:
    return operations.signed_in(filled.connection, "pari")


@pytest.fixture(scope="module")
def bare(filled: Filled, desk: Desk) -> Iterator[FlaskClient]:
    """A signed-in client of the floor."""
    app = floor.create_app(str(filled.settings.database_url))
    client = app.test_client()
    client.set_cookie("sportelli", desk.key)
    yield client
    app.extensions["pool"].close()


def _ids(client: FlaskClient, typed: str) -> list[UUID]:
    response = client.post("/s/pari/", data={"q": typed})
    assert response.status_code == 200
    page = BeautifulSoup(response.text, "html.parser")
    return [UUID(str(row["id"])) for row in page.find_all("li")]


def _by_letters(filled: Filled, desk: Desk, typed: str) -> list[UUID]:
    """Whom the portal finds by the letters typed; who only sounds alike comes after them."""
    with filled.app.app_context(), desk_scope(desk.id), unit_of_work():
        rows = people.search_people(typed, limit=floor.MOST_FOUND).rows
    return [row.id for row in rows if not row.by_sound]


def test_that_the_floor_finds_whom_the_portal_finds(
    filled: Filled, desk: Desk, bare: FlaskClient
) -> None:
    rows = filled.connection.execute(operations.WORDS, [desk.id, 20]).fetchall()
    words = [word for (word,) in rows]
    asked = [*words, *(word[:3] for word in words), f"{words[0][:2]} {words[1][:1]}", "qqqqq"]
    found = {typed: _ids(bare, typed) for typed in asked}
    assert found == {typed: _by_letters(filled, desk, typed) for typed in asked}
    assert {0, 1, floor.MOST_FOUND} <= {len(ids) for ids in found.values()}


def test_that_the_floor_asks_who_is_signed_in(filled: Filled, bare: FlaskClient) -> None:
    assert bare.application.test_client().post("/s/pari/", data={"q": "a"}).status_code == 404
    assert bare.post("/s/banco-1/", data={"q": "a"}).status_code == 404


def test_that_the_floor_leaves_a_visit_an_enquiry_and_their_figures(
    filled: Filled, desk: Desk, bare: FlaskClient
) -> None:
    known = filled.connection.execute(operations.KNOWN, [desk.id, 5]).fetchall()
    before = filled.connection.execute(NEW_ROWS, {"desk": desk.id}).fetchone()
    assert before is not None
    for (person_id,) in [*known, known[0]]:
        form = {"person_id": str(person_id), "topics": TOPIC, "form_token": str(uuid4())}
        answer = bare.post("/s/pari/accessi/nuovo", data=form)
        assert answer.status_code == 200
    assert answer.text.count("<li") == 6
    after = filled.connection.execute(NEW_ROWS, {"desk": desk.id}).fetchone()
    assert after == (before[0] + 6, before[1] + 6)
    with filled.app.app_context(), desk_scope(desk.id), unit_of_work():
        periods = named_periods(clock.today())
        rolled, counted = list_counts(), count_from_records(periods)
    assert {name: rolled[name] for name in counted} == counted
    assert len(counted) == 6


@pytest.mark.parametrize("day", [date(2026, 1, 1), date(2026, 8, 31), date(2028, 12, 31)])
def test_that_the_floor_knows_the_periods_of_a_day(day: date) -> None:
    named = {(period.name, period.start, period.end) for period in named_periods(day)}
    assert set(floor._periods(day)) == named
