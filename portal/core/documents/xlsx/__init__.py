# SPDX-License-Identifier: AGPL-3.0-or-later
"""A document as a workbook: the synthesis, a sheet for each section with tables, how to read them.

Here is what stands on each sheet; `sheets` writes it, `cells` says what a figure is in a cell. The
same document gives the same bytes on any day.
"""

from io import BytesIO

from flask_babel import gettext as _

from portal.core.documents.document import Document, Figures, Paragraph, Section
from portal.core.documents.docx.package import LANGUAGE, unzipped, zipped
from portal.core.documents.tables import PROTECTED
from portal.core.documents.xlsx.sheets import Book, Page, widths
from portal.core.italy import formats

WRITTEN = frozenset({"premessa", "testo"})
"""Keys of the sections that the manager writes: they are read, they do not explain."""
FRONT = (32, 14, 62)
PROPERTIES = "docProps/core.xml"


def xlsx_bytes(document: Document) -> bytes:
    """The workbook, with numbers as numbers and whatever somebody typed as text."""
    if document.created.tzinfo is None:
        raise ValueError("a time without its zone is another moment on another machine")
    out = BytesIO()
    book = Book(out, document)
    _front(book.page(_("Sintesi"), FRONT), document)
    for section in document.sections:
        if section.tables:
            page = book.page(section.sheet or section.title, widths(section.tables))
            _section(page, section)
            for after in _written_after(document):
                page.heading(after.title)
                _sentences(page, after)
    _explanation(book.page(_("Come si legge"), FRONT), document)
    book.close()
    return _in_italian(out.getvalue())


def _in_italian(content: bytes) -> bytes:
    """The language of the words, which xlsxwriter has no way to say."""
    parts = unzipped(content)
    end = b"</cp:coreProperties>"
    said = f"<dc:language>{LANGUAGE}</dc:language>".encode()
    parts[PROPERTIES] = parts[PROPERTIES].replace(end, said + end)
    return zipped(parts)


def _front(page: Page, document: Document) -> None:
    """Title, warnings, large numbers, then what the manager writes."""
    page.title(document.title)
    page.sentence(document.subtitle)
    page.skip()
    for text in (document.owner, document.desk, document.edition):
        page.sentence(text)
    for warning in document.warnings:
        page.warning(warning)
    for section in sorted(_of_the_front(document), key=lambda one: not _figures(one)):
        page.heading(section.title)
        for block in _figures(section):
            page.figures(block)
        if not section.tables:
            _sentences(page, section)


def _of_the_front(document: Document) -> list[Section]:
    """What is read before the tables, and what the manager writes, unless it stands after them."""
    first = next((at for at, section in enumerate(document.sections) if section.tables), 0)
    after = _written_after(document)
    return [
        section
        for at, section in enumerate(document.sections)
        if section not in after
        and (_figures(section) or section.key in WRITTEN or (at < first and not section.tables))
    ]


def _written_after(document: Document) -> list[Section]:
    """What the manager writes after the tables of a document that has them in one section."""
    holding = [at for at, section in enumerate(document.sections) if section.tables]
    if len(holding) != 1:
        return []
    after = document.sections[holding[0] + 1 :]
    return [section for section in after if section.key in WRITTEN]


def _section(page: Page, section: Section) -> None:
    """The tables one under the other; then the sentences, which would be frozen above them."""
    for table in section.tables:
        page.table(table)
    if len(section.tables) == 1:
        page.freeze_head(section.tables[0])
    _sentences(page, section)


def _explanation(page: Page, document: Document) -> None:
    """What the signs mean and where the numbers come from, then the document's own method."""
    page.title(_("Come si legge"))
    for lead, text in _signs(document):
        page.paragraph(Paragraph(text, lead))
    elsewhere = [*_of_the_front(document), *_written_after(document)]
    for section in document.sections:
        if not section.tables and section not in elsewhere:
            page.heading(section.title)
            _sentences(page, section)


def _signs(document: Document) -> list[tuple[str, str]]:
    source = (document.running, document.provenance, document.edition)
    return [
        (formats.NOT_COMPUTABLE, _("Non calcolabile: il dato non è stato rilevato, o manca il "
                                   "numero per cui dividere. Non vuol dire zero.")),
        (formats.DOES_NOT_APPLY, _("Non si applica.")),
        (PROTECTED, _("Dato protetto: riguarda troppo poche persone.")),
        (_("Numeri."), _("Le celle contengono numeri, che si possono sommare e ordinare. Dove si "
                         "vede un decimale la cella ne contiene di più: si vede lo stesso numero "
                         "che sta nella relazione.")),
        (_("Provenienza."), " · ".join(filter(None, source))),
    ]  # fmt: skip


def _figures(section: Section) -> list[Figures]:
    return [block for block in section.blocks if isinstance(block, Figures)]


def _sentences(page: Page, section: Section) -> None:
    for block in section.blocks:
        if isinstance(block, Paragraph):
            page.paragraph(block)
