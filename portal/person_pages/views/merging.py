# SPDX-License-Identifier: AGPL-3.0-or-later
"""Two cards of one person: find the other, compare, make them one, part them again.

Addresses hold ids alone, and the search is a POST: no name ever stands in an address.
"""

from uuid import UUID

from flask import Response, request, url_for

from portal.accounts.gate import limited
from portal.accounts.limits import Act
from portal.core.errors import Conflict, NotHere
from portal.core.store.audit import record_read
from portal.core.web.access import Permission, needs
from portal.core.web.forms import PortalForm
from portal.core.web.pages import page, redirect_to
from portal.people import actions as people_actions
from portal.people import queries as people
from portal.people.card import summary
from portal.people.forms.person import SearchForm
from portal.people.queries import PeoplePage
from portal.people.queries.candidate_pairs import MOST, list_candidate_pairs
from portal.people.rules import display_name
from portal.person_pages import actions, queries
from portal.person_pages.candidates import candidate_rows
from portal.person_pages.comparison import CardComparison, compare
from portal.person_pages.forms import MergeForm
from portal.person_pages.views import person_pages
from portal.person_pages.views.card_page import person_page
from portal.visits.conflicts import who_changed

FROM_CANDIDATES = "doppioni"


@person_pages.get("/s/<desk>/persone/<uuid:person_id>/unisci")
@needs(Permission.EDIT_PEOPLE)
def choose_merge(person_id: UUID) -> Response:
    """Whose card is to become one with this: who resembles, or a search."""
    return _choose(person_id, SearchForm(formdata=None))


@person_pages.post("/s/<desk>/persone/<uuid:person_id>/unisci")
@needs(Permission.EDIT_PEOPLE)
@limited(Act.SEARCH, Act.SEARCH_FOR_LONG)
def find_merge(person_id: UUID) -> Response:
    """Those who match what was typed."""
    form = SearchForm()
    found = people.search_people((form.q.data or "") if form.validate() else "")
    return _choose(person_id, form, found)


@person_pages.get("/s/<desk>/persone/<uuid:person_id>/unisci/<uuid:other_id>")
@needs(Permission.EDIT_PEOPLE)
def compare_cards(person_id: UUID, other_id: UUID) -> Response:
    """The two cards side by side."""
    kept = _living(person_id, other_id)
    if len(kept) == 1:
        return redirect_to("person_pages.show_person", person_id=kept.pop())
    return _show(MergeForm(), compare(person_id, other_id, {}))


@person_pages.post("/s/<desk>/persone/<uuid:person_id>/unisci/<uuid:other_id>")
@needs(Permission.EDIT_PEOPLE)
def merge_cards(person_id: UUID, other_id: UUID) -> Response:
    """Make the two cards one; if one of them has changed meanwhile, show them again."""
    _living(person_id, other_id)
    form, comparison = MergeForm(), compare(person_id, other_id, request.form)
    changed = _versions(comparison) != form.seen_versions(person_id, other_id)
    kept_id, left_id = comparison.kept_side.id, comparison.left_side.id
    with form.attempting():
        try:
            actions.merge_people(
                kept_id=kept_id,
                left_id=left_id,
                facts=comparison.facts(),
                seen_versions=form.seen_versions(person_id, other_id),
            )
            return redirect_to("person_pages.show_person", person_id=kept_id, unita=left_id)
        except Conflict:
            changed = True
    return _show(form, compare(person_id, other_id, request.form), changed=changed)


@person_pages.post("/s/<desk>/persone/<uuid:person_id>/annulla-unione")
@needs(Permission.EDIT_PEOPLE)
def undo_merge(person_id: UUID) -> Response:
    """Give the card that was made part of another its own life back."""
    person = people.get_person(person_id)
    merge = queries.find_merge_of(person_id)
    if merge is None:
        return redirect_to("person_pages.show_person", person_id=person.id)
    form = PortalForm()
    with form.attempting():
        undone = actions.undo_merge(merge_id=merge.id)
        return redirect_to(
            "person_pages.show_person",
            person_id=merge.kept_id,
            separata=person_id,
            restano=",".join(undone.stayed) or None,
        )
    return person_page(merge.kept_id, refused=form.form_errors[0])


@person_pages.post("/s/<desk>/persone/<uuid:person_id>/distingui/<uuid:other_id>")
@needs(Permission.EDIT_PEOPLE)
def tell_apart(person_id: UUID, other_id: UUID) -> Response:
    """Remember that these two are not the same person."""
    people_actions.tell_apart(person_id=person_id, others=[other_id])
    if request.form.get("then") == FROM_CANDIDATES:
        return redirect_to("person_pages.show_candidates", distinte=1)
    return redirect_to("person_pages.show_person", person_id=person_id, distinte=1)


@person_pages.get("/s/<desk>/persone/doppioni")
@needs(Permission.EDIT_PEOPLE)
def show_candidates() -> Response:
    """The likeliest pairs of the desk, to be looked at one after the other."""
    found = list_candidate_pairs()
    record_read("people", rows=2 * len(found))
    return page(
        "person_pages/candidates.html",
        pairs=found,
        most=len(found) == MOST,
        card=summary,
        then=FROM_CANDIDATES,
        told_apart="distinte" in request.args,
    )


def _living(person_id: UUID, other_id: UUID) -> set[UUID]:
    """The cards that stand for these two; one alone where they are one already."""
    kept = {people.find_kept(person_id), people.find_kept(other_id)}
    if person_id == other_id:
        raise NotHere
    return kept


def _versions(comparison: CardComparison) -> dict[UUID, int | None]:
    return {side.id: side.version for side in (comparison.one, comparison.other)}


def _choose(person_id: UUID, form: SearchForm, found: PeoplePage | None = None) -> Response:
    person = people.get_person(person_id)
    if person.merged_into:
        return redirect_to("person_pages.show_person", person_id=people.find_kept(person_id))
    facts = people.facts_of(person)
    candidates = [] if found else candidate_rows(people.list_candidates(facts, but=person_id))
    record_read("people", rows=1 + len(candidates) + (len(found.rows) if found else 0))
    return page(
        "person_pages/choose_merge.html",
        form=form,
        status=422 if form.errors else 200,
        person_id=person_id,
        name=display_name(person),
        candidates=candidates,
        found=found,
        rows=[row for row in found.rows if row.id != person_id] if found else [],
    )


def _show(form: MergeForm, comparison: CardComparison, *, changed: bool = False) -> Response:
    one, other = comparison.one, comparison.other
    for side in (one, other):
        record_read("person", side.id)
    form.saw(one.version, other.version)
    changes = [change for side in (one, other) if (change := people.find_last_change(side.id))]
    last = max(changes, key=lambda change: change.at, default=None) if changed else None
    by, when, _hour = who_changed(last)
    return page(
        "person_pages/compare.html",
        status=form.status,
        form=form,
        comparison=comparison,
        changed=changed,
        changed_by=by,
        changed_when=when,
        numbers=sorted((one.visits, other.visits), reverse=True),
        back=url_for("person_pages.show_person", person_id=one.id),
        apart=people.list_apart(one.id).count(other.id),
    )
