# SPDX-License-Identifier: AGPL-3.0-or-later
"""The one tabular value behind the page, the PDF, the spreadsheet, the CSV and the mail.

Cells hold Python values and become text at the very end, so that no two renderings can disagree.
Knows nothing of where the figures come from, nor of HTML.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from portal.core import italian

Kind = Literal["text", "count", "share", "change", "date"]
RowKind = Literal["body", "total", "other"]
# None is «n.d.»: not computable. A figure column takes of text only the marks below.
Value = int | Fraction | Decimal | date | str | None

BLANK = ""
PROTECTED = "•"
MARKS = frozenset({BLANK, italian.DOES_NOT_APPLY, PROTECTED})


@dataclass(frozen=True)
class Column:
    """`head` is for the page, under `group` where there is one; `file_head` stands alone."""

    key: str
    head: str
    kind: Kind
    group: str | None = None
    file_head: str | None = None
    places: int = 1
    style: Literal["page", "historical"] = "page"

    @property
    def alone(self) -> str:
        """The head where no group stands above it."""
        return self.file_head or " ".join(part for part in (self.group, self.head) if part)


@dataclass(frozen=True)
class Row:
    cells: tuple[Value, ...]
    kind: RowKind = "body"


@dataclass(frozen=True)
class Table:
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    note: str | None = None
    caption_visible: bool = False

    def __post_init__(self) -> None:
        if len({column.key for column in self.columns}) != len(self.columns):
            raise ValueError("two columns have the same key")
        for row in self.rows:
            if len(row.cells) != len(self.columns):
                raise ValueError(f"{len(row.cells)} cells for {len(self.columns)} columns")
            for value, column in zip(row.cells, self.columns, strict=True):
                if not _fits(value, column):
                    raise TypeError(f"column {column.key} cannot hold a {type(value).__name__}")


_TYPES: dict[Kind, tuple[type, ...]] = {
    "text": (str,),
    "count": (int,),
    "share": (int, Fraction, Decimal),
    "change": (int, Fraction, Decimal),
    "date": (date,),
}


def _fits(value: Value, column: Column) -> bool:
    return value is None or isinstance(value, _TYPES[column.kind]) or value in MARKS


def _page_change(value: int | Fraction | Decimal, column: Column) -> str:
    if column.style == "historical":
        return italian.historical_points(value)
    return italian.signed(value, column.places)


_PAGE: dict[Kind, Callable[..., str]] = {
    "text": lambda value, column: value,
    "count": lambda value, column: italian.count(value),
    "share": lambda value, column: italian.decimal(value, column.places),
    "change": _page_change,
    "date": lambda value, column: italian.day(value),
}


def cell_text(value: Value, column: Column) -> str:
    """A cell as people read it, on the page and on paper."""
    if value is None:
        return italian.NOT_COMPUTABLE
    return value if isinstance(value, str) else _PAGE[column.kind](value, column)
