# SPDX-License-Identifier: AGPL-3.0-or-later
"""gunicorn's processes killed while people save: nothing lost, nothing twice, no bare page."""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from tests.trust.door import Door
from tests.trust.operators import Notebook, at_work
from tests.trust.web import Web

SHORT, WHOLE = 10, 200
LONGEST_SILENCE_SECONDS = 60
"""Two starts on a machine that does other things too: each is three seconds of one processor."""


def processes(web: Web) -> list[int]:
    """Those that answer, or are about to: the children of gunicorn's own."""
    path = Path(f"/proc/{web.process.pid}/task/{web.process.pid}/children")
    return [int(number) for number in path.read_text().split()]


def kill_some(web: Web, notebook: Notebook, random: Random) -> tuple[int, float]:
    """One or both, with a form on its way; how many, and the time until somebody had an answer."""
    notebook.wait_for_post(random)
    alive = processes(web)
    chosen = random.sample(alive, min(len(alive), random.choice((1, 1, 1, 2))))
    at = time.monotonic()
    for number in chosen:
        os.kill(number, signal.SIGKILL)
    notebook.wait_for_saves()
    return len(chosen), notebook.seconds_without_answer(at)


@pytest.mark.parametrize(
    "kills", [SHORT, pytest.param(WHOLE, marks=pytest.mark.long)], ids=["short", "long"]
)
def test_no_save_is_lost_or_doubled(
    web: Web, door: Door, kills: int, record_property: Callable[[str, str], None]
) -> None:
    random, killed, longest = Random(kills), 0, 0.0
    with at_work(web.port) as notebook:
        while killed < kills:
            notebook.wait_for_saves(random.randint(1, 8))
            number, seconds = kill_some(web, notebook, random)
            killed, longest = killed + number, max(longest, seconds)
    found = notebook.assert_nothing_lost(str(door.settings.database_backup_url))
    record_property(
        "summary", f"{killed} kills of web processes: {found}, answers again within {longest:.1f} s"
    )
    assert longest < LONGEST_SILENCE_SECONDS
    assert notebook.told["broken"]
