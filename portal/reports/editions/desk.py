# SPDX-License-Identifier: AGPL-3.0-or-later
"""The editions of a desk's relazione: the files made from what was frozen and nothing else."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask_babel import gettext as _

from portal.core import clock
from portal.core.documents.csv import csv_bytes
from portal.core.italy import formats
from portal.core.italy.periods import parse_period
from portal.core.work.job_names import JobName
from portal.reports import files, measures
from portal.reports.editions.choices import choices_of, columns
from portal.reports.editions.differences import counts_differ
from portal.reports.editions.edition_type import EditionType, File
from portal.reports.editions.snapshot import freeze, thaw
from portal.reports.files import Stamp
from portal.reports.models import Edition, EditionFile, EditionRow
from portal.reports.relazione import assembly, manager_words
from portal.reports.relazione.model import Relazione
from portal.reports.sections import topic_tables


@dataclass(frozen=True)
class SinceFreezing:
    """What happened to an edition's period after its figures were frozen."""

    inserted: int
    differs: bool
    """Whether it would be counted otherwise now, for whatever reason but another build's words."""


def since_freezing(edition: EditionRow, shown: Relazione | None = None) -> SinceFreezing:
    """Visits inserted after the edition was frozen, and whether its figures still hold.

    `shown` is what a page has counted already; of another period or baseline it is of no use.
    """
    asked = edition.period, edition.baseline
    if shown is None or (shown.period.name, shown.against.name) != asked:
        shown = assembly.get_relazione(period=edition.period, baseline=edition.baseline)
    return SinceFreezing(
        inserted=measures.count_inserted(
            parse_period(edition.period), since=edition.frozen_at or edition.created_at
        ),
        differs=counts_differ(thaw(edition.figures), shown),
    )


def missing_of(edition: EditionRow) -> list[str]:
    """The period, or the months of it, in which nothing was recorded.

    Before such an edition is approved somebody says that it is right so: it may be a mistake.
    """
    relazione = thaw(edition.frozen) if edition.frozen else None
    if relazione is None:
        return []
    if relazione.is_silent:
        return [relazione.period.title()]
    months = relazione.detail.months if relazione.detail else ()
    return [parse_period(month.name).title() for month in months if not month.visits]


def stamp_of(edition: EditionRow) -> Stamp:
    """What an edition's files say of themselves: nothing that another day would change."""
    frozen, at = edition.frozen or {}, edition.frozen_at or edition.created_at
    template = frozen.get("template")
    return Stamp(
        label=_("Edizione %(number)s %(of_day)s", number=edition.number,
                of_day=formats.of_day(clock.in_rome(at).date())),
        number=edition.number,
        created=at,
        figures_hash=_short_hash(frozen),
        correction=_correction(edition),
        template=manager_words.get_template(UUID(template)).content if template else None,
    )  # fmt: skip


def _correction(edition: EditionRow) -> str:
    if not edition.reason:
        return ""
    return _("Rettifica dell’edizione %(number)s. %(reason)s",
             number=edition.replaces, reason=edition.reason)  # fmt: skip


def _short_hash(frozen: dict[str, Any]) -> str:
    """«9f2c 41ab 07de»: enough to tell two sets of figures apart on paper."""
    text = json.dumps(frozen, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    digest = hashlib.sha256(text.encode()).hexdigest()
    return " ".join(digest[start : start + 4] for start in (0, 4, 8))


def _make(edition: EditionRow) -> Iterator[list[File]]:
    relazione, stamp = thaw(edition.figures), stamp_of(edition)
    documents = files.documents_of(relazione, stamp)

    def made(name: str) -> File:
        form = files.format_of(name)
        content = form.make(relazione, documents[form.is_data], stamp.template)
        return File(form.file_name, form.media_type, content)

    historical = csv_bytes(topic_tables.historical_table(relazione), style="historical")
    tables = [made(name) for name in ("csv", "excel", "dati", "json", "xlsx")]
    yield [*tables, File("prospetto.csv", "text/csv", historical)]
    yield [made(name) for name in ("html", "pdf", "docx")]


def _freeze(edition: EditionRow) -> dict[str, Any]:
    asked = choices_of(edition)
    return freeze(edition.period, asked.baseline, asked.layout)


DESK = EditionType(
    table=Edition,
    files=EditionFile,
    job=JobName.BUILD_EDITION,
    columns=columns,
    freeze=_freeze,
    make=_make,
    after_approval=JobName.PUBLISH,
)
