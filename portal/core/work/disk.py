# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whether a disk that the installation writes to is nearly full."""

import os
from collections.abc import Mapping
from pathlib import Path

LEAST_SHARE = 0.10
"""Below a tenth of it a disk slows down, and one night's copies and logs may take the rest."""
LEAST_BYTES = 1024**3
"""PostgreSQL keeps up to 1 GB of its own log between two checkpoints (max_wal_size): where less is
left, a busy hour can stop it."""


def nearly_full(folders: Mapping[str, Path | None]) -> list[str]:
    """A line for each folder on such a disk: its name and what is free, never where it is."""
    lines = [_line(name, folder) for name, folder in folders.items() if folder]
    return [line for line in lines if line]


def _line(name: str, folder: Path) -> str:
    try:
        disk = os.statvfs(folder)
    except OSError:  # of another machine, or not ours to look at
        return ""
    free, whole = disk.f_bavail * disk.f_frsize, disk.f_blocks * disk.f_frsize
    if free >= LEAST_BYTES and free >= LEAST_SHARE * whole:
        return ""
    return f"warning: disk nearly full: {name}: {free // 1024**2} of {whole // 1024**2} MB free"
