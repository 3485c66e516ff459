# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a manager lets be read from across the counter."""

from flask import Response, request

from portal.core.store.database import speaking_desk
from portal.core.web.access import Permission, needs
from portal.core.web.pages import page, redirect_to
from portal.desks import actions as desks
from portal.desks.queries import get_desk
from portal.intake.forms.screen import ScreenForm
from portal.intake.views import intake


@intake.get("/s/<desk>/impostazioni/schermo")
@needs(Permission.ARRANGE_COUNTER)
def screen() -> Response:
    return _screen_page(ScreenForm(hides_names=get_desk(speaking_desk()).hides_names))


@intake.post("/s/<desk>/impostazioni/schermo")
@needs(Permission.ARRANGE_COUNTER)
def save_screen() -> Response:
    form = ScreenForm()
    if form.validate_on_submit():
        desks.hide_names(get_desk(speaking_desk()), hidden=form.hides_names.data)
        return redirect_to("intake.screen", salvato=1)
    return _screen_page(form)


def _screen_page(form: ScreenForm) -> Response:
    return page(
        "intake/settings_screen.html",
        form=form,
        status=form.status,
        saved=request.args.get("salvato") == "1",
    )
