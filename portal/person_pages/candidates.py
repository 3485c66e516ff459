# SPDX-License-Identifier: AGPL-3.0-or-later
"""Those whom somebody new may already be, with when they came."""

from collections.abc import Collection, Iterable
from datetime import date
from uuid import UUID

from flask_babel import gettext as _

from portal.core.italy import formats
from portal.people.forms import candidate_panel
from portal.people.forms.candidate_panel import CandidateRow
from portal.people.queries import Candidate
from portal.visits import queries as visits


def candidate_rows(
    candidates: Iterable[Candidate], but: Collection[UUID] = ()
) -> list[CandidateRow]:
    """The candidates as the panel shows them, without those already told apart."""
    left = candidate_panel.left_of(candidates, but)
    days = visits.list_days_of([candidate.row.id for candidate in left]) if left else {}
    return candidate_panel.candidate_rows(left, {one: _came(came) for one, came in days.items()})


def _came(days: list[date]) -> str:
    if not days:
        return _("nessun accesso")
    number = formats.plural(len(days), _("accesso"), _("accessi"))
    return _("%(number)s, ultimo %(day)s", number=number, day=formats.day(max(days)))
