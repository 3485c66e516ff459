# SPDX-License-Identifier: AGPL-3.0-or-later
"""The form on which somebody new is written down, and whom they were said to be or not to be."""

from collections.abc import Sequence
from uuid import UUID

from wtforms import HiddenField

from portal.core.errors import Refusal
from portal.core.web.forms import PortalForm
from portal.people.forms.candidate_panel import HasCandidates
from portal.people.forms.person import PersonForm
from portal.people.queries import Candidate


class SaidField(HiddenField):
    """What was said before, in the hidden field, and what the button says that was pressed."""

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = " ".join(valuelist).strip()

    def _value(self) -> str:
        return self.data or ""


class CandidatesForm(PortalForm):
    """`apart` are the ids of persons of whom it was said that they are not this one."""

    candidates: Sequence[Candidate] = ()

    apart = SaidField()

    def refuse(self, refusal: Refusal) -> None:
        """Whom the person resembles has a panel."""
        if isinstance(refusal, HasCandidates):
            self.candidates = refusal.candidates
        else:
            super().refuse(refusal)

    @property
    def apart_ids(self) -> list[UUID]:
        """Who it is not; what cannot be an id was not said by a button."""
        said = (read_id(word) for word in (self.apart.data or "").split())
        return [person_id for person_id in said if person_id]


class NewPersonForm(CandidatesForm, PersonForm):
    """The form of a person who is written down without a visit."""


def read_id(text: str) -> UUID | None:
    """The id that a button sent; None for what no button sends."""
    try:
        return UUID(text)
    except ValueError:
        return None
