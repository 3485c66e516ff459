# SPDX-License-Identifier: AGPL-3.0-or-later
"""Server-side sessions: the cookie is a random key, PostgreSQL keeps who it stands for.

Only the hash of the key is stored, so a copy of the table opens nothing. The CSRF secret is
derived from the key and needs no row: a visitor who has not signed in leaves no trace.
"""

import hashlib
import hmac
import secrets
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from flask import Flask, Request, Response, current_app, g, request
from flask import session as present_session
from flask.sessions import SessionInterface, SessionMixin
from flask_login import LoginManager, login_user, logout_user

from portal.accounts import actions, devices, queries
from portal.accounts.events import EventKind, present_device, record_event
from portal.accounts.queries import FoundSession
from portal.accounts.rules import SignedIn, is_forgotten, key_hash
from portal.core import clock
from portal.core.store.away import ask
from portal.core.store.tenancy import identity_scope
from portal.core.store.unit import unit_of_work

# Answered while the database is away: they ask nothing of it.
ASKING_NOTHING = ("/static/", "/healthz")


class Locked(NamedTuple):
    """Whose session it was, since when, when it was last used, and since when it is locked."""

    account: SignedIn
    created_at: datetime
    seen_at: datetime
    locked_at: datetime


class PortalSession(dict[str, Any], SessionMixin):
    """What Flask, Flask-Login and Flask-WTF see of a session; nothing else is kept in it.

    `failure` is why it could not be read: nobody is signed in, and the cookie stays as it is.
    """

    failure: Exception | None = None

    def __init__(self, key: str, csrf_secret: str, signed_in: SignedIn | None = None) -> None:
        super().__init__()
        self.new = False
        self.ended = False
        self.become(key, csrf_secret, signed_in)

    def become(self, key: str, csrf_secret: str, signed_in: SignedIn | None) -> None:
        """Stand for this key from now on; nothing of what it stood for is left."""
        self.clear()
        self.key = key
        self.signed_in = signed_in
        self.expired = False
        self.locked: Locked | None = None
        self["csrf_token"] = csrf_secret
        if signed_in:
            self["_user_id"] = signed_in.get_id()
            self["_fresh"] = True

    def remember(self, found: FoundSession) -> None:
        """Nobody is signed in; whose session it was is still said for a while."""
        self.expired = True
        if not is_forgotten(found.created_at, clock.now()):
            # The request that finds a session over is the one that locks it.
            locked_at = found.locked_at or clock.now()
            account = queries.signed_in(found)
            self.locked = Locked(account, found.created_at, found.seen_at, locked_at)


class DatabaseSessions(SessionInterface):
    """Opens a session from its cookie and gives new visitors one."""

    def __init__(self, *, secret: str, https: bool) -> None:
        self.secret = secret.encode()
        self.https = https
        self.cookie = "__Host-sportelli" if https else "sportelli"

    def open_session(self, app: Flask, request: Request) -> PortalSession:
        if request.path.startswith(ASKING_NOTHING):
            return self.fresh()
        try:
            return self.find(request.cookies.get(self.cookie, ""))
        except Exception as error:
            # Flask opens a session before anything that can answer with a page of ours.
            session = self.fresh()
            session.new, session.failure = False, error
            return session

    def find(self, key: str) -> PortalSession:
        """The session of a cookie's key."""
        if len(key) != 43:
            return self.fresh()
        session = PortalSession(key, self.csrf_secret(key))
        with identity_scope(), unit_of_work():
            found = queries.find_session(key_hash(key))
            if found and actions.keep_session(found, now=clock.now()):
                session = PortalSession(key, self.csrf_secret(key), queries.signed_in(found))
            elif found:
                session.remember(found)
        return session

    def fresh(self) -> PortalSession:
        """A session under a new key for a new visitor."""
        key = secrets.token_urlsafe(32)
        session = PortalSession(key, self.csrf_secret(key))
        session.new = True
        return session

    def csrf_secret(self, key: str) -> str:
        return hmac.new(self.secret, b"csrf " + key.encode(), hashlib.sha256).hexdigest()

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if not isinstance(session, PortalSession):
            return
        if session.ended:
            response.delete_cookie(
                self.cookie, secure=self.https, httponly=True, samesite="Lax", path="/"
            )
            return
        if not session.new:
            return
        if session.signed_in or "csrf_token" in g:
            response.set_cookie(
                self.cookie, session.key, secure=self.https, httponly=True, samesite="Lax", path="/"
            )


def use_sessions(app: Flask, *, secret: str, https: bool) -> None:
    """Attach the sessions and Flask-Login, whose account comes from the session just read."""
    app.session_interface = DatabaseSessions(secret=secret, https=https)
    app.after_request(devices.send_cookie)
    manager = LoginManager(app)
    manager.session_protection = None

    @manager.user_loader
    def load(_account_id: str) -> SignedIn | None:
        return _present()[1].signed_in


def sign_in(account_id: UUID) -> None:
    """Give the browser a new session of this account; what it had before is gone.

    The key is new at every sign-in, so a key that somebody planted opens nothing.
    """
    sessions, session = _present()
    actions.end_session(key_hash(session.key))
    key = secrets.token_urlsafe(32)
    actions.start_session(key_hash(key), account_id=account_id, device=present_device())
    record_event(EventKind.SIGNED_IN, subject_id=account_id, actor_id=account_id)
    devices.recognise(account_id)
    account = queries.signed_in(queries.get_session(key_hash(key)))
    session.become(key, sessions.csrf_secret(key), account)
    session.new = True
    login_user(account)


def sign_out() -> None:
    """End the browser's session and its cookie: a copy of it opens nothing from now on."""
    sessions, session = _present()
    if session.signed_in:
        mine = session.signed_in.id
        record_event(EventKind.SIGNED_OUT, subject_id=mine, actor_id=mine)
    actions.end_session(key_hash(session.key))
    logout_user()
    key = secrets.token_urlsafe(32)
    session.become(key, sessions.csrf_secret(key), None)
    session.ended = True


def lock() -> None:
    """Leave the browser to whoever passes by: from now on it asks for the password."""
    session = _present()[1]
    if session.signed_in:
        mine = session.signed_in.id
        record_event(EventKind.LOCKED, subject_id=mine, actor_id=mine)
        actions.lock_session(key_hash(session.key))


def present_key_hash() -> bytes:
    """Which of an account's sessions is the present one."""
    return key_hash(_present()[1].key)


def refuse_unread() -> None:
    """Raise what kept the session from being read; a visitor who has none hears the same."""
    session = _present()[1]
    if session.failure is not None:
        raise session.failure
    if session.new and not request.path.startswith(ASKING_NOTHING):
        with identity_scope(), unit_of_work():
            ask()


def locked() -> Locked | None:
    """Whose session this was, where only the password is missing."""
    return _present()[1].locked


def _present() -> tuple[DatabaseSessions, PortalSession]:
    sessions = current_app.session_interface
    present: Any = present_session
    present = present._get_current_object()
    if not isinstance(sessions, DatabaseSessions) or not isinstance(present, PortalSession):
        raise RuntimeError("the portal's own sessions are not in use")
    return sessions, present
