# SPDX-License-Identifier: AGPL-3.0-or-later
"""The stored topic list as values, and what follows from it. No database, no Flask.

A child topic counts under its parent in every report; a code means the same in every version.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from portal.core.italy.states_and_comuni import folded


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
    """What became of a code in a later version: same, split or merge."""

    from_version: int
    from_code: str
    to_version: int
    to_code: str
    kind: str


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

    def merged_into(self, code: str) -> str:
        """What a topic that was merged with others became; any other is what it was."""
        became = {
            change.from_code: change.to_code
            for change in self.changes
            if change.kind == "merge" and change.from_code != change.to_code
        }
        seen = {code}
        while code in became and became[code] not in seen:
            code = became[code]
            seen.add(code)
        return code

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
