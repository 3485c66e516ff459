# SPDX-License-Identifier: AGPL-3.0-or-later
"""The browsers in which an account signs in: a cookie of their own, which opens nothing.

It tells a browser that has been here before from one that guesses. Only its hash is kept, beside
the account that signed in; who signs out keeps it, and the next person at the computer gets no
more by it than one more try.
"""

import secrets
from datetime import timedelta
from uuid import UUID

from flask import Response, current_app, g, request

from portal.accounts import actions
from portal.accounts.events import EventKind, present_device, record_event
from portal.accounts.rules import key_hash

KEPT = timedelta(days=365)
LENGTH = 43


def cookie() -> str:
    """The device's key as the present browser sends it; empty where it has none."""
    value = request.cookies.get(_name(), "")
    return value if len(value) == LENGTH else ""


def hash_of(device: str) -> bytes:
    """What is stored of a device's key."""
    return key_hash(f"device {device}")


def recognise(account_id: UUID) -> None:
    """The account has just signed in here: know the browser, and say so where it is a new one."""
    device = cookie() or secrets.token_urlsafe(32)
    g.device_cookie = device
    label = present_device()
    if actions.know_device(account_id, token_hash=hash_of(device), label=label):
        record_event(EventKind.NEW_DEVICE, subject_id=account_id, actor_id=account_id)


def send_cookie(response: Response) -> Response:
    """Give the browser its key, after a sign-in."""
    if "device_cookie" in g:
        response.set_cookie(
            _name(), g.device_cookie, max_age=KEPT, secure=_is_https(), httponly=True,
            samesite="Lax", path="/",
        )  # fmt: skip
    return response


def _name() -> str:
    return "__Host-sportelli-browser" if _is_https() else "sportelli-browser"


def _is_https() -> bool:
    return bool(current_app.config["SETTINGS"].secure_cookies)
