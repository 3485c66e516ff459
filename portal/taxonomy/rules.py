# SPDX-License-Identifier: AGPL-3.0-or-later
"""The stored topic list as values, and what follows from it. No database, no Flask.

A child topic counts under its parent in every report; a code means the same in every version.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from portal.core.italy.states_and_comuni import folded

NOTED = "ALT"
"""The topic that says nothing by itself: whoever marks it is asked for a note, and may leave it."""


@dataclass(frozen=True, slots=True)
class VersionEntry:
    """One stored list and its first and last day; the last has no end."""

    number: int
    valid_from: date
    valid_to: date | None
    title: str
    note: str


@dataclass(frozen=True, slots=True)
class GroupEntry:
    """A heading for charts and long lists."""

    key: str
    label: str
    position: int


@dataclass(frozen=True, slots=True)
class TopicEntry:
    """A topic as one version words it."""

    version: int
    code: str
    label: str
    short_name: str
    group_key: str | None
    parent_code: str | None
    position: int
    historical_row: int | None
    kind: str
    confidentiality: str

    @property
    def is_sensitive(self) -> bool:
        """Health, protection, legal help, social services: shown to fewer people."""
        return self.confidentiality == "sensitive"


@dataclass(frozen=True, slots=True)
class ChangeEntry:
    """What became of a code in a later version: same, split or merge.

    An edge that a published version lacked is added as a correction, with its day and the reason.
    """

    from_version: int
    from_code: str
    to_version: int
    to_code: str
    kind: str
    corrected_on: date | None = None
    reason: str = ""


@dataclass(frozen=True)
class TopicList:
    """Everything that is stored: versions by number, topics by version and position."""

    versions: tuple[VersionEntry, ...]
    groups: tuple[GroupEntry, ...]
    topics: tuple[TopicEntry, ...]
    changes: tuple[ChangeEntry, ...]

    @cached_property
    def by_version(self) -> dict[int, tuple[TopicEntry, ...]]:
        """The topics of each version, in order."""
        return {
            version.number: tuple(t for t in self.topics if t.version == version.number)
            for version in self.versions
        }

    @cached_property
    def by_version_and_code(self) -> dict[tuple[int, str], TopicEntry]:
        return {(topic.version, topic.code): topic for topic in self.topics}

    @cached_property
    def newest(self) -> dict[str, TopicEntry]:
        """Each code in the newest version that has it."""
        return {topic.code: topic for topic in sorted(self.topics, key=lambda t: t.version)}

    @cached_property
    def by_label(self) -> dict[str, TopicEntry]:
        """The newest topic under each label of any version, as labels are compared."""
        oldest_first = sorted(self.topics, key=lambda topic: topic.version)
        return {folded(topic.label): self.newest[topic.code] for topic in oldest_first}

    def versions_in(self, days: tuple[date, date]) -> frozenset[int]:
        """The lists in force on some day between two; before the first, the first."""
        first, last = days
        start = self.versions[0].valid_from
        return frozenset(
            version.number
            for version in self.versions
            if version.valid_from <= max(last, start)
            and (version.valid_to is None or version.valid_to >= max(first, start))
        )

    @cached_property
    def _rows(self) -> dict[str, frozenset[int]]:
        """The historical rows of each code: its own, or those of what it came of."""
        rows: dict[str, frozenset[int]] = {}
        in_order = sorted(self.topics, key=lambda topic: (topic.version, bool(topic.parent_code)))
        for topic in in_order:
            if topic.code in rows:
                continue
            if topic.historical_row is not None and topic.version == self.versions[0].number:
                rows[topic.code] = frozenset({topic.historical_row})
                continue
            older = {
                change.from_code
                for change in self.changes
                if (change.to_version, change.to_code) == (topic.version, topic.code)
            }
            origins = older or ({topic.parent_code} if topic.parent_code else set())
            rows[topic.code] = frozenset[int]().union(*(rows.get(code, ()) for code in origins))
        return rows

    def rows_of(self, code: str) -> frozenset[int]:
        """The rows of the historical table on which a topic stands, by what it came of."""
        return self._rows.get(code, frozenset())

    def version_on(self, day: date) -> VersionEntry | None:
        """The list in force on a day."""
        for version in self.versions:
            if version.valid_from <= day and (version.valid_to is None or day <= version.valid_to):
                return version
        return None

    def find(self, text: str) -> TopicEntry | None:
        """The topic with this exact code, or this label whatever its case, accents and spaces."""
        return self.newest.get(text.strip()) or self.by_label.get(folded(text))


def differences(stored: TopicList, wanted: TopicList, number: int) -> list[str]:
    """Where a file would rewrite a stored version: the codes, empty when nothing differs.

    Closing is no rewriting: an open version may be given its last day when the next one comes.
    """
    found = []
    current, asked = _version(stored, number), _version(wanted, number)
    closing = current.valid_to is None and asked.valid_to is not None
    if current != (replace(asked, valid_to=None) if closing else asked):
        found.append(f"versione {number}")
    topics = set(stored.by_version[number]) ^ set(wanted.by_version[number])
    found += sorted({topic.code for topic in topics})
    changes = _changes_to(stored, number) ^ _changes_to(wanted, number)
    return found + sorted({f"{change.from_code} → {change.to_code}" for change in changes})


def parents_first(topics: Iterable[TopicEntry]) -> list[TopicEntry]:
    """The order in which topics may be stored: a child names its parent."""
    return sorted(topics, key=lambda topic: topic.parent_code is not None)


def _version(topics: TopicList, number: int) -> VersionEntry:
    return next(version for version in topics.versions if version.number == number)


def _changes_to(topics: TopicList, number: int) -> set[ChangeEntry]:
    return {change for change in topics.changes if change.to_version == number}
