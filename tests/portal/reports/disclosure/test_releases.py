# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which table a network may read beside all that it has read: pure, with made-up numbers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from portal.reports.disclosure.protect import protect
from portal.reports.disclosure.releases import Days, Late, Releases, Table
from portal.reports.disclosure.sheets import TOPICS, Sheet, together

JANUARY = (date(2026, 1, 1), date(2026, 1, 31))
FEBRUARY = (date(2026, 2, 1), date(2026, 2, 28))
MARCH = (date(2026, 3, 1), date(2026, 3, 31))
APRIL = (date(2026, 4, 1), date(2026, 4, 30))
QUARTER = (date(2026, 1, 1), date(2026, 3, 31))
FOUR_MONTHS = (date(2026, 1, 1), date(2026, 4, 30))
SECOND_QUARTER = (date(2026, 4, 1), date(2026, 6, 30))
HALF = (date(2026, 1, 1), date(2026, 6, 30))
MORNING = datetime(2026, 5, 1, 9)
NOON = datetime(2026, 5, 1, 12)
EVENING = datetime(2026, 5, 1, 18)


def same_lines(_days: Days, codes: Iterable[str]) -> Mapping[str, str]:
    return {code: code for code in codes}


def releases(late: int = 0) -> Releases:
    """Of a desk where so many persons came late, whenever one asks."""

    def latecomers(between: Iterable[Late]) -> int:
        return late if [*between] else 0

    return Releases(same_lines, latecomers)


def table(users: int, **topics: int) -> Table:
    return {"totals": {"users": users}, "topics": topics, "persons": topics}


def test_a_correction_of_two_waits_and_of_three_is_told() -> None:
    known = releases()
    known.enter(JANUARY, table(10, CIT=10), MORNING)
    known.own.add(JANUARY)
    assert known.tell(JANUARY, table(12, CIT=12), NOON) is None
    told = known.tell(JANUARY, table(13, CIT=13), NOON)
    assert told
    assert told.table["topics"] == {"CIT": 13}


def test_nine_requests_of_one_person_are_a_correction_of_one() -> None:
    known = releases()
    known.enter(JANUARY, table(10, CIT=10), MORNING)
    known.own.add(JANUARY)
    more = {"totals": {"users": 11}, "topics": {"CIT": 19}, "persons": {"CIT": 11}}
    assert known.tell(JANUARY, more, NOON) is None


def waiting() -> Releases:
    known = releases()
    known.enter(JANUARY, table(10, CIT=10, SAN=0), MORNING)
    known.own.add(JANUARY)
    known.waiting[JANUARY] = table(11, CIT=10, SAN=1)
    return known


def test_it_is_told_within_the_next_period_and_never_again() -> None:
    known = waiting()
    told = known.tell(FEBRUARY, table(7, CIT=6, SAN=1), NOON)
    assert told
    assert told.table["topics"] == {"CIT": 6, "SAN": 2}
    assert told.table["totals"] == {"users": 8}
    known.enter(FEBRUARY, told.table, NOON)
    known.own.add(FEBRUARY)
    known.carried += told.carried
    known.waiting.clear()
    assert not known.tell(MARCH, table(9, CIT=9, SAN=0), NOON).carried  # type: ignore[union-attr]
    quarter = table(26, CIT=25, SAN=2)
    known.enter(MARCH, table(9, CIT=9, SAN=0), NOON)
    # What the months were told is the quarter: nobody is the difference.
    assert known.due(QUARTER, quarter)["topics"] == {"CIT": 25, "SAN": 2}
    assert known.is_safe(QUARTER, quarter, NOON)


def test_whoever_was_told_within_another_period_does_not_count_again() -> None:
    """Two went with February: of January one person more is one person, though three came late."""
    known = releases(late=3)
    known.enter(JANUARY, table(10, CIT=10), MORNING)
    known.own.add(JANUARY)
    known.waiting[JANUARY] = table(12, CIT=12)
    february = known.tell(FEBRUARY, table(7, CIT=7), NOON)
    assert february
    assert february.carried
    known.carried += february.carried
    assert known.tell(JANUARY, table(13, CIT=13), EVENING) is None
    assert known.tell(JANUARY, table(15, CIT=15), EVENING) is not None


def test_of_two_users_it_would_be_all_that_is_read() -> None:
    told = waiting().tell(FEBRUARY, table(2, CIT=2, SAN=0), NOON)
    assert told
    assert not told.carried
    assert told.table["topics"] == {"CIT": 2, "SAN": 0}


def test_a_quarter_is_the_sum_of_its_months_while_few_came_late() -> None:
    for late, expected in ((2, 18), (3, 20)):
        known = releases(late)
        for month in (JANUARY, FEBRUARY, MARCH):
            known.enter(month, table(6, CIT=6), MORNING)
        told = known.tell(QUARTER, table(15, CIT=20), NOON)
        assert told
        assert told.table["topics"] == {"CIT": expected}
        assert told.is_sum == (expected == 18)


def test_a_month_is_what_the_quarter_leaves_while_few_came_late() -> None:
    known = releases()
    for days, number in ((QUARTER, 18), (JANUARY, 6), (FEBRUARY, 6)):
        known.enter(days, table(number, CIT=number), MORNING)
    told = known.tell(MARCH, table(7, CIT=7), NOON)
    assert told
    assert told.table["topics"] == {"CIT": 6}


def test_an_older_edition_stays_known() -> None:
    """January was told twice: the quarter is held against both."""
    known = releases(late=2)
    known.enter(JANUARY, table(6, CIT=6), MORNING)
    known.enter(JANUARY, table(10, CIT=10), NOON)
    for month in (FEBRUARY, MARCH):
        known.enter(month, table(6, CIT=6), MORNING)
    assert not known.is_safe(QUARTER, table(15, CIT=22), NOON)


def test_a_public_version_without_enquiries_leaves_the_sum_known() -> None:
    """The network has read each month's, whatever the public was told of one."""
    known = releases()
    for month in (JANUARY, FEBRUARY, MARCH):
        known.enter(month, table(6, CIT=6), MORNING)
    known.enter(FEBRUARY, {"sexes": {"F": 6}}, MORNING, is_public=True)
    assert not known.is_safe(QUARTER, table(15, CIT=20), NOON)


def test_the_newest_of_many_editions_are_added_up() -> None:
    """Twelve months told twice: of the year one person more than what they say is one person."""

    def latecomers(between: Sequence[Late]) -> int:
        return 36 if any(since == MORNING for _days, since, _until in between) else 1

    known = Releases(same_lines, latecomers)
    year = (date(2025, 1, 1), date(2025, 12, 31))
    for month in range(12):
        start = date(2025, month + 1, 1)
        days = (start, date(2025 + month // 11, (month + 1) % 12 + 1, 1) - timedelta(days=1))
        known.enter(days, table(6, CIT=6), MORNING)
        known.enter(days, table(9, CIT=9), NOON)
    told = known.tell(year, table(80, CIT=109), EVENING)
    assert told
    assert told.table["topics"] == {"CIT": 108}


SHEET = Sheet("", *JANUARY, 1, TOPICS, {"CIT": 9, "LAV": 1, "SAN": 2}, least={"SAN": 5}, floor=1)


def test_a_network_may_know_one_person_of_a_topic_that_is_not_sensitive() -> None:
    plain = replace(SHEET, values={"CIT": 9, "LAV": 1, "SAN": 0})
    assert protect([plain], [])[0].hidden == frozenset()
    assert {"SAN"} < protect([SHEET], [])[0].hidden


def test_what_was_known_before_is_no_secret_of_the_next() -> None:
    """Builds before told it exactly: the same count again hides no other line."""
    (again,) = protect([replace(SHEET, moment=2)], [replace(SHEET, least={})])
    assert again.hidden == {"SAN"}


def test_the_same_counts_told_twice_are_one_sheet_that_shows_what_either_shows() -> None:
    one, other = SHEET.hiding(frozenset({"SAN", "LAV"})), SHEET.hiding(frozenset({"SAN", "CIT"}))
    (merged,) = together([one, replace(other, moment=2)])
    assert merged.hidden == {"SAN"}


def test_no_hidden_count_is_what_periods_that_cross_leave() -> None:
    """The half-year less a quarter, and April back, is the four months, line by line."""

    def sheet(days: Days, *numbers: int, hidden: str = "") -> Sheet:
        values = dict(zip(("CIT", "LAV", "SAN"), numbers, strict=True))
        start, end = days
        return replace(SHEET, start=start, end=end, values=values, hidden=frozenset(hidden.split()))

    april = sheet(APRIL, 9, 6, 3, hidden="CIT SAN")
    known = [sheet(FOUR_MONTHS, 29, 26, 3, hidden="LAV SAN"), sheet(SECOND_QUARTER, 19, 16, 8)]
    half = replace(sheet(HALF, 39, 36, 8), moment=2)
    assert protect([half], [april, *known])[0].hidden
    assert not protect([half], known)[0].hidden, "nobody knows April"
