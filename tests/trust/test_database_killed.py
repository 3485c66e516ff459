# SPDX-License-Identifier: AGPL-3.0-or-later
"""PostgreSQL killed while people save: nothing lost, nothing twice, back by itself."""

import time
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from tests.trust.installation import installed
from tests.trust.operators import at_work

SHORT, WHOLE = 3, 50
LONGEST_RETURN_SECONDS = 20


@pytest.mark.parametrize(
    "kills", [SHORT, pytest.param(WHOLE, marks=pytest.mark.long)], ids=["short", "long"]
)
def test_no_save_is_lost_or_doubled(
    ground: Path, root: Path, kills: int, record_property: Callable[[str, str], None]
) -> None:
    random, away, back = Random(kills), list[float](), list[float]()
    with installed(ground, root) as whole:
        with at_work(whole.web.port) as notebook:
            for _kill in range(kills):
                notebook.wait_for_post(random)
                killed_at = time.monotonic()
                whole.kill_database()
                time.sleep(random.uniform(0, 0.5))
                started_at = time.monotonic()
                whole.start_database()
                notebook.wait_for_saves()
                away.append(notebook.seconds_without_save(killed_at))
                back.append(notebook.seconds_without_save(started_at))
        found = notebook.assert_nothing_lost(whole.backup_url)
    record_property(
        "summary",
        f"{kills} kills of PostgreSQL: {found}, no save for {max(away):.1f} s at most,"
        f" {max(back):.1f} s after it is started",
    )
    assert max(back) < LONGEST_RETURN_SECONDS
    assert notebook.told["503"]
