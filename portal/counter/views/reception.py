# SPDX-License-Identifier: AGPL-3.0-or-later
"""Accoglienza: the one box, and beside it the day. A fragment reads only what it shows."""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

from flask import Response, g, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from portal.accounts.gate import limited
from portal.accounts.limits import Act
from portal.core import clock
from portal.core.errors import NotHere
from portal.core.italy import formats
from portal.core.store import audit
from portal.core.store.database import scoped_desk
from portal.core.web.access import Permission, may, needs
from portal.core.web.pages import page, wants_fragment
from portal.counter.finding import find as look_for
from portal.counter.forms.box import BoxForm
from portal.counter.queries import pending
from portal.counter.views import counter
from portal.counter.views.today import (
    DONE,
    asked_day,
    day_list,
    done_in_address,
    hour_of,
    warning_of,
)
from portal.desks.queries import get_desk
from portal.drafts.queries import find_discarded
from portal.people import queries as people
from portal.people.forms.new_person import read_id
from portal.people.names_on_screen import are_names_shown
from portal.people.rules import display_name
from portal.tally.queries import list_keys
from portal.visits import queries as visits
from portal.visits.queries import DayRow
from portal.visits.story import asked_in

if TYPE_CHECKING:
    from portal.visits.queries import Visit


@dataclass(frozen=True)
class LastAct:
    """What the last act did, for the line under the box."""

    strong: str
    text: str = ""
    said: str = ""
    visit_id: UUID | None = None
    version: int = 0
    wrong: bool = False
    warning: str = ""
    """What to check of what was done."""
    act: str = "salvato"
    """How the address says it: only a visit just recorded, or brought back, is taken back whole."""

    card_id: UUID | None = None
    """The card of somebody new that an undone visit leaves behind."""

    @property
    def undoes(self) -> bool:
        """Whether «Annulla» stands beside it: of any other act it would delete the visit."""
        return self.visit_id is not None and self.act in ("salvato", "ripreso")


@counter.get("/s/<desk>/")
@needs(Permission.RECORD_VISITS)
def reception() -> Response:
    form = BoxForm(assign=request.args.get("assegna", ""), asked=_asked())
    beside = {} if wants_fragment() else day_list()
    done, deleted = _saved(beside.get("fresh")), read_id(request.args.get("eliminato") or "")
    return page(
        "counter/reception.html",
        fragment="work",
        form=form,
        finding=None,
        **_resting(form, done, deleted),
        **beside,
    )


@counter.post("/s/<desk>/")
@needs(Permission.RECORD_VISITS)
@limited(Act.SEARCH, Act.SEARCH_FOR_LONG)
def find() -> Response:
    form = BoxForm()
    finding = None
    if form.validate_on_submit():
        finding = look_for(form.q.data)
        audit.record_read("people", rows=len(finding.options))
    beside = {} if wants_fragment() else _resting(form, None, None) | day_list()
    return page(
        "counter/reception.html",
        fragment="found",
        status=form.status if form.errors else 200,
        form=form,
        finding=finding,
        **({"to_person": _to_person(form)} | beside),
    )


def show_done(done: LastAct) -> Response:
    """The counter as it stands after an act, both columns at once: the box is empty again."""
    return _show_after(done, day_list(fresh=done.visit_id))


def show_saved(visit: "Visit") -> Response:
    """The same after a save; what is said of it stands in the list of the day, mostly."""
    beside = day_list(fresh=visit.id)
    row = beside["fresh"] or _row_of(visit)
    return _show_after(_done_with(row, visit.visited_on, "salvato"), beside)


def undone(visit: "Visit") -> LastAct:
    """What is said once a save was taken back: also that somebody new keeps their card."""
    strong = _("Annullato.")
    name = _left_behind(visit)
    if name is None:
        return LastAct(strong, said=strong)
    text = _("La scheda di %(name)s resta, senza accessi.", name=name)
    return LastAct(strong, text, said=f"{strong} {text}", card_id=visit.person_id)


def _left_behind(visit: "Visit") -> str | None:
    """The name of a person who was written down together with this visit and has no other."""
    if visit.person_id is None or visit.form_token is None:
        return None
    person = people.get_person(visit.person_id)
    if person.form_token != visit.form_token or visits.list_visits_of(person.id):
        return None
    return display_name(person)


def _show_after(done: LastAct, beside: dict[str, Any]) -> Response:
    form = BoxForm(formdata=None)
    return page(
        "counter/reception.html",
        fragment="counter",
        form=form,
        finding=None,
        **_resting(form, done, None),
        **beside,
    )


def _row_of(visit: "Visit") -> DayRow:
    for row in visits.list_day(visit.visited_on).rows:
        if row.id == visit.id:
            return row
    raise NotHere


def _done_with(row: DayRow, day: date, act: str) -> LastAct:
    """«Salvato alle 10:42 · Diallo Amina · Rinnovo permesso, Uffici e pratiche»."""
    strong, who = str(DONE[act]), row.name or _("senza nome")
    warning = warning_of(row.person_id, day)
    voice = ngettext(
        "%(act)s: %(who)s, %(n)s richiesta.",
        "%(act)s: %(who)s, %(n)s richieste.",
        len(row.topics),
        n=formats.count(len(row.topics)),
        act=strong,
        who=who,
    )
    return LastAct(
        strong=strong,
        text=" · ".join((_which(row, day, act), who, asked_in(row))),
        said=f"{voice} {warning}".strip(),
        warning=warning,
        visit_id=row.id,
        version=row.version,
        act=act,
    )


def _which(row: DayRow, day: date, act: str) -> str:
    """Of a save when, and for which day if not today; of other acts which visit they were about."""
    weekday, hour = formats.past_weekday_day(day, clock.today()), hour_of(row, day)
    if act == "salvato":
        at = formats.hour(clock.in_rome(row.created_at))
        if day == clock.today():
            return _("alle %(hour)s", hour=at)
        return _("alle %(hour)s per %(day)s", hour=at, day=weekday)
    if day == clock.today() and hour:
        return _("l’accesso delle %(hour)s", hour=hour)
    return _("l’accesso di %(day)s", day=weekday)


def _resting(form: BoxForm, done: LastAct | None, deleted: UUID | None) -> dict[str, Any]:
    """What stands under the box while nothing is typed."""
    return {
        "to_person": _to_person(form),
        "assign": read_id(form.assign.data or ""),
        "done": done,
        "deleted": deleted,
        "undone": undone(gone) if (gone := _visit(deleted)) else None,
        "discarded": _discarded(),
        "keys": [(key.code, key.name) for key in list_keys()],
        "can_arrange": may(g.place.role, Permission.ARRANGE_COUNTER),
        "address": _address(form, done),
        **pending(lambda: are_names_shown(hidden=get_desk(scoped_desk()).hides_names)),
    }


def _to_person(form: BoxForm) -> str:
    """Where the choice of a person leads; their id follows."""
    assign = read_id(form.assign.data or "")
    if assign:
        return url_for("counter.correct", visit_id=assign) + "?persona="
    asked = form.asked.data or None
    return url_for("counter.visit", tipologia=asked) + ("&" if asked else "?") + "persona="


def _address(form: BoxForm, done: LastAct | None) -> str:
    """Where a reload shows the same; no word of what was typed is in it."""
    last: dict[str, Any] = {done.act: done.visit_id} if done else {}
    return url_for(
        "counter.reception",
        assegna=form.assign.data or None,
        tipologia=form.asked.data or None,
        **last,
    )


def _discarded() -> UUID | None:
    """The draft just thrown away, if the address names one that can be taken up again."""
    token = read_id(request.args.get("scartata") or "")
    return token if token and find_discarded(token) else None


def _asked() -> str:
    """Codes of topics chosen before the person was."""
    return request.args.get("tipologia", "")[:400]


def _saved(row: DayRow | None) -> LastAct | None:
    """The visit just saved or brought back, if the address names one of this desk.

    `row` is that visit where it stands in the list of the day shown beside.
    """
    act, visit_id = done_in_address()
    day = asked_day()
    if row is None:
        visit = _visit(visit_id)
        if visit is None or visit.deleted_at is not None:
            return None
        row, day = _row_of(visit), visit.visited_on
    if row.person_id:
        audit.record_read("person", row.person_id)
    return _done_with(row, day, act)


def _visit(visit_id: UUID | None) -> "Visit | None":
    try:
        return visits.get_visit(visit_id) if visit_id else None
    except NotHere:
        return None
