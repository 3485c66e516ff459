# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is known of a person, and what it may be."""

from dataclasses import replace
from datetime import date

import pytest
from flask import Flask
from flask_babel import Babel

from portal.core.errors import Refusal
from portal.core.italy.formats import PartialDate
from portal.people import rules
from portal.people.rules import PersonFacts

TODAY = date(2026, 11, 23)
ROSSI = PersonFacts(family_name="Rossi")


@pytest.fixture(autouse=True)
def _italian() -> object:
    """Sentences need a language, and no database."""
    app = Flask("sentences")
    Babel(app, default_locale="it")
    with app.test_request_context():
        yield


@pytest.mark.parametrize(
    ("family", "given", "key"),
    [
        ("D’Angelo", "Maria Pia", "dangelo maria pia"),
        ("", "Suharto", "suharto"),
        ("Đorđević", "", "dordevic"),
        ("王", "小明", "wang xiaoming"),
    ],
)
def test_names_are_sorted_without_accents(family: str, given: str, key: str) -> None:
    assert rules.sort_name(family, given) == key


def test_the_shorter_name_comes_first() -> None:
    assert rules.sort_name("Rossi", "Zoe") < rules.sort_name("Rossini", "Anna")


def test_one_name_is_shown_alone() -> None:
    assert rules.display_name(PersonFacts(given_name="Suharto")) == "Suharto"
    assert rules.display_name(PersonFacts("Diallo", "Amina")) == "Diallo Amina"


def test_names_are_kept_as_written_without_stray_spaces() -> None:
    tidied = rules.tidied(PersonFacts(" D’Angelo\u200b ", "Maria \t Pia", aliases=("b", "a", "b ")))
    assert (tidied.family_name, tidied.given_name) == ("D’Angelo", "Maria Pia")
    assert tidied.aliases == ("a", "b")


def test_the_primary_citizenship_stays_first() -> None:
    tidied = rules.tidied(replace(ROSSI, citizenships=("450", "436", "201", "450")))
    assert tidied.citizenships == ("450", "201", "436")


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"family_name": ""}, "family_name"),
        ({"family_name": "’-"}, "family_name"),
        ({"family_name": "x" * 121}, "family_name"),
        ({"note": "x" * 2001}, "note"),
        ({"aliases": ("x" * 241,)}, "aliases"),
        ({"birth": PartialDate(2026, 11, 24)}, "birth"),
        ({"birth": PartialDate(2027)}, "birth"),
        ({"residence_kind": "comune"}, "residence_comune"),
        ({"residence_kind": "homeless", "residence_comune": "046017"}, "residence_kind"),
    ],
)
def test_what_no_person_can_be_is_refused(told: dict, field: str) -> None:
    with pytest.raises(Refusal) as refused:
        rules.check(replace(ROSSI, **told), TODAY)
    assert refused.value.field == field


def test_born_today_or_this_year_is_accepted() -> None:
    rules.check(replace(ROSSI, birth=PartialDate(2026, 11, 23)), TODAY)
    rules.check(replace(ROSSI, birth=PartialDate(2026)), TODAY)


def test_nobody_is_written_down_as_being_without_a_permit() -> None:
    said = " ".join(str(label).lower() for label in rules.PERMIT_KINDS.values())
    assert "senza" not in said
    assert len(rules.PERMIT_KINDS) == 7


def test_a_change_is_told_once_for_each_thing() -> None:
    told = rules.change_text({"phone", "birth_day", "birth_month", "version"}, created=False)
    assert told == "Cambiati: nascita, telefono"
    assert rules.change_text({"phone"}, created=True) == "Scheda creata"
    assert rules.change_text({"sort_name"}, created=False) == ""
