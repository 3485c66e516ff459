# SPDX-License-Identifier: AGPL-3.0-or-later
"""The page of past totals: periods from before the portal, typed from an old relazione."""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from flask import Blueprint, Response, request
from flask_babel import gettext as _
from flask_babel import ngettext

from portal.core.errors import Conflict
from portal.core.italy import formats
from portal.core.italy.periods import Period, parse_period, read_period
from portal.core.web.access import Permission, needs
from portal.core.web.forms import CountField, PortalForm
from portal.core.web.pages import page, redirect_to
from portal.figures import actions as figures_actions
from portal.figures import queries as figures
from portal.figures.rules import Number
from portal.imports import actions
from portal.imports.forms import (
    NAMELESS,
    TOPIC,
    PastTotalForm,
    TotalsDeletionForm,
    form_for,
)
from portal.taxonomy import queries as taxonomy
from portal.taxonomy.rules import TopicEntry

if TYPE_CHECKING:
    from portal.figures.queries import PastTotal

imports = Blueprint("imports", __name__)

FIRST_LIST = 1


@dataclass(frozen=True)
class Stored:
    """Totals already there, in a line."""

    id: UUID
    period: str
    summary: str


@imports.get("/s/<desk>/totali-passati")
@needs(Permission.EDIT_PAST_TOTALS)
def past_totals() -> Response:
    return _show_list(form_for(_topics(None))())


@imports.post("/s/<desk>/totali-passati")
@needs(Permission.EDIT_PAST_TOTALS)
def store_past_totals() -> Response:
    form = form_for(_topics(_typed_day(), _typed_codes()))()
    period: Period | None = form.period.data
    if form.validate_on_submit() and period is not None:
        with form.attempting():
            stored = actions.store_typed_totals(period=period, **form.figures())
            return redirect_to("imports.past_totals", salvati=stored)
    return _show_list(form)


@imports.get("/s/<desk>/totali-passati/<uuid:past_total_id>")
@needs(Permission.EDIT_PAST_TOTALS)
def correct_past_totals(past_total_id: UUID) -> Response:
    stored = figures.get_past_total(past_total_id)
    known = figures.counts_of(stored)
    form = form_for(_topics(stored.starts_on, tuple(stored.topics)))(
        period=parse_period(stored.period),
        users=stored.users,
        users_f=stored.users_f,
        users_m=stored.users_m,
        total=known.services,
        version=stored.version,
        nameless=stored.nameless,
        **{TOPIC + code: number for code, number in stored.topics.items()},
        **{NAMELESS + code: number for code, number in (stored.nameless_topics or {}).items()},
    )
    return _show_correction(form, past_total_id)


@imports.post("/s/<desk>/totali-passati/<uuid:past_total_id>")
@needs(Permission.EDIT_PAST_TOTALS)
def save_past_totals(past_total_id: UUID) -> Response:
    stored = figures.get_past_total(past_total_id)
    form = form_for(_topics(stored.starts_on, (*stored.topics, *_typed_codes())))()
    form.period.data = parse_period(stored.period)
    form.period.validators = []
    differing: list[str] = []
    if form.validate_on_submit():
        with form.attempting():
            try:
                figures_actions.correct_past_total(
                    past_total_id=past_total_id, seen_version=form.seen_version, **form.figures()
                )
            except Conflict:
                differing = _differing(form, past_total_id)
                raise
            return redirect_to("imports.past_totals", salvati=past_total_id)
    return _show_correction(form, past_total_id, differing)


@imports.get("/s/<desk>/totali-passati/<uuid:past_total_id>/elimina")
@needs(Permission.EDIT_PAST_TOTALS)
def delete_past_totals(past_total_id: UUID) -> Response:
    stored = figures.get_past_total(past_total_id)
    return _show_deletion(TotalsDeletionForm(version=stored.version), past_total_id)


@imports.post("/s/<desk>/totali-passati/<uuid:past_total_id>/elimina")
@needs(Permission.EDIT_PAST_TOTALS)
def confirm_totals_deletion(past_total_id: UUID) -> Response:
    form = TotalsDeletionForm()
    if form.validate_on_submit():
        with form.attempting():
            figures_actions.delete_past_total(
                past_total_id=past_total_id,
                reason=form.reason.data,
                seen_version=form.seen_version,
            )
            return redirect_to("imports.past_totals", eliminati=past_total_id)
        _see_anew(form, figures.get_past_total(past_total_id).version)
    return _show_deletion(form, past_total_id)


@imports.post("/s/<desk>/totali-passati/<uuid:past_total_id>/ripristina")
@needs(Permission.EDIT_PAST_TOTALS)
def restore_past_totals(past_total_id: UUID) -> Response:
    actions.restore_past_total(past_total_id=past_total_id)
    return redirect_to("imports.past_totals", salvati=past_total_id)


def _topics(day: date | None, more: tuple[str, ...] = ()) -> list[TopicEntry]:
    """The list in force on a day, the first one while no period is typed, and what is there."""
    version = FIRST_LIST
    if day is not None:
        listed = taxonomy.list_versions()
        version = taxonomy.version_on(max(day, listed[0].valid_from))
    topics = list(taxonomy.reporting_topics(version))
    known = {topic.code for topic in topics}
    added = [taxonomy.find_topic(code) for code in dict.fromkeys(more) if code not in known]
    return topics + [topic for topic in added if topic is not None]


def _typed_day() -> date | None:
    period = _period(request.form.get("period", ""))
    return period.start if period else None


def _period(text: str) -> Period | None:
    try:
        return read_period(text)
    except ValueError:
        return None


def _typed_codes() -> tuple[str, ...]:
    """Counts typed for another list than the period's: they are shown again, never dropped."""
    typed = [name for name, value in request.form.items() if value.strip()]
    return tuple(
        name.removeprefix(start)
        for name in typed
        for start in (TOPIC, NAMELESS)
        if name.startswith(start)
    )


def _show_list(form: PastTotalForm) -> Response:
    recorded = [
        Stored(
            one.id,
            one.period,
            _summary(one.users, figures.counts_of(one).services),
        )
        for one in figures.list_past_totals()
    ]
    saved = next(
        (
            past_total
            for past_total in recorded
            if str(past_total.id) == request.args.get("salvati")
        ),
        None,
    )
    return page(
        "imports/past_totals.html",
        form=form,
        status=form.status,
        recorded=recorded,
        saved=saved,
        deleted=_deleted(request.args.get("eliminati", "")),
    )


def _summary(users: int, enquiries: Number | None) -> str:
    """«149 utenti, 172 richieste»; of totals of users alone «300 utenti, richieste n.d.»."""
    who = ngettext("%(n)s utente", "%(n)s utenti", users, n=formats.count(users))
    if enquiries is None:
        return _("%(users)s, richieste n.d.", users=who)
    asked = ngettext("%(n)s richiesta", "%(n)s richieste", enquiries, n=formats.count(enquiries))
    return _("%(users)s, %(enquiries)s", users=who, enquiries=asked)


def _enquiries_of(stored: "PastTotal", code: str) -> Number | None:
    """About one topic; None where they were not kept at all."""
    counts = figures.counts_of(stored)
    return counts.topics.get(code, 0) if counts.knows_topics else None


def _show_correction(
    form: PastTotalForm, past_total_id: UUID, differing: list[str] | None = None
) -> Response:
    return page(
        "imports/past_total.html",
        form=form,
        status=form.status,
        past_total_id=past_total_id,
        differing=differing or [],
    )


def _deleted(text: str) -> "PastTotal | None":
    try:
        return figures.find_deleted_past_total(UUID(text))
    except ValueError:
        return None


def _show_deletion(form: TotalsDeletionForm, past_total_id: UUID) -> Response:
    """What leaves the reports, figure by figure."""
    stored = figures.get_past_total(past_total_id)
    counts: list[tuple[str, Number | None]] = [
        (_("Utenti"), stored.users),
        (_("Di cui donne"), stored.users_f),
        (_("Di cui uomini"), stored.users_m),
        (_("Richieste senza nome"), stored.nameless),
    ]
    listed = _topics(stored.starts_on, tuple(stored.topics))
    counts += [(topic.label, _enquiries_of(stored, topic.code)) for topic in listed]
    return page(
        "imports/delete_past_total.html",
        form=form,
        status=form.status,
        past_total_id=past_total_id,
        period=parse_period(stored.period),
        counts=counts,
    )


def _see_anew(form: PortalForm, version: int) -> None:
    """The page shows what is saved now: sending it again is then a choice."""
    form.version.data = str(version)
    form.version.raw_data = None


def _differing(form: PastTotalForm, past_total_id: UUID) -> list[str]:
    """What is saved now, where it is not what was typed; saving again is then a choice."""
    stored = figures.get_past_total(past_total_id)
    nameless = stored.nameless_topics or {}
    counts: list[tuple[CountField, Number | None]] = [
        (form.users, stored.users),
        (form.users_f, stored.users_f),
        (form.users_m, stored.users_m),
        (form.nameless, stored.nameless),
        *((field, _enquiries_of(stored, field.name[len(TOPIC) :])) for field in form.topic_fields),
        *((field, nameless.get(field.name[len(NAMELESS) :])) for field in form.nameless_fields),
    ]
    _see_anew(form, stored.version)
    return [
        f"{field.label.text}: {formats.NOT_COMPUTABLE if now is None else formats.count(now)}"
        for field, now in counts
        if (field.data or 0) != (now or 0)
    ]
