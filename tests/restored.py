# SPDX-License-Identifier: AGPL-3.0-or-later
"""A copy brought back beside the tests' own database."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psycopg
from click.testing import CliRunner, Result
from flask import Flask

from config.settings import Settings, child_environment
from portal.app import create_app
from portal.cli import main
from portal.core.store.database import db
from tests.conftest import on_database
from tests.pages import PortalClient


@dataclass(frozen=True)
class Restored:
    """The portal over what came back, with what the command said."""

    app: Flask
    settings: Settings
    said: Result

    def rows(self, question: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(str(self.settings.database_backup_url)) as connection:
            return connection.execute(question).fetchall()  # type: ignore[arg-type]

    def command(self, *words: str) -> Result:
        return CliRunner().invoke(main, words, env=child_environment(self.settings))


@contextmanager
def brought_back(template: Settings, copy: Path, home: Path) -> Iterator[Restored]:
    """Restore a copy into an empty database and a new home, as an administrator does.

    pg_restore must be on the PATH.
    """
    home.mkdir()
    _empty(template)
    settings = replace(on_database(template, "restored"), home=home)
    said = CliRunner().invoke(main, ["restore", str(copy)], env=child_environment(settings))
    assert said.exit_code == 0, said.output
    app = create_app(settings)
    app.test_client_class = PortalClient
    yield Restored(app, settings, said)
    with app.app_context():
        for engine in db.engines.values():
            engine.dispose()


def _empty(template: Settings) -> None:
    admin = str(template.database_owner_url).replace("/portal?", "/postgres?")
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS restored")
        connection.execute("CREATE DATABASE restored TEMPLATE template0")
