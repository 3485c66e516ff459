# SPDX-License-Identifier: AGPL-3.0-or-later
"""What lies in a codice fiscale, and how it fills what nobody has said."""

from collections.abc import Iterator

import pytest
from flask import Flask

from portal.core.italy.formats import PartialDate
from portal.people.card.codice_fiscale import facts_from_code, filled
from portal.people.rules import PersonFacts

AMINA = "DLLMNA88D52Z343L"
MARIO = "RSSMRA80A01E715J"


@pytest.fixture(autouse=True)
def _speaking(shared_app: Flask) -> Iterator[None]:
    with shared_app.test_request_context():
        yield


@pytest.mark.parametrize(
    ("code", "line"),
    [
        (AMINA, "F, 12/04/1988, nata in Senegal"),
        (" dll mna 88d52 z343l", "F, 12/04/1988, nata in Senegal"),
        (MARIO, "M, 01/01/1980, nato a Lucca (LU)"),
        ("PPSNIO85L03Z129D", "M, 03/07/1985, nato in Romania"),
    ],
)
def test_a_code_says_who_was_born_where(code: str, line: str) -> None:
    assert facts_from_code(code).line == line


def test_a_code_of_italy_names_the_comune() -> None:
    said = facts_from_code(MARIO)
    assert (said.birth_state, said.birth_city) == ("100", "Lucca")
    assert said.birth == PartialDate(1980, 1, 1)


def test_a_wrong_code_says_what_is_wrong() -> None:
    with pytest.raises(ValueError, match="ha 15 caratteri: ne servono 16"):
        facts_from_code(AMINA[:15])


def test_only_what_is_empty_is_filled() -> None:
    full = filled(PersonFacts(family_name="Diallo", codice_fiscale=AMINA))
    assert (full.sex, full.birth, full.birth_state) == ("F", PartialDate(1988, 4, 12), "450")
    kept = PersonFacts(
        sex="X", birth=PartialDate(1990), birth_state="436", birth_city="Fès", codice_fiscale=AMINA
    )
    assert filled(kept) == kept
    part = filled(PersonFacts(birth_state="436", codice_fiscale=MARIO))
    assert (part.birth_state, part.birth_city, part.sex) == ("436", "", "M")


def test_what_cannot_be_read_fills_nothing() -> None:
    for code in (None, "", AMINA[:15], "QQQ"):
        facts = PersonFacts(codice_fiscale=code)
        assert filled(facts) == facts
