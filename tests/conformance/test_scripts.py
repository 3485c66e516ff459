# SPDX-License-Identifier: AGPL-3.0-or-later
"""Scripts of the pages say nothing of their own: words and language come with the page."""

import re
from pathlib import Path

import pytest

from tests.conformance.sources import ROOT

SCRIPTS = sorted((ROOT / "portal" / "static").glob("*.js"))
# Comments are read too, so that a quotation mark within one opens no literal.
TOKEN = re.compile(
    r"//[^\n]*|/\*.*?\*/"
    r"""|"((?:\\.|[^"\\\n])*)"|'((?:\\.|[^'\\\n])*)'|`((?:\\.|[^`\\])*)`""",
    re.DOTALL,
)
INSERTED = re.compile(r"\$\{[^}]*\}")
# What a person may read: a word with a capital, two words in a row, a sign of Italian.
SPOKEN = re.compile(r"\b[A-Z][a-z]{2,}|(?<![.#\w-])[a-z]{2,} [a-z]{2,}|[À-Üà-ü’…«»]")
# Keys, headers and classes have names of this kind too.
NAMES = {
    "ArrowDown", "ArrowUp", "Backspace", "Delete", "Enter", "Escape", "Tab",
    "Content-Type", "HX-Redirect", "HX-Request", "Europe/Rome",
    "btn btn-primary compact", "hint typed", "hint typed warn-text", "link-act row-acts",
    "message error", "no list", "use strict",
}  # fmt: skip
EACH = pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)


def literals(source: str) -> set[str]:
    """The texts of a script between quotation marks, without what is inserted into them."""
    found = ("".join(token.groups("")) for token in TOKEN.finditer(source))
    return {INSERTED.sub("", text) for text in found}


def sentences(source: str) -> set[str]:
    return {text for text in literals(source) if SPOKEN.search(text)} - NAMES


@EACH
def test_no_sentence_lives_in_a_script(path: Path) -> None:
    assert sentences(path.read_text(encoding="utf-8")) == set()


@pytest.mark.parametrize(
    "script",
    ['say("Riprova")', "say(`Non salvato (${hour}).`)", "say('un annullamento')", 'x = "è"; // «'],
)
def test_a_sentence_in_a_script_is_found(script: str) -> None:
    assert sentences(script)


@EACH
def test_hours_and_figures_are_those_of_the_page(path: Path) -> None:
    """In its language, at the hour of Rome, with the point that browsers leave out of «1.234»."""
    source = path.read_text(encoding="utf-8")
    assert not {text for text in literals(source) if re.fullmatch("[a-z]{2}-[A-Z]{2}", text)}
    hours = re.findall(r"toLocaleTimeString\(.*", source)
    assert all('timeZone: "Europe/Rome"' in hour for hour in hours)
    figures = re.findall(r"toLocaleString\(.*", source)
    assert all('useGrouping: "always"' in figure for figure in figures)


WRITES_MARKUP = re.compile(
    r"\.(?:innerHTML|outerHTML|insertAdjacentHTML|srcdoc)\b|document\.write|\beval\(|new Function"
)
LISTENS_TO_OTHERS = re.compile(r"postMessage|[\"']message[\"']|onmessage")
# What is read could be called as what every object has.
NAMES_A_FIELD = re.compile(
    r"\w\[(?![\"'`\d])[^\]]+\]\s*=[^=]|Object\.(?:assign|fromEntries)|__proto__|\bconstructor\["
)
HINDERS_PASTING = re.compile(r"[\"']paste[\"']|onpaste")
KEEPS = re.compile(r"localStorage|sessionStorage|indexedDB|document\.cookie|\bcaches\b")


@EACH
def test_a_script_writes_text_and_no_markup(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    for wrong in (WRITES_MARKUP, LISTENS_TO_OTHERS, NAMES_A_FIELD, HINDERS_PASTING):
        assert wrong.findall(source) == []


def test_a_browser_keeps_only_presses_that_are_on_their_way() -> None:
    """Topics and numbers of the quick count; no page keeps a word about a person."""
    keeping = {path.name for path in SCRIPTS if KEEPS.search(path.read_text(encoding="utf-8"))}
    assert keeping == {"tally.js"}
