# SPDX-License-Identifier: AGPL-3.0-or-later
"""The tables of a relazione read back from each of its forms, by programs that are not ours.

Each answers with the lines of the tables: of the forms for people the texts that are seen, of
those for programs the values that are written. Which tables and lines to look for is told to them,
by their heads and labels; what stands beside a label is not.
"""

import csv
import json
import re
import shutil
import subprocess
import unicodedata
from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

import docx
import pytest
from bs4 import BeautifulSoup
from openpyxl import load_workbook
from openpyxl.cell import Cell

from portal.core.documents.document import Document
from portal.core.documents.tables import BLANK, Row, Table
from tests.portal.core.documents.paper import excel_text

Lines = list[list[Any]]
Read = Mapping[str, Lines]
HYPHENATED = r"[\s\u00ad\u2010-]*"
VERDICTS = ("in aumento", "in calo", "non distinguibile dal caso", "dati insufficienti")
"""The cells that are words, of which a line may be broken."""


def from_page(content: str, document: Document) -> Read:
    """Of a page, or of the HTML file."""
    soup = BeautifulSoup(content, "html.parser")
    return {
        table.key: [
            [plain(cell.get_text()) for cell in line.select("th, td")]
            for line in soup.select(f"#tabella-{table.key} tbody tr")
        ]
        for table in document.tables
    }


def text_of_pdf(content: bytes) -> str:
    """What pdftotext finds."""
    if not shutil.which("pdftotext"):
        pytest.fail("pdftotext manca: installa il pacchetto «poppler-utils»")
    command = ["pdftotext", "-raw", "-", "-"]
    done = subprocess.run(command, input=content, capture_output=True, check=True)
    return done.stdout.decode()


def from_pdf(content: bytes, document: Document) -> Read:
    """Of the text that pdftotext finds, in the order in which it stands there."""
    text, at = plain(text_of_pdf(content)), 0
    found: dict[str, Lines] = {}
    for table in document.tables:
        at, _none = _after(text, at, _spelled("".join(column.head for column in table.columns)))
        found[table.key] = []
        for row in table.rows:
            at, figures = _after(text, at, _line(row))
            found[table.key].append(
                [plain(str(row.cells[0])), *map(_whole, figures), *_blanks(row)]
            )
    return found


def _line(row: Row) -> str:
    """A label, its letters as the lines are broken, and as many words as it has figures."""
    figures = len(row.cells) - 1 - len(_blanks(row))
    one = "|".join([*map(_spelled, VERDICTS), r"\S+"])
    return r"(?<!\S)" + _spelled(str(row.cells[0])) + rf" ({one})" * figures + r"(?!\S)"


def _whole(cell: str) -> str:
    """What was read of a cell, put together again where it is one of the words."""
    return next((one for one in VERDICTS if re.fullmatch(_spelled(one), cell)), cell)


def _blanks(row: Row) -> list[str]:
    """The cells in which nothing is printed: they stand at the end of a line."""
    return [str(cell) for cell in row.cells if cell == BLANK]


def _spelled(text: str) -> str:
    return HYPHENATED.join(re.escape(letter) for letter in plain(text) if letter != " ")


def _after(text: str, at: int, wanted: str) -> tuple[int, list[str]]:
    found = re.compile(wanted).search(text, at)
    looked_for = wanted.replace(HYPHENATED, "")
    assert found, f"not in the PDF after «{text[at : at + 80]}»: {looked_for}"
    return found.end(), list(found.groups())


def from_docx(content: bytes, document: Document) -> Read:
    """Of the Word tables, in their order, each known by its first head."""
    read = [
        [[plain(cell.text) for cell in line.cells] for line in table.rows]
        for table in docx.Document(BytesIO(content)).tables
    ]
    found, at = {}, 0
    for table in document.tables:
        first = plain(table.columns[0].alone)
        at = next(n for n in range(at, len(read)) if read[n][0][0] == first)
        found[table.key] = read[at][1:]
        at += 1
    return found


def from_xlsx(content: bytes, document: Document) -> Read:
    """Of the sheet of each section, its numbers as Excel shows them."""
    book = load_workbook(BytesIO(content))
    found = {}
    for section in document.sections:
        for table in section.tables:
            rows = list(book[section.title[:31]].iter_rows(max_col=len(table.columns)))
            caption = next(n for n, row in enumerate(rows) if row[0].value == table.caption)
            first = caption + (3 if any(one.group for one in table.columns) else 2)
            lines = rows[first : first + len(table.rows)]
            found[table.key] = [[_shown(cell) for cell in line] for line in lines]
    return found


def _shown(cell: Cell) -> str:
    if isinstance(cell.value, int | float):
        return excel_text(cell.value, cell.number_format).replace("-", "\u2212")
    return plain(str(cell.value or BLANK))


def from_json(content: bytes, document: Document) -> Read:
    """Of the tables of the JSON: numbers, strings of six places, and null."""
    tables = json.loads(content)["tables"]
    assert list(tables) == [table.key for table in document.tables]
    return {
        table.key: [
            [line[column.key] for column in table.columns] for line in tables[table.key]["rows"]
        ]
        for table in document.tables
    }


def from_csv(content: bytes, table: Table) -> Read:
    """Of the CSV for programs, which carries the table of topics alone."""
    heads, *lines = csv.reader(content.decode().splitlines())
    assert heads == [column.key for column in table.columns]
    return {table.key: lines}


def plain(text: str) -> str:
    """On one line, without what only keeps or breaks it."""
    return " ".join(unicodedata.normalize("NFKC", text).replace("\u00ad", "").split())


def shown(table: Table) -> Sequence[Sequence[str]]:
    """What people are to read of a table."""
    return [
        [plain(table.text_of(row, number)) for number in range(len(row.cells))]
        for row in table.rows
    ]
