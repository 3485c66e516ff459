# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who is using the servers: two kernel locks, released by the kernel when a process is killed.

`turn` is held for the moment of starting, joining or leaving; `users` is shared by everyone inside.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


class Lease:
    """One user's hold on the servers."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, exist_ok=True)
        self._turn = folder / "turn"
        self._users = folder / "users"
        self._held: int | None = None

    @contextmanager
    def turn(self) -> Iterator[None]:
        """One at a time starts, joins, leaves or stops."""
        descriptor = _open(self._turn)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def join(self) -> None:
        self._held = _open(self._users)
        fcntl.flock(self._held, fcntl.LOCK_SH)

    def leave(self) -> bool:
        """Give up the hold; true when nobody else is inside. Called in one's turn."""
        if self._held is None:
            return False
        last = False
        with suppress(BlockingIOError):
            fcntl.flock(self._held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            last = True
        os.close(self._held)
        self._held = None
        return last


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
