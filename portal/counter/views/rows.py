# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is done in a row of the day's list: delete and take back, give a name, show names.

Each act answers the list anew where htmx asks, and goes back to it where a plain page does.
"""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from flask import Response, request
from flask_babel import gettext as _

from portal.accounts.gate import limited
from portal.accounts.limits import Act
from portal.core.errors import NotHere
from portal.core.store import audit
from portal.core.store.database import scoped_desk
from portal.core.web.access import Permission, needs
from portal.core.web.forms import PortalForm
from portal.core.web.pages import page, redirect_to, wants_fragment
from portal.counter.finding import SearchAnswer, find
from portal.counter.forms.row import GivenForm, SoughtForm
from portal.counter.views import counter
from portal.counter.views.today import address_of, asked_day, day_list, kept_address, warning_of
from portal.desks.queries import get_desk
from portal.people import names_on_screen
from portal.people import queries as people
from portal.people.forms.new_person import read_id
from portal.people.names_on_screen import are_names_shown
from portal.people.rules import initials
from portal.visits import actions
from portal.visits import queries as visits
from portal.visits.forms import DeletionForm
from portal.visits.story import asked_in

if TYPE_CHECKING:
    from portal.visits.queries import Visit


@counter.get("/s/<desk>/giorno")
@needs(Permission.RECORD_VISITS)
def day() -> Response:
    """The list alone; `riga` is the visit in whose row one goes on."""
    return _list(focus=read_id(request.args.get("riga", "")))


@counter.post("/s/<desk>/nomi")
@needs(Permission.RECORD_VISITS)
def choose_names() -> Response:
    names_on_screen.choose(request.form.get("nomi", ""))
    return names_on_screen.remember(_changed(""))


@counter.get("/s/<desk>/accessi/<uuid:visit_id>/elimina")
@needs(Permission.RECORD_VISITS)
def delete(visit_id: UUID) -> Response:
    visit = _present(visit_id)
    return _show_deletion(DeletionForm(version=visit.version), visit)


@counter.post("/s/<desk>/accessi/<uuid:visit_id>/elimina")
@needs(Permission.RECORD_VISITS)
def confirm_deletion(visit_id: UUID) -> Response:
    visit = visits.get_visit(visit_id)
    form = DeletionForm()
    if form.validate_on_submit():
        with form.attempting():
            actions.delete_visit(
                visit_id=visit_id, reason=form.reason.data, seen_version=form.seen_version
            )
            said = _("Accesso eliminato. I conteggi sono aggiornati.")
            return _changed(said, visit, deleted=visit_id)
    if wants_fragment():
        return _ask_again(form, visit) if form.reason.errors else _refused(form, visit_id)
    form.version.data = str(visit.version)
    return _show_deletion(form, visit)


@counter.post("/s/<desk>/accessi/<uuid:visit_id>/ripristina")
@needs(Permission.RECORD_VISITS)
def restore(visit_id: UUID) -> Response:
    actions.restore_visit(visit_id=visit_id)
    visit = visits.get_visit(visit_id)
    return _changed(_("Annullato."), visit, act="ripreso", fresh=visit_id, focus=visit_id)


@counter.get("/s/<desk>/accessi/<uuid:visit_id>/assegna")
@needs(Permission.RECORD_VISITS)
def assign(visit_id: UUID) -> Response:
    return _show_box(SoughtForm(), _present(visit_id))


@counter.post("/s/<desk>/accessi/<uuid:visit_id>/assegna")
@needs(Permission.RECORD_VISITS)
@limited(Act.SEARCH, Act.SEARCH_FOR_LONG)
def find_for(visit_id: UUID) -> Response:
    """Look for the person of an anonymous visit."""
    visit, form = _present(visit_id), SoughtForm()
    if not form.validate_on_submit():
        return _show_box(form, visit, part="found")
    found = find(form.sought.data)
    audit.record_read("people", rows=len(found.options))
    return _show_box(form, visit, found, part="found")


@counter.post("/s/<desk>/accessi/<uuid:visit_id>/persona")
@needs(Permission.RECORD_VISITS)
def give(visit_id: UUID) -> Response:
    visit, form = _present(visit_id), GivenForm()
    if not form.validate():
        return _refused(form, visit_id)
    person_id = form.person
    with form.attempting():
        actions.give_visit(visit_id=visit_id, person_id=person_id, seen_version=form.seen_version)
        name = people.list_names([person_id])[person_id]
        said = _("Accesso assegnato a %(name)s.", name=name)
        return _changed(
            said,
            visit,
            act="assegnato",
            told=_("Accesso assegnato."),
            fresh=visit_id,
            focus=visit_id,
        )
    if wants_fragment():
        return _refused(form, visit_id)
    return _show_box(SoughtForm(formdata=None), visit, wrong=form.form_errors[0], status=422)


def _present(visit_id: UUID) -> "Visit":
    visit = visits.get_visit(visit_id)
    if visit.deleted_at is not None:
        raise NotHere
    return visit


def _list(said: str = "", status: int = 200, **marks: Any) -> Response:
    return page(
        "counter/day.html",
        fragment="today",
        status=status,
        said=said,
        refused=status != 200,
        **day_list(**marks),
    )


def _changed(
    said: str, visit: "Visit | None" = None, *, act: str = "", told: str = "", **marks: Any
) -> Response:
    """The list after an act; a plain page goes back to the counter, which says what was done.

    `act` is one of DONE; `told` is what stands in the row, where no name may be.
    """
    if wants_fragment():
        warning = warning_of(visit.person_id, visit.visited_on) if visit and act else ""
        voice = f"{said} {warning}".strip()
        return _list(voice, told=told or said, warning=warning, **marks)
    done = {act: marks["fresh"]} if act else {"eliminato": marks.get("deleted")}
    day = address_of(visit.visited_on if visit else asked_day())
    return redirect_to("counter.reception", giorno=day, **done)


def _refused(form: PortalForm, visit_id: UUID) -> Response:
    """The list with the row as it is now, and why nothing was done."""
    errors = [text for field in form for text in field.errors]
    wrong = str([*form.form_errors, *errors][0])
    return _list(wrong, 422, focus=visit_id, wrong=wrong)


def _ask_again(form: DeletionForm, visit: "Visit") -> Response:
    """The list with the row still open, and what is missing in it."""
    return page(
        "counter/day.html",
        fragment="today",
        status=form.status,
        said=str(form.reason.errors[0]),
        refused=True,
        form=form,
        asking=visit.id,
        **day_list() | _row(visit),
    )


def _show_deletion(form: DeletionForm, visit: "Visit") -> Response:
    return page(
        "counter/delete.html",
        fragment="row",
        form=form,
        status=form.status,
        **_row(visit),
    )


def _show_box(
    form: SoughtForm,
    visit: "Visit",
    found: SearchAnswer | None = None,
    *,
    part: str = "row",
    wrong: str = "",
    status: int | None = None,
) -> Response:
    return page(
        "counter/assign.html",
        fragment=part,
        form=form,
        status=status or (422 if form.errors else 200),
        given=GivenForm(formdata=None, version=visit.version),
        found=found,
        wrong=wrong,
        **_row(visit),
    )


def _row(visit: "Visit") -> dict[str, Any]:
    """A visit as its row says it; whoever is asked to delete it must see whose it is."""
    known = people.list_names([visit.person_id]) if visit.person_id else {}
    name = known[visit.person_id] if visit.person_id else None
    if name and (
        not wants_fragment() or are_names_shown(hidden=get_desk(scoped_desk()).hides_names)
    ):
        audit.record_read("person", visit.person_id)
    elif name:
        name = initials(name)
    return {
        "visit": visit,
        "who": name,
        "asked": asked_in(visits.entry_of(visit)),
        "kept": kept_address(),
    }
