# SPDX-License-Identifier: AGPL-3.0-or-later
"""The manager's pages: who works at the desk, who is invited, until when, and what was changed."""

from uuid import UUID

from flask import Blueprint, Response, request
from flask_login import current_user

from portal.accounts import queries as accounts
from portal.accounts.events import OF_THE_DESK, WORDS, letters_leave
from portal.accounts.forms import BodyClosingForm, InviteForm, RemovalForm, RoleForm
from portal.accounts.invitations import actions as invitations
from portal.accounts.invitations.queries import get_open, list_waiting
from portal.accounts.members import actions, queries
from portal.accounts.rules import ROLE_NAMES
from portal.core import clock
from portal.core.web.access import Permission, Role, may, needs
from portal.core.web.pages import page, redirect_to
from portal.core.work.writing import address

members = Blueprint("members", __name__)

PAGE = 50
DONE = ("tolto", "inviata", "ritirato", "resta", "chiusi")
"""What a redirect to the page may say was done."""


@members.get("/s/<desk>/operatori")
@needs(Permission.MANAGE_ACCOUNTS)
def index() -> Response:
    return _index_page(InviteForm())


@members.post("/s/<desk>/operatori")
@needs(Permission.MANAGE_ACCOUNTS)
def invite() -> Response:
    form = InviteForm()
    if form.validate_on_submit():
        with form.attempting():
            invitation = invitations.invite(
                name=form.name.data or "",
                email=form.email.data or "",
                role=Role(form.role.data),
                managing_body=form.managing_body.data or "",
            )
            if letters_leave():
                invitations.send(invitation)
                return redirect_to("members.index", fatto="inviata")
            return _code_page(invitation.id, invitations.hand_over(invitation))
    return _index_page(form)


@members.post("/s/<desk>/operatori/inviti/<uuid:invitation_id>/codice")
@needs(Permission.MANAGE_ACCOUNTS)
def hand_over(invitation_id: UUID) -> Response:
    return _code_page(invitation_id, invitations.hand_over_again(invitation_id))


@members.post("/s/<desk>/operatori/inviti/<uuid:invitation_id>/lettera")
@needs(Permission.MANAGE_ACCOUNTS)
def send_again(invitation_id: UUID) -> Response:
    invitations.send_again(invitation_id)
    return redirect_to("members.index", fatto="inviata")


@members.post("/s/<desk>/operatori/inviti/<uuid:invitation_id>/ritira")
@needs(Permission.MANAGE_ACCOUNTS)
def withdraw(invitation_id: UUID) -> Response:
    invitations.withdraw(invitation_id)
    return redirect_to("members.index", fatto="ritirato")


@members.get("/s/<desk>/operatori/<uuid:account_id>/ruolo")
@needs(Permission.MANAGE_ACCOUNTS)
def edit(account_id: UUID) -> Response:
    member = queries.get_member(account_id)
    seen = member.role.value
    form = RoleForm(role=seen, seen=seen, managing_body=member.managing_body)
    return _edit_page(member, form)


@members.post("/s/<desk>/operatori/<uuid:account_id>/ruolo")
@needs(Permission.MANAGE_ACCOUNTS)
def change_role(account_id: UUID) -> Response:
    member = queries.get_member(account_id)
    form = RoleForm()
    if form.validate_on_submit():
        with form.attempting():
            actions.change_role(
                account_id=account_id,
                role=Role(form.role.data),
                seen_role=form.seen.data,
                managing_body=form.managing_body.data,
            )
            return redirect_to("members.index", cambiato=account_id)
        # The page now says which role it is: sending it again is done knowing that.
        member = queries.get_member(account_id)
        form.seen.data = member.role.value
    return _edit_page(member, form)


@members.post("/s/<desk>/operatori/<uuid:account_id>/togli")
@needs(Permission.MANAGE_ACCOUNTS)
def remove(account_id: UUID) -> Response:
    actions.remove_member(account_id=account_id, seen_role=RemovalForm().seen.data)
    return redirect_to("members.index", fatto="tolto")


@members.post("/s/<desk>/operatori/<uuid:account_id>/resta")
@needs(Permission.MANAGE_ACCOUNTS)
def let_stay(account_id: UUID) -> Response:
    actions.let_stay(account_id)
    return redirect_to("members.index", fatto="resta")


@members.get("/s/<desk>/operatori/gestore")
@needs(Permission.MANAGE_ACCOUNTS)
def closing() -> Response:
    return _closing_page(_closing_form(), status=200)


@members.post("/s/<desk>/operatori/gestore")
@needs(Permission.MANAGE_ACCOUNTS)
def close_managing_body() -> Response:
    form = _closing_form()
    if form.validate_on_submit():
        with form.attempting():
            actions.close_managing_body(
                form.managing_body.data,
                last_day=form.last_day.data,  # type: ignore[arg-type]  # the form asks for it
                heir_id=UUID(form.heir.data),
            )
            return redirect_to("members.index", fatto="chiusi")
    return _closing_page(form, status=form.status)


@members.get("/s/<desk>/operatori/registro")
@needs(Permission.MANAGE_ACCOUNTS)
def log() -> Response:
    number = max(1, min(request.args.get("pagina", default=1, type=int), 1000))
    lines = accounts.list_desk_events(kinds=OF_THE_DESK, offset=(number - 1) * PAGE, limit=PAGE + 1)
    return page(
        "accounts/log.html",
        lines=lines[:PAGE],
        words=WORDS,
        role_names=ROLE_NAMES,
        number=number,
        has_more=len(lines) > PAGE,
    )


def _index_page(form: InviteForm) -> Response:
    changed = request.args.get("cambiato", type=UUID)
    known = queries.list_members()
    done = request.args.get("fatto")
    return page(
        "accounts/members.html",
        form=form,
        members=known,
        waiting=list_waiting(),
        bodies=queries.list_managing_bodies(),
        changed=next((member for member in known if member.account_id == changed), None),
        done=done if done in DONE else None,
        own_id=current_user.id,
        role_names=ROLE_NAMES,
        letters_leave=letters_leave(),
        status=form.status,
    )


def _edit_page(member: queries.Member, form: RoleForm) -> Response:
    return page(
        "accounts/member_role.html",
        form=form,
        member=member,
        role_names=ROLE_NAMES,
        status=form.status,
    )


def _closing_form() -> BodyClosingForm:
    form = BodyClosingForm(last_day=clock.today())
    form.managing_body.choices = [(body, body) for body in queries.list_managing_bodies()]
    form.heir.choices = [
        (str(member.account_id), member.name)
        for member in queries.list_members()
        if member.ends_on is None and may(member.role, Permission.RECORD_VISITS)
    ]
    return form


def _closing_page(form: BodyClosingForm, *, status: int) -> Response:
    return page("accounts/closing.html", form=form, status=status)


def _code_page(invitation_id: UUID, key: str) -> Response:
    """The code is shown this once: only its hash is kept."""
    return page(
        "accounts/invitation_code.html",
        invitation=get_open(invitation_id),
        # The configured name of the site, never the Host that a request claims.
        invitation_page=address("invitations.open_invitation"),
        key=key,
    )
