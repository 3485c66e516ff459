# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a desk lets its network see: the figures of an approved edition, and nothing else."""

from datetime import date
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select

from portal.core import clock
from portal.core.errors import Refusal
from portal.core.italy.periods import parse_period
from portal.core.store.database import db, scoped_desk
from portal.core.store.locks import lock
from portal.desks.queries import get_desk
from portal.oversight.models import PublishedFigure
from portal.oversight.published import ELSEWHERE, WAITS
from portal.reports.editions.desk import DESK
from portal.reports.editions.lifecycle import get_edition
from portal.reports.models import EditionRow
from portal.reports.publication.for_network import for_network


def publish_edition(*, edition_id: UUID) -> None:
    """Write the figures of an approved edition for the network; an older one changes nothing.

    A correction of fewer than three persons is not told: the network goes on reading the edition
    before, and that one is on its way (decision 0014). In the desk's own scope: its policy lets it
    write for itself and for its own network alone.
    """
    edition = get_edition(DESK, edition_id)
    if edition.approved_at is None:
        raise Refusal(_("L’edizione non è approvata: la rete vede solo quelle approvate."))
    lock(f"published {scoped_desk()}")
    row = _find(edition.period)
    if row is not None and edition.number < _newest(row):
        # Its correction came first: told now, this one would be the correction of that.
        return
    figures = for_network(edition)
    if figures is None:
        _wait(row, edition)
    elif row is None:
        db.session.add(_new(edition, figures))
    else:
        _replace(row, edition, figures)
    for start, end in figures["carries"] if figures else ():
        _say_where(date.fromisoformat(start), date.fromisoformat(end), edition.period)
    db.session.flush()


def _find(period: str) -> PublishedFigure | None:
    mine = select(PublishedFigure).where(PublishedFigure.period == period)
    return db.session.scalars(mine.with_for_update()).one_or_none()


def _newest(row: PublishedFigure) -> int:
    """The last edition of a period that came here: told, waiting, or told within another."""
    read = row.figures
    came = [*read.get(ELSEWHERE, ()), *([read[WAITS]] if WAITS in read else [])]
    return max([row.number, *(news["number"] for news in came)])


def _new(edition: EditionRow, figures: dict[str, Any]) -> PublishedFigure:
    return PublishedFigure(
        network_id=get_desk(scoped_desk()).network_id,
        period=edition.period,
        number=edition.number,
        figures=figures,
        approved_at=edition.approved_at,
        published_at=clock.now(),
    )


def _replace(row: PublishedFigure, edition: EditionRow, figures: dict[str, Any]) -> None:
    """A later edition, or the same with other figures; what became of corrections stays written."""
    names = (WAITS, ELSEWHERE) if edition.number == row.number else (ELSEWHERE,)
    figures = figures | {name: row.figures[name] for name in names if name in row.figures}
    if (row.number, row.figures) == (edition.number, figures):
        return
    row.number, row.figures = edition.number, figures
    row.approved_at, row.published_at = edition.approved_at or clock.now(), clock.now()


def _wait(row: PublishedFigure | None, edition: EditionRow) -> None:
    """The network reads that a later edition is on its way, and no figure of it."""
    if row is not None and edition.number > row.number and edition.approved_at:
        news = {"number": edition.number, "at": edition.approved_at.isoformat()}
        if not _is_told(row, edition.number):
            row.figures = row.figures | {WAITS: news}


def _is_told(row: PublishedFigure, number: int) -> bool:
    """Whether a correction has gone into another period since."""
    return any(moved["number"] >= number for moved in row.figures.get(ELSEWHERE, ()))


def _say_where(start: date, end: date, into: str) -> None:
    """The correction of a period is told, within another."""
    for row in db.session.scalars(select(PublishedFigure)):
        period = parse_period(row.period)
        if (period.start, period.end) == (start, end) and WAITS in row.figures:
            left = {name: value for name, value in row.figures.items() if name != WAITS}
            moved = {"period": into, "number": row.figures[WAITS]["number"],
                    "at": clock.now().isoformat()}  # fmt: skip
            row.figures = left | {ELSEWHERE: [*left.get(ELSEWHERE, ()), moved]}
