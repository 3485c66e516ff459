# SPDX-License-Identifier: AGPL-3.0-or-later
"""The letter for whoever is outside the desk: the publishable version of the edition, no more."""

from dataclasses import replace
from uuid import UUID

from flask import current_app
from flask_babel import gettext as _

from portal.core.documents.document import Document
from portal.core.documents.tables import Table
from portal.core.italy import formats
from portal.core.work.mail import Attachment, Letter, message_id
from portal.core.work.writing import written
from portal.mailings.letters import RELAZIONE, facts_of, shown_of
from portal.reports.disclosure.disclose import disclose
from portal.reports.disclosure.sheets import Audience
from portal.reports.editions.snapshot import thaw
from portal.reports.models import EditionRow
from portal.reports.publication.public_document import caution, has_variations
from portal.reports.publication.public_files import document_of, public_file
from portal.reports.relazione.model import Relazione

FORMS = ("csv", "pdf")


def publishable_of(edition: EditionRow, to: str, delivery_id: UUID) -> Letter:
    """The letter with what anybody may read; a Refusal where the edition has no such form.

    The reason of a correction is the manager's words: it stays inside.
    """
    relazione = thaw(edition.figures)
    disclosed = disclose(edition_id=edition.id, audience=Audience.PUBLIC)
    document = document_of(edition, disclosed)
    table = _table(document)
    files = [public_file(edition, disclosed, form) for form in FORMS]
    values = {
        "relazione": relazione,
        "edition": replace(facts_of(edition, approved_by="", link=""), reason=""),
        "subtitle": document.subtitle,
        "sentences": [*_sentences(relazione), *([caution()] if has_variations(table) else [])],
        "verdict": "",
        "warnings": list(document.warnings),
        "table": table,
        "written": {},
    }
    return written(
        RELAZIONE,
        values,
        to=to,
        message_id=message_id(delivery_id, current_app.config["SETTINGS"]),
        attachments=tuple(Attachment(one.name, one.media_type, one.content) for one in files),
    )


def _sentences(relazione: Relazione) -> list[str]:
    known = {"users": relazione.current.users, "services": relazione.services}
    numbers = {
        name: formats.NOT_COMPUTABLE if number is None else formats.count(number)
        for name, number in known.items()
    }
    return [
        _("Utenti: %(users)s; servizi erogati: %(services)s.", **numbers),
        _("Questa è la versione pubblicabile: il segno • sta al posto dei numeri che potrebbero far"
          " riconoscere qualcuno."),
    ]  # fmt: skip


def _table(document: Document) -> Table:
    return shown_of(next(table for table in document.tables if table.key == "richieste"))
