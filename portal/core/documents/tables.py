# SPDX-License-Identifier: AGPL-3.0-or-later
"""The one tabular value behind the page, the PDF, the spreadsheet, the CSV and the mail.

Cells hold Python values and become text at the very end, so that no two renderings can disagree.
Knows nothing of where the figures come from, nor of HTML.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import ClassVar, Literal

from portal.core.italy import formats

ColumnKind = Literal["text", "count", "share", "change", "date"]
RowKind = Literal["body", "total", "other", "detail"]
# None is «n.d.»: not computable. A figure column takes of text only the marks below.
Value = int | Fraction | Decimal | date | str | None

BLANK = ""
INSET = "\u2003"
PROTECTED = "•"
MARKS = frozenset({BLANK, formats.DOES_NOT_APPLY, PROTECTED})


class AtLeast(int):
    """A count of which a part is hidden: there are so many at least."""


@dataclass(frozen=True)
class Column:
    """`head` is for the page, under `group` where there is one; `file_head` stands alone."""

    key: str
    head: str
    kind: ColumnKind
    group: str | None = None
    file_head: str | None = None
    places: int = 1
    style: Literal["page", "historical"] = "page"

    def places_of(self, value: int | Fraction | Decimal) -> int:
        """How many decimals a figure of this column has: a count none, unless it is a mean."""
        return 0 if self.kind == "count" and isinstance(value, int) else self.places

    @property
    def alone(self) -> str:
        """The head where no group stands above it."""
        return self.file_head or " ".join(part for part in (self.group, self.head) if part)


@dataclass(frozen=True)
class Row:
    """`key` names the line for programs and addresses: a code, never somebody's words.

    `details` are parts of the line: they add up to it, never to the total a second time.
    `is_folded`: people read only its name, with the others of which there is nothing to say.
    """

    cells: tuple[Value, ...]
    kind: RowKind = "body"
    key: str = ""
    details: tuple["Row", ...] = ()
    is_folded: bool = False


@dataclass(frozen=True)
class Check:
    """Whether the lines add up to what stands beside them, and the sentence that says so."""

    is_right: bool
    text: str


@dataclass(frozen=True)
class Table:
    """`key` names the table in addresses, sheets and JSON; `check` is printed below it."""

    form: ClassVar[str] = "table"
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    note: str | None = None
    caption_visible: bool = False
    key: str = ""
    check: Check | None = None
    folded: bool = False
    """Whether a page shows it only to who asks; on paper it is printed as any other."""
    shows_details: bool = False
    """Whether people read the parts of a line below it; programs always do."""
    folded_note: str | None = None
    """The sentence that names the folded lines."""

    def printed(self, *, details: bool | None = None) -> "Table":
        """As people read it: without the folded lines, with the details or not."""
        unfolds = self.shows_details if details is None else details
        rows: list[Row] = []
        for row in self.rows:
            if not row.is_folded:
                rows += [replace(row, details=()), *(row.details if unfolds else ())]
        note = " ".join(filter(None, (self.note, self.folded_note)))
        return replace(self, rows=tuple(rows), note=note or None, folded_note=None)

    @property
    def all_rows(self) -> "tuple[Row, ...]":
        """Each line, and after it its details."""
        return tuple(line for row in self.rows for line in (row, *row.details))

    def __post_init__(self) -> None:
        if len({column.key for column in self.columns}) != len(self.columns):
            raise ValueError("two columns have the same key")
        for row in self.all_rows:
            if len(row.cells) != len(self.columns):
                raise ValueError(f"{len(row.cells)} cells for {len(self.columns)} columns")
            for value, column in zip(row.cells, self.columns, strict=True):
                if not _fits(value, column):
                    raise TypeError(f"column {column.key} cannot hold a {type(value).__name__}")

    def text_of(self, row: Row, number: int) -> str:
        """A cell as people read it."""
        return cell_text(row.cells[number], self.columns[number])

    def paper_text_of(self, row: Row, number: int) -> str:
        """The same on paper, where a space sets the parts of a line in."""
        inset = INSET if row.kind == "detail" and number == 0 else ""
        return inset + self.text_of(row, number)


_TYPES: dict[ColumnKind, tuple[type, ...]] = {
    "text": (str,),
    # A mean of several periods' counts is a fraction.
    "count": (int, Fraction),
    "share": (int, Fraction, Decimal),
    "change": (int, Fraction, Decimal),
    "date": (date,),
}


def _fits(value: Value, column: Column) -> bool:
    return value is None or isinstance(value, _TYPES[column.kind]) or value in MARKS


def _page_change(value: int | Fraction | Decimal, column: Column) -> str:
    if column.style == "historical":
        return formats.historical_points(value)
    return formats.signed(value, column.places)


_PAGE: dict[ColumnKind, Callable[..., str]] = {
    "text": lambda value, column: value,
    "count": lambda value, column: formats.count(value),
    "share": lambda value, column: formats.decimal(value, column.places),
    "change": _page_change,
    "date": lambda value, column: formats.day(value),
}


def cell_text(value: Value, column: Column) -> str:
    """A cell as people read it, on the page and on paper."""
    if value is None:
        return formats.NOT_COMPUTABLE
    if isinstance(value, AtLeast):
        return formats.at_least(value)
    return value if isinstance(value, str) else _PAGE[column.kind](value, column)
