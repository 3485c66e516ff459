# SPDX-License-Identifier: AGPL-3.0-or-later
"""Crowded days: a press taken back, a paper sheet typed in or taken back whole.

The visits of a sheet are written with a few statements and the periods around them are counted
anew, so that two thousand cost little more than one and the figures are exact.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, insert, select, update

from portal.core import clock
from portal.core.errors import Conflict, Refusal
from portal.core.italy import formats
from portal.core.store.database import current_scope, db, scoped_desk
from portal.core.store.locks import lock
from portal.drafts.form_tokens import AlreadySaved, find_by_form_token
from portal.figures.actions import refuse_past_totals_on
from portal.people import queries as people
from portal.taxonomy import queries as taxonomy
from portal.visits.actions import delete_visit, recount
from portal.visits.models import Enquiry, TallySheet, Visit
from portal.visits.queries import get_visit, tallies
from portal.visits.rules import refuse_future

MOST_IN_A_CELL = 500
MOST_ON_A_SHEET = 2000
PRESS_UNDONE = _l("Annullato dal conteggio")
SHEET_UNDONE = _l("Foglio annullato")


@dataclass(frozen=True)
class Cell:
    """One cell of a sheet: how often a topic was asked by women, men, or nobody said."""

    topic: str
    sex: str | None
    number: int


def take_back_press(*, visit_id: UUID) -> None:
    """Take back one press of the tally page; asked twice, it is taken back once."""
    visit = get_visit(visit_id)
    if not visit.tallied:
        raise Refusal(_("Questo accesso non viene dal conteggio: eliminalo da Accoglienza."))
    if visit.person_id is not None:
        raise Refusal(_("Questa richiesta ha già una persona: aprila da Accoglienza."))
    delete_visit(visit_id=visit_id, reason=str(PRESS_UNDONE), seen_version=visit.version)


def record_sheet(
    *,
    visited_on: date,
    cells: Sequence[Cell],
    sheets_seen: int = 0,
    form_token: UUID | None = None,
) -> TallySheet:
    """Write down a sheet: one anonymous visit with one enquiry for each mark on it, or nothing.

    `sheets_seen` is how many other sheets of that day whoever types knows of.
    """
    recorded = find_by_form_token(TallySheet, form_token)
    if recorded is not None:
        if not tallies.get_sheet(recorded.id).present:
            raise AlreadySaved(
                _(
                    "Questo foglio era già stato inserito e poi annullato: salvando di nuovo lo"
                    " inserisci un’altra volta."
                )
            )
        return recorded
    refuse_future(visited_on, clock.today())
    lock(f"sheets of {scoped_desk()} on {visited_on}")
    if len(tallies.list_sheets_on(visited_on)) > sheets_seen:
        raise Refusal(
            _("Per questo giorno c’è già un foglio: conferma che questo è un altro."),
            field="another",
        )
    sheet = TallySheet(
        visited_on=visited_on,
        enquiries=_count(cells),
        created_by=current_scope().account_id,
        form_token=form_token,
    )
    db.session.add(sheet)
    db.session.flush()
    _insert(sheet, cells)
    recount([visited_on])
    refuse_past_totals_on(visited_on)
    return sheet


def undo_sheet(*, sheet_id: UUID) -> int:
    """Take a sheet's visits out of every figure, those with a person too; how many they were."""
    taken = {"deleted_at": clock.now(), "deleted_reason": str(SHEET_UNDONE)}
    return len(_change(sheet_id, Visit.deleted_at.is_(None), taken))


def restore_sheet(*, sheet_id: UUID) -> int:
    """Bring back the visits that undo_sheet() took out; how many they were."""
    back = {"deleted_at": None, "deleted_reason": None}
    days = _change(sheet_id, Visit.deleted_reason == str(SHEET_UNDONE), back)
    for day in set(days):
        refuse_past_totals_on(day)
    return len(days)


def _count(cells: Sequence[Cell]) -> int:
    for cell in cells:
        if not 0 <= cell.number <= MOST_IN_A_CELL:
            raise Refusal(
                _(
                    "In una casella stanno al massimo %(most)s richieste.",
                    most=formats.count(MOST_IN_A_CELL),
                )
            )
    total = sum(cell.number for cell in cells)
    if total == 0:
        raise Refusal(_("Il foglio è vuoto: scrivi almeno una richiesta."))
    if total > MOST_ON_A_SHEET:
        raise Refusal(
            _(
                "Su un foglio stanno al massimo %(most)s richieste: qui sono %(total)s.",
                most=formats.count(MOST_ON_A_SHEET),
                total=formats.count(total),
            )
        )
    return total


def _insert(sheet: TallySheet, cells: Sequence[Cell]) -> None:
    marks = [(uuid4(), cell) for cell in cells for _mark in range(cell.number)]
    same = {
        "visited_on": sheet.visited_on,
        "sheet_id": sheet.id,
        "created_at": sheet.created_at,
        "created_by": sheet.created_by,
    }
    db.session.execute(
        insert(Visit.__table__),
        [{"id": visit_id, "contact_sex": cell.sex, **same} for visit_id, cell in marks],
    )
    version = {
        cell.topic: taxonomy.topic_on(sheet.visited_on, cell.topic).version for cell in cells
    }
    db.session.execute(
        insert(Enquiry.__table__),
        [
            {
                "visit_id": visit_id,
                "taxonomy": version[cell.topic],
                "topic_code": cell.topic,
                "position": 0,
            }
            for visit_id, cell in marks
        ],
    )


def _change(sheet_id: UUID, which: ColumnElement[bool], values: Mapping[str, object]) -> list[date]:
    """Change these visits of a sheet and count their days anew; the day of each.

    Whoever was given one of the visits is held first, as every change of visits does.
    """
    tallies.get_sheet(sheet_id)
    of_sheet = (Visit.sheet_id == sheet_id, which)
    named = select(Visit.person_id).where(*of_sheet, Visit.person_id.is_not(None))
    held = people.lock_people(db.session.scalars(named))
    statement = update(Visit).where(*of_sheet).values(version=Visit.version + 1, **values)
    changed = db.session.execute(
        statement.returning(Visit.visited_on, Visit.person_id),
        execution_options={"synchronize_session": False},
    ).all()
    if {row.person_id for row in changed} - {None, *held}:
        raise Conflict(_("Qualcuno sta assegnando un accesso di questo foglio: riprova."))
    days = [row.visited_on for row in changed]
    recount(days)
    return days
