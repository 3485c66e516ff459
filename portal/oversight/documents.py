# SPDX-License-Identifier: AGPL-3.0-or-later
"""The comparison as the page shows it and as files carry it; needs no request and no account."""

import json
from typing import Any

from flask import current_app

from portal.core import clock
from portal.core.documents.csv import csv_bytes
from portal.core.italy.nouns import noun_of
from portal.oversight import layouts, prose, standings, variations
from portal.oversight.rules import NetworkComparison

FORMATS = ("csv", "json", "html")


def presented(comparison: NetworkComparison, *, show: str) -> dict[str, Any]:
    """The matrix and the sentences around it; the same for page and document."""
    said = {layouts.RATES: standings, layouts.CHANGES: variations}.get(show)
    return {
        "matrix": layouts.matrix(comparison, show),
        "finding": said.finding(comparison) if said else "",
        "behind": said.table(comparison) if said else None,
        "notes": prose.notes(comparison, show),
        "subtitle": prose.subtitle(comparison),
        "missing": prose.missing_notice(comparison),
        "empty": None if comparison.desks else prose.empty_notice(comparison, clock.today()),
    }


def rendered(comparison: NetworkComparison, *, format: str) -> bytes:
    """The comparison as a file: csv, json, or html that stands alone."""
    if format == "json":
        text = json.dumps(layouts.as_json(comparison), ensure_ascii=False, indent=2)
        return (text + "\n").encode()
    if format == "html":
        # Past the context processors, which speak of the reader: a file has none.
        template = current_app.jinja_env.get_template("oversight/document.html")
        parts = [presented(comparison, show=show) for show in layouts.SHOWN]
        then = noun_of(comparison.baseline).the
        return template.render(comparison=comparison, compared_with=then, parts=parts).encode()
    return csv_bytes(layouts.comparison_table(comparison), style="data")
