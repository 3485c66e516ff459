# SPDX-License-Identifier: AGPL-3.0-or-later
"""How Alembic runs here: one transaction, one runner at a time, short waits for locks."""

import sys
from importlib import import_module

from alembic import context
from sqlalchemy import create_engine, text

from portal import models
from portal.core.store.database import db

# Any fixed number: two runners at once wait for each other on it.
RUNNER = 7_264_501
# A landed migration stays as it is, and imports code by the name that it had that day.
NAMES_OF_THEN = {"portal.people.spellings": "portal.people.matching.spellings"}


def run() -> None:
    models.load()
    for name, today in NAMES_OF_THEN.items():
        sys.modules[name] = import_module(today)
    engine = create_engine(context.config.attributes["owner_url"], hide_parameters=True)
    with engine.connect() as connection, connection.begin():
        connection.execute(text("SET LOCAL lock_timeout = '4s'"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:runner)"), {"runner": RUNNER})
        context.configure(connection=connection, target_metadata=db.metadata)
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


run()
