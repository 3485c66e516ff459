# SPDX-License-Identifier: AGPL-3.0-or-later
"""What somebody was writing when their session ended or a page failed: found, or kept now.

A locked session proves the browser and the account, and the form its page; no more is needed to
keep what was sent as that account's own draft. It is never read to that browser before the
password: all it learns is when a draft was kept.
"""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from flask import current_app, request
from flask_wtf.csrf import CSRFError

from portal.accounts.gate import apart_at
from portal.accounts.rules import SEEN_AGAIN, Place, SignedIn, place_in, wanted_parts
from portal.accounts.sessions import Locked
from portal.core import clock
from portal.core.errors import NotHere, Refusal
from portal.core.web.access import may, needed_by
from portal.drafts import actions as drafts
from portal.drafts.queries import Draft, find_draft, find_latest
from portal.drafts.return_address import draft_page, wanted_page
from portal.drafts.rules import typed_in


class Unfinished(NamedTuple):
    """A draft by when it was kept and the address on which it is taken up again."""

    at: datetime
    address: str


def find_unfinished(locked: Locked, *, wanted: str) -> Unfinished | None:
    """The form that was sent too late, or else what the account was writing when last seen.

    What was begun since the session is locked may be somebody else's who passed by: it is taken
    up from the drafts at the counter only.
    """
    place = _desk(locked.account, wanted)
    if place is None:
        return None
    with apart_at(place, locked.account):
        draft = _named(wanted) or find_latest(
            since=locked.seen_at - SEEN_AGAIN, begun_before=locked.locked_at
        )
        return Unfinished(draft.kept_at, address_of(draft)) if draft else None


def find_of_form(account: SignedIn) -> Unfinished | None:
    """The draft of the form that the present request has sent, if there is one."""
    token, place = _form_token(), _desk(account, request.path)
    if token is None or place is None:
        return None
    with apart_at(place, account):
        draft = find_draft(token)
        return Unfinished(draft.kept_at, address_of(draft)) if draft else None


def keep_sent(locked: Locked) -> str | None:
    """Keep the form that came too late as a draft: where it is taken up, if it could be kept."""
    if request.method != "POST":
        return None
    place, token = _desk(locked.account, request.path), _form_token()
    page = draft_page(wanted_page() or "", place.slug) if place else None
    permission = needed_by(current_app.view_functions[request.endpoint or ""])
    if not place or not page or not token or not permission or not may(place.role, permission):
        return None
    try:
        current_app.extensions["csrf"].protect()
        with apart_at(place, locked.account):
            drafts.keep(
                form_token=token,
                page=page,
                fields=typed_in(request.form.items(multi=True)),
                number=int(clock.now().timestamp() * 1000),
                locked_at=locked.locked_at,
            )
    except (CSRFError, Refusal, NotHere):
        return None
    return _address(page, token)


def address_of(draft: Draft) -> str:
    """Where a draft is taken up again; its page was checked when it was kept."""
    return _address(draft.page, draft.form_token)


def _address(page: str, form_token: UUID) -> str:
    return f"{page}{'&' if '?' in page else '?'}bozza={form_token}"


def _named(wanted: str) -> Draft | None:
    """The draft that a page to come back to names."""
    parts = wanted_parts(wanted)
    try:
        return find_draft(UUID(parts[1].get("bozza", ""))) if parts else None
    except ValueError:
        return None


def _desk(account: SignedIn, path: str) -> Place | None:
    """The desk that a path lies in, or else the one that the account was in last."""
    named = place_in(path)
    if named:
        return None if named.is_network else account.find_place(named.slug, network=False)
    last = account.places[:1]
    return last[0] if last and not last[0].is_network else None


def _form_token() -> UUID | None:
    try:
        return UUID(request.form.get("form_token", ""))
    except ValueError:
        return None
