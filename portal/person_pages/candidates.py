# SPDX-License-Identifier: AGPL-3.0-or-later
"""Those whom somebody new may already be, with when they came."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import ngettext

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
    came = {person_id: attendance(on) for person_id, on in days.items()}
    return candidate_panel.candidate_rows(left, came)


def attendance(days: Sequence[date]) -> str:
    """«4 accessi, ultimo 12/10/2026»."""
    if not days:
        return _("nessun accesso")
    return ngettext(
        "%(n)s accesso, ultimo %(day)s",
        "%(n)s accessi, ultimo %(day)s",
        len(days),
        n=formats.count(len(days)),
        day=formats.day(max(days)),
    )
