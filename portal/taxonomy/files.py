# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reads the topic list from the four files of config/taxonomy."""

import csv
from datetime import date
from importlib.resources import files
from importlib.resources.abc import Traversable

from portal.taxonomy.rules import ChangeEntry, GroupEntry, TopicEntry, TopicList, VersionEntry


def read_files(folder: Traversable | None = None) -> TopicList:
    """The list as the files say it: the one shipped, or that of another folder."""
    folder = folder or files("config") / "taxonomy"
    topics = [_topic(row) for row in _rows(folder, "topics.csv")]
    return TopicList(
        versions=tuple(_version(row) for row in _rows(folder, "versions.csv")),
        groups=tuple(
            GroupEntry(row["key"], row["label"], int(row["position"]))
            for row in _rows(folder, "groups.csv")
        ),
        topics=tuple(sorted(topics, key=lambda topic: (topic.version, topic.position))),
        changes=tuple(_change(row) for row in _rows(folder, "crosswalk.csv")),
    )


def _rows(folder: Traversable, name: str) -> list[dict[str, str]]:
    with (folder / name).open(encoding="utf-8") as opened:
        return list(csv.DictReader(opened))


def _version(row: dict[str, str]) -> VersionEntry:
    return VersionEntry(
        number=int(row["number"]),
        valid_from=date.fromisoformat(row["valid_from"]),
        valid_to=_day(row["valid_to"]),
        title=row["title"],
        note=row["note"],
    )


def _topic(row: dict[str, str]) -> TopicEntry:
    return TopicEntry(
        version=int(row["version"]),
        code=row["code"],
        label=row["label"],
        short_name=row["short_name"],
        group_key=row["group"] or None,
        parent_code=row["parent"] or None,
        position=int(row["position"]),
        historical_row=int(row["historical_row"]) if row["historical_row"] else None,
        kind=row["kind"],
        confidentiality=row["confidentiality"],
    )


def _change(row: dict[str, str]) -> ChangeEntry:
    return ChangeEntry(
        from_version=int(row["from_version"]),
        from_code=row["from_code"],
        to_version=int(row["to_version"]),
        to_code=row["to_code"],
        kind=row["kind"],
        corrected_on=_day(row.get("corrected_on", "")),
        reason=row.get("reason", ""),
    )


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
