# SPDX-License-Identifier: AGPL-3.0-or-later
"""The committed reference files keep their shape and the corrections made by hand."""

import csv
from collections import Counter
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

import config

REFERENCE = Path(config.__file__).parent / "reference"
STATES = list(csv.DictReader((REFERENCE / "states.csv").read_text("utf-8").splitlines()))
COMUNI = list(csv.DictReader((REFERENCE / "comuni.csv").read_text("utf-8").splitlines()))


def state(istat3: str) -> dict[str, str]:
    return next(row for row in STATES if row["istat3"] == istat3)


@pytest.mark.parametrize("name", ["states.csv", "comuni.csv"])
def test_files_stay_small_and_readable(name: str) -> None:
    content = (REFERENCE / name).read_bytes()
    assert len(content) < 480_000
    assert "\ufffd" not in content.decode("utf-8")


def test_state_keys_have_three_characters_and_are_unique() -> None:
    keys = [row["istat3"] for row in STATES]
    assert {len(key) for key in keys} == {3}
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("column", ["z_code", "iso2", "iso3", "name"])
def test_state_codes_and_names_are_unique(column: str) -> None:
    counted = Counter(row[column] for row in STATES if row[column])
    assert [value for value, times in counted.items() if times > 1] == []


def test_the_corrections_made_by_hand() -> None:
    assert (state("219")["iso2"], state("272")["iso2"], state("272")["iso3"]) == ("GB", "XK", "XKX")
    assert (state("441")["name"], state("441")["iso2"]) == ("Namibia", "NA")
    assert state("615")["name"] == "Perù"
    assert (state("999")["is_citizenship"], state("999")["is_birth"]) == ("1", "0")
    assert sum(row["eu"] == "1" for row in STATES) == 27


def test_dissolved_states_have_their_last_day() -> None:
    ended = {row["z_code"]: row["valid_to"] for row in STATES if row["valid_to"]}
    assert ended["Z135"] == "1992-03-31"
    assert ended["Z118"] == "2003-02-04"
    assert {"Z105", "Z111", "Z157"} <= set(ended)


def test_spans_of_one_code_do_not_overlap() -> None:
    for before, after in pairwise(COMUNI):
        if before["catastale"] == after["catastale"]:
            assert before["valid_to"], before
            assert date.fromisoformat(before["valid_to"]) < date.fromisoformat(after["valid_from"])


def test_successors_exist_and_follow() -> None:
    last = {row["catastale"]: row for row in COMUNI}
    followed = [row for row in COMUNI if row["successor"]]
    assert len(followed) > 90
    assert all(row["valid_to"] < last[row["successor"]]["valid_from"] for row in followed)
    assert next(row for row in followed if row["name"] == "Sillano")["successor"] == "M347"


def test_napoli_is_text_not_a_missing_value() -> None:
    assert sum(row["province"] == "NA" and not row["valid_to"] for row in COMUNI) == 92
