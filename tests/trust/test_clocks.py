# SPDX-License-Identifier: AGPL-3.0-or-later
"""The clock of the machine is set forward and back under everything that runs."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest

from config.settings import Settings
from tests.sink import Sink, running_sink
from tests.trust.installation import Installation, installed
from tests.trust.operators import Browser, Notebook, at_work
from tests.trust.stepped_clock import SteppedClock
from tests.worker.conftest import THREADS, Broker, Program, wait_for
from tests.worker.test_broker import beat_has_asked
from tests.world import World

pytestmark = pytest.mark.long
HOUR, DAY = 3600, 86400
STEPS = (HOUR, 0, -HOUR, 0, DAY, 0, -DAY, 0)
"""Where the clock is set, one after the other, in seconds from the true hour."""
EDITIONS = "/s/lucca/relazioni/edizioni"
HALVES = [f"{year}-S{half}" for year in range(2010, 2020) for half in (1, 2)]


@pytest.fixture
def clock(ground: Path) -> SteppedClock:
    return SteppedClock(ground)


def test_beat_asks_each_minute_also_when_the_clock_is_set_back(
    clock: SteppedClock, template: Settings, ground: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.give_to_all(monkeypatch)
    broker = Broker(ground)
    broker.start()
    settings = replace(template, redis_url=broker.url)
    beat = Program(["-A", "worker.beat", "beat"], settings, ground / "beat.log")
    try:
        wait_for(lambda: beat_has_asked(broker), seconds=100)
        for step in (-HOUR, 0, -DAY):
            clock.set(step)
            broker.flush()
            wait_for(lambda: beat_has_asked(broker), seconds=100)
    finally:
        beat.end()
        broker.stop()


@contextmanager
def background(whole: Installation, folder: Path) -> Iterator[list[Program]]:
    """A worker and a beat, as `portal run` has them."""
    alone = ("--without-gossip", "--without-mingle", "--without-heartbeat", "-n", "w@test")
    commands = (["-A", "worker.app", "worker", *THREADS, *alone], ["-A", "worker.beat", "beat"])
    programs = [Program(command, whole.settings, folder / command[1]) for command in commands]
    try:
        yield programs
    except AssertionError as failed:
        raise AssertionError("".join(program.written() for program in programs)) from failed
    finally:
        for program in programs:
            program.end()


class Manager:
    """Anna, who asks for editions, and what came of them."""

    def __init__(self, whole: Installation, notebook: Notebook) -> None:
        self._browser = Browser(whole.web.port, notebook, World().anna, threading.Event())
        self._url = whole.backup_url
        self.halves = iter(HALVES)
        self.asked: list[str] = []

    def sign_in(self) -> None:
        self._browser.sign_in()

    def is_signed_in(self) -> bool:
        answer = self._browser.ask("/s/lucca/")
        return answer is not None and answer.status == 200

    def hour_of_pages(self) -> datetime:
        answer = self._browser.ask("/accedi")
        assert answer
        return parsedate_to_datetime(str(answer.headers["Date"]))

    def ask(self) -> str:
        """For the edition of one more half-year."""
        half = next(self.halves)
        page = f"/s/lucca/relazioni/periodo?periodo={half}"
        answer = self._browser.ask(EDITIONS, self._browser.form(page, f"form[action='{EDITIONS}']"))
        assert answer
        assert answer.status == 303
        self.asked.append(half)
        return half

    def wait_for(self, half: str, *, seconds: float = 90) -> float:
        """Until its edition is built."""
        question = "SELECT count(*) FROM edition WHERE period = %s AND state = 'ready'"
        return wait_for(lambda: self.rows(question, half) == [(1,)], seconds=seconds)

    def hour_of_worker(self, half: str) -> datetime:
        question = """SELECT finished_at FROM job JOIN edition ON subject = edition.id::text
            WHERE job.name = 'build_edition' AND period = %s"""
        ((found,),) = self.rows(question, half)
        return found

    def hour_of_database(self) -> datetime:
        ((found,),) = self.rows("SELECT clock_timestamp()")
        return found

    def rows(self, question: str, *values: Any) -> list[tuple[Any, ...]]:
        with psycopg.connect(self._url) as connection:
            return connection.execute(question, values).fetchall()  # type: ignore[arg-type]


def assert_stepped(hour: datetime, clock: SteppedClock) -> None:
    """Who says this hour goes by the clock, and not by the true hour."""
    wanted = datetime.now(UTC) + timedelta(seconds=clock.seconds)
    assert abs(hour - wanted) < timedelta(minutes=3)


def live_through(step: int, clock: SteppedClock, manager: Manager, notebook: Notebook) -> float:
    """Set the clock with work under way; how long it was until all that was asked for was done.

    Set forward, who did nothing for an hour is asked for the password; set back, nobody is.
    """
    manager.sign_in()
    forward = step > clock.seconds
    before = manager.ask()
    clock.set(step)
    notebook.wait_for_saves(8)
    assert manager.is_signed_in() is not forward
    manager.sign_in()
    after = manager.ask()
    seconds = manager.wait_for(after)
    for hour in (
        manager.hour_of_pages(),
        manager.hour_of_database(),
        manager.hour_of_worker(after),
    ):
        assert_stepped(hour, clock)
    return max(seconds, manager.wait_for(before))


def assert_each_once(manager: Manager, sink: Sink) -> int:
    """An edition for each that was asked for, one letter for each that was due; how many."""
    editions = manager.rows("SELECT period, count(*) FROM edition GROUP BY 1 ORDER BY 1")
    assert editions == [(half, 1) for half in sorted(manager.asked)]
    unsent = "SELECT count(*) FROM account_letter WHERE state <> 'sent'"
    wait_for(lambda: manager.rows(unsent) == [(0,)], seconds=90)
    ((due,),) = manager.rows("SELECT count(*) FROM account_letter")
    letters = [line.split()[0] for line in sink.accepted()]
    assert (len(letters), len(set(letters))) == (due, due)
    assert due > len(STEPS)
    return len(letters)


def test_nothing_is_lost_or_done_twice(
    clock: SteppedClock,
    ground: Path,
    root: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    record_property: Callable[[str, str], None],
) -> None:
    slowest: list[float] = []
    with running_sink(tmp_path / "sink") as sink:
        clock.give_to_all(monkeypatch)
        changes = {"smtp_url": sink.url, "mail_from": "sportelli@rete.example"}
        with installed(ground, root, **changes) as whole, background(whole, ground):
            with at_work(whole.web.port) as notebook:
                manager = Manager(whole, notebook)
                for step in STEPS:
                    slowest.append(live_through(step, clock, manager, notebook))
            letters = assert_each_once(manager, sink)
            found = notebook.assert_nothing_lost(whole.backup_url)
    record_property(
        "summary",
        f"clock stepped {len(STEPS)} times by an hour or a day: {found},"
        f" {len(manager.asked)} editions and {letters} letters once each,"
        f" an edition built in {max(slowest):.1f} s at most",
    )
