# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a manager lets be read from across the counter."""

from flask import Response, request

from portal.core.store.database import scoped_desk
from portal.core.web.access import Permission, needs
from portal.core.web.pages import page, redirect_to
from portal.counter.forms.screen import ScreenForm
from portal.counter.views import counter
from portal.desks import actions as desks
from portal.desks.queries import get_desk


@counter.get("/s/<desk>/impostazioni/schermo")
@needs(Permission.ARRANGE_COUNTER)
def screen() -> Response:
    return _screen_page(ScreenForm(hides_names=get_desk(scoped_desk()).hides_names))


@counter.post("/s/<desk>/impostazioni/schermo")
@needs(Permission.ARRANGE_COUNTER)
def save_screen() -> Response:
    form = ScreenForm()
    if form.validate_on_submit():
        desks.hide_names(get_desk(scoped_desk()), hidden=form.hides_names.data)
        return redirect_to("counter.screen", salvato=1)
    return _screen_page(form)


def _screen_page(form: ScreenForm) -> Response:
    return page(
        "counter/screen.html",
        form=form,
        status=form.status,
        saved=request.args.get("salvato") == "1",
    )
