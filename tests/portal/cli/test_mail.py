# SPDX-License-Identifier: AGPL-3.0-or-later
"""`portal mail status`: how many letters are in each state, and which need a person."""

from uuid import UUID

from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import update

from config.settings import child_environment
from portal.cli import main
from portal.core.store.database import db
from portal.mailings import actions, queries
from portal.mailings.kinds import DESK
from portal.mailings.models import Delivery
from portal.reports.disclosure.sheets import Audience
from portal.reports.editions import lifecycle as editions
from tests.conftest import AtDesk
from tests.portal.mailings.conftest import build, request
from tests.world import World


def status(app: Flask, *arguments: str) -> Result:
    environment = child_environment(app.config["SETTINGS"])
    return CliRunner().invoke(main, ["mail", "status", *arguments], env=environment)


def test_nobody_has_sent_anything(app: Flask) -> None:
    done = status(app, "--desk", "lucca")
    assert (done.exit_code, done.stdout) == (0, "lucca: nessuna lettera\n")


def test_an_unknown_desk_is_one_sentence(app: Flask) -> None:
    done = status(app, "--desk", "atlantide")
    assert done.exit_code == 1
    assert done.stderr == "Lo sportello «atlantide» non esiste.\n"


def test_the_uncertain_are_listed_without_an_address(
    app: Flask, world: World, at_desk: AtDesk
) -> None:
    edition_id: UUID = request(at_desk, world)
    build(app, world.lucca, edition_id)
    with at_desk(world.lucca, world.anna):
        editions.approve_edition(DESK.editions, edition_id=edition_id, seen_version=None)
        for number in range(3):
            actions.add_recipient(
                DESK, email=f"ufficio{number}@comune.example", audience=Audience.DESK
            )
        actions.send_edition(DESK, edition_id=edition_id)
        one = queries.list_deliveries(DESK, edition_id)[0].letter_id
        db.session.execute(update(Delivery).where(Delivery.id == one).values(state="uncertain"))
    done = status(app)
    assert done.exit_code == 1
    lines = done.stdout.splitlines()
    assert lines[0] == "account e avvisi sul computer: nessuna lettera"
    assert "rete: nessuna lettera" in lines
    assert "capannori: nessuna lettera" in lines
    place = lines.index("lucca: 2 in coda, 1 esito incerto")
    assert lines[place + 1] == f"  esito incerto: {one} lucca 2016-S1 edizione 1"
    assert "@" not in done.stdout


def test_what_needs_nobody_is_no_failure(app: Flask, world: World, at_desk: AtDesk) -> None:
    edition_id: UUID = request(at_desk, world)
    build(app, world.lucca, edition_id)
    with at_desk(world.lucca, world.anna):
        editions.approve_edition(DESK.editions, edition_id=edition_id, seen_version=None)
        for number in range(3):
            actions.add_recipient(
                DESK, email=f"ufficio{number}@comune.example", audience=Audience.DESK
            )
        actions.send_edition(DESK, edition_id=edition_id)
    outcomes = [("sent", "250"), ("sent", "kept"), ("failed", "ended")]
    put(at_desk, world, edition_id, outcomes)
    done = status(app, "--desk", "lucca")
    assert done.stdout == (
        "lucca: 1 consegnata al server di posta, 1 lasciata nella posta del portale,"
        " 1 non inviata\n"
    )
    assert done.exit_code == 0
    put(at_desk, world, edition_id, [*outcomes[:2], ("failed", "550")])
    assert status(app, "--desk", "lucca").exit_code == 1
    with at_desk(world.lucca, world.anna):
        editions.get_edition(DESK.editions, edition_id).state = "superseded"
    assert status(app, "--desk", "lucca").exit_code == 0


def put(at_desk: AtDesk, world: World, edition_id: UUID, outcomes: list[tuple[str, str]]) -> None:
    with at_desk(world.lucca):
        sent = queries.list_deliveries(DESK, edition_id)
        for one, (state, said) in zip(sent, outcomes, strict=True):
            statement = update(Delivery).where(Delivery.id == one.letter_id)
            db.session.execute(statement.values(state=state, said=said))


def test_the_help_names_the_exit_code(app: Flask) -> None:
    assert "Esce con 1" in status(app, "--help").stdout
