# SPDX-License-Identifier: AGPL-3.0-or-later
"""A lost password: a letter to the address, and the page where its key sets another."""

from flask import Blueprint, Response, request

from portal.accounts import actions, limits, sessions
from portal.accounts.events import letters_leave
from portal.accounts.forms import LostForm, LostPasswordForm
from portal.accounts.limits import Act, TooOften
from portal.accounts.rules import comparable_email
from portal.core.store.unit import separate
from portal.core.web.access import open_to_all
from portal.core.web.pages import page, redirect_to

lost = Blueprint("lost", __name__)


@lost.get("/password-dimenticata")
@open_to_all
def forgot_password() -> Response:
    return _page(LostPasswordForm(), sent=request.args.get("inviata") == "1")


@lost.post("/password-dimenticata")
@open_to_all
def send_letter() -> Response:
    """The same answer, whether or not there is such an account."""
    form = LostPasswordForm()
    if form.validate_on_submit():
        email = comparable_email(form.email.data or "")
        with form.attempting():
            try:
                _count(email)
            except TooOften as too_often:
                form.refuse(too_often)
                return _page(form, status=429)
            actions.ask_for_password(email)
            return redirect_to("lost.forgot_password", inviata=1)
    return _page(form, status=form.status)


@lost.get("/password-nuova")
@open_to_all
def choose_password() -> Response:
    return page("accounts/lost_password.html", form=LostForm())


@lost.post("/password-nuova")
@open_to_all
def set_password() -> Response:
    form = LostForm()
    if form.validate_on_submit():
        count_code()
        with form.attempting():
            account_id = actions.reset_password(form.key.data or "", password=form.new.data or "")
            sessions.sign_in(account_id)
            return redirect_to("home.start")
    return page("accounts/lost_password.html", form=form, status=form.status)


def count_code() -> None:
    """Count a try of a key from the present address, whatever becomes of it."""
    with separate():
        limits.count_uses([(Act.CODE_FROM_ADDRESS, limits.network_of(request.remote_addr or ""))])


def _count(email: str) -> None:
    with separate():
        limits.count_uses(
            [
                (Act.LOST_OF_ACCOUNT, email),
                (Act.LOST_FROM_ADDRESS, limits.network_of(request.remote_addr or "")),
            ]
        )


def _page(form: LostPasswordForm, *, sent: bool = False, status: int = 200) -> Response:
    return page(
        "accounts/forgot_password.html",
        form=form,
        sent=sent,
        letters_leave=letters_leave(),
        status=status,
    )
