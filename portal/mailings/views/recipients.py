# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who receives, and the mailbox of an installation without a mail server.

A desk's pages and a network's are the same, under two addresses.
"""

from uuid import UUID

from flask import Blueprint, Response, abort, current_app, g, request

from portal.core.web.access import Permission, needs
from portal.core.web.pages import page, redirect_to
from portal.core.work import mail
from portal.mailings import actions, queries
from portal.mailings.forms import RecipientForm
from portal.mailings.kinds import OF_DESK, OF_NETWORK, Recipients
from portal.reports.disclosure.sheets import Audience

mailings = Blueprint("mailings", __name__)
network_mailings = Blueprint("network_mailings", __name__)


@mailings.get("/s/<desk>/destinatari")
@needs(Permission.MANAGE_RECIPIENTS)
def recipients() -> Response:
    return _recipients_page(_form())


@mailings.post("/s/<desk>/destinatari")
@needs(Permission.MANAGE_RECIPIENTS)
def add_recipient() -> Response:
    return _add()


@mailings.post("/s/<desk>/destinatari/<uuid:recipient_id>/togli")
@needs(Permission.MANAGE_RECIPIENTS)
def end_recipient(recipient_id: UUID) -> Response:
    return _end(recipient_id)


@mailings.get("/s/<desk>/posta")
@needs(Permission.MANAGE_RECIPIENTS)
def mailbox() -> Response:
    return _mailbox_page()


@mailings.get("/s/<desk>/posta/<uuid:letter_id>")
@needs(Permission.MANAGE_RECIPIENTS)
def letter(letter_id: UUID) -> Response:
    return _letter_page(letter_id)


@network_mailings.get("/r/<network>/destinatari")
@needs(Permission.MANAGE_RECIPIENTS)
def network_recipients() -> Response:
    return _recipients_page(_form())


@network_mailings.post("/r/<network>/destinatari")
@needs(Permission.MANAGE_RECIPIENTS)
def add_network_recipient() -> Response:
    return _add()


@network_mailings.post("/r/<network>/destinatari/<uuid:recipient_id>/togli")
@needs(Permission.MANAGE_RECIPIENTS)
def end_network_recipient(recipient_id: UUID) -> Response:
    return _end(recipient_id)


@network_mailings.get("/r/<network>/posta")
@needs(Permission.MANAGE_RECIPIENTS)
def network_mailbox() -> Response:
    return _mailbox_page()


@network_mailings.get("/r/<network>/posta/<uuid:letter_id>")
@needs(Permission.MANAGE_RECIPIENTS)
def network_letter(letter_id: UUID) -> Response:
    return _letter_page(letter_id)


def _here() -> Recipients:
    return OF_NETWORK if g.place.is_network else OF_DESK


def _names() -> dict[str, str]:
    """The endpoints of the place that the reader is in."""
    if g.place.is_network:
        own, network = "network_mailings", "network_"
    else:
        own, network = "mailings", ""
    return {
        "recipients": f"{own}.{network}recipients",
        "add": f"{own}.add_{network}recipient",
        "end": f"{own}.end_{network}recipient",
        "mailbox": f"{own}.{network}mailbox",
        "letter": f"{own}.{network}letter",
    }


def _recipients_page(form: RecipientForm) -> Response:
    added = request.args.get("aggiunto", type=UUID)
    known = queries.list_recipients(_here())
    return page(
        "mailings/recipients.html",
        form=form,
        status=form.status,
        recipients=known,
        added=next((one for one in known if one.id == added), None),
        removed=request.args.get("tolto") == "1",
        to=_names(),
        keeps_letters=current_app.config["SETTINGS"].smtp_url is None,
    )


def _form() -> RecipientForm:
    """The form of the place: a network's recipients all receive the same."""
    form = RecipientForm()
    if not _here().has_audiences:
        del form.audience
    return form


def _add() -> Response:
    form = _form()
    if form.validate_on_submit():
        with form.attempting():
            added = actions.add_recipient(
                _here(),
                email=form.email.data or "",
                name=form.name.data or "",
                audience=Audience(form.audience.data if form.audience else Audience.PUBLIC),
            )
            return redirect_to(_names()["recipients"], aggiunto=added.id)
    return _recipients_page(form)


def _end(recipient_id: UUID) -> Response:
    actions.end_recipient(_here(), recipient_id=recipient_id)
    return redirect_to(_names()["recipients"], tolto=1)


def _mailbox_page() -> Response:
    settings = current_app.config["SETTINGS"]
    if settings.smtp_url is not None:
        abort(404)
    kept = mail.list_kept(mail.mailbox(settings))
    return page("mailings/mailbox.html", letters=kept, to=_names())


def _letter_page(letter_id: UUID) -> Response:
    settings = current_app.config["SETTINGS"]
    kept = mail.find_kept(mail.mailbox(settings), letter_id)
    if settings.smtp_url is not None or kept is None:
        abort(404)
    return page("mailings/letter.html", letter=kept, to=_names())
