# SPDX-License-Identifier: AGPL-3.0-or-later
"""How a manager arranges the topics under the nine keys."""

from flask import Response, request

from portal.core import clock
from portal.core.errors import Conflict
from portal.core.web.access import Permission, needs
from portal.core.web.pages import page, redirect_to
from portal.tally import actions, queries
from portal.tally.forms.keys import KeysForm
from portal.tally.views import tally
from portal.taxonomy import queries as taxonomy


@tally.get("/s/<desk>/impostazioni/tipologie")
@needs(Permission.ARRANGE_COUNTER)
def keys() -> Response:
    form = _offered(KeysForm())
    saved = queries.list_pins()
    form.show(saved, version=queries.version_of(saved))
    return _keys_page(form)


@tally.post("/s/<desk>/impostazioni/tipologie")
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
            return redirect_to("tally.keys", salvato=1)
    return _keys_page(form)


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
        "tally/keys.html",
        form=form,
        status=status or form.status,
        preview=queries.preview_keys(chosen),
        unsaved=form.is_submitted(),
        saved=request.args.get("salvato") == "1",
    )
