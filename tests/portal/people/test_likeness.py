# SPDX-License-Identifier: AGPL-3.0-or-later
"""What speaks for one person and what against."""

from dataclasses import replace

import pytest

from portal.core.italy.formats import PartialDate
from portal.people.matching.scoring import Likeness, differing, likeness
from portal.people.rules import PersonFacts

RARE = {"kovacs": 8.0, "lidija": 8.0}
COMMON = {"kovacs": 2.0, "lidija": 2.0}
LIDIJA = PersonFacts("Kovacs", "Lidija", sex="F", birth=PartialDate(1984, 3, 14))


def compared(
    known: PersonFacts, asked: PersonFacts = LIDIJA, rarity: dict[str, float] = RARE
) -> Likeness:
    return likeness(asked, known, rarity=rarity, people=700)


def test_a_rare_name_is_worth_more_than_a_common_one() -> None:
    nameless = replace(LIDIJA, birth=None)
    assert compared(nameless).score > compared(nameless, rarity=COMMON).score
    assert compared(nameless).worth_showing
    assert not compared(nameless, rarity=COMMON).worth_showing


def born(year: int, month: int | None = None, day: int | None = None) -> PersonFacts:
    return replace(LIDIJA, birth=PartialDate(year, month, day))


def test_births_speak_in_this_order() -> None:
    known = [
        born(1984, 3, 14),  # the same
        born(1984, 3, 13),  # a day before
        born(1948, 3, 14),  # two digits exchanged
        born(1984),
        born(1984, 3, 24),  # a digit of the day
        replace(LIDIJA, birth=None),
        born(1985, 6, 2),
        born(1971, 6, 2),
    ]
    scores = [compared(one).score for one in known]
    assert scores == sorted(scores, reverse=True)
    assert len(set(scores)) == len(scores)


def test_the_first_of_january_is_worth_little() -> None:
    one, conventional = born(1984, 1, 1), replace(born(1984, 1, 1), birth_conventional=True)
    year = compared(born(1984), asked=born(1984)).score
    for known in (one, conventional):
        score = compared(known, asked=one).score
        assert year < score < compared(born(1984, 3, 14)).score - 5


def test_day_and_month_may_be_exchanged() -> None:
    asked, known = born(1984, 3, 4), born(1984, 4, 3)
    assert "giorno e mese scambiati" in compared(known, asked).reasons
    assert compared(known, asked).strong


def test_the_same_sex_says_little_and_the_other_much() -> None:
    same = compared(LIDIJA).score
    unknown = compared(replace(LIDIJA, sex=None)).score
    assert unknown == compared(replace(LIDIJA, sex="X")).score
    assert same > unknown > compared(replace(LIDIJA, sex="M")).score + 5


@pytest.mark.parametrize(
    ("family", "given", "said"),
    [
        ("Kovacs", "Lidija", "stesso nome e cognome"),
        ("Lidija", "Kovacs", "nome e cognome scambiati"),
        ("Kovacs", "", "stesso cognome"),
        ("", "Lidija", "stesso nome"),
        ("Kovac", "Lidija", "nome 9"),
    ],
)
def test_names_are_told_in_words(family: str, given: str, said: str) -> None:
    known = replace(LIDIJA, family_name=family, given_name=given)
    assert any(reason.startswith(said) for reason in compared(known).reasons)


def test_one_of_two_family_names_may_be_missing() -> None:
    known = replace(LIDIJA, family_name="Quispe Kovacs", given_name="Lidija Maria")
    assert compared(known).strong


def test_a_sister_with_a_rare_name_is_somebody_else() -> None:
    asked = PersonFacts("Kovacs Nemeth", "Maja", sex="F", birth=PartialDate(1984))
    known = replace(asked, given_name="Sonja")
    rarity = {"kovacs": 9.0, "nemeth": 9.0, "maja": 9.0}
    assert not compared(known, asked, rarity).worth_showing


def test_another_name_of_the_person_counts_like_the_first() -> None:
    known = PersonFacts("Smith", "Ann", aliases=("Kovacs Lidija",), sex="F")
    assert compared(known).worth_showing


def test_only_what_both_tell_can_differ() -> None:
    assert list(differing(LIDIJA, PersonFacts("Kovacs"))) == []
    assert list(differing(LIDIJA, born(1984))) == []
    known = replace(LIDIJA, family_name="Kovac", sex="M", citizenships=("450",), phone="+39333")
    asked = replace(LIDIJA, citizenships=("436",), phone="+39334")
    assert set(differing(asked, known)) == {"family_name", "sex", "citizenships", "phone"}
