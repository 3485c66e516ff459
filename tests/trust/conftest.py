# SPDX-License-Identifier: AGPL-3.0-or-later
"""A door to the database that can be closed, and the pages behind it in real processes."""

import signal
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from flask import Flask

from config.settings import Settings
from portal.embedded.process import wait_until
from tests.conftest import DATABASE, on_database
from tests.trust.door import Door
from tests.trust.web import Web


@pytest.fixture
def door(template: Settings, app: Flask) -> Iterator[Door]:
    with TemporaryDirectory(prefix="door") as folder:
        yield Door(on_database(template, DATABASE), Path(folder))


@pytest.fixture
def web(door: Door, tmp_path: Path, root: Path) -> Iterator[Web]:
    server = Web(door.settings, tmp_path / "written", root)
    assert wait_until(server.answers, seconds=30), server.written()
    yield server
    server.process.send_signal(signal.SIGTERM)
    server.process.wait(20)


@pytest.fixture
def ground() -> Iterator[Path]:
    """On the machine's own disk, and open to the servers' account: pytest's own folders are not."""
    with TemporaryDirectory(prefix="sp") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)
