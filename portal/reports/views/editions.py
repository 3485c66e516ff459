# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pages of editions: ask for one, read it as it was frozen, take its files, correct it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Response, request, url_for
from flask_babel import gettext as _

from portal.accounts.gate import limited
from portal.accounts.limits import Act
from portal.core.documents.tables import Table
from portal.core.italy.periods import parse_period
from portal.core.web.access import Permission, needs
from portal.core.web.pages import download, page, redirect_to
from portal.reports.disclosure.disclose import is_in_force
from portal.reports.disclosure.sheets import Audience
from portal.reports.disclosure.told import find_disclosure
from portal.reports.editions import lifecycle as editions
from portal.reports.editions.choices import Choices, choices_of, columns
from portal.reports.editions.desk import DESK, stamp_of
from portal.reports.editions.differences import differences
from portal.reports.editions.snapshot import counted_of, thaw
from portal.reports.editions.status_panel import other_words, panel_of, tell_since
from portal.reports.files import as_values, label_of
from portal.reports.forms import ComparedForm, CorrectionForm
from portal.reports.models import EditionRow
from portal.reports.publication.public_files import PUBLIC_FORMATS, hidden_of
from portal.reports.relazione.model import Layout
from portal.reports.views import reports
from portal.reports.views.showing import is_seen, nothing_new


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
        panel=tell_since(panel),
        poll=url_for("reports.edition", edition_id=edition_id, visto=panel.stage),
        files=[(file, label_of(file.name)) for file in editions.list_files(DESK, edition_id)],
        editions=editions.list_editions(DESK, found.period),
        **_changes(found),
        public=_public(found, panel.manages),
        **_frozen(found),
    )


def _public(found: EditionRow, manages: bool) -> dict[str, Any] | None:
    """The public version: its files, or that it can be made; nothing where neither is so."""
    disclosure = find_disclosure(found.id, Audience.PUBLIC)
    if disclosure is None:
        return {"files": []} if manages and is_in_force(found) else None
    links = [
        (label, url_for("reports.download_public_version", edition_id=found.id, format=name))
        for name, (label, _media_type, _make) in PUBLIC_FORMATS.items()
    ]
    hidden, lines = hidden_of(disclosure)
    return {"files": links, "hidden": hidden, "lines": lines, "made_at": disclosure.made_at}


def _frozen(found: EditionRow) -> dict[str, Any]:
    """The relazione of an edition, from the moment it has figures."""
    if found.frozen is None:
        return {"relazione": None}
    return as_values(thaw(found.frozen), stamp_of(found))


def _changes(found: EditionRow) -> dict[str, Any]:
    """What a correction changed: numbers, and with which choices they are told."""
    replaced = next(
        (
            edition
            for edition in editions.list_editions(DESK, found.period)
            if edition.number == found.replaces
        ),
        None,
    )
    if replaced is None or not (found.frozen and replaced.frozen):
        return {"differences": None}
    period = parse_period(found.period)
    before, after = (choices_of(edition).title(period, counted_of(edition))
                     for edition in (replaced, found))  # fmt: skip
    now = ", ".join((after, *other_words(thaw(replaced.frozen), thaw(found.frozen))))
    return {
        "differences": _between(replaced, found),
        "choices": (before, now) if now != before else None,
    }


def _between(old: EditionRow, new: EditionRow) -> Table:
    heads = [_("Edizione %(number)s", number=edition.number) for edition in (old, new)]
    if old.period != new.period:
        heads = [
            _("%(period)s, edizione %(number)s", period=parse_period(edition.period).title(),
              number=edition.number)
            for edition in (old, new)
        ]  # fmt: skip
    return differences(
        thaw(old.figures),
        thaw(new.figures),
        heads=(heads[0], heads[1]),
        caption=_("Differenze dall’edizione %(number)s", number=old.number),
    )


@reports.get("/s/<desk>/relazioni/edizioni/confronto")
@needs(Permission.READ_REPORTS)
def compare() -> Response:
    """Any two editions of the desk, figure by figure."""
    form = ComparedForm(request.args)
    known = {str(edition.id): edition for edition in editions.list_frozen(DESK)}
    form.offer(list(known.values()))
    old, new = known.get(form.prima.data or ""), known.get(form.dopo.data or "")
    return page(
        "reports/compare.html",
        form=form,
        table=_between(old, new) if old and new else None,
        known=known,
    )


@reports.get("/s/<desk>/relazioni/edizioni/<uuid:edition_id>/file/<name>")
@needs(Permission.READ_REPORTS)
@limited(Act.EXPORT)
def edition_file(edition_id: UUID, name: str) -> Response:
    found = editions.get_edition(DESK, edition_id)
    file = editions.get_file(DESK, found, name)
    stem, _dot, ending = file.name.rpartition(".")
    saved_as = f"{stem}-{found.period}-edizione-{found.number}.{ending}".replace("/", "-")
    return download(file.content, name=saved_as, media_type=file.media_type)


@reports.post("/s/<desk>/relazioni/edizioni")
@needs(Permission.APPROVE_REPORTS)
def build() -> Response:
    """Of what is on the screen: its period, its baseline, its layout."""
    period = request.form.get("periodo", "")
    asked = editions.request_edition(DESK, period=period, chosen=_chosen(request.form))
    return redirect_to("reports.show", periodo=asked.period)


def _chosen(sent: Mapping[str, str]) -> dict[str, str | None]:
    """The baseline and the layout that an act was asked with; none: as chosen last."""
    return {"baseline": sent.get("confronto") or None,
            "layout": sent.get("prospetto") or None}  # fmt: skip


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
            reason = form.reason.data or ""
            chosen = _chosen(request.args)
            editions.request_edition(DESK, period=found.period, chosen=chosen, reason=reason)
            return redirect_to("reports.show", periodo=found.period)
    return _correction_page(edition_id, form)


def _correction_page(edition_id: UUID, form: CorrectionForm) -> Response:
    found = editions.get_edition(DESK, edition_id)
    period = parse_period(found.period)
    made = columns(period, _chosen(request.args))
    chosen = Choices(made["baseline"], Layout(made["layout"]))
    return page(
        "reports/correct.html",
        form=form,
        status=form.status,
        edition=found,
        period=period,
        chosen=chosen.title(period),
        differs=chosen != choices_of(found),
        asked=chosen.as_sent(),
    )
