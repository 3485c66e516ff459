# SPDX-License-Identifier: AGPL-3.0-or-later
"""The list of persons, the search and the form of a new one.

A person's own page shows visits and lives with them, in portal/person_pages/views/card.py.
"""

from uuid import UUID

from flask import Response, g, request, url_for

from portal.accounts.gate import limited
from portal.accounts.limits import Act
from portal.core.italy.states_and_comuni import list_citizenships, list_states
from portal.core.store.audit import record_read
from portal.core.web.access import Permission, may, needs
from portal.core.web.pages import page, redirect_to
from portal.drafts.actions import settle
from portal.drafts.rules import resumes_drafts
from portal.people import newcomers, queries, rules
from portal.people.card import languages
from portal.people.card.codice_fiscale import filled
from portal.people.forms.candidate_panel import candidate_rows, left_of
from portal.people.forms.new_person import NewPersonForm, read_id
from portal.people.forms.person import SearchForm
from portal.people.queries import PeoplePage
from portal.person_pages.views import person_pages

AFTER_SEARCH = "accesso"


@person_pages.get("/s/<desk>/persone")
@needs(Permission.READ_PEOPLE)
def index() -> Response:
    """Everybody the desk knows, in the order of their names."""
    found = queries.list_people(request.args.get("pagina", 1, type=int))
    return _list(found, SearchForm(formdata=None))


@person_pages.post("/s/<desk>/persone")
@needs(Permission.READ_PEOPLE)
@limited(Act.SEARCH, Act.SEARCH_FOR_LONG)
def search() -> Response:
    """Those who match what was typed."""
    form = SearchForm()
    if not form.validate():
        return _list(queries.search_people(""), form, status=422)
    if not (form.q.data or "").strip():
        return redirect_to("person_pages.index")
    number = request.form.get("page", 1, type=int)
    return _list(queries.search_people(form.q.data, page=number), form)


@person_pages.get("/s/<desk>/persone/nuova")
@needs(Permission.EDIT_PEOPLE)
@resumes_drafts
def new() -> Response:
    """An empty form."""
    return _form(NewPersonForm())


@person_pages.post("/s/<desk>/persone/nuova")
@needs(Permission.EDIT_PEOPLE)
def create() -> Response:
    """Write down a new person, unless it is said who of the desk they are."""
    form = NewPersonForm()
    if known := read_id(request.form.get("use", "")):
        settle(form.token)
        return _go_on(form.then.data or "", known, saved=None)
    if form.validate_on_submit():
        with form.attempting():
            person = newcomers.create_newcomer(
                facts=filled(form.facts()), form_token=form.token, apart=form.apart_ids
            )
            return _go_on(form.then.data or "", person.id)
    return _form(form)


@person_pages.post("/s/<desk>/persone/nuova/inizia")
@needs(Permission.EDIT_PEOPLE)
def begin() -> Response:
    """The form with what was typed to search already in it; names do not go into an address."""
    search = SearchForm()
    family_name, given_name = rules.split_name(search.q.data or "")
    then = request.form.get("assign") or AFTER_SEARCH
    form = NewPersonForm(formdata=None, family_name=family_name, given_name=given_name, then=then)
    return _form(form, status=200)


def _go_on(then: str, person_id: UUID, *, saved: int | None = 1) -> Response:
    """To the visit for which the person was written down, or to their card."""
    if then == AFTER_SEARCH:
        return redirect_to("counter.visit", persona=person_id)
    try:
        return redirect_to("counter.correct", visit_id=UUID(then), persona=person_id)
    except ValueError:
        return redirect_to("person_pages.show_person", person_id=person_id, salvata=saved)


def _list(found: PeoplePage, form: SearchForm, status: int = 200) -> Response:
    record_read("people", rows=len(found.rows))
    return page(
        "person_pages/index.html",
        fragment="found",
        status=status,
        form=form,
        people=found,
        searching=form.is_submitted(),
        can_edit=may(g.place.role, Permission.EDIT_PEOPLE),
        previous_url=_address(found.previous_number),
        next_url=_address(found.next_number),
    )


def _address(number: int | None) -> str | None:
    return url_for("person_pages.index", pagina=number) if number else None


def _form(form: NewPersonForm, status: int | None = None) -> Response:
    candidates = candidate_rows(left_of(form.candidates, form.apart_ids), {})
    if candidates:
        record_read("people", rows=len(candidates))
    return page(
        "person_pages/new.html",
        status=status or form.status,
        form=form,
        candidates=candidates,
        citizenships=list_citizenships(),
        states=list_states(),
        languages=languages.names().values(),
    )
