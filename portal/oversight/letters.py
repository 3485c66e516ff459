# SPDX-License-Identifier: AGPL-3.0-or-later
"""A network's edition by e-mail: users and services of each desk, the rest attached.

From what the edition has frozen, and nothing read anew.
"""

from uuid import UUID

from flask import current_app
from flask_babel import gettext as _

from portal.core.documents.tables import Column, Row, Table
from portal.core.italy.periods import headings
from portal.core.work.mail import Attachment, Letter, message_id
from portal.core.work.writing import Templates, address, written
from portal.figures.rules import Number
from portal.mailings.kinds import OF_NETWORK, MailingType
from portal.mailings.letters import EditionFacts, attached, facts_of
from portal.oversight import prose, standings
from portal.oversight.columns import DeskFigures
from portal.oversight.editions import NETWORK as NETWORK_EDITIONS
from portal.oversight.editions import thaw
from portal.oversight.rules import NetworkComparison
from portal.reports.models import EditionRow

ATTACHED = ("confronto.csv",)
COMPARISON = Templates(
    "oversight/mail/confronto.subject",
    "oversight/mail/confronto.txt",
    "oversight/mail/confronto.html",
)


def comparison_of(edition: EditionRow, to: str, delivery_id: UUID) -> Letter:
    """The letter of an edition of the comparison; accounts have no name for the network's role."""
    comparison = thaw(edition.figures)
    page = address(
        "oversight.compare", network=comparison.network.slug, periodo=comparison.period.name
    )
    return comparison_letter(
        comparison,
        facts_of(edition, approved_by="", link=page),
        to=to,
        message_id=message_id(delivery_id, current_app.config["SETTINGS"]),
        attachments=attached(NETWORK_EDITIONS, edition, ATTACHED),
    )


def comparison_letter(
    comparison: NetworkComparison,
    edition: EditionFacts,
    *,
    to: str,
    message_id: str,
    attachments: tuple[Attachment, ...] = (),
) -> Letter:
    """The letter with a network's comparison."""
    missing = prose.missing_notice(comparison)
    values = {
        "comparison": comparison,
        "edition": edition,
        "subtitle": prose.subtitle(comparison),
        "sentences": [
            _("In allegato le richieste per tipologia di ogni sportello e della rete, ciascuna"
              " anche ogni 100 utenti.")
        ],
        "verdict": standings.finding(comparison),
        "warnings": [missing] if missing else [],
        "table": letter_table(comparison),
    }  # fmt: skip
    return written(COMPARISON, values, to=to, message_id=message_id, attachments=attachments)


def letter_table(comparison: NetworkComparison) -> Table:
    """A line for each desk and the network's sums."""
    now, then = headings(comparison.period, comparison.baseline)
    users, services = _("Utenti"), _("Servizi")
    return Table(
        caption=_("Utenti e servizi, %(period)s", period=comparison.period.title()),
        columns=(
            Column("desk", _("Sportello"), "text"),
            Column("users", f"{users} {now}", "count"),
            Column("users_baseline", f"{users} {then}", "count"),
            Column("services", f"{services} {now}", "count"),
            Column("services_baseline", f"{services} {then}", "count"),
        ),
        rows=(
            *(Row((desk.desk.name, *_figures(desk))) for desk in comparison.desks),
            Row((_("Rete"), *_figures(comparison.sums)), "total"),
        ),
        note=_("Rete: somma degli utenti degli sportelli; chi è andato in due conta due volte."),
    )


def _figures(desk: DeskFigures) -> tuple[Number | None, ...]:
    return (desk.users, desk.users_baseline, desk.services, desk.services_baseline)


NETWORK = MailingType(
    OF_NETWORK.recipients,
    OF_NETWORK.deliveries,
    editions=NETWORK_EDITIONS,
    write=comparison_of,
    table=lambda frozen: letter_table(thaw(frozen)),
    attached=ATTACHED,
)
