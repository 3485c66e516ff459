# SPDX-License-Identifier: AGPL-3.0-or-later
"""The manager's own words about a period."""

from dataclasses import asdict

from flask import Response, request

from portal.core.italy.periods import Period, require_period
from portal.core.web.access import Permission, needs
from portal.core.web.pages import page, redirect_to
from portal.drafts.rules import resumes_drafts
from portal.reports.editions import lifecycle as editions
from portal.reports.editions.desk import DESK
from portal.reports.forms import TextsForm
from portal.reports.relazione import manager_words
from portal.reports.relazione.model import Texts
from portal.reports.views import reports


@reports.get("/s/<desk>/relazioni/testo")
@needs(Permission.APPROVE_REPORTS)
@resumes_drafts
def write() -> Response:
    period = _period()
    found = manager_words.find_text(period.name)
    form = TextsForm(obj=found)
    if found and not form.resumed:
        form.version.data = str(found.version)
    return _page(form, period)


@reports.post("/s/<desk>/relazioni/testo")
@needs(Permission.APPROVE_REPORTS)
def save_texts() -> Response:
    """Keep the words; the documents of an edition nobody approved are made again with them."""
    form, period = TextsForm(), _period()
    if form.validate_on_submit():
        with form.attempting():
            words = Texts(form.premise.data or "", form.comment.data or "")
            manager_words.write_texts(
                period=period.name, texts=words, seen_version=form.seen_version
            )
            changed = {"texts": asdict(words)}
            editions.rewrite_documents(DESK, period=period.name, words=changed)
            return redirect_to("reports.show", periodo=period.name, _anchor="testo")
    return _page(form, period)


def _page(form: TextsForm, period: Period) -> Response:
    return page(
        "reports/write.html",
        form=form,
        status=form.status,
        period=period,
        edition=editions.find_latest(DESK, period.name),
    )


def _period() -> Period:
    return require_period(request.args.get("periodo", ""), field="periodo")
