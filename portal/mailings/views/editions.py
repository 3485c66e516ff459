# SPDX-License-Identifier: AGPL-3.0-or-later
"""A desk's edition on its way out: approve it, see the letter, see what became of each."""

from uuid import UUID

from flask import Response, g, url_for
from flask_babel import gettext as _

from portal.core.italy.periods import parse_period
from portal.core.web.access import Permission, may, needs
from portal.core.web.pages import page, redirect_to
from portal.mailings import actions, queries
from portal.mailings.forms import ApproveForm
from portal.mailings.kinds import DESK
from portal.mailings.views.letters import Addresses, deliveries_page, preview_page
from portal.mailings.views.recipients import mailings
from portal.reports.editions import lifecycle as editions
from portal.reports.editions.choices import LAYOUTS, choices_of
from portal.reports.editions.desk import missing_of
from portal.reports.editions.snapshot import counted_of, thaw
from portal.reports.models import EditionRow
from portal.reports.sections import OPTIONAL, sections_of

TO = Addresses(
    send="mailings.send",
    send_again="mailings.send_again",
    recipients="mailings.recipients",
    mailbox="mailings.mailbox",
)


@mailings.get("/s/<desk>/relazioni/edizioni/<uuid:edition_id>/approva")
@needs(Permission.APPROVE_REPORTS)
def approve(edition_id: UUID) -> Response:
    edition = editions.get_edition(DESK.editions, edition_id)
    return _approve_page(edition, ApproveForm(version=edition.version))


@mailings.post("/s/<desk>/relazioni/edizioni/<uuid:edition_id>/approva")
@needs(Permission.APPROVE_REPORTS)
def approve_and_send(edition_id: UUID) -> Response:
    form = ApproveForm()
    form.missing = missing_of(editions.get_edition(DESK.editions, edition_id))
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
    return preview_page(DESK, edition_id, back=_back(edition_id))


@mailings.get("/s/<desk>/relazioni/edizioni/<uuid:edition_id>/consegne")
@needs(Permission.READ_REPORTS)
def deliveries(edition_id: UUID) -> Response:
    manages = may(g.place.role, Permission.APPROVE_REPORTS)
    return deliveries_page(
        DESK,
        edition_id,
        back=_back(edition_id),
        to=TO,
        manages=manages,
        notices=queries.list_notices(edition_id) if manages else None,
    )


@mailings.post("/s/<desk>/relazioni/edizioni/<uuid:edition_id>/invia")
@needs(Permission.APPROVE_REPORTS)
def send(edition_id: UUID) -> Response:
    actions.send_edition(DESK, edition_id=edition_id)
    return redirect_to("mailings.deliveries", edition_id=edition_id)


@mailings.post("/s/<desk>/consegne/<uuid:delivery_id>/di-nuovo")
@needs(Permission.APPROVE_REPORTS)
def send_again(delivery_id: UUID) -> Response:
    delivery = actions.send_again(DESK, delivery_id=delivery_id)
    return redirect_to("mailings.deliveries", edition_id=delivery.edition_id)


@mailings.post("/s/<desk>/consegne/avvisi/<uuid:notice_id>/di-nuovo")
@needs(Permission.APPROVE_REPORTS)
def send_notice_again(notice_id: UUID) -> Response:
    notice = actions.send_notice_again(notice_id=notice_id)
    return redirect_to("mailings.deliveries", edition_id=notice.edition_id)


def _made_of(edition: EditionRow) -> list[tuple[str, str]]:
    """What is approved beside the numbers: of which period, compared with what, in which form."""
    period, chosen = parse_period(edition.period), choices_of(edition)
    facts = [
        (_("Periodo"), f"{period.title()}, {period.window()}"),
        (_("Confronto"), chosen.compared_with(period, counted_of(edition)) or _("nessuno")),
        (_("Prospetto"), str(LAYOUTS[chosen.layout])),
    ]
    if edition.frozen:
        relazione = thaw(edition.frozen)
        printed = sections_of(relazione)
        facts.append((_("Parti"), ", ".join(section.title for section in printed)))
        left_out = [str(part.title) for part in OPTIONAL if part.key in relazione.omits]
        if left_out and not relazione.is_historical:
            facts.append((_("Lasciate fuori"), ", ".join(left_out)))
    return facts


def _back(edition_id: UUID) -> tuple[str, str]:
    edition = editions.get_edition(DESK.editions, edition_id)
    name = _(
        "Relazione, %(period)s, edizione %(number)s",
        period=parse_period(edition.period).title(),
        number=edition.number,
    )
    return name, url_for("reports.edition", edition_id=edition_id)


def _approve_page(edition: EditionRow, form: ApproveForm) -> Response:
    form.missing = missing_of(edition)
    known = [file.name for file in editions.list_files(DESK.editions, edition.id)]
    return page(
        "mailings/approve.html",
        edition=edition,
        made_of=_made_of(edition),
        back=_back(edition.id),
        recipients=queries.list_recipients(DESK),
        files=[name for name in known if name in DESK.attached],
        form=form,
        status=form.status,
    )
