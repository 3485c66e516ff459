# SPDX-License-Identifier: AGPL-3.0-or-later
"""A disk without room: nothing acknowledged is lost, and who gets room again goes on by itself."""

import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from portal.core.errors import Refusal
from tests.trust.installation import Installation, installed
from tests.trust.operators import Notebook, at_work

pytestmark = pytest.mark.long
MEGABYTE = 1024**2
SMALL = 400 * MEGABYTE
TIMES = 3
FULL_SECONDS = 8
LONGEST_RETURN_SECONDS = 30


@pytest.fixture
def small_disk(ground: Path) -> Iterator[Path]:
    """A disk of its own, where everything of the installation is: data, secrets, letters, logs."""
    options = f"size={SMALL},mode=0755"
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", ground])
    if mounted.returncode:
        pytest.skip("only root may mount a small disk to fill")
    yield ground
    subprocess.run(["umount", "--lazy", ground], check=True)


def fill(disk: Path) -> Path:
    """Leave not a byte."""
    filler = disk / "filler"
    with filler.open("ab", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(64 * 1024))
    with filler.open("ab", buffering=0) as file, suppress(OSError):
        while True:
            file.write(b"x")
    return filler


def stay_full(disk: Path, whole: Installation, notebook: Notebook) -> int:
    """Until saves are refused, and a while longer; how many answers were pages all the same.

    The supervisor does its part all the time, as in `portal run`.
    """
    refused, end = notebook.told["503"], time.monotonic() + 60
    while notebook.told["503"] == refused:
        assert time.monotonic() < end, "there is always room for one more"
        fill(disk)
    read, end = notebook.told["200"], time.monotonic() + FULL_SECONDS
    while time.monotonic() < end:
        fill(disk)
        with suppress(Refusal):
            whole.start_database()
        time.sleep(0.5)
    return notebook.told["200"] - read


def test_no_save_is_lost_and_all_goes_on(
    small_disk: Path, root: Path, record_property: Callable[[str, str], None]
) -> None:
    back, read = list[float](), 0
    with installed(small_disk, root) as whole:
        with at_work(whole.web.port) as notebook:
            for _time in range(TIMES):
                read += stay_full(small_disk, whole, notebook)
                freed_at = time.monotonic()
                (small_disk / "filler").unlink()
                whole.start_database()
                notebook.wait_for_saves(4)
                back.append(notebook.seconds_without_save(freed_at))
        found = notebook.assert_nothing_lost(whole.backup_url)
    record_property(
        "summary",
        f"disk full {TIMES} times: {found}, {read} pages read meanwhile, saves again"
        f" {max(back):.1f} s after there is room",
    )
    assert max(back) < LONGEST_RETURN_SECONDS
