# SPDX-License-Identifier: AGPL-3.0-or-later
"""Page or fragment: the only place that knows htmx.

A page template holds each fragment as a named block inside the element with the same id. htmx
gets the block, everyone else the page, so that both always come from the same lines.
"""

from typing import Any
from urllib.parse import urlsplit

from flask import Response, current_app, make_response, render_template, request, url_for

from portal.core.work.frozen import find_frozen


def wants_fragment() -> bool:
    """Whether htmx asked for a part; boosted and restored pages are whole pages."""
    headers = request.headers
    return (
        headers.get("HX-Request") == "true"
        and "HX-Boosted" not in headers
        and "HX-History-Restore-Request" not in headers
    )


def page(
    template: str, *, fragment: str | None = None, status: int = 200, **values: Any
) -> Response:
    """Answer with a page, or with its named block where htmx asks; the view names the block.

    The template knows as `is_fragment` which of the two it is, for what only a fragment carries:
    the words that it writes into the live regions of the page. A page may ask for `find_frozen`:
    what is shown to nobody who is signed in, and what is shown after a failure, asks nothing.
    """
    if fragment and wants_fragment():
        body = _block(template, fragment, values | {"is_fragment": True})
    else:
        body = render_template(template, **values, is_fragment=False, find_frozen=find_frozen)
    response = make_response(body, status)
    response.vary.add("HX-Request")
    return response


def _block(template: str, block: str, values: dict[str, Any]) -> str:
    loaded = current_app.jinja_env.get_or_select_template(template)
    current_app.update_template_context(values)
    return "".join(loaded.blocks[block](loaded.new_context(values)))


def page_in_view() -> str | None:
    """The page from which a form of ours was sent, as the browser says it: path and query."""
    try:
        said = urlsplit(request.headers.get("HX-Current-URL") or request.referrer or "")
    except ValueError:
        return None
    if request.method == "GET" or not said.path or said.netloc != request.host:
        return None
    return f"{said.path}?{said.query}" if said.query else said.path


def redirect_to(endpoint: str, **values: Any) -> Response:
    """Send the reader on after a change (303), in the way that htmx or a plain page follows."""
    address = url_for(endpoint, **values)
    if wants_fragment():
        response = make_response("", 204)
        response.headers["HX-Redirect"] = address
    else:
        response = make_response("", 303)
        response.headers["Location"] = address
    response.vary.add("HX-Request")
    return response


def download(body: bytes, *, name: str, media_type: str) -> Response:
    """Answer with a file that the browser saves under an ASCII name made by us; text is UTF-8."""
    response = make_response(body)
    if media_type.startswith(("text/", "application/json")):
        media_type += "; charset=utf-8"
    response.headers["Content-Type"] = media_type
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
