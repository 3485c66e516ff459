# SPDX-License-Identifier: AGPL-3.0-or-later
"""The page of a key: what it offers, and how it is accepted.

The key is typed, or stands after «#» in a letter's link; it is in no address that a server sees.
Whether the address of the invitation is known makes no difference: there are always two ways in.
"""

from flask import Blueprint, Response
from flask_babel import gettext as _
from flask_login import current_user

from portal.accounts import sessions
from portal.accounts.forms import AcceptForm, BeginForm, EnterForm, HiddenKeyForm, KeyForm
from portal.accounts.invitations import actions, queries
from portal.accounts.limits import TooOften
from portal.accounts.proof import WrongPassword, prove_here, prove_oneself
from portal.accounts.rules import ROLE_NAMES
from portal.accounts.views.lost import count_code
from portal.core.errors import Refusal
from portal.core.web.access import Permission, needs, open_to_all
from portal.core.web.pages import page, redirect_to

invitations = Blueprint("invitations", __name__)


@invitations.get("/invito")
@open_to_all
def open_invitation() -> Response:
    return page("accounts/invitation_key.html", form=KeyForm())


@invitations.post("/invito")
@open_to_all
def show_invitation() -> Response:
    form = KeyForm()
    if form.validate_on_submit():
        count_code()
        key = form.key.data or ""
        if queries.find_by_key(key) is not None:
            return _invitation_page(key)
        return _no_longer(form)
    return page("accounts/invitation_key.html", form=form, status=form.status)


@invitations.post("/invito/accetta")
@needs(Permission.USE_OWN_ACCOUNT)
def accept() -> Response:
    """Signed in: the password once more, since it may be older than what is offered."""
    form = AcceptForm(prefix="accetta")
    if form.validate_on_submit():
        with form.attempting():
            try:
                prove_oneself(current_user.id, form.current.data or "")
            except WrongPassword:
                raise Refusal(_("La password non è giusta."), field="current") from None
            actions.accept(form.key.data or "", account_id=current_user.id)
            return redirect_to("home.start")
    return _invitation_page(form.key.data or "", accept=form, status=form.status)


@invitations.post("/invito/entra")
@open_to_all
def enter() -> Response:
    """With the account that one has."""
    form = EnterForm(prefix="entra")
    status = 422
    if form.validate_on_submit():
        with form.attempting():
            try:
                account_id = prove_here(form.email.data or "", form.password.data or "")
            except TooOften as too_often:
                form.refuse(too_often)
                return _invitation_page(form.key.data or "", enter=form, status=429)
            actions.accept(form.key.data or "", account_id=account_id)
            sessions.sign_in(account_id)
            return redirect_to("home.start")
    return _invitation_page(form.key.data or "", enter=form, status=status)


@invitations.post("/invito/comincia")
@open_to_all
def begin() -> Response:
    """With a password chosen now."""
    form = BeginForm(prefix="comincia")
    if form.validate_on_submit():
        with form.attempting():
            account_id = actions.begin_with(form.key.data or "", password=form.new.data or "")
            sessions.sign_in(account_id)
            return redirect_to("home.start")
    return _invitation_page(form.key.data or "", begin=form, status=form.status)


def _invitation_page(
    key: str,
    *,
    accept: AcceptForm | None = None,
    enter: EnterForm | None = None,
    begin: BeginForm | None = None,
    status: int = 200,
) -> Response:
    invitation = queries.find_by_key(key)
    if invitation is None:
        return _no_longer(KeyForm(formdata=None))
    return page(
        "accounts/invitation.html",
        offered=queries.offered(invitation),
        role_names=ROLE_NAMES,
        sent=accept or enter or begin,
        accept=accept or _fresh(AcceptForm, "accetta", key),
        enter=enter or _fresh(EnterForm, "entra", key),
        begin=begin or _fresh(BeginForm, "comincia", key),
        status=status,
    )


def _fresh(kind: type[HiddenKeyForm], prefix: str, key: str) -> HiddenKeyForm:
    return kind(formdata=None, prefix=prefix, key=key)


def _no_longer(form: KeyForm) -> Response:
    """Used, withdrawn, past its time, mistyped: it is not said which."""
    form.refuse(Refusal(queries.KEY_NOT_GOOD, field="key"))
    return page("accounts/invitation_key.html", form=form, status=422)
