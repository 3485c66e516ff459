# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a desk's network reads of an approved edition: exact totals, users by sex protected."""

from typing import Any

from portal.reports.disclosure.disclose import disclose, sheets_of
from portal.reports.disclosure.relazione_sheets import NOW
from portal.reports.disclosure.sheets import OTHERS, Audience
from portal.reports.editions.snapshot import thaw
from portal.reports.models import EditionRow
from portal.reports.sections.topic_tables import as_json

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
    relazione = thaw(edition.figures)
    figures = {"schema": RATES_OF_ALL if relazione.rates_of_all else SCHEMA} | as_json(relazione)
    told = sheet.told if sheet else {}
    hidden = sheet.hidden if sheet else frozenset(("F", "M", OTHERS))
    figures["users_by_sex"] = {
        key: None if code in hidden else told.get(code, 0)
        for key, code in (("F", "F"), ("M", "M"), ("X", OTHERS))
    }
    return figures
