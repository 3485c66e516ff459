# SPDX-License-Identifier: AGPL-3.0-or-later
"""A database as an earlier build left it, and the same brought up to date."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from flask import Flask

from config.settings import Settings
from portal.accounts.models import LoginSession
from portal.accounts.sessions import key_hash
from portal.core.store.database import db
from portal.core.store.tenancy import identity_scope
from portal.core.store.unit import unit_of_work
from portal.upgrade import bring_up_to_date
from tests.builds import BUILDS, DUMPS
from tests.conftest import DATABASE, on_database
from tests.pages import PortalClient
from tests.world import Someone

Restore = Callable[[str, str], Settings]
KEY = "k" * 43
PATIENCE_SECONDS = 60


@pytest.fixture(scope="session")
def restore(template: Settings) -> Restore:
    """`restore(build, name)`: a database as the build left it, of this run alone."""

    def fill(build: str, name: str) -> Settings:
        name = f"{DATABASE}_{name}"
        admin = str(template.database_owner_url).replace("/portal?", "/postgres?")
        with psycopg.connect(admin, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name}")
            connection.execute(f"CREATE DATABASE {name} TEMPLATE template0")
        settings = on_database(template, name)
        with psycopg.connect(str(settings.database_owner_url)) as connection:
            connection.execute((DUMPS / f"{build}.sql").read_bytes())
        return settings

    return fill


@dataclass(frozen=True)
class Upgraded:
    """A build's database and today's portal over it."""

    build: str
    settings: Settings
    app: Flask

    def client_of(self, account: Someone) -> Any:
        """A signed-in browser."""
        key = (account.id.hex + KEY)[:43]
        with self.app.app_context(), identity_scope(), unit_of_work():
            db.session.merge(LoginSession(token_hash=key_hash(key), account_id=account.id))
        client = self.app.test_client()
        client.set_cookie("sportelli", key)
        return client


@pytest.fixture(scope="module", params=BUILDS)
def upgraded(request: pytest.FixtureRequest, restore: Restore) -> Iterator[Upgraded]:
    """Each build's database brought up to date, once for the tests of a file: they only read."""
    settings = restore(request.param, f"build_{request.param}")
    app = bring_up_to_date(settings, patience_seconds=PATIENCE_SECONDS)
    app.test_client_class = PortalClient
    yield Upgraded(request.param, settings, app)
    with app.app_context():
        for engine in db.engines.values():
            engine.dispose()
