# SPDX-License-Identifier: AGPL-3.0-or-later
"""Names, windows and baselines of the periods."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.errors import Refusal
from portal.core.italy.periods import (
    NAMED_KINDS,
    PeriodKind,
    headings,
    named_periods,
    parse_period,
    period_of,
    read_period,
    require_period,
    same_length_kind,
)

DAYS = st.dates(date(1901, 1, 1), date(2099, 12, 31))
KINDS = st.sampled_from(NAMED_KINDS)


@pytest.mark.parametrize(
    ("name", "kind", "start", "end", "title"),
    [
        ("2016", PeriodKind.YEAR, (2016, 1, 1), (2016, 12, 31), "anno 2016"),
        ("2016-S1", PeriodKind.HALF, (2016, 1, 1), (2016, 6, 30), "I semestre 2016"),
        ("2016-S2", PeriodKind.HALF, (2016, 7, 1), (2016, 12, 31), "II semestre 2016"),
        ("2016-Q1", PeriodKind.FOUR_MONTHS, (2016, 1, 1), (2016, 4, 30), "I quadrimestre 2016"),
        ("2016-Q3", PeriodKind.FOUR_MONTHS, (2016, 9, 1), (2016, 12, 31), "III quadrimestre 2016"),
        ("2016-T2", PeriodKind.QUARTER, (2016, 4, 1), (2016, 6, 30), "2º trimestre 2016"),
        ("2016-T4", PeriodKind.QUARTER, (2016, 10, 1), (2016, 12, 31), "4º trimestre 2016"),
        ("2016-02", PeriodKind.MONTH, (2016, 2, 1), (2016, 2, 29), "febbraio 2016"),
        (
            "2016/2017",
            PeriodKind.SCHOOL_YEAR,
            (2016, 9, 1),
            (2017, 8, 31),
            "anno scolastico 2016/2017",
        ),
        (
            "2016-01-01..2016-03-15",
            PeriodKind.RANGE,
            (2016, 1, 1),
            (2016, 3, 15),
            "dal 1° gennaio al 15 marzo 2016",
        ),
    ],
)
def test_names_are_read_and_said(
    name: str, kind: PeriodKind, start: tuple[int, int, int], end: tuple[int, int, int], title: str
) -> None:
    period = parse_period(name)
    assert (period.kind, period.start, period.end) == (kind, date(*start), date(*end))
    assert period.name == name
    assert period.title() == title


def test_small_letters_and_spaces_are_forgiven() -> None:
    assert parse_period(" 2016-s1 ") == parse_period("2016-S1")


@pytest.mark.parametrize("name", ["2016-02", "2016-T2", "2016-Q3", "2016-S1", "2016", "2015/2016"])
def test_a_range_of_the_same_days_is_the_named_period(name: str) -> None:
    period = parse_period(name)
    days = f"{period.start.isoformat()}..{period.end.isoformat()}"
    assert parse_period(days).kind is PeriodKind.RANGE
    assert parse_period(days).named == period
    longer = f"{period.start.isoformat()}..2016-12-30"
    assert parse_period(longer).named == parse_period(longer)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("2016-S3", "dopo S scrivi un numero da 1 a 2"),
        ("2016-Q4", "da 1 a 3"),
        ("2016-T0", "da 1 a 4"),
        ("2016-13", "Il mese 13 non esiste"),
        ("2016/2018", "due anni di seguito, come 2016/2017"),
        ("1899", "tra 1900 e 2100"),
        ("2101-S1", "tra 1900 e 2100"),
        ("2015-02-29..2015-03-01", "Il 29/02/2015 non esiste"),
        ("2016-03-15..2016-01-01", "finisce prima di cominciare"),
        ("semestre", "Il periodo «semestre» non si capisce"),
        ("٢٠١٦", "non si capisce"),
        ("", "non si capisce"),
    ],
)
def test_a_wrong_name_says_why(text: str, part: str) -> None:
    with pytest.raises(ValueError, match=r".") as refused:
        parse_period(text)
    assert part in str(refused.value)


def test_noise_makes_a_short_sentence() -> None:
    with pytest.raises(ValueError, match=r".") as refused:
        parse_period("\x00ab\n" * 2_500_000)
    assert len(str(refused.value)) < 300


@pytest.mark.parametrize(
    ("name", "earlier", "before"),
    [
        ("2017-S1", "2016-S1", "2016-S2"),
        ("2016", "2015", "2015"),
        ("2016-Q1", "2015-Q1", "2015-Q3"),
        ("2016-T1", "2015-T1", "2015-T4"),
        ("2017-02", "2016-02", "2017-01"),
        ("2016/2017", "2015/2016", "2015/2016"),
        ("2016-01-01..2016-02-29", "2015-01-01..2015-02-28", "2015-11-01..2015-12-31"),
        ("2017-01-15..2017-02-28", "2016-01-15..2016-02-29", "2016-12-01..2017-01-14"),
        ("2016-03-01..2016-08-31", "2015-03-01..2015-08-31", "2015-09-01..2016-02-29"),
    ],
)
def test_the_baseline_is_the_same_kind_a_year_earlier(name: str, earlier: str, before: str) -> None:
    assert parse_period(name).baseline() == parse_period(earlier)
    assert parse_period(name).previous() == parse_period(before)


@given(KINDS, DAYS)
def test_every_day_is_in_its_named_period_and_the_name_reads_back(
    kind: PeriodKind, day: date
) -> None:
    period = period_of(kind, day)
    assert period.start <= day <= period.end
    assert parse_period(period.name) == period
    assert period.previous().end < period.start
    assert (period.start - period.previous().end).days == 1


def test_six_named_periods_contain_a_day() -> None:
    names = [period.name for period in named_periods(date(2026, 8, 31))]
    assert names == ["2026-08", "2026-T3", "2026-Q2", "2026-S2", "2026", "2025/2026"]


def test_an_open_period_is_compared_with_the_same_window() -> None:
    today = date(2026, 11, 23)
    whole = parse_period("2026-S2")
    assert whole.is_open(today)
    window = whole.cut(today)
    assert (window.start, window.end) == (date(2026, 7, 1), today)
    assert window.baseline().start == date(2025, 7, 1)
    assert window.baseline().end == date(2025, 11, 23)
    assert window.baseline().whole == parse_period("2025-S2")
    assert window.title() == "II semestre 2026"
    assert parse_period("2026-S1").cut_like(window).end == date(2026, 5, 23)
    assert window.previous() == parse_period("2026-S1").cut_like(window)
    assert parse_period("2025-S2").cut_like(window) == window.baseline()


def test_a_window_that_ends_with_its_month_is_compared_with_one_that_does() -> None:
    window = parse_period("2026-S2").cut(date(2026, 11, 30))
    assert window.previous().end == date(2026, 5, 31)
    assert parse_period("2027-S1").cut(date(2027, 2, 28)).baseline().end == date(2026, 2, 28)
    assert parse_period("2029-S1").cut(date(2029, 2, 28)).baseline().end == date(2028, 2, 29)


def test_a_window_cut_on_29_february_ends_on_the_28th_a_year_earlier() -> None:
    assert parse_period("2028-S1").cut(date(2028, 2, 29)).baseline().end == date(2027, 2, 28)


def test_a_period_is_open_until_its_last_day_is_over() -> None:
    half = parse_period("2016-S1")
    assert half.is_open(date(2016, 6, 30))
    assert half.cut(date(2016, 6, 30)).is_partial
    assert not half.is_open(date(2016, 7, 1))
    assert half.cut(date(2016, 7, 1)) == half
    assert not half.is_open(date(2015, 12, 31))


def test_a_period_that_has_not_begun_is_refused() -> None:
    assert not parse_period("2027").has_begun(date(2026, 11, 23))
    with pytest.raises(ValueError, match="non è ancora cominciato: parte dal 01/01/2027"):
        parse_period("2027").cut(date(2026, 11, 23))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2017-S1", "2016-S1", True),
        ("2016", "2015/2016", True),
        ("2016-S1", "2015", False),
        ("2016-01-01..2016-06-30", "2015-S1", True),
        ("2016-02-10..2016-03-15", "2015-02-10..2015-03-15", True),
        ("2016-02-10..2016-03-15", "2015-02-10..2015-03-20", False),
    ],
)
def test_length_is_the_kind_and_not_the_days(one: str, other: str, same: bool) -> None:
    assert same_length_kind(parse_period(one), parse_period(other)) is same


def test_columns_are_headed_by_the_year_only_where_that_tells_them_apart() -> None:
    half = parse_period("2016-S1")
    assert headings(half, half.baseline()) == ("2016", "2015")
    assert headings(half, parse_period("2015")) == ("I semestre 2016", "anno 2015")
    assert headings(half, parse_period("2015-S2")) == ("I semestre 2016", "II semestre 2015")
    window = half.cut(date(2016, 5, 30))
    cut = ("1° gen – 30 mag 2016", "1° gen – 30 mag 2015")
    assert headings(window, window.baseline()) == cut
    assert (
        headings(half, parse_period("2015-S2").cut(date(2015, 8, 1)))[1] == "1° lug – 1° ago 2015"
    )
    school = parse_period("2016/2017")
    assert headings(school, school.baseline()) == ("2016/2017", "2015/2016")


def test_windows() -> None:
    assert parse_period("2016-S1").window() == "1° gennaio – 30 giugno 2016"
    assert parse_period("2016/2017").window() == "1° settembre 2016 – 31 agosto 2017"
    assert parse_period("2016-03-08..2016-03-08").title() == "8 marzo 2016"


def test_a_period_is_read_by_its_days_or_its_name() -> None:
    assert read_period("2016-01-01..2016-06-30") == read_period("2016-S1")
    assert require_period("2016-01-01..2016-06-30", field="periodo").name == "2016-S1"
    with pytest.raises(Refusal, match="«ieri»") as refused:
        require_period("ieri", field="periodo")
    assert refused.value.field == "periodo"
