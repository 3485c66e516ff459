# SPDX-License-Identifier: AGPL-3.0-or-later
"""The page to come back to after signing in: written into an address, and read again from there.

What is read is only looked up in our own map and built again, so that no address made by somebody
else is ever sent to a browser.
"""

from typing import Any
from urllib.parse import urlencode

from flask import current_app, request
from werkzeug.exceptions import HTTPException

from portal.accounts.rules import SignedIn, kept_query, place_in, wanted_parts
from portal.core.web.pages import page_in_view

Destination = tuple[str, dict[str, Any]]
LONGEST_PAGE = 200


def wanted_page() -> str | None:
    """The page that the present request is about; after a form its own page, or the desk's."""
    if _match(request.path) is None:
        named = place_in(request.path)
        return f"/{named.letter}/{named.slug}/" if named else None
    query = kept_query(request.args.items())
    return f"{request.path}?{urlencode(query)}" if query else request.path


def form_page() -> str | None:
    """The page of the form that was sent, if one can come back to it: its draft is named in it."""
    page = page_in_view()
    parts = wanted_parts(page) if page else None
    return page if parts and _match(parts[0]) else None


def names_draft(wanted: str) -> bool:
    """Whether a page to come back to is that of a draft."""
    parts = wanted_parts(wanted)
    return parts is not None and "bozza" in parts[1]


def destination(wanted: str, account: SignedIn) -> Destination:
    """Where to go after signing in: the wanted page, if it is of a place of this account."""
    start: Destination = ("home.start", {})
    parts = wanted_parts(wanted)
    found = _match(parts[0]) if parts else None
    if parts is None or found is None:
        return start
    endpoint, values = found
    desk, network = values.get("desk"), values.get("network")
    slug = desk or network
    if slug and not account.find_place(slug, network=network is not None):
        return start
    return endpoint, parts[1] | values


def draft_page(wanted: str, slug: str) -> str | None:
    """A page of this desk on which a draft can be taken up again, in its one spelling."""
    parts = wanted_parts(wanted)
    found = _match(parts[0]) if parts else None
    if parts is None or found is None or found[1].get("desk") != slug:
        return None
    if not getattr(current_app.view_functions[found[0]], "resumes_drafts", False):
        return None
    query = {name: value for name, value in parts[1].items() if name != "bozza"}
    page = f"{parts[0]}?{urlencode(query)}" if query else parts[0]
    return page if len(page) <= LONGEST_PAGE else None


def _match(path: str) -> Destination | None:
    """The view that answers this path when it is only looked at."""
    try:
        endpoint, values = current_app.url_map.bind("portal").match(path, method="GET")
    except HTTPException:
        return None
    return endpoint, dict(values)
