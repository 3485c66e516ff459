# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a desk's network reads of an approved edition: exact totals, users by sex protected."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from portal.figures.rules import Counts, regrouped
from portal.reports.disclosure.disclose import disclose, sheets_of
from portal.reports.disclosure.relazione_sheets import NOW
from portal.reports.disclosure.sheets import LEAST, LEAST_SENSITIVE, OTHERS, Audience
from portal.reports.editions.snapshot import thaw
from portal.reports.models import EditionRow
from portal.reports.relazione.assembly import on_own_lines
from portal.reports.relazione.model import Relazione
from portal.reports.sections.topic_tables import as_json, exact
from portal.taxonomy import queries as taxonomy

SCHEMA = 3
"""Of the JSON that a network reads. 1, which no number says, had no findings; 2: and these, with
rates of all enquiries, as editions of before still say; 3: rates of those of users.
"""
RATES_OF_ALL = 2


def for_network(edition: EditionRow) -> dict[str, Any]:
    """The edition's JSON as the network has it, telling it if it was not told before.

    Users by sex are null where they could name somebody, or give back who was hidden.
    """
    sheet = sheets_of(disclose(edition_id=edition.id, audience=Audience.NETWORK)).get(
        ("sexes", NOW)
    )
    relazione = _as_network_reads(thaw(edition.figures))
    figures = {"schema": RATES_OF_ALL if relazione.rates_of_all else SCHEMA} | as_json(relazione)
    figures["rows"] = [_without_details(row) for row in figures["rows"]]
    if not relazione.rates_of_all:
        figures["codes"] = {
            "now": by_code(relazione.current, _place_of),
            "then": by_code(relazione.baseline, _place_of) if relazione.baseline else None,
        }
    told = sheet.told if sheet else {}
    hidden = sheet.hidden if sheet else frozenset(("F", "M", OTHERS))
    figures["users_by_sex"] = {
        key: None if code in hidden else told.get(code, 0)
        for key, code in (("F", "F"), ("M", "M"), ("X", OTHERS))
    }
    return figures


def _as_network_reads(relazione: Relazione) -> Relazione:
    """The present period alone, where the desk compared it with anything but a year before.

    The network puts every desk beside the same earlier period: a baseline of one desk's own is
    none of its concern.
    """
    if relazione.against.is_usual(relazione.period):
        return relazione
    own = on_own_lines(relazione.period, relazione.current)
    return replace(relazione.alone(), rows=own.rows, early=own.early)


def _without_details(row: Mapping[str, Any]) -> dict[str, Any]:
    """A line as the network may read it: its parts are told by code, protected."""
    return {name: value for name, value in row.items() if name != "details"}


def by_code(
    counts: Counts, place_of: Callable[[str], tuple[str | None, bool]]
) -> dict[str, list[Any]]:
    """What was recorded, by code: all enquiries and the nameless among them, null where untold.

    So the network can tell any two periods on the lines that they share. A detail of few persons'
    enquiries is counted with the topic that it stands under, which the network reads anyway;
    `place_of` says which that is, and whether the topic is sensitive.
    """

    def shown(code: str) -> str:
        parent, is_sensitive = place_of(code)
        least = LEAST_SENSITIVE if is_sensitive else LEAST
        return parent if parent and counts.topics.get(code, 0) < least else code

    published = regrouped(counts, shown)
    return {
        code: [
            exact(number),
            exact(published.nameless.of_topic(code)) if published.nameless else None,
        ]
        for code, number in sorted(published.topics.items())
    }


def _place_of(code: str) -> tuple[str | None, bool]:
    topic = taxonomy.newest_topic(code)
    return topic.parent_code, topic.is_sensitive
