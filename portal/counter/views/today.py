# SPDX-License-Identifier: AGPL-3.0-or-later
"""The list of a day's visits, which stands beside the work on every page of the counter.

It is part of the answer to every save, so it costs one statement, and long days are cut.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from flask import request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from portal.core import clock
from portal.core.italy import formats
from portal.core.store import audit
from portal.people import queries as people
from portal.people.forms.new_person import read_id
from portal.people.names_on_screen import are_names_shown
from portal.people.rules import initials
from portal.visits import queries as visits
from portal.visits.queries import Day, DayRow
from portal.visits.rules import warn_of_birth
from portal.visits.story import asked_in

MOST = 50


DONE = {
    "salvato": _l("Salvato"),
    "corretto": _l("Corretto"),
    "ripreso": _l("Ripreso"),
    "assegnato": _l("Assegnato"),
}
"""What the address says was done with a visit, and the word for it."""


@dataclass(frozen=True)
class VisitLine:
    """A visit in the list of a day."""

    id: UUID
    hour: str
    """Empty where it would be that of typing, not of the visit: a paper sheet, a day gone by."""
    on_paper: bool
    who: str | None
    asked: str
    is_deleted: bool
    is_fresh: bool
    told: str
    """What was just done in this row."""
    warning: str
    """What to check of what was just done."""
    wrong: str
    """Why what was asked of this row was not done."""
    has_focus: bool


@dataclass(frozen=True)
class Marks:
    """The visit just saved, the row in which one goes on, and what is said in it."""

    fresh: UUID | None
    focus: UUID | None
    told: str
    warning: str
    wrong: str


def done_in_address() -> tuple[str, UUID | None]:
    """What the address says was done, one of DONE or nothing, and with which visit."""
    act = next((act for act in DONE if act in request.args), "")
    return act, read_id(request.args.get(act) or "")


def day_list(
    *,
    fresh: UUID | None = None,
    deleted: UUID | None = None,
    told: str = "",
    warning: str = "",
    wrong: str = "",
    focus: UUID | None = None,
) -> dict[str, Any]:
    """What templates/counter/_today.html shows: the day asked for in the address, or today.

    `fresh` is the visit just saved, `deleted` one that can be taken back, `focus` the row in which
    one goes on, with what was done, is to be checked (`warning`) or was `wrong` in it.
    """  # fmt: skip
    (day, wrong_day), kept = _day_in_address(), kept_address()
    fresh = fresh or done_in_address()[1]
    found = visits.list_day(day, most=None if kept["tutti"] else MOST, deleted=deleted)
    marks = Marks(fresh, deleted or focus, told, warning, wrong)
    shown = are_names_shown(hidden=found.hides_names)
    named = sum(row.person_id is not None for row in found.rows)
    if shown and named:
        audit.record_read("people", rows=named)
    return {
        "day": day,
        "is_today": day == clock.today(),
        "wrong_day": wrong_day,
        "lines": [_line(row, day, marks, shown=shown) for row in found.rows],
        "fresh": next((row for row in found.rows if row.id == fresh), None),
        "summary": _summary(found),
        "left_out": found.visits - sum(not row.is_deleted for row in found.rows),
        "names_shown": shown,
        "last_day": _last_day(day, found),
        "kept": kept,
    }


def kept_address() -> dict[str, Any]:
    """What of the list's address goes along with every act in it: the day, and all of it or not."""
    whole = 1 if request.args.get("tutti") == "1" else None
    return {"giorno": address_of(asked_day()), "tutti": whole}


def asked_day() -> date:
    """The day in the address; what is no day, or lies ahead, is today."""
    return _day_in_address()[0]


def _day_in_address() -> tuple[date, str]:
    """The day to show, and what is wrong with the one that was asked for."""
    typed, today = request.args.get("giorno"), clock.today()
    if not typed:
        return today, ""
    try:
        day = formats.parse_day(typed)
    except ValueError as error:
        return today, str(error)
    if day > today:
        return today, _("La data è nel futuro: scegli oggi o un giorno passato")
    return day, ""


def address_of(day: date) -> str | None:
    """A day as the address of its list names it; today needs none."""
    return None if day == clock.today() else day.isoformat()


def hour_of(row: DayRow, day: date) -> str:
    """When a visit of this day was written down, if that was then and there."""
    written = clock.in_rome(row.created_at)
    return "" if row.on_paper or written.date() != day else formats.hour(written)


def _line(row: DayRow, day: date, marks: Marks, *, shown: bool) -> VisitLine:
    name, is_focus = row.name, row.id == marks.focus
    return VisitLine(
        id=row.id,
        hour=hour_of(row, day),
        on_paper=row.on_paper,
        who=name if shown or not name else initials(name),
        asked=asked_in(row),
        is_deleted=row.is_deleted,
        is_fresh=row.id == marks.fresh,
        told=marks.told if is_focus else "",
        warning=marks.warning if is_focus else "",
        wrong=marks.wrong if is_focus else "",
        has_focus=is_focus,
    )


def warning_of(person_id: UUID | None, day: date) -> str:
    """That a visit is of a day before its person was born. Nobody is born after today, so a save of
    today costs no statement.
    """
    if person_id is None or day == clock.today():
        return ""
    return warn_of_birth([day], people.birth_of(people.get_person(person_id)))


def name_past_day(day: date | None) -> str | None:
    """The day that a form is about, where it is gone by and so has to be said."""
    today = clock.today()
    return formats.past_weekday_day(day, today) if day and day < today else None


def _summary(found: Day) -> str:
    came, enquiries, anonymous = found.visits, found.enquiries, found.anonymous
    parts = [
        ngettext("%(n)s accesso", "%(n)s accessi", came, n=formats.count(came)),
        ngettext("%(n)s richiesta", "%(n)s richieste", enquiries, n=formats.count(enquiries)),
    ]
    if anonymous:
        parts += [ngettext("%(n)s anonimo", "%(n)s anonimi", anonymous, n=formats.count(anonymous))]
    return " · ".join(parts)


def _last_day(day: date, found: Day) -> tuple[str, str] | None:
    """Where the visits are, when there are none today: (address, day in words)."""
    last = None if found.visits else visits.find_last_day_with_visits(before=day)
    if last is None:
        return None
    words = formats.past_weekday_day(last, clock.today())
    return url_for("counter.reception", giorno=last.isoformat()), words
