# SPDX-License-Identifier: AGPL-3.0-or-later
"""Accoglienza in its plain form: find the person or go on without a name; today's visits beside."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from flask import Blueprint, Response, request, url_for
from flask_babel import gettext as _

from portal.core import audit, clock, italian
from portal.core.access import Permission, needs
from portal.core.errors import NotHere
from portal.core.pages import page
from portal.intake.forms import BoxForm
from portal.people import queries as people
from portal.people.queries import PeoplePage
from portal.visits import queries as visits
from portal.visits.queries import VisitEntry
from portal.visits.views import asked_in, frequent_topics

intake = Blueprint("intake", __name__)

MOST_FOUND = 8


@dataclass(frozen=True)
class Line:
    """A visit in the list of a day."""

    id: UUID
    hour: str
    who: str | None
    asked: str
    fresh: bool


@intake.get("/s/<desk>/")
@needs(Permission.RECORD_VISITS)
def reception() -> Response:
    return _show(BoxForm(assign=request.args.get("assegna", "")))


@intake.post("/s/<desk>/")
@needs(Permission.RECORD_VISITS)
def find() -> Response:
    form = BoxForm()
    if not form.validate_on_submit():
        return _show(form)
    found = people.search_people(form.q.data or "", limit=MOST_FOUND)
    audit.record_read("people", rows=len(found.rows))
    return _show(form, found)


def _show(form: BoxForm, found: PeoplePage | None = None) -> Response:
    day = _asked_day()
    entries = visits.list_visits_on(day)
    names = people.list_names(entry.person_id for entry in entries if entry.person_id)
    show_names = request.args.get("nomi") == "1"
    if show_names and names:
        audit.record_read("people", rows=len(names))
    return page(
        "intake/reception.html",
        fragment="found",
        form=form,
        status=form.status if form.errors else 200,
        found=found,
        last_visits=visits.list_last_visits([row.id for row in found.rows]) if found else {},
        assign=_visit_id(form.assign.data),
        saved=_saved(),
        deleted=_visit_id(request.args.get("eliminato")),
        frequent=frequent_topics(),
        day=day,
        is_today=day == clock.today(),
        lines=[_line(entry, names, show_names) for entry in entries],
        summary=_summary(entries),
        show_names=show_names,
        last_day=_last_day(day, entries),
    )


def _asked_day() -> date:
    typed = request.args.get("giorno")
    if not typed:
        return clock.today()
    try:
        return min(italian.parse_day(typed), clock.today())
    except ValueError:
        return clock.today()


def _visit_id(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None


def _saved() -> dict[str, str] | None:
    """The visit just saved or brought back, if the address names one of this desk."""
    visit_id = _visit_id(request.args.get("salvato") or request.args.get("ripreso"))
    if visit_id is None:
        return None
    try:
        visit = visits.get_visit(visit_id)
    except NotHere:
        return None
    if visit.deleted_at is not None:
        return None
    entry = visits.entry_of(visit)
    known = people.list_names([visit.person_id]) if visit.person_id else {}
    if visit.person_id:
        audit.record_read("person", visit.person_id)
    return {
        "id": str(visit_id),
        "done": _("Salvato") if "salvato" in request.args else _("Annullato"),
        "who": known[visit.person_id] if visit.person_id else _("senza nome"),
        "asked": asked_in(entry),
        "hour": italian.hour(clock.in_rome(visit.created_at)),
    }


def _line(entry: VisitEntry, names: dict[UUID, str], show_names: bool) -> Line:
    name = names.get(entry.person_id) if entry.person_id else None
    if name and not show_names:
        name = initials(name)
    return Line(
        id=entry.id,
        hour=italian.hour(clock.in_rome(entry.created_at)),
        who=name,
        asked=asked_in(entry),
        fresh=str(entry.id) == request.args.get("salvato"),
    )


def initials(name: str) -> str:
    """«D. A.»: enough for who was there, too little for who looks over the counter."""
    return " ".join(f"{word[0].upper()}." for word in name.split())


def _summary(entries: list[VisitEntry]) -> str:
    asked = sum(len(entry.topics) for entry in entries)
    anonymous = sum(entry.person_id is None for entry in entries)
    parts = [
        italian.plural(len(entries), _("accesso"), _("accessi")),
        italian.plural(asked, _("richiesta"), _("richieste")),
        italian.plural(anonymous, _("anonimo"), _("anonimi")) if anonymous else "",
    ]
    return " · ".join(part for part in parts if part)


def _last_day(day: date, entries: list[VisitEntry]) -> tuple[str, str] | None:
    """Where the visits are, when there are none today: (address, day in words)."""
    last = None if entries else visits.find_last_day_with_visits(before=day)
    if last is None:
        return None
    return url_for("intake.reception", giorno=last.isoformat()), italian.weekday_day(last)
