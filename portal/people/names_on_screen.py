# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whether names stand on the screen, which is also seen from the other side of the counter.

The desk says how a day begins; whoever is signed in may choose otherwise until they sign out. The
choice is a cookie without personal data, bound to the session: it means nothing to the next one.
"""

import hashlib

from flask import Response, current_app, g, request, session

SHOW, HIDE = "mostra", "nascondi"


def are_names_shown(*, hidden: bool) -> bool:
    """The choice of this session, or what the desk says."""
    chosen, _dash, mark = request.cookies.get(_cookie(), "").partition("-")
    if "names_chosen" in g:
        return bool(g.names_chosen == SHOW)
    return chosen == SHOW if mark == _mark() else not hidden


def choose(chosen: str) -> None:
    """Show or hide names, already in the present answer."""
    g.names_chosen = SHOW if chosen == SHOW else HIDE


def remember(response: Response) -> Response:
    """Let the browser keep what was chosen."""
    response.set_cookie(
        _cookie(),
        f"{g.names_chosen}-{_mark()}",
        path="/",
        httponly=True,
        samesite="Lax",
        secure=_is_https(),
    )
    return response


def _cookie() -> str:
    return "__Host-nomi" if _is_https() else "nomi"


def _is_https() -> bool:
    return bool(current_app.config["SETTINGS"].secure_cookies)


def _mark() -> str:
    """Something that only this session has, and from which it cannot be guessed."""
    return hashlib.sha256(f"names {session['csrf_token']}".encode()).hexdigest()[:16]
