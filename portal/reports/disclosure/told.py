# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a desk has told so far: to anybody, and to its network.

Builds before told the network every line of an edition, exactly: what they said is known for ever,
and is read again from the editions.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from portal.core.italy.periods import Period, PeriodKind
from portal.core.store.database import db
from portal.reports.disclosure import relazione_sheets
from portal.reports.disclosure.own_lines import own_lines
from portal.reports.disclosure.period_tables import exact_sheets
from portal.reports.disclosure.relazione_sheets import EARLY, NOW, THEN, WAITS
from portal.reports.disclosure.releases import PERSONS, TOTALS, Carried, Days, Releases
from portal.reports.disclosure.sheets import TOPICS, Audience, Sheet
from portal.reports.editions.desk import DESK
from portal.reports.editions.lifecycle import list_frozen
from portal.reports.editions.snapshot import thaw
from portal.reports.measures import count_latecomers
from portal.reports.models import Disclosure, EditionRow
from portal.taxonomy import queries as taxonomy

Kept = Mapping[str, Any]


@dataclass(frozen=True)
class History:
    """What the desk has told so far: to anybody, and to the network alone."""

    public: list[Sheet]
    network: list[Sheet]
    releases: Releases

    def of(self, part: str) -> "tuple[list[Sheet], list[Sheet]]":
        """The sheets of one part: the public's, and the network's own."""
        return ([sheet for sheet in self.public if sheet.part == part],
                [sheet for sheet in self.network if sheet.part == part])  # fmt: skip


def read_told() -> History:
    """Everything, in the order in which it was told."""
    disclosures = list(db.session.scalars(select(Disclosure).order_by(Disclosure.number)))
    editions = {edition.id: edition for edition in list_frozen(DESK)}
    history = History([], [], Releases(lines_on, count_latecomers))
    by_edition = {
        disclosure.edition_id: disclosure
        for disclosure in disclosures
        if disclosure.audience == Audience.NETWORK
    }
    for edition in sorted(editions.values(), key=lambda edition: edition.number):
        if edition.approved_at and was_exact(edition, by_edition.get(edition.id)):
            _enter(history, edition, exact_kept(edition), 0)
    for disclosure in disclosures:
        is_public = disclosure.audience == Audience.PUBLIC
        _enter(
            history,
            editions[disclosure.edition_id],
            disclosure.sheets,
            disclosure.number,
            is_public=is_public,
        )
    return history


def was_exact(edition: EditionRow, disclosure: Disclosure | None) -> bool:
    """Whether a build before told the network all of it; the first ones wrote nothing down.

    One without anything written that a later build counted is still on its way.
    """
    if disclosure is None:
        return "askers" not in edition.figures
    return not any(line["part"] == TOTALS for line in disclosure.sheets)


def exact_kept(edition: EditionRow) -> list[dict[str, Any]]:
    """What a build before told of an edition, as if it had been written down."""
    relazione = thaw(edition.figures)
    sides = relazione_sheets.sides_of(relazione, edition.figures, own_lines(relazione), every=True)
    return [
        relazione_sheets.as_json(sheet, side.name) for side in sides for sheet in exact_sheets(side)
    ]


def find_disclosure(edition_id: UUID, audience: Audience) -> Disclosure | None:
    """What an edition has told this audience, if anything."""
    statement = select(Disclosure).where(
        Disclosure.edition_id == edition_id, Disclosure.audience == audience
    )
    return db.session.scalars(statement).one_or_none()


def find_kept(edition: EditionRow) -> list[dict[str, Any]] | None:
    """What the network reads of an edition; None where nothing was told yet."""
    found = find_disclosure(edition.id, Audience.NETWORK)
    if not was_exact(edition, found):
        return list(found.sheets) if found else None
    sexes = list(found.sheets) if found else []
    return [*(line for line in exact_kept(edition) if line["part"] != "sexes"), *sexes]


def is_waiting(edition: EditionRow) -> bool:
    """Whether it is a correction of so few that the network was told nothing of it by itself."""
    found = find_disclosure(edition.id, Audience.NETWORK)
    return found is not None and any(line["side"] == WAITS for line in found.sheets)


def _sheets(lines: Iterable[Kept], moment: int) -> list[Sheet]:
    return [relazione_sheets.from_json(line, moment) for line in lines
            if line["side"] in (NOW, THEN) and line["part"] != TOTALS]  # fmt: skip


def _enter(
    history: History,
    edition: EditionRow,
    lines: Sequence[Kept],
    moment: int,
    *,
    is_public: bool = False,
) -> None:
    """A release, or that an edition waits."""
    releases, tables = history.releases, tables_of(lines)
    (history.public if is_public else history.network).extend(_sheets(lines, moment))
    as_of = edition.frozen_at or edition.created_at
    into = next((days for side, days in tables if side == NOW), None)
    for (side, days), table in tables.items():
        if side in (NOW, THEN):
            is_sum = any(line.get("is_sum") for line in lines if line["side"] == side)
            releases.enter(days, table, as_of, is_public=is_public, is_sum=is_sum)
        elif side == WAITS:
            releases.waiting[days] = table
        elif into:
            releases.carried.append(Carried(days, into, table))
            releases.waiting.pop(days, None)
    if into and not is_public:
        releases.own.add(into)
        releases.waiting.pop(into, None)


def tables_of(lines: Iterable[Kept]) -> dict[tuple[str, Days], dict[str, Mapping[str, int]]]:
    """The tables that were written down, by side and days."""
    tables: dict[tuple[str, Days], dict[str, Mapping[str, int]]] = {}
    for line in lines:
        sheet = relazione_sheets.from_json(line, 0)
        table = tables.setdefault((line["side"], (sheet.start, sheet.end)), {})
        table[sheet.part] = sheet.values
        if sheet.part == TOPICS and sheet.persons:
            table[PERSONS] = sheet.persons
    return tables


def lines_on(days: Days, codes: Iterable[str]) -> dict[str, str]:
    """The line of each code, or of the topic that a line is named by, in these days."""
    period = Period(PeriodKind.RANGE, *days, "")
    names = {code: code.partition("+")[0] for code in codes if code != EARLY}
    lines = taxonomy.lines_of((period,), names.values())
    existing = {line.key for line in lines.lines if lines.exists_in(line, days)}
    found = {
        code: key if (key := lines.key_of[name]) in existing else EARLY
        for code, name in names.items()
    }
    return found | {EARLY: EARLY}
