# SPDX-License-Identifier: AGPL-3.0-or-later
"""Conteggio rapido: on a crowded day one key is one enquiry without a name, saved at once.

An answer to the script is the whole of the tally, so that the numbers are those of the desk and
not those of one window.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Response, request
from flask_babel import gettext as _

from portal.core import clock
from portal.core.errors import NotHere, Refusal
from portal.core.italy import formats
from portal.core.store import audit
from portal.core.store.database import current_scope, scoped_desk
from portal.core.web.access import Permission, needs
from portal.core.web.forms import PortalForm
from portal.core.web.pages import page, redirect_to, wants_fragment
from portal.desks.queries import get_desk
from portal.people import queries as people
from portal.people.names_on_screen import are_names_shown
from portal.people.rules import initials
from portal.tally.forms.presses import PressForm, TakeBackForm
from portal.tally.queries import list_keys
from portal.tally.views import tally
from portal.taxonomy import queries as taxonomy
from portal.taxonomy.rules import TopicEntry
from portal.visits import actions, sheets
from portal.visits import queries as visits
from portal.visits.queries import tallies
from portal.visits.queries.tallies import Press
from portal.visits.rules import VisitFacts

SHOWN = 8


@dataclass(frozen=True)
class PressableTopic:
    """A topic that can be pressed, and how often it was asked today."""

    code: str
    name: str
    number: int
    words: str = ""
    """By what it is found besides its name: the full label, its group, the code."""


@dataclass(frozen=True)
class PressLine:
    """One of the last presses."""

    id: UUID
    hour: str
    name: str
    topic: str | None
    person_id: UUID | None
    who: str | None
    mine: bool


@dataclass(frozen=True)
class LastPress:
    """What the last act was: the press it was about, and what it makes of its topic's number."""

    visit_id: UUID
    pressed: str | None
    words: str
    voice: str


@tally.get("/s/<desk>/conteggio")
@needs(Permission.RECORD_VISITS)
def show() -> Response:
    return _show(_done_before())


@tally.post("/s/<desk>/conteggio")
@needs(Permission.RECORD_VISITS)
def press() -> Response:
    form = PressForm()
    form.known = {topic.code for topic in _topics()}
    if form.validate_on_submit():
        with form.attempting():
            visit = actions.record_visit(
                facts=VisitFacts(clock.today(), (form.topic.data,)),
                form_token=form.token,
                tallied=True,
            )
            return _done("premuta", visit.id)
    return _show(None, form)


@tally.post("/s/<desk>/conteggio/annulla")
@needs(Permission.RECORD_VISITS)
def undo_press() -> Response:
    form = TakeBackForm()
    if form.validate_on_submit():
        with form.attempting():
            if form.visit_id is None:
                raise Refusal(_("Oggi non hai richieste da annullare."))
            sheets.take_back_press(visit_id=form.visit_id)
            return _done("annullata", form.visit_id)
    return _show(None, form)


def _done(how: str, visit_id: UUID) -> Response:
    if wants_fragment():
        return _show(_said(how, visit_id))
    return redirect_to("tally.show", **{how: visit_id})


def _done_before() -> LastPress | None:
    """What the address says was done, if it names a press of this desk."""
    for how in ("premuta", "annullata"):
        try:
            return _said(how, UUID(request.args.get(how, "")))
        except (ValueError, NotHere):
            continue
    return None


def _said(how: str, visit_id: UUID) -> LastPress | None:
    visit = visits.get_visit(visit_id)
    asked = visits.list_topics_of(visit_id)
    is_there = visit.deleted_at is None
    if not (visit.tallied and asked) or is_there != (how == "premuta"):
        return None
    code = asked[0].topic_code
    told = {
        "name": taxonomy.topic_on(visit.visited_on, code).short_name,
        "number": formats.count(tallies.count_anonymous_on(clock.today()).get(code, 0)),
    }
    if is_there:
        voice = _("%(name)s, %(number)s oggi.", **told)
        return LastPress(visit_id, code, _("Registrata: %(said)s", said=voice.rstrip(".")), voice)
    voice = _("Annullata: %(name)s, %(number)s oggi.", **told)
    return LastPress(visit_id, None, voice.rstrip("."), voice)


def _topics() -> tuple[Any, ...]:
    return taxonomy.list_topics(taxonomy.version_on(clock.today()))


def _show(done: LastPress | None, wrong: PortalForm | None = None) -> Response:
    today = clock.today()
    numbers = tallies.count_anonymous_on(today)
    nine = list_keys()
    under_keys = {key.code for key in nine}
    last = tallies.find_last_press(today, account_id=current_scope().account_id)
    groups = {group.key: group.label for group in taxonomy.list_groups()}
    trouble = [text for texts in wrong.errors.values() for text in texts] if wrong else []
    return page(
        "tally/tally.html",
        fragment="tally",
        status=422 if wrong else 200,
        day=today,
        keys=[PressableTopic(key.code, key.name, numbers.get(key.code, 0)) for key in nine],
        others=[
            PressableTopic(
                topic.code, topic.short_name, numbers.get(topic.code, 0), _words(topic, groups)
            )
            for topic in _topics()
            if topic.code not in under_keys
        ],
        total=sum(numbers.values()),
        lines=_lines(tallies.list_presses_on(today, limit=SHOWN)),
        last=last,
        done=done,
        trouble=trouble,
        form=PressForm(formdata=None),
        show_others="altre" in request.args,
    )


def _words(topic: TopicEntry, groups: Mapping[str, str]) -> str:
    return f"{topic.label} {groups.get(topic.group_key or '', '')} {topic.code}"


def _lines(presses: list[Press]) -> list[PressLine]:
    given = [press.person_id for press in presses if press.person_id]
    names = people.list_names(given) if given else {}
    if given and are_names_shown(hidden=get_desk(scoped_desk()).hides_names):
        audit.record_read("people", rows=len(names))
    else:
        names = {person_id: initials(name) for person_id, name in names.items()}
    return [_line(press, names) for press in presses]


def _line(one: Press, names: dict[UUID, str]) -> PressLine:
    name = taxonomy.topic_on(clock.today(), one.topic).short_name if one.topic else None
    return PressLine(
        id=one.id,
        hour=formats.hour(clock.in_rome(one.created_at)),
        name=name or _("Nessuna richiesta"),
        topic=one.topic,
        person_id=one.person_id,
        who=names.get(one.person_id) if one.person_id else None,
        mine=one.person_id is None and one.created_by == current_scope().account_id,
    )
