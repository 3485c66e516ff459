# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a network reads: approved figures of its desks, with the role that sees nothing else."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select

from portal.core import clock
from portal.core.errors import Refusal
from portal.core.italy.periods import (
    Period,
    PeriodKind,
    between,
    last_half,
    parse_period,
    require_period,
)
from portal.core.italy.states_and_comuni import folded
from portal.core.store.database import db, scoped_network
from portal.desks.queries import get_network, list_desks
from portal.oversight.columns import Named, figures_on_lines, shared_lines
from portal.oversight.models import PublishedFigure
from portal.oversight.published import EARLY, ELSEWHERE, WAITS, Publication, Reading
from portal.oversight.rules import Correction, NetworkComparison, News
from portal.reports.relazione.baselines import not_begun, not_itself
from portal.taxonomy import queries as taxonomy


@dataclass(frozen=True)
class PeriodLine:
    """A period and who has approved its figures."""

    period: Period
    published: int
    missing: tuple[Named, ...]

    @property
    def wanted(self) -> int:
        return self.published + len(self.missing)


@dataclass(frozen=True)
class _Desk:
    id: UUID
    named: Named
    founded_on: date


def list_published(period: str) -> dict[UUID, PublishedFigure]:
    """What was published of a period, by desk."""
    statement = select(PublishedFigure.desk_id, PublishedFigure).where(
        PublishedFigure.period == period
    )
    return {desk: row for desk, row in db.session.execute(statement)}


def list_periods() -> list[PeriodLine]:
    """The periods of which something is published, and the half-year that closed last."""
    statement = select(PublishedFigure.period, PublishedFigure.desk_id)
    found: dict[Period, set[UUID]] = {last_half(clock.today()): set()}
    for name, desk in db.session.execute(statement):
        found.setdefault(parse_period(name), set()).add(desk)
    desks = _desks()
    lines = [
        PeriodLine(period, len(published), _missing(desks, published, period))
        for period, published in found.items()
    ]
    shown = [line for line in lines if line.wanted]
    return sorted(shown, key=lambda line: (line.period.end, line.period.start), reverse=True)


def get_usual_period() -> str:
    """What is shown when nobody says: the newest published half-year or year."""
    lines = [line.period for line in list_periods() if line.published]
    halves = [period for period in lines if period.kind in (PeriodKind.HALF, PeriodKind.YEAR)]
    return (halves or lines or [last_half(clock.today())])[0].name


def get_comparison(period: str, baseline: str | None = None) -> NetworkComparison:
    """The desks side by side; names of periods as they are typed."""
    window = require_period(period, field="periodo")
    against = against_of(window, baseline)
    published, desks = list_published(window.name), _desks()
    earlier = list_published(against.name)
    beside = {
        desk: _beside(Publication(row.figures), earlier.get(desk), against)
        for desk, row in published.items()
    }
    windows = ((window.start, window.end), (against.start, against.end))
    lines = taxonomy.lines_of((window, against), _codes(beside.values()))
    network = get_network(scoped_network())
    used = [row for side in beside.values() for row in side.rows]
    return NetworkComparison(
        network=Named(network.slug, network.name),
        period=window,
        baseline=against,
        compiled_at=_newest([*published.values(), *used]),
        desks=tuple(
            figures_on_lines(
                desk.named,
                beside[desk.id].publication,
                beside[desk.id].baseline,
                lines,
                windows,
                is_own=beside[desk.id].is_own,
            )
            for desk in desks
            if desk.id in beside
        ),
        missing=_missing(desks, set(published), window),
        lines=tuple((line.key, line.label) for line in shared_lines(lines, windows)),
        corrections=tuple(
            correction for desk in desks if desk.id in published
            for correction in corrections_of(desk.named, published[desk.id])
        ),
    )  # fmt: skip


def list_corrections() -> list[tuple[Period, Correction]]:
    """What desks have corrected, the newest period first, and when it was told."""
    names = {desk.id: desk.named for desk in _desks()}
    statement = select(PublishedFigure.desk_id, PublishedFigure)
    found = [
        (parse_period(row.period), correction)
        for desk, row in db.session.execute(statement) if desk in names
        for correction in corrections_of(names[desk], row)
        if correction.news in (News.TOLD, News.WAITS, News.ELSEWHERE)
    ]  # fmt: skip
    in_order = sorted(
        found, key=lambda correction: (folded(correction[1].desk.name), correction[1].at)
    )
    return sorted(
        in_order, key=lambda correction: (correction[0].end, correction[0].start), reverse=True
    )


def corrections_of(desk: Named, row: PublishedFigure) -> list[Correction]:
    """Whether an edition is a correction, and what became of the next or of another period's."""
    read, at = row.figures, row.published_at
    found = [Correction(desk, News.TOLD, at)] if row.number > 1 else []
    for moved in read.get(ELSEWHERE, ()):
        when = datetime.fromisoformat(moved["at"])
        found.append(Correction(desk, News.ELSEWHERE, when, moved["period"]))
    if WAITS in read:
        found.append(Correction(desk, News.WAITS, datetime.fromisoformat(read[WAITS]["at"])))
    for start, end in read.get("carries", ()):
        days = between(date.fromisoformat(start), date.fromisoformat(end)).named
        found.append(Correction(desk, News.HERE, at, days.name))
    return [*found, *([Correction(desk, News.SUM, at)] if read.get("is_sum") else [])]


def _codes(beside: Iterable["_Beside"]) -> set[str]:
    """What was recorded, or is hidden, in either period."""
    sides = [read for side in beside for read in (side.publication.current(), side.baseline)]
    codes = {code for side in sides if side for code in side.counts.topics}
    hidden = {code for side in sides if side for code in side.hidden or ()}
    return (codes | hidden) - {EARLY}


def against_of(period: Period, baseline: str | None) -> Period:
    """The period beside it, by its name; unnamed, the same of a year before.

    Raises Refusal for one that has not begun, and for the period itself.
    """
    if not baseline:
        return period.baseline()
    against = require_period(baseline, field="confronto")
    if against == period:
        raise Refusal(not_itself(period), field="confronto")
    if not against.has_begun(clock.today()):
        raise Refusal(not_begun(against), field="confronto")
    return against


@dataclass(frozen=True)
class _Beside:
    """What a desk published of a period, and of the one beside it: there, or in another edition."""

    publication: Publication
    baseline: Reading | None
    rows: tuple[PublishedFigure, ...]
    """The other edition, if it is there."""
    is_own: bool


def _beside(publication: Publication, earlier: PublishedFigure | None, against: Period) -> _Beside:
    """What the desk itself compared it with, where that is what is asked; else its own edition."""
    if publication.baseline_name == against.name:
        return _Beside(publication, publication.baseline(), (), is_own=True)
    if earlier is None:
        return _Beside(publication, None, (), is_own=False)
    return _Beside(publication, Publication(earlier.figures).current(), (earlier,), is_own=False)


def topic_order(period: Period) -> tuple[str, ...]:
    """Codes as the list in force at the end of the period has them, then those of the newest."""
    numbers = (taxonomy.version_on(period.end), taxonomy.list_versions()[-1].number)
    codes = [topic.code for number in numbers for topic in taxonomy.reporting_topics(number)]
    return tuple(dict.fromkeys(codes))


def _newest(rows: list[PublishedFigure]) -> datetime | None:
    return max((row.published_at for row in rows), default=None)


def _desks() -> list[_Desk]:
    """The network's desks by the short name under which they are shown."""
    desks = [
        _Desk(
            desk.id,
            Named(desk.slug, desk.short_name),
            clock.in_rome(desk.created_at).date(),
        )
        for desk in list_desks(scoped_network())
    ]
    return sorted(desks, key=lambda desk: (folded(desk.named.name), desk.named.slug))


def _missing(desks: list[_Desk], published: set[UUID], period: Period) -> tuple[Named, ...]:
    """Desks that have approved nothing, unless they were founded when the period was over."""
    return tuple(
        desk.named for desk in desks if desk.id not in published and desk.founded_on <= period.end
    )
