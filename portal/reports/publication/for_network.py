# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a desk's network reads of an approved edition: what was told of it, and nothing beside."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from portal.figures.rules import Counts, Number
from portal.reports.disclosure.disclose import disclose
from portal.reports.disclosure.relazione_sheets import CARRIED, EARLY, NOW, THEN, from_json
from portal.reports.disclosure.releases import SEXES, TOTALS, UNNAMED, USERS, VISITS
from portal.reports.disclosure.sheets import NAMELESS, OTHERS, TOPICS, Audience, Sheet
from portal.reports.disclosure.told import find_kept
from portal.reports.editions.snapshot import thaw
from portal.reports.models import EditionRow
from portal.reports.relazione.assembly import on_own_lines
from portal.reports.relazione.model import Relazione, TopicRow
from portal.reports.sections.topic_tables import json_row
from portal.reports.sections.verdicts import finding_json
from portal.taxonomy.lines import JOIN

SCHEMA = 4
"""Of the JSON that a network reads. 1, which no number says, had no findings; 2: and these, with
rates of all enquiries; 3: rates of those of users, every line exact; 4: by the lines of the
period's own list, `hidden` those that are protected (null: all of them), `unsplit` those of which
it is not told how many enquiries are nameless, and so no rate. An edition whose rates are of all
enquiries goes on to say 2.
"""
RATES_OF_ALL = 2
MEASURED = ("low", "high", "p_adjusted")
"""What of a finding is calculated over all the lines of a table, the hidden ones among them."""
Sheets = Mapping[tuple[str, str], Sheet]


def for_network(edition: EditionRow) -> dict[str, Any] | None:
    """The edition as the network has it, telling it if it was not told before.

    None of a correction that waits: the network goes on reading the edition before.
    """
    lines = find_kept(edition)
    if lines is None:
        lines = disclose(edition_id=edition.id, audience=Audience.NETWORK).sheets
    sheets = {(line["part"], line["side"]): from_json(line, 0) for line in lines}
    if (TOTALS, NOW) not in sheets:
        return None
    days = {(line["start"], line["end"]) for line in lines if line["side"] == CARRIED}
    carries = [[start, end] for start, end in sorted(days)]
    relazione = _as_network_reads(thaw(edition.figures))
    if (TOTALS, THEN) not in sheets:
        relazione = relazione.alone() if relazione.against.periods else relazione
    return {
        "schema": RATES_OF_ALL if relazione.rates_of_all else SCHEMA,
        "desk": relazione.desk_slug,
        "period": relazione.period.whole.name,
        "baseline": relazione.against.name,
        **_totals(sheets),
        "users_by_sex": _sexes(sheets.get((SEXES, NOW))),
        "rows": _rows(relazione, sheets),
        "codes": {side: _codes(sheets, side) for side in (NOW, THEN)},
        "hidden": {
            side: _hidden(sheets, side) if counts and counts.knows_topics else []
            for side, counts in ((NOW, relazione.current), (THEN, relazione.baseline))
        },
        "unsplit": {
            side: _unsplit(sheets, side, counts)
            for side, counts in ((NOW, relazione.current), (THEN, relazione.baseline))
        },
        "is_sum": any(line.get("is_sum") for line in lines if line["side"] == NOW),
        "carries": carries,
    }


def _as_network_reads(relazione: Relazione) -> Relazione:
    """The present period alone, where the desk compared it with anything but a year before.

    The network puts every desk beside the same earlier period: a baseline of one desk's own is
    none of its concern.
    """
    if relazione.against.is_usual(relazione.period):
        return relazione
    own = on_own_lines(relazione.period, relazione.current)
    return replace(relazione.alone(), rows=own.rows, early=own.early)


def _totals(sheets: Sheets) -> dict[str, Number | None]:
    def of(side: str, name: str) -> int | None:
        sheet = sheets.get((TOTALS, side))
        return sheet.values.get(name) if sheet else None

    services = {side: sheet.total for (part, side), sheet in sheets.items() if part == TOPICS}
    return {
        "users": of(NOW, USERS),
        "users_baseline": of(THEN, USERS),
        "visits": of(NOW, VISITS),
        "services": services.get(NOW),
        "services_baseline": services.get(THEN),
        "nameless": of(NOW, UNNAMED),
        "nameless_baseline": of(THEN, UNNAMED),
    }


def _sexes(sheet: Sheet | None) -> dict[str, int | None]:
    """Null where they could name somebody, or give back who was hidden."""
    told = sheet.told if sheet else {}
    hidden = sheet.hidden if sheet else frozenset(("F", "M", OTHERS))
    return {
        key: None if code in hidden else told.get(code, 0)
        for key, code in (("F", "F"), ("M", "M"), ("X", OTHERS))
    }


def _codes(sheets: Sheets, side: str) -> dict[str, list[int | None]] | None:
    """All enquiries of each line that is told, and the nameless among them; zeros are left out.

    A line stands under the first of the topics that name it: so the network can tell any two
    periods on the lines that they share. What is in the total alone is on none.
    """
    sheet, nameless = sheets.get((TOPICS, side)), sheets.get((NAMELESS, side))
    if sheet is None:
        return {} if (TOTALS, side) in sheets else None
    unsplit = nameless.hidden if nameless else sheet.values.keys()
    return {
        _named(line): [
            number,
            nameless.values.get(line, 0) if nameless and line not in unsplit else None,
        ]
        for line, number in sorted(sheet.values.items())
        if number and line not in sheet.hidden and line != EARLY
    }


def _hidden(sheets: Sheets, side: str) -> list[str] | None:
    """The lines that are protected; null where nothing of the enquiries may be told."""
    if (TOTALS, side) not in sheets:
        return []
    sheet = sheets.get((TOPICS, side))
    return None if sheet is None else sorted(_named(line) for line in sheet.hidden - {EARLY})


def _unsplit(sheets: Sheets, side: str, counts: Counts | None) -> list[str]:
    """The lines that are told, and not how many of their enquiries are nameless."""
    sheet, nameless = sheets.get((TOPICS, side)), sheets.get((NAMELESS, side))
    if sheet is None or counts is None or counts.nameless is None:
        return []
    if nameless is None and counts.nameless.by_topic is None:
        # The desk itself has kept their sum alone.
        return []
    lines = nameless.hidden if nameless else sheet.values.keys()
    return sorted(_named(line) for line in lines - sheet.hidden - {EARLY})


def _named(line: str) -> str:
    return line.partition(JOIN)[0]


def _rows(relazione: Relazione, sheets: Sheets) -> list[dict[str, Any]]:
    """The lines of the desk's own relazione, as far as every figure of theirs was told."""
    hides = any(sheet.hidden for (part, _side), sheet in sheets.items() if part == TOPICS)
    rows = [
        json_row(row) | finding_json(relazione, row)
        for row in relazione.rows
        if _is_told(row, sheets, NOW) and (row.baseline is None or _is_told(row, sheets, THEN))
    ]
    return [_without(row, MEASURED) for row in rows] if hides else rows


def _is_told(row: TopicRow, sheets: Sheets, side: str) -> bool:
    """Whether what the relazione has on a line is what the lines that were told make together."""
    count, unnamed = (
        (row.count, row.nameless) if side == NOW else (row.baseline, row.baseline_nameless)
    )
    asked = _sum_of(row, sheets.get((TOPICS, side)))
    nameless = _sum_of(row, sheets.get((NAMELESS, side)))
    return asked == (count or 0) and (unnamed is None or nameless == unnamed)


def _sum_of(row: TopicRow, sheet: Sheet | None) -> int | None:
    """None where some of it is hidden."""
    if sheet is None:
        return None
    lines = [line for line in sheet.values if line != EARLY and _named(line) in row.codes]
    return None if sheet.hidden.intersection(lines) else sum(sheet.values[line] for line in lines)


def _without(row: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: None if name in names else value for name, value in row.items()}
