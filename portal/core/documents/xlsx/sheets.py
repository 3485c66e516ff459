# SPDX-License-Identifier: AGPL-3.0-or-later
"""A workbook being written, and its sheets being filled from the top.

Text is always written as text: xlsxwriter would make formulas of `=1+1` and links of addresses.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date
from io import BytesIO
from itertools import groupby
from re import compile as pattern
from textwrap import wrap
from typing import Any

from flask_babel import gettext as _
from xlsxwriter import Workbook
from xlsxwriter.format import Format

from portal.core.documents.document import Document, Figures, Paragraph
from portal.core.documents.docx.package import xml_text
from portal.core.documents.tables import Column, Row, Table, Value, cell_text
from portal.core.documents.text_width import SHEET_LETTERS_PER_DIGIT, column_letters
from portal.core.documents.xlsx.cells import DATE_FORMAT, number, number_format

Look = dict[str, Any]
LONGEST_NAME = 31
FORBIDDEN = pattern(r"[\[\]:*?/\\'\x00-\x1f]")
# Excel keeps the first for itself, its Italian edition the second.
RESERVED = ("history", "cronologia")
A4 = 9
# Widths in digits, heights in points.
NARROWEST, WIDEST, PADDING, SENTENCE_WIDTH = 9, 46, 2, 80
LINE, LETTERS, SPACE = 15, 11, 3
# No row is taller than 409 points: a longer paragraph goes on in the next.
LONGEST_PIECE = 1500
LONGEST_FOOT = 255
INK2, FAINT, WRONG = "#4F6070", "#C5C7C9", "#B0213B"
WORDS = ("text", "date")
SENTENCES: Look = {"text_wrap": True, "valign": "top"}
NOTE: Look = {"font_color": INK2, "font_size": 10}


class Book:
    """The workbook: one format for each look, one name for each sheet."""

    def __init__(self, out: BytesIO, document: Document) -> None:
        text_only = {"strings_to_formulas": False, "strings_to_urls": False}
        self._book = Workbook(out, {"in_memory": True, **text_only})
        self._book.set_properties({
            "title": xml_text(document.title),
            "subject": xml_text(document.subtitle),
            "author": xml_text(document.owner),
            "comments": xml_text(document.edition),
            "created": document.created.astimezone(UTC).replace(tzinfo=None),
        })  # fmt: skip
        self._foot = _foot(document)
        self._looks: dict[tuple[tuple[str, Any], ...], Format] = {}
        self._names = set(RESERVED)

    def close(self) -> None:
        """Write it out."""
        self._book.close()

    def page(self, title: str, widths: Sequence[float]) -> "Page":
        """A new sheet, ready for A4."""
        sheet = self._book.add_worksheet(self._name(title))
        sheet.set_paper(A4)
        sheet.set_margins(left=0.75, right=0.75, top=0.7, bottom=0.9)
        sheet.fit_to_pages(1, 0)
        sheet.hide_gridlines(2)
        sheet.set_footer(self._foot)
        return Page(self, sheet, widths)

    def look(self, look: Look) -> Format:
        """The format of a look."""
        key = tuple(sorted(look.items()))
        if key not in self._looks:
            self._looks[key] = self._book.add_format(look)
        return self._looks[key]

    def _name(self, title: str) -> str:
        """At most 31 characters, and never twice: capitals make no difference."""
        stem = " ".join(FORBIDDEN.sub(" ", xml_text(title)).split()) or _("Foglio")
        name, times = stem[:LONGEST_NAME].strip(), 1
        while name.lower() in self._names:
            times += 1
            end = f" ({times})"
            name = stem[: LONGEST_NAME - len(end)].strip() + end
        self._names.add(name.lower())
        return name


class Page:
    """A sheet being filled from the top; its first columns have the widths given."""

    def __init__(self, book: Book, sheet: Any, widths: Sequence[float]) -> None:
        self._look, self._sheet, self._row = book.look, sheet, 0
        self._widths = list(widths)
        # Sentences run over empty columns where those of the tables are too few for them.
        while sum(self._widths) < SENTENCE_WIDTH:
            self._widths.append(NARROWEST)
        for column, width in enumerate(self._widths):
            sheet.set_column(column, column, width)

    def skip(self) -> None:
        """Leave a line empty."""
        self._row += 1

    def title(self, text: str) -> None:
        self._sentence(text, {"bold": True, "font_size": 18})

    def heading(self, text: str) -> None:
        self.skip()
        self._sentence(text, {"bold": True, "font_size": 13})

    def warning(self, text: str) -> None:
        self.skip()
        self._sentence(text, {"bold": True, "border": 1, "valign": "vcenter"})

    def sentence(self, text: str) -> None:
        """Words over the whole width; nothing where there are none."""
        self._sentence(text, {})

    def paragraph(self, paragraph: Paragraph) -> None:
        """As a sentence, with its lead in bold."""
        look = NOTE if paragraph.kind == "note" else {}
        lead = " ".join(xml_text(paragraph.lead).split())
        pieces = _pieces(f"{lead} {paragraph.text}".strip())
        said = "".join(pieces[:1]).removeprefix(lead)
        if lead and said:
            shape = self._spread(pieces[0], look)
            bold, plain = self._look({**look, "bold": True}), self._look(look)
            self._sheet.write_rich_string(self._row - 1, 0, bold, lead, plain, said, shape)
            pieces = pieces[1:]
        for piece in pieces:
            self._sentence(piece, look)

    def figures(self, figures: Figures) -> None:
        """Each large number between its label and the lines below it."""
        line = {"bottom": 1, "bottom_color": FAINT, "valign": "vcenter", "text_wrap": True}
        for one in figures.items:
            column = Column(one.key, one.label, "share", places=one.places)
            self._sheet.set_row(self._row, LINE * max(1.5, len(one.below)))
            self._text(self._row, 0, one.label, {**line, "bold": True})
            self._value(self._row, 1, one.value, column, {**line, "bold": True, "font_size": 14})
            below = {**line, "font_color": INK2, "indent": 1}
            self._text(self._row, 2, "\n".join(one.below), below)
            self._row += 1
        self.skip()

    def table(self, table: Table) -> None:
        """Caption, heads, lines, and below them whether they add up."""
        self._sentence(table.caption, {"bold": True, "font_size": 12})
        self._heads(table.columns)
        for row in table.rows:
            self._line(row, table.columns)
        if table.check:
            wrong = {"bold": True, "font_color": WRONG}
            self._sentence(table.check.text, NOTE if table.check.is_right else NOTE | wrong)
        self._sentence(table.note or "", NOTE)
        self.skip()

    def freeze_head(self, table: Table) -> None:
        """Keep the head of the sheet's only table in view, on the screen and on each page."""
        first = len(_pieces(table.caption))
        last = first + _depth(table.columns) - 1
        self._sheet.freeze_panes(last + 1, 1)
        self._sheet.repeat_rows(first, last)

    def _heads(self, columns: Sequence[Column]) -> None:
        top, lowest = self._row, self._row + _depth(columns) - 1
        dark = {"bold": True, "text_wrap": True, "valign": "bottom", "bottom": 1}
        heads = zip(columns, self._widths, strict=False)
        lines = [len(wrap(column.head, int(width))) for column, width in heads]
        self._sheet.set_row(lowest, LINE * max(lines))
        for group, left, members in _groups(columns):
            if group is not None:
                faint = {**dark, "align": "center", "bottom_color": FAINT}
                self._merged((top, left, top, left + len(members) - 1), group, faint)
            for at, column in enumerate(members, left):
                start = top if group is None else lowest
                look = {**dark, **_side(column), "indent": int(at > 0 and column.kind in WORDS)}
                self._merged((start, at, lowest, at), column.head, look)
        self._row = lowest + 1

    def _line(self, row: Row, columns: Sequence[Column]) -> None:
        look: Look = {"bottom": 1, "bottom_color": FAINT}
        if row.kind == "total":
            look = {"bold": True, "top": 1}
        # Where words break, the program finds the height by itself.
        if not any(isinstance(value, str) and len(value) > WIDEST for value in row.cells):
            self._sheet.set_row(self._row, LINE + SPACE)
        for at, (value, column) in enumerate(zip(row.cells, columns, strict=True)):
            # Words after a figure would touch it.
            is_inside = (at > 0 and column.kind in WORDS) or (at == 0 and row.kind == "detail")
            inside = {"indent": 1} if is_inside else {}
            self._value(self._row, at, value, column, {"valign": "vcenter", **look, **inside})
        self._row += 1

    def _value(self, row: int, at: int, value: Value, column: Column, look: Look) -> None:
        look = {**look, **_side(column)}
        if value is None or isinstance(value, str):
            wrapped = {"text_wrap": True} if column.kind == "text" else {}
            self._text(row, at, cell_text(value, column), {**look, **wrapped})
        elif isinstance(value, date):
            shape = self._look({**look, "num_format": DATE_FORMAT})
            self._sheet.write_datetime(row, at, value, shape)
        else:
            shape = self._look({**look, "num_format": number_format(value, column)})
            self._sheet.write_number(row, at, number(value), shape)

    def _sentence(self, text: str, look: Look) -> None:
        for piece in _pieces(text):
            self._spread(piece, look)
            self._text(self._row - 1, 0, piece, {**SENTENCES, **look})

    def _spread(self, piece: str, look: Look) -> Format:
        """Make the next line one cell, as tall as the piece needs; what follows comes after it."""
        look = {**SENTENCES, **look}
        scale = look.get("font_size", LETTERS) / LETTERS
        lines = len(wrap(piece, int(sum(self._widths) * SHEET_LETTERS_PER_DIGIT / scale)))
        self._sheet.set_row(self._row, LINE * max(scale, 1) * lines + SPACE)
        self._merged((self._row, 0, self._row, len(self._widths) - 1), "", look)
        self._row += 1
        return self._look(look)

    def _merged(self, place: tuple[int, int, int, int], text: str, look: Look) -> None:
        if place[:2] != place[2:]:
            self._sheet.merge_range(*place, "", self._look(look))
        self._text(*place[:2], text, look)

    def _text(self, row: int, at: int, text: str, look: Look) -> None:
        text = xml_text(text)
        # xlsxwriter takes what begins like this for markup that it made itself.
        text = f" {text}" if text.startswith("<r>") else text
        shape = self._look(look)
        if text:
            self._sheet.write_string(row, at, text, shape)
        else:
            self._sheet.write_blank(row, at, None, shape)


def widths(tables: Iterable[Table]) -> list[float]:
    """Of each column, what the longest text or figure of any of the tables needs."""
    found: dict[int, float] = {}
    for table in tables:
        for at, column in enumerate(table.columns):
            cells = (table.text_of(row, at) for row in table.rows)
            longest = column_letters([column.head], cells) + PADDING
            found[at] = max(found.get(at, NARROWEST), min(longest, WIDEST))
    return list(found.values())


def _groups(columns: Sequence[Column]) -> Iterator[tuple[str | None, int, list[Column]]]:
    """Columns side by side under the same head, and the number of the first."""
    left = 0
    for group, members in groupby(columns, key=lambda column: column.group):
        inside = list(members)
        yield group, left, inside
        left += len(inside)


def _depth(columns: Iterable[Column]) -> int:
    return 2 if any(column.group for column in columns) else 1


def _side(column: Column) -> Look:
    return {"align": "left" if column.kind in WORDS else "right"}


def _pieces(text: str) -> list[str]:
    return wrap(text, LONGEST_PIECE)


def _foot(document: Document) -> str:
    """What a foot has room for: Excel takes no longer one, and each & of a name counts twice."""
    page = _("pagina %(page)s di %(pages)s", page="&P", pages="&N")
    texts = [xml_text(text) for text in (document.running, document.provenance)]
    foot = ""
    for length in range(LONGEST_FOOT, 0, -5):
        left, right = (text[:length].replace("&", "&&") for text in texts)
        # The space keeps a figure that comes first from being read as the size.
        foot = f"&L&8 {left}&R&8 {right} · {page}"
        if len(foot) <= LONGEST_FOOT:
            break
    return foot
