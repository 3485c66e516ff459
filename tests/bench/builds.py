# SPDX-License-Identifier: AGPL-3.0-or-later
"""Two builds of the portal in one run: this checkout and another, each on data of its own.

Each is filled and migrated by its own code into a home of its own, from the same seed, so that an
older schema is no matter. Both are served and asked in the same way; only the build differs.
"""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from config.settings import load_settings
from portal.reports.sections.topic_tables import DETAILS, GROUPS
from tests.bench import homes, operations, rounds
from tests.bench.bench import Bench, before
from tests.bench.rounds import Ask, Pair
from tests.bench.scales import DeskSize, Scale

HOST = Path(__file__).with_name("build_host.py")
PYTHON = Path(".venv", "bin", "python")
LATER = (DETAILS, GROUPS, "interprete")
"""Parts of a relazione that e0434d0 does not know: there it changes nothing to leave them out."""
LEAVE_OUT = "UPDATE desk SET report_omits = %s WHERE id = %s"
TURNS = 5
"""Of each round; in each a build composes the relazione several times, and its median counts."""


def is_ready(checkout: Path) -> bool:
    """Whether this is a checkout that can serve itself."""
    return (checkout / PYTHON).exists() and (checkout / "tests" / "bench" / "homes.py").exists()


@dataclass
class Build(Bench):
    """The bench before a build, and the process that runs its code."""

    host: subprocess.Popen[str]

    def composer(self, size: DeskSize) -> Ask:
        """Milliseconds of a desk's relazione, in the process as `make bench` measures it."""
        desk = operations.signed_in(self.connection, size.slug)
        self.connection.execute(LEAVE_OUT, [list(LATER), desk.id])

        def compose(_number: int) -> float:
            assert self.host.stdin is not None
            assert self.host.stdout is not None
            print(desk.id, file=self.host.stdin, flush=True)
            return float(self.host.stdout.readline())

        return compose


def composed_in_turn(this: Build, other: Build, size: DeskSize) -> Pair:
    """The relazione of a desk by two builds, with the sections that both have."""

    def leave_as_it_is() -> None:
        """A relazione writes nothing."""

    askers = this.composer(size), other.composer(size)
    return rounds.compare(*askers, leave_as_it_is, TURNS, warming=0)


@contextmanager
def both(scale: Scale, checkout: Path) -> Iterator[tuple[Build, Build]]:
    """This build and the one of another checkout, whose .venv is ready."""
    with _opened(scale, homes.ROOT, "this") as this, _opened(scale, checkout, "other") as other:
        yield this, other


@contextmanager
def _opened(scale: Scale, checkout: Path, name: str) -> Iterator[Build]:
    """The bench before a build's portal, as its own process says where that is."""
    home = homes.folder() / "builds" / name
    home.mkdir(parents=True, exist_ok=True)
    environment = os.environ | {
        "PYTHONPATH": str(checkout),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PORTAL_BENCH_HOME": str(home),
    }
    # -P: this file's own folder must not come before the other checkout.
    command = [str(checkout / PYTHON), "-P", str(HOST), scale.name]
    host = subprocess.Popen(command, cwd=checkout, env=environment, text=True,
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # fmt: skip
    try:
        place = _place(host)
        settings = replace(
            load_settings({"PORTAL_HOME": place["home"]}), database_owner_url=place["owner_url"]
        )
        with before(scale, settings, place["port"]) as bench:
            yield Build(**vars(bench), host=host)
    finally:
        # The end of its input is its sign to stop the servers.
        host.communicate(timeout=120)


def _place(host: subprocess.Popen[str]) -> dict[str, Any]:
    """The line of JSON; what comes before it says how the filling goes on."""
    for line in host.stdout or ():
        if line.startswith("{"):
            place: dict[str, Any] = json.loads(line)
            return place
        print(line, end="", flush=True)  # noqa: T201
    raise RuntimeError("the other build did not start")
