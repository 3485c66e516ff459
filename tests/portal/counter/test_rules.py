# SPDX-License-Identifier: AGPL-3.0-or-later
"""What was typed in the box: enough or not, what it says of somebody new, what it underlines."""

import pytest
from flask import Flask

from portal.core.italy.formats import PartialDate
from portal.counter.rules import begun_with, begun_words, find_code, is_enough, split_by_match
from portal.people.rules import PersonFacts

AMINA = "DLLMNA88D52Z343L"


@pytest.mark.parametrize(
    ("text", "enough"),
    [("", False), ("d", False), ("di", True), ("7", False), ("张", True), ("김", True)],
)
def test_two_characters_or_one_ideograph(text: str, enough: bool) -> None:
    assert is_enough(text) is enough


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("dial am", PersonFacts("Dial", "Am")),
        ("dial", PersonFacts("Dial")),
        (
            "kovalenko olena 14/05/1991",
            PersonFacts("Kovalenko", "Olena", birth=PartialDate(1991, 5, 14)),
        ),
        ("hoxha arben 1979", PersonFacts("Hoxha", "Arben", birth=PartialDate(1979))),
        ("hoxha 333 100 4417", PersonFacts("Hoxha", phone="+393331004417")),
        ("hoxha 88", PersonFacts("Hoxha")),
        ("hoxha 31/12/2099", PersonFacts("Hoxha")),
        ("hoxha 99/99/1990", PersonFacts("Hoxha")),
        ("4417", PersonFacts()),
        ("el amrani khadija", PersonFacts("El", "amrani khadija")),
    ],
)
def test_what_was_typed_is_in_the_fields(shared_app: Flask, text: str, facts: PersonFacts) -> None:
    with shared_app.test_request_context():
        begun = begun_with(text).facts
    assert begun.family_name == facts.family_name
    assert begun.given_name.lower() == facts.given_name.lower()
    assert (begun.birth, begun.phone) == (facts.birth, facts.phone)


@pytest.mark.parametrize("text", [AMINA, AMINA.lower(), "dll mna 88d52 z343l", f"diallo {AMINA}"])
def test_a_codice_fiscale_says_the_rest(shared_app: Flask, text: str) -> None:
    with shared_app.test_request_context():
        begun = begun_with(text).facts
        assert find_code(text) == AMINA
    assert (begun.sex, begun.birth, begun.birth_state) == ("F", PartialDate(1988, 4, 12), "450")
    assert begun.codice_fiscale == AMINA
    assert begun.family_name in ("", "Diallo")


def test_a_wrong_code_is_no_code(shared_app: Flask) -> None:
    with shared_app.test_request_context():
        assert find_code("DLLMNA88D52Z343X") is None


@pytest.mark.parametrize(
    ("text", "unread"),
    [
        ("bianchi rosa", {}),
        ("bianchi rosa 12/04/1988 333 10 04 417", {}),
        ("bianchi rosa 29/02/2015", {"birth": "29/02/2015"}),
        ("bianchi rosa 12/04/2031", {"birth": "12/04/2031"}),
        ("bianchi rosa 14/5", {"birth": "14/5"}),
        ("bianchi rosa 88", {"birth": "88"}),
        ("bianchi rosa 2077", {"birth": "2077"}),
        ("bianchi rosa 99999", {"phone": "99999"}),
        ("bianchi rosa2", {"phone": "rosa2"}),
        ("bianchi RSSMRA85T10A562X", {"codice_fiscale": "RSSMRA85T10A562X"}),
        ("bianchi RSSMRA85T10A56", {"codice_fiscale": "RSSMRA85T10A56"}),
        ("rss mra 85t10 a562x", {"codice_fiscale": "RSSMRA85T10A562X"}),
        ("bianchi 99999999999", {"codice_fiscale": "99999999999"}),
        ("bianchi 29/02/2015 99999", {"birth": "29/02/2015", "phone": "99999"}),
    ],
)
def test_nothing_with_digits_is_dropped(
    shared_app: Flask, text: str, unread: dict[str, str]
) -> None:
    with shared_app.test_request_context():
        assert begun_with(text).unread == unread


@pytest.mark.parametrize(
    ("name", "typed", "marked"),
    [
        ("Diallo Amina", "dial am", (("Dial", "lo"), ("Am", "ina"))),
        ("Diallo Amina", "am dial", (("Dial", "lo"), ("Am", "ina"))),
        ("Đorđević Ana", "djor", (("", "Đorđević"), ("", "Ana"))),
        ("Đorđević Ana", "dor", (("Đor", "đević"), ("", "Ana"))),
        ("D’Angelo Ugo", "dang", (("D’Ang", "elo"), ("", "Ugo"))),
        ("Hoxha Arben", "333100", (("", "Hoxha"), ("", "Arben"))),
    ],
)
def test_the_typed_parts_are_underlined(
    name: str, typed: str, marked: tuple[tuple[str, str], ...]
) -> None:
    assert split_by_match(name, begun_words(typed)) == marked
