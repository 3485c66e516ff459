# SPDX-License-Identifier: AGPL-3.0-or-later
"""The database's catalogue, the rows of two desks, and every identity that may ask for a page."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import Environment

from config.settings import Settings
from portal.core.store.tenancy import network_scope
from portal.core.store.unit import unit_of_work
from portal.core.work.mail import Letter, message_id, transmit
from tests.conformance import records
from tests.conftest import DATABASE, AtDesk, on_database
from tests.pages import PortalClient
from tests.world import Place, Someone, World

ClientOf = Callable[[Someone], PortalClient]
SHA = "SELECT coalesce(md5(string_agg(t::text, '' ORDER BY t::text)), '') FROM {} t"
# What a page that is only looked at may write.
TRACES = frozenset({"audit_event", "login_session", "security_event", "use_count"})


@dataclass(frozen=True)
class Catalogue:
    """Questions to the migrated database, asked by its owner or by another of its roles."""

    settings: Settings

    def rows(self, question: str, *values: Any, role: str = "owner") -> list[tuple[Any, ...]]:
        with self.connect(role) as connection:
            return connection.execute(question, values).fetchall()

    def connect(self, role: str) -> psycopg.Connection:
        key = "database_url" if role == "app" else f"database_{role}_url"
        return psycopg.connect(getattr(self.settings, key))

    def hashes(self) -> dict[str, str]:
        """What every table holds, as one hash each; only the backup's role sees all desks."""
        with self.connect("backup") as connection:
            names = connection.execute(
                "SELECT relname FROM pg_class WHERE relkind = 'r'"
                " AND relnamespace = 'public'::regnamespace"
            ).fetchall()
            return {name: connection.execute(SHA.format(name)).fetchone()[0] for (name,) in names}

    def changed_since(self, before: dict[str, str]) -> set[str]:
        """The tables whose rows are not what they were."""
        after = self.hashes()
        return {name for name in after if after[name] != before[name]}


@pytest.fixture
def catalogue(template: Settings, app: Flask) -> Catalogue:
    return Catalogue(on_database(template, DATABASE))


@pytest.fixture(scope="session")
def jinja_env(shared_app: Flask) -> Environment:
    """What reads the templates: no database is copied for it."""
    return shared_app.jinja_env


@pytest.fixture
def twins(world: World, app: Flask, at_desk: AtDesk) -> World:
    """The world, with the same people known to the desks of Lucca and of Capannori.

    Its two networks have rows of their own as well.
    """
    for desk in (world.lucca, world.capannori):
        with at_desk(desk):
            records.write_rows(desk)
            records.publish(desk)
            records.invite(desk)
            _keep_letter(app, desk)
    for network in (world.rete, world.altra):
        with app.app_context(), network_scope(network.id), unit_of_work():
            records.write_network_rows(network)
            _keep_letter(app, network)
    return world


def _keep_letter(app: Flask, place: Place) -> None:
    """A letter in the mailbox of the installation, for the page that shows it."""
    said, settings = records.canary(place), app.config["SETTINGS"]
    delivery_id = records.row_id("delivery", place)
    letter = Letter(
        to="protocollo@comune.example",
        subject=f"{said}Subject",
        text=f"{said}Text",
        html=f"<p>{said}Html</p>",
        attachments=(),
        message_id=message_id(delivery_id, settings),
    )
    transmit(letter, settings, lambda: None)


@pytest.fixture
def identities(world: World, client_of: ClientOf, visitor: PortalClient) -> dict[str, PortalClient]:
    """A browser for each of the world's people, and one that has not signed in."""
    signed_in = {one.name.split()[0].lower(): client_of(one) for one in world.accounts}
    return signed_in | {"visitor": visitor}


@pytest.fixture
def plain(app: Flask) -> Callable[[PortalClient], FlaskClient]:
    """The same session in a browser that does not check pages: for thousands of requests."""

    def copy(client: PortalClient) -> FlaskClient:
        other = FlaskClient(app, app.response_class, use_cookies=True)
        cookie = client.get_cookie("sportelli")
        if cookie:
            other.set_cookie("sportelli", cookie.value)
        return other

    return copy
