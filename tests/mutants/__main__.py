# SPDX-License-Identifier: AGPL-3.0-or-later
"""`python -m tests.mutants [words]`: run the mutants whose names hold the words, two at a time.

Each runs in a copy of this process, made after everything is imported, on a database of its own.
`--sample 8 --seed WORD` runs eight of them: the same word draws the same eight.
"""

import json
import os
import random
import sys
import tempfile
import time
import traceback
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pytest

import portal.app  # noqa: F401  (once here, instead of once in each copy)
import tests.pages  # noqa: F401
from config.settings import Settings, load_settings
from portal.embedded import machine_room
from tests.mutants.mutant import Mutant
from tests.mutants.mutants import MUTANTS
from tests.mutants.plugin import Removal

LANES = 2
OPTIONS = ("-q", "-p", "no:cacheprovider", "-m", "", "--tb=short", "--no-header")


@dataclass
class Run:
    """One copy of the process, and the file in which it leaves what happened."""

    mutant: Mutant | None
    tests: tuple[str, ...]
    report: Path

    def wrong(self) -> list[str]:
        """The tests that did not do what they should: fail, or pass where nothing is removed."""
        try:
            found = json.loads(self.report.read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return ["the run itself broke"]
        right = found["failed"] if self.mutant else found["passed"]
        missing = [test for test in self.tests if not _any(right, test)]
        return missing if self.mutant else sorted({*missing, *found["failed"]})


def _any(nodes: Sequence[str], test: str) -> bool:
    return any(node.startswith(test) for node in nodes)


def main(arguments: Sequence[str]) -> int:
    """Run the mutants that are asked for, say how each ended, and fail if one survived."""
    asked = _asked(arguments)
    chosen = choose(asked.words, asked.sample, asked.seed)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="sp") as folder:
        Path(folder).chmod(0o755)  # the servers' own account must enter
        runs = [
            Run(one, one.tests, Path(folder) / f"{number}") for number, one in enumerate(chosen)
        ]
        if asked.home is None:
            tests = sorted({test for one in chosen for test in one.tests})
            runs.insert(0, Run(None, tuple(tests), Path(folder) / "none"))
        servers = load_settings({"PORTAL_HOME": asked.home or f"{folder}/home"})
        with machine_room(servers, throwaway=True) as settings:
            if asked.home is None:
                _prepare(settings)
            run_all(settings, runs)
        survivors = [run for run in runs if _told(run)]
    killed = len(chosen) - sum(run.mutant is not None for run in survivors)
    seconds = time.monotonic() - began
    drawn = f", drawn from {len(MUTANTS)} with --seed {asked.seed}" if asked.sample else ""
    print(f"mutants: {killed} killed / {len(chosen)}{drawn}, in {seconds:.0f} s")  # noqa: T201
    return int(bool(survivors))


def _asked(arguments: Sequence[str]) -> Namespace:
    parser = ArgumentParser(prog="python -m tests.mutants")
    parser.add_argument("words", nargs="*", help="of the names of the mutants to run")
    parser.add_argument("--home", help="servers to join: prepared, and with tests that pass")
    parser.add_argument("--sample", type=int, help="how many to draw")
    parser.add_argument("--seed", default="0", help="what they are drawn with")
    return parser.parse_args(arguments)


def choose(words: Sequence[str], sample: int | None, seed: str) -> list[Mutant]:
    """The mutants whose names hold the words, or some of them, drawn with the seed."""
    chosen = [one for one in MUTANTS if all(word in one.name for word in words)]
    if sample is None or sample >= len(chosen):
        return chosen
    return random.Random(seed).sample(chosen, sample)


def _copy(act: Callable[[], None]) -> int:
    """Act in a copy of this process, which ends there whatever happens; its number."""
    process = os.fork()
    if process:
        return process
    status = 1
    try:
        act()
        status = 0
    finally:
        if status:
            traceback.print_exc()
        os._exit(status)


def _prepare(settings: Settings) -> None:
    """In a copy: this process must hold no connection when the runs are copied from it."""

    def prepare() -> None:
        from tests import conftest  # each copy reads from its own environment which database it has

        conftest.prepare(settings)

    if os.waitpid(_copy(prepare), 0)[1]:
        raise SystemExit("the database could not be prepared")


def run_all(settings: Settings, runs: Sequence[Run]) -> None:
    """Run them, LANES at a time, each lane on its own database."""
    free, busy = [f"mutant_{lane}" for lane in range(LANES)], {}
    for run in runs:
        if not free:
            free.append(busy.pop(os.wait()[0]))
        database = free.pop()
        busy[_copy(partial(_try, run, settings, database))] = database
    while busy:
        busy.pop(os.wait()[0])


def _try(run: Run, settings: Settings, database: str) -> None:
    """Run the tests without their protection, and leave what happened in the report."""
    os.environ["PORTAL_TEST_DATABASE"] = database
    # The letters of another lane lie elsewhere: each test throws away those of the one before.
    removal = Removal(run.mutant, replace(settings, home=settings.home / database))
    with run.report.with_suffix(".txt").open("w", encoding="utf-8") as told:
        os.dup2(told.fileno(), 1)
        os.dup2(told.fileno(), 2)
        pytest.main([*OPTIONS, *run.tests], plugins=[removal])
    found = {"passed": sorted(removal.passed), "failed": sorted(removal.failed)}
    run.report.write_text(json.dumps(found), encoding="utf-8")


def _told(run: Run) -> bool:
    """Say how a run ended; whether a mutant survived it, or tests failed without one."""
    left = run.wrong()
    name = run.mutant.name if run.mutant else "nothing removed"
    print(f"{'survived' if left else 'ok':9}{name}", *left, sep="\n         ")  # noqa: T201
    if left:
        print(run.report.with_suffix(".txt").read_text(encoding="utf-8")[-3000:])  # noqa: T201
    return bool(left)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
