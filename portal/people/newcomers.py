# SPDX-License-Identifier: AGPL-3.0-or-later
"""Writing down somebody new, unless they may be one whom the desk knows already."""

from collections.abc import Collection
from uuid import UUID

from portal.core.store.database import scoped_desk
from portal.core.store.locks import lock
from portal.drafts.form_tokens import is_sent_again
from portal.drafts.queries import find_saved
from portal.people import actions
from portal.people.forms.candidate_panel import HasCandidates
from portal.people.models import Person
from portal.people.queries import list_candidates
from portal.people.rules import PersonFacts


def create_newcomer(
    *, facts: PersonFacts, form_token: UUID | None, apart: Collection[UUID] = ()
) -> Person:
    """Write down a person; `apart` is who they were said not to be, which is remembered."""
    # One newcomer at a time: two windows that write down the same one must see each other.
    lock(f"newcomers of {scoped_desk()}")
    if not _is_recorded(form_token):
        _refuse_likeness(facts, set(apart))
    person = actions.create_person(facts=facts, form_token=form_token)
    if apart:
        actions.tell_apart(person_id=person.id, others=apart)
    return person


def _is_recorded(form_token: UUID | None) -> bool:
    """A twin of the form finds the person it made itself, who resembles them very much."""
    if form_token is None or not is_sent_again(form_token):
        return False
    return find_saved(form_token) is not None


def _refuse_likeness(facts: PersonFacts, apart: set[UUID]) -> None:
    found = list_candidates(facts)
    if any(candidate.row.id not in apart for candidate in found):
        raise HasCandidates(found)
