# SPDX-License-Identifier: AGPL-3.0-or-later
"""`portal user`: what whoever governs the machine says of an account, and what waits still."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import select

from config.settings import child_environment
from portal.accounts.models import Account, SecurityEvent
from portal.cli import main
from portal.core.store.database import db
from tests.conftest import AtDesk
from tests.portal.accounts.doors import NEW, accept, key_to, new_browser, sign_in
from tests.sink import Sink
from tests.world import World

GINA = "gina@comune.example"
CODE = re.compile(r"[2-9A-Z]{4}(?:-[2-9A-Z]{4}){4}")


@pytest.fixture
def run(app: Flask, world: World) -> Callable[..., Result]:
    """Type a command; `typed` is what comes in at its standard input."""

    def invoke(*words: str, typed: str = "") -> Result:
        environment: Any = child_environment(app.config["SETTINGS"])
        return CliRunner().invoke(main, words, env=environment, input=typed)

    return invoke


def test_a_new_account_with_a_password_is_proved_and_comes_in(
    run: Callable[..., Result], app: Flask, identity: AtDesk
) -> None:
    place = ("--role", "manager", "--desk", "lucca")
    done = run("user", "add", "--email", GINA, *place, "--password-stdin", typed=f"{NEW}\n")
    assert (done.exit_code, "creato" in done.stdout) == (0, True), done.output
    browser = new_browser(app)
    assert sign_in(browser, GINA, NEW).status_code == 303
    assert browser.get("/s/lucca/").status_code == 200
    with identity():
        account = db.session.scalars(select(Account).where(Account.email == GINA)).one()
        assert account.proved_at is not None
        event = select(SecurityEvent).where(SecurityEvent.kind == "role_given")
        found = db.session.scalars(event).one()
        assert (found.actor_id, found.subject_id) == (None, account.id)


def test_who_has_an_account_is_offered_the_place(
    run: Callable[..., Result], app: Flask, world: World
) -> None:
    """Given in good faith, by whoever governs the network: it still waits for its owner."""
    offer = ("--role", "overseer", "--network", "rete")
    done = run("user", "add", "--email", world.dario.email, *offer, "--password-stdin", typed=NEW)
    found = CODE.search(done.stdout)
    assert found, done.output
    dario = new_browser(app)
    sign_in(dario, world.dario.email)
    assert dario.get("/r/rete/").status_code == 404
    assert accept(dario, found[0]).status_code == 303
    assert dario.get("/r/rete/").status_code == 200


def test_the_letter_leaves_where_letters_do(
    run: Callable[..., Result], app: Flask, sink: Sink, work: Callable[[], None], world: World
) -> None:
    done = run("user", "add", "--email", world.dario.email, "--role", "reader", "--desk", "lucca")
    assert "lettera è in partenza" in done.stdout
    assert CODE.search(done.stdout) is None
    work()
    dario = new_browser(app)
    sign_in(dario, world.dario.email)
    assert accept(dario, key_to(sink, world.dario.email)).status_code == 303


def test_a_password_and_an_address_are_given_at_the_machine(
    run: Callable[..., Result], app: Flask, world: World
) -> None:
    inside = new_browser(app)
    sign_in(inside, world.bruno.email)
    assert inside.get("/conto").status_code == 200
    told = run("user", "password", "--email", world.bruno.email, "--password-stdin", typed=NEW)
    assert told.exit_code == 0, told.output
    assert inside.get("/conto").status_code == 303, "whoever was in is out"
    assert sign_in(new_browser(app), world.bruno.email).status_code == 422
    moved = run("user", "address", "--email", world.bruno.email, "--to", GINA)
    assert moved.exit_code == 0, moved.output
    assert sign_in(new_browser(app), GINA, NEW).status_code == 303
    taken = run("user", "address", "--email", GINA, "--to", world.anna.email)
    assert (taken.exit_code, "esiste già" in taken.output) == (1, True)
    assert run("user", "password", "--email", "x@y.example", "--password-stdin").exit_code == 1
