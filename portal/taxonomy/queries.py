# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reads of the topic list. A stored version never changes, so each process reads it once.

A process that runs while a new version is stored sees it when it starts again.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from portal.core.errors import NotHere, Refusal
from portal.core.italy import formats
from portal.core.italy.periods import Period
from portal.core.store.database import db
from portal.taxonomy.lines import TopicLines, lines_between
from portal.taxonomy.models import TaxonomyVersion, Topic, TopicChange, TopicGroup
from portal.taxonomy.rules import ChangeEntry, GroupEntry, TopicEntry, TopicList, VersionEntry

_stored: TopicList | None = None
_lines: dict[tuple[frozenset[int], frozenset[str], int], TopicLines] = {}


def stored() -> TopicList:
    """Everything stored; an empty list is not remembered, it may be about to be filled."""
    global _stored
    if _stored is None:
        read = read_stored()
        if not read.versions:
            return read
        _stored = read
    return _stored


def forget_stored() -> None:
    """Read again at the next question: after a new version, and between tests."""
    global _stored
    _stored = None
    _lines.clear()


def read_stored() -> TopicList:
    """Everything stored, from the database."""
    return TopicList(
        versions=_entries(TaxonomyVersion, VersionEntry, TaxonomyVersion.number),
        groups=_entries(TopicGroup, GroupEntry, TopicGroup.position),
        topics=_entries(Topic, TopicEntry, Topic.version, Topic.position),
        changes=_entries(
            TopicChange, ChangeEntry, TopicChange.to_version, TopicChange.from_code,
            TopicChange.to_code,
        ),
    )  # fmt: skip


def list_versions() -> tuple[VersionEntry, ...]:
    """Every stored version, oldest first."""
    return stored().versions


def version_on(day: date) -> int:
    """The number of the version in force on a day."""
    version = stored().version_on(day)
    if version is None:
        raise Refusal(_("Nessun elenco di tipologie è in vigore il %(day)s", day=formats.day(day)))
    return version.number


def starts_on(version: int) -> date:
    """The first day on which a version is the list in force."""
    return next(
        topic_list.valid_from for topic_list in list_versions() if topic_list.number == version
    )


def list_groups() -> tuple[GroupEntry, ...]:
    """The headings of topics, in order."""
    return stored().groups


def list_topics(version: int) -> tuple[TopicEntry, ...]:
    """Every topic of a version, each parent before its children."""
    topics = stored().by_version.get(version)
    if topics is None:
        raise NotHere
    return topics


def reporting_topics(version: int) -> tuple[TopicEntry, ...]:
    """The topics of a version that have a line of their own in a report."""
    return tuple(topic for topic in list_topics(version) if topic.parent_code is None)


def list_known(day: date) -> tuple[TopicEntry, ...]:
    """Every topic that can be asked on a day: the list in force, then what came later.

    A past visit may be about a topic that has its name only since.
    """
    in_force = list_topics(version_on(day))
    codes = {topic.code for topic in in_force}
    later = [topic for topic in list_topics(list_versions()[-1].number) if topic.code not in codes]
    return (*in_force, *later)


def codes_on(day: date) -> frozenset[str]:
    """Every code of the list in force on a day."""
    return frozenset(topic.code for topic in list_topics(version_on(day)))


def get_topic(version: int, code: str) -> TopicEntry:
    """The topic as the version words it."""
    topic = stored().by_version_and_code.get((version, code))
    if topic is None:
        raise NotHere
    return topic


def topic_on(day: date, code: str) -> TopicEntry:
    """The topic as the version in force on a day words it, or, if it came later, the newest."""
    return stored().by_version_and_code.get((version_on(day), code)) or newest_topic(code)


def find_topic(text: str) -> TopicEntry | None:
    """The topic meant by a code or a label of any version, in its newest wording."""
    return stored().find(text)


def lines_of(windows: Sequence[Period], recorded: Iterable[str]) -> TopicLines:
    """The lines on which these periods are told beside each other, the present one first.

    `recorded` are the codes that were recorded in them, of whichever list.
    """
    topics, current = stored(), version_on(windows[0].end)
    in_force = frozenset[int]().union(*(topics.versions_in((w.start, w.end)) for w in windows))
    listed = {topic.code for number in in_force for topic in topics.by_version[number]}
    asked = in_force, frozenset(recorded) - listed, current
    if asked not in _lines:
        _lines[asked] = lines_between(topics, asked[0], asked[1], current=current)
    return _lines[asked]


def historical_labels() -> list[tuple[int, str]]:
    """The rows of the historical table, in their order: the topics of the first list."""
    return [
        (topic.historical_row, topic.label)
        for topic in list_topics(list_versions()[0].number)
        if topic.historical_row is not None
    ]


def newest_topic(code: str) -> TopicEntry:
    """The topic in its newest wording."""
    topic = stored().newest.get(code)
    if topic is None:
        raise NotHere
    return topic


def _entries(table: Any, entry: Any, *order: Any) -> tuple[Any, ...]:
    """The rows as frozen values: they outlive the session and are the same for every desk."""
    columns = [getattr(table, name) for name in entry.__dataclass_fields__]
    return tuple(entry(*row) for row in db.session.execute(select(*columns).order_by(*order)))
