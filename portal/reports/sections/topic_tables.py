# SPDX-License-Identifier: AGPL-3.0-or-later
"""The tables of a relazione and its JSON: the same figures in the modern and the old layout.

No arithmetic here, only which figure stands where and under which words.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from flask_babel import gettext as _

from portal.core.documents.tables import BLANK, MARKS, Check, Column, Row, Table, Value
from portal.figures.rules import Counts, Number
from portal.reports.relazione.model import (
    Relazione,
    TopicRow,
    reconciles,
    six_places,
    total_row,
)
from portal.reports.sections import notices, verdicts

# The old table's own words, wrong ones included («Importo»): never translated.
HISTORICAL_HEAD = "TIPOLOGIA DI RICHIESTA"
HISTORICAL_VARIATION = "Variazione in %"
HISTORICAL_TOTAL = "Importo Totale"
HISTORICAL_NAMELESS = "di cui senza nome"


def modern_table(relazione: Relazione) -> Table:
    """Counts, both incidences and the variation, each column named for what it is."""
    total = total_row(_("Totale"), relazione.current, relazione.baseline)
    columns = _modern_columns(relazione)
    keys = [column.key for column in columns]
    return Table(
        key="richieste",
        caption=caption(relazione),
        columns=columns,
        rows=(
            *(_modern_row(row, keys, relazione) for row in relazione.rows),
            Row(_cells(total, keys, variation=BLANK, outcome=BLANK), "total", "totale"),
        ),
        note=notices.table_note(relazione),
        check=_check(relazione.reconciles, notices.reconciliation(relazione)),
        shows_details=DETAILS not in relazione.omits,
        folded_note=notices.folded_note(relazione),
    )


def _check(is_right: bool, text: str) -> Check | None:
    """None where there is no total to hold the lines against: nothing is claimed."""
    return Check(is_right, text) if text else None


DETAILS, GROUPS = "dettaglio", "gruppi"
"""What a desk may leave out of its table of topics."""


def _modern_row(row: TopicRow, keys: Sequence[str], relazione: Relazione) -> Row:
    cells = _cells(row, keys, outcome=verdicts.outcome(relazione, row))
    details = [
        Row(
            _cells(detail, keys, label=notices.detail_label(relazione, detail, row), outcome=BLANK),
            "detail",
            f"{row.code}/{detail.code}",
        )
        for detail in row.details
    ]
    return Row(
        cells,
        key=row.code,
        details=tuple(details),
        is_folded=notices.is_zero(relazione, row),
    )


def group_table(relazione: Relazione) -> Table | None:
    """The lines by the heading that they stand under; none where the edition does not know it."""
    rows = relazione.groups
    if not rows:
        return None
    columns = [column for column in _modern_columns(relazione) if column.key != "outcome"]
    keys = [column.key for column in columns]
    total = total_row(_("Totale"), relazione.current, relazione.baseline)
    columns[0] = replace(columns[0], head=_("Gruppo di tipologie"))
    return Table(
        key=GROUPS,
        caption=_("Richieste per gruppo di tipologie"),
        columns=tuple(columns),
        rows=(
            *(Row(_cells(row, keys), key=row.code) for row in rows),
            Row(_cells(total, keys, variation=BLANK), "total", "totale"),
        ),
        check=_check(
            reconciles(
                rows, relazione.services, relazione.services_baseline, early=relazione.early
            ),
            notices.reconciliation(relazione, rows),
        ),
        folded=True,
    )


def caption(relazione: Relazione) -> str:
    """Of which periods the table of topics is."""
    period, against = relazione.period, relazione.against
    if not against.periods:
        return _("Richieste per tipologia: %(period)s", period=period.exact_title())
    # As those of before were captioned.
    bare = relazione.rates_of_all
    return _(
        "Richieste per tipologia: %(period)s a confronto con %(baseline)s",
        period=period.exact_title(),
        baseline=against.title() if bare else against.noun(period).the,
    )


def _modern_columns(relazione: Relazione) -> tuple[Column, ...]:
    now, then = relazione.against.heads(relazione.period)
    counts, rates, change = _("Richieste"), _("Ogni 100 utenti"), _("Variazione")
    names = relazione.period.name, relazione.against.window_name
    nameless = _("Di cui senza nome")
    columns: tuple[Column, ...] = (
        Column("label", _("Tipologia di richiesta"), "text"),
        Column("count", now, "count", counts, f"{counts} {names[0]}"),
        Column("baseline", then, "count", counts, f"{counts} {names[1]}"),
        Column("nameless", now, "count", nameless, f"{nameless} {names[0]}"),
        Column("baseline_nameless", then, "count", nameless, f"{nameless} {names[1]}"),
        Column("incidence", now, "share", rates, f"{rates} {names[0]}"),
        Column("baseline_incidence", then, "share", rates, f"{rates} {names[1]}"),
        Column("variation", _("punti"), "change", change, _("Variazione in punti")),
    )
    if relazione.inference is not None:
        columns += (Column("outcome", _("esito"), "text", change, _("Esito")),)
    left_out = set() if relazione.against.periods else set(COMPARED)
    keys = ("nameless", "baseline_nameless")
    left_out |= {key for key, some in zip(keys, relazione.has_nameless, strict=True) if not some}
    return tuple(column for column in columns if column.key not in left_out)


COMPARED = frozenset({"baseline", "baseline_nameless", "baseline_incidence", "variation"})
"""Columns that say nothing without an earlier period."""


def _cells(row: TopicRow, keys: Sequence[str], **instead: Any) -> tuple[Any, ...]:
    return tuple(instead[key] if key in instead else getattr(row, key) for key in keys)


def historical_table(relazione: Relazione) -> Table:
    """The desk's own document: its rows, order, labels and signs, and a blank last cell."""
    now, then = relazione.against.heads(relazione.period)
    total = total_row(HISTORICAL_TOTAL, relazione.current, relazione.baseline)
    columns = (
        Column("label", HISTORICAL_HEAD, "text", file_head="tipologia"),
        Column("count", now, "count", file_head=relazione.period.name),
        Column("baseline", then, "count", file_head=relazione.against.window_name),
        Column(
            "variation", HISTORICAL_VARIATION, "change", file_head="variazione", style="historical"
        ),
    )
    # Compared with nothing it has two columns.
    width = len(columns) if relazione.against.periods else 2
    return Table(
        key="prospetto",
        caption=_("Prospetto storico: %(period)s", period=relazione.period.exact_title()),
        columns=columns[:width],
        rows=(
            *(_historical_row(row, width) for row in relazione.historical),
            Row((total.label, total.count, total.baseline, BLANK)[:width], "total"),
            *([_historical_nameless(total, width)] if any(relazione.has_nameless) else ()),
        ),
        note=notices.historical_note(relazione),
    )


def _historical_nameless(total: TopicRow, width: int) -> Row:
    """Which of the total are of no user: the variations above are of the others."""
    cells = (HISTORICAL_NAMELESS, total.nameless, total.baseline_nameless, BLANK)
    return Row(cells[:width], "other", "senza-nome")


def _historical_row(row: TopicRow, width: int) -> Row:
    return Row((row.label, row.count, row.baseline, row.variation)[:width])


def as_json(relazione: Relazione) -> dict[str, Any]:
    """For programs. Per 100 users, strings of six places; null where n.d.; no total row."""
    current = relazione.current
    value = {
        "desk": relazione.desk_slug,
        "period": relazione.period.whole.name,
        "baseline": relazione.against.name,
        "users": current.users,
        "users_baseline": exact(relazione.users_baseline),
        "users_by_sex": {
            "F": current.of_sex("F"),
            "M": current.of_sex("M"),
            # With those not stated, so that the three add up to the users.
            "X": current.of_sex("X", "N"),
        },
        "visits": current.visits,
        "services": relazione.services,
        "services_baseline": exact(relazione.services_baseline),
        **nameless_json(relazione.current, relazione.baseline),
        "early": exact(relazione.early[0]),
        "early_baseline": exact(relazione.early[1]),
        "rows": [
            json_row(row)
            | verdicts.finding_json(relazione, row)
            | {"details": [json_row(detail) for detail in row.details]}
            for row in relazione.rows
        ],
    }
    if not relazione.rates_of_all:
        return value
    # What an edition said before enquiries without a name were told apart.
    return _of_before(value) | {"rows": [_of_before(row) for row in value["rows"]]}


LATER = (
    "nameless", "nameless_baseline", "baseline_nameless", "details", "early", "early_baseline",
)  # fmt: skip
"""What editions did not know whose rates are of all enquiries."""


def _of_before(value: Mapping[str, Any]) -> dict[str, Any]:
    return {name: figure for name, figure in value.items() if name not in LATER}


def nameless_json(current: Counts, baseline: Counts | None) -> dict[str, Any]:
    """How many enquiries no user made, of both periods; null where it was not told.

    Of a mean it may be told of some years alone: then it is less than it was, and null here.
    """
    sides = {"nameless": current, "nameless_baseline": baseline}
    return {
        name: exact(side.nameless.total) if side and side.nameless and side.tells_nameless else None
        for name, side in sides.items()
    }


def exact(value: Number | None) -> int | str | None:
    """A count is a number; the mean of several is written out, as incidences are."""
    return value if value is None or isinstance(value, int) else six_places(value)


def json_row(row: TopicRow) -> dict[str, Any]:
    """A line for programs; the network says it of each desk in the same words."""
    return {
        "code": row.code,
        "label": row.label,
        "count": row.count,
        "nameless": exact(row.nameless),
        "baseline": exact(row.baseline),
        "baseline_nameless": exact(row.baseline_nameless),
        "incidence": six_places(row.incidence),
        "baseline_incidence": six_places(row.baseline_incidence),
        "variation": six_places(row.variation),
    }


def tables_json(tables: Iterable[Table]) -> dict[str, Any]:
    """Each table for programs, by its key: columns, and lines by their keys."""
    return {table.key: _table_json(table) for table in tables}


def _table_json(table: Table) -> dict[str, Any]:
    keys = [column.key for column in table.columns]
    return {
        "caption": table.caption,
        "columns": {column.key: column.alone for column in table.columns},
        "rows": [_row_json(row, keys) | _details_json(row, keys) for row in table.rows],
        "reconciles": table.check.is_right if table.check else None,
    }


def _row_json(row: Row, keys: Sequence[str]) -> dict[str, Any]:
    return {"key": row.key} | dict(zip(keys, map(_json_value, row.cells), strict=True))


def _details_json(row: Row, keys: Sequence[str]) -> dict[str, Any]:
    """The parts of a line, where it has any."""
    if not row.details:
        return {}
    return {"details": [_row_json(detail, keys) for detail in row.details]}


def _json_value(value: Value) -> int | str | None:
    """Counts are numbers, exact fractions strings of six places, marks and n.d. are null."""
    if isinstance(value, Fraction | Decimal):
        return six_places(value)
    return None if value is None or value in MARKS else value  # type: ignore[return-value]
