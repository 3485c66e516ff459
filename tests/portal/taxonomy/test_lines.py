# SPDX-License-Identifier: AGPL-3.0-or-later
"""The lines of a comparison: what became of what, by the crosswalk and nothing else."""

from portal.taxonomy.files import read_files
from portal.taxonomy.lines import TopicLine, TopicLines, lines_between
from portal.taxonomy.rules import TopicList
from tests.portal.reports.lists import first_day, topic, topic_list

SHIPPED = read_files()


def lines(topics: TopicList, *versions: int, recorded: tuple[str, ...] = ()) -> TopicLines:
    return lines_between(topics, frozenset(versions), recorded, current=max(versions))


def by_key(found: TopicLines) -> dict[str, TopicLine]:
    return {line.key: line for line in found.lines}


def test_one_list_has_its_own_types_in_its_order() -> None:
    for version, number in ((1, 14), (2, 30)):
        found = lines(SHIPPED, version)
        tops = [one.code for one in SHIPPED.by_version[version] if one.parent_code is None]
        assert [line.key for line in found.lines] == tops
        assert len(tops) == number


def test_two_lists_share_what_one_became_of_the_other() -> None:
    found = by_key(lines(SHIPPED, 1, 2))
    assert len(found) == 20
    assert found["SOG-RIN"].codes == ("SOG-RIN", "SOG-AGG", "SOG-CON", "SOG-DUP")
    assert {"BUR", "BUR-CF", "SOG-STA", "SOG-INT", "ABI-OSP", "SAN", "SAN-STP"} <= {
        *found["BUR"].codes
    }
    rows = {line.historical_row for line in found.values() if line.historical_row}
    assert rows == set(range(1, 15))
    new = {key for key, line in found.items() if line.historical_row is None}
    assert new == {"FAM-MIN", "FLU-TER", "PRO", "MED", "TUT", "ALT"}
    assert all(found[key].versions == {2} for key in new)


def test_a_line_is_as_sensitive_as_the_most_sensitive_of_its_topics() -> None:
    assert not by_key(lines(SHIPPED, 1))["BUR"].is_sensitive
    assert by_key(lines(SHIPPED, 1, 2))["BUR"].is_sensitive, "Salute came of it"
    assert not by_key(lines(SHIPPED, 2))["BUR"].is_sensitive


def test_a_later_code_stands_with_what_it_came_of_and_joins_nothing_else() -> None:
    found = by_key(lines(SHIPPED, 1, recorded=("SOG-AGG", "SAN-STP", "PRO-RIC")))
    assert found["SOG-RIN"].codes == ("SOG-RIN", "SOG-AGG")
    assert set(found["BUR"].codes) == {"BUR", "SAN-STP"}
    assert set(found["PRO"].codes) == {"PRO", "PRO-RIC"}
    assert found["PRO"].versions == frozenset(), "no list of then had it"
    assert len(found) == 15


def test_several_that_became_one_have_both_names_and_no_single_row() -> None:
    topics = topic_list(
        {
            1: [topic(1, "AAA", 1, historical_row=1), topic(1, "BBB", 2, historical_row=2)],
            2: [topic(2, "CCC", 1), topic(2, "DDD", 2)],
        },
        [(1, "AAA", 2, "CCC"), (1, "BBB", 2, "CCC")],
    )
    joined, new = lines(topics, 1, 2).lines
    assert (joined.key, joined.label) == ("AAA+BBB", "Tipologia AAA e Tipologia BBB")
    assert (joined.historical_row, new.historical_row) == (None, None)
    assert [line.key for line in lines(topics, 1).lines] == ["AAA", "BBB"]
    (later, _new) = lines(topics, 2).lines
    assert (later.key, later.historical_row) == ("CCC", None), "it came of two rows"
    day = first_day(2)
    assert not lines(topics, 1, 2).exists_in(new, (first_day(1), first_day(1)))
    assert lines(topics, 1, 2).exists_in(new, (first_day(1), day))
    assert not lines(topics, 1, 2).is_whole_in(new, (first_day(1), day))
    (gone, _two) = lines(topics, 1).lines
    assert lines(topics, 1).is_whole_in(gone, (first_day(1), first_day(1)))
    assert not lines(topics, 1).is_whole_in(gone, (first_day(1), day)), "it ended on the way"


def test_what_lies_between_two_lists_joins_them() -> None:
    """Compared ten years apart: the list between is in force in neither, and still says it."""
    topics = topic_list(
        {
            1: [topic(1, "AAA", 1, historical_row=1)],
            2: [topic(2, "BBB", 1), topic(2, "XXX", 2)],
            3: [topic(3, "CCC", 1), topic(3, "DDD", 2)],
        },
        [(1, "AAA", 2, "BBB"), (2, "BBB", 3, "CCC"), (2, "BBB", 3, "DDD")],
    )
    (line,) = lines(topics, 1, 3).lines
    assert (line.key, set(line.codes)) == ("AAA", {"AAA", "BBB", "CCC", "DDD"})
    assert line.historical_row == 1
    assert [one.historical_row for one in lines(topics, 3).lines] == [1, 1]
    (old, _other) = lines(topics, 1, recorded=("DDD", "XXX")).lines
    assert set(old.codes) == {"AAA", "BBB", "DDD"}


def test_a_later_detail_that_stands_alone_since_stands_with_its_first_parent() -> None:
    topics = topic_list(
        {
            1: [topic(1, "AAA", 1)],
            2: [topic(2, "BBB", 1), topic(2, "BBB-X", 2, parent_code="BBB")],
            3: [topic(3, "BBB", 1), topic(3, "BBB-X", 2)],
        },
        [(1, "AAA", 2, "BBB"), (2, "BBB", 3, "BBB"), (2, "BBB-X", 3, "BBB-X")],
    )
    (line,) = lines(topics, 1, recorded=("BBB-X",)).lines
    assert (line.key, set(line.codes)) == ("AAA", {"AAA", "BBB", "BBB-X"})


def test_an_earlier_code_stands_with_what_it_became() -> None:
    topics = topic_list({1: [topic(1, "AAA", 1)], 2: [topic(2, "BBB", 1)]}, [(1, "AAA", 2, "BBB")])
    (line,) = lines(topics, 2, recorded=("AAA",)).lines
    assert (line.key, set(line.codes)) == ("BBB", {"AAA", "BBB"})
