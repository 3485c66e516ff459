# SPDX-License-Identifier: AGPL-3.0-or-later
"""An approved edition told to the desk's network: which tables, and what of them is hidden.

The public's threshold of sensitive topics holds here too; whatever the network reads of a period
is held against everything that it, or anybody, was told before (decision 0014).
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from portal.reports.disclosure import period_tables as tables
from portal.reports.disclosure import relazione_sheets
from portal.reports.disclosure.own_lines import Topics, about, own_lines
from portal.reports.disclosure.protect import Exposed, protect
from portal.reports.disclosure.relazione_sheets import CARRIED, NOW, THEN, WAITS, Side
from portal.reports.disclosure.releases import SEXES, TOTALS, UNNAMED, Days, NextTable, Table
from portal.reports.disclosure.sheets import NAMELESS, TOPICS, Sheet, together
from portal.reports.disclosure.told import History
from portal.reports.editions.snapshot import thaw
from portal.reports.models import EditionRow

Kept = list[dict[str, Any]]


class _Read(NamedTuple):
    """A period as the network is to read it, not yet protected."""

    name: str
    days: Days
    table: Table
    topics: Topics
    is_sum: bool = False


def network_sheets(edition: EditionRow, history: History, moment: int) -> Kept:
    """What is to be written down of it: what it tells, what it holds besides, or that it waits."""
    relazione = thaw(edition.figures)
    own = own_lines(relazione)
    now, *then = relazione_sheets.sides_of(relazione, edition.figures, own, every=True)
    days, counted = _days(now), tables.table_of(now)
    as_of = edition.frozen_at or edition.created_at
    topics = [about(relazione, own[:1]), about(relazione, own[1:])]
    earlier: list[_Read] = []
    if relazione.against.is_usual(relazione.period):
        earlier = [_earlier(history, side, topics[1], as_of) for side in then]
    is_public = any((sheet.start, sheet.end) == days for sheet in history.public)

    def read(*, may_carry: bool) -> tuple[NextTable | None, Kept]:
        release = history.releases.tell(days, counted, as_of, may_carry=may_carry)
        if release is None:
            return None, []
        # Each period by its own lists: another's might hold something sensitive in a line of this.
        now_read = _Read(NOW, days, release.table, topics[0], release.is_sum)
        return release, _protected([now_read, *earlier], history, moment)

    release, written = read(may_carry=not is_public)
    if release and release.carried and not _tells_enquiries(written):
        # With what it would carry nothing of the enquiries can be told.
        release, written = read(may_carry=False)
    if release is None or _would_empty(written, release, days, history):
        return _written(tables.bare_sheets(days, moment, counted), WAITS)
    return written + [
        line
        for moved in release.carried
        for line in _written(tables.bare_sheets(moved.of, moment, moved.change), CARRIED)
    ]


def _would_empty(written: Kept, release: NextTable, days: Days, history: History) -> bool:
    """Whether nobody would read enquiries where the network has read some."""
    has_enquiries = TOPICS in release.table and not _tells_enquiries(written)
    return has_enquiries and days in history.releases.own


def _tells_enquiries(written: Kept) -> bool:
    return any((line["part"], line["side"]) == (TOPICS, NOW) for line in written)


def _days(side: Side) -> Days:
    return side.period.start, side.period.end


def _earlier(history: History, side: Side, topics: Topics, as_of: datetime) -> _Read:
    """The year before, as it was told if it was."""
    days, counted = _days(side), tables.table_of(side)
    known = history.releases.last(days) if days in history.releases.own else None
    release = None if known else history.releases.tell(days, counted, as_of, may_carry=False)
    table = release.table if release else known or {}
    table = {part: table[part] for part in table if part != SEXES}
    return _Read(THEN, days, table, topics, release is not None and release.is_sum)


def _protected(read: Sequence[_Read], history: History, moment: int) -> Kept:
    """Both periods together; the present one alone where both cannot be; its enquiries or not."""
    for tried in (read, read[:1]):
        try:
            able = [period for period in tried if TOPICS in period.table]
            lines = _lines(able, history, moment)
        except Exposed:
            continue
        break
    else:
        tried, lines = read[:1], []
    told_of = {(name, sheet.part) for name, sheet in lines}
    written: Kept = []
    for period in tried:
        totals = period.table[TOTALS]
        if (period.name, TOPICS) not in told_of:
            totals = {name: number for name, number in totals.items() if name != UNNAMED}
        sheet = tables.totals_sheet(period.days, moment, {TOTALS: totals})
        written += [line | {"is_sum": period.is_sum} for line in _written([sheet], period.name)]
    for name, sheet in lines:
        written += _written([sheet], name)
    return written + _sexes(read[0], history, moment)


def _lines(read: Sequence[_Read], history: History, moment: int) -> list[tuple[str, Sheet]]:
    """Enquiries by line, and those without a name."""
    sheets = [
        tables.topics_sheet(period.days, moment, period.table, period.topics) for period in read
    ]
    safe = _safe(sheets, TOPICS, history)
    split = _split(read, history, moment)
    found: list[tuple[str, Sheet]] = []
    for period, sheet in zip(read, safe, strict=True):
        found.append((period.name, sheet))
        if period.name in split:
            found.append((period.name, _beside(split[period.name], sheet)))
    return found


def _split(read: Sequence[_Read], history: History, moment: int) -> dict[str, Sheet]:
    """Those of which it may be told at all which enquiries are nameless."""
    each = [period for period in read if NAMELESS in period.table]
    sheets = [
        tables.nameless_sheet(period.days, moment, period.table, period.topics.sensitive)
        for period in each
    ]
    try:
        safe = _safe(sheets, NAMELESS, history)
    except Exposed:
        return {}
    return {period.name: sheet for period, sheet in zip(each, safe, strict=True)}


def _beside(sheet: Sheet, topics: Sheet) -> Sheet:
    """Hidden where the line is, too; what a hidden line is at most is not known either."""
    most = {code: number for code, number in sheet.most.items() if code not in topics.hidden}
    return replace(sheet.hiding(topics.hidden & sheet.values.keys()), most=most)


def _safe(new: Sequence[Sheet], part: str, history: History) -> list[Sheet]:
    """Held against all that the network has read of this part, here or where anybody reads."""
    if not new:
        return []
    public, network = history.of(part)
    known = [*(replace(sheet, floor=tables.FLOOR) for sheet in public), *network]
    return protect(new, together(known), hidden_before=network)


def _sexes(now: _Read, history: History, moment: int) -> Kept:
    if SEXES not in now.table:
        return []
    public, network = history.of(SEXES)
    try:
        sheet = tables.sexes_sheet(now.days, moment, now.table)
        return _written(protect([sheet], [*public, *network]), NOW)
    except Exposed:
        return []


def _written(sheets: Iterable[Sheet], side: str) -> Kept:
    return [relazione_sheets.as_json(sheet, side) for sheet in sheets]
