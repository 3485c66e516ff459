# SPDX-License-Identifier: AGPL-3.0-or-later
"""A relazione as the page shows it and as files carry it; needs no request, no account, no URL."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from flask import current_app
from flask_babel import gettext as _

from portal.core import clock
from portal.core.documents.charts.layout import chart_svg
from portal.core.documents.csv import csv_bytes, dataset_bytes, workbook_csv_bytes
from portal.core.documents.document import Chart, Document
from portal.core.documents.docx import docx_bytes
from portal.core.documents.pdf import pdf_bytes, png_of_svg
from portal.core.documents.xlsx import xlsx_bytes
from portal.core.italy import formats
from portal.reports.relazione.model import Layout, Relazione
from portal.reports.sections import notices, prose, sections_of, topic_tables

PICTURE_MM = 160
OFFICE = "application/vnd.openxmlformats-officedocument"


@dataclass(frozen=True)
class Stamp:
    """What tells one printing from another: the edition, when it was frozen, its figures' hash."""

    label: str
    number: int | None
    created: datetime
    figures_hash: str = ""
    correction: str = ""
    """Which edition it corrects, and why."""
    template: bytes | None = None
    """The Comune's own Word template; none: the portal's."""

    @property
    def is_final(self) -> bool:
        return self.number is not None


def draft() -> Stamp:
    """The stamp of figures that nobody has frozen."""
    now = clock.now()
    label = _("Bozza %(of_day)s", of_day=formats.of_day(clock.in_rome(now).date()))
    return Stamp(label, None, now)


def composed(relazione: Relazione, stamp: Stamp) -> Document:
    """The document that every form for reading is made of, in the layout of the relazione."""
    title = _("Relazione, %(period)s", period=relazione.period.title())
    named = title.replace(",", "")
    running = named if stamp.number is None else _(
        "%(report)s, edizione %(number)s", report=named, number=stamp.number
    )  # fmt: skip
    provenance = _("Tipologie v%(version)s", version=relazione.taxonomy_version)
    if stamp.figures_hash:
        provenance += _(" · impronta %(hash)s", hash=stamp.figures_hash)
    return Document(
        title=title,
        subtitle=prose.subtitle(relazione),
        owner=relazione.network_name,
        desk=relazione.desk_name,
        edition=stamp.label,
        warnings=tuple(warnings_of(relazione, stamp)),
        sections=sections_of(relazione),
        running=f"{relazione.desk_name} · {running}",
        provenance=provenance,
        created=stamp.created,
        is_final=stamp.is_final,
    )


def warnings_of(relazione: Relazione, stamp: Stamp) -> list[str]:
    """What the reader must know before the figures."""
    partial, length = notices.partial_notice(relazione), notices.length_notice(relazione)
    found = (stamp.correction, partial, length, *relazione.notes)
    return [notice for notice in found if notice]


def documents_of(relazione: Relazione, stamp: Stamp) -> dict[bool, Document]:
    """The document for reading, and under True the one of data: complete in either layout."""
    read = composed(relazione, stamp)
    complete = replace(relazione, layout=Layout.MODERN)
    return {False: read, True: composed(complete, stamp) if relazione.is_historical else read}


def rendered(relazione: Relazione, *, format: str, stamp: Stamp | None = None) -> bytes:
    """The relazione as a file of one of FORMATS; without a stamp it is a draft.

    The CSV is the table of its layout.
    """
    if format == "csv" and relazione.is_historical:
        return csv_bytes(topic_tables.historical_table(relazione), style="historical")
    stamp, form = stamp or draft(), _FORMATS[format]
    document = documents_of(relazione, stamp)[form.is_data]
    return form.make(relazione, document, stamp.template)


def _csv(relazione: Relazione, _document: Document, _template: bytes | None) -> bytes:
    return csv_bytes(topic_tables.modern_table(relazione), style="data")


def _json(relazione: Relazione, document: Document, _template: bytes | None) -> bytes:
    value = topic_tables.as_json(relazione) | {"tables": topic_tables.tables_json(document.tables)}
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()


def _html(_relazione: Relazione, document: Document, _template: bytes | None) -> bytes:
    # Past the context processors, which speak of the reader: a file has none.
    template = current_app.jinja_env.get_template("reports/document.html")
    return template.render(document=document.printed()).encode()


def _pdf(_relazione: Relazione, document: Document, _template: bytes | None) -> bytes:
    return pdf_bytes(document.printed(), charts=chart_svg)


def _docx(_relazione: Relazione, document: Document, template: bytes | None) -> bytes:
    return docx_bytes(document.printed(), template=template, pictures=_picture)


def _picture(chart: Chart) -> bytes:
    return png_of_svg(chart_svg(chart), width_mm=PICTURE_MM)


@dataclass(frozen=True)
class Format:
    """A form of the same document: how it is called, saved and made; whether for programs."""

    label: str
    file_name: str
    media_type: str
    make: Callable[[Relazione, Document, bytes | None], bytes]
    is_data: bool = False


_FORMATS: Mapping[str, Format] = {
    "pdf": Format("PDF", "relazione.pdf", "application/pdf", _pdf),
    "xlsx": Format("Excel", "relazione.xlsx", f"{OFFICE}.spreadsheetml.sheet",
                   lambda _one, document, _template: xlsx_bytes(document.printed())),
    "docx": Format("Word", "relazione.docx", f"{OFFICE}.wordprocessingml.document", _docx),
    "excel": Format("CSV per Excel", "relazione-excel.csv", "text/csv",
                    lambda _one, document, _t: workbook_csv_bytes(document.printed().tables),
                    is_data=True),
    "dati": Format("CSV dati", "dati.csv", "text/csv",
                   lambda _one, document, _template: dataset_bytes(document.tables), is_data=True),
    "json": Format("JSON", "relazione.json", "application/json", _json, is_data=True),
    "csv": Format("CSV", "relazione.csv", "text/csv", _csv, is_data=True),
    "html": Format("HTML", "relazione.html", "text/html", _html),
}  # fmt: skip
FORMATS = tuple(_FORMATS)
OFFERED = ("pdf", "xlsx", "docx", "excel", "dati", "json")
"""What the page offers, in this order (UX 4.5); the others are the command line's."""
OFFERED_HISTORICAL = ("pdf", "xlsx", "docx", "csv")


def format_of(name: str) -> Format:
    """The form with this name; KeyError where there is none."""
    return _FORMATS[name]


def label_of(file_name: str) -> str:
    """How the form that an edition keeps under this name is called."""
    known = {offer.file_name: offer.label for offer in _FORMATS.values()}
    return known.get(file_name) or _("Prospetto storico, CSV")


def as_values(relazione: Relazione, stamp: Stamp) -> dict[str, Any]:
    """What a page shows of a relazione."""
    document = composed(relazione, stamp).printed(details=True)
    return {"relazione": relazione, "document": document}
