# SPDX-License-Identifier: AGPL-3.0-or-later
"""A document before it has a form: sections of sentences, figures, tables and charts.

The page, the PDF, the Word file, the workbook and the JSON all read this one value, so that no
two of them can disagree. Knows nothing of HTML, nor of where the figures come from.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction
from typing import ClassVar, Literal, NamedTuple

from portal.core.documents.tables import Table
from portal.core.italy import formats


@dataclass(frozen=True)
class Figure:
    """A large number of the synthesis, with what it was below it. None is «n.d.»."""

    key: str
    label: str
    value: int | Fraction | None
    below: tuple[str, ...] = ()
    places: int = 0

    @property
    def text(self) -> str:
        """As people read it."""
        if self.value is None:
            return formats.NOT_COMPUTABLE
        if self.places or isinstance(self.value, Fraction):
            return formats.decimal(self.value, self.places)
        return formats.count(self.value)


@dataclass(frozen=True)
class Figures:
    """The large numbers, side by side."""

    form: ClassVar[str] = "figures"
    items: tuple[Figure, ...]


@dataclass(frozen=True)
class Paragraph:
    """Sentences; `lead` stands before them in bold. A note is small and secondary."""

    form: ClassVar[str] = "paragraph"
    text: str
    lead: str = ""
    kind: Literal["body", "note"] = "body"


@dataclass(frozen=True)
class Series:
    """The values of one period, one for each label of the chart; None draws nothing."""

    name: str
    values: tuple[int | Fraction | None, ...]


@dataclass(frozen=True)
class Chart:
    """Bars, paired bars (two series) or a line; never without the table that says the same.

    `name` says what it shows to those who do not see it, `unit` stands above the scale.
    """

    form: ClassVar[str] = "chart"
    key: str
    kind: Literal["bars", "line"]
    name: str
    unit: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    places: int = 0

    def __post_init__(self) -> None:
        if not 1 <= len(self.series) <= 2:
            raise ValueError(f"{len(self.series)} series: a chart draws one or two")
        for one in self.series:
            if len(one.values) != len(self.labels):
                raise ValueError(f"{len(one.values)} values for {len(self.labels)} labels")


Block = Paragraph | Figures | Table | Chart
"""Each says its `form`, by which a template knows how to print it."""


@dataclass(frozen=True)
class Section:
    """A part of the document; `key` names it in addresses, sheets and JSON."""

    key: str
    title: str
    blocks: tuple[Block, ...]
    sheet: str = ""
    """Its name in a workbook, where the title has more letters than one may have."""

    @property
    def tables(self) -> tuple[Table, ...]:
        """The tables alone, as the workbook and the CSV take them."""
        return tuple(block for block in self.blocks if isinstance(block, Table))


@dataclass(frozen=True)
class Document:
    """Everything that is printed, in its order."""

    title: str
    subtitle: str
    owner: str
    """The body to which the desk belongs, as the first page names it."""
    desk: str
    edition: str
    """«Edizione 1 del 23 novembre 2026», or that it is a draft."""
    warnings: tuple[str, ...]
    sections: tuple[Section, ...]
    running: str
    """Left of the foot of each page: desk, report and edition."""
    provenance: str
    """Right of the foot, before the page's number: the list of topics and the figures' hash."""
    created: datetime
    """When the figures were frozen: what a file says of itself, so that it is the same any day."""
    is_final: bool = False
    """Whether places for the protocol and the signatures are printed."""

    @property
    def tables(self) -> tuple[Table, ...]:
        """Every table of every section."""
        return tuple(table for section in self.sections for table in section.tables)

    def printed(self, *, details: bool | None = None) -> "Document":
        """As people read it; `details` asks for the parts of lines whatever the tables say."""
        return replace(
            self,
            sections=tuple(
                replace(
                    section,
                    blocks=tuple(
                        block.printed(details=details) if isinstance(block, Table) else block
                        for block in section.blocks
                    ),
                )
                for section in self.sections
            ),
        )

    def named_figures(self) -> Iterator["NamedFigure"]:
        """The large numbers, and every figure of each line of each table."""
        for section in self.sections:
            for block in section.blocks:
                if isinstance(block, Figures):
                    for one in block.items:
                        yield NamedFigure(
                            section.key, one.key, one.key, section.title, one.label, one.text
                        )
                elif isinstance(block, Table):
                    yield from _figures_of(block)


class NamedFigure(NamedTuple):
    """A figure by its address: the keys of its table, or section, of its line and its column."""

    table: str
    row: str
    column: str
    caption: str
    label: str
    text: str


def _figures_of(table: Table) -> Iterator[NamedFigure]:
    for row in table.all_rows:
        for number, column in enumerate(table.columns[1:], 1):
            # The head says what is counted, unless it says of when.
            what = column.group or ("" if column.file_head else column.head)
            label = " · ".join(filter(None, (str(row.cells[0]), what)))
            yield NamedFigure(
                table.key, row.key, column.key, table.caption, label, table.text_of(row, number)
            )
