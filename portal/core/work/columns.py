# SPDX-License-Identifier: AGPL-3.0-or-later
"""A table as lines of text: columns of spaces, for the plain part of a letter. Pure."""

from textwrap import wrap

from portal.core.documents.tables import Column, Row, Table, cell_text
from portal.core.documents.text_width import column_letters

WIDTH = 72
GAP = "  "
NARROWEST = 12


def wrapped(text: str, width: int = WIDTH) -> str:
    """A paragraph as a letter's plain part carries it."""
    return "\n".join(wrap(text, width, break_long_words=False, break_on_hyphens=False))


def lines_of(table: Table, width: int = WIDTH) -> list[str]:
    """The table, its first column as wide as the others leave it."""
    widths = _widths(table, width)
    heads = [column.head for column in table.columns]
    rule = "-" * (sum(widths) + len(GAP) * (len(widths) - 1))
    lines = [*_lines(heads, table.columns, widths, at_foot=True), rule]
    for row in table.rows:
        if row.kind != "body":
            lines.append(rule)
        lines += _lines(_texts(row, table.columns), table.columns, widths)
    return lines


def _texts(row: Row, columns: tuple[Column, ...]) -> list[str]:
    return [str(cell_text(value, column)) for value, column in zip(row.cells, columns, strict=True)]


def _widths(table: Table, width: int) -> list[int]:
    """Each column as wide as its cells and the longest word of its head."""
    rows = [_texts(row, table.columns) for row in table.rows]
    needed = [
        max(int(column_letters([column.head], (texts[number] for texts in rows))), 1)
        for number, column in enumerate(table.columns)
    ]
    left = width - sum(needed[1:]) - len(GAP) * (len(needed) - 1)
    needed[0] = max(NARROWEST, min(needed[0], left))
    return needed


def _lines(
    texts: list[str], columns: tuple[Column, ...], widths: list[int], *, at_foot: bool = False
) -> list[str]:
    """One row, on as many lines as its longest cell needs; heads stand at the foot of theirs."""
    cells = [wrap(text, width) or [""] for text, width in zip(texts, widths, strict=True)]
    height = max(len(cell) for cell in cells)
    for cell in cells:
        blank = [""] * (height - len(cell))
        cell[:] = blank + cell if at_foot else cell + blank
    return [
        GAP.join(
            part.ljust(width) if column.kind == "text" else part.rjust(width)
            for part, column, width in zip(line, columns, widths, strict=True)
        ).rstrip()
        for line in zip(*cells, strict=True)
    ]
