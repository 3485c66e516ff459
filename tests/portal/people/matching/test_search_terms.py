# SPDX-License-Identifier: AGPL-3.0-or-later
"""Names as they are searched."""

import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.people.matching.search_terms import (
    ENDING,
    LONGEST,
    find_wrong,
    folded,
    normalised_words,
    number_words,
    read_search,
)

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("O'Brien", {"obrien", "brien"}),
        ("O’Brien", {"obrien", "brien"}),
        ("D’Angelo", {"dangelo", "angelo"}),
        ("El Amrani", {"el", "amrani", "elamrani"}),
        ("Al-Sayed", {"al", "sayed", "alsayed"}),
        ("Đorđe", {"dorde"}),
        ("Şerban", {"serban"}),
        ("Șerban", {"serban"}),
        ("İsmail", {"ismail"}),
        ("Işık", {"isik"}),
        ("Łukasz", {"lukasz"}),
        ("Ismaïl", {"ismail"}),
        ("小明", {"xiao", "ming", "xiaoming"}),
        ("Ольга", {"olga"}),
        ("Strauß", {"strauss"}),
        ("Suharto", {"suharto"}),
        ("Ng", {"ng"}),
        ("  ", set()),
        ("-’-", set()),
    ],
)
def test_a_name_is_found_by_these_words(name: str, words: set[str]) -> None:
    assert normalised_words(name) == words


@given(st.text(max_size=150))
def test_words_are_plain_and_short_whatever_is_typed(text: str) -> None:
    for word in normalised_words(text):
        assert word.isascii()
        assert word.isalnum()
        assert word == word.lower()
        assert len(word) <= LONGEST


@given(st.text(max_size=40))
def test_composed_and_decomposed_letters_are_the_same(text: str) -> None:
    assert folded(unicodedata.normalize("NFC", text)) == folded(unicodedata.normalize("NFD", text))


def test_a_phone_is_found_by_its_beginning_and_its_end() -> None:
    assert number_words("+393331004417") == {
        "393331004417",
        "3331004417",
        ENDING + "714400133393",
    }
    assert number_words("") == set()


def _prefixes(text: str) -> list[tuple[str, ...]]:
    return [term.prefixes for term in read_search(text, TODAY)]


def test_words_are_read_whole() -> None:
    assert _prefixes("dial am") == [("dial",), ("am",)]
    assert _prefixes("d’angelo el-amrani") == [("dangelo",), ("elamrani",)]
    assert _prefixes(" ' - ") == []


def test_a_number_with_spaces_is_one_number() -> None:
    whole = ("3331004417", ENDING + "7144001333")
    assert _prefixes("333 100 4417") == [whole]
    assert _prefixes("diallo 333 1004417") == [("diallo",), whole]
    assert _prefixes("+39 333 1004417") == [("393331004417", ENDING + "714400133393")]


@pytest.mark.parametrize("typed", ["0039 333 1004417", "00393331004417", "0039 3331004417"])
def test_two_noughts_are_a_plus(typed: str) -> None:
    ((*either, without),) = _prefixes(typed)
    assert without == "393331004417"
    assert either[0] == "00393331004417"
    assert _prefixes("0039") == [("0039", ENDING + "9300")]


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ("sidibe aminata 31/02/1990", "Il 31/02/1990 non esiste"),
        ("sidibe aminata, 31.2.90,", "Il 31/02/1990 non esiste"),
        ("sidibe aminata 13/1990", "Il mese 13 non esiste"),
        ("sidibe aminata 12/04/2031", "La data 12/04/2031 è nel futuro"),
        ("sidibe aminata RSSMRA85T10A562X", "L’ultima lettera del codice fiscale non torna"),
    ],
)
def test_what_nobody_can_have_is_said_and_not_searched(typed: str, wrong: str) -> None:
    assert _prefixes(typed) == [("sidibe",), ("aminata",)]
    assert find_wrong(typed, TODAY).startswith(wrong)


@pytest.mark.parametrize(
    "typed", ["dial am", "12/04/1988", "12/04/20", "12/04/203", "14/5", "RSSMRA85T10A56", "333-100"]
)
def test_what_is_right_or_still_being_typed_is_not_wrong(typed: str) -> None:
    assert find_wrong(typed, TODAY) == ""
    assert len(read_search(typed, TODAY)) == len(typed.split())


@pytest.mark.parametrize(
    ("text", "birth"),
    [
        ("1991", (1991, None, None, None)),
        ("88", (None, 88, None, None)),
        ("12/04/1988", (1988, None, 4, 12)),
        ("12041988", (1988, None, 4, 12)),
        ("04/1988", (1988, None, 4, None)),
        ("1988-04-12", (1988, None, 4, 12)),
        ("12/04", (None, None, 4, 12)),
        ("4417", (None, None, None, None)),
        ("2077", (None, None, None, None)),
    ],
)
def test_a_year_or_date_is_a_birth(text: str, birth: tuple[int | None, ...]) -> None:
    (term,) = read_search(text, TODAY)
    assert (term.year, term.year_end, term.month, term.day) == birth


def test_a_name_beside_a_year_stays_two_terms() -> None:
    name, year = read_search("diallo 1991", TODAY)
    assert name.is_name
    assert not year.is_name
    assert year.year == 1991


def test_ten_megabytes_of_noise_are_a_few_terms() -> None:
    assert len(read_search("a " * 5_000_000, TODAY)) <= 200
