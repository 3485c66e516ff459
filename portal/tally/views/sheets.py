# SPDX-License-Identifier: AGPL-3.0-or-later
"""The paper sheet of a crowded day: print an empty one, type a full one in, take it back whole."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from flask import Response, request
from flask_babel import gettext as _
from flask_babel import ngettext

from portal.accounts import queries as accounts
from portal.core import clock
from portal.core.errors import NotHere
from portal.core.italy import formats
from portal.core.web.access import Permission, needs
from portal.core.web.pages import page, redirect_to
from portal.drafts.rules import resumes_drafts
from portal.tally.forms.sheet import PREFIX, SheetForm, form_for
from portal.tally.queries import list_keys
from portal.tally.views import tally
from portal.taxonomy import queries as taxonomy
from portal.taxonomy.rules import TopicEntry
from portal.visits import sheets as actions
from portal.visits.queries import tallies
from portal.visits.queries.tallies import TypedSheet
from portal.visits.rules import is_too_early

RECENT = timedelta(days=30)
# As many as the smaller of the two row heights leaves room for on one page.
CROWDED = 24


@dataclass(frozen=True)
class Typed:
    """A sheet that was typed in: its day, how many enquiries, by whom and when."""

    id: UUID
    day: str
    number: str
    by: str


@tally.get("/s/<desk>/conteggio/stampa")
@needs(Permission.RECORD_VISITS)
def print_sheet() -> Response:
    """An empty sheet: the nine topics of the keys, then those that a report has a line for."""
    nine = list_keys()
    codes = {key.code for key in nine}
    version = taxonomy.version_on(clock.today())
    others = [topic for topic in taxonomy.reporting_topics(version) if topic.code not in codes]
    return page(
        "tally/sheet_print.html",
        frequent=[key.name for key in nine],
        others=[topic.short_name for topic in others],
        crowded=len(others) > CROWDED,
    )


@tally.get("/s/<desk>/conteggio/fogli")
@needs(Permission.RECORD_VISITS)
@resumes_drafts
def sheet() -> Response:
    return _show(form_for(_topics(_day_in_address()))(visited_on=_day_in_address()))


@tally.post("/s/<desk>/conteggio/fogli")
@needs(Permission.RECORD_VISITS)
def record_sheet() -> Response:
    form = form_for(_topics(_typed_day(), _typed_codes()))()
    if form.validate_on_submit():
        with form.attempting():
            recorded = actions.record_sheet(
                visited_on=form.day,
                cells=form.marks(),
                sheets_seen=form.sheets_seen,
                form_token=form.token,
            )
            return redirect_to("tally.sheet", inserito=recorded.id)
    return _show(form)


@tally.post("/s/<desk>/conteggio/fogli/<uuid:sheet_id>/annulla")
@needs(Permission.RECORD_VISITS)
def undo_sheet(sheet_id: UUID) -> Response:
    actions.undo_sheet(sheet_id=sheet_id)
    return redirect_to("tally.sheet", annullato=sheet_id)


@tally.post("/s/<desk>/conteggio/fogli/<uuid:sheet_id>/ripristina")
@needs(Permission.RECORD_VISITS)
def restore_sheet(sheet_id: UUID) -> Response:
    actions.restore_sheet(sheet_id=sheet_id)
    return redirect_to("tally.sheet", inserito=sheet_id)


def _day_in_address() -> date:
    return _understood(request.args.get("giorno", ""))


def _typed_day() -> date:
    return _understood(request.form.get("visited_on", ""))


def _understood(text: str) -> date:
    """The day that was typed, for the list of topics; today where it cannot be understood."""
    today = clock.today()
    try:
        day = formats.parse_day(text)
    except ValueError:
        return today
    return today if day > today or is_too_early(day) else day


def _typed_codes() -> set[str]:
    """The topics of the cells that hold something, whatever list they come from."""
    names = [name for name, value in request.form.items() if name.startswith(PREFIX) and value]
    return {name.removeprefix(PREFIX).rpartition("_")[0] for name in names}


def _topics(day: date, typed: Collection[str] = ()) -> list[TopicEntry]:
    """The nine of the keys, then every other topic that can be asked on a day."""
    known = {topic.code: topic for topic in taxonomy.list_known(day)}
    for code in set(typed) - known.keys():
        topic = taxonomy.find_topic(code)
        if topic is not None and topic.code == code:
            known[code] = topic
    first = [known[key.code] for key in list_keys() if key.code in known]
    return list(dict.fromkeys([*first, *known.values()]))


def _show(form: SheetForm) -> Response:
    day = form.visited_on.data or clock.today()
    there = tallies.list_sheets_on(day)
    form.show_seen(len(there))
    nine = {key.code for key in list_keys()}
    rows = form.rows
    others = [row for row in rows if row.code not in nine]
    return page(
        "tally/sheet.html",
        form=form,
        status=form.status,
        day=day,
        there=_typed(there),
        frequent=[row for row in rows if row.code in nine],
        others=others,
        others_open=any(row.total or row.errors for row in others),
        recorded=_named(request.args.get("inserito"), present=True),
        undone=_named(request.args.get("annullato"), present=False),
        recent=_typed(tallies.list_last_sheets(since=clock.now() - RECENT)),
    )


def _named(text: str | None, *, present: bool) -> Typed | None:
    """The sheet that the address says was typed in or taken back, if it is so."""
    try:
        found = tallies.get_sheet(UUID(text or ""))
    except (ValueError, NotHere):
        return None
    return _typed([found])[0] if bool(found.present) is present else None


def _typed(found: Sequence[TypedSheet]) -> list[Typed]:
    names = accounts.list_names(sheet.created_by for sheet in found)
    return [_one(sheet, names) for sheet in found]


def _one(one: TypedSheet, names: dict[UUID, str]) -> Typed:
    at = formats.moment(clock.in_rome(one.created_at))
    who = names.get(one.created_by) if one.created_by else None
    number = one.present or one.enquiries
    return Typed(
        id=one.id,
        day=formats.day(one.visited_on),
        number=ngettext("%(n)s richiesta", "%(n)s richieste", number, n=formats.count(number)),
        by=_by(who, at),
    )


def _by(who: str | None, at: str) -> str:
    if who is None:
        return _("inserito il %(at)s", at=at)
    return _("inserito da %(who)s il %(at)s", who=who, at=at)
