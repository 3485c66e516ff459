# SPDX-License-Identifier: AGPL-3.0-or-later
"""A visit of somebody who comes for the first time: the person and the visit, or neither.

Both carry the token of the one form, so that sending it twice gives one of each.
"""

from collections.abc import Collection
from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import UUID

from portal.people.newcomers import create_newcomer
from portal.people.rules import PersonFacts
from portal.visits import actions as visits
from portal.visits.rules import VisitFacts

if TYPE_CHECKING:
    from portal.visits.queries import Visit


def record_newcomer(
    *,
    person: PersonFacts,
    visit: VisitFacts,
    form_token: UUID | None,
    apart: Collection[UUID] = (),
) -> "Visit":
    """Write down a person and their first visit; `apart` is who they were said not to be."""
    new = create_newcomer(facts=person, form_token=form_token, apart=apart)
    return visits.record_visit(facts=replace(visit, person_id=new.id), form_token=form_token)
