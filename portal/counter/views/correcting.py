# SPDX-License-Identifier: AGPL-3.0-or-later
"""Correcting a visit: also its day, its person or what was asked; never over another's save."""

from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from flask import Response, request, url_for

from portal.core import clock
from portal.core.errors import NotHere, Refusal
from portal.core.store.audit import record_read
from portal.core.web.access import Permission, needs
from portal.core.web.edit_conflicts import Meeting, seal
from portal.core.web.pages import page, redirect_to
from portal.counter.card import card_of
from portal.counter.views import counter
from portal.counter.views.recording import offer_topics
from portal.counter.views.today import name_past_day
from portal.drafts.rules import resumes_drafts
from portal.people import queries as people
from portal.tally.queries import list_keys
from portal.visits import actions, queries
from portal.visits.conflicts import ToldTwice, choices, told_twice, who_changed
from portal.visits.differences import in_order_of, parts
from portal.visits.forms import FOR_OTHERS, FOR_SELF, VisitCorrectionForm, VisitForm
from portal.visits.rules import VisitFacts
from portal.visits.story import asked_in

if TYPE_CHECKING:
    from portal.visits.queries import Visit


@counter.get("/s/<desk>/accessi/<uuid:visit_id>/correggi")
@needs(Permission.RECORD_VISITS)
@resumes_drafts
def correct(visit_id: UUID) -> Response:
    """The form, filled with what is recorded; `persona` gives it a person, or none if empty."""
    visit = queries.get_visit(visit_id)
    if visit.deleted_at is not None:
        raise NotHere
    facts = queries.facts_of(visit)
    form = VisitCorrectionForm(
        person_id=request.args.get("persona", str(facts.person_id or "")),
        visited_on=facts.visited_on,
        channel=facts.channel,
        interpreter=facts.interpreter or "",
        for_whom=FOR_OTHERS if facts.for_third_party else FOR_SELF,
        topics=list(facts.topics),
        note=facts.note,
        version=visit.version,
        before=seal(facts, visit_id),
    )
    return _show(form, visit)


@counter.post("/s/<desk>/accessi/<uuid:visit_id>/correggi")
@needs(Permission.RECORD_VISITS)
def save_correction(visit_id: UUID) -> Response:
    """Save the form; where somebody else saved meanwhile, ask which value to keep."""
    form = VisitCorrectionForm()
    offer_topics(form)
    visit = queries.get_visit(visit_id)
    try:
        # Held from here on: what is compared is what is saved.
        actions.lock_visit(visit_id, form.given(visit_id))
    except Refusal as refusal:
        form.refuse(refusal)
    if form.form_errors or not form.validate() or (visit.deleted_at and not form.restores):
        return _show(form, visit)
    meeting, shown = _meeting(form, visit), form.seen_version == visit.version
    facts = meeting.outcome(shown=shown, chosen=choices())
    if facts is None:
        form.version.data = str(visit.version)
        change = queries.find_last_change(visit_id)
        return _show(form, visit, told_twice(meeting, change, shown=shown))
    with form.attempting():
        if form.restores:
            actions.restore_visit(visit_id=visit_id)
        actions.correct_visit(visit_id=visit_id, facts=facts, seen_version=visit.version)
        return redirect_to("counter.reception", corretto=visit_id, giorno=_day(facts.visited_on))
    return _show(form, visit)


def _meeting(form: VisitCorrectionForm, visit: "Visit") -> Meeting[VisitFacts]:
    saved, before = queries.facts_of(visit), form.facts_before(visit.id)
    mine = in_order_of(form.facts(asked_before=(before or saved).topics), saved)
    told = [facts.person_id for facts in (mine, saved, before) if facts and facts.person_id]
    names = people.list_names(told)
    if names:
        record_read("people", rows=len(names))
    return Meeting(parts(names), mine, saved, in_order_of(before, saved) if before else None)


def _day(day: date) -> str | None:
    """The day for the address of the list; today needs none."""
    return None if day == clock.today() else day.isoformat()


def _show(
    form: VisitForm,
    visit: "Visit | None" = None,
    twice: ToldTwice | None = None,
) -> Response:
    if not form.is_submitted():
        offer_topics(form)
    if form.person:
        record_read("person", form.person)
    day = form.visited_on.data
    deleted = queries.find_last_change(visit.id) if visit and visit.deleted_at else None
    return page(
        "counter/correct.html",
        form=form,
        status=form.status,
        visit=visit,
        told_twice=twice,
        deleted_by=who_changed(deleted) if deleted else None,
        card=card_of(form.person) if form.person else None,
        earlier=_earlier(form.person, visit),
        frequent=[(key.code, key.name) for key in list_keys()],
        back=url_for("counter.reception", giorno=_day(visit.visited_on) if visit else None),
        past_day=name_past_day(day),
    )


def _earlier(person_id: UUID | None, visit: "Visit | None") -> list[tuple[date, str]]:
    """The person's latest visits, each with what was asked."""
    if person_id is None:
        return []
    entries = [
        entry for entry in queries.list_visits_of(person_id) if not visit or entry.id != visit.id
    ]
    return [(entry.visited_on, asked_in(entry)) for entry in entries[:8]]
