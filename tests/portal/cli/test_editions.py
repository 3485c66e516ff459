# SPDX-License-Identifier: AGPL-3.0-or-later
"""`portal edition`: built here when nobody else does; one line, or one sentence."""

import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import date

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import select

from config.settings import child_environment
from portal.cli import main
from portal.core.store.database import db
from portal.core.work import jobs
from portal.mailings.actions import add_recipient
from portal.mailings.kinds import OF_DESK
from portal.mailings.models import Delivery
from portal.people import actions as people
from portal.people.rules import PersonFacts
from portal.reports.disclosure.sheets import Audience
from portal.reports.editions import lifecycle as editions
from portal.reports.editions.desk import DESK
from portal.visits import actions as visits
from portal.visits.rules import VisitFacts
from tests.conftest import AtDesk
from tests.world import World

SEED = ("--desk", "lucca", "--period", "2016-S1")
READY = re.compile(r"1 ready [0-9a-f]{64}\n")
Edition = Callable[..., Result]


@pytest.fixture
def edition(app: Flask) -> Edition:
    """`portal edition`, over the servers of the test run."""
    environment = child_environment(app.config["SETTINGS"])

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(main, ["edition", *arguments], env=environment)

    return run


def record() -> None:
    person = people.create_person(facts=PersonFacts(family_name="Sow", sex="M"))
    visits.record_visit(facts=VisitFacts(date(2016, 3, 1), ("LAV",), person.id))


def test_without_workers_it_is_built_here_and_once(
    edition: Edition, world: World, at_desk: AtDesk
) -> None:
    with at_desk(world.lucca):
        record()
    done = edition("build", *SEED, "--wait")
    assert (done.exit_code, done.stderr) == (0, ""), done.output
    assert READY.fullmatch(done.stdout), done.stdout
    again = edition("build", *SEED, "--wait")
    assert again.stdout == done.stdout, "the same figures: the same edition"
    with at_desk(world.lucca):
        found = editions.find_latest(DESK, "2016-S1")
        assert found is not None
        assert done.stdout.split()[2] == found.sha256.hex()


def test_without_waiting_it_is_asked_for(edition: Edition, world: World, at_desk: AtDesk) -> None:
    assert edition("build", *SEED).stdout == "1 queued\n"
    with at_desk(world.lucca):
        found = editions.find_latest(DESK, "2016-S1")
        assert found is not None
        assert jobs.find_job(jobs.get_job_id("build_edition", str(found.id))) is not None


def test_whoever_is_at_it_is_left_alone(
    edition: Edition, app: Flask, world: World, at_desk: AtDesk
) -> None:
    """Another builder holds the lock for three seconds and finishes; the command only waits."""
    with at_desk(world.lucca):
        wanted = editions.request_edition(DESK, period="2016-S1").id
    with at_desk(world.lucca):
        job_id = jobs.get_job_id("build_edition", str(wanted))
    begun, until = threading.Event(), time.monotonic() + 3

    def other() -> None:
        with app.app_context(), jobs.working_on(job_id) as ours:
            assert ours
            begun.set()
            time.sleep(until - time.monotonic())

    thread = threading.Thread(target=other)
    thread.start()
    begun.wait()
    done = edition("build", *SEED, "--wait")
    finished = time.monotonic()
    thread.join()
    assert READY.fullmatch(done.stdout), done.output
    assert finished > until


def test_approval_and_correction(edition: Edition, world: World, at_desk: AtDesk) -> None:
    with at_desk(world.lucca):
        add_recipient(OF_DESK, email="assessore@comune.example", audience=Audience.DESK)
    edition("build", *SEED, "--wait")
    wrong = edition("approve", *SEED, "--number", "2")
    assert (wrong.exit_code, wrong.stderr) == (
        1,
        "Del periodo 2016-S1 non c’è un’edizione 2.\n",
    )
    done = edition("approve", *SEED, "--number", "1", "--nothing-recorded")
    assert (done.exit_code, done.stdout.split()[:2]) == (0, ["1", "approved"])
    with at_desk(world.lucca):
        found = editions.find_latest(DESK, "2016-S1")
        assert found is not None
        assert jobs.find_job(jobs.get_job_id("publish", str(found.id))) is not None
        assert [one.state for one in db.session.scalars(select(Delivery))] == ["queued"]
    refused = edition("build", *SEED)
    assert refused.exit_code == 1
    assert "scrivi perché la rettifichi" in refused.stderr
    corrected = edition("build", *SEED, "--reason", "Prova", "--wait")
    assert corrected.stdout.startswith("2 ready ")
    yes = ("--no-mail", "--nothing-recorded")
    assert edition("approve", *SEED, "--number", "2", *yes).exit_code == 0
    with at_desk(world.lucca):
        assert len(db.session.scalars(select(Delivery)).all()) == 1


def test_where_nothing_was_recorded_it_asks_for_a_yes(
    edition: Edition, world: World, at_desk: AtDesk
) -> None:
    edition("build", *SEED, "--wait")
    approve = ("approve", *SEED, "--number", "1", "--no-mail")
    refused = edition(*approve)
    assert (refused.exit_code, refused.stderr) == (
        1,
        "Nessuna registrazione: I semestre 2016. Se è giusto così ripeti il comando con"
        " --nothing-recorded.\n",
    )
    with at_desk(world.lucca):
        record()
    edition("build", *SEED, "--wait")
    refused = edition("approve", *SEED, "--number", "2")
    assert "Nessuna registrazione: gennaio 2016, febbraio 2016, aprile 2016" in refused.stderr
    assert edition("approve", *SEED, "--number", "2", "--nothing-recorded").exit_code == 0
    again = edition("approve", *SEED, "--number", "2")
    assert again.stdout.split()[:2] == ["2", "approved"], "what is approved is not asked again"


def test_a_period_is_approved_by_its_days_too(
    edition: Edition, world: World, at_desk: AtDesk
) -> None:
    with at_desk(world.lucca):
        for month in range(1, 7):
            visits.record_visit(facts=VisitFacts(date(2016, month, 1), ("LAV",)))
    days = ("--desk", "lucca", "--period", "2016-01-01..2016-06-30")
    edition("build", *days, "--wait")
    done = edition("approve", *days, "--number", "1")
    assert (done.exit_code, done.stdout.split()[:2]) == (0, ["1", "approved"]), done.stderr


def test_what_cannot_be_is_one_sentence(edition: Edition) -> None:
    for arguments, words in (
        (("--desk", "nessuno", "--period", "2016-S1"), "Lo sportello «nessuno» non esiste."),
        (("--desk", "lucca", "--period", "2016-S9"), "2016-S9"),
        (("--desk", "lucca", "--period", "2100"), "non è ancora finito"),
        (("--desk", "lucca"), "Manca --period."),
    ):
        done = edition("build", *arguments)
        assert (done.exit_code, done.stdout) == (1, ""), arguments
        assert words in done.stderr
        assert done.stderr.count("\n") == 1


def test_nothing_else_is_written_by_a_process_of_its_own(
    app: Flask, world: World, at_desk: AtDesk
) -> None:
    with at_desk(world.lucca):
        record()
    done = subprocess.run(
        [sys.executable, "-m", "portal", "edition", "build", *SEED, "--wait"],
        env=child_environment(app.config["SETTINGS"]),
        capture_output=True,
        text=True,
    )
    assert READY.fullmatch(done.stdout), (done.stdout, done.stderr)
    assert done.stderr == ""
