# SPDX-License-Identifier: AGPL-3.0-or-later
"""The relazione of a desk, put together for a period and a baseline."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from flask_babel import gettext as _

from portal.core import clock
from portal.core.errors import Refusal
from portal.core.periods import Kind, Period, parse_period
from portal.figures import queries as figures
from portal.figures.rules import Counts
from portal.reports import measures
from portal.reports.rules import Relazione, historical_rows, topic_rows
from portal.taxonomy import queries as taxonomy

HISTORICAL_VERSION = 1


def list_halves_and_years(*, also: Iterable[str] = ()) -> list[tuple[Period, Counts]]:
    """The half-years and years of which something is known, the newest first.

    And the periods named besides: there is an edition of them, perhaps of no record at all.
    """
    known = {name: counts for name, counts in figures.list_counts().items() if counts.visits}
    for total in figures.list_past_totals():
        known[total.period] = figures.counts_of(total)
    periods = [parse_period(name) for name in known]
    shown = {period.name: period for period in periods if period.kind in (Kind.HALF, Kind.YEAR)}
    shown |= {name: parse_period(name) for name in also}
    in_order = sorted(shown.values(), key=lambda one: (one.start, one.end), reverse=True)
    return [(period, known.get(period.name) or _count(period)) for period in in_order]


def _count(period: Period) -> Counts:
    try:
        return measures.count(period)
    except measures.PartlyTotals:
        return Counts(users=None, users_by_sex=None, visits=None, anonymous=None)


def get_relazione(
    *, desk_name: str, desk_slug: str, period: str, baseline: str | None = None
) -> Relazione:
    """The relazione of the desk in scope; names of periods as they are typed."""
    window = _read(period, field="periodo")
    today = clock.today()
    if not window.has_begun(today):
        raise Refusal(_not_begun(window), field="periodo")
    window = window.cut(today)
    against = window.baseline()
    if baseline:
        against = _read(baseline, field="confronto")
        if not against.has_begun(today):
            raise Refusal(_not_begun(against), field="confronto")
        window, against = _same_stretch(window, against, today)
    earlier, notes = _count_baseline(against)
    return assemble(
        desk_name=desk_name,
        desk_slug=desk_slug,
        period=window,
        baseline_period=against,
        current=measures.count(window),
        baseline=earlier,
        notes=notes,
    )


def assemble(
    *,
    desk_name: str,
    desk_slug: str,
    period: Period,
    baseline_period: Period,
    current: Counts,
    baseline: Counts | None,
    notes: tuple[str, ...],
) -> Relazione:
    """The relazione of figures counted now, in the rows of the lists published until now."""
    return Relazione(
        desk_name=desk_name,
        desk_slug=desk_slug,
        period=period,
        baseline_period=baseline_period,
        current=current,
        baseline=baseline,
        rows=topic_rows(
            _topics(period, current, baseline),
            _by_row(current),
            _by_row(baseline) if baseline else None,
        ),
        historical=historical_rows(
            _historical_labels(), taxonomy.historical_row, current, baseline
        ),
        taxonomy_version=str(taxonomy.version_on(period.end)),
        notes=notes,
    )


def _not_begun(period: Period) -> str:
    return _("Il periodo %(period)s non è ancora cominciato.", period=period.name)


def _same_stretch(window: Period, against: Period, today: date) -> tuple[Period, Period]:
    """Where one of the two is still open, as much of the other as there is of it."""
    if window.is_partial or not against.is_open(today):
        return window, against.cut_like(window)
    against = against.cut(today)
    return window.cut_like(against), against


def _read(text: str, *, field: str) -> Period:
    try:
        return parse_period(text)
    except ValueError as error:
        raise Refusal(str(error), field=field) from error


def _count_baseline(period: Period) -> tuple[Counts | None, tuple[str, ...]]:
    try:
        return measures.count(period), ()
    except measures.PartlyTotals as error:
        return None, (error.sentence,)


def _topics(period: Period, *sides: Counts | None) -> list[tuple[str, str]]:
    """The lines of the list in force at the end of the period, and of anything asked beside it."""
    lines = taxonomy.reporting_topics(taxonomy.version_on(period.end))
    topics = {topic.code: topic.label for topic in lines}
    asked = {taxonomy.reporting_code(code) for side in sides if side for code in side.topics}
    newest = taxonomy.reporting_topics(taxonomy.list_versions()[-1].number)
    topics |= {
        topic.code: topic.label
        for topic in newest
        if topic.code in asked and topic.code not in topics
    }
    return list(topics.items())


def _by_row(counts: Counts) -> Counts:
    """Enquiries under the topic that has a line: a child counts under its parent."""
    topics: dict[str, int] = {}
    for code, number in counts.topics.items():
        line = taxonomy.reporting_code(code)
        topics[line] = topics.get(line, 0) + number
    return replace(counts, topics=topics)


def _historical_labels() -> list[tuple[int, str]]:
    return [
        (topic.historical_row, topic.label)
        for topic in taxonomy.list_topics(HISTORICAL_VERSION)
        if topic.historical_row is not None
    ]
