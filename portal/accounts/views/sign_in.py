# SPDX-License-Identifier: AGPL-3.0-or-later
"""Signing in and out, the choice of desk, one's own account, and the link of an invitation."""

from uuid import UUID

from flask import Blueprint, Response, current_app, request
from flask_babel import gettext as _
from flask_login import current_user

from portal.accounts import actions, queries, sessions
from portal.accounts.forms import FirstPasswordForm, LogInForm, PasswordForm, UnlockForm
from portal.accounts.proof import WrongPassword, prove
from portal.accounts.rules import ABSOLUTE, IDLE, ROLE_NAMES, key_hash
from portal.accounts.sessions import Locked
from portal.core import clock
from portal.core.errors import Refusal
from portal.core.web.access import Permission, needs, open_to_all
from portal.core.web.pages import page, redirect_to
from portal.drafts.resuming import find_unfinished
from portal.drafts.return_address import destination, names_draft

accounts = Blueprint("accounts", __name__)


@accounts.get("/accedi")
@open_to_all
def log_in() -> Response:
    if current_user.is_authenticated:
        return redirect_to("home.start")
    locked = sessions.locked()
    if locked:
        return _locked_page(UnlockForm(poi=request.args.get("poi")), locked=locked)
    form = LogInForm(poi=request.args.get("poi"))
    return page(
        "accounts/log_in.html",
        form=form,
        expired=request.args.get("scaduta") == "1",
        lost=request.args.get("persa") == "1",
        has_draft=names_draft(form.poi.data or ""),
    )


@accounts.post("/accedi")
@open_to_all
def open_session() -> Response:
    form = LogInForm()
    form.validate_on_submit()
    try:
        account_id = _prove(form.email.data or "", form.password.data or "")
    except Refusal as refusal:
        form.refuse(refusal)
        status = 429 if isinstance(refusal, actions.TooManyTries) else 422
        return page("accounts/log_in.html", form=form, expired=False, lost=False, status=status)
    sessions.sign_in(account_id)
    actions.record_event("signed_in", account_id=account_id)
    endpoint, values = destination(form.poi.data or "", current_user)
    return redirect_to(endpoint, **values)


@accounts.post("/riprendi")
@open_to_all
def resume() -> Response:
    """The password alone, counted like any other; a new session, and back to what was open."""
    form = UnlockForm()
    locked = sessions.locked()
    if locked is None:
        return redirect_to("accounts.log_in", poi=form.poi.data)
    try:
        account_id = _prove(locked.account.email, form.password.data or "")
    except Refusal as refusal:
        wrong = isinstance(refusal, WrongPassword)
        form.refuse(Refusal(_("Password non corretta."), field="password") if wrong else refusal)
        return _locked_page(form, locked=locked, status=422 if wrong else 429)
    sessions.sign_in(account_id)
    actions.record_event("signed_in", account_id=account_id)
    endpoint, values = destination(form.poi.data or "", current_user)
    return redirect_to(endpoint, **values)


@accounts.get("/password-dimenticata")
@open_to_all
def forgot_password() -> Response:
    return page("accounts/forgot_password.html")


@accounts.post("/esci")
@open_to_all
def log_out() -> Response:
    if current_user.is_authenticated:
        actions.record_event("signed_out", account_id=current_user.id)
    sessions.sign_out()
    response = redirect_to("accounts.log_in")
    # A counter's computer is shared: nothing of the last shift stays in the browser.
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@accounts.post("/blocca")
@open_to_all
def lock() -> Response:
    """Step away from a counter's computer: the password alone brings everything back."""
    if current_user.is_authenticated:
        actions.record_event("locked", account_id=current_user.id)
        sessions.lock()
    return redirect_to("accounts.log_in")


@accounts.get("/scegli")
@needs(Permission.USE_OWN_ACCOUNT)
def choose_place() -> Response:
    places = current_user.places
    return page(
        "accounts/choose_place.html",
        desks=[one for one in places if not one.is_network],
        networks=[one for one in places if one.is_network],
        role_names=ROLE_NAMES,
    )


@accounts.get("/conto")
@needs(Permission.USE_OWN_ACCOUNT)
def account() -> Response:
    return _account_page(PasswordForm(), changed=request.args.get("cambiata") == "1")


@accounts.post("/conto/password")
@needs(Permission.USE_OWN_ACCOUNT)
def change_password() -> Response:
    form = PasswordForm()
    if form.validate_on_submit():
        with form.attempting():
            _prove_again(form.current.data or "")
            mine = queries.get_account(current_user.id)
            actions.set_password(mine, password=form.new.data or "", field="new")
            sessions.sign_in(mine.id)
            return redirect_to("accounts.account", cambiata=1)
    return _account_page(form)


@accounts.get("/invito/<key>")
@open_to_all
def invitation(key: str) -> Response:
    return _invitation_page(key, FirstPasswordForm())


@accounts.post("/invito/<key>")
@open_to_all
def accept_invitation(key: str) -> Response:
    form = FirstPasswordForm()
    if form.validate_on_submit():
        with form.attempting():
            account_id = actions.accept_invitation(key, password=form.new.data or "")
            sessions.sign_in(account_id)
            actions.record_event("signed_in", account_id=account_id)
            return redirect_to("home.start")
    return _invitation_page(key, form)


def _locked_page(form: UnlockForm, *, locked: Locked, status: int = 200) -> Response:
    account, created_at, seen_at, _locked_at = locked
    unfinished = find_unfinished(locked, wanted=form.poi.data or "")
    if unfinished:
        form.poi.data = unfinished.address
    form.password.label.text = _("Password di %(email)s", email=account.email)
    return page(
        "accounts/locked.html",
        form=form,
        account_name=account.name,
        email=account.email,
        was_idle=clock.now() - seen_at > IDLE,
        was_long=clock.now() - created_at > ABSOLUTE,
        draft_at=unfinished.at if unfinished else None,
        lost=request.args.get("persa") == "1",
        status=status,
    )


def _prove(email: str, password: str) -> UUID:
    return prove(
        email=email,
        password=password,
        address=request.remote_addr or "",
        secret=current_app.config["SETTINGS"].secret_key,
    )


def _prove_again(password: str) -> None:
    """A browser left open must not be enough to take the account over."""
    try:
        _prove(current_user.email, password)
    except WrongPassword:
        raise Refusal(_("La password di adesso non è giusta."), field="current") from None


def _account_page(form: PasswordForm, *, changed: bool = False) -> Response:
    return page(
        "accounts/account.html",
        form=form,
        changed=changed,
        places=current_user.places,
        role_names=ROLE_NAMES,
        status=form.status,
    )


def _invitation_page(key: str, form: FirstPasswordForm) -> Response:
    invited = queries.find_invited(key_hash(key), now=clock.now())
    if invited is None:
        return page("accounts/invitation_over.html", status=404)
    if not actions.may_set_password(invited.id):
        return page("accounts/invitation_known.html")
    return page("accounts/invitation.html", form=form, key=key, status=form.status)
