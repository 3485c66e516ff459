# SPDX-License-Identifier: AGPL-3.0-or-later
"""The manager's page: who works at the desk, in which role, and how they come in."""

from uuid import UUID

from flask import Blueprint, Response, current_app, request, url_for
from flask_login import current_user

from portal.accounts import actions, queries
from portal.accounts.forms import InviteForm, RemovalForm, RoleForm
from portal.accounts.rules import ROLE_NAMES
from portal.core import clock
from portal.core.web.access import Permission, Role, needs
from portal.core.web.pages import page, redirect_to

members = Blueprint("members", __name__)


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
            key = actions.invite(
                name=form.name.data or "",
                email=form.email.data or "",
                role=Role(form.role.data),
            )
            return _link_page(key)
    return _index_page(form)


@members.post("/s/<desk>/operatori/<uuid:account_id>/invito")
@needs(Permission.MANAGE_ACCOUNTS)
def renew_invitation(account_id: UUID) -> Response:
    return _link_page(actions.new_invitation(account_id))


@members.get("/s/<desk>/operatori/<uuid:account_id>/ruolo")
@needs(Permission.MANAGE_ACCOUNTS)
def edit(account_id: UUID) -> Response:
    member = queries.get_member(account_id)
    return _edit_page(member, RoleForm(role=member.role.value, seen=member.role.value))


@members.post("/s/<desk>/operatori/<uuid:account_id>/ruolo")
@needs(Permission.MANAGE_ACCOUNTS)
def change_role(account_id: UUID) -> Response:
    member = queries.get_member(account_id)
    form = RoleForm()
    if form.validate_on_submit():
        with form.attempting():
            actions.change_role(
                account_id=account_id, role=Role(form.role.data), seen_role=form.seen.data
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
    return redirect_to("members.index", tolto=1)


def _index_page(form: InviteForm) -> Response:
    changed = request.args.get("cambiato", type=UUID)
    known = queries.list_members()
    return page(
        "accounts/members.html",
        form=form,
        members=known,
        changed=next((member for member in known if member.account_id == changed), None),
        removed=request.args.get("tolto") == "1",
        own_id=current_user.id,
        today=clock.today(),
        role_names=ROLE_NAMES,
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


def _link_page(key: str) -> Response:
    """The link is shown this once: only its hash is kept."""
    # The configured name of the site, never the Host that a request claims.
    link = current_app.config["SETTINGS"].public_url + url_for("accounts.invitation", key=key)
    return page("accounts/invitation_link.html", link=link)
