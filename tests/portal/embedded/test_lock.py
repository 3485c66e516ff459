# SPDX-License-Identifier: AGPL-3.0-or-later
"""The two locks: who is last, and that a killed user does not count."""

import subprocess
import sys
from pathlib import Path

from portal.embedded.lock import Lease

HOLD = """
import sys, time
from pathlib import Path
from portal.embedded.lock import Lease
lease = Lease(Path(sys.argv[1]))
with lease.turn():
    lease.join()
print("inside", flush=True)
time.sleep(60)
"""


def test_only_the_last_one_out_is_last(tmp_path: Path) -> None:
    first, second = Lease(tmp_path), Lease(tmp_path)
    first.join()
    second.join()
    assert not first.leave()
    assert second.leave()


def test_one_who_never_came_in_is_not_last(tmp_path: Path) -> None:
    assert not Lease(tmp_path).leave()


def test_a_killed_user_does_not_count(tmp_path: Path) -> None:
    ours = Lease(tmp_path)
    ours.join()
    with subprocess.Popen([sys.executable, "-c", HOLD, tmp_path], stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"inside\n"
        assert not ours.leave()
        ours.join()
        other.kill()
    assert ours.leave()
