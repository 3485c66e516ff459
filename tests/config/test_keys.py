# SPDX-License-Identifier: AGPL-3.0-or-later
"""Secrets: first starts at the same moment agree, and nobody reads half of one."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from config.keys import keep_private, secret


def test_many_first_readers_get_the_same_secret(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as pool:
        seen = set(pool.map(lambda _: secret(tmp_path, "chiave"), range(64)))
    assert len(seen) == 1
    assert [path.name for path in (tmp_path / "secrets").iterdir()] == ["chiave"]


def test_the_first_writer_wins_and_the_file_is_private(tmp_path: Path) -> None:
    path = tmp_path / "nota"
    keep_private(path, "prima")
    keep_private(path, "seconda")
    assert path.read_text(encoding="utf-8") == "prima"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
