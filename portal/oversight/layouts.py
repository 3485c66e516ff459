# SPDX-License-Identifier: AGPL-3.0-or-later
"""The comparison as one table, as the matrix that people read, and as JSON for programs.

The matrix takes its cells from the table, so that page and file cannot disagree.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask_babel import gettext as _

from portal.core import clock
from portal.core.documents.tables import (
    BLANK,
    PROTECTED,
    AtLeast,
    Column,
    Row,
    Table,
    Value,
    cell_text,
)
from portal.core.italy import formats
from portal.core.italy.periods import headings
from portal.oversight.columns import DeskFigures, Protected
from portal.oversight.rules import NetworkComparison
from portal.oversight.standings import WORDS, standing_json
from portal.oversight.variations import change_of, outcome
from portal.reports.relazione.model import TopicRow, six_places
from portal.reports.sections.topic_tables import json_row, nameless_json
from portal.reports.sections.verdicts import WORDS as CHANGED

RATES, COUNTS, CHANGES = "tassi", "conteggi", "variazione"
# Which figure stands large in a cell, and which small after it.
SHOWN: dict[str, tuple[str, str | None]] = {
    RATES: ("incidence", "count"),
    COUNTS: ("count", "baseline"),
    CHANGES: ("variation", None),
}
USERS, SERVICES = "users", "services"
MEASURES = (
    "count", "nameless", "baseline", "baseline_nameless", "incidence", "baseline_incidence",
    "variation",
)  # fmt: skip
SIDES = {
    "count": ("now",), "nameless": ("now",), "incidence": ("now",),
    "baseline": ("then",), "baseline_nameless": ("then",), "baseline_incidence": ("then",),
}  # fmt: skip
"""Of which period a measure is; every other is of both."""
WHOLE = frozenset({"count", "baseline"})
ADDED = WHOLE | {"nameless", "baseline_nameless"}
# No desk's slug has an underscore, so no desk's column can have this name.
SUMS = "network_sum"


def as_json(comparison: NetworkComparison) -> dict[str, Any]:
    """For programs; each desk as its own JSON says it."""
    compiled = comparison.compiled_at
    return {
        "network": comparison.network.slug,
        "period": comparison.period.name,
        "baseline": comparison.baseline.name,
        "compiled_at": clock.in_rome(compiled).isoformat(timespec="seconds") if compiled else None,
        "missing": [desk.slug for desk in comparison.missing],
        "corrections": [
            {
                "desk": correction.desk.slug,
                "news": correction.news.value,
                "period": correction.period,
                "at": clock.in_rome(correction.at).isoformat(timespec="seconds"),
            }
            for correction in comparison.corrections
        ],
        "desks": [_desk_json(desk) for desk in comparison.desks],
        "dispersion": six_places(comparison.funnel.dispersion),
        "standings": [
            {"desk": desk.desk.slug, "code": code}
            | standing_json(comparison.funnel.standings.get((desk.desk.slug, code)))
            for desk in comparison.desks
            for code, _label in comparison.topics
        ],
    }


def _desk_json(desk: DeskFigures) -> dict[str, Any]:
    return {
        "desk": desk.desk.slug,
        "users": desk.users,
        "users_baseline": desk.users_baseline,
        "services": desk.services,
        "services_baseline": desk.services_baseline,
        **nameless_json(desk.current, desk.baseline),
        "hidden": {side: _hidden(desk, side) for side in ("now", "then")},
        "unsplit": {
            side: sorted(getattr(desk.protected, f"unsplit_{side}")) for side in ("now", "then")
        },
        "rows": [{**json_row(row), **desk.verdicts.get(row.code, {})} for row in desk.rows()],
    }


def _hidden(desk: DeskFigures, side: str) -> list[str] | None:
    """The lines that are protected; null where nothing of the enquiries may be told."""
    return None if desk.protected.hides("", side) else sorted(getattr(desk.protected, side))


def comparison_table(comparison: NetworkComparison) -> Table:
    """Topics down, desks across, the network last: every figure, for files and for the matrix."""
    columns = [
        Column("code", _("Codice"), "text"),
        Column("label", _("Tipologia di richiesta"), "text"),
    ]
    for key, desk in _across(comparison):
        columns += _columns(comparison, key, desk.desk.name if key != SUMS else _("Rete"))
    return Table(
        caption=_(
            "Sportelli a confronto: %(period)s e %(baseline)s",
            period=comparison.period.exact_title(),
            baseline=comparison.baseline.exact_title(),
        ),
        columns=tuple(columns),
        rows=(_users(comparison), _services(comparison), *_topics(comparison)),
    )


def _across(comparison: NetworkComparison) -> list[tuple[str, DeskFigures]]:
    """The columns; where no desk has published there is no network to sum either."""
    desks = [(desk.desk.slug, desk) for desk in comparison.desks]
    return [*desks, (SUMS, comparison.sums)] if desks else []


def _columns(comparison: NetworkComparison, key: str, name: str) -> list[Column]:
    now, then = headings(comparison.period, comparison.baseline)
    rates, nameless = _("ogni 100 utenti"), _("di cui senza nome")
    return [
        Column(f"{key}_count", now, "count", name),
        Column(f"{key}_nameless", f"{nameless} {now}", "count", name),
        Column(f"{key}_baseline", then, "count", name),
        Column(f"{key}_baseline_nameless", f"{nameless} {then}", "count", name),
        Column(f"{key}_incidence", f"{rates} {now}", "share", name),
        Column(f"{key}_baseline_incidence", f"{rates} {then}", "share", name),
        Column(f"{key}_variation", _("punti"), "change", name),
        Column(f"{key}_outcome", _("esito"), "text", name),
    ]


def _users(comparison: NetworkComparison) -> Row:
    cells: list[Any] = []
    for _key, desk in _across(comparison):
        cells += [desk.users, BLANK, desk.users_baseline, *[BLANK] * 5]
    return Row((USERS, _("Utenti"), *cells), "total")


def _services(comparison: NetworkComparison) -> Row:
    cells: list[Any] = []
    for _key, desk in _across(comparison):
        figures = _cells(desk, desk.total(""), is_sum=_key == SUMS)
        cells += [*figures[:-2], BLANK, BLANK]
    return Row((SERVICES, _("Servizi"), *cells), "total")


def _topics(comparison: NetworkComparison) -> list[Row]:
    lines = [(code, label) for code, label in comparison.topics]
    across = [(key == SUMS, desk, desk.rows()) for key, desk in _across(comparison)]
    return [
        Row(
            (
                code,
                label,
                *(
                    cell
                    for is_sum, desk, rows in across
                    for cell in _cells(desk, rows[number], is_sum=is_sum)
                ),
            )
        )
        for number, (code, label) in enumerate(lines)
    ]


def _cells(desk: DeskFigures, row: TopicRow, *, is_sum: bool = False) -> tuple[Any, ...]:
    """Each figure, a mark where it is hidden; of a sum what was told, where some of it is."""
    figures = [_told(desk.protected, row, name, is_sum=is_sum) for name in MEASURES]
    return (*figures, outcome(desk, row.code))


def _told(protected: Protected, row: TopicRow, name: str, *, is_sum: bool) -> Value:
    value: Value = getattr(row, name)
    hides = protected.hides if name in WHOLE else protected.hides_rate
    if not any(hides(row.code, side) for side in SIDES.get(name, ("now", "then"))):
        return value
    if value is None and is_sum and name in ADDED:
        return value
    if name in ADDED and isinstance(value, int) and value:
        # A line of several topics, or the sum of desks: a part of it is told.
        return AtLeast(value)
    return PROTECTED


@dataclass(frozen=True)
class MatrixCell:
    """A figure and the small one after it."""

    main: str
    small: str | None = None
    where: str = ""
    """«above» or «below» the others, «up» or «down» from before; `said` in words."""
    said: str = ""


@dataclass(frozen=True)
class MatrixLine:
    """A row of the matrix; users and services are tinted."""

    label: str
    cells: tuple[MatrixCell, ...]
    tinted: bool = False
    more: str | None = None


@dataclass(frozen=True)
class Matrix:
    """What people read: the names across, then the lines."""

    caption: str
    heads: tuple[str, ...]
    lines: tuple[MatrixLine, ...]


def matrix(comparison: NetworkComparison, show: str) -> Matrix:
    """The table with one figure in each cell, large, and at most one more after it."""
    table = comparison_table(comparison)
    keys = [key for key, _desk in _across(comparison)]
    names = [_marked_name(desk, comparison.marks) for desk in comparison.desks]
    return Matrix(
        caption=table.caption,
        heads=(*names, _("Rete") + " *") if names else (),
        lines=tuple(_marked(_line(table, row, keys, show), row, comparison, show)
                    for row in table.rows),
    )  # fmt: skip


def _marked_name(desk: DeskFigures, marks: Mapping[str, str]) -> str:
    """The desk's name, with the letter of its note."""
    letter = marks.get(desk.desk.slug)
    return f"{desk.desk.name} ({letter})" if letter else desk.desk.name


def _marked(line: MatrixLine, row: Row, comparison: NetworkComparison, show: str) -> MatrixLine:
    """The line with what stands out told apart; the network's own cell has nobody to say it."""
    code, mark = str(row.cells[0]), MARKS_OF.get(show)
    if mark is None:
        return line
    found = [mark(comparison, desk, code) for desk in comparison.desks]
    cells = [
        replace(cell, where=where, said=said)
        for cell, (where, said) in zip(line.cells, found, strict=False)
    ]
    return replace(line, cells=(*cells, *line.cells[len(cells) :]))


def _standing(comparison: NetworkComparison, desk: DeskFigures, code: str) -> tuple[str, str]:
    """A rate beside those of the other desks."""
    one = comparison.funnel.standings.get((desk.desk.slug, code))
    return (one.where.value, str(WORDS[one.where])) if one and one.is_outside else ("", "")


def _change(_comparison: NetworkComparison, desk: DeskFigures, code: str) -> tuple[str, str]:
    """A variation, as the desk's own relazione tells it."""
    change = change_of(desk, code)
    if change is None or not change.is_found:
        return ("", "")
    return (change.value, str(CHANGED[change]))


MARKS_OF = {RATES: _standing, CHANGES: _change}


def _line(table: Table, row: Row, keys: list[str], show: str) -> MatrixLine:
    code, label = str(row.cells[0]), str(row.cells[1])
    if code in (USERS, SERVICES):
        if show != RATES:
            return MatrixLine(
                label, tuple(_cell(table, row, key, *SHOWN[COUNTS]) for key in keys), True
            )
        cells = tuple(_tinted(table, row, key, code) for key in keys)
        return MatrixLine(
            label, cells, True, _("e servizi per utente") if code == SERVICES else None
        )
    return MatrixLine(label, tuple(_cell(table, row, key, *SHOWN[show]) for key in keys))


def _tinted(table: Table, row: Row, key: str, code: str) -> MatrixCell:
    """Beside the rates: the number, and after the services how many each user had."""
    small = _per_user(table, row, key) if code == SERVICES else ""
    return MatrixCell(_text(table, row, f"{key}_count"), small)


def _cell(table: Table, row: Row, key: str, main: str, small: str | None) -> MatrixCell:
    return MatrixCell(
        _text(table, row, f"{key}_{main}"), small and _text(table, row, f"{key}_{small}")
    )


def _text(table: Table, row: Row, key: str) -> str:
    value, column = _found(table, row, key)
    return cell_text(value, column)


def _per_user(table: Table, row: Row, key: str) -> str:
    value, _column = _found(table, row, f"{key}_incidence")
    if value == PROTECTED:
        return PROTECTED
    return formats.NOT_COMPUTABLE if value is None else formats.decimal(value / 100, 2)


def _found(table: Table, row: Row, key: str) -> tuple[Any, Column]:
    number = next(n for n, column in enumerate(table.columns) if column.key == key)
    return row.cells[number], table.columns[number]
