# SPDX-License-Identifier: AGPL-3.0-or-later
"""A copy that comes back sends no letter that may have left since it was made."""

import os
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import select

from config.settings import child_environment
from portal.cli import main
from portal.cli.mail import OF_NO_PLACE
from portal.core.store.database import db
from portal.core.store.tenancy import network_scope
from portal.core.store.unit import unit_of_work
from portal.core.work import delivery
from portal.core.work.delivery import LetterRow
from portal.embedded.backup import back_up
from portal.embedded.programs import installed
from portal.mailings import actions, queries
from portal.mailings.kinds import DESK, OF_DESK, OF_NETWORK
from portal.mailings.models import Delivery, NetworkDelivery
from portal.oversight.models import NetworkEdition
from portal.reports.disclosure.sheets import Audience
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
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with at_desk(world.lucca, world.anna):
        actions.add_recipient(DESK, email="quarto@ufficio.example", audience=Audience.DESK)
        actions.send_edition(DESK, edition_id=approved)
        letters = db.session.scalars(select(Delivery).order_by(Delivery.id)).all()
        for letter, state in zip(letters, (*STATES, "sent"), strict=True):
            letter.state = state
        delivery.queue_letter(actions.NOTICES, edition_id=approved, account_id=world.anna.id)
    send_from_the_network(app, world)
    settings, copy = app.config["SETTINGS"], tmp_path / "copia"
    back_up(settings.database_backup_url, copy, home=settings.home, embedded=True)
    with psycopg.connect(settings.database_owner_url, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS restored")
        connection.execute("CREATE DATABASE restored TEMPLATE template0")
    names = ("database_url", "database_owner_url", "database_network_url", "database_backup_url")
    urls = {name: getattr(settings, name).replace(f"/{DATABASE}?", "/restored?") for name in names}
    monkeypatch.setenv("PATH", str(installed().postgres), prepend=os.pathsep)
    environment = child_environment(replace(settings, **urls))
    done = CliRunner().invoke(main, ["restore", str(copy)], env=environment)
    assert done.exit_code == 0, done.output
    assert "Lettere non ancora partite quando la copia fu fatta: 5." in done.stdout
    with psycopg.connect(urls["database_backup_url"]) as connection:
        found = connection.execute("SELECT state, count(*) FROM delivery GROUP BY 1 ORDER BY 1")
        assert found.fetchall() == [("sent", 1), ("uncertain", 3)]
        found = connection.execute("SELECT state FROM network_delivery")
        assert found.fetchall() == [("uncertain",)]
        found = connection.execute("SELECT state FROM approval_notice")
        assert found.fetchall() == [("uncertain",)]
        open_jobs = "SELECT count(*) FROM job WHERE name LIKE 'deliver%' AND finished_at IS NULL"
        assert connection.execute(open_jobs).fetchone() == (0,)
    with at_desk(world.lucca):  # what is copied stays as it was
        assert {sent.state for sent in queries.list_deliveries(DESK, approved)} == {*STATES, "sent"}


def test_every_table_of_letters_is_held_back_and_counted() -> None:
    """A kind of letter that stood nowhere would stay queued for ever after a restore."""
    mappers = db.Model.registry.mappers
    tables = {one.class_ for one in mappers if issubclass(one.class_, LetterRow)}
    assert tables == {*OF_DESK.letters, *OF_NETWORK.letters, *OF_NO_PLACE}
