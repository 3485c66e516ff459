# SPDX-License-Identifier: AGPL-3.0-or-later
"""The tables of a relazione and its JSON: the same figures in the modern and the old layout.

No arithmetic here, only which figure stands where and under which words.
"""

from typing import Any

from flask_babel import gettext as _

from portal.core.periods import headings
from portal.core.tables import BLANK, Column, Row, Table
from portal.reports import prose
from portal.reports.rules import Counts, Relazione, TopicRow, incidence, six_places, total_row

# The old table's own words, wrong ones included («Importo»): never translated.
HISTORICAL_HEAD = "TIPOLOGIA DI RICHIESTA"
HISTORICAL_VARIATION = "Variazione in %"
HISTORICAL_TOTAL = "Importo Totale"


def modern_table(relazione: Relazione) -> Table:
    """Counts, both incidences and the variation, each column named for what it is."""
    total = total_row(_("Totale"), relazione.current, relazione.baseline)
    return Table(
        caption=_(
            "Richieste per tipologia: %(period)s a confronto con %(baseline)s",
            period=relazione.period.title(),
            baseline=relazione.baseline_period.title(),
        ),
        columns=_modern_columns(relazione),
        rows=(
            *(Row(_modern_cells(row)) for row in relazione.rows),
            Row((*_modern_cells(total)[:-1], BLANK), "total"),
        ),
        note=prose.table_note(relazione),
    )


def _modern_columns(relazione: Relazione) -> tuple[Column, ...]:
    now, then = headings(relazione.period, relazione.baseline_period)
    counts, rates, change = _("Richieste"), _("Ogni 100 utenti"), _("Variazione")
    names = relazione.period.name, relazione.baseline_period.name
    return (
        Column("label", _("Tipologia di richiesta"), "text"),
        Column("count", now, "count", counts, f"{counts} {names[0]}"),
        Column("baseline", then, "count", counts, f"{counts} {names[1]}"),
        Column("incidence", now, "share", rates, f"{rates} {names[0]}"),
        Column("baseline_incidence", then, "share", rates, f"{rates} {names[1]}"),
        Column("variation", _("punti"), "change", change, _("Variazione in punti")),
    )


def _modern_cells(row: TopicRow) -> tuple[Any, ...]:
    rates = row.incidence, row.baseline_incidence, row.variation
    return (row.label, row.count, row.baseline, *rates)


def historical_table(relazione: Relazione) -> Table:
    """The desk's own document: its rows, order, labels and signs, and a blank last cell."""
    now, then = headings(relazione.period, relazione.baseline_period)
    total = total_row(HISTORICAL_TOTAL, relazione.current, relazione.baseline)
    return Table(
        caption=_("Prospetto storico: %(period)s", period=relazione.period.title()),
        columns=(
            Column("label", HISTORICAL_HEAD, "text", file_head="tipologia"),
            Column("count", now, "count", file_head=relazione.period.name),
            Column("baseline", then, "count", file_head=relazione.baseline_period.name),
            Column(
                "variation",
                HISTORICAL_VARIATION,
                "change",
                file_head="variazione",
                style="historical",
            ),
        ),
        rows=(
            *(_historical_row(row) for row in relazione.historical),
            Row((total.label, total.count, total.baseline, BLANK), "total"),
        ),
    )


def _historical_row(row: TopicRow) -> Row:
    return Row((row.label, row.count, row.baseline, row.variation))


def sex_table(relazione: Relazione) -> Table:
    """Users by sex: always with «Non indicato», so that it adds up to the users."""
    now, then = headings(relazione.period, relazione.baseline_period)
    lines = [(_("Donne"), ("F",)), (_("Uomini"), ("M",)), (_("Non indicato"), ("N",))]
    if _any_of_sex_x(relazione.current) or _any_of_sex_x(relazione.baseline):
        lines.insert(2, (_("Altro (X)"), ("X",)))
    return Table(
        caption=_("Utenti per sesso"),
        columns=(
            Column("sex", _("Sesso"), "text"),
            Column("users", now, "count", file_head=relazione.period.name),
            Column("share", "%", "share"),
            Column("users_baseline", then, "count", file_head=relazione.baseline_period.name),
        ),
        rows=(
            *(_sex_row(relazione, label, keys) for label, keys in lines),
            _sex_row(relazione, _("Totale"), None),
        ),
    )


def _any_of_sex_x(counts: Counts | None) -> bool:
    return counts is not None and bool(counts.of_sex("X"))


def _sex_row(relazione: Relazione, label: str, keys: tuple[str, ...] | None) -> Row:
    current, baseline = relazione.current, relazione.baseline
    if keys is None:
        share = incidence(current.users, current.users)
        return Row((label, current.users, share, relazione.users_baseline), "total")
    number = current.of_sex(*keys)
    earlier = None if baseline is None else baseline.of_sex(*keys)
    return Row((label, number, incidence(number, current.users), earlier))


def as_json(relazione: Relazione) -> dict[str, Any]:
    """For programs. Per 100 users, strings of six places; null where n.d.; no total row."""
    current = relazione.current
    return {
        "desk": relazione.desk_slug,
        "period": relazione.period.whole.name,
        "baseline": relazione.baseline_period.whole.name,
        "users": current.users,
        "users_baseline": relazione.users_baseline,
        "users_by_sex": {
            "F": current.of_sex("F"),
            "M": current.of_sex("M"),
            # With those not stated, so that the three add up to the users.
            "X": current.of_sex("X", "N"),
        },
        "visits": current.visits,
        "services": relazione.services,
        "services_baseline": relazione.services_baseline,
        "rows": [json_row(row) for row in relazione.rows],
    }


def json_row(row: TopicRow) -> dict[str, Any]:
    """A line for programs; the network says it of each desk in the same words."""
    return {
        "code": row.code,
        "label": row.label,
        "count": row.count,
        "baseline": row.baseline,
        "incidence": six_places(row.incidence),
        "baseline_incidence": six_places(row.baseline_incidence),
        "variation": six_places(row.variation),
    }
