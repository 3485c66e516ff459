# SPDX-License-Identifier: AGPL-3.0-or-later
"""Telephones and languages as they are typed."""

import pytest
from flask import Flask
from flask_babel import Babel

from portal.people.card import languages
from portal.people.card.phone import read_phone, show_phone


@pytest.fixture(autouse=True)
def _italian() -> object:
    app = Flask("sentences")
    Babel(app, default_locale="it")
    with app.test_request_context():
        yield


@pytest.mark.parametrize(
    ("typed", "kept", "shown"),
    [
        ("333 100 4417", "+393331004417", "333 100 4417"),
        ("+39 333-100.4417", "+393331004417", "333 100 4417"),
        ("0583 123456", "+390583123456", "0583 123456"),
        ("+212 612 345 678", "+212612345678", "+212 6 12 34 56 78"),
        ("00212612345678", "+212612345678", "+212 6 12 34 56 78"),
    ],
)
def test_a_phone_is_understood_and_shown(typed: str, kept: str, shown: str) -> None:
    assert read_phone(typed) == kept
    assert show_phone(kept) == shown


@pytest.mark.parametrize("typed", ["333 CASA", "12", "+", "1" * 40, "333 100 4417 e 0583"])
def test_a_phone_that_cannot_be_read_is_refused_in_a_sentence(typed: str) -> None:
    with pytest.raises(ValueError, match="333 100 4417"):
        read_phone(typed)


def test_languages_are_found_by_the_names_people_use() -> None:
    assert languages.find("Francese") == "fr"
    assert languages.find(" peul ") == "ff"
    assert languages.find("wo") == "wo"
    assert languages.find("klingon") is None


def test_each_language_is_found_by_its_own_name() -> None:
    assert {code: languages.find(name) for code, name in languages.names().items()} == {
        code: code for code in languages.CODES
    }
