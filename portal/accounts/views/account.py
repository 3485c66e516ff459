# SPDX-License-Identifier: AGPL-3.0-or-later
"""One's own account, and the link of an invitation."""

from flask import Blueprint, Response, request
from flask_babel import gettext as _
from flask_login import current_user

from portal.accounts import actions, queries, sessions
from portal.accounts.forms import FirstPasswordForm, PasswordForm
from portal.accounts.proof import WrongPassword, prove_here
from portal.accounts.rules import ROLE_NAMES, key_hash
from portal.core import clock
from portal.core.errors import Refusal
from portal.core.web.access import Permission, needs, open_to_all
from portal.core.web.pages import page, redirect_to

accounts = Blueprint("accounts", __name__)


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


def _prove_again(password: str) -> None:
    """A browser left open must not be enough to take the account over."""
    try:
        prove_here(current_user.email, password)
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
