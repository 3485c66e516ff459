# SPDX-License-Identifier: AGPL-3.0-or-later
"""Two desks that know the same people never meet: in the tables, on the pages, or under load."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from psycopg.errors import InsufficientPrivilege
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError, ProgrammingError

from portal.core import clock
from portal.core.store.database import db
from portal.core.store.tenancy import desk_scope
from portal.core.store.unit import unit_of_work
from portal.people.models import Person
from tests.conformance import records
from tests.conformance.conftest import ClientOf
from tests.conformance.routes import all_routes
from tests.conformance.test_routes import csrf_token, without_chance
from tests.conftest import AtDesk
from tests.pages import PortalClient
from tests.world import Place, Someone, World

Plain = Callable[[PortalClient], FlaskClient]
NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
LINK = re.compile(r'<a\b[^>]*?\shref="([^"]*)"')
ALIKE = 4
"""So many addresses of one page are opened."""
STARTS = ("cnry", "cnryc", "dll", "dllmna88", "1988", "3331004417", "chiave", "am", "ca")


def test_another_desks_rows_are_not_there(twins: World, at_desk: AtDesk) -> None:
    with at_desk(twins.lucca):
        for table in records.desk_tables():
            theirs = select(table).where(table.c.desk_id == twins.capannori.id)
            assert db.session.execute(theirs).all() == [], table.name
            seen = set(db.session.scalars(select(table.c.desk_id)))
            assert seen == {twins.lucca.id}, table.name


def test_another_desks_rows_cannot_be_touched(twins: World, at_desk: AtDesk) -> None:
    """0 rows changed, or no privilege to change any."""
    before = _rows_of_capannori(twins, at_desk)
    tried = 0
    for table in records.desk_tables():
        theirs = table.c.desk_id == twins.capannori.id
        for statement in (
            update(table).where(theirs).values(desk_id=twins.lucca.id),
            update(table).where(theirs).values(desk_id=table.c.desk_id),
            delete(table).where(theirs),
        ):
            assert _changed(statement, twins, at_desk) == 0, str(statement)
            tried += 1
    assert tried == 3 * len(before) >= 30
    assert _rows_of_capannori(twins, at_desk) == before


def _changed(statement: Any, twins: World, at_desk: AtDesk) -> int:
    try:
        with at_desk(twins.lucca):
            return int(db.session.execute(statement).rowcount)
    except ProgrammingError as refused:
        if not isinstance(refused.orig, InsufficientPrivilege):
            raise
        return 0


def _rows_of_capannori(twins: World, at_desk: AtDesk) -> dict[str, list[tuple[object, ...]]]:
    with at_desk(twins.capannori):
        return {
            table.name: [tuple(row) for row in db.session.execute(select(table))]
            for table in records.desk_tables()
        }


def test_a_row_cannot_be_moved_to_another_desk(twins: World, at_desk: AtDesk) -> None:
    for table in records.desk_tables():
        moved = update(table).where(table.c.desk_id == twins.lucca.id)
        with pytest.raises(ProgrammingError) as refused, at_desk(twins.lucca):
            db.session.execute(moved.values(desk_id=twins.capannori.id))
        assert isinstance(refused.value.orig, InsufficientPrivilege), table.name


def test_no_row_is_written_for_another_desk(twins: World, at_desk: AtDesk) -> None:
    for table in records.desk_tables():
        values = {column.name: records.value(column, twins.capannori) for column in table.columns}
        with pytest.raises(ProgrammingError) as refused, at_desk(twins.lucca):
            db.session.execute(insert(table).values(values))
        assert "row-level security" in str(refused.value.orig), table.name


def test_a_row_cannot_hang_on_another_desks_person(twins: World, at_desk: AtDesk) -> None:
    """The foreign key looks past row security: only the desk within it keeps the two apart."""
    children = [
        table for table in records.desk_tables() if "person_id" in table.c or "visit_id" in table.c
    ]
    assert len(children) >= 6
    for table in children:
        values = {column.name: records.value(column, twins.lucca) for column in table.columns}
        for parent in ("person", "visit"):
            if f"{parent}_id" in values:
                values[f"{parent}_id"] = records.row_id(parent, twins.capannori)
        fresh = {"id": records.row_id("fresh", twins.lucca), "key": "CHIAVE-2", "position": 7}
        values |= {name: value for name, value in fresh.items() if name in values}
        values |= {"form_token": None} if "form_token" in values else {}
        with pytest.raises(IntegrityError, match="foreign key"), at_desk(twins.lucca):
            db.session.execute(insert(table).values(values))


def test_objects_of_the_desk_before_are_forgotten(twins: World, app: Flask) -> None:
    """Two desks by turns in one context, as a worker visits them."""
    key = (twins.lucca.id, records.row_id("person", twins.lucca))
    with app.app_context():
        for desk, is_there in ((twins.lucca, True), (twins.capannori, False)):
            with desk_scope(desk.id), unit_of_work():
                found = db.session.get(Person, key)
                assert (found is not None) is is_there


@pytest.fixture
def noon() -> Iterator[None]:
    """The clock stands still, so that two readings of one page are the same to the byte."""
    with clock.stopped_at(NOON):
        yield


def crawl(browser: FlaskClient, place: Place, member: Someone) -> dict[str, bytes]:
    """Every page that can be reached: all rules, all links from page to page, all searches."""
    waiting = ["/", "/conto", "/scegli"]
    for route in all_routes():
        if route.method == "GET" and ("<network>" in route.rule) is (place.slug == "rete"):
            waiting.append(route.address(place, member.id))
    answers: dict[str, bytes] = {}
    seen: Counter[str] = Counter()
    while waiting:
        address = waiting.pop()
        if address in answers:
            continue
        family = _family(address)
        seen[family] += 1
        if seen[family] > ALIKE:
            continue
        response = browser.get(address)
        answers[address] = response.data + repr(list(response.headers)).encode()
        if response.mimetype == "text/html":
            waiting += _links(address, response.text)
    return answers | _searches(browser, place)


def _family(address: str) -> str:
    """The addresses of one page, whose links from period to period never end.

    «Perché questo numero?» is a page for each table: of its hundreds of numbers, some.
    """
    parts = urlsplit(address)
    return f"{parts.path} {parse_qs(parts.query).get('tabella', '')}"


def _links(address: str, html: str) -> list[str]:
    found = [unescape(href) for href in LINK.findall(html)]
    targets = [urlsplit(urljoin(address, href)) for href in found if not href.startswith("#")]
    return [
        target._replace(fragment="").geturl()
        for target in targets
        if not target.netloc and not target.path.startswith("/static/")
    ]


def _searches(browser: FlaskClient, place: Place) -> dict[str, bytes]:
    if place.slug == "rete":
        return {}
    token = csrf_token(browser)
    return {
        f"{address} {typed} {hx}": browser.post(
            address, data={"csrf_token": token, "q": typed}, headers={"HX-Request": hx}
        ).data
        for address in (f"/s/{place.slug}/persone", f"/s/{place.slug}/")
        for typed in STARTS
        for hx in ("true", "false")
    }


def count_canaries(answers: dict[str, bytes], desk: Place) -> int:
    """How often a text or figure of a desk stands in the answers."""
    number = records.NUMBERS[desk]
    figures = f"{number}|{number:,}|{number:_}".replace(",", r"\.").replace("_", "\u202f")
    sought = re.compile(f"{records.canary(desk)}|{figures}".encode(), re.IGNORECASE)
    return sum(len(sought.findall(body)) for body in answers.values())


@pytest.mark.usefixtures("noon")
def test_no_word_or_figure_of_another_desk_on_any_page(
    twins: World, client_of: ClientOf, plain: Plain, record_property: Callable[[str, str], None]
) -> None:
    size = found_own = pages = 0
    for one in (twins.anna, twins.bruno, twins.carla):
        answers = crawl(plain(client_of(one)), twins.lucca, twins.bruno)
        assert count_canaries(answers, twins.capannori) == 0
        assert not [address for address, body in answers.items() if b"Dario Rossi" in body]
        found_own += count_canaries(answers, twins.lucca)
        pages += len(answers)
        size += sum(map(len, answers.values()))
    line = f"answers {pages}, bytes {size}, own canaries {found_own}, foreign 0"
    record_property("summary", line)
    assert found_own > 100, "the crawl is blind"
    assert pages > 60


@pytest.mark.usefixtures("noon")
def test_the_overseer_reads_no_text_of_any_desk(
    twins: World, client_of: ClientOf, plain: Plain
) -> None:
    browser = plain(client_of(twins.elena))
    answers = crawl(browser, twins.rete, twins.elena)
    for desk in (twins.lucca, twins.capannori):
        for route in all_routes():
            address = route.address(desk, twins.bruno.id)
            answers[f"{route.method} {address}"] = browser.open(address, method=route.method).data
        text = re.compile(records.canary(desk).encode(), re.IGNORECASE)
        assert not [address for address, body in answers.items() if text.search(body)]
    seen = [body for body in answers.values() if b">Lucca</th>" in body]
    assert count_canaries(dict.fromkeys("x", b"".join(seen)), twins.lucca) > 0, "the crawl is blind"


@pytest.mark.usefixtures("noon")
def test_what_another_desk_does_changes_no_byte(
    world: World, at_desk: AtDesk, client_of: ClientOf, plain: Plain
) -> None:
    with at_desk(world.lucca):
        records.write_rows(world.lucca)
    browser = plain(client_of(world.carla))
    crawl(browser, world.lucca, world.bruno)  # the first reading leaves its own traces
    before = crawl(browser, world.lucca, world.bruno)
    with at_desk(world.capannori):
        records.write_rows(world.capannori)
    after = crawl(browser, world.lucca, world.bruno)
    assert before.keys() == after.keys()
    different = [
        address
        for address, body in before.items()
        if without_chance(body.decode("latin-1"))
        != without_chance(after[address].decode("latin-1"))
    ]
    assert different == []


def test_no_row_crosses_under_load(
    twins: World, app: Flask, client_of: ClientOf, plain: Plain
) -> None:
    """8 threads on a pool of 5, desks by turns, with refusals and errors in between."""
    sessions = {desk: client_of(one) for desk, one in _operators(twins).items()}

    def work(number: int) -> int:
        foreign = 0
        browsers = {desk: plain(client) for desk, client in sessions.items()}
        for turn in range(10):
            mine, other = _by_turns(twins, number + turn)
            for address in ("persone", f"persone/{records.row_id('person', mine)}", ""):
                body = browsers[mine].get(f"/s/{mine.slug}/{address}")
                assert body.status_code == 200
                assert records.canary(mine).lower() in body.text.lower() or not address
                foreign += count_canaries({"": body.data}, other)
            refused = browsers[mine].get(f"/s/{mine.slug}/persone/{records.row_id('x', mine)}")
            assert refused.status_code == 404
        return foreign

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(work, range(8))) == 0


def _operators(world: World) -> dict[Place, Someone]:
    return {world.lucca: world.bruno, world.capannori: world.dario}


def _by_turns(world: World, turn: int) -> tuple[Place, Place]:
    desks = (world.lucca, world.capannori)
    return desks[turn % 2], desks[1 - turn % 2]
