# SPDX-License-Identifier: AGPL-3.0-or-later
"""What was frozen stays: under a newer list of topics, and against whoever has the database."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy import select

from portal.core.store.database import db
from portal.mailings.kinds import DESK as LETTERS
from portal.oversight.actions import publish_edition
from portal.oversight.models import NetworkEdition, PublishedFigure
from portal.people import actions as people
from portal.people.rules import PersonFacts
from portal.reports.editions import lifecycle as editions
from portal.reports.editions.desk import DESK
from portal.reports.editions.snapshot import thaw
from portal.reports.models import Edition, EditionRow
from portal.reports.publication import for_network
from portal.reports.relazione import assembly
from portal.reports.sections.topic_tables import as_json
from portal.taxonomy.actions import store_versions
from portal.taxonomy.files import read_files
from portal.taxonomy.queries import forget_stored
from portal.taxonomy.rules import TopicList
from portal.visits import actions as visits
from portal.visits.rules import VisitFacts
from tests.conftest import AtDesk
from tests.pages import PortalClient
from tests.portal.reports.builds import Build
from tests.world import Place, Someone, World

PERIOD = "2016-S1"


@pytest.fixture(autouse=True)
def _fresh_memory() -> Iterator[None]:
    forget_stored()
    yield
    forget_stored()


def reparented() -> TopicList:
    """A third list, from 2031, in which work counts under citizenship and on no old row."""
    shipped = read_files()
    first, second = shipped.versions
    third = replace(second, number=3, valid_from=date(2031, 1, 1), title="Terza")
    topics = [
        replace(topic, version=3, parent_code="CIT", historical_row=None)
        if topic.code == "LAV"
        else replace(topic, version=3)
        for topic in shipped.by_version[2]
    ]
    closed = replace(second, valid_to=date(2030, 12, 31))
    return replace(shipped, versions=(first, closed, third), topics=(*shipped.topics, *topics))


@pytest.fixture
def approved(few: World, at_desk: AtDesk, build: Build) -> Any:
    """The id of an approved edition, with a half-year to compare it with."""
    with at_desk(few.lucca):
        person = people.create_person(facts=PersonFacts(family_name="Sow", sex="M"))
        visits.record_visit(facts=VisitFacts(date(2015, 3, 1), ("LAV",), person.id))
        edition_id = editions.request_edition(DESK, period=PERIOD).id
    build(few.lucca, edition_id)
    with at_desk(few.lucca, few.anna):
        editions.approve_edition(DESK, edition_id=edition_id, seen_version=None)
    return edition_id


def test_what_is_thawed_is_what_was_counted(few: World, at_desk: AtDesk, approved: Any) -> None:
    with at_desk(few.lucca):
        counted = assembly.get_relazione(period=PERIOD)
        assert thaw(editions.get_edition(DESK, approved).frozen) == counted


def test_a_new_list_changes_nothing_that_was_frozen(
    few: World,
    at_desk: AtDesk,
    identity: AtDesk,
    approved: Any,
    client_of: Callable[[Someone], PortalClient],
) -> None:
    address = f"/s/lucca/relazioni/edizioni/{approved}"
    page = client_of(few.carla).soup(address).select_one("main")
    with at_desk(few.lucca):
        edition = editions.get_edition(DESK, approved)
        letter = LETTERS.table(edition.frozen)
        file = editions.get_file(DESK, edition, "relazione.json")
        tables = next(DESK.make(edition))
    with identity():
        assert store_versions(reparented()) == [3]
    with at_desk(few.lucca):
        live = assembly.get_relazione(period=PERIOD)
        edition = editions.get_edition(DESK, approved)
        kept = json.loads(file.content)
        kept.pop("tables")
        assert as_json(thaw(edition.frozen)) == kept
        # Not even what is counted now: a later list has no part in a comparison of earlier ones.
        assert as_json(live) == kept
        assert LETTERS.table(edition.frozen) == letter
        assert next(DESK.make(edition)) == tables
        publish_edition(edition_id=approved)
        published = db.session.scalars(select(PublishedFigure)).one()
        for row in kept["rows"]:
            del row["details"]
        for name in ("early", "early_baseline"):
            del kept[name]
        beside = {"users_by_sex": {}, "schema": for_network.SCHEMA, "codes": {}, "is_sum": False,
                  "carries": []}  # fmt: skip
        beside |= {name: {"now": [], "then": []} for name in ("hidden", "unsplit")}
        assert published.figures | beside == kept | beside
    assert client_of(few.carla).soup(address).select_one("main") == page


KEPT = {
    "report": "'x'",
    "period": "'2016-S2'",
    "baseline": "'2014-S1'",
    "number": "9",
    "replaces": "8",
    "reason": "'x'",
    "frozen": "'{}'",
    "frozen_at": "now()",
    "taxonomy": "9",
    "software": "'x'",
    "sha256": "sha256('x')",
    "approved_at": "NULL",
    "approved_by": "(SELECT min(id::text)::uuid FROM account)",
    "id": "gen_random_uuid()",
}
FREE = {"state", "step", "version", "created_at", "ready_at", "requested_by"}
"""What goes on changing (`state` when it is superseded), and what says nothing of the figures."""


def test_each_column_is_kept_or_free() -> None:
    columns = {name for name in EditionRow.__annotations__ if not name.startswith("_")}
    assert columns == set(KEPT) | FREE


@pytest.fixture
def connection(app: Flask, world: World) -> Iterator[psycopg.Connection]:
    """The tables' owner, speaking for Lucca and its network, and nothing of it stays."""
    url = str(app.config["SETTINGS"].database_owner_url)
    with psycopg.connect(url) as connection:
        for scope, place in (("desk", world.lucca), ("network", world.rete)):
            speak(connection, scope, place)
        yield connection
        connection.rollback()


def speak(connection: psycopg.Connection, scope: str, place: Place) -> None:
    connection.execute("SELECT set_config(%s, %s, true)", [f"portal.{scope}", str(place.id)])


ADD = """
INSERT INTO {} ({}_id, id, report, period, baseline, number, reason, state, step, frozen,
    created_at, version) VALUES (%s, gen_random_uuid(), 'relazione', '2016-S1', '2015-S1',
    1, '', 'ready', 5, '{{"users": 1}}', now(), 1)
"""
TABLES = {Edition.__tablename__: "desk", NetworkEdition.__tablename__: "network"}


@pytest.mark.parametrize("table", TABLES)
def test_what_was_approved_is_not_rewritten(
    connection: psycopg.Connection, world: World, table: str
) -> None:
    place = world.lucca if TABLES[table] == "desk" else world.rete
    connection.execute(ADD.format(table, TABLES[table]), [str(place.id)])  # type: ignore[call-overload]

    def change(what: str) -> int:
        with connection.transaction():
            return connection.execute(f"UPDATE {table} SET {what}").rowcount  # type: ignore[call-overload]  # noqa: S608

    for column in set(KEPT) - {"approved_at"}:
        with connection.transaction(force_rollback=True):
            assert change(f"{column} = {KEPT[column]}") == 1, column
    assert change("state = 'approved', approved_at = now()") == 1
    for column, value in KEPT.items():
        with pytest.raises(psycopg.errors.RestrictViolation, match="does not change"):
            change(f"{column} = {value}")
    assert change("state = 'superseded', version = 2") == 1
