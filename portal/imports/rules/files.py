# SPDX-License-Identifier: AGPL-3.0-or-later
"""The bytes of a CSV file as rows of named cells; whatever is no such file is one sentence.

UTF-8 with or without BOM, otherwise Windows-1252; the heading says whether `;` or `,` separates.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import ngettext

from portal.core.errors import Refusal
from portal.core.italy import formats
from portal.core.uploads import LARGEST_FILE, LARGEST_FILE_MB
from portal.imports.rules.problems import Problems

MOST_ROWS = 50_000
BOM = "\ufeff"
_SPREADSHEETS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
# An accented letter in UTF-8: where a file is not UTF-8 as a whole, two encodings are mixed.
_UTF8_LETTER = re.compile(rb"\xc3[\x80-\xbf]")


@dataclass(frozen=True, slots=True)
class FileRow:
    """A row of the file, numbered as a spreadsheet numbers it, its cells without outer spaces."""

    number: int
    cells: dict[str, str]


def refuse_large(size: int) -> None:
    """The largest file holds years of a desk's work: more is another file."""
    if size > LARGEST_FILE:
        raise Refusal(
            _(
                "Il file supera i %(limit)s MB: controlla che sia quello giusto o dividilo.",
                limit=LARGEST_FILE_MB,
            )
        )


def read_lines(data: bytes, columns: Sequence[str], problems: Problems) -> list[FileRow]:
    """The rows that are not empty; a row with too few or too many cells is a problem."""
    refuse_large(len(data))
    text = _decoded(data)
    if not text.strip():
        raise Refusal(_("Il file è vuoto."))
    separator = _separator(text.split("\n", 1)[0])
    rows = csv.reader(io.StringIO(text), delimiter=separator, strict=True)
    names = _heading(rows, columns, separator)
    lines = []
    for number, cells in _numbered(rows):
        if len(cells) != len(columns):
            problems.add(number, "", _wrong_width(len(cells), len(columns)))
        else:
            lines.append(FileRow(number, dict(zip(names, map(str.strip, cells), strict=True))))
        if number > MOST_ROWS:
            raise Refusal(_("Il file ha più di 50.000 righe: dividilo in più file."))
    if not lines and not problems:
        raise Refusal(_("Il file ha solo l’intestazione: non c’è nessuna riga da caricare."))
    return lines


def _decoded(data: bytes) -> str:
    if data.startswith(_SPREADSHEETS):
        raise Refusal(_("Il file è un foglio di calcolo: salvalo come «CSV UTF-8» e riprova."))
    try:
        text = data.decode("utf-8").removeprefix(BOM)
    except UnicodeDecodeError:
        text = _decoded_cp1252(data)
    if _CONTROL.search(text):
        raise Refusal(_("Il file non è un CSV: contiene byte che un testo non ha."))
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _decoded_cp1252(data: bytes) -> str:
    if data.startswith(_UTF16):
        raise Refusal(_("Il file è in UTF-16: salvalo come «CSV UTF-8» e riprova."))
    if b"\x00" not in data and (mixed := _UTF8_LETTER.search(data)):
        row = data.count(b"\n", 0, mixed.start()) + 1
        raise Refusal(
            _(
                "Il file mescola due codifiche (riga %(row)s): salvalo di nuovo come «CSV UTF-8».",
                row=row,
            )
        )
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError:
        raise Refusal(
            _("Il file non è un CSV in UTF-8 né in Windows-1252: salvalo come «CSV UTF-8».")
        ) from None


def _separator(first_line: str) -> str:
    return ";" if first_line.count(";") >= first_line.count(",") else ","


def _heading(rows: Iterator[list[str]], columns: Sequence[str], separator: str) -> list[str]:
    try:
        names = [name.strip() for name in next(rows)]
    except (csv.Error, StopIteration):
        names = []
    known = [name for name in names if name in columns]
    if Counter(names) == Counter(columns):
        return names
    if not known:
        raise Refusal(
            _(
                "La prima riga non è l’intestazione: deve essere %(heading)s.",
                heading=separator.join(columns),
            )
        )
    raise Refusal(_heading_sentence(names, columns))


def _heading_sentence(names: list[str], columns: Sequence[str]) -> str:
    missing = [f"«{name}»" for name in columns if name not in names]
    surplus = [f"«{formats.shown(name)}»" for name in Counter(names) - Counter(columns)]
    found = []
    if missing:
        found.append(_("manca %(names)s", names=formats.joined(missing)))
    if surplus:
        found.append(_("in più c’è %(names)s", names=formats.joined(surplus[:5])))
    return _(
        "L’intestazione non va: %(found)s. Deve essere %(heading)s.",
        found="; ".join(found),
        heading=";".join(columns),
    )


def _numbered(rows: Iterator[list[str]]) -> list[tuple[int, list[str]]]:
    """The rows with something in them; a broken quotation mark makes the rest unreadable."""
    found, number = [], 1
    try:
        for cells in rows:
            number += 1
            if any(cell.strip() for cell in cells):
                found.append((number, cells))
    except csv.Error:
        raise Refusal(
            _(
                "Riga %(row)s: le virgolette non si chiudono, o dopo la chiusura c’è altro testo.",
                row=number + 1,
            )
        ) from None
    return found


def _wrong_width(number: int, wanted: int) -> str:
    return ngettext(
        "ha %(n)s cella invece di %(wanted)s",
        "ha %(n)s celle invece di %(wanted)s",
        number,
        n=formats.count(number),
        wanted=wanted,
    )
