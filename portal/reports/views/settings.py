# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the manager settles once: when the relazione is built, its parts, the Word template."""

from flask import Response, request
from flask_babel import lazy_gettext as _l

from portal.accounts.gate import limited
from portal.accounts.limits import Act
from portal.core.documents.docx import check_template, default_template
from portal.core.store.database import scoped_desk
from portal.core.web.access import Permission, needs
from portal.core.web.pages import download, page, redirect_to
from portal.desks.actions import omit_from_report, set_closing_days
from portal.desks.queries import get_desk
from portal.reports.files import format_of
from portal.reports.forms import ClosingForm, PartsForm, TemplateForm
from portal.reports.relazione import manager_words
from portal.reports.sections import OPTIONAL
from portal.reports.views import reports

WORD = format_of("docx").media_type
PREFIX = "modello"
"""Two forms stand on one page."""


@reports.get("/s/<desk>/impostazioni/chiusura")
@needs(Permission.APPROVE_REPORTS)
def closing() -> Response:
    return _closing_page(ClosingForm(closing_days=get_desk(scoped_desk()).closing_days))


@reports.post("/s/<desk>/impostazioni/chiusura")
@needs(Permission.APPROVE_REPORTS)
def save_closing() -> Response:
    form = ClosingForm()
    if form.validate_on_submit():
        with form.attempting():
            set_closing_days(get_desk(scoped_desk()), days=form.closing_days.data)
            return redirect_to("reports.closing", salvato=1)
    return _closing_page(form)


def _closing_page(form: ClosingForm) -> Response:
    saved = request.args.get("salvato") == "1"
    return page("reports/closing.html", form=form, status=form.status, saved=saved)


@reports.get("/s/<desk>/impostazioni/relazione")
@needs(Permission.APPROVE_REPORTS)
def parts() -> Response:
    return _parts_page(_parts_as_kept(), TemplateForm(formdata=None, prefix=PREFIX))


@reports.post("/s/<desk>/impostazioni/relazione")
@needs(Permission.APPROVE_REPORTS)
def save_parts() -> Response:
    form = PartsForm()
    if form.validate_on_submit():
        shown = set(form.parts.data or ())
        omitted = [part.key for part in OPTIONAL if part.key not in shown]
        omit_from_report(get_desk(scoped_desk()), parts=omitted)
        return redirect_to("reports.parts", salvato=1)
    return _parts_page(form, TemplateForm(formdata=None, prefix=PREFIX))


def _parts_as_kept() -> PartsForm:
    omitted = get_desk(scoped_desk()).report_omits
    shown = [part.key for part in OPTIONAL if part.key not in omitted]
    return PartsForm(formdata=None, parts=shown)


def _parts_page(form: PartsForm, template_form: TemplateForm) -> Response:
    return page(
        "reports/parts.html",
        form=form,
        status=form.status,
        saved=request.args.get("salvato") == "1",
        in_use=manager_words.find_template(),
        template_form=template_form,
        outcome=OUTCOMES.get(request.args.get("modello", "")),
    )


OUTCOMES = {
    "nuovo": _l("Le prossime edizioni usano il tuo modello."),
    "tolto": _l("Le prossime edizioni usano il modello del portale."),
}


@reports.get("/s/<desk>/impostazioni/relazione/modello")
@needs(Permission.APPROVE_REPORTS)
@limited(Act.EXPORT)
def template() -> Response:
    """The Word template in use, to be restyled; the portal's own where there is no other."""
    found = manager_words.find_template()
    own = found is not None and request.args.get("quale") != "portale"
    return download(
        found.content if found and own else default_template(),
        name="modello-relazione.docx",
        media_type=WORD,
    )


@reports.post("/s/<desk>/impostazioni/relazione/modello")
@needs(Permission.APPROVE_REPORTS)
def save_template() -> Response:
    form = TemplateForm(prefix=PREFIX)
    if form.validate_on_submit():
        content, name = form.template.data.read(), form.template.data.filename or "modello.docx"
        with form.attempting():
            check_template(content)
            manager_words.replace_template(name=name[:200], content=content)
            return redirect_to("reports.parts", modello="nuovo")
    return _parts_page(_parts_as_kept(), form)


@reports.post("/s/<desk>/impostazioni/relazione/modello/togli")
@needs(Permission.APPROVE_REPORTS)
def retire_template() -> Response:
    manager_words.retire_template()
    return redirect_to("reports.parts", modello="tolto")
