# SPDX-License-Identifier: AGPL-3.0-or-later
"""The relazione of a period as it is now: the page, its files, where a figure comes from."""

from dataclasses import replace
from typing import Any

from flask import Response, abort, request, url_for
from flask_babel import gettext as _

from portal.accounts.gate import limited
from portal.accounts.limits import Act
from portal.core import clock
from portal.core.documents.document import Document, NamedFigure
from portal.core.documents.tables import Table
from portal.core.errors import Refusal
from portal.core.italy.periods import (
    Period,
    PeriodKind,
    period_of,
    read_period,
    require_period,
)
from portal.core.store.audit import record_read
from portal.core.web.access import Permission, needs
from portal.core.web.pages import download, page, wants_fragment
from portal.reports.editions import lifecycle as editions
from portal.reports.editions.choices import Choices, choices_of, choose
from portal.reports.editions.desk import DESK
from portal.reports.editions.differences import differences, period_differs
from portal.reports.editions.snapshot import thaw
from portal.reports.editions.status_panel import Panel, panel_of, tell_since
from portal.reports.explain import explain, is_explained
from portal.reports.files import (
    OFFERED,
    OFFERED_HISTORICAL,
    as_values,
    composed,
    draft,
    format_of,
    label_of,
    rendered,
)
from portal.reports.forms import ANOTHER, OtherPeriod, ReportChoice
from portal.reports.models import EditionRow
from portal.reports.relazione import assembly, manager_words
from portal.reports.relazione.model import Layout, Relazione
from portal.reports.views import reports
from portal.taxonomy import queries as taxonomy


@reports.get("/s/<desk>/relazioni")
@needs(Permission.READ_REPORTS)
def index() -> Response:
    today, latest = clock.today(), editions.list_latest(DESK)
    return page(
        "reports/index.html",
        form=OtherPeriod(formdata=None),
        comparable=len(editions.list_frozen(DESK)) > 1,
        lines=assembly.list_halves_and_years(also=latest),
        editions=latest,
        present=period_of(PeriodKind.HALF, today),
        today=today,
    )


@reports.get("/s/<desk>/relazioni/periodo")
@needs(Permission.READ_REPORTS)
def show() -> Response:
    panel = _panel()
    if panel and is_seen(panel):
        return nothing_new()
    form = ReportChoice(request.args)
    relazione = _relazione_or_error(form)
    made = editions.list_editions(DESK, relazione.period.whole.name)
    approved = _approved(made)
    form.offer(assembly.list_halves_and_years(also=editions.list_latest(DESK)), relazione)
    values = as_values(relazione, draft())
    return page(
        "reports/show.html",
        fragment="edition",
        status=422 if form.altro.errors or form.confronto.errors else 200,
        form=form,
        panel=panel and tell_since(_beside(panel, relazione), relazione),
        poll=url_for("reports.show", **_chosen() | {"visto": panel.stage}) if panel else None,
        editions=made,
        approved=approved,
        edition_files=_edition_files(approved),
        late=_late(made, relazione),
        text=manager_words.find_text(relazione.period.whole.name),
        files=_files(relazione),
        links={} if relazione.is_historical else _links(values["document"]),
        **values,
    )


@reports.get("/s/<desk>/relazioni/file.<format>")
@needs(Permission.READ_REPORTS)
@limited(Act.EXPORT)
def file(format: str) -> Response:
    if format not in (*OFFERED, "csv"):
        abort(404)
    relazione, form = _relazione(), format_of(format)
    body = rendered(relazione, format=format)
    stem, _dot, ending = form.file_name.rpartition(".")
    name = f"{stem}-{relazione.desk_slug}-{relazione.period.whole.name}.{ending}"
    return download(body, name=name.replace("/", "-"), media_type=form.media_type)


@reports.get("/s/<desk>/relazioni/perche")
@needs(Permission.READ_PEOPLE)
def why() -> Response:
    """Where one figure comes from; names are shown, so that the reading of each is recorded."""
    # Figures are explained where the complete table has them, whichever layout was chosen last.
    relazione = replace(_relazione(), layout=Layout.MODERN)
    number = request.args.get("pagina", "1")
    found = explain(
        relazione,
        composed(relazione, draft()),
        table=request.args.get("tabella", ""),
        row=request.args.get("riga", ""),
        column=request.args.get("colonna", ""),
        page=int(number) if number.isdecimal() and 0 < int(number) < 10_000 else 1,
    )
    for person_id in found.names:
        record_read("person", person_id)
    labels = {record.topic_code: taxonomy.find_topic(record.topic_code) for record in found.records}
    return page(
        "reports/why.html",
        relazione=relazione,
        why=found,
        labels={code: topic.label for code, topic in labels.items() if topic},
        report_url=url_for("reports.show", **_of_the_report()),
        earlier=[
            (period.title(), url_for("reports.show", periodo=period.name))
            for period in relazione.against.periods
        ],
        previous_url=_page_url(number=found.number - 1) if found.number > 1 else None,
        next_url=_page_url(number=found.number + 1) if found.has_next else None,
    )


def is_seen(panel: Panel) -> bool:
    """Whether a page that asks each second has this panel already."""
    return wants_fragment() and request.args.get("visto") == panel.stage


def nothing_new() -> Response:
    """Nothing to swap: what the reader is doing on the page is left alone."""
    return Response(status=204)


def _panel() -> Panel | None:
    """The panel of the period in the address; none where that is no period."""
    try:
        return panel_of(read_period(request.args.get("periodo", "")))
    except ValueError:
        return None


def _relazione() -> Relazione:
    """With the choices of the address; what it does not say is as the desk chose it last."""
    period = _period()
    chosen = choose(period, baseline=_baseline(), layout=request.args.get("prospetto"))
    return assembly.get_relazione(
        period=period.name, baseline=chosen.baseline, layout=chosen.layout
    )


def _period() -> Period:
    return require_period(request.args.get("periodo", ""), field="periodo")


def _relazione_or_error(form: ReportChoice) -> Relazione:
    """The same; where the period that was chosen to compare with is none, it is said at its field.

    The page is then compared with what the desk chose last; the layout stays as it was asked.
    """
    try:
        return _relazione()
    except Refusal as refusal:
        if not _baseline_is_asked() or refusal.field not in ("confronto", "altro"):
            raise
        is_written = request.args.get("confronto") == ANOTHER
        period = _period()
        last = choose(period, baseline=None, layout=request.args.get("prospetto"))
        relazione = assembly.get_relazione(
            period=period.name, baseline=last.baseline, layout=last.layout
        )
        (form.altro if is_written else form.confronto).errors = [refusal.sentence]
        return relazione


def _baseline_is_asked() -> bool:
    """Whether the address says with what to compare."""
    return bool(request.args.get("confronto"))


def _baseline() -> str | None:
    """What the address names: a choice, a period, or the one written beside the choice."""
    if request.args.get("confronto") != ANOTHER:
        return request.args.get("confronto") or None
    written = request.args.get("altro", "").strip()
    if not written:
        sentence = _("Scrivi con quale periodo confrontare, per esempio 2019-S1.")
        raise Refusal(sentence, field="altro")
    return written


def _beside(panel: Panel, relazione: Relazione) -> Panel:
    """The panel as it stands beside what is on the screen."""
    return replace(panel, on_screen=_choices(relazione), counted=relazione.against)


def _choices(relazione: Relazione) -> Choices:
    """Those on the screen, as an edition would keep them."""
    return Choices(relazione.against.name, relazione.layout)


def _approved(made: list[EditionRow]) -> EditionRow | None:
    """The edition in force, whose files are the ones to take."""
    return next((edition for edition in made if edition.state == "approved"), None)


def _late(made: list[EditionRow], relazione: Relazione) -> Table | None:
    """What changed in the records after the approved edition, told beside its figures."""
    approved = _approved(made)
    if approved is None or relazione.period.is_partial:
        # Beside a period still open only a part of this one is on the screen.
        return None
    frozen = thaw(approved.figures)
    if not period_differs(frozen, relazione):
        return None
    heads = (_("Edizione %(number)s", number=approved.number), _("Rettifica"))
    caption = _("Registrato dopo l’edizione %(number)s", number=approved.number)
    table = differences(frozen, relazione, heads=heads, caption=caption)
    return table if table.rows else None


def _files(relazione: Relazione) -> list[tuple[str, str]]:
    """The forms of what is on the screen, with its choices whatever is approved meanwhile."""
    chosen = _chosen() | _choices(relazione).as_sent()
    return [
        (format_of(name).label, url_for("reports.file", format=name, **chosen))
        for name in (OFFERED_HISTORICAL if relazione.is_historical else OFFERED)
    ]


def _edition_files(approved: EditionRow | None) -> list[tuple[str, str]]:
    """The files of the edition in force that its layout offers."""
    if approved is None:
        return []
    files = {file.name for file in editions.list_files(DESK, approved.id)}
    names = [format_of(name).file_name for name in OFFERED]
    if choices_of(approved).layout is Layout.HISTORICAL:
        names.append("prospetto.csv")
    return [
        (
            label_of(name),
            url_for("reports.edition_file", edition_id=approved.id, name=name),
        )
        for name in names
        if name in files
    ]


def _links(document: Document) -> dict[str, dict[tuple[str, str], str]]:
    """From each figure that is explained to where it comes from: by table, line and column."""
    links: dict[str, dict[tuple[str, str], str]] = {}
    for one in document.named_figures():
        if is_explained(one):
            links.setdefault(one.table, {})[one.row, one.column] = _why_url(one)
    return links


def _why_url(one: NamedFigure) -> str:
    return url_for(
        "reports.why", **_of_the_report(), tabella=one.table, riga=one.row, colonna=one.column
    )


def _page_url(*, number: int) -> str:
    return url_for("reports.why", **_chosen() | {"pagina": number})


def _of_the_report() -> dict[str, Any]:
    names = ("periodo", "confronto", "altro", "prospetto")
    return {key: value for key, value in _chosen().items() if key in names}


def _chosen() -> dict[str, Any]:
    return {key: value for key, value in request.args.items() if value and key != "visto"}
