# SPDX-License-Identifier: AGPL-3.0-or-later
"""One's own account: name, address, password, sessions, and who changed what."""

from uuid import UUID

from flask import Blueprint, Response, request
from flask_babel import gettext as _
from flask_login import current_user

from portal.accounts import actions, queries, sessions
from portal.accounts.events import WORDS, EventKind, letters_leave, mark_seen, record_event
from portal.accounts.forms import AddressForm, KeyForm, NameForm, PasswordForm, ProvedForm
from portal.accounts.proof import WrongPassword, prove_oneself
from portal.accounts.rules import ROLE_NAMES
from portal.core.errors import Refusal
from portal.core.web.access import Permission, needs
from portal.core.web.pages import page, redirect_to

accounts = Blueprint("accounts", __name__)

ACCESSES = (EventKind.SIGNED_IN, EventKind.NEW_DEVICE, EventKind.SIGN_IN_FAILED)
CHANGES = tuple(
    kind
    for kind in EventKind
    if kind not in {*ACCESSES, EventKind.SIGNED_OUT, EventKind.LOCKED, EventKind.REFUSED}
)
SHOWN = 10
DONE = ("password", "nome", "lettera", "indirizzo", "sessione", "uscite")
"""What a redirect to the page may say was done."""


@accounts.get("/conto")
@needs(Permission.USE_OWN_ACCOUNT)
def account() -> Response:
    return _account_page()


@accounts.post("/conto/password")
@needs(Permission.USE_OWN_ACCOUNT)
def change_password() -> Response:
    form = PasswordForm()
    if form.validate_on_submit():
        with form.attempting():
            _prove_again(form)
            mine = queries.get_account(current_user.id)
            actions.set_password(mine, password=form.new.data or "", field="new")
            sessions.sign_in(mine.id)
            return redirect_to("accounts.account", fatto="password")
    return _account_page(password=form)


@accounts.post("/conto/nome")
@needs(Permission.USE_OWN_ACCOUNT)
def rename() -> Response:
    form = NameForm(prefix="nome")
    if form.validate_on_submit():
        with form.attempting():
            _prove_again(form)
            actions.rename(current_user.id, name=form.name.data or "")
            return redirect_to("accounts.account", fatto="nome")
    return _account_page(name=form)


@accounts.post("/conto/indirizzo")
@needs(Permission.USE_OWN_ACCOUNT)
def change_address() -> Response:
    form = AddressForm(prefix="indirizzo")
    if form.validate_on_submit():
        with form.attempting():
            _prove_again(form)
            if not letters_leave():
                raise Refusal(
                    _("Senza posta in uscita l’indirizzo lo cambia chi gestisce il portale.")
                )
            actions.ask_for_address(current_user.id, email=form.email.data or "")
            return redirect_to("accounts.account", fatto="lettera")
    return _account_page(address=form)


@accounts.get("/conto/indirizzo")
@needs(Permission.USE_OWN_ACCOUNT)
def confirm_address() -> Response:
    return page("accounts/confirm_address.html", form=KeyForm())


@accounts.post("/conto/indirizzo/conferma")
@needs(Permission.USE_OWN_ACCOUNT)
def take_address() -> Response:
    form = KeyForm()
    if form.validate_on_submit():
        with form.attempting():
            actions.take_address(form.key.data or "", account_id=current_user.id)
            return redirect_to("accounts.account", fatto="indirizzo")
    return page("accounts/confirm_address.html", form=form, status=form.status)


@accounts.post("/conto/sessioni/<uuid:session_id>/chiudi")
@needs(Permission.USE_OWN_ACCOUNT)
def end_session(session_id: UUID) -> Response:
    actions.end_own_session(session_id, account_id=current_user.id)
    return redirect_to("accounts.account", fatto="sessione")


@accounts.post("/conto/eventi/<uuid:event_id>/visto")
@needs(Permission.USE_OWN_ACCOUNT)
def answer_event(event_id: UUID) -> Response:
    """«Sì, ero io»."""
    mark_seen(event_id, subject_id=current_user.id)
    return redirect_to("accounts.account")


@accounts.post("/conto/eventi/<uuid:event_id>/non-ero-io")
@needs(Permission.USE_OWN_ACCOUNT)
def deny_event(event_id: UUID) -> Response:
    """Somebody else was in: everybody out, this browser too but for a new session."""
    mine = current_user.id
    mark_seen(event_id, subject_id=mine)
    actions.end_sessions_of(mine)
    actions.forget_devices(mine)
    record_event(EventKind.SESSION_ENDED, subject_id=mine)
    sessions.sign_in(mine)
    return redirect_to("accounts.account", fatto="uscite", _anchor="password")


def _prove_again(form: ProvedForm) -> None:
    """A browser left open must not be enough to take the account over."""
    try:
        prove_oneself(current_user.id, form.current.data or "")
    except WrongPassword:
        raise Refusal(_("La password di adesso non è giusta."), field="current") from None


def _account_page(
    *,
    password: PasswordForm | None = None,
    name: NameForm | None = None,
    address: AddressForm | None = None,
) -> Response:
    sent = password or name or address
    mine = queries.get_account(current_user.id)
    done = request.args.get("fatto")
    return page(
        "accounts/account.html",
        sent=sent,
        password_form=password or PasswordForm(formdata=None),
        name_form=name or NameForm(formdata=None, prefix="nome", name=mine.name),
        address_form=address or AddressForm(formdata=None, prefix="indirizzo", email=mine.email),
        mine=mine,
        done=done if done in DONE else None,
        unanswered=queries.list_unanswered(mine.id),
        sessions=queries.list_sessions(mine.id, present=sessions.present_key_hash()),
        accesses=queries.list_events_of(mine.id, kinds=ACCESSES, limit=SHOWN),
        changes=queries.list_events_of(mine.id, kinds=CHANGES, limit=SHOWN),
        words=WORDS,
        places=current_user.places,
        role_names=ROLE_NAMES,
        letters_leave=letters_leave(),
        status=422 if sent else 200,
    )
