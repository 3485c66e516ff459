# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pages of a network: its periods, its desks side by side, its own editions."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, abort, g, request, url_for
from flask_babel import gettext as _

from portal.accounts.gate import limited
from portal.accounts.limits import Act
from portal.core import clock
from portal.core.errors import Refusal
from portal.core.italy.nouns import noun_of
from portal.core.italy.periods import parse_period
from portal.core.web.access import Permission, needs
from portal.core.web.pages import download, page, redirect_to
from portal.desks.queries import list_desks
from portal.oversight import queries
from portal.oversight.documents import presented, rendered
from portal.oversight.editions import NETWORK
from portal.oversight.forms import ComparisonChoice, EditionApproval, EditionRequest
from portal.oversight.layouts import CHANGES, COUNTS, RATES, SHOWN
from portal.oversight.protection import what_became_of
from portal.oversight.rules import NetworkComparison
from portal.reports.editions import lifecycle as editions
from portal.reports.editions import status_panel
from portal.reports.models import EditionRow

oversight = Blueprint("oversight", __name__)

MEDIA_TYPES = {"csv": "text/csv", "json": "application/json"}


@oversight.get("/r/<network>/")
@needs(Permission.OVERSEE)
def board() -> Response:
    lines = queries.list_periods()
    latest = {line.period: editions.find_latest(NETWORK, line.period.name) for line in lines}
    desks = list_desks(g.place.id)
    return page(
        "oversight/board.html",
        lines=lines,
        latest=latest,
        desks=desks,
        corrections=[(period, one.desk.name, what_became_of(one))
                     for period, one in queries.list_corrections()],
    )  # fmt: skip


@oversight.get("/r/<network>/confronto")
@needs(Permission.OVERSEE)
def compare() -> Response:
    return _compare(_period(), request.args.get("confronto"))


@oversight.get("/r/<network>/confronto/file.<format>")
@needs(Permission.OVERSEE)
@limited(Act.EXPORT)
def file(format: str) -> Response:
    if format not in MEDIA_TYPES:
        abort(404)
    comparison = _comparison()
    body = rendered(comparison, format=format)
    return download(body, name=_name(comparison, format), media_type=MEDIA_TYPES[format])


@oversight.post("/r/<network>/edizioni")
@needs(Permission.OVERSEE)
def request_edition() -> Response:
    form = EditionRequest()
    if form.validate_on_submit():
        with form.attempting():
            edition = editions.request_edition(
                NETWORK,
                period=form.period.data or "",
                chosen={"baseline": form.baseline.data or None},
                reason=form.reason.data or "",
            )
            return _to(edition)
    return _compare(form.period.data or "", form.baseline.data, asking=form)


@oversight.post("/r/<network>/edizioni/<uuid:edition_id>/approva")
@needs(Permission.OVERSEE)
def approve_edition(edition_id: UUID) -> Response:
    edition = editions.get_edition(NETWORK, edition_id)
    form = EditionApproval()
    if form.validate_on_submit():
        with form.attempting():
            editions.approve_edition(NETWORK, edition_id=edition_id, seen_version=form.seen_version)
            return _to(edition)
    return _show(queries.get_comparison(edition.period, edition.baseline), approving=form)


def _to(edition: EditionRow) -> Response:
    """Back to the comparison that the edition is of."""
    period, against = parse_period(edition.period), edition.baseline
    chosen = None if against == period.baseline().name else against
    return redirect_to("oversight.compare", periodo=edition.period, confronto=chosen)


@oversight.get("/r/<network>/edizioni/<uuid:edition_id>/file.<format>")
@needs(Permission.OVERSEE)
@limited(Act.EXPORT)
def edition_file(edition_id: UUID, format: str) -> Response:
    edition = editions.get_edition(NETWORK, edition_id)
    found = editions.get_file(NETWORK, edition, f"confronto.{format}")
    name = f"confronto-{edition.period}-edizione-{edition.number}.{format}".replace("/", "-")
    return download(found.content, name=name, media_type=found.media_type)


def _comparison() -> NetworkComparison:
    return queries.get_comparison(_period(), request.args.get("confronto") or None)


def _period() -> str:
    return request.args.get("periodo") or queries.get_usual_period()


def _compare(
    period: str, baseline: str | None, *, asking: EditionRequest | None = None
) -> Response:
    """The page; a baseline that cannot be is said at its field, over the usual comparison."""
    try:
        return _show(queries.get_comparison(period, baseline or None), asking=asking)
    except Refusal as refusal:
        if refusal.field != "confronto":
            raise
        usual = queries.get_comparison(period)
        return _show(usual, asking=asking, wrong_baseline=refusal.sentence)


def _show(
    comparison: NetworkComparison,
    *,
    asking: EditionRequest | None = None,
    approving: EditionApproval | None = None,
    wrong_baseline: str = "",
) -> Response:
    show = request.args.get("mostra", RATES)
    choice = ComparisonChoice(formdata=None)
    known = [line.period for line in queries.list_periods() if line.published]
    choice.offer(period=comparison.period, baseline=comparison.baseline, known=known)
    if wrong_baseline:
        choice.confronto.errors = [wrong_baseline]
    refused = asking or approving
    return page(
        "oversight/compare.html",
        fragment="edition",
        status=422 if wrong_baseline else refused.status if refused else 200,
        comparison=comparison,
        form=choice,
        newest=next(iter(known), None),
        files=[(format.upper(), _address(comparison, format)) for format in MEDIA_TYPES],
        shows=_shows(comparison, show if show in SHOWN else RATES),
        **presented(comparison, show=show if show in SHOWN else RATES),
        **_panel(comparison, asking, approving),
    )


def _panel(
    comparison: NetworkComparison, asking: EditionRequest | None, approving: EditionApproval | None
) -> dict[str, Any]:
    """The newest edition of the period, and whether the desks have published more since."""
    found = editions.list_editions(NETWORK, comparison.period.name)
    latest = found[0] if found else None
    frozen_at = latest.frozen_at if latest else None
    newer = bool(frozen_at and comparison.compiled_at and comparison.compiled_at > frozen_at)
    if asking is None:
        asked = {"period": comparison.period.name, "baseline": comparison.baseline.name}
        asking = EditionRequest(formdata=None, **asked)
    asking.baseline.data = comparison.baseline.name
    if approving is None:
        approving = EditionApproval(formdata=None, version=latest.version if latest else None)
    return {
        "edition": latest,
        "older": found[1:],
        "edition_files": _edition_files(latest),
        "approved_files": _edition_files(latest if latest and latest.approved_at else None),
        "newer_figures": newer,
        "compared_with": noun_of(parse_period(latest.baseline)).the if latest else "",
        "other_baseline": noun_of(comparison.baseline).the,
        "differs": latest is not None and latest.baseline != comparison.baseline.name,
        "address": _page_address(comparison),
        "steps": status_panel.steps_at(latest.step) if latest else [],
        "progress": status_panel.progress(latest.step, named=True) if latest else "",
        "asking": asking,
        "approving": approving,
        "closed": comparison.period.end < clock.today(),
    }


def _edition_files(edition: EditionRow | None) -> list[tuple[str, str]]:
    """Its files, each as it was frozen."""
    if edition is None:
        return []
    return [
        (format.upper(), url_for("oversight.edition_file", edition_id=edition.id, format=format))
        for format in ("html", "csv", "json")
    ]


def _page_address(comparison: NetworkComparison) -> str:
    chosen = _chosen_baseline(comparison)
    return url_for("oversight.compare", periodo=comparison.period.name, confronto=chosen)


def _shows(comparison: NetworkComparison, shown: str) -> list[tuple[str, str, bool]]:
    labels = {RATES: _("Ogni 100 utenti"), COUNTS: _("Conteggi"), CHANGES: _("Variazione")}
    return [
        (
            label,
            url_for(
                "oversight.compare",
                mostra=key,
                periodo=comparison.period.name,
                confronto=_chosen_baseline(comparison),
            ),
            key == shown,
        )
        for key, label in labels.items()
    ]


def _address(comparison: NetworkComparison, format: str) -> str:
    return url_for(
        "oversight.file",
        format=format,
        periodo=comparison.period.name,
        confronto=_chosen_baseline(comparison),
    )


def _chosen_baseline(comparison: NetworkComparison) -> str | None:
    """The period beside it, for an address; the usual one needs none."""
    if comparison.baseline == comparison.period.baseline():
        return None
    return comparison.baseline.name


def _name(comparison: NetworkComparison, format: str) -> str:
    name = f"confronto-{comparison.network.slug}-{comparison.period.name}.{format}"
    return name.replace("/", "-")
