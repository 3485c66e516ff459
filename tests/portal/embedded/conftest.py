# SPDX-License-Identifier: AGPL-3.0-or-later
"""Homes for embedded servers, in a folder that the servers' account can enter too."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.settings import Settings, load_settings


@pytest.fixture(scope="module")
def ground() -> Iterator[Path]:
    """pytest's own temporary folders are closed to other accounts."""
    folder = Path(tempfile.mkdtemp(prefix="sp"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def plain(ground: Path) -> Settings:
    """Settings of an installation where everything is embedded."""
    return load_settings({"PORTAL_HOME": str(ground / "casa")})
