# SPDX-License-Identifier: AGPL-3.0-or-later
"""Numbers and dates as printed, and dates as typed."""

from datetime import UTC, date, datetime, time
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core import clock
from portal.core.italy import formats
from portal.core.italy.formats import Exact, PartialDate

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("value", "places", "text"),
    [
        (Fraction(1, 20), 1, "0,1"),
        (Fraction(-1, 20), 1, "−0,1"),
        (Fraction(-1, 21), 1, "0,0"),
        (Decimal("2.25"), 1, "2,3"),
        (Decimal("2.2499999999999999999999999999999999999"), 1, "2,2"),
        (Decimal("12345.65"), 1, "12.345,7"),
        (Fraction(999999, 1000), 1, "1.000,0"),
        (-1234567, 0, "−1.234.567"),
        (Fraction(214, 149), 2, "1,44"),
    ],
)
def test_decimals_are_rounded_half_up_from_the_exact_fraction(
    value: Exact, places: int, text: str
) -> None:
    assert formats.decimal(value, places) == text


def test_a_float_is_refused() -> None:
    with pytest.raises(TypeError):
        formats.decimal(0.05)


@given(st.fractions(), st.integers(0, 8))
def test_rounding_is_the_nearest_and_away_from_zero_at_the_half(value: Exact, places: int) -> None:
    error = Fraction(formats.rounded(value, places), 10**places) - value
    half = Fraction(1, 2 * 10**places)
    assert abs(error) <= half
    if abs(error) == half:
        assert (error > 0) == (value > 0)


@given(st.fractions(), st.integers(0, 4))
def test_no_number_is_printed_as_minus_zero(value: Exact, places: int) -> None:
    text = formats.decimal(value, places)
    assert text.strip("−0,.") or "−" not in text


def test_signs() -> None:
    assert formats.signed(Fraction(148, 10)) == "+14,8"
    assert formats.signed(Fraction(-6, 10)) == "−0,6"
    assert formats.signed(Fraction(1, 100)) == "0,0"
    assert formats.signed(Fraction(-1, 100)) == "0,0"
    assert formats.historical_points(Fraction(-107, 10)) == "-10,7%"
    assert formats.historical_points(Fraction(-1, 100)) == "0,0%"
    assert formats.plain(Fraction(-12345, 10), 1, mark=",") == "-1234,5"
    assert formats.count(1234) == "1.234"


def test_percentages_have_a_no_break_space_and_no_division_by_nothing() -> None:
    assert formats.percent(67, 149) == "45,0\u00a0%"
    assert formats.percent(0, 0) == "n.d."


@pytest.mark.parametrize(
    ("figure", "text"),
    [
        ("45,0 %", "al 45,0 %"),
        ("0,5 %", "allo 0,5 %"),
        ("8,3 %", "all’8,3 %"),
        ("80,0 %", "all’80,0 %"),
        ("11,1 %", "all’11,1 %"),
        ("1,0 %", "all’1,0 %"),
        ("18,0 %", "al 18,0 %"),
        ("100,0 %", "al 100,0 %"),
        ("1.100", "al 1.100"),
        ("11.000", "all’11.000"),
    ],
)
def test_the_preposition_follows_the_sound_of_the_figure(figure: str, text: str) -> None:
    assert formats.to_figure(figure) == text


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("0", 0),
        ("38", 38),
        ("007", 7),
        ("1172", 1172),
        ("1.172", 1172),
        ("1 172", 1172),
        ("1\u00a0172", 1172),
        ("1\u202f172", 1172),
        (" 12.345 ", 12_345),
        ("999.999.999", 999_999_999),
        ("999999999", 999_999_999),
        ("0000000000", 0),
    ],
)
def test_counts_as_people_write_them(typed: str, number: int) -> None:
    assert formats.parse_count(typed) == number
    assert formats.parse_count(formats.count(number)) == number


@pytest.mark.parametrize(
    "typed",
    ["", "1,5", "12.5", "1.17", "1.1720", "0.172", "11.72.000", "1.172 000", "1 .172", "-3",
     "\u22123", "+3", "1e3", "tanti", "\u0663\u0668", "1_172"],
)  # fmt: skip
def test_what_is_no_count_is_one_sentence(typed: str) -> None:
    with pytest.raises(ValueError, match=r"^Scrivi un numero intero da 0 in su, per esempio 38 o"):
        formats.parse_count(typed)


def test_a_count_beyond_its_limit_names_it() -> None:
    assert formats.parse_count("1.500", most=1500) == 1500
    with pytest.raises(ValueError, match=r"^Scrivi un numero intero da 0 a 1\.500$"):
        formats.parse_count("1.501", most=1500)


@pytest.mark.parametrize(
    "typed", ["1000000000", "1.000.000.000", "2 000 000 000", "1" * 100_000, "1" + ".000" * 9]
)
def test_a_count_too_large_for_any_box_names_the_largest(typed: str) -> None:
    with pytest.raises(ValueError, match=r"^Scrivi un numero intero da 0 a 999\.999\.999$"):
        formats.parse_count(typed)


def test_lists() -> None:
    assert formats.joined([]) == ""
    assert formats.joined(["a"]) == "a"
    assert formats.joined(["a", "b", "c"]) == "a, b e c"
    assert formats.joined(["Lucca", "Empoli"]) == "Lucca ed Empoli"


def test_dates() -> None:
    assert formats.day(date(1988, 4, 12)) == "12/04/1988"
    assert formats.long_day(date(2026, 10, 12)) == "12 ottobre 2026"
    assert formats.day_month(date(2026, 1, 1)) == "1° gennaio"
    assert formats.weekday_day(TODAY) == "lunedì 23 novembre"
    assert formats.past_weekday_day(date(2026, 1, 1), TODAY) == "giovedì 1° gennaio"
    assert formats.past_weekday_day(date(2024, 5, 3), TODAY) == "venerdì 3 maggio 2024"
    assert formats.hour(time(9, 5)) == "9:05"
    assert formats.moment(datetime(2026, 11, 23, 8, 2, tzinfo=UTC)) == "23/11/2026 alle 8:02"
    assert formats.window(date(2016, 1, 1), date(2016, 6, 30)) == "1° gennaio – 30 giugno 2016"
    assert formats.window(date(2016, 9, 1), date(2017, 8, 31)) == (
        "1° settembre 2016 – 31 agosto 2017"
    )
    assert formats.from_to(date(2016, 1, 1), date(2016, 3, 15)) == "dal 1° gennaio al 15 marzo 2016"
    assert formats.from_to(date(2016, 3, 8), date(2016, 3, 11)) == "dall’8 all’11 marzo 2016"
    assert formats.of_day(date(2016, 7, 1)) == "del 1° luglio 2016"
    assert formats.of_day(date(2016, 7, 8)) == "dell’8 luglio 2016"
    assert formats.of_day(date(2016, 7, 11)) == "dell’11 luglio 2016"


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("12/4/88", date(1988, 4, 12)),
        (" 12/04/1988 ", date(1988, 4, 12)),
        ("12041988", date(1988, 4, 12)),
        ("1988-04-12", date(1988, 4, 12)),
        ("12.4.1988", date(1988, 4, 12)),
        ("12-4-1988", date(1988, 4, 12)),
        ("29/2/2016", date(2016, 2, 29)),
        ("23/11/26", TODAY),
        ("24/11/26", date(1926, 11, 24)),
        ("1/1/00", date(2000, 1, 1)),
    ],
)
def test_days_as_people_type_them(typed: str, day: date) -> None:
    assert formats.parse_day(typed, latest=TODAY) == day


def test_two_digits_are_read_against_the_clock_unless_a_later_limit_is_given() -> None:
    with clock.stopped_at(datetime(2026, 11, 23, 12, tzinfo=UTC)):
        assert formats.parse_day("12/4/28") == date(1928, 4, 12)
    assert formats.parse_day("12/4/28", latest=date(2046, 1, 1)) == date(2028, 4, 12)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("29/02/2015", "Il 29/02/2015 non esiste"),
        ("29/02/15", "Il 29/02/2015 non esiste"),
        ("2015-02-29", "Il 29/02/2015 non esiste"),
        ("31042015", "Il 31/04/2015 non esiste"),
        ("11/13/2015", "La data 11/13/2015 non esiste"),
        ("0/1/2015", "Il 00/01/2015 non esiste"),
        ("12/04/0988", "L’anno 0988 non va bene: scrivi un anno tra 1900 e 2100"),
        ("ieri", "La data «ieri» non si capisce: scrivila come 12/04/1988"),
        ("12/4-1988", "La data «12/4-1988» non si capisce: scrivila come 12/04/1988"),
        ("١٢/٠٤/١٩٨٨", "La data «١٢/٠٤/١٩٨٨» non si capisce: scrivila come 12/04/1988"),
        ("", "La data «» non si capisce: scrivila come 12/04/1988"),
    ],
)
def test_a_day_that_cannot_be_says_why(typed: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=r".") as refused:
        formats.parse_day(typed, latest=TODAY)
    assert str(refused.value) == sentence


@pytest.mark.parametrize(
    ("typed", "known", "shown"),
    [
        ("1988", PartialDate(1988), "1988"),
        ("04/1988", PartialDate(1988, 4), "04/1988"),
        ("4/1988", PartialDate(1988, 4), "04/1988"),
        ("1988-04", PartialDate(1988, 4), "04/1988"),
        ("12/4/88", PartialDate(1988, 4, 12), "12/04/1988"),
    ],
)
def test_births_known_in_part(typed: str, known: PartialDate, shown: str) -> None:
    assert formats.parse_partial(typed, latest=TODAY) == known
    assert formats.partial_day(known) == shown
    assert formats.parse_partial(known.iso) == known


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("13/1988", "Il mese 13 non esiste"),
        ("1850", "L’anno 1850 non va bene: scrivi un anno tra 1900 e 2100"),
        ("29/02/2015", "Il 29/02/2015 non esiste"),
    ],
)
def test_a_partial_date_that_cannot_be_says_why(typed: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=r".") as refused:
        formats.parse_partial(typed, latest=TODAY)
    assert str(refused.value) == sentence


@pytest.mark.parametrize(
    ("birth", "text"),
    [
        (PartialDate(1988, 4, 12), "38 anni"),
        (PartialDate(1988, 11, 24), "37 anni"),
        (PartialDate(2025, 11, 23), "1 anno"),
        (PartialDate(1995), "30–31 anni"),
        (PartialDate(1995, 11), "30–31 anni"),
        (PartialDate(1995, 10), "31 anni"),
        (PartialDate(2026), "0 anni"),
        (PartialDate(2027), "n.d."),
    ],
)
def test_age_says_no_more_than_is_known(birth: PartialDate, text: str) -> None:
    assert formats.age(birth, TODAY) == text


def test_noise_is_quoted_short_and_on_one_line() -> None:
    assert formats.shown("a\n\x00b") == "a b"
    assert formats.shown("x" * 10_000_000) == "x" * 30 + "…"
