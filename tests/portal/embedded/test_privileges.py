# SPDX-License-Identifier: AGPL-3.0-or-later
"""The passwords of the privileged roles stay with the commands: no page, no job knows them."""

import re
import stat
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.portal.embedded.test_run import children, environment, free_port, portal, running

pytestmark = pytest.mark.long
PRIVILEGED = ("database_owner", "database_backup", "database_superuser")
SERVING = ("gunicorn", "worker.app", "worker.beat")
PART = re.compile(r"([0-9a-f]+)-([0-9a-f]+) rw")
LARGEST_PART = 1 << 28


def descendants(pid: int) -> Iterator[int]:
    for child in children(pid):
        yield child
        yield from descendants(child)


def serving(pid: int) -> dict[int, str]:
    """Every process that serves pages or jobs, by what it is."""
    found = {}
    for each in descendants(pid):
        command = Path(f"/proc/{each}/cmdline").read_bytes().decode(errors="replace")
        for name in SERVING:
            if name in command:
                found[each] = name
    return found


def memory(pid: int) -> Iterator[bytes]:
    """All that a process may write to."""
    maps = Path(f"/proc/{pid}/maps").read_text(encoding="utf-8")
    with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as file:
        for start, end in PART.findall(maps):
            first, size = int(start, 16), int(end, 16) - int(start, 16)
            file.seek(first)
            yield file.read(min(size, LARGEST_PART))


def test_no_process_that_serves_knows_a_privileged_password(ground: Path) -> None:
    home, port = ground / "divisa", free_port()
    with running(home, port) as process:
        end = time.monotonic() + 30
        while set(serving(process.pid).values()) != set(SERVING):
            assert time.monotonic() < end
            time.sleep(0.2)
        time.sleep(2)
        secrets = {
            name: (home / "secrets" / name).read_bytes() for name in (*PRIVILEGED, "database_app")
        }
        for pid, name in serving(process.pid).items():
            said = Path(f"/proc/{pid}/environ").read_bytes()
            known = [key for key in secrets if secrets[key] in said]
            known += [key for part in memory(pid) for key in secrets if secrets[key] in part]
            # The one that it uses is found: so would the others be.
            assert set(known) == {"database_app"}, name
        for path in (home / "secrets").iterdir():
            assert stat.S_IMODE(path.stat().st_mode) == 0o600, path.name
        assert stat.S_IMODE((home / "secrets").stat().st_mode) == 0o700
        variables = environment(home, port)
        assert portal("backup", str(ground / "divisa.dump"), **variables).returncode == 0
        assert portal("migrate", **variables).returncode == 0
