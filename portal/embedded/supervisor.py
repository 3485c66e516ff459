# SPDX-License-Identifier: AGPL-3.0-or-later
"""Keeps programs and embedded servers running until a signal asks to stop.

What runs is data: a worker or a timetable is one more Program in the list it is given.
"""

import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType

from portal.core.errors import Refusal
from portal.embedded.room import Room

LOOK_SECONDS = 0.5
SERVERS_EVERY = 4  # looks: each asks PostgreSQL for one connection
GRACE_SECONDS = 10
LONGEST_PAUSE_SECONDS = 2  # with its start, back within ten seconds however often it dies
STEADY_SECONDS = 60  # one that lived this long and dies is started again at once


@dataclass(frozen=True)
class Program:
    """A program to keep running."""

    name: str
    command: Sequence[str]


@dataclass
class Child:
    """A running Program and how often it has died lately."""

    program: Program
    environment: Mapping[str, str]
    process: subprocess.Popen[bytes] | None = None
    deaths: int = 0
    started_at: float = 0.0
    start_after: float = field(default=0.0)

    def start(self) -> None:
        # A session of its own: Ctrl-C reaches the supervisor alone, which then stops in order.
        self.process = subprocess.Popen(
            self.program.command, env=self.environment, start_new_session=True
        )
        self.started_at = time.monotonic()

    def code(self) -> int | None:
        """The exit code of one that has ended."""
        return self.process.poll() if self.process else None

    def keep_running(self, say: Callable[[str], None]) -> None:
        """Start it again when dead, after a pause that doubles."""
        if self.process and self.code() is not None:
            self._count_death()
            pause = max(0.0, self.start_after - time.monotonic())
            say(f"{self.program.name} si è fermato ({self.code()}): riparte tra {pause:.0f} s.")
            self.process = None
        if self.process is None and time.monotonic() >= self.start_after:
            self.start()

    def _count_death(self) -> None:
        lived = time.monotonic() - self.started_at
        self.deaths = 1 if lived > STEADY_SECONDS else self.deaths + 1
        pause = min(LONGEST_PAUSE_SECONDS, 2 ** (self.deaths - 1) - 1)
        self.start_after = time.monotonic() + pause


class Supervisor:
    """The children, the servers they need, and one loop."""

    def __init__(self, room: Room, say: Callable[[str], None]) -> None:
        self._room = room
        self._say = say
        self._children: list[Child] = []

    @contextmanager
    def running(
        self, programs: Sequence[Program], environment: Mapping[str, str]
    ) -> Iterator[None]:
        """Start the programs; when the block ends stop the last started first."""
        try:
            self.start(programs, environment)
            yield
        finally:
            self._stop()

    def start(self, programs: Sequence[Program], environment: Mapping[str, str]) -> None:
        """Start programs that stop with the others."""
        for program in programs:
            child = Child(program, environment)
            self._children.append(child)
            child.start()

    def wait_until(self, answers: Callable[[], bool], seconds: float) -> None:
        """Wait for the first answer; a child that ends before it will not come up by itself."""
        end = time.monotonic() + seconds
        while not answers():
            ended = [child.program.name for child in self._children if child.code() is not None]
            if ended or time.monotonic() > end:
                name = ", ".join(ended) or "Il portale"
                raise Refusal(f"{name} non parte: le righe qui sopra dicono perché.")
            time.sleep(0.05)

    def watch(self) -> None:
        """Until a signal: start again what dies."""
        looks = 0
        while True:
            time.sleep(LOOK_SECONDS)
            looks += 1
            if looks % SERVERS_EVERY == 0:
                self._keep_servers()
            for child in self._children:
                child.keep_running(self._say)

    def _keep_servers(self) -> None:
        try:
            for name in self._room.keep_running():
                self._say(f"{name} non rispondeva: riavviato.")
        except Refusal as refusal:
            self._say(refusal.sentence)

    def _stop(self) -> None:
        alive = [child.process for child in self._children if child.process]
        for process in reversed(alive):
            process.terminate()
        end = time.monotonic() + GRACE_SECONDS + 1
        for process in alive:
            try:
                process.wait(timeout=max(0.1, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@contextmanager
def until_signal() -> Iterator[None]:
    """End the block at the first Ctrl-C, TERM or HUP; a second one does not disturb the stop."""
    watched = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # as nohup leaves it
        watched.append(signal.SIGHUP)
    before = {number: signal.getsignal(number) for number in watched}

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        for number in watched:
            signal.signal(number, signal.SIG_IGN)
        raise KeyboardInterrupt

    for number in watched:
        signal.signal(number, interrupt)
    try:
        yield
    except KeyboardInterrupt:
        pass
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
