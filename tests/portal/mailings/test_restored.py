# SPDX-License-Identifier: AGPL-3.0-or-later
"""A copy that comes back sends no letter that may have left since it was made."""

from pathlib import Path
from uuid import UUID

import psycopg
from flask import Flask
from sqlalchemy import select

from portal.core.database import db
from portal.core.tenancy import network_scope
from portal.core.unit import unit_of_work
from portal.embedded.backup import back_up, restore
from portal.mailings import actions, queries
from portal.mailings.kinds import DESK, OF_NETWORK
from portal.mailings.models import Delivery, NetworkDelivery
from portal.oversight.models import NetworkEdition
from tests.conftest import DATABASE, AtDesk
from tests.world import World

STATES = ("queued", "claimed", "transmitting")


def send_from_the_network(app: Flask, world: World) -> None:
    with app.app_context(), network_scope(world.rete.id), unit_of_work():
        office = actions.add_recipient(OF_NETWORK, email="prefettura@ufficio.example")
        edition = NetworkEdition(period="2016-S1", baseline="2015-S1", number=1, state="approved")
        db.session.add(edition)
        db.session.flush()
        db.session.add(NetworkDelivery(edition_id=edition.id, recipient_id=office.id))


def test_letters_on_their_way_come_back_uncertain(
    app: Flask,
    world: World,
    at_desk: AtDesk,
    approved: UUID,
    offices: tuple[str, ...],
    tmp_path: Path,
) -> None:
    with at_desk(world.lucca, world.anna):
        actions.add_recipient(DESK, email="quarto@ufficio.example")
        actions.send_edition(DESK, edition_id=approved)
        letters = db.session.scalars(select(Delivery).order_by(Delivery.id)).all()
        for letter, state in zip(letters, (*STATES, "sent"), strict=True):
            letter.state = state
    send_from_the_network(app, world)
    settings = app.config["SETTINGS"]
    back_up(settings.database_backup_url, tmp_path / "copia", embedded=True)
    with psycopg.connect(settings.database_owner_url, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS restored")
        connection.execute("CREATE DATABASE restored TEMPLATE template0")
    owner, backup = (
        url.replace(f"/{DATABASE}?", "/restored?")
        for url in (settings.database_owner_url, settings.database_backup_url)
    )
    assert restore(owner, tmp_path / "copia", embedded=True) == 4
    with psycopg.connect(backup) as connection:
        found = connection.execute("SELECT state, count(*) FROM delivery GROUP BY 1 ORDER BY 1")
        assert found.fetchall() == [("sent", 1), ("uncertain", 3)]
        found = connection.execute("SELECT state FROM network_delivery")
        assert found.fetchall() == [("uncertain",)]
        open_jobs = "SELECT count(*) FROM job WHERE name = 'deliver' AND finished_at IS NULL"
        assert connection.execute(open_jobs).fetchone() == (0,)
    with at_desk(world.lucca):  # what is copied stays as it was
        assert {sent.state for sent in queries.list_deliveries(DESK, approved)} == {*STATES, "sent"}
