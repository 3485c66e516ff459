# SPDX-License-Identifier: AGPL-3.0-or-later
"""What `make messages` collects for translators, and how Italian counts without them."""

import ast
import re
from functools import cache

import pytest
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from flask_babel import ngettext

from portal.core.italy import formats
from tests.conformance.sources import ROOT, dotted, name, nodes, python_files

ASKING = {"_", "_l", "gettext", "lazy_gettext", "ngettext"}
Pair = tuple[str, str]


@cache
def collected() -> frozenset[Pair]:
    """The sentences with two forms."""
    with (ROOT / "config/babel.cfg").open(encoding="utf-8") as mapping:
        methods, options = parse_mapping_cfg(mapping)
    found = extract_from_dir(ROOT, methods, options, keywords=DEFAULT_KEYWORDS)
    return frozenset(
        message for _file, _line, message, *_rest in found if isinstance(message, tuple)
    )


def test_every_sentence_with_two_forms_is_collected() -> None:
    asked = {
        (name(path), tuple(text.value for text in call.args[:2] if isinstance(text, ast.Constant)))
        for path in python_files("portal", "worker")
        for call in nodes(path, ast.Call)
        if isinstance(call, ast.Call) and dotted(call.func) == "ngettext"
    }
    assert len(asked) > 20
    assert {(path, pair) for path, pair in asked if pair not in collected()} == set()
    of_a_template = ("Compila con %(n)s sportello", "Compila con %(n)s sportelli")
    assert of_a_template in collected()


def test_no_sentence_is_asked_within_another_text() -> None:
    """The collector does not look into an f-string before Python 3.12."""
    within = [
        f"{name(path)}:{call.lineno}"
        for path in python_files("portal", "worker")
        for text in nodes(path, ast.JoinedStr)
        for call in ast.walk(text)
        if isinstance(call, ast.Call) and dotted(call.func) in ASKING
    ]
    assert within == []


def test_the_plural_tells_what_the_singular_tells() -> None:
    """One may go without its figure: «c’è una persona», «ci sono 2 persone»."""
    assert [(one, many) for one, many in collected() if not facts(one) <= facts(many)] == []


def test_a_counted_sentence_prints_its_figure_as_every_other() -> None:
    """The catalogue's own `num` has no point between thousands."""
    assert [pair for pair in collected() if "num" in facts(pair[1])] == []


def facts(sentence: str) -> set[str]:
    """What is told in a sentence by its variables."""
    return set(re.findall(r"%\((\w+)\)s", sentence))


@pytest.mark.parametrize(
    ("number", "text"), [(0, "0 utenti"), (1, "1 utente"), (2, "2 utenti"), (1234, "1.234 utenti")]
)
def test_without_a_catalogue_only_one_is_singular(number: int, text: str) -> None:
    count = formats.count(number)
    assert ngettext("%(n)s utente", "%(n)s utenti", number, n=count) == text
