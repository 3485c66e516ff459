# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which parts fill a period, and which figures of whole and parts cannot both be true."""

from datetime import date

import pytest

from portal.core.italy.periods import parse_period
from portal.figures.parts import Contradiction, Held, Kind, Wrong, find_contradiction, gaps, tiling
from portal.figures.rules import Counts, Nameless


def held(name: str, users: int = 10, **topics: int) -> Held:
    return Held(parse_period(name), counts(users, **topics))


def counts(
    users: int = 10,
    by_sex: dict[str, int] | None = None,
    nameless: Nameless | None = None,
    **topics: int,
) -> Counts:
    return Counts(users, by_sex, None, None, topics, nameless, knows_topics=bool(topics))


def names(parts: tuple[Held, ...] | None) -> list[str] | None:
    return parts and [part.period.name for part in parts]


@pytest.mark.parametrize(
    ("window", "parts", "tiles"),
    [
        ("2015", ["2015-S1", "2015-S2"], ["2015-S1", "2015-S2"]),
        ("2015", ["2015-Q1", "2015-Q2", "2015-Q3"], ["2015-Q1", "2015-Q2", "2015-Q3"]),
        ("2015", ["2015-T1", "2015-T2", "2015-S1", "2015-S2"], ["2015-S1", "2015-S2"]),
        ("2015", ["2015-T4", "2015-S1", "2015-T3"], ["2015-S1", "2015-T3", "2015-T4"]),
        ("2015", [f"2015-{month:02d}" for month in range(1, 13)],
         [f"2015-{month:02d}" for month in range(1, 13)]),
        ("2014/2015", ["2014-Q3", "2015-Q1", "2015-Q2"], ["2014-Q3", "2015-Q1", "2015-Q2"]),
        ("2015", ["2015-S1", "2015-Q2", "2015-Q3"], None),
        ("2015", ["2015-S1"], None),
        ("2015", ["2014/2015", "2015-S2"], None),
        ("2015", [], None),
    ],
)  # fmt: skip
def test_parts_that_fill_a_period_and_as_few_as_can(
    window: str, parts: list[str], tiles: list[str] | None
) -> None:
    found = tiling(parse_period(window), [held(name) for name in parts], lambda _part: 1)
    assert names(found) == tiles


def test_what_no_part_has_a_day_in() -> None:
    year = parse_period("2015")
    between = (date(2015, 7, 1), date(2015, 9, 30))
    assert gaps(year, [parse_period("2015-T4"), parse_period("2015-S1")]) == [between]
    assert gaps(year, [year]) == []
    assert gaps(year, [parse_period("2014/2015")]) == [(date(2015, 9, 1), date(2015, 12, 31))]


YEAR, FIRST, SECOND = (parse_period(name) for name in ("2015", "2015-S1", "2015-S2"))


def contradiction(
    whole: Counts, first: Counts, second: Counts | None = None
) -> Contradiction | None:
    parts = [Held(FIRST, first), *([Held(SECOND, second)] if second else [])]
    return find_contradiction(Held(YEAR, whole), parts)


def said(found: Contradiction | None) -> tuple[Wrong, Kind, str, int, int] | None:
    if found is None:
        return None
    assert found.whole == YEAR
    return found.wrong, found.kind, found.line, int(found.number), int(found.added)


def test_a_part_may_count_as_much_as_the_whole_and_no_more() -> None:
    assert contradiction(counts(5, CIT=2), counts(5, CIT=2)) is None
    users = contradiction(counts(5), counts(6))
    assert said(users) == (Wrong.PART_EXCEEDS, Kind.USERS, "", 5, 6)
    asked = contradiction(counts(9, CIT=2), counts(1, CIT=5))
    assert said(asked) == (Wrong.PART_EXCEEDS, Kind.ENQUIRIES, "CIT", 2, 5)
    absent = contradiction(counts(9, CIT=2), counts(1, LAV=1))
    assert said(absent) == (Wrong.PART_EXCEEDS, Kind.ENQUIRIES, "LAV", 0, 1)
    women = contradiction(counts(9, {"F": 2, "M": 7}), counts(3, {"F": 3, "M": 0}))
    assert said(women) == (Wrong.PART_EXCEEDS, Kind.WOMEN, "", 2, 3)


def test_what_was_not_kept_contradicts_nothing() -> None:
    assert contradiction(counts(9), counts(3, {"F": 3, "M": 0})) is None
    assert contradiction(counts(9), counts(3, CIT=5)) is None
    assert contradiction(counts(9, CIT=5), counts(9), counts(9, CIT=4)) is None


def test_requests_of_what_tiles_it_are_the_whole() -> None:
    assert contradiction(counts(CIT=5, LAV=1), counts(CIT=3, LAV=1), counts(CIT=2)) is None
    less = contradiction(counts(CIT=5), counts(CIT=3), counts(CIT=1))
    assert said(less) == (Wrong.UNEQUAL, Kind.ENQUIRIES, "CIT", 5, 4)
    assert less is not None
    assert less.parts == (FIRST, SECOND)
    more = contradiction(counts(CIT=5), counts(CIT=3), counts(CIT=3))
    assert said(more) == (Wrong.UNEQUAL, Kind.ENQUIRIES, "CIT", 5, 6)
    swapped = contradiction(counts(CIT=5, LAV=1), counts(CIT=3), counts(CIT=1, LAV=2))
    assert said(swapped) == (Wrong.UNEQUAL, Kind.ENQUIRIES, "CIT", 5, 4), "the sums agree"


def test_users_of_what_tiles_it_are_at_least_the_whole() -> None:
    assert contradiction(counts(10), counts(4), counts(6)) is None
    assert contradiction(counts(7), counts(4), counts(6)) is None
    found = contradiction(counts(11), counts(4), counts(6))
    assert said(found) == (Wrong.TOO_FEW, Kind.USERS, "", 11, 10)


def test_a_sex_may_be_told_later() -> None:
    first, second = counts(4, {"F": 1, "M": 1}), counts(6, {"F": 2, "M": 4})
    assert contradiction(counts(10, {"F": 5, "M": 5}), first, second) is None
    found = contradiction(counts(10, {"F": 6, "M": 4}), first, second)
    assert said(found) == (Wrong.TOO_FEW, Kind.WOMEN, "", 6, 5)


def test_the_nameless_add_up_where_all_tell_them() -> None:
    def told(total: int) -> Counts:
        return counts(nameless=Nameless(total, None), CIT=20)

    def by_topic(number: int) -> Counts:
        return counts(nameless=Nameless.of_topics({"CIT": number}), CIT=20)

    whole = counts(nameless=Nameless(9, None), CIT=40)
    assert contradiction(whole, told(4), told(5)) is None
    assert contradiction(whole, told(4), counts(CIT=20)) is None
    found = contradiction(whole, told(4), told(4))
    assert said(found) == (Wrong.UNEQUAL, Kind.NAMELESS, "", 9, 8)
    whole = counts(nameless=Nameless.of_topics({"CIT": 9}), CIT=40)
    found = contradiction(whole, by_topic(4), by_topic(4))
    assert said(found) == (Wrong.UNEQUAL, Kind.NAMELESS, "CIT", 9, 8)


def test_known_parts_have_no_more_requests_than_the_whole() -> None:
    def quarters(third: int) -> Contradiction | None:
        parts = [held("2015-T1", CIT=4), held("2015-T3", CIT=third), held("2015-04", CIT=1)]
        return find_contradiction(held("2015", CIT=10), parts)

    assert quarters(5) is None
    found = quarters(6)
    assert said(found) == (Wrong.TOGETHER_EXCEED, Kind.ENQUIRIES, "CIT", 10, 11)
    assert found is not None
    assert [part.name for part in found.parts] == ["2015-T1", "2015-04", "2015-T3"]


def test_parts_that_overlap_are_not_counted_twice() -> None:
    parts = [held("2015-S1", CIT=6), held("2015-T2", CIT=4), held("2015-S2", CIT=4)]
    assert find_contradiction(held("2015", CIT=10), parts) is None


def test_every_way_to_fill_it_counts() -> None:
    """The halves agree with the year, half and two quarters do not."""
    parts = [held("2015-S1", CIT=6), held("2015-S2", CIT=4), held("2015-T3", CIT=1),
             held("2015-T4", CIT=2)]  # fmt: skip
    found = find_contradiction(held("2015", CIT=10), parts)
    assert said(found) == (Wrong.UNEQUAL, Kind.ENQUIRIES, "CIT", 10, 9)
    assert found is not None
    assert [part.name for part in found.parts] == ["2015-S1", "2015-T3", "2015-T4"]


def test_a_school_year_is_held_against_what_fills_it() -> None:
    parts = [held("2014-09", CIT=1), held("2014-T4", CIT=1), held("2015-Q1", CIT=2),
             held("2015-Q2", CIT=3)]  # fmt: skip
    assert find_contradiction(held("2014/2015", CIT=7), parts) is None
    found = find_contradiction(held("2014/2015", CIT=9), parts)
    assert found is not None
    assert (found.wrong, found.number, found.added) == (Wrong.UNEQUAL, 9, 7)
