# SPDX-License-Identifier: AGPL-3.0-or-later
"""Cells that were read from a form, held against those that were counted a second time."""

import csv
import io
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from portal.core.documents.document import Document
from tests.portal.reports import readings
from tests.portal.reports.tables_of_lists import BLANK, SILENT, Cells, Tables

RATES = {"incidence", "baseline_incidence", "share", "visits_a_day", "enquiries_a_day"}
OLD = ("label", "count", "baseline", "variation")
UNREAD = {"outcome"}
"""The words of the tests from chance, which are recounted elsewhere."""


class Compared:
    """How many cells were compared in each form, and which were not what they should be."""

    def __init__(self) -> None:
        self.cells: Counter[str] = Counter()
        self.wrong: list[tuple[Any, ...]] = []

    def hold(self, form: str, where: tuple[Any, ...], found: Any, expected: Any) -> None:
        self.cells[form] += 1
        if found != expected:
            self.wrong.append((form, *where, f"found {found!r}, counted {expected!r}"))


def half_up(value: Fraction | int, places: int) -> Fraction:
    """The nearest number of so many places; the middle goes away from zero."""
    units = (abs(Fraction(value)) * 10**places * 2 + 1) // 2
    return Fraction(-units if value < 0 else units) / 10**places


def text_of(value: Any, column: str, *, historical: bool = False) -> str:
    """As people read it; a minus is the one of print."""
    if value is None:
        return "n.d."
    if isinstance(value, str):
        return value
    rated = column in RATES or column == "variation"
    places = 1 if rated or isinstance(value, Fraction) else 0
    rounded = half_up(value, places)
    whole, rest = divmod(abs(rounded), 1)
    text = f"{int(whole)}" if historical and column == "variation" else _thousands(int(whole))
    text += f",{int(rest * 10)}" if places else ""
    sign = "\u2212" if rounded < 0 else ""
    if column == "variation":
        sign = "+" if rounded > 0 and not historical else sign
        return f"{sign}{text}{'%' if historical else ''}"
    return _bare(sign + text) if not rated else sign + text


def _thousands(number: int) -> str:
    return re.sub(r"(?<=\d)(?=(\d{3})+$)", ".", str(number))


def _bare(text: str) -> str:
    """A mean that is whole is told with a place more or without it."""
    return text.removesuffix(",0")


def read_text(text: str, column: str) -> str:
    text = text.replace("-", "\u2212")
    return text if column in RATES or column == "variation" else _bare(text)


def exact_of(value: Any) -> Any:
    """As programs read it: six places, nothing where there is no number."""
    if value is None or value in (BLANK, SILENT):
        return None
    return half_up(value, 6)


def read_exact(text: Any) -> Any:
    if text is None or text in ("", BLANK, SILENT):
        return None
    return Fraction(text)


def hold_printed(
    compared: Compared, form: str, document: Document, read: readings.Read, tables: Tables,
    where: tuple[Any, ...], *, is_alone: bool,
) -> None:  # fmt: skip
    """The forms that people read. Lines of which nobody asked for anything are only named.

    `is_alone`: nothing is known of any earlier period.
    """
    printed = {table.key: table for table in document.tables}
    for key, rows in tables.items():
        table = printed[key]
        names = [row.key for row in table.rows]
        shown = {
            row
            for row, line in rows.items()
            if key != "richieste" or not is_zero(row, line, is_alone=is_alone)
        }
        compared.hold(form, (*where, key, "rows"), {*names}, shown)
        compared.hold(form, (*where, key, "lines"), len(read[key]), len(table.rows))
        heads = [column.key for column in table.columns]
        wanted = {column for line in rows.values() for column in line}
        compared.hold(form, (*where, key, "columns"), {*heads} - UNREAD - {"label"},
                      wanted - {"label"})  # fmt: skip
        for name, texts in zip(names, read[key], strict=False):
            line = rows.get(name, {})
            for column, text in zip(heads, texts, strict=True):
                if column in UNREAD or (column == "label" and "label" not in line):
                    continue
                _hold_text(compared, form, (*where, key, name, column), text, line)


def _hold_text(
    compared: Compared, form: str, where: tuple[Any, ...], text: str, line: Cells
) -> None:
    column = where[-1]
    if column == "label":
        compared.hold(form, where, _name(text), readings.plain(line["label"]))
    else:
        counted = text_of(line[column], column) if column in line else "no such cell"
        compared.hold(form, where, read_text(text, column), counted)


def _name(label: str) -> str:
    """Without what is said after it: of what a topic was a part then."""
    return label.partition(" (compreso in «")[0]


def is_zero(row: str, line: Cells, *, is_alone: bool) -> bool:
    """Whether nobody asked for a line in any period that is known."""
    if row == "totale" or "/" in row:
        return False
    return line["count"] == 0 and (is_alone or line.get("baseline", 0) == 0)


def hold_old_lines(
    compared: Compared, form: str, lines: readings.Lines, rows: Sequence[Cells],
    where: tuple[Any, ...], *, width: int,
) -> None:  # fmt: skip
    """The old table as people read it, line after line."""
    compared.hold(form, (*where, "lines"), len(lines), len(rows))
    for texts, line in zip(lines, rows, strict=False):
        compared.hold(form, (*where, "width"), len(texts), width)
        for column, text in zip(OLD, texts, strict=False):
            counted = text_of(line[column], column, historical=True)
            found = text if column == "label" else read_text(text, column)
            compared.hold(form, (*where, line["label"], column), found, readings.plain(counted))


def hold_exact(
    compared: Compared, form: str, where: tuple[Any, ...], found: Mapping[str, Any], line: Cells
) -> None:
    """A line of a form that programs read, by its columns."""
    for column, value in line.items():
        if column == "label":
            compared.hold(form, (*where, column), _name(found[column]), value)
        else:
            there = read_exact(found[column]) if column in found else "no such cell"
            compared.hold(form, (*where, column), there, exact_of(value))


def hold_dataset(
    compared: Compared, content: bytes, tables: Tables, where: tuple[Any, ...]
) -> None:
    """The CSV of every figure, by table, row and column."""
    read: dict[tuple[str, str], dict[str, Any]] = {}
    for line in csv.DictReader(io.StringIO(content.decode())):
        table = line["table"].removesuffix("/dettagli")
        cells = read.setdefault((table, line["row"]), {"label": line["label"]})
        compared.hold("dati", (*where, table, line["row"], "twice"), line["column"] in cells, False)
        cells[line["column"]] = line["value"]
    rows = {(table, row) for table, row in read if table in tables}
    counted = {(table, row) for table, lines in tables.items() for row in lines}
    compared.hold("dati", (*where, "rows"), rows, counted)
    for table, row in sorted(rows & counted):
        line, found = tables[table][row], read[table, row]
        compared.hold(
            "dati", (*where, table, row, "columns"), {*found} - UNREAD - {"label"},
            {*line} - {"label"},
        )  # fmt: skip
        hold_exact(compared, "dati", (*where, table, row), found, line)


def hold_json_tables(
    compared: Compared, read: Mapping[str, Any], tables: Tables, where: tuple[Any, ...]
) -> None:
    """The tables of the JSON."""
    for table, rows in tables.items():
        found = {
            row["key"]: row
            for line in read.get(table, {"rows": []})["rows"]
            for row in (line, *line.get("details", ()))
        }
        compared.hold("json", (*where, table, "rows"), {*found}, {*rows})
        for key in found.keys() & rows.keys():
            hold_exact(compared, "json", (*where, table, key), found[key], rows[key])


def hold_prospetto(
    compared: Compared, content: bytes, rows: Sequence[Cells], names: tuple[str, ...],
    where: tuple[Any, ...],
) -> None:  # fmt: skip
    """The old document as bytes: its heads, then each line as it stands."""
    heads, *lines = content.decode().split("\n")[:-1]
    columns = OLD[: 4 if names[1] else 2]
    expected = ["tipologia", *[name for name in names if name]]
    expected += ["variazione"] if names[1] else []
    compared.hold("prospetto", (*where, "heads"), heads.split(";"), expected)
    counted = [
        ";".join(
            line[column] if column == "label" else _old_text(line[column], column)
            for column in columns
        )
        for line in rows
    ]
    compared.hold("prospetto", (*where, "lines"), len(lines), len(counted))
    for found, line in zip(lines, counted, strict=False):
        cells, wanted = found.split(";"), line.split(";")
        for place, (cell, want) in enumerate(zip(cells, wanted, strict=True)):
            cell, want = (_bare(one) if 0 < place < 3 else one for one in (cell, want))
            compared.hold("prospetto", (*where, wanted[0], columns[place]), cell, want)


def _old_text(value: Any, column: str) -> str:
    """Without the points of the thousands, the minus of files."""
    text = text_of(value, column, historical=True)
    return text if text == "n.d." else text.replace(".", "").replace("\u2212", "-")


def csv_lines(content: bytes) -> list[dict[str, str]]:
    """The lines of a CSV for programs, by its heads."""
    return list(csv.DictReader(io.StringIO(content.decode())))
