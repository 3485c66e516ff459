# SPDX-License-Identifier: AGPL-3.0-or-later
"""Entering and leaving: the password, a locked session taken up again, the choice of a place."""

from uuid import UUID

from flask import Blueprint, Response, request
from flask_babel import gettext as _
from flask_login import current_user

from portal.accounts import queries, sessions
from portal.accounts.limits import TooOften
from portal.accounts.proof import WrongPassword, prove_here, prove_oneself
from portal.accounts.rules import ABSOLUTE, IDLE, ROLE_NAMES
from portal.accounts.sessions import Locked
from portal.core import clock
from portal.core.errors import Refusal
from portal.core.web.access import Permission, needs, open_to_all
from portal.core.web.pages import page, redirect_to
from portal.drafts.resuming import find_unfinished
from portal.drafts.return_address import destination, names_draft
from portal.sign_in.forms import LogInForm, UnlockForm

sign_in = Blueprint("sign_in", __name__)


@sign_in.get("/accedi")
@open_to_all
def log_in() -> Response:
    if current_user.is_authenticated:
        return redirect_to("home.start")
    locked = sessions.locked()
    if locked:
        return _locked_page(UnlockForm(poi=request.args.get("poi")), locked=locked)
    form = LogInForm(poi=request.args.get("poi"))
    return page(
        "sign_in/log_in.html",
        form=form,
        expired=request.args.get("scaduta") == "1",
        lost=request.args.get("persa") == "1",
        has_draft=names_draft(form.poi.data or ""),
    )


@sign_in.post("/accedi")
@open_to_all
def open_session() -> Response:
    form = LogInForm()
    form.validate_on_submit()
    try:
        account_id = prove_here(form.email.data or "", form.password.data or "")
    except Refusal as refusal:
        form.refuse(refusal)
        status = 429 if isinstance(refusal, TooOften) else 422
        return page("sign_in/log_in.html", form=form, expired=False, lost=False, status=status)
    return _enter(account_id, wanted=form.poi.data or "")


@sign_in.post("/riprendi")
@open_to_all
def resume() -> Response:
    """The password alone, counted like any other; a new session, and back to what was open."""
    form = UnlockForm()
    locked = sessions.locked()
    if locked is None:
        return redirect_to("sign_in.log_in", poi=form.poi.data)
    try:
        prove_oneself(locked.account.id, form.password.data or "")
    except Refusal as refusal:
        wrong = isinstance(refusal, WrongPassword)
        form.refuse(Refusal(_("Password non corretta."), field="password") if wrong else refusal)
        return _locked_page(form, locked=locked, status=422 if wrong else 429)
    return _enter(locked.account.id, wanted=form.poi.data or "")


@sign_in.post("/esci")
@open_to_all
def log_out() -> Response:
    sessions.sign_out()
    response = redirect_to("sign_in.log_in")
    # A counter's computer is shared: nothing of the last shift stays in the browser.
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@sign_in.post("/blocca")
@open_to_all
def lock() -> Response:
    """Step away from a counter's computer: the password alone brings everything back."""
    sessions.lock()
    return redirect_to("sign_in.log_in")


@sign_in.get("/scegli")
@needs(Permission.USE_OWN_ACCOUNT)
def choose_place() -> Response:
    places = current_user.places
    return page(
        "sign_in/choose_place.html",
        desks=[place for place in places if not place.is_network],
        networks=[place for place in places if place.is_network],
        role_names=ROLE_NAMES,
    )


def _enter(account_id: UUID, *, wanted: str) -> Response:
    """Open a session, and go on to the page that was wanted.

    Where none was, first to what the account's own page asks: that of this sign-in asks its owner
    elsewhere, or the next time.
    """
    is_asked = not wanted and queries.list_unanswered(account_id)
    sessions.sign_in(account_id)
    if is_asked:
        return redirect_to("accounts.account")
    endpoint, values = destination(wanted, current_user)
    return redirect_to(endpoint, **values)


def _locked_page(form: UnlockForm, *, locked: Locked, status: int = 200) -> Response:
    account, created_at, seen_at, _locked_at = locked
    unfinished = find_unfinished(locked, wanted=form.poi.data or "")
    if unfinished:
        form.poi.data = unfinished.address
    form.password.label.text = _("Password di %(email)s", email=account.email)
    return page(
        "sign_in/locked.html",
        form=form,
        account_name=account.name,
        email=account.email,
        was_idle=clock.now() - seen_at > IDLE,
        was_long=clock.now() - created_at > ABSOLUTE,
        draft_at=unfinished.at if unfinished else None,
        lost=request.args.get("persa") == "1",
        status=status,
    )
