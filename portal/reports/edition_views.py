# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pages of editions: ask for one, read it as it was frozen, take its files, correct it."""

from typing import Any
from uuid import UUID

from flask import Response, request, url_for

from portal.core.access import Permission, needs
from portal.core.database import speaking_desk
from portal.core.pages import download, page, redirect_to
from portal.core.periods import parse_period
from portal.desks.actions import set_closing_days
from portal.desks.queries import get_desk
from portal.reports import editions
from portal.reports.documents import presented
from portal.reports.forms import ClosingForm, CorrectionForm
from portal.reports.frozen import DESK, differences, thaw
from portal.reports.panel import panel_of
from portal.reports.views import is_seen, nothing_new, reports


@reports.get("/s/<desk>/relazioni/edizioni/<uuid:edition_id>")
@needs(Permission.READ_REPORTS)
def edition(edition_id: UUID) -> Response:
    found = editions.get_edition(DESK, edition_id)
    panel = panel_of(parse_period(found.period), found)
    if is_seen(panel):
        return nothing_new()
    return page(
        "reports/edition.html",
        fragment="edition",
        panel=panel,
        poll=url_for("reports.edition", edition_id=edition_id, visto=panel.stage),
        files=editions.list_files(DESK, edition_id),
        editions=editions.list_editions(DESK, found.period),
        differences=_differences(found),
        **_frozen(found),
    )


def _frozen(found: Any) -> dict[str, Any]:
    """The relazione of an edition, from the moment it has figures."""
    if found.frozen is None:
        return {"relazione": None}
    relazione = thaw(found.frozen)
    return {"relazione": relazione, **presented(relazione, historical=False)}


def _differences(found: Any) -> Any:
    replaced = next(
        (one for one in editions.list_editions(DESK, found.period) if one.number == found.replaces),
        None,
    )
    if replaced is None or not (found.frozen and replaced.frozen):
        return None
    return differences(replaced, found)


@reports.get("/s/<desk>/relazioni/edizioni/<uuid:edition_id>/file/<name>")
@needs(Permission.READ_REPORTS)
def edition_file(edition_id: UUID, name: str) -> Response:
    found = editions.get_edition(DESK, edition_id)
    file = editions.get_file(DESK, found, name)
    stem, _dot, ending = file.name.rpartition(".")
    saved_as = f"{stem}-{found.period}-edizione-{found.number}.{ending}".replace("/", "-")
    return download(file.content, name=saved_as, media_type=file.media_type)


@reports.post("/s/<desk>/relazioni/edizioni")
@needs(Permission.APPROVE_REPORTS)
def build() -> Response:
    asked = editions.request_edition(DESK, period=request.form.get("periodo", ""))
    return redirect_to("reports.show", periodo=asked.period)


@reports.post("/s/<desk>/relazioni/edizioni/<uuid:edition_id>/riprova")
@needs(Permission.APPROVE_REPORTS)
def retry(edition_id: UUID) -> Response:
    again = editions.retry_edition(DESK, edition_id=edition_id)
    return redirect_to("reports.show", periodo=again.period)


@reports.get("/s/<desk>/relazioni/edizioni/<uuid:edition_id>/rettifica")
@needs(Permission.APPROVE_REPORTS)
def correct(edition_id: UUID) -> Response:
    return _correction_page(edition_id, CorrectionForm())


@reports.post("/s/<desk>/relazioni/edizioni/<uuid:edition_id>/rettifica")
@needs(Permission.APPROVE_REPORTS)
def request_correction(edition_id: UUID) -> Response:
    form = CorrectionForm()
    found = editions.get_edition(DESK, edition_id)
    if form.validate_on_submit():
        with form.attempting():
            editions.request_edition(DESK, period=found.period, reason=form.reason.data or "")
            return redirect_to("reports.show", periodo=found.period)
    return _correction_page(edition_id, form)


def _correction_page(edition_id: UUID, form: CorrectionForm) -> Response:
    found = editions.get_edition(DESK, edition_id)
    return page(
        "reports/correct.html",
        form=form,
        status=form.status,
        edition=found,
        period=parse_period(found.period),
    )


@reports.get("/s/<desk>/impostazioni/chiusura")
@needs(Permission.APPROVE_REPORTS)
def closing() -> Response:
    return _closing_page(ClosingForm(closing_days=get_desk(speaking_desk()).closing_days))


@reports.post("/s/<desk>/impostazioni/chiusura")
@needs(Permission.APPROVE_REPORTS)
def save_closing() -> Response:
    form = ClosingForm()
    if form.validate_on_submit():
        with form.attempting():
            set_closing_days(get_desk(speaking_desk()), days=form.closing_days.data)
            return redirect_to("reports.closing", salvato=1)
    return _closing_page(form)


def _closing_page(form: ClosingForm) -> Response:
    saved = request.args.get("salvato") == "1"
    return page("reports/closing.html", form=form, status=form.status, saved=saved)
