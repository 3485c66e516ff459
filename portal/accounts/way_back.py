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

Destination = tuple[str, dict[str, Any]]


def wanted_page() -> str | None:
    """The page that the present request is about; after a form its own page, or the desk's."""
    if _match(request.path) is None:
        named = place_in(request.path)
        return f"/{named.letter}/{named.slug}/" if named else None
    query = kept_query(request.args.items())
    return f"{request.path}?{urlencode(query)}" if query else request.path


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


def _match(path: str) -> Destination | None:
    """The view that answers this path when it is only looked at."""
    try:
        endpoint, values = current_app.url_map.bind("portal").match(path, method="GET")
    except HTTPException:
        return None
    return endpoint, dict(values)
