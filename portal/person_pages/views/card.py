# SPDX-License-Identifier: AGPL-3.0-or-later
"""A person's own page and its correction: they stand above people because the page shows visits
and because a corrected sex moves the figures.
"""

from typing import TYPE_CHECKING
from uuid import UUID

from flask import Response

from portal.core.errors import Refusal
from portal.core.italy.states_and_comuni import list_citizenships, list_states
from portal.core.store.audit import record_read
from portal.core.web.access import Permission, needs
from portal.core.web.edit_conflicts import Meeting, seal
from portal.core.web.pages import page, redirect_to
from portal.drafts.rules import resumes_drafts
from portal.people import queries as people
from portal.people.card import languages
from portal.people.card.parts import PARTS, as_recorded
from portal.people.forms.person import shown
from portal.people.rules import display_name
from portal.person_pages.views import person_pages
from portal.person_pages.views.card_page import person_page
from portal.visits.actions import correct_person
from portal.visits.conflicts import ToldTwice, choices, told_twice
from portal.visits.forms import PersonCorrectionForm

if TYPE_CHECKING:
    from portal.people.queries import Person


@person_pages.get("/s/<desk>/persone/<uuid:person_id>")
@needs(Permission.READ_PEOPLE)
def show_person(person_id: UUID) -> Response:
    """Who it is, what is known, and what was asked and when."""
    return person_page(person_id)


@person_pages.get("/s/<desk>/persone/<uuid:person_id>/modifica")
@needs(Permission.EDIT_PEOPLE)
@resumes_drafts
def edit_person(person_id: UUID) -> Response:
    """The form, filled with what is known; of a merged card the form of the one that was kept."""
    person = people.get_person(person_id)
    if person.merged_into:
        return redirect_to("person_pages.edit_person", person_id=people.find_kept(person_id))
    facts = people.facts_of(person)
    record_read("person", person_id)
    known = shown(facts) | {"version": person.version, "before": seal(facts, person_id)}
    return _form(person, PersonCorrectionForm(data=known))


@person_pages.post("/s/<desk>/persone/<uuid:person_id>/modifica")
@needs(Permission.EDIT_PEOPLE)
def save_person(person_id: UUID) -> Response:
    """Save the form; where somebody else saved meanwhile, ask which value to keep."""
    form = PersonCorrectionForm()
    try:
        # Held from here on: what is compared is what is saved.
        people.lock_people([person_id])
    except Refusal as refusal:
        form.refuse(refusal)
    person = people.get_person(person_id)
    record_read("person", person_id)
    if form.form_errors or not form.validate():
        return _form(person, form)
    saved = people.facts_of(person)
    mine = as_recorded(form.facts(), saved, people.find_since(person_id))
    meeting = Meeting(PARTS, mine, saved, form.facts_before(person_id))
    shown_now = form.seen_version == person.version
    facts = meeting.outcome(shown=shown_now, chosen=choices())
    if facts is None:
        form.version.data = str(person.version)
        change = people.find_last_change(person_id)
        return _form(person, form, told_twice(meeting, change, shown=shown_now))
    with form.attempting():
        correct_person(person_id=person_id, facts=facts, seen_version=person.version)
        return redirect_to("person_pages.show_person", person_id=person_id, salvata=1)
    return _form(person, form)


def _form(person: "Person", form: PersonCorrectionForm, twice: ToldTwice | None = None) -> Response:
    return page(
        "person_pages/edit_person.html",
        status=form.status,
        form=form,
        person_id=person.id,
        name=display_name(person),
        since=people.find_since(person.id),
        told_twice=twice,
        citizenships=list_citizenships(),
        states=list_states(),
        languages=languages.names().values(),
    )
