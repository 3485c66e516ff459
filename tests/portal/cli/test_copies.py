# SPDX-License-Identifier: AGPL-3.0-or-later
"""What comes back from a copy is frozen: people work in it, nothing leaves or opens by itself."""

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy import text

from config.settings import Settings
from portal.accounts.invitations import actions as invitations
from portal.accounts.models import LoginSession
from portal.accounts.sessions import key_hash
from portal.core import clock
from portal.core.store.database import db
from portal.core.store.tenancy import desk_scope, identity_scope
from portal.core.store.unit import unit_of_work
from portal.core.web.access import Role
from portal.core.work import jobs
from portal.core.work.frozen import find_frozen
from portal.core.work.job_names import JobName
from portal.embedded.backup import back_up
from portal.embedded.programs import installed
from tests.conftest import AtDesk, clone
from tests.restored import Restored, brought_back
from tests.world import LUCCA, Someone, World
from worker import run, schedule

LETTER = f"mailbox/d/{LUCCA.id}/6f1c-1@localhost.eml"
FROZEN = "È ferma dal"
CHECK_OPERATORS = "controlla gli operatori"
# The half-year before has closed at every desk of the world.
MARCH = datetime(2027, 3, 1, 9, tzinfo=UTC)


@pytest.fixture
def with_tools(monkeypatch: pytest.MonkeyPatch) -> None:
    """pg_dump and pg_restore where an administrator has them."""
    monkeypatch.setenv("PATH", str(installed().postgres), prepend=os.pathsep)


@pytest.fixture
def restored(
    app: Flask, template: Settings, world: World, at_desk: AtDesk, tmp_path: Path, with_tools: None
) -> Iterator[Restored]:
    """A portal with an invitation, a job and a letter, copied and brought back elsewhere."""
    with at_desk(world.lucca, world.anna):
        invitations.invite(name="Nuova", email="nuova@comune.example", role=Role.OPERATOR)
        jobs.enqueue(JobName.SWEEP_DRAFTS, "")
    before, home = app.config["SETTINGS"], tmp_path / "casa"
    here = replace(before, home=tmp_path / "prima")
    keep(here.home / LETTER, b"Da: portale\r\n\r\nUna lettera.\r\n")
    back_up(str(before.database_backup_url), tmp_path / "copia", home=here.home, embedded=True)
    with brought_back(template, tmp_path / "copia", home) as found:
        yield found


def keep(path: Path, body: bytes) -> None:
    path.parent.mkdir(parents=True)
    path.write_bytes(body)


def test_nothing_opens_or_is_done_until_it_is_thawed(restored: Restored) -> None:
    ((job_id,),) = restored.rows("SELECT id FROM job")
    for thawed in (False, True):
        with clock.stopped_at(MARCH), restored.app.app_context():
            schedule.open_due_and_notify()
            run.do_job(job_id)
        opened = restored.rows("SELECT count(*) FROM job WHERE name = 'open_edition'")[0][0]
        ((attempts, finished),) = restored.rows(
            f"SELECT attempts, finished_at IS NOT NULL FROM job WHERE id = '{job_id}'"  # noqa: S608
        )
        assert (opened > 0, attempts, finished) == (thawed, int(thawed), thawed)
        if not thawed:
            assert "Il portale è congelato" in restored.command("worker", "status").stdout
            said = restored.command("thaw").stdout
            assert said == "Il portale è scongelato: ciò che aspetta riparte entro un minuto.\n"
    assert restored.command("thaw").stdout == "Il portale non era congelato.\n"
    assert "congelato" not in restored.command("worker", "status").stdout


def test_it_is_said_by_the_command_on_the_pages_and_to_who_watches(
    restored: Restored, world: World
) -> None:
    for words in ("Il portale è congelato", "«portal thaw»", "controlli gli operatori"):
        assert words in restored.said.stdout
    pages = {one.name: _page(restored, one) for one in (world.anna, world.bruno)}
    assert all(FROZEN in page for page in pages.values())
    assert CHECK_OPERATORS in pages[world.anna.name]
    assert CHECK_OPERATORS not in pages[world.bruno.name]
    stranger = restored.app.test_client()
    assert FROZEN not in stranger.get("/guida").text
    ready = stranger.get("/readyz")
    assert "frozen" in ready.text
    restored.command("thaw")
    assert FROZEN not in _page(restored, world.anna)
    assert "frozen" not in stranger.get("/readyz").text


def _page(restored: Restored, one: Someone) -> str:
    return signed_in(restored.app, one).get("/s/lucca/").text


def signed_in(app: Flask, one: Someone) -> Any:
    key = ("k" + one.id.hex + "0" * 43)[:43]
    with app.app_context(), identity_scope(), unit_of_work():
        db.session.merge(LoginSession(token_hash=key_hash(key), account_id=one.id))
    client = app.test_client()
    client.set_cookie("sportelli", key)
    return client


def test_what_is_saved_meanwhile_stays(restored: Restored, world: World) -> None:
    anna = signed_in(restored.app, world.anna)
    page = "/s/lucca/relazioni/periodo?periodo=2025-S1"
    assert anna.submit(page, {}, action="/s/lucca/relazioni/edizioni").status_code == 303
    asked = restored.rows("SELECT attempts FROM job WHERE name = 'build_edition'")
    assert asked == [(0,)]
    with restored.app.app_context(), desk_scope(LUCCA.id), unit_of_work():
        assert find_frozen()
        assert jobs.list_due(limit=9) == []


def test_open_invitations_open_nothing(restored: Restored) -> None:
    assert restored.rows("SELECT withdrawn_at IS NOT NULL, key_hash IS NULL FROM invitation") == [
        (True, True)
    ]


def test_the_letters_come_back_private(restored: Restored) -> None:
    letter = restored.settings.home / LETTER
    assert letter.read_bytes() == b"Da: portale\r\n\r\nUna lettera.\r\n"
    assert letter.stat().st_mode & 0o777 == 0o600
    for folder in (letter.parent, letter.parent.parent, letter.parent.parent.parent):
        assert folder.stat().st_mode & 0o777 == 0o700
    assert "Lettere conservate tornate" in restored.said.stdout
    assert sorted(path.name for path in restored.settings.home.iterdir()) == ["mailbox", "secrets"]


def test_a_worker_that_runs_meanwhile_finds_it_frozen_before_its_rows(restored: Restored) -> None:
    """The row is older than the first transaction that brought rows."""
    ((frozen, rows),) = restored.rows(
        "SELECT (SELECT xmin::text::bigint FROM frozen), (SELECT min(xmin::text::bigint) FROM job)"
    )
    assert frozen < rows


def test_the_moment_of_the_copy_is_known(restored: Restored) -> None:
    ((copied_at, at),) = restored.rows("SELECT copied_at, at FROM frozen")
    assert copied_at <= at
    assert (at - copied_at).total_seconds() < 120


def test_one_row_at_most(template: Settings) -> None:
    settings = clone(template, "restored")
    with psycopg.connect(str(settings.database_owner_url)) as connection:
        connection.execute("INSERT INTO frozen DEFAULT VALUES")
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("INSERT INTO frozen DEFAULT VALUES")


def test_pages_may_not_freeze(app: Flask) -> None:
    with app.app_context(), identity_scope(), pytest.raises(Exception, match="permission denied"):
        with unit_of_work():
            db.session.execute(text("INSERT INTO frozen DEFAULT VALUES"))
