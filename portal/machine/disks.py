# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whether a disk that the installation writes to is nearly full."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from config.settings import Settings

LEAST_SHARE = 0.10
"""Below a tenth of it a disk slows down, and one night's copies and logs may take the rest."""
LEAST_BYTES = 1024**3
"""PostgreSQL keeps up to 1 GB of its own log between two checkpoints (max_wal_size): where less is
left, a busy hour can stop it."""


class Disk(NamedTuple):
    """The disk of a folder, in MB; by what the folder is for, never where it is."""

    name: str
    free: int
    whole: int


def folders_of(settings: Settings) -> dict[str, Path | None]:
    """What this installation writes to, by what it is for."""
    return {"home": settings.home, "database": settings.database_folder}


def nearly_full(folders: Mapping[str, Path | None]) -> list[Disk]:
    """The disk of each folder that is on such a one."""
    disks = [_look(name, folder) for name, folder in folders.items() if folder]
    return [disk for disk in disks if disk]


def _look(name: str, folder: Path) -> Disk | None:
    try:
        disk = os.statvfs(folder)
    except OSError:  # of another machine, or not ours to look at
        return None
    free, whole = disk.f_bavail * disk.f_frsize, disk.f_blocks * disk.f_frsize
    if free >= LEAST_BYTES and free >= LEAST_SHARE * whole:
        return None
    return Disk(name, free // 1024**2, whole // 1024**2)
