# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pages and files of the relazione."""

from typing import Any

from flask import Blueprint, Response, abort, g, request, url_for

from portal.core import clock
from portal.core.access import Permission, needs
from portal.core.pages import download, page, wants_fragment
from portal.core.periods import Kind, parse_period, period_of
from portal.reports import editions, queries
from portal.reports.documents import presented, rendered
from portal.reports.forms import HISTORICAL, ReportChoice
from portal.reports.frozen import DESK
from portal.reports.panel import Panel, panel_of
from portal.reports.rules import Relazione

reports = Blueprint("reports", __name__)

MEDIA_TYPES = {"csv": "text/csv; charset=utf-8", "json": "application/json; charset=utf-8"}


@reports.get("/s/<desk>/relazioni")
@needs(Permission.READ_REPORTS)
def index() -> Response:
    today, latest = clock.today(), editions.list_latest(DESK)
    return page(
        "reports/index.html",
        form=ReportChoice(formdata=None),
        lines=queries.list_halves_and_years(also=latest),
        editions=latest,
        present=period_of(Kind.HALF, today),
        today=today,
    )


@reports.get("/s/<desk>/relazioni/periodo")
@needs(Permission.READ_REPORTS)
def show() -> Response:
    panel = _panel()
    if panel and is_seen(panel):
        return nothing_new()
    form = ReportChoice(request.args)
    relazione = _relazione()
    form.confronto.data = relazione.baseline_period.whole.name
    return page(
        "reports/show.html",
        fragment="edition",
        form=form,
        panel=panel,
        poll=url_for("reports.show", **_chosen() | {"visto": panel.stage}) if panel else None,
        editions=editions.list_editions(DESK, relazione.period.whole.name),
        relazione=relazione,
        files=_files(),
        **presented(relazione, historical=form.prospetto.data == HISTORICAL),
    )


@reports.get("/s/<desk>/relazioni/file.<format>")
@needs(Permission.READ_REPORTS)
def file(format: str) -> Response:
    relazione = _relazione()
    historical = request.args.get("prospetto") == HISTORICAL
    if format not in MEDIA_TYPES:
        abort(404)
    body = rendered(relazione, format=format, historical=historical)
    name = f"relazione-{relazione.desk_slug}-{relazione.period.whole.name}.{format}"
    return download(body, name=name.replace("/", "-"), media_type=MEDIA_TYPES[format])


def is_seen(panel: Panel) -> bool:
    """Whether a page that asks each second has this panel already."""
    return wants_fragment() and request.args.get("visto") == panel.stage


def nothing_new() -> Response:
    """Nothing to swap: what the reader is doing on the page is left alone."""
    return Response(status=204)


def _panel() -> Panel | None:
    """The panel of the period in the address; none where that is no period."""
    try:
        return panel_of(parse_period(request.args.get("periodo", "")))
    except ValueError:
        return None


def _relazione() -> Relazione:
    return queries.get_relazione(
        desk_name=g.place.name,
        desk_slug=g.place.slug,
        period=request.args.get("periodo", ""),
        baseline=request.args.get("confronto") or None,
    )


def _files() -> list[tuple[str, str]]:
    return [
        (format.upper(), url_for("reports.file", format=format, **_chosen()))
        for format in MEDIA_TYPES
    ]


def _chosen() -> dict[str, Any]:
    return {key: value for key, value in request.args.items() if value and key != "visto"}
