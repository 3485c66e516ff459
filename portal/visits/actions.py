# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every change of visits; each tells the figures in the same transaction.

The row of each person concerned is held first: of two operators who record one person's first
visit at once, the second waits and then sees that the person has come before.
"""

import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from flask_babel import gettext as _
from sqlalchemy import insert, text
from sqlalchemy.orm.attributes import flag_modified

from portal.core import clock
from portal.core.errors import Conflict, Refusal
from portal.core.italy import formats
from portal.core.italy.periods import Period, named_periods
from portal.core.store.database import current_scope, db
from portal.drafts.form_tokens import AlreadySaved, find_by_form_token
from portal.figures import actions as figures
from portal.figures import queries as figures_queries
from portal.figures.rules import VisitFact, deltas_of, deltas_of_sex
from portal.people import actions as people_actions
from portal.people import queries as people
from portal.people.rules import PersonFacts
from portal.taxonomy import queries as taxonomy
from portal.visits import queries
from portal.visits.models import Enquiry, Visit
from portal.visits.rules import LONGEST_NOTE, VisitFacts, refuse_future

EXTEND = text("""
UPDATE visit SET version = version + 1, note = r.note
FROM jsonb_to_recordset(cast(:rows AS jsonb)) AS r (id uuid, note text)
WHERE visit.id = r.id
""")


def record_visit(
    *, facts: VisitFacts, form_token: UUID | None = None, tallied: bool = False
) -> Visit:
    """Record one contact on one day; the same form sent twice gives the first's record.

    If that was deleted, only whoever looks at the form can say whether the contact is a new one.
    A press of the tally page has no form to look at: it stays taken back.
    """
    recorded = find_by_form_token(Visit, form_token)
    if recorded is not None:
        if recorded.deleted_at is not None and not tallied:
            raise AlreadySaved(
                _(
                    "Questo accesso era già stato salvato e poi annullato: salvando di nuovo lo"
                    " registri un’altra volta."
                )
            )
        return recorded
    refuse_future(facts.visited_on, clock.today())
    sexes = people.lock_people(_ids(facts.person_id))
    visit = Visit(form_token=form_token, created_by=current_scope().account_id, tallied=tallied)
    _write(visit, facts)
    db.session.add(visit)
    db.session.flush()
    _ask(visit, facts.topics)
    _tell(visit.id, None, _fact(facts, sexes), sexes)
    return visit


def lock_visit(visit_id: UUID, *other_ids: UUID | None) -> tuple[Visit, dict[UUID, str]]:
    """Hold a visit and its persons, as they stand now, until the unit ends; with their sexes.

    Persons first, as everywhere. If the visit has changed hands while we waited for it, we would
    hold the wrong person: the one who asked has not seen that.
    """
    first = queries.get_visit(visit_id).person_id
    sexes = people.lock_people(_ids(first, *other_ids))
    visit = queries.lock_visit(visit_id)
    if visit.person_id != first:
        raise _unseen()
    return visit, sexes


def correct_visit(*, visit_id: UUID, facts: VisitFacts, seen_version: int | None) -> Visit:
    """Correct a visit, also its day or its person; the figures of both sides follow."""
    visit, sexes = lock_visit(visit_id, facts.person_id)
    _refuse_unseen(visit, seen_version)
    if visit.deleted_at is not None:
        raise Refusal(_("Questo accesso è stato eliminato: prima annulla l’eliminazione."))
    if queries.facts_of(visit) == facts:
        return visit
    refuse_future(facts.visited_on, clock.today())
    before = _recorded(visit, sexes)
    _write(visit, facts)
    # The version moves also when only the enquiries change: the second editor must see it.
    flag_modified(visit, "note")
    for enquiry in queries.list_topics_of(visit_id):
        db.session.delete(enquiry)
    db.session.flush()
    _ask(visit, facts.topics)
    _tell(visit_id, before, _fact(facts, sexes), sexes)
    return visit


def give_visit(*, visit_id: UUID, person_id: UUID | None, seen_version: int | None) -> Visit:
    """Give an anonymous visit its person, or take the person away again."""
    facts = queries.facts_of(queries.get_visit(visit_id))
    return correct_visit(
        visit_id=visit_id, facts=replace(facts, person_id=person_id), seen_version=seen_version
    )


def delete_visit(*, visit_id: UUID, reason: str, seen_version: int | None) -> None:
    """Take a visit out of every figure; the row stays, with the reason."""
    visit, sexes = lock_visit(visit_id)
    if visit.deleted_at is not None:
        return
    _refuse_unseen(visit, seen_version)
    before = _recorded(visit, sexes)
    visit.deleted_at, visit.deleted_reason = clock.now(), reason
    db.session.flush()
    _tell(visit_id, before, None, sexes)


def restore_visit(*, visit_id: UUID) -> None:
    """Bring a deleted visit back."""
    visit, sexes = lock_visit(visit_id)
    if visit.deleted_at is None:
        return
    visit.deleted_at = visit.deleted_reason = None
    db.session.flush()
    _tell(visit_id, None, _recorded(visit, sexes), sexes)


def correct_person(*, person_id: UUID, facts: PersonFacts, seen_version: int | None) -> None:
    """Correct a person; where the sex changes, the users of every period they came in follow."""
    before = people.lock_people([person_id])[person_id]
    people_actions.edit_person(person_id=person_id, facts=facts, seen_version=seen_version)
    days = queries.list_days_of([person_id])[person_id]
    figures.add_deltas(deltas_of_sex(days, before, facts.sex or "N"))


def recount(days: Iterable[date]) -> None:
    """Count anew, from the records, every period around these days: after an import."""
    periods = sorted({period for day in days for period in named_periods(day)}, key=_name)
    figures.lock_periods(periods)
    figures.set_counts(queries.count_from_records(periods))


def record_visits(*, facts: Sequence[VisitFacts], recounting: Iterable[date] = ()) -> int:
    """Record many contacts at once, for a file; how many visits were not there yet.

    A person has one visit a day in a file: where the day's visit is already recorded it gets the
    further enquiries. `recounting` are other days whose figures the file has changed.
    """
    if not facts:
        return 0
    for one in facts:
        refuse_future(one.visited_on, clock.today())
    days = {one.visited_on for one in facts}
    person_ids = {one.person_id for one in facts if one.person_id}
    people.lock_people(person_ids)
    recorded = queries.list_first_visits(person_ids, days)
    new: list[Placed] = []
    further: list[Placed] = []
    for one in facts:
        found = recorded.get((one.person_id, one.visited_on)) if one.person_id else None
        (further if found else new).append((one, found or (uuid4(), "", 0)))
    _insert(new)
    _extend(further)
    _insert_enquiries([*new, *further])
    recount(days | set(recounting))
    _refuse_past_totals_on(days)
    return len(new)


Placed = tuple[VisitFacts, tuple[UUID, str, int]]
"""A visit of a file, and where it is recorded: the id, the note so far, the next position."""


def _insert(visits: Sequence[Placed]) -> None:
    author = current_scope().account_id
    rows = [
        {
            "id": visit_id,
            "created_by": author,
            **_columns_of(one),
        }
        for one, (visit_id, _note, _next) in visits
    ]
    if rows:
        db.session.execute(insert(Visit.__table__), rows)


def _extend(visits: Sequence[Placed]) -> None:
    """The version moves: whoever has the visit open must see that it has changed."""
    rows = [
        {"id": str(visit_id), "note": "\n".join(filter(None, (note, one.note)))}
        for one, (visit_id, note, _next) in visits
    ]
    for row, (one, _place) in zip(rows, visits, strict=True):
        if len(row["note"]) > LONGEST_NOTE:
            raise Refusal(
                _(
                    "La nota di un accesso del %(day)s supera i 2000 caratteri.",
                    day=formats.day(one.visited_on),
                )
            )
    if rows:
        db.session.execute(EXTEND, {"rows": json.dumps(rows)})


def _insert_enquiries(visits: Sequence[Placed]) -> None:
    rows = [
        {
            "visit_id": visit_id,
            "taxonomy": taxonomy.topic_on(one.visited_on, code).version,
            "topic_code": code,
            "position": position,
        }
        for one, (visit_id, _note, first) in visits
        for position, code in enumerate(one.topics, first)
    ]
    if rows:
        db.session.execute(insert(Enquiry.__table__), rows)


def _refuse_past_totals_on(days: Collection[date]) -> None:
    for totals in figures_queries.list_past_totals_within(min(days), max(days)):
        for day in days:
            if totals.starts_on <= day <= totals.ends_on:
                figures.refuse_past_totals_on(day)


def _refuse_unseen(visit: Visit, seen_version: int | None) -> None:
    if visit.version != seen_version:
        raise _unseen()


def _unseen() -> Conflict:
    return Conflict(_("Mentre leggevi qualcun altro ha cambiato questo accesso: rileggilo."))


def _name(period: Period) -> str:
    return period.name


def _ids(*person_ids: UUID | None) -> list[UUID]:
    return [person_id for person_id in person_ids if person_id is not None]


def _columns_of(facts: VisitFacts) -> dict[str, Any]:
    """The facts as the row has them; the topics have rows of their own."""
    return {name: value for name, value in vars(facts).items() if name != "topics"}


def _write(visit: Visit, facts: VisitFacts) -> None:
    for name, value in _columns_of(facts).items():
        setattr(visit, name, value)


def _ask(visit: Visit, topics: tuple[str, ...]) -> None:
    for position, code in enumerate(topics):
        topic = taxonomy.topic_on(visit.visited_on, code)
        db.session.add(
            Enquiry(visit_id=visit.id, taxonomy=topic.version, topic_code=code, position=position)
        )
    db.session.flush()


def _fact(facts: VisitFacts, sexes: Mapping[UUID, str]) -> VisitFact:
    sex = sexes[facts.person_id] if facts.person_id else "N"
    return VisitFact(facts.visited_on, facts.person_id, sex, Counter(facts.topics))


def _recorded(visit: Visit, sexes: Mapping[UUID, str]) -> VisitFact:
    topics = Counter(enquiry.topic_code for enquiry in queries.list_topics_of(visit.id))
    sex = sexes[visit.person_id] if visit.person_id else "N"
    return VisitFact(visit.visited_on, visit.person_id, sex, topics)


def _tell(
    visit_id: UUID,
    before: VisitFact | None,
    after: VisitFact | None,
    sexes: Mapping[UUID, str],
) -> None:
    other_days = queries.list_days_of(sexes.keys(), but=visit_id)
    figures.add_deltas(deltas_of(before, after, other_days))
    if after is not None:
        figures.refuse_past_totals_on(after.day)
