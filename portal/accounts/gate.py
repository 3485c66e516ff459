# SPDX-License-Identifier: AGPL-3.0-or-later
"""The gate: slug and account become a scope, or 404.

It runs before each view. Who has no membership of a desk learns nothing about it, not even that
it exists; who has one but not the right gets 403 and the refusal is recorded. The token of a form
is asked for after the account: whoever is no longer signed in hears that, and not of a token.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TypeVar

from flask import Flask, abort, current_app, g, request, session
from flask_login import current_user

from portal.accounts import actions, sessions
from portal.accounts.events import EventKind, record_event
from portal.accounts.limits import Act, count_own
from portal.accounts.rules import Place, SignedIn, place_in
from portal.core.store.tenancy import desk_scope, identity_scope, network_scope
from portal.core.store.unit import separate, unit_of_work
from portal.core.web.access import may, needed_by

View = TypeVar("View", bound=Callable)


class SignInFirst(Exception):
    """The page needs an account; `expired` when there was a session and it ended."""

    def __init__(self, *, expired: bool) -> None:
        super().__init__()
        self.expired = expired


def keeps_what_is_typed(view: View) -> View:
    """A view that also a locked session may use: it keeps a draft and shows nothing."""
    view.keeps_what_is_typed = True  # type: ignore[attr-defined]
    return view


def limited(*acts: Act) -> Callable[[View], View]:
    """A view that an account may ask for so often: each time is counted before it."""

    def declare(view: View) -> View:
        view.limited_acts = acts  # type: ignore[attr-defined]
        return view

    return declare


@contextmanager
def admitted() -> Iterator[None]:
    """Enter the scope that the present route needs, or refuse."""
    g.place = None
    view_args = request.view_args or {}
    desk, network = view_args.pop("desk", None), view_args.pop("network", None)
    permission = needed_by(current_app.view_functions[request.endpoint or ""])
    if permission is None:
        _refuse_forged()
        with identity_scope():
            yield
        return
    account = _account()
    # Known from here on, so that a page of refusal is still a page of the desk.
    place = g.place = _place(account, desk, network)
    _refuse_forged()
    if not may(place.role if place else None, permission):
        if current_user.is_authenticated:
            _record_refusal(account, place)
        abort(403)
    # A locked session leaves nothing but words in a draft: its cookie may be somebody else's.
    if place and current_user.is_authenticated and not account.used_last(place):
        with identity_scope(), separate():
            actions.note_use(account_id=account.id, place_id=place.id)
    acts = _limited_acts()
    if place and place.is_network:
        # Its role may not count: what counts says who works here.
        if acts:
            with identity_scope(account_id=account.id), separate():
                count_own(*acts)
        with network_scope(place.id, account_id=account.id):
            yield
        return
    with _scope(place, account):
        if acts:
            count_own(*acts)
        yield


def _scope(place: Place | None, account: SignedIn) -> AbstractContextManager[None]:
    if place is None:
        return identity_scope(account_id=account.id)
    return desk_scope(place.id, account_id=account.id)


def _limited_acts() -> tuple[Act, ...]:
    view = current_app.view_functions[request.endpoint or ""]
    return getattr(view, "limited_acts", ())


@contextmanager
def apart_at(place: Place, account: SignedIn) -> Iterator[None]:
    """A unit of its own at a desk of the account, where the request is in no scope, or failed."""
    with (
        current_app.app_context(),
        desk_scope(place.id, account_id=account.id),
        unit_of_work(),
    ):
        yield


def recall_place() -> None:
    """Let the page of an address that is not there keep the bar of the reader's own desk."""
    named = place_in(request.path)
    if named and current_user.is_authenticated:
        g.place = current_user.find_place(named.slug, network=named.is_network)


def _refuse_forged() -> None:
    """Every form is sent from a page of this browser's session."""
    current_app.extensions["csrf"].protect()


def _account() -> SignedIn:
    """Who asks; a locked session is nobody, save for what only keeps its own words."""
    if current_user.is_authenticated:
        account: SignedIn = current_user._get_current_object()
        return account
    locked = sessions.locked()
    view = current_app.view_functions[request.endpoint or ""]
    if locked and getattr(view, "keeps_what_is_typed", False):
        return locked.account
    raise SignInFirst(expired=getattr(session, "expired", False))


def _place(account: SignedIn, desk: str | None, network: str | None) -> Place | None:
    slug = desk or network
    if slug is None:
        return None
    place = account.find_place(slug, network=network is not None)
    if place is None:
        abort(404)
    return place


def _record_refusal(account: SignedIn, place: Place | None) -> None:
    desk_id = place.id if place and not place.is_network else None
    with identity_scope(account_id=account.id), separate():
        record_event(
            EventKind.REFUSED, subject_id=account.id, desk_id=desk_id, route=str(request.url_rule)
        )


def keep_place_in_links(app: Flask) -> None:
    """Let url_for() fill in the desk or network that the reader is in."""

    @app.url_defaults
    def add_place(endpoint: str, values: dict[str, object]) -> None:
        place: Place | None = g.get("place")
        if place is None:
            return
        name = "network" if place.is_network else "desk"
        if name not in values and app.url_map.is_endpoint_expecting(endpoint, name):
            values[name] = place.slug
