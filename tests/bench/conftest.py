# SPDX-License-Identifier: AGPL-3.0-or-later
"""One small filled database for the tests of the bench."""

from collections.abc import Iterator
from dataclasses import dataclass

import psycopg
import pytest
from flask import Flask

from config.settings import Settings
from migrations import upgrade
from portal.app import create_app
from portal.core.store.database import db
from tests import conftest
from tests.bench import generator, homes
from tests.bench.scales import SCALES


@dataclass(frozen=True)
class Filled:
    """The portal on the smallest scale, and a superuser's connection to it."""

    settings: Settings
    app: Flask
    connection: psycopg.Connection


@pytest.fixture(scope="package")
def filled(template: Settings) -> Iterator[Filled]:
    """The smallest scale in a database of its own."""
    settings = conftest.on_database(template, "bench")
    with psycopg.connect(
        str(template.database_owner_url).replace("/portal?", "/postgres?"), autocommit=True
    ) as owner:
        owner.execute("CREATE DATABASE bench TEMPLATE template0")
    upgrade(str(settings.database_owner_url))
    app = create_app(settings)
    with homes.superuser(settings) as connection:
        generator.fill(app, connection, SCALES["S"], say=lambda _line: None)
        yield Filled(settings, app, connection)
    with app.app_context():
        for engine in db.engines.values():
            engine.dispose()
