# SPDX-License-Identifier: AGPL-3.0-or-later
"""The shipped topic list is well formed, and says what the reports rely on."""

import csv
import re
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from portal.taxonomy.files import read_files
from portal.taxonomy.rules import TopicList, differences, parents_first

SEED = Path(__file__).parents[2] / "fixtures" / "prospetto-2016-s1.csv"
SHIPPED = read_files()


def seed_labels() -> list[str]:
    with SEED.open(encoding="utf-8", newline="") as opened:
        return [row["tipologia"] for row in csv.DictReader(opened, delimiter=";")][:14]


def test_version_1_is_the_historical_table_byte_for_byte() -> None:
    assert [topic.label for topic in SHIPPED.by_version[1]] == seed_labels()
    assert [topic.historical_row for topic in SHIPPED.by_version[1]] == list(range(1, 15))


def test_historical_topics_keep_label_and_row_in_version_2() -> None:
    for topic in SHIPPED.by_version[1]:
        later = SHIPPED.by_version_and_code[2, topic.code]
        assert (later.label, later.historical_row) == (topic.label, topic.historical_row)


@pytest.mark.parametrize("column", ["code", "short_name", "position", "label"])
@pytest.mark.parametrize("version", [1, 2])
def test_columns_are_unique_within_a_version(version: int, column: str) -> None:
    counted = Counter(getattr(topic, column) for topic in SHIPPED.by_version[version])
    assert [value for value, times in counted.items() if times > 1] == []


def test_every_field_keeps_its_shape() -> None:
    groups = {group.key for group in SHIPPED.groups}
    codes = {topic.code for topic in SHIPPED.topics}
    for topic in SHIPPED.topics:
        assert re.fullmatch(r"[A-Z]{3}(-[A-Z0-9]{2,3})?", topic.code)
        assert 0 < len(topic.short_name) <= 24
        assert topic.kind in {"I", "P", "R", "S", "IP", "IR", "PR", "IRP"}
        assert topic.confidentiality in {"normal", "sensitive"}
        assert topic.group_key in groups
    assert not groups & codes


def test_children_stand_under_a_type_and_on_its_row() -> None:
    for topic in SHIPPED.topics:
        if topic.parent_code:
            parent = SHIPPED.by_version_and_code[topic.version, topic.parent_code]
            assert parent.parent_code is None
            assert parent.position < topic.position
            assert (parent.historical_row, parent.group_key) == (
                topic.historical_row,
                topic.group_key,
            )


def test_sensitive_topics() -> None:
    sensitive = {topic.code[:3] for topic in SHIPPED.topics if topic.is_sensitive}
    assert sensitive == {"PRO", "SAN", "TUT", "SOC"}


def test_versions_follow_each_other_without_a_gap() -> None:
    first, second = SHIPPED.versions
    assert SHIPPED.version_on(date(2016, 6, 30)) == first
    assert SHIPPED.version_on(date(2025, 12, 31)) == first
    assert SHIPPED.version_on(date(2026, 1, 1)) == second
    assert SHIPPED.version_on(date(1999, 12, 31)) is None


def test_every_old_code_has_its_successor() -> None:
    same = {change.from_code for change in SHIPPED.changes if change.kind == "same"}
    assert same == {topic.code for topic in SHIPPED.by_version[1]}
    split = {(c.from_code, c.to_code) for c in SHIPPED.changes if c.kind == "split"}
    children = {(t.parent_code, t.code) for t in SHIPPED.by_version[2] if t.parent_code in same}
    corrected = {(c.from_code, c.to_code) for c in SHIPPED.changes if c.corrected_on}
    assert split == children | corrected
    assert len(corrected) == 13
    assert all(bool(c.reason) == bool(c.corrected_on) for c in SHIPPED.changes)


def test_the_historical_row_of_every_topic_is_that_of_what_it_came_of() -> None:
    """The column says it of each version; the crosswalk alone is read."""
    for topic in SHIPPED.topics:
        row = {topic.historical_row} if topic.historical_row else set()
        assert SHIPPED.rows_of(topic.code) == row, topic.code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Cittadinanza", "CIT"),
        ("CIT", "CIT"),
        ("idoneita  abitativa", "ABI-IDO"),
        ("IDONEITÀ ABITATIVA ", "ABI-IDO"),
        ("rinnovo permesso di soggiorno", "SOG-RIN"),
        ("Codice fiscale", "BUR-CF"),
        (" SOG-CAR ", "SOG-CAR"),
    ],
)
def test_find(text: str, code: str) -> None:
    found = SHIPPED.find(text)
    assert found is not None
    assert (found.code, found.version) == (code, 2)


@pytest.mark.parametrize("text", ["", "cit", "Importo Totale", "Rinnovo"])
def test_find_says_nothing_rather_than_guess(text: str) -> None:
    assert SHIPPED.find(text) is None


def relabelled(code: str, label: str) -> TopicList:
    topics = (replace(t, label=label) if t.code == code else t for t in SHIPPED.topics)
    return replace(SHIPPED, topics=tuple(topics))


def test_an_old_label_still_finds_the_topic_in_its_newest_words() -> None:
    renamed = tuple(
        replace(t, label="Casa e sfratti") if (t.version, t.code) == (2, "CAS") else t
        for t in SHIPPED.topics
    )
    found = replace(SHIPPED, topics=renamed).find("problema casa")
    assert found is not None
    assert found.label == "Casa e sfratti"


def test_a_rewritten_version_differs() -> None:
    assert differences(SHIPPED, SHIPPED, 2) == []
    assert differences(SHIPPED, relabelled("CAS", "Casa"), 1) == ["CAS"]
    less = replace(SHIPPED, changes=SHIPPED.changes[1:])
    assert differences(SHIPPED, less, 2) == ["CIT → CIT"]
    first, second = SHIPPED.versions
    renamed = replace(SHIPPED, versions=(replace(first, title="Altro"), second))
    assert differences(SHIPPED, renamed, 1) == ["versione 1"]


def test_a_version_may_be_closed_but_not_moved() -> None:
    first, second = SHIPPED.versions
    closed = replace(SHIPPED, versions=(first, replace(second, valid_to=date(2030, 12, 31))))
    assert differences(SHIPPED, closed, 2) == []
    assert differences(closed, SHIPPED, 2) == ["versione 2"]


def test_parents_are_stored_before_their_children() -> None:
    stored: set[str] = set()
    for topic in parents_first(reversed(SHIPPED.by_version[2])):
        assert topic.parent_code is None or topic.parent_code in stored
        stored.add(topic.code)
