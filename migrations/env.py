# SPDX-License-Identifier: AGPL-3.0-or-later
"""How Alembic runs here: one transaction, one runner at a time, short waits for locks."""

from alembic import context
from sqlalchemy import create_engine, text

from portal import models
from portal.core.store.database import db

# Any fixed number: two runners at once wait for each other on it.
RUNNER = 7_264_501


def run() -> None:
    models.load()
    engine = create_engine(context.config.attributes["owner_url"], hide_parameters=True)
    with engine.connect() as connection, connection.begin():
        connection.execute(text("SET LOCAL lock_timeout = '4s'"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:runner)"), {"runner": RUNNER})
        context.configure(connection=connection, target_metadata=db.metadata)
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


run()
