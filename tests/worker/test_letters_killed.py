# SPDX-License-Identifier: AGPL-3.0-or-later
"""A mailer killed with -9 at six points: no letter arrives twice and none is lost in silence.

Editions to recipients and notices to managers take turns; in the long run each dies at each point.
The oracle is the mail server, in a process of its own. A real worker is killed and another takes
its place, as a supervisor would do it.
"""

import os
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from click.testing import CliRunner
from flask import Flask

from config.settings import Settings, child_environment
from portal.accounts import actions as accounts
from portal.accounts.members.actions import add_membership
from portal.cli import main
from portal.core.web.access import Role
from portal.mailings import actions, queries
from portal.mailings.kinds import DESK
from portal.reports.disclosure.sheets import Audience
from portal.reports.editions import lifecycle as editions
from tests.conftest import AtDesk
from tests.portal.mailings.conftest import build, request
from tests.sink import Sink, running_sink
from tests.worker.conftest import Program, wait_for
from tests.world import World

# The point, what the server does there, and what the letter must end as.
POINTS = {
    "connecting": ("stall-connect", "sent"),
    "after RCPT": ("stall-rcpt", "sent"),
    "transmitting committed": ("stall-begin", "uncertain"),
    "half DATA": ("stall-half", "uncertain"),
    "after 250": ("", "uncertain"),
    "after commit": ("", "sent"),
}
GATE = 4242
HOLD_SENT = f"""
CREATE FUNCTION wait_at_the_gate() RETURNS trigger LANGUAGE plpgsql AS
'BEGIN PERFORM pg_advisory_xact_lock({GATE}); RETURN NEW; END';
CREATE TRIGGER gate BEFORE UPDATE ON delivery FOR EACH ROW
WHEN (NEW.state = 'sent') EXECUTE FUNCTION wait_at_the_gate();
CREATE TRIGGER gate BEFORE UPDATE ON approval_notice FOR EACH ROW
WHEN (NEW.state = 'sent') EXECUTE FUNCTION wait_at_the_gate();
"""
WAITING = "SELECT count(*) FROM pg_locks WHERE objid = %s AND NOT granted"


class Killing:
    """One desk, an approved edition and one that waits, a new reader for each kill, a worker."""

    def __init__(
        self,
        app: Flask,
        at_desk: AtDesk,
        identity: AtDesk,
        world: World,
        settings: Settings,
        sink: Sink,
        logs: Path,
    ) -> None:
        self.settings, self.sink, self._logs = settings, sink, logs
        self._at_desk, self._identity, self._world = at_desk, identity, world
        self.edition_id = request(at_desk, world)
        build(app, world.lucca, self.edition_id)
        with at_desk(world.lucca, world.anna):
            editions.approve_edition(DESK.editions, edition_id=self.edition_id, seen_version=None)
            self.waiting_id = editions.request_edition(DESK.editions, period="2015-S2").id
        build(app, world.lucca, self.waiting_id)
        self._owner = psycopg.connect(str(settings.database_owner_url), autocommit=True)
        self._owner.execute(HOLD_SENT)  # type: ignore[call-overload]
        self.kills = 0
        self._start()

    def _start(self) -> None:
        alone = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
        arguments = ["-A", "worker.app", "worker", "-P", "solo", *alone]
        self.worker = Program(arguments, self.settings, self._logs / "worker.log")

    def end(self) -> None:
        self.worker.end(signal.SIGKILL)
        self._owner.close()

    def kill_at(self, point: str, *, notice: bool) -> None:
        """Send a letter, kill its mailer there, start another and see what it makes of it."""
        script, ends_as = POINTS[point]
        self.sink.tell(script)
        with self._gate(closed=point == "after 250"):
            delivery_id = self._send_notice() if notice else self._send()
            wait_for(lambda: self._is_at(point, delivery_id), seconds=30)
            with suppress(ProcessLookupError):
                os.killpg(self.worker.process.pid, signal.SIGKILL)
            self.worker.process.wait()
        self.kills += 1
        self.sink.tell("")
        self._start()
        wait_for(lambda: self.states()[delivery_id] in ("sent", "uncertain"), seconds=60)
        assert self.states()[delivery_id] == ends_as, point

    @contextmanager
    def _gate(self, *, closed: bool) -> Iterator[None]:
        """While it is closed no letter can be written down as sent."""
        if closed:
            self._owner.execute("SELECT pg_advisory_lock(%s)", [GATE])
        try:
            yield
        finally:
            if closed:
                self._owner.execute("SELECT pg_advisory_unlock(%s)", [GATE])

    def _send(self) -> UUID:
        with self._at_desk(self._world.lucca, self._world.anna):
            email = f"ufficio{self.kills}@comune.example"
            recipient_id = actions.add_recipient(DESK, email=email, audience=Audience.DESK).id
            actions.send_edition(DESK, edition_id=self.edition_id)
            found = queries.list_deliveries(DESK, self.edition_id)
        assert recipient_id
        return next(sent.letter_id for sent in found if sent.email == email)

    def _send_notice(self) -> UUID:
        email = f"responsabile{self.kills}@comune.example"
        with self._identity():
            manager_id = accounts.add_account(email=email, name=f"Responsabile {self.kills}").id
            add_membership(account_id=manager_id, role=Role.MANAGER, place_id=self._world.lucca.id)
        with self._at_desk(self._world.lucca):
            actions.announce_edition(editions.get_edition(DESK.editions, self.waiting_id))
            found = queries.list_notices(self.waiting_id)
        return next(sent.letter_id for sent in found if sent.email == email)

    def _is_at(self, point: str, delivery_id: UUID) -> bool:
        if point == "after 250":
            row = self._owner.execute(WAITING, [GATE]).fetchone()
            return bool(row and row[0])
        if point == "after commit":
            return self.states()[delivery_id] == "sent"
        return self.sink.is_stalled()

    def states(self) -> dict[UUID, str]:
        with self._at_desk(self._world.lucca):
            sent = queries.list_deliveries(DESK, self.edition_id)
            sent += queries.list_notices(self.waiting_id)
        return {one.letter_id: one.state for one in sent}

    def accepted(self) -> list[UUID]:
        """The deliveries that the server took, one for each message."""
        return [UUID(line[1:37]) for line in self.sink.accepted()]

    def listed(self) -> set[UUID]:
        """The uncertain ones that the administrator is shown."""
        environment = child_environment(self.settings)
        done = CliRunner().invoke(main, ["mail", "status"], env=environment)
        assert done.exit_code == 1, done.output
        assert "@" not in done.output
        lines = [line.split() for line in done.stdout.splitlines() if line.startswith("  esito")]
        return {UUID(words[2]) for words in lines}


@pytest.fixture
def killing(
    app: Flask,
    at_desk: AtDesk,
    identity: AtDesk,
    world: World,
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Killing]:
    with running_sink(tmp_path / "sink") as sink:
        own = replace(settings, smtp_url=sink.url, mail_from="sportelli@rete.example")
        one = Killing(app, at_desk, identity, world, own, sink, tmp_path)
        yield one
        one.end()


def kill_at_each_point(killing: Killing, times: int) -> str:
    """So many times; what became of the letters, in words."""
    for time in range(times):
        for number, point in enumerate(POINTS):
            killing.kill_at(point, notice=bool((time + number) % 2))
    states, accepted = killing.states(), Counter(killing.accepted())
    duplicates = [one for one, number in accepted.items() if number > 1]
    uncertain = {one for one, state in states.items() if state == "uncertain"}
    lost = [one for one in states if one not in accepted and one not in uncertain]
    lost += [one for one, state in states.items() if state not in ("sent", "uncertain")]
    listed = killing.listed()
    assert len(states) == killing.kills == times * len(POINTS)
    assert (duplicates, lost, listed) == ([], [], uncertain)
    return (
        f"{killing.kills} kills of a mailer: duplicates {len(duplicates)}, lost {len(lost)},"
        f" uncertain {len(uncertain)} (listed {len(listed & uncertain)})"
    )


def test_a_mailer_killed_once_at_each_point(
    killing: Killing, record_property: Callable[[str, str], None]
) -> None:
    record_property("summary", kill_at_each_point(killing, 1))


@pytest.mark.long
def test_a_mailer_killed_ten_times_at_each_point(
    killing: Killing, record_property: Callable[[str, str], None]
) -> None:
    record_property("summary", kill_at_each_point(killing, 10))
