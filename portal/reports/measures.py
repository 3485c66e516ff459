# SPDX-License-Identifier: AGPL-3.0-or-later
"""What was counted in a period: the roll-up, the records, or totals from before the software.

A statistic crosses tables, so this module, alone, may read any slice's.
"""

from flask_babel import gettext as _

from portal.core import italian
from portal.core.errors import Refusal
from portal.core.periods import NAMED_KINDS, Period
from portal.figures import queries as figures
from portal.figures.rules import Counts
from portal.visits import queries as visits

NOBODY = Counts(users=0, users_by_sex=dict.fromkeys("FMXN", 0), visits=0, anonymous=0, topics={})


class PartlyTotals(Refusal):
    """A period of which only a part is kept as totals: users cannot be summed, so no figure."""


def count(period: Period) -> Counts:
    """The figures of a period, exact; raises PartlyTotals where none can be given."""
    totals = figures.list_past_totals_within(period.start, period.end)
    for total in totals:
        if total.period == period.name:
            return figures.counts_of(total)
    if totals:
        raise PartlyTotals(
            _(
                "Del periodo %(period)s una parte è nei totali passati (%(totals)s): gli utenti"
                " non si sommano, quindi le figure non si possono calcolare.",
                period=period.name,
                totals=italian.joined([total.period for total in totals]),
            )
        )
    if period.kind in NAMED_KINDS:
        return figures.find_counts(period) or NOBODY
    return visits.count_from_records([period])[period.name]
