# SPDX-License-Identifier: AGPL-3.0-or-later
"""How long a relazione takes: its totals from the roll-up, all its sections, its files.

Measured in the process, each call as long as a reader or a worker would wait for it, and told as
the median of several: these limits are milliseconds, not ratios.
"""

import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from uuid import UUID

from flask import Flask

from portal.core.documents.charts.layout import chart_svg
from portal.core.documents.pdf import pdf_bytes
from portal.core.italy.periods import parse_period
from portal.core.store.database import db
from portal.core.store.tenancy import desk_scope
from portal.core.store.unit import unit_of_work
from portal.reports import measures
from portal.reports.files import FORMATS, composed, draft, rendered
from portal.reports.relazione.assembly import get_relazione

PERIOD = "2026-S1"
TIMES = {"rollup": 200, "sections": 9, "pdf": 30, "files": 9}


@dataclass(frozen=True)
class Timed:
    """What was measured, in milliseconds: median and the slowest of ten in a hundred."""

    name: str
    median: float
    p90: float
    limit: float


def figures(app: Flask, desk_id: UUID, place: str, *, sections_limit: float) -> Iterator[Timed]:
    """The four figures of one desk, on the running servers of a scale."""
    yield _timed(app, desk_id, "rollup", f"Totali dal riepilogo, {place}", 4, _count)
    yield _timed(
        app, desk_id, "sections", f"Relazione, ogni sezione, {place}", sections_limit, _compose
    )
    with app.app_context(), desk_scope(desk_id), unit_of_work():
        relazione = get_relazione(period=PERIOD)
        document = composed(relazione, draft())
        yield _told("pdf", f"Un PDF, {place}", 150, lambda: pdf_bytes(document, charts=chart_svg))
        yield _told(
            "files", f"Tutti i file, {place}", 1000,
            lambda: [rendered(relazione, format=one) for one in FORMATS],
        )  # fmt: skip


def _timed(
    app: Flask, desk_id: UUID, kind: str, name: str, limit: float, act: Callable[[], object]
) -> Timed:
    """Each time in a unit of its own, as a request has: nothing is remembered from the last."""

    def once() -> None:
        with unit_of_work():
            act()
            db.session.expunge_all()

    with app.app_context(), desk_scope(desk_id):
        return _told(kind, name, limit, once)


def _told(kind: str, name: str, limit: float, act: Callable[[], object]) -> Timed:
    act()
    taken = []
    for _time in range(TIMES[kind]):
        began = time.perf_counter()
        act()
        taken.append((time.perf_counter() - began) * 1000)
    slow = statistics.quantiles(taken, n=10)[-1]
    return Timed(name, statistics.median(taken), slow, limit)


def _count() -> None:
    measures.count(parse_period(PERIOD))


def _compose() -> None:
    composed(get_relazione(period=PERIOD), draft())
