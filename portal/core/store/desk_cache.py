# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a process remembers of a desk for a moment, so that each page need not ask again.

Only counts and choices of a desk, never anything about a person. A change is seen at once by the
process that made it, and by the others when their memory ends.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock
from typing import Generic, TypeVar
from uuid import UUID

from portal.core import clock
from portal.core.store.database import scoped_desk
from portal.core.store.unit import after_commit

Value = TypeVar("Value")
_memories: list["DeskCache"] = []


class DeskCache(Generic[Value]):
    """One value for each desk; the key is always the desk in scope, nobody can name another."""

    def __init__(self, *, lasting: timedelta) -> None:
        self._lasting = lasting
        self._kept: dict[UUID, tuple[datetime, Value]] = {}
        self._changes = 0
        self._lock = Lock()
        _memories.append(self)

    def get(self, read: Callable[[], Value]) -> Value:
        """The value as it was read last, or read now."""
        desk_id, now = scoped_desk(), clock.now()
        kept = self._kept.get(desk_id)
        if kept and timedelta(0) <= now - kept[0] < self._lasting:
            return kept[1]
        changes = self._changes
        value = read()
        with self._lock:
            # Somebody changed it while we read: what we read may be what was before.
            if changes == self._changes:
                self._kept[desk_id] = (now, value)
        return value

    def forget_on_commit(self) -> None:
        """The desk in scope has changed it: read again once the change is there for all."""
        desk_id = scoped_desk()
        after_commit(lambda: self._forget(desk_id))

    def clear(self) -> None:
        """Forget every desk."""
        with self._lock:
            self._changes += 1
            self._kept.clear()

    def _forget(self, desk_id: UUID) -> None:
        with self._lock:
            self._changes += 1
            self._kept.pop(desk_id, None)


def forget_everything() -> None:
    """For tests, each of which has a database of its own."""
    for memory in _memories:
        memory.clear()
