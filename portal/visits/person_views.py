# SPDX-License-Identifier: AGPL-3.0-or-later
"""A person's own page and its correction: they stand above people because the page shows visits
and because a corrected sex moves the figures.
"""

from collections.abc import Iterable
from uuid import UUID

from flask import Response, g, request
from flask_babel import gettext as _

from portal.accounts.queries import list_names
from portal.core.access import Permission, may, needs
from portal.core.audit import record_read
from portal.core.errors import Refusal
from portal.core.pages import page, redirect_to
from portal.core.places import list_citizenships, list_states
from portal.people import card, languages
from portal.people import queries as people
from portal.people.differences import PARTS, Difference, differences, keep_saved
from portal.people.forms import PersonForm, shown
from portal.people.rules import PersonFacts, display_name
from portal.visits import story
from portal.visits.actions import correct_person
from portal.visits.queries import list_visits_of
from portal.visits.views import visits

__all__ = ["visits"]


@visits.get("/s/<desk>/persone/<uuid:person_id>")
@needs(Permission.READ_PEOPLE)
def show_person(person_id: UUID) -> Response:
    """Who it is, what is known, and what was asked and when."""
    person = people.get_person(person_id)
    facts, entries = people.facts_of(person), list_visits_of(person_id)
    changes = people.list_changes(person_id)
    record_read("person", person_id)
    return page(
        "visits/show_person.html",
        person=person,
        facts=facts,
        card=card,
        languages=languages,
        name=display_name(person),
        residences=people.list_residences(person_id),
        title=story.title(entries),
        visited=bool(entries),
        years=story.years(entries, changes, list_names(one.account_id for one in changes)),
        saved="salvata" in request.args,
        can_edit=may(g.place.role, Permission.EDIT_PEOPLE),
        can_record=may(g.place.role, Permission.RECORD_VISITS),
    )


@visits.get("/s/<desk>/persone/<uuid:person_id>/modifica")
@needs(Permission.EDIT_PEOPLE)
def edit_person(person_id: UUID) -> Response:
    """The form, filled with what is known."""
    person = people.get_person(person_id)
    record_read("person", person_id)
    known = shown(people.facts_of(person)) | {"version": person.version}
    return _form(person_id, PersonForm(data=known), [])


@visits.post("/s/<desk>/persone/<uuid:person_id>/modifica")
@needs(Permission.EDIT_PEOPLE)
def save_person(person_id: UUID) -> Response:
    """Save the form; where somebody else saved meanwhile, ask which value to keep."""
    person = people.get_person(person_id)
    record_read("person", person_id)
    form = PersonForm()
    if not form.validate():
        return _form(person_id, form, [])
    with form.attempting():
        facts = _chosen(form.facts(), people.facts_of(person))
        correct_person(person_id=person_id, facts=facts, seen_version=form.seen_version)
        return redirect_to("visits.show_person", person_id=person_id, salvata=1)
    told_twice: list[Difference] = []
    if form.seen_version != person.version or _open_choices():
        told_twice = differences(form.facts(), people.facts_of(person))
        form.version.data = str(person.version)
    return _form(person_id, form, told_twice)


def _chosen(mine: PersonFacts, saved: PersonFacts) -> PersonFacts:
    """My facts with the choices made after a conflict, if there was one."""
    if _open_choices():
        raise Refusal(_("Scegli per ogni riga quale valore tenere."))
    kept = [name for name in _differing() if request.form.get(f"keep-{name}") == "saved"]
    return keep_saved(mine, saved, kept)


def _differing() -> Iterable[str]:
    return [name for name in request.form.getlist("differs") if name in PARTS]


def _open_choices() -> bool:
    return any(request.form.get(f"keep-{name}") not in ("mine", "saved") for name in _differing())


def _form(person_id: UUID, form: PersonForm, told_twice: list[Difference]) -> Response:
    change = people.find_last_change(person_id) if told_twice else None
    names = list_names([change.account_id]) if change else {}
    residences = people.list_residences(person_id)
    return page(
        "visits/edit_person.html",
        status=form.status,
        form=form,
        person_id=person_id,
        name=people.list_names([person_id])[person_id],
        home=residences[0] if residences else None,
        told_twice=told_twice,
        change=change,
        changed_by=names.get(change.account_id) if change and change.account_id else None,
        citizenships=list_citizenships(),
        states=list_states(),
        languages=languages.names().values(),
    )
