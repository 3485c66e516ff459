# SPDX-License-Identifier: AGPL-3.0-or-later
"""The list is stored once, read from the database, and never rewritten."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from portal.core.errors import NotHere, Refusal
from portal.taxonomy import queries
from portal.taxonomy.actions import store_versions
from portal.taxonomy.files import read_files
from portal.taxonomy.rules import TopicList
from tests.conftest import AtDesk

SHIPPED = read_files()


@pytest.fixture(autouse=True)
def _fresh_memory() -> Iterator[None]:
    queries.forget_stored()
    yield
    queries.forget_stored()


def with_version_3() -> TopicList:
    first, second = SHIPPED.versions
    third = replace(second, number=3, valid_from=date(2031, 1, 1), title="Terza")
    renamed = [
        replace(topic, version=3, label="Casa e sfratti" if topic.code == "CAS" else topic.label)
        for topic in SHIPPED.by_version[2]
    ]
    closed = replace(second, valid_to=date(2030, 12, 31))
    return replace(SHIPPED, versions=(first, closed, third), topics=(*SHIPPED.topics, *renamed))


def test_what_is_read_is_what_was_shipped(identity: AtDesk) -> None:
    with identity():
        read = queries.read_stored()
    assert (read.versions, read.groups, read.topics) == (
        SHIPPED.versions,
        SHIPPED.groups,
        SHIPPED.topics,
    )
    assert set(read.changes) == set(SHIPPED.changes)


def test_storing_again_changes_nothing(identity: AtDesk) -> None:
    with identity():
        assert store_versions() == []


def test_a_new_version_closes_the_one_before(identity: AtDesk) -> None:
    with identity():
        queries.list_versions()
    with identity():
        assert store_versions(with_version_3()) == [3]
    with identity():
        assert queries.version_on(date(2030, 12, 31)) == 2
        assert queries.version_on(date(2031, 1, 1)) == 3
        found = queries.find_topic("problema casa")
    assert found is not None
    assert (found.version, found.label) == (3, "Casa e sfratti")


def test_a_rewritten_version_is_refused_whole(identity: AtDesk) -> None:
    relabelled = tuple(
        replace(topic, label="Casa") if topic.code == "CAS" else topic
        for topic in with_version_3().topics
    )
    with identity(), pytest.raises(Refusal, match=r"Differenze: CAS$"):
        store_versions(replace(with_version_3(), topics=relabelled))
    with identity():
        assert [version.number for version in queries.list_versions()] == [1, 2]


def test_a_group_is_not_renamed(identity: AtDesk) -> None:
    first, *others = SHIPPED.groups
    renamed = replace(SHIPPED, groups=(replace(first, label="Soggiorno"), *others))
    with identity(), pytest.raises(Refusal, match="soggiorno"):
        store_versions(renamed)


def test_reads(identity: AtDesk) -> None:
    with identity():
        assert queries.version_on(date(2016, 6, 30)) == 1
        assert [topic.historical_row for topic in queries.list_topics(1)] == list(range(1, 15))
        assert queries.list_topics(2) == SHIPPED.by_version[2]
        assert queries.get_topic(1, "SOG-RIN").label == "Rinnovo Permesso Di Soggiorno"
        assert queries.newest_topic("CAR-UEL").parent_code == "SOG-CAR"
        assert queries.historical_labels()[0] == (1, "Cittadinanza")
        assert "CIT-RES" in queries.codes_on(date(2026, 1, 1)) - queries.codes_on(date(2025, 1, 1))
        assert [group.key for group in queries.list_groups()][:2] == ["soggiorno", "famiglia"]


def test_reports_have_a_line_for_each_type(identity: AtDesk) -> None:
    with identity():
        codes = [topic.code for topic in queries.reporting_topics(2)]
    assert len(codes) == 30
    assert {"CIT", "SOG-STA", "SAN"} <= set(codes)
    assert not {"CIT-RES", "CAR-UEL", "SAN-SSN"} & set(codes)


def test_what_is_not_there(identity: AtDesk) -> None:
    with identity():
        for ask in (
            lambda: queries.get_topic(1, "ALT"),
            lambda: queries.list_topics(9),
            lambda: queries.newest_topic("ZZZ"),
        ):
            with pytest.raises(NotHere):
                ask()
        assert queries.find_topic("boh") is None
        with pytest.raises(Refusal, match="01/01/1990"):
            queries.version_on(date(1990, 1, 1))


def test_the_list_is_read_once_for_each_process(identity: AtDesk) -> None:
    with identity():
        assert queries.stored() is queries.stored()
        before = queries.stored()
        queries.forget_stored()
        assert queries.stored() is not before
