# SPDX-License-Identifier: AGPL-3.0-or-later
"""The form of a paper sheet: a day, a grid of topics by sex, and the total as paper has it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import cast

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Field, HiddenField
from wtforms.validators import InputRequired, ValidationError

from portal.core import clock
from portal.core.italy import formats
from portal.core.web.forms import CountField, DayField
from portal.drafts.forms import DraftForm
from portal.taxonomy.rules import TopicEntry
from portal.visits.sheets import MOST_IN_A_CELL, MOST_ON_A_SHEET, Cell

TYPED = {"autocomplete": "off", "inputmode": "numeric"}
PREFIX = "n_"
SEXES = ("F", "M", "N")
"""The columns; N is «non indicato»."""


class TotalField(CountField):
    """The total of a sheet."""

    most = MOST_ON_A_SHEET


class CellField(CountField):
    """One cell of the grid; empty is zero."""

    most = MOST_IN_A_CELL


@dataclass(frozen=True)
class SheetRow:
    """A topic and its three cells."""

    code: str
    name: str
    cells: tuple[Field, ...]

    @property
    def errors(self) -> list[tuple[Field, str]]:
        return [(cell, str(cell.errors[0])) for cell in self.cells if cell.errors]

    @property
    def total(self) -> int:
        return sum(cell.data or 0 for cell in self.cells)


class SheetForm(DraftForm):
    """The day and the total; the cells come with form_for().

    `seen` is how many other sheets of the day were shown when `another` was ticked.
    """

    topics: Sequence[TopicEntry] = ()

    visited_on = DayField(
        _l("Giorno del foglio"),
        default=clock.today,
        validators=[InputRequired(_l("Scrivi il giorno del foglio"))],
        render_kw={"autocomplete": "off"},
    )
    total = TotalField(
        _l("Totale sul foglio"),
        validators=[InputRequired(_l("Scrivi il totale che c’è sul foglio"))],
        render_kw=TYPED,
    )
    another = BooleanField(_l("Questo è un altro foglio dello stesso giorno"))
    seen = HiddenField()

    def __iter__(self) -> Iterator[Field]:
        """As the page has them: the total stands below the cells."""
        return iter(sorted(super().__iter__(), key=lambda field: field.name == "total"))

    @property
    def day(self) -> date:
        """The day that was typed, in a form that is right."""
        return cast(date, self.visited_on.data)

    @property
    def rows(self) -> list[SheetRow]:
        """The grid in the order of the topics."""
        return [
            SheetRow(topic.code, topic.short_name, self._cells_of(topic.code))
            for topic in self.topics
        ]

    @property
    def counted(self) -> int:
        """What the cells add up to."""
        return sum(row.total for row in self.rows)

    @property
    def sheets_seen(self) -> int:
        """How many sheets of the day whoever types knows of; those of another day do not help."""
        day, _space, number = (self.seen.data or "").partition(" ")
        if not self.another.data or day != str(self.visited_on.data):
            return 0
        return int(number) if re.fullmatch(r"[0-9]{1,3}", number) else 0

    def show_seen(self, number: int) -> None:
        """So many sheets of the day are shown now; a tick for fewer is not one for these."""
        if self.sheets_seen < number:
            self.another.data = False
        self.seen.data = f"{self.visited_on.data} {number}"

    def marks(self) -> list[Cell]:
        """The cells that hold something."""
        return [
            Cell(row.code, None if sex == "N" else sex, cell.data)
            for row in self.rows
            for sex, cell in zip(SEXES, row.cells, strict=True)
            if cell.data
        ]

    def _cells_of(self, code: str) -> tuple[Field, ...]:
        return tuple(self[cell_name(code, sex)] for sex in SEXES)

    def validate_total(self, field: Field) -> None:
        unread = any(row.errors for row in self.rows)
        if field.data is None or unread or field.data == self.counted:
            return
        raise ValidationError(
            _(
                "Sul foglio c’è scritto %(paper)s, le caselle sommano a %(counted)s: ricontrolla",
                paper=formats.count(field.data),
                counted=formats.count(self.counted),
            )
        )


def cell_name(code: str, sex: str) -> str:
    """The name of a cell's field."""
    return f"{PREFIX}{code}_{sex}"


def form_for(topics: Sequence[TopicEntry]) -> type[SheetForm]:
    """The form with three cells for each of these topics."""
    said = {"F": _("femmine"), "M": _("maschi"), "N": _("non indicato")}
    cells = {
        cell_name(topic.code, sex): CellField(f"{topic.short_name}, {said[sex]}", render_kw=TYPED)
        for topic in topics
        for sex in SEXES
    }
    form: type[SheetForm] = type("SheetForm", (SheetForm,), {"topics": tuple(topics), **cells})
    return form
