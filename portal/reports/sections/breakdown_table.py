# SPDX-License-Identifier: AGPL-3.0-or-later
"""The form that every division of a whole has: its lines beside the total that they add up to."""

from collections.abc import Sequence
from typing import NamedTuple

from flask_babel import gettext as _

from portal.core.documents.tables import Check, Column, Row, Table, Value
from portal.figures.rules import Number
from portal.reports.relazione.model import Relazione, incidence
from portal.reports.sections import prose

Sides = tuple[Number | None, ...]
"""The same figure of the period and, where one is compared, of the earlier one."""


class Line(NamedTuple):
    """A line of a division: a key for programs, its words, and both numbers."""

    key: str
    label: str
    now: Number | None
    then: Number | None


def division_table(
    relazione: Relazione,
    key: str,
    caption: str,
    head: str,
    lines: Sequence[Line],
    *,
    column: str,
    whole: tuple[Number | None, Number | None],
    note: str | None = None,
) -> Table:
    """How a whole divides: the numbers, their shares, and the numbers of the earlier period."""
    now, then = relazione.against.heads(relazione.period)
    columns = [
        Column("label", head, "text"),
        Column(column, now, "count", file_head=relazione.period.name),
        Column("share", "%", "share"),
    ]
    if relazione.against.periods:
        earlier = relazione.against.window_name
        columns.append(Column(f"{column}_baseline", then, "count", file_head=earlier))
    total = Line("totale", _("Totale"), *whole)

    def cells(line: Line) -> tuple[Value, ...]:
        return (line.label, line.now, incidence(line.now, total.now), line.then)[: len(columns)]

    return Table(
        key=key,
        caption=caption,
        caption_visible=True,
        columns=tuple(columns),
        rows=(
            *(Row(cells(line), key=line.key or "non-indicato") for line in lines),
            Row(cells(total), "total", total.key),
        ),
        note=note,
        check=added([(line.now, line.then) for line in lines], whole),
    )


def added(lines: Sequence[Sides], totals: Sides) -> Check | None:
    """Whether each column adds up to its total, where all of it is known."""
    sides: list[tuple[Number, Number]] = []
    for column, total in enumerate(totals):
        known = [number for line in lines if (number := line[column]) is not None]
        if total is not None and len(known) == len(lines):
            sides.append((sum(known), total))
    return prose.check(len(lines), sides) if sides else None
