# SPDX-License-Identifier: AGPL-3.0-or-later
"""The relazione of a desk, put together for a period and a baseline."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

from flask_babel import gettext as _

from portal.core import clock
from portal.core.errors import Refusal
from portal.core.italy import formats
from portal.core.italy.periods import (
    Period,
    PeriodKind,
    parse_period,
    period_of,
    require_period,
)
from portal.core.store.database import joining_whole, scoped_desk
from portal.desks.queries import get_desk, get_network
from portal.figures import queries as figures
from portal.figures.rules import NOTHING_RECORDED, Counts, is_silent, mean_of
from portal.reports import measures
from portal.reports.measures.detail import Detail
from portal.reports.measures.detail import mean_of as details_mean
from portal.reports.relazione import manager_words
from portal.reports.relazione.baselines import Baseline, baseline_of, not_begun, year_of
from portal.reports.relazione.model import Layout, Relazione
from portal.reports.relazione.rows import Compared
from portal.reports.relazione.tested import infer
from portal.taxonomy import queries as taxonomy


def list_halves_and_years(*, also: Iterable[str] = ()) -> list[tuple[Period, Counts]]:
    """The half-years and years of which something is known, the newest first.

    And the periods named besides: there is an edition of them, perhaps of no record at all.
    """
    rolled_up = {name: counts for name, counts in figures.list_counts().items() if counts.visits}
    known: dict[str, Counts | None] = {**rolled_up, **_count_with_totals()}
    names = {name for name, counts in known.items() if counts} | {*also}
    listed = (parse_period(name) for name in names)
    periods = [period for period in listed if period.kind in LISTED or period.name in also]
    periods.sort(key=lambda period: (period.start, period.end), reverse=True)
    return [
        (period, known.get(period.name) or _count(period) or NOTHING_RECORDED) for period in periods
    ]


LISTED = (PeriodKind.HALF, PeriodKind.YEAR)


def _count_with_totals() -> dict[str, Counts | None]:
    """The half-years and years in which past totals have a day: the roll-up has not all of them."""
    totals = figures.list_past_totals()
    days = {day for total in totals for day in (total.starts_on, total.ends_on)}
    around = {period_of(kind, day) for day in days for kind in LISTED}
    own = {total.period: figures.counts_of(total) for total in totals}
    return own | {
        period.name: _count(period)
        for period in around
        if period.name not in own or not own[period.name].knows_topics
    }


def _count(period: Period) -> Counts | None:
    """None where nothing adds up to it."""
    try:
        return measures.count(period)
    except measures.PartlyTotals:
        return None


def get_relazione(
    *, period: str, baseline: str | None = None, layout: Layout = Layout.MODERN
) -> Relazione:
    """The relazione of the desk in scope; names of periods and baselines as they are typed."""
    desk = get_desk(scoped_desk())
    window, against = _windows(period, baseline)
    ledger = measures.read_ledger((window, *against.periods))
    known = _count_baseline(against, ledger)
    against = replace(against, known=known.periods) if against.is_mean else against
    current, earlier = measures.count(window, ledger), known.counts
    words = manager_words.find_texts(window.whole.name)
    compared = compare_topics((window, *against.periods), known.periods, current, earlier)
    with joining_whole():
        detail, *earlier_details = measures.describe((window, *known.periods), ledger)
        inference = infer(window, known.periods, compared, ledger)
    return Relazione(
        desk_name=desk.name,
        desk_slug=desk.slug,
        network_name=get_network(desk.network_id).name,
        period=window,
        against=against,
        current=current,
        baseline=earlier,
        rows=compared.rows,
        historical=compared.historical_rows(taxonomy.historical_labels()),
        early=compared.early,
        taxonomy_version=str(taxonomy.version_on(window.end)),
        notes=_notes(window, current, against, known),
        own_notes=_own_notes(window, current),
        is_baseline_silent=known.is_silent,
        detail=detail,
        baseline_detail=_described(earlier_details),
        texts=words,
        omits=frozenset(desk.report_omits),
        inference=inference,
        layout=layout,
    )


def _notes(window: Period, current: Counts, against: Baseline, known: "_Known") -> tuple[str, ...]:
    """What the reader must know of both periods."""
    changed = _changed_lists((window, *against.periods))
    return (*_sum_note(window, current), *known.notes, *changed)


def _own_notes(window: Period, current: Counts) -> tuple[str, ...]:
    """The same of the period alone."""
    return (*_sum_note(window, current), *_changed_lists((window,)))


def _windows(period: str, baseline: str | None) -> tuple[Period, Baseline]:
    """As much of both as there is today. Raises Refusal, with the field that is wrong."""
    window, today = require_period(period, field="periodo"), clock.today()
    if not window.has_begun(today):
        raise Refusal(not_begun(window), field="periodo")
    try:
        return baseline_of(window.cut(today), baseline, today)
    except ValueError as error:
        raise Refusal(str(error), field="confronto") from error


class _Known(NamedTuple):
    """What is known of a baseline: its counts, of which periods, and what the reader must know."""

    counts: Counts | None
    periods: tuple[Period, ...]
    notes: tuple[str, ...]
    is_silent: bool
    """Whether nothing was recorded in any of them."""


def _described(details: Sequence[Detail | None]) -> Detail | None:
    """How the baseline divides: of a mean nothing is told where one of its years has totals."""
    known = [one for one in details if one is not None]
    if not known or len(known) < len(details):
        return None
    return details_mean(known) if len(known) > 1 else known[0]


def _count_baseline(against: Baseline, ledger: measures.Ledger) -> _Known:
    """Count the earlier periods in which something was recorded: nothing at all is not a zero."""
    counted: dict[Period, Counts] = {}
    notes, silent = [], []
    for period in against.periods:
        try:
            counts = measures.count(period, ledger)
        except measures.PartlyTotals as error:
            notes.append(error.sentence)
            continue
        if is_silent(counts):
            silent.append(year_of(period))
        else:
            counted[period] = counts
            notes += _sum_note(period, counts)
    if against.is_mean and silent and counted:
        notes.append(
            _(
                "Nella media mancano gli anni senza dati: %(years)s.",
                years=formats.joined(silent[::-1]),
            )
        )
    found = list(counted.values())
    mean = mean_of(found) if against.is_mean and found else next(iter(found), None)
    is_silent_throughout = bool(silent) and len(silent) == len(against.periods)
    return _Known(mean, tuple(counted), tuple(notes), is_silent_throughout)


def _sum_note(period: Period, counts: Counts) -> list[str]:
    """Of what the requests are the sum, and why there are no users beside them."""
    if counts.sum_of is None:
        return []
    parts = _("dei totali passati di %(totals)s", totals=formats.joined(counts.sum_of.totals))
    if counts.sum_of.has_records:
        parts = _("%(totals)s e delle registrazioni del resto", totals=parts)
    facts = {"period": period.whole.name, "parts": parts}
    if counts.users is not None:
        return [_("Le richieste del periodo %(period)s sono la somma %(parts)s.", **facts)]
    return [
        _("Le richieste del periodo %(period)s sono la somma %(parts)s; utenti, richieste ogni 100"
          " utenti e variazioni sono n.d., perché chi è venuto in più di una parte conterebbe due"
          " volte.", **facts)
    ]  # fmt: skip


def compare_topics(
    windows: Sequence[Period], known: Sequence[Period], current: Counts, baseline: Counts | None
) -> Compared:
    """What was asked in a period and in the earlier ones, on the lines that they share.

    The lines are those of all of them, also where nothing is `known` of one: a network tells the
    same desk on the same lines.
    """
    recorded = {code for side in (current, baseline) if side for code in side.topics}
    lines = taxonomy.lines_of(windows, recorded)
    days = [(window.start, window.end) for window in (windows[0], *known)]
    return Compared(lines, current, baseline, days[0], tuple(days[1:]))


def on_own_lines(period: Period, counts: Counts) -> Compared:
    """A period on the lines of its own lists, whatever it is compared with."""
    lines = taxonomy.lines_of((period,), counts.topics)
    return Compared(lines, counts, None, (period.start, period.end), ())


def _changed_lists(windows: Sequence[Period]) -> tuple[str, ...]:
    """Where the list of topics changed on the way. Never by the names of what was asked: beside
    numbers that are hidden these would say that they are not zero.
    """
    days = [day for window in windows for day in (window.start, window.end)]
    before, after = taxonomy.version_on(min(days)), taxonomy.version_on(max(days))
    if before == after:
        return ()
    return (
        _("L’elenco delle tipologie è cambiato il %(day)s. Le voci nuove, che prima non si potevano"
          " segnare, non hanno confronto; quelle nate da una tipologia di prima contano in"
          " quella.", day=formats.day(taxonomy.starts_on(after))),
    )  # fmt: skip
