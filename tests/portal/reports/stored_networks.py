# SPDX-License-Identifier: AGPL-3.0-or-later
"""A network drawn at random, with its lists and its desks, and the same put into the database."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import psycopg
from flask import Flask
from flask.testing import FlaskClient

from portal.accounts.models import LoginSession, Membership
from portal.accounts.sessions import key_hash
from portal.core.store.database import db
from portal.core.store.tenancy import desk_scope, identity_scope, network_scope
from portal.core.store.unit import unit_of_work
from portal.core.web.access import Role
from portal.core.work import jobs
from portal.desks.actions import add_desk, add_network
from portal.oversight.actions import publish_edition
from portal.reports.editions import lifecycle as editions
from portal.reports.editions.desk import DESK
from portal.taxonomy.actions import store_versions
from portal.taxonomy.files import read_files
from portal.taxonomy.queries import forget_stored
from tests.portal.reports.lists_by_hand import Lists
from tests.portal.reports.random_desks import TODAYS, Desk, draw_desk, record
from tests.portal.reports.random_lists import write_lists
from tests.world import Someone, World

REAL = Path(__file__).parents[3] / "config" / "taxonomy"
DESKS = 4
NO_FILES = replace(DESK, make=lambda edition: iter([(), ()]))
LISTS = ("topic_change", "topic", "taxonomy_version", "topic_group")


@dataclass(frozen=True)
class Drawn:
    """A network that was drawn: every third has the lists of the province, the others their own."""

    seed: int
    folder: Path
    lists: Lists
    today: date
    desks: tuple[Desk, ...]

    @classmethod
    def of_seed(cls, seed: int, folder: Path) -> "Drawn":
        random = Random(seed)
        if seed % 3 == 0:
            folder = REAL
        else:
            write_lists(random, folder)
        lists, today = Lists(folder), random.choice(TODAYS)
        desks = [
            draw_desk(random, lists, today, f"caso-{seed}-{number}") for number in range(DESKS)
        ]
        return cls(seed, folder, lists, today, tuple(desks))

    @property
    def noon(self) -> datetime:
        return datetime(self.today.year, self.today.month, self.today.day, 11, tzinfo=UTC)

    @property
    def slug(self) -> str:
        return f"rete-{self.seed}"


class Stored:
    """The same in the database of an application, with a browser for who reads there."""

    def __init__(self, app: Flask, drawn: Drawn) -> None:
        self._app, self.drawn = app, drawn
        self._ids: dict[str, UUID] = {}
        if drawn.folder != REAL:
            self._replace_lists()
        self._found()
        for desk in drawn.desks:
            with self.at(desk):
                record(desk)
        self.manager, self.overseer = (self._signed_in(one.id) for one in self._readers)

    @property
    def _readers(self) -> tuple[Someone, Someone]:
        world = World()
        return world.anna, world.elena

    def _replace_lists(self) -> None:
        """As if the province had never published others."""
        url = str(self._app.config["SETTINGS"].database_owner_url)
        with psycopg.connect(url) as connection:
            for table in LISTS:
                connection.execute(f"DELETE FROM {table}")  # noqa: S608
        forget_stored()
        with self._app.app_context(), identity_scope(), unit_of_work():
            store_versions(read_files(self.drawn.folder))

    def _found(self) -> None:
        manager, overseer = self._readers
        with self._app.app_context(), identity_scope(), unit_of_work():
            network = add_network(slug=self.drawn.slug, name=f"Rete {self.drawn.seed}")
            self._ids[self.drawn.slug] = network.id
            db.session.add(
                Membership(account_id=overseer.id, role=Role.OVERSEER, network_id=network.id)
            )
            for desk in self.drawn.desks:
                place = add_desk(slug=desk.slug, name=desk.slug, network=network)
                self._ids[desk.slug] = place.id
                db.session.add(
                    Membership(account_id=manager.id, role=Role.MANAGER, desk_id=place.id)
                )

    def _signed_in(self, account_id: UUID) -> Any:
        key = ("k" + account_id.hex + "0" * 43)[:43]
        with self._app.app_context(), identity_scope(), unit_of_work():
            db.session.merge(LoginSession(token_hash=key_hash(key), account_id=account_id))
        # Not the client of the other tests, which checks each page that it fetches once more.
        client = FlaskClient(self._app, self._app.response_class)
        client.set_cookie("sportelli", key)
        return client

    @contextmanager
    def at(self, desk: Desk) -> Iterator[None]:
        with self._app.app_context(), desk_scope(self._ids[desk.slug]), unit_of_work():
            yield

    @contextmanager
    def at_network(self) -> Iterator[None]:
        with self._app.app_context(), network_scope(self._ids[self.drawn.slug]), unit_of_work():
            yield

    def publish(self, desk: Desk, period: str, baseline: str) -> None:
        """Ask, build, approve and tell the network, as the worker does; no file is written."""
        with self._app.app_context(), desk_scope(self._ids[desk.slug]):
            with unit_of_work():
                chosen = {"baseline": baseline, "layout": "moderno"}
                edition = editions.request_edition(NO_FILES, period=period, chosen=chosen)
                job_id = jobs.get_job_id(DESK.job, str(edition.id))
            editions.build_edition(NO_FILES, edition_id=edition.id, job_id=job_id)
            with unit_of_work():
                editions.approve_edition(NO_FILES, edition_id=edition.id, seen_version=None)
            with unit_of_work():
                publish_edition(edition_id=edition.id)
