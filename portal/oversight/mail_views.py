# SPDX-License-Identifier: AGPL-3.0-or-later
"""A network's edition on its way out: the letter, who receives it, and what became of each."""

from uuid import UUID

from flask import Response, url_for
from flask_babel import gettext as _

from portal.core.italy.periods import parse_period
from portal.core.web.access import Permission, needs
from portal.core.web.pages import redirect_to
from portal.mailings import actions
from portal.mailings.views.letters import Addresses, deliveries_page, preview_page
from portal.oversight.letters import NETWORK
from portal.oversight.views import oversight
from portal.reports.editions.lifecycle import get_edition

TO = Addresses(
    send="oversight.send",
    send_again="oversight.send_again",
    recipients="network_mailings.network_recipients",
    mailbox="network_mailings.network_mailbox",
)


@oversight.get("/r/<network>/edizioni/<uuid:edition_id>/anteprima")
@needs(Permission.OVERSEE)
def preview(edition_id: UUID) -> Response:
    return preview_page(NETWORK, edition_id, back=_back(edition_id))


@oversight.get("/r/<network>/edizioni/<uuid:edition_id>/consegne")
@needs(Permission.OVERSEE)
def deliveries(edition_id: UUID) -> Response:
    return deliveries_page(NETWORK, edition_id, back=_back(edition_id), to=TO, manages=True)


@oversight.post("/r/<network>/edizioni/<uuid:edition_id>/invia")
@needs(Permission.OVERSEE)
def send(edition_id: UUID) -> Response:
    actions.send_edition(NETWORK, edition_id=edition_id)
    return redirect_to("oversight.deliveries", edition_id=edition_id)


@oversight.post("/r/<network>/consegne/<uuid:delivery_id>/di-nuovo")
@needs(Permission.OVERSEE)
def send_again(delivery_id: UUID) -> Response:
    delivery = actions.send_again(NETWORK, delivery_id=delivery_id)
    return redirect_to("oversight.deliveries", edition_id=delivery.edition_id)


def _back(edition_id: UUID) -> tuple[str, str]:
    edition = get_edition(NETWORK.editions, edition_id)
    name = _("Confronto, %(period)s", period=parse_period(edition.period).title())
    return name, url_for("oversight.compare", periodo=edition.period)
