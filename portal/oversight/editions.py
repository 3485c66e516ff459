# SPDX-License-Identifier: AGPL-3.0-or-later
"""What an edition of the comparison freezes, and the files made from it and nothing else."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from portal.core.italy.periods import Period, parse_period
from portal.core.work.job_names import JobName
from portal.oversight import documents, layouts
from portal.oversight.columns import Named, Topic, figures_of, in_order
from portal.oversight.models import NetworkEdition, NetworkEditionFile
from portal.oversight.queries import against_of, get_comparison, topic_order
from portal.oversight.rules import Correction, NetworkComparison, News
from portal.reports.editions.choices import refuse_unfinished, refuse_unlisted
from portal.reports.editions.edition_type import EditionType, File
from portal.reports.editions.schemas import refuse_newer
from portal.reports.models import EditionRow
from portal.taxonomy.queries import version_on

SCHEMA = 5
"""What `freeze` writes. 1 and 2, which no number says: the figures, then with what is found in
them; 3: and the order of the topics, which a later list may change; 4: and the enquiries without
a name, of the desks that tell them; its variations are of the desks that have both periods; 5: and
which lines of a desk are protected, and what desks have corrected.
"""
OF_BOTH = 4


def freeze(period: str, baseline: str) -> dict[str, Any]:
    """The figures published until now, with the names under which they are shown."""
    comparison = get_comparison(period, baseline)
    shown = [desk.desk for desk in comparison.desks] + list(comparison.missing)
    return layouts.as_json(comparison) | {
        "schema": SCHEMA,
        "taxonomy": version_on(comparison.period.end),
        "network_name": comparison.network.name,
        "names": {desk.slug: desk.name for desk in shown},
        "order": [code for code, _label in comparison.lines],
    }


def thaw(frozen: dict[str, Any]) -> NetworkComparison:
    """The comparison of a frozen edition: the same on any day.

    Raises Refusal for a schema that this build does not know.
    """
    refuse_newer(frozen, newest=SCHEMA)
    names, period = frozen["names"], parse_period(frozen["period"])
    lines = _lines(frozen, period)
    compiled = frozen["compiled_at"]
    return NetworkComparison(
        network=Named(frozen["network"], frozen["network_name"]),
        period=period,
        baseline=parse_period(frozen["baseline"]),
        compiled_at=datetime.fromisoformat(compiled) if compiled else None,
        desks=tuple(
            figures_of(Named(read["desk"], names[read["desk"]]), read, lines)
            for read in frozen["desks"]
        ),
        missing=tuple(Named(slug, names[slug]) for slug in frozen["missing"]),
        lines=lines,
        corrections=tuple(
            Correction(
                Named(correction["desk"], names[correction["desk"]]),
                News(correction["news"]),
                datetime.fromisoformat(correction["at"]),
                correction["period"],
            )
            for correction in frozen.get("corrections", ())
        ),
        is_of_before=int(frozen.get("schema", 0)) < OF_BOTH,
    )


def _lines(frozen: Mapping[str, Any], period: Period) -> tuple[Topic, ...]:
    """Every line of any desk; the first comparisons do not say in which order."""
    labels = {
        row["code"]: row["label"] for read in reversed(frozen["desks"]) for row in read["rows"]
    }
    return in_order(labels, frozen.get("order") or topic_order(period))


def _make(edition: EditionRow) -> Iterator[list[File]]:
    comparison = thaw(edition.figures)

    def made(format: str, media_type: str) -> File:
        body = documents.rendered(comparison, format=format)
        return File(f"confronto.{format}", media_type, body)

    yield [made("csv", "text/csv"), made("json", "application/json")]
    yield [made("html", "text/html")]


def _columns(period: Period, chosen: Mapping[str, str | None]) -> dict[str, str]:
    """The period beside it; a year before is the usual one."""
    refuse_unlisted([period])
    against = against_of(period, chosen.get("baseline"))
    refuse_unlisted([against])
    refuse_unfinished([against])
    return {"baseline": against.name}


NETWORK = EditionType(
    table=NetworkEdition,
    files=NetworkEditionFile,
    job=JobName.BUILD_COMPARISON,
    columns=_columns,
    freeze=lambda edition: freeze(edition.period, edition.baseline),
    make=_make,
)
