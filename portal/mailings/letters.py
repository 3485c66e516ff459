# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is said by e-mail: a letter from what an edition has frozen, and nothing read anew.

Totals only, never a name; one column of 640 pixels, no image and nothing from another server.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from flask import current_app
from flask_babel import gettext as _

from portal.accounts.queries import list_names
from portal.core import clock
from portal.core.documents.document import Section
from portal.core.documents.tables import Column, Row, Table
from portal.core.italy import formats
from portal.core.work.mail import Attachment, Letter, message_id
from portal.core.work.writing import Templates, address, written
from portal.reports.editions.desk import DESK
from portal.reports.editions.edition_type import EditionType
from portal.reports.editions.lifecycle import get_files
from portal.reports.editions.snapshot import thaw
from portal.reports.models import EditionRow
from portal.reports.relazione.model import Relazione
from portal.reports.sections import historical, prose, topic_tables, verdicts

ATTACHED = ("prospetto.csv", "relazione.csv")
RELAZIONE = Templates(
    "mailings/mail/relazione.subject", "mailings/mail/relazione.txt", "mailings/mail/relazione.html"
)
NOTICE = Templates(
    "mailings/mail/approval.subject", "mailings/mail/approval.txt", "mailings/mail/approval.html"
)
SHOWN = ("label", "count", "baseline", "variation", "outcome")
"""The columns of a letter: few enough for a phone and for 72 characters."""


@dataclass(frozen=True)
class EditionFacts:
    """What a letter says of the edition itself."""

    number: int
    replaces: int | None
    reason: str
    approved_on: date | None
    approved_by: str
    link: str
    """To the page of the portal; empty for who has no access to it."""

    def approval(self) -> str:
        """«Edizione 1, approvata da Anna Bianchi il 23/11/2026.»"""
        if self.approved_on is None:
            return _("Edizione %(number)s, ancora da approvare.", number=self.number)
        facts = {"number": self.number, "day": formats.day(self.approved_on)}
        if not self.approved_by:
            return _("Edizione %(number)s, approvata il %(day)s.", **facts)
        return _("Edizione %(number)s, approvata da %(who)s il %(day)s.", who=self.approved_by,
                 **facts)  # fmt: skip

    def correction(self) -> str:
        """What a correction replaces and why; empty for a first edition."""
        if self.replaces is None:
            return ""
        facts = {"old": self.replaces, "reason": self.reason.rstrip(".")}
        if not self.reason:
            return _("Questa edizione sostituisce l’edizione %(old)s.", **facts)
        return _("Questa edizione sostituisce l’edizione %(old)s. Motivo: %(reason)s.", **facts)


def facts_of(edition: EditionRow, *, approved_by: str, link: str) -> EditionFacts:
    """The same for any kind of edition."""
    approved = edition.approved_at
    return EditionFacts(
        number=edition.number,
        replaces=edition.replaces,
        reason=edition.reason,
        approved_on=clock.in_rome(approved).date() if approved else None,
        approved_by=approved_by,
        link=link,
    )


def relazione_of(edition: EditionRow, to: str, delivery_id: UUID) -> Letter:
    """The letter of an edition of a desk's relazione."""
    relazione = thaw(edition.figures)
    names = list_names([edition.approved_by])
    facts = facts_of(
        edition,
        approved_by=names[edition.approved_by] if edition.approved_by in names else "",
        link=address("reports.edition", desk=relazione.desk_slug, edition_id=str(edition.id)),
    )
    return relazione_letter(
        relazione,
        facts,
        to=to,
        message_id=message_id(delivery_id, current_app.config["SETTINGS"]),
        attachments=attached(DESK, edition, ATTACHED),
    )


def approval_notice(edition: EditionRow, to: str, notice_id: UUID) -> Letter:
    """The letter to a manager that an edition of the desk waits: no figure, no name."""
    relazione = thaw(edition.figures)
    values = {
        "relazione": relazione,
        "edition": edition,
        "link": address("reports.edition", desk=relazione.desk_slug, edition_id=str(edition.id)),
    }
    return written(
        NOTICE, values, to=to, message_id=message_id(notice_id, current_app.config["SETTINGS"])
    )


def attached(
    kind: EditionType, edition: EditionRow, names: Collection[str]
) -> tuple[Attachment, ...]:
    """Some files of an edition, each proved to be what was frozen."""
    files = get_files(kind, edition, names)
    return tuple(Attachment(file.name, file.media_type, file.content) for file in files)


def relazione_letter(
    relazione: Relazione,
    edition: EditionFacts,
    *,
    to: str,
    message_id: str,
    attachments: tuple[Attachment, ...] = (),
) -> Letter:
    """The letter with a desk's relazione."""
    table, verdict = letter_table(relazione), _verdict(relazione)
    values = {
        "relazione": relazione,
        "edition": edition,
        "subtitle": prose.subtitle(relazione),
        "sentences": prose.synthesis(relazione),
        "verdict": verdict,
        "warnings": list(relazione.notes),
        "table": table,
        "written": _written_around(relazione),
    }
    return written(RELAZIONE, values, to=to, message_id=message_id, attachments=attachments)


def _written_around(relazione: Relazione) -> dict[str, Section]:
    """What the historical layout, which is a whole document, says beside its totals and table."""
    if not relazione.is_historical:
        return {}
    return {
        section.key: section
        for section in historical.sections_of(relazione)
        if section.key in historical.AROUND
    }


def _verdict(relazione: Relazione) -> str:
    """What the variations mean, on what that stands, and where their intervals are.

    The historical layout says nothing of it.
    """
    if relazione.is_historical:
        return ""
    told = [one for one in verdicts.verdict(relazione) if one]
    if not told:
        return ""
    where = _("L’intervallo di ogni variazione e come si conta sono nella relazione.")
    return " ".join([*told, *verdicts.assumptions(relazione), where])


def letter_table(relazione: Relazione) -> Table:
    """What a letter shows of the page's own table, in its layout."""
    if relazione.is_historical:
        # What its variations are stands above it.
        return shown_of(topic_tables.historical_table(relazione), explained=True)
    return shown_of(topic_tables.modern_table(relazione).printed(details=False))


def shown_of(whole: Table, *, explained: bool = False) -> Table:
    """The columns of a table of topics that a letter shows, and its note; each head stands alone.

    Unless it is explained elsewhere, the note begins with what a variation is.
    """
    kept = [number for number, column in enumerate(whole.columns) if column.key in SHOWN]
    return Table(
        caption=whole.caption,
        columns=tuple(alone(whole.columns[number]) for number in kept),
        rows=tuple(
            Row(tuple(row.cells[number] for number in kept), row.kind) for row in whole.rows
        ),
        note=" ".join(filter(None, ("" if explained else _variation_note(whole), whole.note))),
    )


def _variation_note(table: Table) -> str:
    if all(column.kind != "change" for column in table.columns):
        return ""
    return _("Variazione in punti: differenza fra le richieste ogni 100 utenti dei due periodi.")


def alone(column: Column) -> Column:
    """The column with a head that needs no group above it."""
    head = column.alone if column.kind == "change" else column.head
    return replace(column, head=head, group=None)
