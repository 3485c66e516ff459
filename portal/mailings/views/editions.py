# SPDX-License-Identifier: AGPL-3.0-or-later
"""An edition on its way out: approve it, see the letter beforehand, see what became of each."""

from typing import Any
from uuid import UUID, uuid4

from flask import Response, current_app

from portal.core.access import Permission, needs
from portal.core.errors import Refusal
from portal.core.pages import page, redirect_to
from portal.core.periods import parse_period
from portal.mailings import actions, letters, queries
from portal.mailings.forms import ApproveForm
from portal.mailings.kinds import DESK
from portal.mailings.rules import AGAIN, in_words
from portal.mailings.views.recipients import mailings
from portal.reports import editions
from portal.reports.frozen import thaw


@mailings.get("/s/<desk>/relazioni/edizioni/<uuid:edition_id>/approva")
@needs(Permission.APPROVE_REPORTS)
def approve(edition_id: UUID) -> Response:
    edition = editions.get_edition(DESK.editions, edition_id)
    return _approve_page(edition, ApproveForm(version=edition.version))


@mailings.post("/s/<desk>/relazioni/edizioni/<uuid:edition_id>/approva")
@needs(Permission.APPROVE_REPORTS)
def approve_and_send(edition_id: UUID) -> Response:
    form = ApproveForm()
    if form.validate_on_submit():
        with form.attempting():
            editions.approve_edition(
                DESK.editions, edition_id=edition_id, seen_version=form.seen_version
            )
            if form.sends:
                actions.send_edition(DESK, edition_id=edition_id)
            return redirect_to("mailings.deliveries", edition_id=edition_id)
    return _approve_page(editions.get_edition(DESK.editions, edition_id), form)


@mailings.get("/s/<desk>/relazioni/edizioni/<uuid:edition_id>/anteprima")
@needs(Permission.READ_REPORTS)
def preview(edition_id: UUID) -> Response:
    edition = editions.get_edition(DESK.editions, edition_id)
    if edition.frozen is None:
        raise Refusal(letters.not_yet())
    settings = current_app.config["SETTINGS"]
    return page(
        "mailings/preview.html",
        **_shown(edition),
        letter=DESK.write(edition, settings.mail_from, uuid4()),
        sender=settings.mail_from,
        table=letters.letter_table(thaw(edition.frozen)),
    )


@mailings.get("/s/<desk>/relazioni/edizioni/<uuid:edition_id>/consegne")
@needs(Permission.READ_REPORTS)
def deliveries(edition_id: UUID) -> Response:
    edition = editions.get_edition(DESK.editions, edition_id)
    return page(
        "mailings/deliveries.html",
        **_shown(edition),
        lines=[
            (sent, in_words(sent.state, sent.said, sent.changed_at), sent.state in AGAIN)
            for sent in queries.list_deliveries(DESK, edition_id)
        ],
        keeps_letters=current_app.config["SETTINGS"].smtp_url is None,
    )


@mailings.post("/s/<desk>/consegne/<uuid:delivery_id>/di-nuovo")
@needs(Permission.APPROVE_REPORTS)
def send_again(delivery_id: UUID) -> Response:
    delivery = actions.send_again(DESK, delivery_id=delivery_id)
    return redirect_to("mailings.deliveries", edition_id=delivery.edition_id)


def _approve_page(edition: Any, form: ApproveForm) -> Response:
    return page("mailings/approve.html", **_shown(edition), form=form, status=form.status)


def _shown(edition: Any) -> dict[str, Any]:
    """What each of these pages says of the edition and of who receives it."""
    return {
        "edition": edition,
        "period": parse_period(edition.period),
        "recipients": queries.list_recipients(DESK),
        "files": [
            file.name
            for file in editions.list_files(DESK.editions, edition.id)
            if file.name in letters.ATTACHED
        ],
    }
