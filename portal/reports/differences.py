# SPDX-License-Identifier: AGPL-3.0-or-later
"""Two tellings of a period, figure by figure: two editions, or an edition and the records now."""

from dataclasses import replace

from flask_babel import gettext as _

from portal.core.tables import Column, Row, Table
from portal.figures.rules import Number
from portal.reports import verdicts
from portal.reports.parts import sections_of
from portal.reports.rules import Relazione


def differences(
    before: Relazione, after: Relazione, *, heads: tuple[str, str], caption: str
) -> Table:
    """Every figure of the period that is told otherwise, table by table, old beside new.

    All parts are compared, whichever the desk prints: one that was left out is no change.
    """
    was, now = (_told(replace(one, omits=frozenset())) for one in (before, after))
    return Table(
        key="differenze",
        caption=caption,
        columns=(
            Column("table", _("Tabella"), "text"),
            Column("label", _("Dato del periodo"), "text"),
            Column("old", heads[0], "count"),
            Column("new", heads[1], "count"),
        ),
        rows=tuple(
            Row((*words, was.get(words, 0), now.get(words, 0)))
            for words in {**was, **now}
            if was.get(words, 0) != now.get(words, 0)
        ),
    )


def _told(relazione: Relazione) -> dict[tuple[str, str], Number | None]:
    """Each figure of the period by its table and its line; totals stand in the synthesis."""
    head = _("Sintesi")
    told: dict[tuple[str, str], Number | None] = {
        (head, _("Utenti")): relazione.current.users,
        (head, _("Servizi erogati")): relazione.services,
        (head, _("Accessi")): relazione.current.visits,
        (head, _("Accessi anonimi")): relazione.current.anonymous,
    }
    for table in (one for section in sections_of(relazione) for one in section.tables):
        if table.key == verdicts.TABLE:
            # Of the figures of the other tables, and a column more where somebody was anonymous.
            continue
        keys = [column.key for column in table.columns]
        for figure in {"count", "users", "visits", "enquiries", "days"} & set(keys):
            column = table.columns[keys.index(figure)]
            for row in table.rows:
                if row.kind == "body" and (table.key != "opening" or row.key == "now"):
                    told[table.caption, _named(row, column)] = row.cells[keys.index(figure)]  # type: ignore[assignment]
    return told


def _named(row: Row, column: Column) -> str:
    """A line's words; where a table has several figures, with the group they stand under."""
    return f"{row.cells[0]}, {column.group.lower()}" if column.group else str(row.cells[0])
