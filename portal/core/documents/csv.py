# SPDX-License-Identifier: AGPL-3.0-or-later
"""A Table as the bytes of a file. Nothing here computes a figure.

Three CSV styles: the desk's own document to the byte, the one that Excel in Italian opens at a
double click, and the one for programs (RFC 4180, stable keys, six places).
"""

import csv
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from io import StringIO
from typing import Literal

from portal.core.documents.tables import MARKS, AtLeast, Column, Row, Table, Value
from portal.core.italy import formats

Style = Literal["historical", "excel_it", "data"]
DATA_PLACES = 6
# A spreadsheet runs a text that starts like this, full-width forms included.
_FORMULA = tuple("=+-@＝＋－＠")
_CONTROL = ("\t", "\r", "\n")


@dataclass(frozen=True)
class _Dialect:
    separator: str
    line_end: str
    encoding: str
    head: Callable[[Column], str]
    figure: Callable[[int | Fraction | Decimal, Column], str]
    day: Callable[[date], str]
    missing: str


def csv_bytes(table: Table, *, style: Style) -> bytes:
    """One table: its heads, then its lines."""
    return _written(_lines(table, _DIALECTS[style]), _DIALECTS[style])


def workbook_csv_bytes(tables: Iterable[Table]) -> bytes:
    """Several tables for Excel in Italian, each under its caption, with an empty line between."""
    dialect = _DIALECTS["excel_it"]
    lines: list[list[str]] = []
    for table in tables:
        lines += [[], [_guarded(table.caption)], *_lines(table, dialect)]
        lines += [
            [_guarded(text)] for text in (table.check and table.check.text, table.note) if text
        ]
    return _written(lines[1:], dialect)


def dataset_bytes(tables: Iterable[Table]) -> bytes:
    """Every figure of several tables for programs: one a line, by table, row and column.

    Details stand under a table of their own name, so that its lines still add up to their total.
    """
    lines = [["table", "row", "label", "column", "value"]]
    for table in tables:
        lines += _figures(table.key, table.columns, table.rows)
        details = [detail for row in table.rows for detail in row.details]
        lines += _figures(f"{table.key}/{DETAILS}", table.columns, details)
    return _written(lines, _DIALECTS["data"])


DETAILS = "dettagli"


def _figures(key: str, columns: tuple[Column, ...], rows: Iterable[Row]) -> list[list[str]]:
    dialect = _DIALECTS["data"]
    return [
        [key, row.key, _text(row.cells[0], columns[0], dialect), column.key,
         _text(value, column, dialect)]
        for row in rows
        for value, column in list(zip(row.cells, columns, strict=True))[1:]
    ]  # fmt: skip


def _lines(table: Table, dialect: _Dialect) -> list[list[str]]:
    heads = [_guarded(dialect.head(column)) for column in table.columns]
    return [heads, *(_texts(row, table.columns, dialect) for row in table.rows)]


def _written(lines: Iterable[Iterable[str]], dialect: _Dialect) -> bytes:
    return "".join(_line(cells, dialect) for cells in lines).encode(dialect.encoding)


def _line(cells: Iterable[str], dialect: _Dialect) -> str:
    # Before Python 3.13 a cell that holds "\r" is quoted only where the end of the line does too.
    end = "\r\n"
    out = StringIO(newline="")
    csv.writer(out, delimiter=dialect.separator, lineterminator=end).writerow(cells)
    return out.getvalue().removesuffix(end) + dialect.line_end


def _texts(row: Row, columns: tuple[Column, ...], dialect: _Dialect) -> list[str]:
    return [_text(value, column, dialect) for value, column in zip(row.cells, columns, strict=True)]


def _text(value: Value, column: Column, dialect: _Dialect) -> str:
    if value is None:
        return dialect.missing
    if isinstance(value, str):
        # A figure column holds no text but the marks, so «-10,7%» is never taken for a formula.
        return value if value in MARKS else _guarded(value)
    if isinstance(value, AtLeast):
        return formats.at_least(value)
    if isinstance(value, date):
        return dialect.day(value)
    return dialect.figure(value, column)


def _guarded(text: str) -> str:
    """A leading apostrophe keeps a spreadsheet from running what somebody typed."""
    if text.startswith(_CONTROL) or text.lstrip().startswith(_FORMULA):
        return "'" + text
    return text


def _historical_figure(value: int | Fraction | Decimal, column: Column) -> str:
    if column.kind == "change":
        return formats.historical_points(value)
    return _excel_figure(value, column)


def _excel_figure(value: int | Fraction | Decimal, column: Column) -> str:
    return formats.plain(value, column.places_of(value), mark=",")


def _data_figure(value: int | Fraction | Decimal, column: Column) -> str:
    return formats.plain(value, DATA_PLACES if column.places_of(value) else 0)


_DIALECTS: dict[Style, _Dialect] = {
    "historical": _Dialect(
        separator=";",
        line_end="\n",
        encoding="utf-8",
        head=lambda column: column.alone,
        figure=_historical_figure,
        day=formats.day,
        missing=formats.NOT_COMPUTABLE,
    ),
    "excel_it": _Dialect(
        separator=";",
        line_end="\r\n",
        encoding="utf-8-sig",
        head=lambda column: column.alone,
        figure=_excel_figure,
        day=formats.day,
        missing=formats.NOT_COMPUTABLE,
    ),
    "data": _Dialect(
        separator=",",
        line_end="\r\n",
        encoding="utf-8",
        head=lambda column: column.key,
        figure=_data_figure,
        day=date.isoformat,
        missing="",
    ),
}
