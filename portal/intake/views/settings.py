# SPDX-License-Identifier: AGPL-3.0-or-later
"""How a manager arranges the counter: the topics under the nine keys, the names on the screen."""

from flask import Response, request

from portal.core import clock
from portal.core.errors import Conflict
from portal.core.store.database import speaking_desk
from portal.core.web.access import Permission, needs
from portal.core.web.pages import page, redirect_to
from portal.desks import actions as desks
from portal.desks.queries import get_desk
from portal.intake.actions import pins as actions
from portal.intake.forms.settings import KeysForm, ScreenForm
from portal.intake.queries import pins as queries
from portal.intake.views import intake
from portal.taxonomy import queries as taxonomy


@intake.get("/s/<desk>/impostazioni/tipologie")
@needs(Permission.ARRANGE_COUNTER)
def keys() -> Response:
    form = _offered(KeysForm())
    saved = queries.list_pins()
    form.show(saved, version=queries.version_of(saved))
    return _keys_page(form)


@intake.post("/s/<desk>/impostazioni/tipologie")
@needs(Permission.ARRANGE_COUNTER)
def arrange() -> Response:
    form = _offered(KeysForm())
    if form.validate_on_submit():
        only_looking = "preview" in request.form
        with form.attempting():
            if only_looking:
                actions.check_pins(form.pins)
                return _keys_page(form, status=200)
            _arrange(form)
            return redirect_to("intake.keys", salvato=1)
    return _keys_page(form)


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


def _arrange(form: KeysForm) -> None:
    try:
        actions.arrange_keys(pins=form.pins, seen_version=form.seen_version)
    except Conflict:
        # Having seen what the others chose, the next save is a knowing one.
        form.version.data = str(queries.version_of(queries.list_pins()))
        form.version.raw_data = None
        raise


def _offered(form: KeysForm) -> KeysForm:
    topics = taxonomy.list_topics(taxonomy.version_on(clock.today()))
    form.offer([(topic.code, topic.label) for topic in topics])
    return form


def _keys_page(form: KeysForm, status: int | None = None) -> Response:
    known = {choice.value for choice in form.places[0].choices or ()}
    chosen = {number: code for number, code in form.pins.items() if code in known}
    return page(
        "intake/settings_keys.html",
        form=form,
        status=status or form.status,
        preview=queries.preview_keys(chosen),
        unsaved=form.is_submitted(),
        saved=_was_saved(),
    )


def _screen_page(form: ScreenForm) -> Response:
    return page("intake/settings_screen.html", form=form, status=form.status, saved=_was_saved())


def _was_saved() -> bool:
    return request.args.get("salvato") == "1"
