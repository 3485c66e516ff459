# SPDX-License-Identifier: AGPL-3.0-or-later
"""Templates: each is used, none speaks outside the catalogue, none carries style or script."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from bs4.element import NavigableString
from flask import Flask
from jinja2 import Environment, meta
from jinja2 import nodes as jinja

from tests.conformance.sources import ROOT, nodes, python_files

FOLDER = ROOT / "templates"
# Paper is typst's own language: its words come from Python, with the figures.
TEMPLATES = sorted(path for path in FOLDER.rglob("*.*") if path.suffix != ".typ")
SHARED = {"layout", "ui"}
LONGEST = 130
SPOKEN = ("title", "placeholder", "aria-label", "alt", "value", "content")
# Blocks that hold the class of an element.
OF_CLASSES = {"width", "body_attributes"}
# Opened from a disk or as mail, without the style sheets of the portal.
ALONE = {"reports/document.html", "oversight/document.html", "layout/mail.html"}
# Drawn for pages that are still to come; the list may only shrink.
WAITING = {"segment_links", "steps"}
# Names that no language translates.
NAMES = {"AGPL", "CSV", "JSON", "XLSX", "PDF", "DOCX", "ISTAT"}
BESIDE = jinja.FromImport | jinja.Import | jinja.Assign | jinja.AssignBlock
CATALOGUE = {"_", "gettext", "ngettext"}
EACH = pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(FOLDER)))


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def test_every_template_is_used(jinja_env: Environment) -> None:
    named = {
        node.value
        for path in python_files("portal", "worker")
        for node in nodes(path, ast.Constant)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    for path in TEMPLATES:
        referenced = meta.find_referenced_templates(jinja_env.parse(read(path)))
        named |= {template for template in referenced if template}
    unused = [
        path
        for path in TEMPLATES
        if path.parent.name != "ui" and path.relative_to(FOLDER).as_posix() not in named
    ]
    assert unused == []


def test_what_a_form_keeps_as_a_draft_is_taken_up_on_its_page(shared_app: Flask) -> None:
    """A draft of a page that takes none up is refused, and what was typed is lost."""
    rules = list(shared_app.url_map.iter_rules())
    taken_up = {
        rule.rule
        for rule in rules
        if getattr(shared_app.view_functions[rule.endpoint], "resumes_drafts", False)
    }
    forms = [
        (path, form)
        for path in TEMPLATES
        for form in re.findall(r"<form\b[^>]*\bdata-draft[^>]*>", read(path))
    ]
    assert len(forms) > 5
    for path, form in forms:
        endpoint = re.findall(r"(?:action|data-draft)=\"{{ url_for\('([\w.]+)'", form)[-1]
        (rule,) = {rule.rule for rule in rules if rule.endpoint == endpoint}
        assert rule in taken_up, path


def test_every_macro_is_used() -> None:
    everything = "".join(read(path) for path in TEMPLATES)
    macros = re.findall(r"macro (\w+)\(", everything)
    unused = {name for name in macros if len(re.findall(rf"\b{name}\(", everything)) < 2}
    assert unused <= WAITING


def test_folders_are_slices() -> None:
    slices = {path.name for path in (ROOT / "portal").iterdir() if path.is_dir()}
    assert {path.name for path in FOLDER.iterdir()} <= slices | SHARED


@EACH
def test_no_style_and_no_script_inside(path: Path) -> None:
    text = read(path)
    alone = path.relative_to(FOLDER).as_posix() in ALONE or "mail" in path.parts
    style = "" if alone else r"\sstyle=|<style|"
    assert not re.search(style + r"\shx-on|\son[a-z]+=|javascript:|hx-vals=.js", text)
    assert not re.findall(r"<script(?![^>]*\ssrc=)", text)
    assert "http://" not in text
    assert len(text.splitlines()) <= LONGEST


@EACH
def test_pages_extend_the_layout(path: Path, jinja_env: Environment) -> None:
    tree = jinja_env.parse(read(path))
    partial = path.name.startswith("_") or path.parent.name in SHARED or "mail" in path.parts
    alone = path.relative_to(FOLDER).as_posix() in ALONE
    assert partial or alone or isinstance(tree.body[0], jinja.Extends)


def test_fragments_stand_alone(jinja_env: Environment) -> None:
    """A block rendered alone sees nothing that was set or imported beside it."""
    found = list(_templates_with_fragment())
    assert len(found) >= 2
    for template, block in found:
        tree = jinja_env.parse(read(FOLDER / template))
        assert block in {one.name for one in tree.find_all(jinja.Block)}, (template, block)
        beside = [node for node in tree.body if isinstance(node, BESIDE)]
        assert beside == [], template


def _templates_with_fragment() -> Iterator[tuple[str, str]]:
    for path in python_files("portal"):
        for call in nodes(path, ast.Call):
            told = {one.arg: one.value for one in call.keywords}
            fragment = told.get("fragment")
            if isinstance(fragment, ast.Constant) and fragment.value:
                yield call.args[0].value, fragment.value


@EACH
def test_every_word_is_in_the_catalogue(path: Path, jinja_env: Environment) -> None:
    tree = jinja_env.parse(read(path))
    soup = BeautifulSoup(_plain_text(tree), "html.parser")
    words = [str(text) for text in soup.find_all(string=True) if type(text) is NavigableString]
    words += [
        str(tag[name])
        for name in SPOKEN
        for tag in soup.find_all(attrs={name: True})
        if tag.name not in ("meta", "option")
    ]
    written = {word for text in words for word in re.findall(r"[^\W\d_]{3,}", text)} - NAMES
    assert written - _technical(soup) == set()
    assert _loose_sentences(tree) == []


def _plain_text(tree: jinja.Template) -> str:
    """The text between the tags of Jinja; what an expression prints is a digit here."""
    classes = {
        id(output)
        for block in tree.find_all(jinja.Block)
        if block.name in OF_CLASSES
        for output in block.find_all(jinja.Output)
    }
    said = ""
    for output in tree.find_all(jinja.Output):
        if id(output) not in classes:
            for part in output.nodes:
                shown = "td" if said.endswith(("<", "</")) else "0"
                said += part.data if isinstance(part, jinja.TemplateData) else shown
    return said


def _technical(soup: BeautifulSoup) -> set[str]:
    """Values of hidden fields are for the program, not for the reader."""
    fields = soup.find_all("input", type=["hidden", "checkbox", "radio"])
    return {word for tag in fields for word in re.findall(r"[^\W\d_]{3,}", str(tag.get("value")))}


def _loose_sentences(tree: jinja.Template) -> list[str]:
    """Texts within expressions that read like Italian and are not asked of the catalogue."""
    asked = {
        id(text)
        for call in tree.find_all(jinja.Call)
        if isinstance(call.node, jinja.Name) and call.node.name in CATALOGUE
        for text in call.find_all(jinja.Const)
    }
    return [
        text.value
        for text in tree.find_all(jinja.Const)
        if isinstance(text.value, str)
        and id(text) not in asked
        and re.match(r"[A-ZÀ-Ü][a-zà-ü]{2,}", text.value)
    ]
