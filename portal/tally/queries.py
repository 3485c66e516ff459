# SPDX-License-Identifier: AGPL-3.0-or-later
"""The nine keys of a desk: what it pinned, then what it is asked most, then what is usual.

Each page of the counter shows them, so a process remembers them for a minute.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from zlib import crc32

from sqlalchemy import select

from portal.core import clock
from portal.core.store.database import db
from portal.core.store.desk_cache import DeskCache
from portal.tally.models import PinnedTopic
from portal.tally.rules import KEYS
from portal.taxonomy import queries as taxonomy
from portal.visits import queries as visits

FREQUENT_SINCE = timedelta(days=90)
# Some may be pinned, and some are no longer in the list of today.
FREQUENT_READ = 3 * KEYS
# What a desk is asked most, until its own visits say it.
USUAL = ("SOG-RIN", "CIT", "SOG-CAR", "FOR", "BUR", "FAM-RIC", "SOG-STA", "SOG-PRI", "SOC-INV")

Pins = Mapping[int, str]


@dataclass(frozen=True)
class Key:
    """One of the nine: the topic under it, as the list of today words it."""

    code: str
    name: str
    pinned: bool


@dataclass(frozen=True)
class Habits:
    """What a desk has pinned, by position, and what it is asked, the commonest first."""

    pins: Pins
    frequent: tuple[str, ...]


_habits: DeskCache[Habits] = DeskCache(lasting=timedelta(minutes=1))


def list_keys() -> list[Key]:
    """The desk's nine keys in their order; a topic that is no longer asked falls away."""
    habits = _habits.get(lambda: Habits(list_pins(), _frequent()))
    return _arranged(habits)


def preview_keys(pins: Pins) -> list[Key]:
    """The nine keys as they would be with these pins."""
    return _arranged(Habits(pins, _frequent()))


def list_pins() -> dict[int, str]:
    """The topic pinned to each position, in order."""
    rows = db.session.execute(
        select(PinnedTopic.position, PinnedTopic.topic_code).order_by(PinnedTopic.position)
    )
    return {position: code for position, code in rows}


def version_of(pins: Pins) -> int:
    """A number that tells whether the pins are still those that somebody saw."""
    return crc32(repr(sorted(pins.items())).encode()) % 10**9


def forget_keys() -> None:
    """The pins have changed: the next page reads them again."""
    _habits.forget_on_commit()


def _frequent() -> tuple[str, ...]:
    """Up to yesterday: a key must not change its place under the finger in the course of a day."""
    today = clock.today()
    found = visits.list_frequent_topics(
        since=today - FREQUENT_SINCE, before=today, limit=FREQUENT_READ
    )
    return tuple(found)


def _arranged(habits: Habits) -> list[Key]:
    version = taxonomy.version_on(clock.today())
    names = {topic.code: topic.short_name for topic in taxonomy.list_topics(version)}
    pins = {position: code for position, code in habits.pins.items() if code in names}
    rest = _unpinned((*habits.frequent, *USUAL, *names), set(pins.values()), names)
    keys = ((pins.get(position) or next(rest, ""), position in pins) for position in _positions())
    return [Key(code, names[code], pinned) for code, pinned in keys if code]


def _positions() -> range:
    return range(1, KEYS + 1)


def _unpinned(codes: tuple[str, ...], pinned: set[str], known: Mapping[str, str]) -> Iterator[str]:
    return (code for code in dict.fromkeys(codes) if code in known and code not in pinned)
