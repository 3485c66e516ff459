# SPDX-License-Identifier: AGPL-3.0-or-later
"""`portal network`, `portal desk`, `portal user`: one sentence and exit 1, or done."""

from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import func, select

from portal.accounts.models import Account, Membership
from portal.cli import main
from portal.core.store.database import db
from tests.conftest import AtDesk
from tests.pages import PortalClient
from tests.world import PASSWORD, World

NEW = "quattro gatti sul tetto"
GINA = ["user", "add", "--email", "Gina@comune.example", "--password-stdin"]


Command = Callable[..., Result]


@pytest.fixture
def portal(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Command:
    """The command, over the servers of the test run as if they were external."""
    settings = app.config["SETTINGS"]
    monkeypatch.setenv("PORTAL_HOME", str(settings.home))
    monkeypatch.setenv("DATABASE_URL", settings.database_url)
    monkeypatch.setenv("DATABASE_OWNER_URL", settings.database_owner_url)
    monkeypatch.setenv("DATABASE_NETWORK_URL", settings.database_network_url)
    monkeypatch.setenv("REDIS_URL", settings.redis_url)

    def run(*arguments: str, stdin: str = "") -> Result:
        result = CliRunner().invoke(main, list(arguments), input=stdin)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return run


def test_a_network_a_desk_and_its_manager(
    portal: Command, visitor: PortalClient, world: World
) -> None:
    for arguments in (
        ["network", "add", "--slug", "unione", "--name", "Unione dei Comuni"],
        ["desk", "add", "--slug", "barga", "--name", "Sportello di Barga", "--network", "unione"],
    ):
        done = portal(*arguments)
        assert (done.exit_code, "creat" in done.output) == (0, True), done.output
    done = portal(*GINA, "--role", "manager", "--desk", "barga", stdin=f"{NEW}\n")
    assert (done.exit_code, done.output) == (0, "Account «gina@comune.example» creato.\n")
    visitor.submit("/accedi", {"email": "gina@comune.example", "password": NEW})
    assert visitor.get("/s/barga/operatori").status_code == 200
    assert visitor.get("/s/lucca/").status_code == 404


def test_an_overseer_belongs_to_a_network(
    portal: Command, visitor: PortalClient, world: World
) -> None:
    done = portal(*GINA, "--role", "supervisore", "--network", "rete", stdin=NEW)
    assert done.exit_code == 0, done.output
    visitor.submit("/accedi", {"email": "gina@comune.example", "password": NEW})
    assert visitor.get("/").location == "/r/rete/"


def test_who_has_an_account_keeps_their_password(
    portal: Command,
    visitor: PortalClient,
    world: World,
) -> None:
    bruno = ["user", "add", "--email", world.bruno.email, "--role", "reader", "--desk"]
    done = portal(*bruno, "capannori", "--password-stdin", stdin=NEW)
    assert done.exit_code == 0, done.output
    assert "il codice da consegnare è" in done.output
    answer = visitor.submit("/accedi", {"email": world.bruno.email, "password": PASSWORD})
    assert answer.status_code == 303
    assert portal(*bruno, "lucca").exit_code == 1, "he works there"


def test_a_forgotten_password_is_set_from_here(
    portal: Command,
    visitor: PortalClient,
    world: World,
) -> None:
    done = portal("user", "password", "--email", world.bruno.email, "--password-stdin", stdin=NEW)
    assert done.exit_code == 0, done.output
    answer = visitor.submit("/accedi", {"email": world.bruno.email, "password": NEW})
    assert answer.status_code == 303
    missing = ["user", "password", "--email", "x@y.it", "--password-stdin"]
    assert portal(*missing, stdin=NEW).output == "L’account «x@y.it» non esiste.\n"


REFUSED = [
    (["network", "add", "--slug", "rete", "--name", "R"], "La rete «rete» esiste già."),
    (["network", "add", "--slug", "La Rete", "--name", "R"], "Il nome breve «La Rete» non va"),
    (
        ["desk", "add", "--slug", "barga", "--name", "B", "--network", "boh"],
        "La rete «boh» non esiste.",
    ),
    ([*GINA, "--role", "manager", "--desk", "boh"], "Lo sportello «boh» non esiste."),
    ([*GINA, "--role", "overseer", "--network", "boh"], "La rete «boh» non esiste."),
    ([*GINA, "--role", "capo", "--desk", "lucca"], "Il ruolo «capo» non esiste"),
    ([*GINA, "--role", "overseer", "--desk", "lucca"], "serve --network"),
    ([*GINA, "--role", "operator", "--network", "rete"], "serve --desk"),
    ([*GINA, "--role", "operator"], "serve --desk"),
    (
        [*GINA, "--role", "operator", "--desk", "lucca", "--network", "rete"],
        "serve --desk",
    ),
    (
        [
            "user",
            "add",
            "--email",
            "gina",
            "--password-stdin",
            "--role",
            "reader",
            "--desk",
            "lucca",
        ],
        "«gina» non è un indirizzo e-mail.",
    ),
]


def test_what_cannot_be_done_is_one_sentence(
    portal: Command, identity: AtDesk, world: World
) -> None:
    for arguments, said in REFUSED:
        result = portal(*arguments, stdin=NEW)
        assert result.exit_code == 1, arguments
        assert said in result.output, arguments
        assert result.output.count("\n") == 1, result.output
    weak = [*GINA, "--role", "reader", "--desk", "lucca"]
    for password, said in (("corta", "meno di 12"), ("", "meno di 12"), ("x" * 200, "più di 128")):
        result = portal(*weak, stdin=password)
        assert (result.exit_code, said in result.output) == (1, True), password
    with identity():
        accounts = select(func.count()).select_from(Account)
        memberships = select(func.count()).select_from(Membership)
        assert db.session.scalar(accounts) == db.session.scalar(memberships) == len(world.accounts)


def test_help_teaches_with_an_example(portal: Command) -> None:
    for command in ("network", "desk", "user"):
        said = portal(command, "add", "--help").output
        assert f"portal {command} add --" in said
        assert "Esemp" in said
