# SPDX-License-Identifier: AGPL-3.0-or-later
"""What an edition of a desk's relazione freezes, and the files made from it and nothing else."""

from dataclasses import asdict, dataclass
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
from portal.reports.rules import Relazione


def freeze(period: str, baseline: str) -> dict[str, Any]:
    """The counts of the two periods as they are now, and what they were counted with."""
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
    }


def thaw(frozen: dict[str, Any]) -> Relazione:
    """The relazione of a frozen edition: the same on any day."""
    return queries.assemble(
        desk_name=frozen["desk_name"],
        desk_slug=frozen["desk_slug"],
        period=parse_period(frozen["period"]),
        baseline_period=parse_period(frozen["baseline"]),
        current=Counts(**frozen["current"]),
        baseline=Counts(**frozen["earlier"]) if frozen["earlier"] else None,
        notes=tuple(frozen["notes"]),
    )


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
