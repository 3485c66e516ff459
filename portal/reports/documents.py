# SPDX-License-Identifier: AGPL-3.0-or-later
"""A relazione as the page shows it and as files carry it; needs no request, no account, no URL."""

import json
from typing import Any

from flask import current_app

from portal.core.files import csv_bytes
from portal.reports import layouts, prose
from portal.reports.rules import Relazione

FORMATS = ("csv", "json", "html")


def presented(relazione: Relazione, *, historical: bool) -> dict[str, Any]:
    """The tables and sentences that a template shows; the same for page and document."""
    table = layouts.historical_table if historical else layouts.modern_table
    earlier = relazione.baseline
    notices = (prose.partial_notice(relazione), prose.length_notice(relazione))
    return {
        "historical": historical,
        "table": table(relazione),
        "sex_table": layouts.sex_table(relazione),
        "then": None if earlier is None or prose.is_silent(earlier) else earlier,
        "sentences": prose.synthesis(relazione),
        "subtitle": prose.compared_with(relazione),
        "warnings": [notice for notice in notices if notice] + list(relazione.notes),
        "reconciliation": prose.reconciliation(relazione),
        "method": prose.how_counted(),
        "per_user": prose.services_per_user(relazione.current),
        "per_user_baseline": prose.services_per_user(earlier),
    }


def rendered(relazione: Relazione, *, format: str, historical: bool) -> bytes:
    """The relazione as a file: csv, json, or html that stands alone."""
    if format == "json":
        text = json.dumps(layouts.as_json(relazione), ensure_ascii=False, indent=2)
        return (text + "\n").encode()
    if format == "html":
        values = presented(relazione, historical=historical)
        # Past the context processors, which speak of the reader: a file has none.
        template = current_app.jinja_env.get_template("reports/document.html")
        return template.render(relazione=relazione, **values).encode()
    if historical:
        return csv_bytes(layouts.historical_table(relazione), style="historical")
    return csv_bytes(layouts.modern_table(relazione), style="data")
