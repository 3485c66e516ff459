# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a desk's network reads of an approved edition: exact totals, users by sex protected."""

from typing import Any

from portal.reports.disclosure.disclose import disclose, sheets_of
from portal.reports.disclosure.relazione_sheets import NOW
from portal.reports.disclosure.sheets import OTHERS, Audience
from portal.reports.editions.snapshot import thaw
from portal.reports.models import EditionRow
from portal.reports.sections.topic_tables import as_json

SCHEMA = 2
"""Of the JSON that a network reads; 1, which no number says, had no findings."""


def for_network(edition: EditionRow) -> dict[str, Any]:
    """The edition's JSON as the network has it, telling it if it was not told before.

    Users by sex are null where they could name somebody, or give back who was hidden.
    """
    sheet = sheets_of(disclose(edition_id=edition.id, audience=Audience.NETWORK)).get(
        ("sexes", NOW)
    )
    figures = {"schema": SCHEMA} | as_json(thaw(edition.figures))
    told = sheet.told if sheet else {}
    hidden = sheet.hidden if sheet else frozenset(("F", "M", OTHERS))
    figures["users_by_sex"] = {
        key: None if code in hidden else told.get(code, 0)
        for key, code in (("F", "F"), ("M", "M"), ("X", OTHERS))
    }
    return figures
