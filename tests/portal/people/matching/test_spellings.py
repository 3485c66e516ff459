# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the spellings of a name have in common."""

import csv
import re
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from config.settings import Settings
from migrations import downgrade, upgrade
from portal.core.store.database import db
from portal.people.matching import chinese_syllables
from portal.people.matching.search_terms import folded
from portal.people.matching.spellings import frame, joined, keys_of, parts_of
from portal.people.models import PersonToken
from portal.people.rules import LONGEST_TOKEN
from tests.conftest import DATABASE, AtDesk, on_database
from tests.examples import slow
from tests.portal.conftest import AMINA, Writer
from tests.world import Place, World

AREAS = {
    *("arabic", "slavic", "chinese", "south-asian"),
    *("west-african", "albanian", "romanian", "latin-american"),
}
SOURCES = {"use", "icao", "kmu55", "wade", "hk", "adapted", "spanish"}
TABLE = list(
    csv.DictReader(
        files("config.names").joinpath("variants.csv").read_text(encoding="utf-8").splitlines()
    )
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        # French and English
        ("Chaouki", "Shawki"),
        ("Ouahib", "Wahib"),
        ("Zouhour", "Zuhur"),
        ("Kheireddine", "Hayreddin"),
        # Slavic
        ("Nadiya", "Nadija"),
        ("Yehor", "Yegor"),
        ("Mykhalchuk", "Mihalciuk"),
        # letters that stand for two
        ("Đukić", "Djukic"),
        ("Šarić", "Sharich"),
        ("Gruša", "Grusha"),
        # Bengali
        ("Azad", "Ajad"),
        # joined, apart, with and without
        ("Abd al-Wahhab", "Abdelwahab"),
        ("El Fassi", "Elfassi"),
        ("Al Fassi", "Fassi"),
        ("Ben Youssef", "Benyoussef"),
        ("Xiao-Long", "Xiaolong"),
        ("Salah ud-Din", "Salahuddin"),
    ],
)
def test_rules_without_the_table_bring_these_together(one: str, other: str) -> None:
    assert keys_of(one) & keys_of(other)


@pytest.mark.parametrize(("one", "other"), [("Rossi", "Bianchi"), ("Ali", "Ana"), ("Diop", "Fall")])
def test_other_names_share_nothing(one: str, other: str) -> None:
    assert not keys_of(one) & keys_of(other)


def test_articles_are_no_part_unless_they_are_all_there_is() -> None:
    assert [part.word for part in parts_of("El Amrani")] == ["amrani"]
    assert [part.word for part in parts_of("De la Cruz")] == ["cruz"]
    assert [part.word for part in parts_of("An")] == ["an"]
    assert [part.word for part in parts_of("Ben")] == ["ben"]
    assert [part.word for part in parts_of("Abd el Kader")] == ["abdkader"]
    assert parts_of("") == ()


def test_a_name_in_several_words_is_also_one_word() -> None:
    whole = joined("Xiao Ming")
    assert whole is not None
    assert whole.word == "xiaoming"
    assert joined("Xiaoming") is None


@pytest.mark.parametrize(
    ("pinyin", "wade_giles"),
    [
        *[("zhang", "chang"), ("xiao", "hsiao"), ("qian", "chien"), ("guo", "kuo")],
        *[("cai", "tsai"), ("deng", "teng"), ("ren", "jen"), ("xue", "hsueh")],
        *[("zhongshan", "chungshan"), ("xiaoping", "hsiaoping"), ("he", "ho")],
    ],
)
def test_pinyin_and_wade_giles_are_one(pinyin: str, wade_giles: str) -> None:
    assert chinese_syllables.marks(pinyin) == chinese_syllables.marks(wade_giles) != frozenset()


def test_a_frame_is_the_consonants() -> None:
    assert frame("mohamed") == frame("mehmet") == "mmt"


@slow()
@given(st.text(max_size=240))
def test_keys_of_any_text_are_short_and_plain(text: str) -> None:
    for key in keys_of(text):
        assert key.isascii()
        assert len(key) <= max(LONGEST_TOKEN, 2 * len(folded(text)) + 2)


def test_each_line_of_the_table_is_clean() -> None:
    names = [row["name"] for row in TABLE]
    assert len(names) == len(set(names)) > 900
    for row in TABLE:
        forms = row["forms"].split("|") if row["forms"] else []
        assert all(re.fullmatch(r"[a-z]+", form) for form in (row["name"], *forms)), row
        assert len(forms) == len(set(forms)), row
        assert row["name"] not in forms, row
        assert row["area"] in AREAS, row
        assert row["source"] in SOURCES, row


def test_an_update_writes_the_keys_of_all_who_are_known(
    world: World, at_desk: AtDesk, write_down: Writer, template: Settings
) -> None:
    def keys(desk: Place) -> list[tuple[str, str]]:
        with at_desk(desk):
            rows = db.session.execute(
                select(PersonToken.token, PersonToken.person_id).where(PersonToken.kind == "v")
            )
            return sorted((token, str(person_id)) for token, person_id in rows)

    write_down(AMINA)
    write_down(desk=world.capannori, given_name="Mehmet")
    before = keys(world.lucca), keys(world.capannori)
    assert all(before)
    owner_url = str(on_database(template, DATABASE).database_owner_url)
    downgrade(owner_url, "0017")
    assert (keys(world.lucca), keys(world.capannori)) == ([], [])
    upgrade(owner_url)
    assert (keys(world.lucca), keys(world.capannori)) == before
