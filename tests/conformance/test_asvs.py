# SPDX-License-Identifier: AGPL-3.0-or-later
"""The table of ASVS 5.0.0 in SECURITY.md: every requirement once, every test there, every total."""

import ast
import re
from collections import Counter
from functools import cache

import pytest

from tests.conformance.sources import ROOT, tree

# For each section of the standard the level of each requirement, in order.
LEVELS = {
    "1.1": "22", "1.2": "1111122223", "1.3": "112222222223", "1.4": "222", "1.5": "123",
    "2.1": "122", "2.2": "112", "2.3": "12223", "2.4": "23",
    "3.1": "3", "3.2": "113", "3.3": "12223", "3.4": "11222233", "3.5": "11122333", "3.6": "3",
    "3.7": "22333",
    "4.1": "12233", "4.2": "23333", "4.3": "22", "4.4": "1222",
    "5.1": "2", "5.2": "112333", "5.3": "113", "5.4": "222",
    "6.1": "122", "6.2": "111111112222", "6.3": "11223333", "6.4": "112233", "6.5": "22222333",
    "6.6": "2223", "6.7": "33", "6.8": "2222",
    "7.1": "222", "7.2": "1111", "7.3": "22", "7.4": "11222", "7.5": "223", "7.6": "22",
    "8.1": "1233", "8.2": "1123", "8.3": "133", "8.4": "23",
    "9.1": "111", "9.2": "1222",
    "10.1": "22", "10.2": "223", "10.3": "22223", "10.4": "1111122222233333", "10.5": "22222",
    "10.6": "22", "10.7": "222",
    "11.1": "2233", "11.2": "22233", "11.3": "11233", "11.4": "1222", "11.5": "23", "11.6": "23",
    "11.7": "33",
    "12.1": "12233", "12.2": "11", "12.3": "22223",
    "13.1": "2333", "13.2": "222223", "13.3": "2233", "13.4": "1222233",
    "14.1": "22", "14.2": "12223333", "14.3": "122",
    "15.1": "12233", "15.2": "12233", "15.3": "1222222", "15.4": "3333",
    "16.1": "2", "16.2": "22222", "16.3": "2222", "16.4": "222", "16.5": "2223",
    "17.1": "23", "17.2": "22223333", "17.3": "22",
}  # fmt: skip
ASKED = {
    f"{section}.{number}"
    for section, levels in LEVELS.items()
    for number, level in enumerate(levels, 1)
    if level in "12"
}
HELD, WRITTEN, INSTALLER, NOT_HERE, OPEN = STATES = (
    "tenuta", "scritta", "di chi installa", "non si applica", "aperta",
)  # fmt: skip
TABLE = re.compile(r"^\| ([\d., –]+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
FILE = re.compile(r"`([\w/]+)`: ((?:`test_\w+`(?:, )?)+)")
LINK = re.compile(r"\]\(([^)#]*)(?:#([^)]+))?\)")
TOTAL = re.compile(r"^\| (?:\*\*)?([a-z ]+?)(?:\*\*)? \| (?:\*\*)?(\d+)(?:\*\*)? \|$", re.MULTILINE)


@cache
def rows() -> list[tuple[list[str], str, str]]:
    """Which requirements each line is about, what holds them, and how they stand."""
    text = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    return [
        ([one for part in ids.split(",") for one in expanded(part.strip())], held, state.strip())
        for ids, _what, held, state in TABLE.findall(text)
    ]


def expanded(part: str) -> list[str]:
    """`1.2.6–1.2.8`, one requirement, or all that are asked of a section or a chapter."""
    first, _dash, last = part.partition("–")
    if last:
        section, _dot, start = first.rpartition(".")
        assert last.rpartition(".")[0] == section, part
        numbers = range(int(start), int(last.rpartition(".")[2]) + 1)
        return [one for number in numbers if (one := f"{section}.{number}") in ASKED]
    if part.count(".") == 2:
        return [part]
    return sorted(one for one in ASKED if one.startswith(f"{part}."))


def anchors(path: str) -> set[str]:
    """What a link may end with to reach a heading, as the sites that show Markdown make it."""
    text = (ROOT / path).read_text(encoding="utf-8")
    titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def test_the_standard_has_so_many_requirements() -> None:
    counts = Counter("".join(LEVELS.values()))
    assert (counts["1"], counts["2"], len(ASKED)) == (70, 183, 253)


def test_every_requirement_stands_there_once() -> None:
    named = Counter(one for ids, _held, _state in rows() for one in ids)
    assert [one for one, times in named.items() if times > 1] == []
    assert set(named) == ASKED


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[0][0])
def test_what_is_said_to_hold_it_is_there(row: tuple[list[str], str, str]) -> None:
    ids, held, state = row
    assert state in STATES, ids
    files, links = FILE.findall(held), LINK.findall(held)
    for file, functions in files:
        path = ROOT / "tests" / f"{file}.py"
        assert path.exists(), file
        found = {node.name for node in tree(path).body if isinstance(node, ast.FunctionDef)}
        assert set(re.findall(r"\w+", functions)) <= found, file
    for file, heading in links:
        target = file or "SECURITY.md"
        assert (ROOT / target).exists(), target
        assert not heading or heading in anchors(target), (target, heading)
    assert files or state != HELD, "what is held is held by a test"
    assert links or state != WRITTEN, "what is written is written somewhere"
    assert links or state != INSTALLER, "the guide says it to whoever installs"
    assert held.count("`test_") == "".join(names for _file, names in files).count("`test_")
    assert len(FILE.sub("", held)) > 5 or state not in (NOT_HERE, OPEN), "it says why"


def test_the_totals_are_those_of_the_table() -> None:
    counted: Counter[str] = Counter()
    for ids, _held, state in rows():
        counted[state] += len(ids)
    text = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    told = {state: int(number) for state, number in TOTAL.findall(text)}
    assert told == {**counted, "in tutto": len(ASKED)}
