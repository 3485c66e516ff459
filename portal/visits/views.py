# SPDX-License-Identifier: AGPL-3.0-or-later
"""Recording, correcting and deleting a visit. The pages of persons with their history are apart."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from flask import Blueprint, Response, request
from flask_babel import gettext as _

from portal.core import clock, italian, places
from portal.core.access import Permission, needs
from portal.core.audit import record_read
from portal.core.errors import NotHere
from portal.core.pages import page, redirect_to
from portal.people import queries as people
from portal.people.rules import display_name
from portal.taxonomy import queries as taxonomy
from portal.visits import actions, queries
from portal.visits.forms import FOR_OTHERS, FOR_SELF, DeletionForm, VisitForm
from portal.visits.models import Visit
from portal.visits.rules import CHANNEL_LABELS, Channel, is_too_early

if TYPE_CHECKING:
    from portal.people.models import Person

visits = Blueprint("visits", __name__)

FREQUENT = 9
FREQUENT_SINCE = timedelta(days=90)
# What a desk is asked most, until its own visits say it.
USUAL = ("SOG-RIN", "CIT", "SOG-CAR", "FOR", "BUR", "FAM-RIC", "SOG-STA", "SOG-PRI", "SOC-INV")
PERMIT_SOON = timedelta(days=90)


@dataclass(frozen=True)
class Card:
    """The person of a visit, in the line that singles them out."""

    id: UUID
    name: str
    line: list[str]
    permit: str | None
    came: str


@visits.get("/s/<desk>/accessi/nuovo")
@needs(Permission.RECORD_VISITS)
def new() -> Response:
    form = VisitForm(person_id=request.args.get("persona", ""))
    asked = request.args.get("tipologia")
    form.topics.data = [asked] if asked else []
    return _show(form)


@visits.post("/s/<desk>/accessi/nuovo")
@needs(Permission.RECORD_VISITS)
def record() -> Response:
    form = VisitForm()
    _offer(form)
    if form.validate_on_submit():
        with form.attempting():
            visit = actions.record_visit(facts=form.facts(), form_token=form.token)
            return redirect_to("intake.reception", salvato=visit.id)
    return _show(form)


@visits.get("/s/<desk>/accessi/<uuid:visit_id>/correggi")
@needs(Permission.RECORD_VISITS)
def correct(visit_id: UUID) -> Response:
    visit = _present(visit_id)
    form = VisitForm(
        person_id=request.args.get("persona") or str(visit.person_id or ""),
        visited_on=visit.visited_on,
        channel=visit.channel,
        for_whom=FOR_OTHERS if visit.for_third_party else FOR_SELF,
        topics=[enquiry.topic_code for enquiry in queries.list_topics_of(visit_id)],
        note=visit.note,
        version=visit.version,
    )
    return _show(form, visit)


@visits.post("/s/<desk>/accessi/<uuid:visit_id>/correggi")
@needs(Permission.RECORD_VISITS)
def save_correction(visit_id: UUID) -> Response:
    visit = _present(visit_id)
    before = tuple(enquiry.topic_code for enquiry in queries.list_topics_of(visit_id))
    form = VisitForm()
    _offer(form)
    if form.validate_on_submit():
        with form.attempting():
            actions.correct_visit(
                visit_id=visit_id,
                facts=form.facts(asked_before=before),
                seen_version=form.seen_version,
            )
            return redirect_to(
                "intake.reception", salvato=visit_id, giorno=_day(form.visited_on.data)
            )
    return _show(form, visit, saved=_saved_meanwhile(form, visit))


@visits.get("/s/<desk>/accessi/<uuid:visit_id>/elimina")
@needs(Permission.RECORD_VISITS)
def delete(visit_id: UUID) -> Response:
    visit = _present(visit_id)
    return _show_deletion(DeletionForm(version=visit.version), visit)


@visits.post("/s/<desk>/accessi/<uuid:visit_id>/elimina")
@needs(Permission.RECORD_VISITS)
def confirm_deletion(visit_id: UUID) -> Response:
    visit = queries.get_visit(visit_id)
    form = DeletionForm()
    if form.validate_on_submit():
        with form.attempting():
            actions.delete_visit(
                visit_id=visit_id, reason=form.reason.data, seen_version=form.seen_version
            )
            day = _day(visit.visited_on)
            return redirect_to("intake.reception", eliminato=visit_id, giorno=day)
    form.version.data = str(visit.version)
    return _show_deletion(form, visit)


@visits.post("/s/<desk>/accessi/<uuid:visit_id>/ripristina")
@needs(Permission.RECORD_VISITS)
def restore(visit_id: UUID) -> Response:
    actions.restore_visit(visit_id=visit_id)
    visit = queries.get_visit(visit_id)
    return redirect_to("intake.reception", ripreso=visit_id, giorno=_day(visit.visited_on))


def _present(visit_id: UUID) -> Visit:
    visit = queries.get_visit(visit_id)
    if visit.deleted_at is not None:
        raise NotHere
    return visit


def _day(day: date) -> str | None:
    """The day for the address of the list; today needs none."""
    return None if day == clock.today() else day.isoformat()


def _offer(form: VisitForm) -> None:
    """The topics of the visit's day and those that came later, as in a file of visits."""
    today = clock.today()
    day = form.visited_on.data or today
    known = taxonomy.list_known(today if day > today or is_too_early(day) else day)
    form.offer([(topic.code, topic.label) for topic in known])


def frequent_topics() -> list[tuple[str, str]]:
    """The desk's nine commonest topics as (code, short name), filled up with the usual ones."""
    today = clock.today()
    codes = queries.list_frequent_topics(since=today - FREQUENT_SINCE, limit=FREQUENT)
    codes = list(dict.fromkeys([*codes, *USUAL]))[:FREQUENT]
    return [(code, taxonomy.topic_on(today, code).short_name) for code in codes]


def _saved_meanwhile(form: VisitForm, visit: Visit) -> list[tuple[str, str]]:
    """What somebody else saved while this form was open; the next save is then a knowing one."""
    if form.seen_version == visit.version:
        return []
    form.version.data = str(visit.version)
    form.version.raw_data = None
    names = people.list_names([visit.person_id]) if visit.person_id else {}
    asked = [enquiry.topic_code for enquiry in queries.list_topics_of(visit.id)]
    labels = [taxonomy.topic_on(visit.visited_on, code).label for code in asked]
    return [
        (_("Persona"), names[visit.person_id] if visit.person_id else _("senza nome")),
        (_("Data"), italian.day(visit.visited_on)),
        (_("Come"), str(CHANNEL_LABELS[Channel(visit.channel)])),
        (_("Per chi"), _("Per altri") if visit.for_third_party else _("Per sé")),
        (_("Richieste"), ", ".join(labels) or _("Nessuna richiesta")),
        (_("Nota"), visit.note or _("nessuna")),
    ]


def _show(
    form: VisitForm, visit: Visit | None = None, saved: Sequence[tuple[str, str]] = ()
) -> Response:
    if not form.is_submitted():
        _offer(form)
    person = people.get_person(form.person) if form.person else None
    if person:
        record_read("person", person.id)
    day = form.visited_on.data
    return page(
        "visits/form.html",
        form=form,
        status=form.status,
        visit=visit,
        saved=saved,
        card=_card(person) if person else None,
        earlier=_earlier(person, visit),
        frequent=frequent_topics(),
        past_day=italian.weekday_day(day) if day and day < clock.today() else None,
    )


def _show_deletion(form: DeletionForm, visit: Visit) -> Response:
    names = people.list_names([visit.person_id]) if visit.person_id else {}
    if visit.person_id:
        record_read("person", visit.person_id)
    return page(
        "visits/delete.html",
        form=form,
        status=form.status,
        visit=visit,
        who=names.get(visit.person_id) if visit.person_id else None,
        topics=[
            taxonomy.topic_on(visit.visited_on, enquiry.topic_code).label
            for enquiry in queries.list_topics_of(visit.id)
        ],
    )


def _card(person: "Person") -> Card:
    facts = people.facts_of(person)
    line = [person.sex or _("sesso non indicato")]
    if facts.birth:
        age = italian.age(facts.birth, clock.today())
        line.append(f"{italian.partial_day(facts.birth)} ({age})")
    if facts.citizenships:
        line.append(places.get_state(facts.citizenships[0]).name)
    return Card(
        id=person.id,
        name=display_name(person),
        line=line,
        permit=_permit(person.permit_expires_on),
        came=_came(queries.list_days_of([person.id])[person.id]),
    )


def _permit(expires_on: date | None) -> str | None:
    today = clock.today()
    if expires_on is None or expires_on > today + PERMIT_SOON:
        return None
    if expires_on < today:
        return _("Permesso: scaduto il %(day)s", day=italian.day(expires_on))
    left = italian.plural((expires_on - today).days, _("giorno"), _("giorni"))
    return _("Permesso: scade il %(day)s, fra %(left)s", day=italian.day(expires_on), left=left)


def _came(days: list[date]) -> str:
    if not days:
        return _("Primo accesso")
    number = italian.plural(len(days), _("accesso"), _("accessi"))
    return _("%(number)s; ultimo %(day)s", number=number, day=italian.day(max(days)))


def _earlier(person: "Person | None", visit: Visit | None) -> list[tuple[date, str]]:
    """The person's latest visits, each with what was asked."""
    if person is None:
        return []
    entries = [
        entry for entry in queries.list_visits_of(person.id) if not visit or entry.id != visit.id
    ]
    return [(entry.visited_on, asked_in(entry)) for entry in entries[:8]]


def asked_in(entry: queries.VisitEntry) -> str:
    """The short names of what was asked in a visit, in order."""
    if not entry.topics:
        return _("Nessuna richiesta")
    return ", ".join(taxonomy.get_topic(version, code).short_name for version, code in entry.topics)
