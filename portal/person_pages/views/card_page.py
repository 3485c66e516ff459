# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the page of a person says: facts, story, who may be the same person, what was just done.

Its links lead to acts of the counter, which stands above, and of merging, which comes back here to
say what it did.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from flask import Response, g, request
from flask_babel import gettext as _

from portal.accounts.queries import list_names
from portal.core.italy import formats
from portal.core.italy.states_and_comuni import get_state
from portal.core.store.audit import record_read
from portal.core.web.access import Permission, may
from portal.core.web.pages import page, redirect_to
from portal.people import queries as people
from portal.people.card import languages, summary
from portal.people.card.parts import PARTS
from portal.people.queries import Candidate, Merged
from portal.people.rules import PersonFacts, display_name
from portal.visits import story
from portal.visits.queries import list_visits_of
from portal.visits.rules import warn_of_birth

MORE_THAN_EVEN = 0.0
"""More likely than not; who resembles less is asked about while typing, not on each page."""


@dataclass(frozen=True)
class CandidateLine:
    """Who may be the same person, in one line."""

    id: UUID
    name: str
    facts: str
    reasons: str


def person_page(person_id: UUID, *, refused: str = "") -> Response:
    """Who it is, what is known, what was asked and when; a merged card leads to the one kept."""
    person = people.get_person(person_id)
    if person.merged_into:
        return redirect_to("person_pages.show_person", person_id=people.find_kept(person_id))
    can_edit = may(g.place.role, Permission.EDIT_PEOPLE)
    facts, entries = people.facts_of(person), list_visits_of(person_id)
    changes, merged = people.list_changes(person_id), people.list_merged(person_id)
    only_visits = request.args.get("solo") == "accessi"
    authors = list_names(
        [*(change.account_id for change in changes), *(other.account_id for other in merged)]
    )
    record_read("person", person_id)
    return page(
        "person_pages/show_person.html",
        status=422 if refused else 200,
        person=person,
        facts=facts,
        card=summary,
        languages=languages,
        name=display_name(person),
        formers=people.list_former_citizenships(person_id),
        residences=people.list_residences(person_id),
        title=story.title(entries),
        visited=bool(entries),
        early=warn_of_birth((entry.visited_on for entry in entries), facts.birth),
        only_visits=only_visits,
        years=story.years(
            entries, [] if only_visits else changes, [] if only_visits else merged, authors
        ),
        saved="salvata" in request.args,
        told_apart="distinte" in request.args,
        just_merged=_named(merged, "unita"),
        unmerged=_unmerged(),
        refused=refused,
        candidates=_candidates(person_id, facts) if can_edit else [],
        can_edit=can_edit,
        can_record=may(g.place.role, Permission.RECORD_VISITS),
    )


def _candidates(person_id: UUID, facts: PersonFacts) -> list[CandidateLine]:
    found = [
        _candidate_line(candidate)
        for candidate in people.list_candidates(facts, but=person_id)
        if candidate.strong or candidate.score > MORE_THAN_EVEN
    ]
    if found:
        record_read("people", rows=len(found))
    return found


def _candidate_line(one: Candidate) -> CandidateLine:
    row = one.row
    birth = summary.birth_day(row.birth, conventional=row.birth_conventional) if row.birth else ""
    citizenship = get_state(row.citizenship).name if row.citizenship else ""
    told = ", ".join(filter(None, (birth, citizenship)))
    return CandidateLine(row.id, row.name, told, "; ".join(one.reasons))


def _named(merged: Sequence[Merged], argument: str) -> Merged | None:
    """The card that the address says was just made part of this one."""
    return next((other for other in merged if str(other.id) == request.args.get(argument)), None)


def _unmerged() -> dict[str, str] | None:
    """The card that the address says has just been parted from this one, and what stayed here."""
    try:
        left_id = UUID(request.args.get("separata", ""))
    except ValueError:
        return None
    names = people.list_names([left_id])
    if left_id not in names:
        return None
    named = request.args.get("restano", "").split(",")
    stayed = formats.joined([str(PARTS[name].label) for name in named if name in PARTS])
    return {
        "id": str(left_id),
        "name": names[left_id],
        "stayed": _("Scritti dopo l’unione, restano qui: %(what)s.", what=stayed) if stayed else "",
    }
