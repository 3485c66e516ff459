# SPDX-License-Identifier: AGPL-3.0-or-later
"""A document as a PDF for reading, for archives and for screen readers: PDF/UA-1 and PDF/A-2a.

typst sets what templates/layout/print.typ lays out; data reach it as JSON strings, never as markup.
The same document gives the same bytes on any day and machine: the fonts are ours alone, and the
file's date is the document's. Both standards refuse a glyph that no font has, so each is first
replaced by a box that can be seen.
"""

import json
import os
import re
import struct
import subprocess
import sys
import unicodedata
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import groupby
from math import ceil
from pathlib import Path
from typing import Any

import typst
from flask_babel import gettext as _
from fontTools.ttLib import TTFont

from portal.core.documents.document import Block, Chart, Document, Figures, Paragraph
from portal.core.documents.tables import Column, Table
from portal.core.documents.text_width import (
    PAGE_TEXT_MM,
    PAPER_DIGIT_EM,
    PAPER_HEAD_LETTER_DIGITS,
    column_letters,
)

ROOT = Path(__file__).parents[3]
TEMPLATES, TEMPLATE = ROOT / "templates", "layout/print.typ"
FONTS = ROOT / "portal" / "static" / "vendor" / "print-fonts"
# By the beginning of their files' names; each character takes the first family that has it.
FAMILIES = {
    "titillium": "Titillium Web",
    "noto-sans": "Noto Sans",
    "noto-arabic": "Noto Naskh Arabic",
    "noto-bengali": "Noto Sans Bengali",
    "noto-symbols": "Noto Sans Symbols 2",
    "noto-chinese": "Noto Sans S Chinese",
}
STANDARDS = ["ua-1", "a-2a"]
DRAWING = """
#set page(width: float(sys.inputs.width) * 1mm, height: auto, margin: 0pt)
#image(bytes(sys.inputs.svg), format: "svg", width: 100%)
"""
DRAWING_PPI = 220
SVG = "http://www.w3.org/2000/svg"
BLANK_LINE = "_" * 10
FIGURES_ABREAST = 4
ROWS_KEPT_TOGETHER = 10
MOST_COLUMNS_AT_EASE = 9
# In sizes of the letter of a table: one of its lines, what stands left and right of a figure.
TEXT_WIDTH_EM, PADDING_EM, MOST_APART_EM = 51, 1.1, 3.5
SHORTEST_TEXT, LONGEST_TEXT = 8, 42
BOX = "\u25a1"
# They end no sign and need no glyph: joiners, marks of direction, the hyphen that may be.
JOINERS = frozenset("\u00ad\u200c\u200d\u200e\u200f")
CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
# Never seen themselves; some would turn what follows around.
UNSEEN = re.compile(r"[\u200b\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0000-\U000e0fff]")


def pdf_bytes(document: Document, *, charts: Callable[[Chart], str]) -> bytes:
    """The document on paper; `charts` draws one as an SVG that stands alone."""
    if document.created.tzinfo is None:
        raise ValueError("a time without its zone is another moment on another machine")
    return _typeset(
        inputs={"document": json.dumps(_cleaned(_content(document, charts)))},
        format="pdf",
        pdf_standards=STANDARDS,
        timestamp=int(document.created.timestamp()),
    )


def png_of_svg(svg: str, *, width_mm: int) -> bytes:
    """A drawing as a picture, for files that cannot hold the drawing."""
    inputs = {"svg": _printable(svg), "width": str(width_mm)}
    return _typeset(source=DRAWING, inputs=inputs, format="png", ppi=DRAWING_PPI)


# What is printed


def _content(document: Document, charts: Callable[[Chart], str]) -> dict[str, Any]:
    protocol = _("Protocollo n. %(number)s del %(day)s", number=BLANK_LINE, day=BLANK_LINE)
    return {
        "families": list(FAMILIES.values()),
        "title": document.title,
        "subtitle": document.subtitle,
        "authors": [document.owner, document.desk],
        "owner": document.owner,
        "desk": document.desk,
        "edition": document.edition,
        "protocol": protocol if document.is_final else "",
        "warnings": list(document.warnings),
        "sections": [
            {"title": section.title, "blocks": [_block(one, charts) for one in section.blocks]}
            for section in document.sections
        ],
        "signatures": [_("Il/La responsabile"), _("Per l’ente")] if document.is_final else [],
        "running": document.running,
        "provenance": document.provenance,
        "page": _("pagina %(page)s di %(pages)s", page="{page}", pages="{pages}"),
    }


def _block(block: Block, charts: Callable[[Chart], str]) -> dict[str, Any]:
    if isinstance(block, Paragraph):
        said = {"text": block.text, "lead": block.lead, "kind": block.kind}
    elif isinstance(block, Figures):
        said = _figures(block)
    elif isinstance(block, Chart):
        # A standard refuses a drawing that says nothing to those who do not see it.
        said = {"svg": _drawn(charts(block)), "name": block.name or _("Grafico")}
    else:
        said = _table(block)
    return {"form": block.form, **said}


def _figures(figures: Figures) -> dict[str, Any]:
    lines = ceil(len(figures.items) / FIGURES_ABREAST) or 1
    return {
        "columns": ceil(len(figures.items) / lines),
        "items": [
            {"label": one.label, "text": one.text, "below": list(one.below)}
            for one in figures.items
        ],
    }


def _table(table: Table) -> dict[str, Any]:
    lines = [
        [table.paper_text_of(row, number) for number in range(len(row.cells))] for row in table.rows
    ]
    return {
        "caption": table.caption if table.caption_visible else "",
        "whole": len(lines) <= ROWS_KEPT_TOGETHER,
        "dense": len(table.columns) > MOST_COLUMNS_AT_EASE,
        "heads": _heads(table.columns),
        "columns": _columns(table.columns, lines),
        "rows": [
            {"total": row.kind == "total", "cells": line}
            for row, line in zip(table.rows, lines, strict=True)
        ],
        "check": table.check and {"right": table.check.is_right, "text": table.check.text},
        "note": table.note or "",
    }


def _heads(columns: tuple[Column, ...]) -> list[dict[str, Any]]:
    """The cells of the head in their order; a group stands above its columns."""
    deep = any(column.group for column in columns)
    upper: list[dict[str, Any]] = []
    lower: list[dict[str, Any]] = []
    for group, together in groupby(columns, key=lambda column: column.group):
        members = list(together)
        if group is None:
            upper += [_head(column.head, column, down=1 + deep) for column in members]
        else:
            upper.append(_head(group, members[0], across=len(members), lowest=False))
            lower += [_head(column.head, column) for column in members]
    return upper + lower


def _head(text: str, column: Column, **place: int) -> dict[str, Any]:
    return {"text": text, "kind": column.kind, "across": 1, "down": 1, "lowest": True, **place}


def _columns(columns: tuple[Column, ...], lines: list[list[str]]) -> list[dict[str, Any]]:
    """Figures take the width they need, and texts share the rest by their length.

    Where little is said, figures move apart, so that the eye need not cross half a page.
    """
    longest = [
        column_letters(_heads_of(column, columns), (line[number] for line in lines),
                       head_letter=PAPER_HEAD_LETTER_DIGITS)
        for number, column in enumerate(columns)
    ]  # fmt: skip
    spare = TEXT_WIDTH_EM - sum(length * PAPER_DIGIT_EM + PADDING_EM for length in longest)
    figures = sum(column.kind != "text" for column in columns)
    apart = min(max(spare / 2 / max(figures, 1), 0), MOST_APART_EM)
    return [
        {
            "kind": column.kind,
            "quiet": column.kind == "text" and number > 0,
            "width": length * PAPER_DIGIT_EM + PADDING_EM + apart,
            "parts": min(max(length, SHORTEST_TEXT), LONGEST_TEXT),
        }
        for number, (column, length) in enumerate(zip(columns, longest, strict=True))
    ]


def _heads_of(column: Column, columns: Sequence[Column]) -> list[str]:
    """The words above a column that it must hold unbroken; a group of several has the room."""
    alone = column.group and sum(one.group == column.group for one in columns) == 1
    return [column.head, *([column.group or ""] if alone else [])]


def _drawn(svg: str) -> str:
    """The drawing; as a picture where its words need more than the first family.

    typst breaks off on words of a drawing that mix families or join signs into one glyph.
    """
    svg = _printable(svg)
    if _families()[0].issuperset(map(ord, svg)):
        return svg
    picture = png_of_svg(svg, width_mm=PAGE_TEXT_MM)
    width, height = struct.unpack(">II", picture[16:24])
    image = f'<image href="data:image/png;base64,{b64encode(picture).decode()}"/>'
    return f'<svg xmlns="{SVG}" viewBox="0 0 {width} {height}">{image}</svg>'


# Characters


def _cleaned(value: Any) -> Any:
    """The same value with every text of it printable."""
    if isinstance(value, dict):
        return {key: _cleaned(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_cleaned(one) for one in value]
    return _printable(value) if isinstance(value, str) else value


def _printable(text: str) -> str:
    """The text with a box in place of each sign that no family has whole."""
    text = CONTROLS.sub(" ", UNSEEN.sub("", text))
    if _families()[0].issuperset(map(ord, text)):
        return text
    return "".join(map(_or_boxes, _signs(text)))


def _signs(text: str) -> Iterator[str]:
    """Each character with the accents and joiners that follow it: typst sets them in one font."""
    sign = ""
    for character in text:
        if sign and unicodedata.category(character)[0] != "M" and character not in JOINERS:
            yield sign
            sign = ""
        sign += character
    yield sign


def _or_boxes(sign: str) -> str:
    """A sign that can be set, or what can of it: a letter without its accent is still read."""
    if _has_family(sign):
        return sign
    return "".join(
        one if unicodedata.category(one)[0] != "M" and _has_family(one) else BOX for one in sign
    )


def _has_family(sign: str) -> bool:
    needed = {ord(character) for character in sign if character not in JOINERS}
    return any(family.issuperset(needed) for family in _families())


@cache
def _families() -> tuple[frozenset[int], ...]:
    """The characters of each family: those that all its weights have."""
    files = [list(FONTS.glob(f"{name}-*")) for name in FAMILIES]
    if not all(files):
        raise FileNotFoundError(f"a font is missing from {FONTS}: `make assets` puts them there")
    return tuple(frozenset.intersection(*map(_characters, family)) for family in files)


def _characters(file: Path) -> frozenset[int]:
    with TTFont(file, lazy=True) as font:
        return frozenset(font.getBestCmap())


# The typesetter

_home: dict[str, int] = {}


def _typeset(**job: Any) -> bytes:
    """Here, or in a fresh process where a fork has left the typesetter without its threads.

    It would wait for them for ever: the first to set type does it here, none forked from it does.
    """
    if _home.setdefault("process", os.getpid()) == os.getpid():
        return _typeset_here(**job)
    command = [sys.executable, "-m", __name__]
    return subprocess.check_output(command, input=json.dumps(job).encode(), cwd=ROOT)


def _typeset_here(*, inputs: dict[str, str], source: str = "", **how: Any) -> bytes:
    # A compiler of its own for each call: threads cannot share one, and it costs a millisecond.
    # What it remembers goes by the template's path, and saves a quarter of the time.
    template: Any = source.encode() or TEMPLATES / TEMPLATE
    compiler = typst.Compiler(template, TEMPLATES, _fonts(), ignore_system_fonts=True)
    made = compiler.compile(sys_inputs=inputs, **how)
    if not isinstance(made, bytes):
        raise TypeError("a picture is one page")
    return made


@cache
def _fonts() -> typst.Fonts:
    """Ours alone: neither the machine's nor those within typst."""
    return typst.Fonts(False, False, [str(FONTS)])


if __name__ == "__main__":
    sys.stdout.buffer.write(_typeset_here(**json.load(sys.stdin)))
