# SPDX-License-Identifier: AGPL-3.0-or-later
"""The publishable version as files, from what an edition froze and what it told the public."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from portal.core.documents.charts.layout import chart_svg
from portal.core.documents.document import Document
from portal.core.documents.pdf import pdf_bytes
from portal.reports.disclosure.disclose import sheets_of
from portal.reports.disclosure.own_lines import own_lines
from portal.reports.disclosure.relazione_sheets import THEN
from portal.reports.disclosure.sheets import TOPICS, share_hidden
from portal.reports.editions.desk import stamp_of
from portal.reports.editions.edition_type import File
from portal.reports.editions.snapshot import thaw
from portal.reports.models import Disclosure, EditionRow
from portal.reports.publication.public_document import public_csv, public_document, public_json
from portal.reports.relazione.model import Relazione

Make = Callable[[Document, Relazione, int], bytes]
PUBLIC_FORMATS: Mapping[str, tuple[str, str, Make]] = {
    "pdf": ("PDF", "application/pdf", lambda document, _one, _n: pdf_bytes(
        document, charts=chart_svg)),
    "csv": ("CSV", "text/csv; charset=utf-8", lambda document, _one, _n: public_csv(document)),
    "json": ("JSON", "application/json; charset=utf-8", public_json),
}  # fmt: skip
"""How each form is called, its media type, and how it is made."""


def document_of(edition: EditionRow, disclosure: Disclosure) -> Document:
    """The publishable version before it has a form."""
    sheets = sheets_of(disclosure)
    relazione = thaw(edition.figures)
    own = own_lines(relazione)
    if own and (TOPICS, THEN) not in sheets:
        # Alone it is told on the lines of its own list, whatever it was compared with.
        relazione = replace(relazione, rows=own[0].rows, early=own[0].early)
    return public_document(relazione, sheets, stamp_of(edition))


def public_file(edition: EditionRow, disclosure: Disclosure, format: str) -> File:
    """A form of it; the same bytes on any day."""
    _label, media_type, make = PUBLIC_FORMATS[format]
    body = make(document_of(edition, disclosure), thaw(edition.figures), edition.number)
    return File(f"relazione-pubblicabile.{format}", media_type, body)


def hidden_of(disclosure: Disclosure) -> tuple[int, int]:
    """How many numbers are hidden, of how many that are not zero."""
    return share_hidden(list(sheets_of(disclosure).values()))
