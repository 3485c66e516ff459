# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every change of visits; each tells the figures in the same transaction.

The row of each person concerned is held first: of two operators who record one person's first
visit at once, the second waits and then sees that the person has come before.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy.orm.attributes import flag_modified

from portal.core import clock, italian
from portal.core.database import db, speaker
from portal.core.errors import Conflict, Refusal
from portal.core.once import find_by_form_token
from portal.core.periods import Kind, Period, named_periods, period_of
from portal.figures import actions as figures
from portal.figures.rules import VisitFact, deltas_of, deltas_of_sex
from portal.people import actions as people_actions
from portal.people import queries as people
from portal.people.rules import PersonFacts
from portal.taxonomy import queries as taxonomy
from portal.visits import queries
from portal.visits.models import Enquiry, Visit
from portal.visits.rules import VisitFacts, refuse_future


def record_visit(*, facts: VisitFacts, form_token: UUID | None = None) -> Visit:
    """Record one contact on one day; the same form sent twice gives the first's record."""
    recorded = find_by_form_token(Visit, form_token)
    if recorded is not None:
        return recorded
    refuse_future(facts.visited_on, clock.today())
    sexes = people.hold_people(_ids(facts.person_id))
    visit = Visit(form_token=form_token, created_by=speaker().account_id)
    _write(visit, facts)
    db.session.add(visit)
    db.session.flush()
    _ask(visit, facts.topics)
    _tell(visit.id, None, _fact(facts, sexes), sexes)
    return visit


def correct_visit(*, visit_id: UUID, facts: VisitFacts, seen_version: int | None) -> Visit:
    """Correct a visit, also its day or its person; the figures of both sides follow."""
    visit = queries.get_visit(visit_id)
    if visit.version != seen_version:
        raise Conflict(_("Mentre scrivevi qualcun altro ha cambiato questo accesso."))
    if visit.deleted_at is not None:
        raise Refusal(_("Questo accesso è stato eliminato: prima annulla l’eliminazione."))
    refuse_future(facts.visited_on, clock.today())
    sexes = people.hold_people(_ids(visit.person_id, facts.person_id))
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


def delete_visit(*, visit_id: UUID, reason: str) -> None:
    """Take a visit out of every figure; the row stays, with the reason."""
    visit = queries.get_visit(visit_id)
    if visit.deleted_at is not None:
        return
    sexes = people.hold_people(_ids(visit.person_id))
    before = _recorded(visit, sexes)
    visit.deleted_at, visit.deleted_reason = clock.now(), reason
    db.session.flush()
    _tell(visit_id, before, None, sexes)


def restore_visit(*, visit_id: UUID) -> None:
    """Bring a deleted visit back."""
    visit = queries.get_visit(visit_id)
    if visit.deleted_at is None:
        return
    sexes = people.hold_people(_ids(visit.person_id))
    visit.deleted_at = visit.deleted_reason = None
    db.session.flush()
    _tell(visit_id, None, _recorded(visit, sexes), sexes)


def correct_person(*, person_id: UUID, facts: PersonFacts, seen_version: int | None) -> None:
    """Correct a person; where the sex changes, the users of every period they came in follow."""
    before = people.hold_people([person_id])[person_id]
    people_actions.edit_person(person_id=person_id, facts=facts, seen_version=seen_version)
    days = queries.list_days_of([person_id])[person_id]
    figures.add_deltas(deltas_of_sex(days, before, facts.sex or "N"))


def recount(days: Iterable[date]) -> None:
    """Count anew, from the records, every period around these days: after an import."""
    periods = sorted({period for day in days for period in named_periods(day)}, key=_name)
    figures.lock_periods(periods)
    figures.set_counts(queries.count_from_records(periods))


def store_past_total(
    *,
    period: Period,
    users: int,
    users_f: int | None,
    users_m: int | None,
    topics: Mapping[str, int],
) -> None:
    """Keep a period's figures from before the software, unless visits are recorded in it."""
    figures.lock_periods(_months(period))
    recorded_on = queries.find_first_visit_within(period.start, period.end)
    if recorded_on is not None:
        raise Refusal(
            _(
                "Nel periodo %(name)s ci sono già accessi registrati (il primo il %(day)s): i"
                " totali conterebbero due volte.",
                name=period.name,
                day=italian.day(recorded_on),
            ),
            field="period",
        )
    figures.store_past_total(
        period=period, users=users, users_f=users_f, users_m=users_m, topics=topics
    )


def _months(period: Period) -> list[Period]:
    months = [period_of(Kind.MONTH, period.start)]
    while months[-1].end < period.end:
        months.append(period_of(Kind.MONTH, months[-1].end + timedelta(days=1)))
    return months


def _name(period: Period) -> str:
    return period.name


def _ids(*person_ids: UUID | None) -> list[UUID]:
    return [person_id for person_id in person_ids if person_id is not None]


def _write(visit: Visit, facts: VisitFacts) -> None:
    visit.person_id = facts.person_id
    visit.visited_on = facts.visited_on
    visit.channel = facts.channel
    visit.for_third_party = facts.for_third_party
    visit.note = facts.note


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
