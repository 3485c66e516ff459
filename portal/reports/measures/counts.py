# SPDX-License-Identifier: AGPL-3.0-or-later
"""The users, visits and enquiries of a period."""

from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import func, select

from portal.core.errors import Refusal
from portal.core.italy import formats
from portal.core.italy.periods import NAMED_KINDS, Period
from portal.core.store.database import db
from portal.figures import queries as figures
from portal.figures.rules import NOTHING_RECORDED, Counts, is_silent
from portal.visits import queries as visits
from portal.visits.models import Visit


class PartlyTotals(Refusal):
    """A period of which only a part is kept as totals: users cannot be summed, so no figure."""


def count(period: Period) -> Counts:
    """The figures of a period, exact; of one without any record nothing, which is not zero.

    Raises PartlyTotals where none can be given.
    """
    totals = figures.list_past_totals_within(period.start, period.end)
    for total in totals:
        if (total.starts_on, total.ends_on) == (period.start, period.end):
            return figures.counts_of(total)
    if totals:
        raise PartlyTotals(
            _(
                "Del periodo %(period)s una parte è nei totali passati (%(totals)s): gli utenti"
                " non si sommano, quindi le figure non si possono calcolare.",
                period=period.name,
                totals=formats.joined([total.period for total in totals]),
            )
        )
    if period.kind in NAMED_KINDS:
        found = figures.find_counts(period)
    else:
        found = visits.count_from_records([period])[period.name]
    return NOTHING_RECORDED if found is None or is_silent(found) else found


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
