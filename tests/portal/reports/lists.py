# SPDX-License-Identifier: AGPL-3.0-or-later
"""Lists of topics made up for a test: versions of ten years each, from the year 2000."""

from collections.abc import Iterable, Mapping
from datetime import date

from portal.taxonomy.rules import ChangeEntry, TopicEntry, TopicList, VersionEntry

YEARS = 10


def first_day(version: int) -> date:
    return date(2000 + YEARS * (version - 1), 1, 1)


def topic(version: int, code: str, position: int, **facts: object) -> TopicEntry:
    given = {
        "label": f"Tipologia {code}",
        "short_name": code,
        "group_key": None,
        "parent_code": None,
        "historical_row": None,
        "kind": "I",
        "confidentiality": "normal",
    } | facts
    return TopicEntry(version, code, position=position, **given)  # type: ignore[arg-type]


def topic_list(
    versions: Mapping[int, Iterable[TopicEntry]], changes: Iterable[tuple[int, str, int, str]] = ()
) -> TopicList:
    """`changes`: from which version and code, to which."""
    last = max(versions)
    return TopicList(
        versions=tuple(
            VersionEntry(
                number,
                first_day(number),
                None if number == last else date(first_day(number + 1).year - 1, 12, 31),
                f"Elenco {number}",
                "",
            )
            for number in sorted(versions)
        ),
        groups=(),
        topics=tuple(entry for number in sorted(versions) for entry in versions[number]),
        changes=tuple(
            ChangeEntry(*change, "same" if change[1] == change[3] else "split")
            for change in changes
        ),
    )
