# SPDX-License-Identifier: AGPL-3.0-or-later
"""The relazione that anybody may read: the tables told, a mark where a number is hidden.

Percentages and variations are hidden with their counts; no verdict stands beside them, since the
verdicts of a table are found together, the hidden lines among them. Lines never stand in the
order of their numbers, which would tell the hidden ones; the hash of the true figures, the
manager's words and what else was not weighed against everything published are left out.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from flask_babel import gettext as _

from portal.core.documents.csv import dataset_bytes
from portal.core.documents.document import Block, Document, Figure, Figures, Paragraph, Section
from portal.core.documents.tables import PROTECTED, Row, Table
from portal.reports import files
from portal.reports.disclosure.relazione_sheets import NOW, PUBLIC_PARTS, THEN
from portal.reports.disclosure.sheets import LEAST, LEAST_SENSITIVE, OTHERS, TOPICS, Sheet
from portal.reports.files import Stamp
from portal.reports.measures.breakdowns import BY_KEY, Breakdown
from portal.reports.measures.detail import NOT_STATED
from portal.reports.relazione.model import Relazione, services_per_user
from portal.reports.sections import SECTIONS, topic_tables
from portal.reports.sections.breakdown_table import NOBODYS, Line, breakdown_table, table_of
from portal.reports.sections.method import how_counted

Sheets = Mapping[tuple[str, str], Sheet]
"""What was told, by part and side."""
OF_NOW = frozenset({"count", "incidence", "users", "share"})
OF_THEN = frozenset({"baseline", "baseline_incidence", "users_baseline"})
KEPT = frozenset({"label"})
"""Columns of neither period; every other is calculated from both."""


def public_document(relazione: Relazione, sheets: Sheets, stamp: Stamp) -> Document:
    """The publishable form of an edition, from what it has told the public."""
    bare = replace(stamp, figures_hash="", correction="", template=None)
    alone = relazione.alone()
    if THEN in {side for _part, side in sheets}:
        alone = replace(alone, notes=relazione.notes)
    whole = files.composed(alone, bare)
    return replace(
        whole,
        title=_("%(title)s, versione pubblicabile", title=whole.title),
        subtitle=relazione.period.window(),
        sections=tuple(_sections(relazione, sheets)),
        is_final=False,
    )


def _sections(relazione: Relazione, sheets: Sheets) -> list[Section]:
    users = [
        table
        for part in PUBLIC_PARTS
        if part != TOPICS and (table := _table(part, relazione, sheets))
    ]
    table = _table(TOPICS, relazione, sheets)
    topics: list[Block] = [table] if table else []
    if table and (TOPICS, THEN) in sheets and has_variations(table):
        topics.append(Paragraph(caution()))
    method = [
        Paragraph(text, lead=term)
        for term, text in how_counted(rates_of_all=relazione.rates_of_all)
    ]
    return [
        Section("sintesi", str(SECTIONS["sintesi"]), (_figures(relazione), _explained())),
        Section("richieste", str(SECTIONS["richieste"]), tuple(topics)),
        Section("utenti", str(SECTIONS["utenti"]), tuple(users)),
        Section("come-si-conta", str(SECTIONS["come-si-conta"]), tuple(method)),
    ]


def caution() -> str:
    """What may be said of variations where no verdict stands."""
    return _("Una variazione non dice da sola che la domanda è cambiata: tra due periodi i numeri"
             " cambiano sempre un po’, anche per caso.")  # fmt: skip


def _explained() -> Paragraph:
    return Paragraph(
        _("Il segno %(mark)s sta al posto di un numero che potrebbe far riconoscere qualcuno: da 1"
          " a %(most)s persone, a %(sensitive)s per protezione, salute, tutela e sociale; o di uno"
          " da cui quel numero si ricaverebbe. I gruppi piccoli sono contati insieme.",
          mark=PROTECTED, most=LEAST - 1, sensitive=LEAST_SENSITIVE - 1)
    )  # fmt: skip


def _figures(relazione: Relazione) -> Figures:
    """Where some enquiries are nameless, services per user would say how many."""
    figures = [
        Figure("users", _("Utenti"), relazione.current.users),
        Figure("services", _("Servizi erogati"), relazione.services),
    ]
    if not relazione.has_nameless[0]:
        each = services_per_user(relazione.current)
        figures.append(Figure("services_per_user", _("Servizi per utente"), each, places=2))
    return Figures(tuple(figures))


def _table(part: str, relazione: Relazione, sheets: Sheets) -> Table | None:
    """A part's table, masked; None where it could not be told."""
    now, then = sheets.get((part, NOW)), sheets.get((part, THEN))
    if now is None:
        return None
    shown = replace(relazione, inference=None) if then else relazione.alone()
    table: Table | None
    if part == TOPICS:
        table = _plain(topic_tables.modern_table(shown))
        if any(shown.has_nameless):
            table = _without_rates(table)
    else:
        breakdown = BY_KEY[part]
        table = (
            _lumped(breakdown, shown, now, then) if breakdown.others else table_of(breakdown, shown)
        )
    return table and masked(table, now.hidden, then.hidden if then else frozenset())


def has_variations(table: Table) -> bool:
    """Whether it tells how lines changed from one period to the other."""
    return "variation" in [column.key for column in table.columns]


def _plain(table: Table) -> Table:
    """Every line, and no parts of lines: these were not weighed against what is published."""
    rows = tuple(replace(row, details=(), is_folded=False) for row in table.rows)
    return replace(table, rows=rows, folded_note=None)


RATES = frozenset({"incidence", "baseline_incidence", "variation"})
NAMELESS = frozenset({"nameless", "baseline_nameless"})


def _without_rates(table: Table) -> Table:
    """The counts alone: beside them a rate of the users' enquiries would say, of each topic, how
    many are nameless, and how many are of the few users that a count of many hides.
    """
    left = [n for n, column in enumerate(table.columns) if column.key not in RATES | NAMELESS]
    return replace(
        table,
        columns=tuple(table.columns[n] for n in left),
        rows=tuple(replace(row, cells=tuple(row.cells[n] for n in left)) for row in table.rows),
        note=_("Le richieste ogni 100 utenti non ci sono: alcune richieste sono senza nome, e i"
               " tassi direbbero quante per ogni tipologia."),
    )  # fmt: skip


def masked(table: Table, now: frozenset[str], then: frozenset[str]) -> Table:
    """The table with a mark for each hidden number, and for what is calculated from it."""
    keys = [column.key for column in table.columns]
    hidden = [{code or NOBODYS for code in side} for side in (now, then)]
    return replace(
        table,
        rows=tuple(_masked(row, keys, *(row.key in side for side in hidden)) for row in table.rows),
        check=None,
    )


def _masked(row: Row, keys: Sequence[str], now: bool, then: bool) -> Row:
    def hides(key: str) -> bool:
        if key in OF_NOW or key in OF_THEN:
            return now if key in OF_NOW else then
        return key not in KEPT and (now or then)

    cells = [PROTECTED if hides(key) else value
             for key, value in zip(keys, row.cells, strict=True)]  # fmt: skip
    return replace(row, cells=tuple(cells))


def _lines(now: Sheet, then: Sheet | None, names: Mapping[str, str]) -> list[Line]:
    """A line for each that was told, in the order of the names; the others and nobody's last."""
    codes = sorted(names, key=lambda code: names[code])
    last = [code for code in (OTHERS, NOT_STATED) if code in codes]
    codes = [code for code in codes if code not in last] + last
    earlier = then.told if then else {}
    return [
        Line(code, names[code], now.told.get(code, 0),
             earlier.get(code, 0) if then else None)
        for code in codes
    ]  # fmt: skip


def _lumped(breakdown: Breakdown, relazione: Relazione, now: Sheet, then: Sheet | None) -> Table:
    """A breakdown with many small groups: those told, the others together."""
    words = {OTHERS: str(breakdown.others), NOT_STATED: _("Non indicato")}
    codes = {*now.told, *(then.told if then else ())}
    names = {code: words.get(code) or breakdown.label(code) for code in codes}
    return breakdown_table(breakdown, relazione, _lines(now, then, names))


def public_json(document: Document, relazione: Relazione, number: int) -> bytes:
    """For programs: a number that is not told is null, and named in `hidden`."""
    value: dict[str, Any] = {
        "desk": relazione.desk_slug,
        "period": relazione.period.name,
        "edition": number,
        "audience": "public",
        "users": relazione.current.users,
        "services": relazione.services,
        "tables": topic_tables.tables_json(document.tables),
        "hidden": [
            {"table": table.key, "row": row.key, "column": column.key}
            for table in document.tables
            for row in table.rows
            for cell, column in zip(row.cells, table.columns, strict=True)
            if cell == PROTECTED
        ],
    }
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()


def public_csv(document: Document) -> bytes:
    """Every number that is told, one a line."""
    return dataset_bytes(document.tables)
