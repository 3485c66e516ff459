# SPDX-License-Identifier: AGPL-3.0-or-later
"""Desks for the timetable, and what became of their jobs and editions."""

from datetime import UTC, datetime
from typing import Any

import psycopg
from flask import Flask
from sqlalchemy import null, update

from portal.core.store.database import db
from portal.core.store.tenancy import identity_scope
from portal.core.store.unit import unit_of_work
from portal.desks.models import Desk, Network
from tests.world import ALTRA, Place

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


class Desks:
    """Made in the network «altra-rete», founded long ago unless a test says otherwise."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        with app.app_context(), identity_scope(), unit_of_work():
            for table in (Desk, Network):  # the world's own would come due in between
                db.session.execute(update(table).values(closing_days=None))

    def add(self, slug: str, *, closing_days: int | None, since: datetime = LONG_AGO) -> Place:
        """A desk whose half-years close so many days after their end."""
        place = Place(slug, f"Sportello {slug}")
        self.add_all([place], closing_days=closing_days, since=since)
        return place

    def add_all(
        self, places: list[Place], *, closing_days: int | None, since: datetime = LONG_AGO
    ) -> None:
        with self._app.app_context(), identity_scope(), unit_of_work():
            for place in places:
                db.session.add(
                    Desk(
                        id=place.id,
                        slug=place.slug,
                        name=place.name,
                        short_name=place.slug,
                        network_id=ALTRA.id,
                        closing_days=null() if closing_days is None else closing_days,
                        created_at=since,
                    )
                )

    def rows(self, question: str, *values: Any) -> list[tuple[Any, ...]]:
        """Across desks, as only the backup's role can."""
        url = str(self._app.config["SETTINGS"].database_backup_url)
        with psycopg.connect(url) as connection:
            return connection.execute(question, values).fetchall()  # type: ignore[arg-type]

    def count_ready(self) -> int:
        ((count,),) = self.rows("SELECT count(*) FROM edition WHERE state = 'ready'")
        return int(count)
