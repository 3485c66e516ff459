# SPDX-License-Identifier: AGPL-3.0-or-later
"""The visit beside its person: somebody known, nobody, or somebody new, who is saved with it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from flask import Response, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from portal.accounts.gate import limited
from portal.accounts.limits import Act
from portal.core import clock
from portal.core.errors import Refusal
from portal.core.italy.states_and_comuni import list_citizenships
from portal.core.store import audit
from portal.core.web.access import Permission, needs
from portal.core.web.pages import page, redirect_to, wants_fragment
from portal.counter import actions as recording
from portal.counter.card import card_of
from portal.counter.forms.box import BoxForm
from portal.counter.forms.record import NewcomerForm, RecordForm, Together
from portal.counter.rules import Begun, begun_with
from portal.counter.views import counter
from portal.counter.views.reception import LastAct, show_done, show_saved, undone
from portal.counter.views.today import day_list, name_past_day
from portal.drafts.rules import resumes_drafts
from portal.people import queries as people
from portal.people.card.codice_fiscale import filled
from portal.people.forms.candidate_panel import CandidateRow
from portal.people.forms.person import shown
from portal.people.rules import PersonFacts
from portal.person_pages.candidates import candidate_rows
from portal.tally.queries import list_keys
from portal.taxonomy import queries as taxonomy
from portal.taxonomy.rules import TopicEntry
from portal.visits import actions as visits
from portal.visits import queries
from portal.visits.forms import VisitForm
from portal.visits.rules import DELETION_REASONS, is_too_early

if TYPE_CHECKING:
    from portal.visits.queries import Visit


@counter.get("/s/<desk>/accessi/nuovo")
@needs(Permission.RECORD_VISITS)
@resumes_drafts
def visit() -> Response:
    form = RecordForm(
        person_id=request.args.get("persona", ""),
        begins="1" if "nuova" in request.args else "",
        topics=request.args.get("tipologia", "").split(","),
    )
    if form.begins.data:
        form.newcomer = NewcomerForm(sex=None)
    return _show(form)


@counter.post("/s/<desk>/accessi/nuovo/inizia")
@needs(Permission.RECORD_VISITS)
def begin() -> Response:
    """Somebody new, with what was typed in the box already in the fields; no name in an address."""
    box = BoxForm()
    form = RecordForm(formdata=None, begins="1", topics=(box.asked.data or "").split(","))
    begun = begun_with(box.q.data or "")
    form.newcomer = _begun(begun)
    candidates = candidate_rows(people.list_candidates(begun.facts))
    if candidates:
        audit.record_read("people", rows=len(candidates))
    return _show(form, candidates)


@counter.post("/s/<desk>/accessi/nuovo")
@needs(Permission.RECORD_VISITS)
def record() -> Response:
    form = _sent()
    if chosen := request.form.get("use"):
        return _change_person(form, chosen)
    if form.validate():
        with form.attempting(whole_unit=True):
            return _answer(_record(form))
    return _show_both(form, candidate_rows(form.candidates, form.apart_ids), status=422)


@counter.post("/s/<desk>/accessi/nuovo/simili")
@needs(Permission.RECORD_VISITS)
@limited(Act.SEARCH, Act.SEARCH_FOR_LONG)
def show_candidates() -> Response:
    """Who the person being written down may already be; asked while one types, saves nothing."""
    form = _sent()
    candidates: list[CandidateRow] = []
    if form.newcomer:
        form.newcomer.validate()
        candidates = candidate_rows(
            people.list_candidates(filled(form.newcomer.facts())), form.apart_ids
        )
    if candidates:
        audit.record_read("people", rows=len(candidates))
    if wants_fragment():
        return page("counter/visit.html", fragment="candidates", form=form, candidates=candidates)
    return _show_both(form, candidates, status=200)


@counter.post("/s/<desk>/accessi/<uuid:visit_id>/annulla")
@needs(Permission.RECORD_VISITS)
def take_back(visit_id: UUID) -> Response:
    """Undo the last save in one press."""
    seen = request.form.get("version", 0, type=int)
    try:
        visits.delete_visit(visit_id=visit_id, reason=str(DELETION_REASONS[0]), seen_version=seen)
    except Refusal as refusal:
        return show_done(LastAct(_("Non annullato."), refusal.sentence, wrong=True))
    if not wants_fragment():
        return redirect_to("counter.reception", eliminato=visit_id)
    return show_done(undone(queries.get_visit(visit_id)))


def _sent() -> RecordForm:
    form = RecordForm()
    if form.begins.data:
        form.newcomer = NewcomerForm()
    offer_topics(form)
    return form


def _begun(begun: Begun) -> NewcomerForm:
    """The form filled; what was not understood stands in its field, with what is wrong with it."""
    form = NewcomerForm(formdata=None, data=_known(begun.facts))
    for name, said in begun.unread.items():
        form[name].process(MultiDict({form[name].name: said}))
    wrong = {*begun.unread, "family_name", "given_name"}
    for name in wrong:
        asked = getattr(NewcomerForm, f"validate_{name}", None)
        form[name].validate(form, [asked] if asked else [])
    return form


def _known(facts: PersonFacts) -> dict[str, Any]:
    """The facts as the form's data; what is not known is asked, not shown as «n.i.»."""
    return shown(facts) | {"sex": facts.sex}


def _record(form: RecordForm) -> "Visit":
    if form.newcomer is None:
        return visits.record_visit(facts=form.facts(), form_token=form.token)
    return recording.record_newcomer(
        person=filled(form.newcomer.facts()),
        visit=form.facts(),
        form_token=form.token,
        apart=form.apart_ids,
    )


def _answer(saved: "Visit") -> Response:
    if wants_fragment():
        return show_saved(saved)
    return redirect_to("counter.reception", salvato=saved.id)


def _change_person(form: RecordForm, chosen: str) -> Response:
    """Somebody known after all: what was asked stays, what was typed of the person goes."""
    form.person_id.data, form.begins.data, form.newcomer = chosen, "", None
    return _show_both(form, status=200)


def offer_topics(form: VisitForm) -> tuple[TopicEntry, ...]:
    """The topics of the visit's day and those that came later, as in a file of visits."""
    today = clock.today()
    day = form.visited_on.data or today
    known = taxonomy.list_known(today if day > today or is_too_early(day) else day)
    form.offer([(topic.code, topic.label) for topic in known])
    return known


def _show(form: RecordForm, candidates: Sequence[CandidateRow] = ()) -> Response:
    """The work alone, where the day stands beside it already; nothing has failed to be saved."""
    shown = (
        _work(form, candidates)
        | {"everything": Together()}
        | ({} if wants_fragment() else day_list())
    )
    return page("counter/visit.html", fragment="work", form=form, **shown)


def _show_both(
    form: RecordForm, candidates: Sequence[CandidateRow] = (), *, status: int
) -> Response:
    return page(
        "counter/visit.html",
        fragment="counter",
        status=status,
        form=form,
        **_work(form, candidates),
        **day_list(),
    )


def _work(form: RecordForm, candidates: Sequence[CandidateRow] = ()) -> dict[str, Any]:
    known = offer_topics(form)
    headings = {group.key: group.label for group in taxonomy.list_groups()}
    person_id, day = form.person, form.visited_on.data
    if person_id:
        # Merged into another meanwhile: the visit is of the person, whichever card is left.
        person_id = people.find_kept(person_id)
        form.person_id.data = str(person_id)
        audit.record_read("person", person_id)
    return {
        "card": card_of(person_id) if person_id else None,
        "everything": Together(form, form.newcomer),
        "keys": [(key.code, key.name) for key in list_keys()],
        "headings": {topic.code: headings.get(topic.group_key or "", "") for topic in known},
        "past_day": name_past_day(day),
        "candidates": candidates,
        "address": _address(form),
        "citizenships": () if wants_fragment() or not form.newcomer else list_citizenships(),
    }


def _address(form: RecordForm) -> str:
    """Where a reload begins the same again; the topics and what was typed are in the draft."""
    nuova = 1 if form.newcomer else None
    return url_for("counter.visit", persona=form.person, nuova=nuova)
