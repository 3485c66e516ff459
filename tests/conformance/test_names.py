# SPDX-License-Identifier: AGPL-3.0-or-later
"""A name says what the thing is: no participle stands for it, no public class shares its name."""

import ast
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

from tests.conformance.sources import name, nodes, python_files

# A numeral and four past participles tell nothing of what is bound to them. These are the uses
# still there: a number here may only fall, until its word is gone.
LEFT = {"one": 172, "told": 51, "said": 67, "shown": 23, "kept": 36}
# Public classes that share a name, each with why no reader can take one for the other.
HOMONYMS = {
    "Line": "what a chart draws, and a row of a breakdown's table: neither sees the other",
    "Row": "of a document's table, and an equation between figures: neither sees the other",
    "Side": "a period of one relazione, for its sheets or for the weighing of its changes",
}
# WTForms reads the settings of a form from an inner class of this name.
OF_A_LIBRARY = {"Meta"}


def _bound(path: Path) -> Iterator[str]:
    """Every name that this file binds to a thing: variables, arguments, attributes and fields."""
    for node in nodes(path, ast.Name, ast.Attribute, ast.arg, ast.ExceptHandler, ast.MatchAs):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.attr
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.ExceptHandler | ast.MatchAs) and node.name:
            yield node.name


def _public_classes() -> dict[str, list[str]]:
    """The files where each public class of the portal and the worker is written."""
    written = defaultdict(list)
    for path in python_files("portal", "worker"):
        for node in nodes(path, ast.ClassDef):
            assert isinstance(node, ast.ClassDef)
            if not node.name.startswith("_"):
                written[node.name].append(name(path))
    return written


def test_participles_that_name_things_only_become_fewer() -> None:
    files = python_files("portal", "worker", "config")
    counts = Counter(bound for path in files for bound in _bound(path) if bound in LEFT)
    more = {word: count for word, count in counts.items() if count > LEFT[word]}
    assert more == {}, "name the thing with a noun of what it is"
    assert {word: counts[word] for word in LEFT} == LEFT, "fewer: write the lower numbers in LEFT"


def test_public_classes_of_one_name_are_refused_or_have_a_reason() -> None:
    shared = {word: files for word, files in _public_classes().items() if len(files) > 1}
    unexplained = {
        word: files for word, files in shared.items() if word not in HOMONYMS.keys() | OF_A_LIBRARY
    }
    assert unexplained == {}, "name one of them by what it is, or say why both keep the name"
    assert HOMONYMS.keys() <= shared.keys(), "no longer shared: take it off the list"
