# SPDX-License-Identifier: AGPL-3.0-or-later
"""Today and now: the only ones in the code base.

A desk's day is Rome's day: a visit recorded at 00:30 on 1 July belongs to the second half-year
whatever the server's own zone is. Moments are stored in UTC and shown in Rome time.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

ROME = ZoneInfo("Europe/Rome")

_stopped_at: datetime | None = None


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return _stopped_at or datetime.now(UTC)


def today() -> date:
    """The present day in Rome."""
    return now().astimezone(ROME).date()


def in_rome(moment: datetime) -> datetime:
    """The same moment on the wall clock of the desk."""
    return moment.astimezone(ROME)


def start_of(day: date) -> datetime:
    """The moment in which a day begins at the desk."""
    return datetime.combine(day, time.min, ROME).astimezone(UTC)


@contextmanager
def stopped_at(moment: datetime) -> Iterator[None]:
    """Stop the clock for the whole process, for tests and for data made for a given day."""
    global _stopped_at
    if moment.tzinfo is None:
        raise ValueError("a moment needs its time zone")
    before, _stopped_at = _stopped_at, moment
    try:
        yield
    finally:
        _stopped_at = before
