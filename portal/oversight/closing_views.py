# SPDX-License-Identifier: AGPL-3.0-or-later
"""When a half-year's comparison compiles itself: the overseer's page, as a desk has its own."""

from flask import Response, request

from portal.core.store.database import scoped_network
from portal.core.web.access import Permission, needs
from portal.core.web.pages import page, redirect_to
from portal.desks.actions import set_closing_days
from portal.desks.queries import get_network
from portal.oversight.mail_views import oversight
from portal.reports.forms import ClosingForm


@oversight.get("/r/<network>/chiusura")
@needs(Permission.OVERSEE)
def closing() -> Response:
    return _closing_page(ClosingForm(closing_days=get_network(scoped_network()).closing_days))


@oversight.post("/r/<network>/chiusura")
@needs(Permission.OVERSEE)
def save_closing() -> Response:
    form = ClosingForm()
    if form.validate_on_submit():
        with form.attempting():
            # The database lets the network's role set this column, of whichever network.
            set_closing_days(get_network(scoped_network()), days=form.closing_days.data)
            return redirect_to("oversight.closing", salvato=1)
    return _closing_page(form)


def _closing_page(form: ClosingForm) -> Response:
    saved = request.args.get("salvato") == "1"
    return page("oversight/closing.html", form=form, status=form.status, saved=saved)
