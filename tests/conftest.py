# SPDX-License-Identifier: AGPL-3.0-or-later
"""Fixtures: one throwaway cluster for a run, one clone of a prepared database for a test.

A clone costs about 30 ms without fsync, and real commits, real roles and two operators at once
behave as they do in production; a savepoint could not show them.
"""

import gc
import os
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path
from shutil import disk_usage, rmtree
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import psycopg
import pytest
from flask import Flask, has_app_context
from hypothesis import settings as hypothesis
from sqlalchemy import select, update

from config.settings import Settings, load_settings
from migrations import upgrade
from portal.accounts.models import LoginSession
from portal.accounts.sessions import key_hash
from portal.app import create_app
from portal.core import clock
from portal.core.store.database import db, refuse_dangerous_roles
from portal.core.store.desk_cache import forget_everything
from portal.core.store.tenancy import desk_scope, identity_scope
from portal.core.store.unit import unit_of_work
from portal.core.work import jobs
from portal.core.work.job_names import SENDING
from portal.embedded import machine_room
from tests import world as a_world
from tests.pages import PortalClient
from tests.sink import Sink, running_sink
from tests.trust import page as trust
from tests.world import Place, Someone, World
from worker import run

AtDesk = Callable[..., AbstractContextManager[None]]
# A run inside another (tests/mutants) shares its servers and the database it has prepared.
DATABASE = os.environ.get("PORTAL_TEST_DATABASE", "test")
SHARED_HOME = os.environ.get("PORTAL_TEST_HOME")
MEMORY = Path("/dev/shm")
ROOM = 4 * 1024**3
URLS = ("database_url", "database_owner_url", "database_network_url", "database_backup_url")

# The same examples each time, so that a run says something of the change and not of chance;
# `make test-all` looks for new ones, and prints how to repeat what it finds.
hypothesis.register_profile("short", derandomize=True, database=None, deadline=None)
hypothesis.register_profile("long", max_examples=500, deadline=None, print_blob=True)
hypothesis.load_profile("short")


@pytest.fixture(scope="session")
def servers_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the servers of this run live: in memory, where there is room for them.

    A copy of the database is some hundreds of small files, several times faster there.
    """
    if SHARED_HOME:
        yield SHARED_HOME
    elif MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and disk_usage(MEMORY).free > ROOM:
        with TemporaryDirectory(prefix="sportelli-", dir=MEMORY) as home:
            # The account without privileges that runs them for root goes through.
            Path(home).chmod(0o711)
            yield home
    else:
        yield str(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="session")
def template(servers_home: str) -> Iterator[Settings]:
    """Servers for this run, and a migrated database with the world in it."""
    settings = load_settings({"PORTAL_HOME": servers_home})
    with machine_room(settings, throwaway=True) as settings:
        if "PORTAL_TEST_DATABASE" not in os.environ:
            prepare(settings)
        yield settings


def prepare(settings: Settings) -> None:
    """Migrate the database from which the tests' own are copied, and put the world into it."""
    upgrade(str(settings.database_owner_url))
    with create_app(settings).app_context():
        a_world.found()
        _dispose()


def on_database(settings: Settings, name: str) -> Settings:
    """The same servers and roles, another database."""
    urls = {key: getattr(settings, key).replace("/portal?", f"/{name}?") for key in URLS}
    return replace(settings, **urls)


def clone(template: Settings, name: str, *, source: str = "portal") -> Settings:
    """A fresh copy of the prepared database, or of another that nobody is connected to."""
    admin = str(template.database_owner_url).replace("/portal?", "/postgres?")
    with psycopg.connect(admin, autocommit=True) as connection:
        _drop(connection, name)
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {source} STRATEGY file_copy")
    return on_database(template, name)


def _drop(connection: psycopg.Connection, name: str) -> None:
    """The servers' ends of connections just closed go away by themselves, a moment later.

    PostgreSQL itself waits five seconds for them. Who is there a third time is a request that a
    browser sent on leaving, and that no test waits for: it is cut off. A connection that a test
    left open is told by psycopg, when it is thrown away. The server's own cleaning, which only a
    superuser may cut off, is waited for.
    """
    for patience in range(9):
        how = " WITH (FORCE)" if patience > 2 else ""
        try:
            connection.execute(f"DROP DATABASE IF EXISTS {name}{how}")
            return
        except (psycopg.errors.ObjectInUse, psycopg.errors.InsufficientPrivilege):
            gc.collect()
            if has_app_context():
                _dispose()
            time.sleep(0.5 * (patience > 2))
    raise RuntimeError(f"somebody stays in {name}")


def _dispose() -> None:
    for engine in db.engines.values():
        engine.dispose()


@pytest.fixture(scope="session")
def shared_app(template: Settings) -> Flask:
    """The application on the tests' database, which each test finds anew."""
    clone(template, DATABASE)
    app = create_app(on_database(template, DATABASE))
    app.test_client_class = PortalClient
    refuse_dangerous_roles(app)
    with app.app_context():
        _dispose()
    return app


@pytest.fixture
def app(template: Settings, shared_app: Flask) -> Iterator[Flask]:
    """The application on a fresh copy of the world."""
    with on_fresh_copy(template, shared_app):
        yield shared_app


@contextmanager
def on_fresh_copy(template: Settings, app: Flask, *, source: str = "portal") -> Iterator[None]:
    """The application finds a copy of the prepared database, or of another, during the block."""
    with app.app_context():
        # What a browser sends on leaving may come after its test has ended.
        _dispose()
        clone(template, DATABASE, source=source)
    if not SHARED_HOME:
        # Letters lie beside the database, in the home of the installation.
        rmtree(template.home / "mailbox", ignore_errors=True)
    forget_everything()
    yield
    with app.app_context():
        _dispose()


@pytest.fixture
def portal_with(app: Flask) -> Iterator[Callable[..., Flask]]:
    """The application again, with other settings: `portal_with(trusted_proxies=1)`."""
    made: list[Flask] = []

    def make(**changes: Any) -> Flask:
        made.append(create_app(replace(app.config["SETTINGS"], **changes)))
        return made[-1]

    yield make
    for portal in made:
        with portal.app_context():
            _dispose()


@pytest.fixture
def world(app: Flask) -> World:
    """The named people, freshly made."""
    return World()


@pytest.fixture
def at_desk(app: Flask) -> AtDesk:
    """Work inside a desk, in one unit: `with at_desk(world.lucca): ...`"""
    return desk_of(app)


def desk_of(app: Flask) -> AtDesk:
    """What the fixture `at_desk` gives, for an application that lives longer than a test."""

    @contextmanager
    def enter(desk: Place, account: Someone | None = None) -> Iterator[None]:
        with (
            app.app_context(),
            desk_scope(desk.id, account_id=account.id if account else None),
            unit_of_work(),
        ):
            yield

    return enter


@pytest.fixture
def identity(app: Flask) -> AtDesk:
    """Work on accounts and desks, in one unit: `with identity(): ...`"""

    @contextmanager
    def enter() -> Iterator[None]:
        with app.app_context(), identity_scope(), unit_of_work():
            yield

    return enter


@pytest.fixture
def client_of(app: Flask, identity: AtDesk) -> Callable[[Someone], PortalClient]:
    """A signed-in browser: `client_of(world.bruno).get("/s/lucca/")`."""

    def sign_in(one: Someone) -> PortalClient:
        key = ("k" + one.id.hex + "0" * 43)[:43]
        with identity():
            db.session.merge(LoginSession(token_hash=key_hash(key), account_id=one.id))
        client: Any = app.test_client()
        client.set_cookie("sportelli", key)
        return client

    return sign_in


@pytest.fixture
def visitor(app: Flask) -> Any:
    """A browser that has not signed in."""
    return app.test_client()


@pytest.fixture
def settings_of(app: Flask, tmp_path: Path) -> Iterator[Callable[..., None]]:
    """Change settings for the test: `settings_of(smtp_url=...)`; the home is the test's own."""
    before = app.config["SETTINGS"]

    def change(**values: object) -> None:
        app.config["SETTINGS"] = replace(app.config["SETTINGS"], **values)  # type: ignore[arg-type]

    change(home=tmp_path / "casa", mail_from="sportelli@rete.example")
    yield change
    app.config["SETTINGS"] = before


def open_jobs() -> list[UUID]:
    """The letters that a sweeper would ring for."""
    statement = select(jobs.Job.id).where(
        jobs.Job.name.in_(SENDING), jobs.Job.finished_at.is_(None)
    )
    return list(db.session.scalars(statement))


@pytest.fixture
def work(app: Flask, identity: AtDesk) -> Callable[[], None]:
    """Do every letter that is left, as the worker does once each is due."""

    def do() -> None:
        with identity():
            left = open_jobs()
            soon = update(jobs.Job).where(jobs.Job.id.in_(left))
            db.session.execute(soon.values(due_at=clock.now()))
        with app.app_context():
            for job_id in left:
                run.do_job(job_id)

    return do


@pytest.fixture
def sink(tmp_path: Path, settings_of: Callable[..., None]) -> Iterator[Sink]:
    """A mail server in a process of its own, to which the portal hands its letters."""
    with running_sink(tmp_path / "sink") as one:
        settings_of(smtp_url=one.url)
        yield one


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository."""
    return Path(__file__).parent.parent


def pytest_collection_finish() -> None:
    """Thousands of tests and every module stay to the end: no collection walks them again."""
    gc.collect()
    gc.freeze()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--trust", action="store_true", help="print the page of `make trust`")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say at the end what tests want said of the whole run, also with `-q`."""
    reports = [
        report
        for found in terminalreporter.stats.values()
        for report in found
        if isinstance(report, pytest.TestReport)
    ]
    paged = terminalreporter.config.getoption("trust")
    beside = [report for report in reports if not (paged and trust.is_answer(report))]
    for line in (*trust.figures(beside), *(trust.page(reports) if paged else ())):
        terminalreporter.write_line(line)
