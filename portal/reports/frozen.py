# SPDX-License-Identifier: AGPL-3.0-or-later
"""What an edition of a desk's relazione freezes, and the files made from it and nothing else."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from flask_babel import gettext as _

from portal.core.database import speaking_desk
from portal.core.periods import parse_period
from portal.core.tables import Column, Row, Table
from portal.desks.queries import get_desk
from portal.figures.rules import Counts
from portal.reports import documents, measures, queries
from portal.reports.editions import File, Kind
from portal.reports.models import Edition, EditionFile
from portal.reports.rules import Relazione, TopicRow, topic_rows


def freeze(period: str, baseline: str) -> dict[str, Any]:
    """The counts of the two periods as they are now, and the rows that they were told in.

    The rows stand here as they are: which topics have a line, and under which a child counts, is
    another matter in the next version of the list.
    """
    desk = get_desk(speaking_desk())
    relazione = queries.get_relazione(
        desk_name=desk.name, desk_slug=desk.slug, period=period, baseline=baseline
    )
    return {
        "taxonomy": int(relazione.taxonomy_version),
        "desk_name": desk.name,
        "desk_slug": desk.slug,
        "period": period,
        "baseline": baseline,
        "current": asdict(relazione.current),
        "earlier": asdict(relazione.baseline) if relazione.baseline else None,
        "notes": list(relazione.notes),
        "rows": [_frozen_row(row) for row in relazione.rows],
        "historical": [_frozen_row(row) for row in relazione.historical],
    }


def _frozen_row(row: TopicRow) -> list[Any]:
    return [row.code, row.label, row.count, row.baseline]


def thaw(frozen: dict[str, Any]) -> Relazione:
    """The relazione of a frozen edition: the same on any day, whatever list is in force."""
    current = Counts(**frozen["current"])
    baseline = Counts(**frozen["earlier"]) if frozen["earlier"] else None
    return Relazione(
        desk_name=frozen["desk_name"],
        desk_slug=frozen["desk_slug"],
        period=parse_period(frozen["period"]),
        baseline_period=parse_period(frozen["baseline"]),
        current=current,
        baseline=baseline,
        rows=_thawed_rows(frozen["rows"], current, baseline),
        historical=_thawed_rows(frozen["historical"], current, baseline),
        taxonomy_version=str(frozen["taxonomy"]),
        notes=tuple(frozen["notes"]),
    )


def _thawed_rows(
    rows: Sequence[Sequence[Any]], current: Counts, baseline: Counts | None
) -> tuple[TopicRow, ...]:
    """Incidences and variations are worked out again: exact fractions have no place in JSON."""
    labels = [(code, label) for code, label, _count, _baseline in rows]
    now = replace(current, topics={row[0]: row[2] for row in rows})
    then = baseline and replace(baseline, topics={row[0]: row[3] for row in rows})
    return topic_rows(labels, now, then)


@dataclass(frozen=True)
class Since:
    """What happened to an edition's period after its figures were frozen."""

    inserted: int
    differs: bool
    """Whether it would be counted otherwise now, for whatever reason."""


def since_freezing(edition: Edition) -> Since:
    """Visits inserted after the edition was frozen, and whether its figures still hold."""
    frozen = edition.frozen or {}
    now = freeze(edition.period, edition.baseline)
    return Since(
        inserted=measures.count_inserted(
            parse_period(edition.period), since=edition.frozen_at or edition.created_at
        ),
        differs=any(now[key] != frozen[key] for key in ("current", "earlier", "notes")),
    )


def differences(old: Edition, new: Edition) -> Table:
    """The figures of the period that a correction changed, old beside new."""
    before, after = thaw(old.frozen or {}), thaw(new.frozen or {})
    was = {row.label: row.count for row in before.rows}
    now = {row.label: row.count for row in after.rows}
    pairs = {
        _("Utenti"): (before.current.users, after.current.users),
        _("Servizi erogati"): (before.services, after.services),
        _("Accessi"): (before.current.visits, after.current.visits),
    } | {label: (was.get(label, 0), now.get(label, 0)) for label in {**was, **now}}
    return Table(
        caption=_("Differenze dall’edizione %(number)s", number=old.number),
        columns=(
            Column("label", _("Dato del periodo"), "text"),
            Column("old", _("Edizione %(number)s", number=old.number), "count"),
            Column("new", _("Edizione %(number)s", number=new.number), "count"),
        ),
        rows=tuple(Row((label, *pair)) for label, pair in pairs.items() if pair[0] != pair[1]),
    )


def _tables(edition: Edition) -> list[File]:
    relazione = thaw(edition.frozen or {})
    return [
        File(
            "relazione.csv",
            "text/csv",
            documents.rendered(relazione, format="csv", historical=False),
        ),
        File(
            "prospetto.csv",
            "text/csv",
            documents.rendered(relazione, format="csv", historical=True),
        ),
        File(
            "relazione.json",
            "application/json",
            documents.rendered(relazione, format="json", historical=False),
        ),
    ]


def _documents(edition: Edition) -> list[File]:
    relazione = thaw(edition.frozen or {})
    body = documents.rendered(relazione, format="html", historical=False)
    return [File("relazione.html", "text/html", body)]


DESK = Kind(
    table=Edition,
    files=EditionFile,
    job="build_edition",
    freeze=freeze,
    tables=_tables,
    documents=_documents,
    after_approval="publish",
)
