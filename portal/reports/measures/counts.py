# SPDX-License-Identifier: AGPL-3.0-or-later
"""The users, visits and enquiries of a period."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from itertools import starmap

from flask_babel import gettext as _
from sqlalchemy import func, select

from portal.core.errors import Refusal
from portal.core.italy import formats
from portal.core.italy.periods import NAMED_KINDS, Period, between, parse_period
from portal.core.store.database import db
from portal.figures import queries as figures
from portal.figures.models import PastTotal
from portal.figures.parts import Held, gaps, tiling
from portal.figures.rules import NOTHING_RECORDED, Counts, SumOf, added, is_silent
from portal.reports.measures.ledger import Ledger
from portal.visits import queries as visits
from portal.visits.models import Visit


class PartlyTotals(Refusal):
    """A period of which a part is kept as totals, and whose requests nothing adds up to."""


def count(period: Period, ledger: Ledger | None = None) -> Counts:
    """The figures of a period, exact; of one without any record nothing, which is not zero.

    Where past totals and records fill it in parts, their requests are its own and its users are
    not known: the same persons came in several. Raises PartlyTotals where none can be given.
    """
    totals = (
        ledger.totals_within(period)
        if ledger
        else figures.list_past_totals_within(period.start, period.end)
    )
    if not totals:
        return _recorded(period, ledger)
    for total in totals:
        if (total.starts_on, total.ends_on) == (period.start, period.end):
            return _with_requests(figures.counts_of(total), period, totals)
    return _added(period, totals)


def _recorded(period: Period, ledger: Ledger | None = None) -> Counts:
    """Of a window of the ledger, or of any other without it."""
    if period.kind in NAMED_KINDS:
        found = ledger.rolled_up.get(period.name) if ledger else figures.find_counts(period)
    else:
        found = visits.count_from_records([period])[period.name]
    return NOTHING_RECORDED if found is None or is_silent(found) else found


def _with_requests(own: Counts, period: Period, totals: Sequence[PastTotal]) -> Counts:
    """A period's own totals; of users alone, with the requests that its parts add up to."""
    if own.knows_topics:
        return own
    try:
        parts = _added(period, totals)
    except PartlyTotals:
        return own
    return replace(
        own,
        topics=parts.topics,
        nameless=parts.nameless,
        knows_topics=True,
        sum_of=parts.sum_of,
    )


def _added(period: Period, past_totals: Sequence[PastTotal]) -> Counts:
    """The sum of as few parts as fill the period: of totals, and of records where none are."""
    totals = [Held(parse_period(total.period), figures.counts_of(total)) for total in past_totals]
    totals = [part for part in totals if _days(part.period) != _days(period)]
    recorded = [
        Held(part, _recorded(part))
        for part in starmap(between, gaps(period, [part.period for part in totals]))
    ]
    known = [part for part in (*totals, *recorded) if part.counts.knows_topics]
    parts = tiling(period, known, lambda _part: 1)
    if parts is None:
        raise PartlyTotals(_why_not(period, totals, recorded))
    names = tuple(part.period.name for part in parts if part in totals)
    return added([part.counts for part in parts], SumOf(names, len(names) < len(parts)))


def _days(period: Period) -> tuple[date, date]:
    return period.start, period.end


def _why_not(period: Period, totals: Sequence[Held], recorded: Sequence[Held]) -> str:
    """What is missing for the parts to add up: days, requests, or totals that stay inside."""
    name = period.window() if period.is_partial else period.name
    names = {"period": name, "totals": _names(totals)}
    empty = [part.period for part in recorded if not part.counts.knows_topics]
    if empty:
        days = formats.joined([formats.from_to(part.start, part.end) for part in empty])
        return _("Del periodo %(period)s ci sono i totali passati di %(totals)s, ma %(days)s non"
                 " c’è nulla: una parte non basta, quindi le figure non si possono calcolare.",
                 days=days, **names)  # fmt: skip
    beyond = [
        part for part in totals if part.period.start < period.start or part.period.end > period.end
    ]
    if beyond:
        return _("I totali passati di %(beyond)s vanno oltre il periodo %(period)s, e quanto ne"
                 " cade dentro non si sa: le figure non si possono calcolare.",
                 beyond=_names(beyond), period=names["period"])  # fmt: skip
    return _("Dei totali passati di %(totals)s, che insieme non riempiono il periodo %(period)s o"
             " dicono solo gli utenti, le richieste non si possono sommare: le figure non si"
             " possono calcolare.", **names)  # fmt: skip


def _names(parts: Sequence[Held]) -> str:
    return formats.joined([part.period.name for part in parts])


def count_inserted(period: Period, *, since: datetime) -> int:
    """Visits of a period that were inserted after a moment and are still there."""
    statement = (
        select(func.count())
        .select_from(Visit)
        .where(
            Visit.visited_on.between(period.start, period.end),
            Visit.created_at >= since,
            Visit.deleted_at.is_(None),
        )
    )
    return db.session.scalar(statement) or 0
