# SPDX-License-Identifier: AGPL-3.0-or-later
"""Drafts: kept as one types, thrown away on request. They are taken up on the page of the form."""

import json
from uuid import UUID

from flask import Response, g, jsonify, make_response, request
from flask_babel import gettext as _
from flask_login import current_user

from portal.accounts import sessions
from portal.accounts.gate import keeps_what_is_typed
from portal.core import clock
from portal.core.errors import Refusal
from portal.core.italy import formats
from portal.core.store.audit import record_read
from portal.core.web.access import Permission, needs
from portal.core.web.pages import page, redirect_to
from portal.counter import queries
from portal.counter.views import counter
from portal.drafts import actions as drafts
from portal.drafts import rules as draft_rules
from portal.drafts.resuming import address_of
from portal.drafts.return_address import destination, draft_page
from portal.drafts.rules import Fields, typed_in

LARGEST_BODY = 4 * draft_rules.LARGEST
LATEST_NUMBER = 2**53


@counter.post("/s/<desk>/bozze/<uuid:draft_id>")
@needs(Permission.RECORD_VISITS)
@keeps_what_is_typed
def keep_draft(draft_id: UUID) -> Response:
    """What a form holds now. It follows a key that somebody pressed, so it counts as their
    presence like any request: the script never sends the same words twice, and nothing by a clock.
    """
    address = draft_page(request.form.get("page", ""), g.place.slug)
    fields, number = _fields(), request.form.get("number", 0, type=int)
    if address is None or fields is None or not 0 < number < LATEST_NUMBER:
        return make_response("", 422)
    locked = sessions.locked()
    try:
        kept = drafts.keep(
            form_token=draft_id,
            page=address,
            fields=fields,
            number=number,
            locked_at=locked.locked_at if locked else None,
        )
    except Refusal as refusal:
        return make_response(jsonify(said=refusal.sentence), 422)
    if kept.settled:
        return make_response(jsonify(said=""), 409)
    hour = formats.hour(clock.in_rome(kept.at))
    return jsonify(said=_("Bozza salvata alle %(hour)s", hour=hour), number=kept.number)


@counter.post("/s/<desk>/bozze/<uuid:draft_id>/scarta")
@needs(Permission.RECORD_VISITS)
def discard_draft(draft_id: UUID) -> Response:
    """What arrives late does not bring it back; one press does, until another is thrown away."""
    drafts.discard(draft_id)
    return redirect_to("counter.reception", scartata=draft_id)


@counter.post("/s/<desk>/bozze/<uuid:draft_id>/riprendi")
@needs(Permission.RECORD_VISITS)
def take_up_draft(draft_id: UUID) -> Response:
    """A draft thrown away by mistake, back in its form."""
    draft = drafts.take_up(draft_id)
    endpoint, values = destination(address_of(draft), current_user)
    return redirect_to(endpoint, **values)


@counter.get("/s/<desk>/scadenze")
@needs(Permission.RECORD_VISITS)
def expiring() -> Response:
    """Whose permit expires soon: the other half of what is waiting."""
    rows = queries.expiring()
    record_read("people", rows=len(rows))
    return page("counter/expiring.html", rows=rows, most=queries.MANY)


def _fields() -> Fields | None:
    """The fields as the form would send them; None where no form can have sent that.

    Brackets in brackets beyond number are a RecursionError to Python's reader, not a wrong value.
    """
    text = request.form.get("fields", "")
    try:
        told = json.loads(text) if len(text) <= LARGEST_BODY else None
    except (ValueError, RecursionError):
        return None
    if not isinstance(told, list) or not all(_is_field(field) for field in told):
        return None
    return typed_in((name, value.replace("\0", "")) for name, value in told)


def _is_field(one: object) -> bool:
    return isinstance(one, list) and len(one) == 2 and all(_is_text(part) for part in one)


def _is_text(part: object) -> bool:
    """Half a letter, which only JSON can say, is none: nothing can store it."""
    return isinstance(part, str) and not any("\ud800" <= letter <= "\udfff" for letter in part)
