# SPDX-License-Identifier: AGPL-3.0-or-later
"""«Perché questo numero?»: what a figure means, by which filters, from which records.

A figure is named by its table and its line, as in the JSON; what it counts is declared here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from flask_babel import gettext as _

from portal.core.documents.document import Document, NamedFigure
from portal.core.errors import NotHere
from portal.core.italy import formats
from portal.people import queries as people
from portal.reports.measures.breakdowns import BY_KEY
from portal.reports.measures.records import (
    Record,
    list_enquiry_records,
    list_users,
    list_visit_records,
)
from portal.reports.relazione.model import Relazione
from portal.reports.sections.breakdown_table import codes_behind
from portal.reports.sections.method import paragraphs
from portal.reports.sections.verdicts import facts_of

PAGE = 50
PER_USER = "services_per_user"
COUNTED = frozenset({"users", "visits", "enquiries", "count", "nameless", "days"})
"""Columns that count something: shares and variations are explained with what they are made of."""
STANDS_ON = {
    "users": ("users",),
    "services": ("services", "anonymous"),
    PER_USER: ("services", "users"),
    "enquiries": ("services", "anonymous"),
    "count": ("services", "anonymous"),
    "nameless": ("anonymous",),
    "visits": ("anonymous",),
    "days": ("days",),
}
"""The paragraphs of «Come si conta» on which the figures of a column stand."""


@dataclass(frozen=True)
class Why:
    """A figure explained: what it is, its definition, and a page of its records.

    `quotient` says of what a figure is made that has no records of its own.
    """

    figure: NamedFigure
    definition: Sequence[tuple[str, str]]
    filters: Sequence[tuple[str, str]]
    trial: Sequence[tuple[str, str]]
    quotient: str
    records: Sequence[Record]
    names: dict[UUID, str]
    number: int
    has_next: bool

    @property
    def first(self) -> int:
        return (self.number - 1) * PAGE + 1

    @property
    def last(self) -> int:
        return self.first + len(self.records) - 1


def explain(
    relazione: Relazione, document: Document, *, table: str, row: str, column: str, page: int
) -> Why:
    """The figure in this column, or the first that is explained, of this line of this table.

    NotHere where there is none that can be explained.
    """
    figures = [one for one in document.named_figures() if (one.table, one.row) == (table, row)]
    figure = next(
        (one for one in figures if column in ("", one.column) and is_explained(one)), None
    )
    if figure is None:
        raise NotHere
    records = _records(relazione, figure, limit=PAGE + 1, offset=(page - 1) * PAGE)
    shown = records[:PAGE]
    return Why(
        figure=figure,
        definition=_definition(figure),
        filters=[*_filters(relazione), *_before(relazione, figure, figures)],
        trial=facts_of(relazione, row) if table == "richieste" else (),
        quotient=_quotient(relazione) if row == PER_USER else "",
        records=shown,
        names=people.list_names({one.person_id for one in shown if one.person_id}),
        number=page,
        has_next=len(records) > PAGE,
    )


def is_explained(figure: NamedFigure) -> bool:
    """Whether a figure has a page of its own: those of the earlier period have it in theirs."""
    if figure.text in (formats.NOT_COMPUTABLE, formats.DOES_NOT_APPLY):
        return False
    if figure.table == "sintesi":
        return True
    if figure.column not in COUNTED or figure.row == "then":
        return False
    return figure.table in BY_KEY or figure.table in ("months", "richieste", "opening")


def _definition(figure: NamedFigure) -> list[tuple[str, str]]:
    """The paragraphs of «Come si conta» that this figure stands on."""
    breakdown = BY_KEY.get(figure.table)
    return paragraphs((*STANDS_ON[figure.column], *(breakdown.method if breakdown else ())))


def _quotient(relazione: Relazione) -> str:
    current = relazione.current
    users = formats.count(current.users or 0)
    if not (current.nameless and current.nameless.total):
        return _("%(services)s servizi erogati, divisi per %(users)s utenti.",
                 services=formats.count(current.services or 0), users=users)  # fmt: skip
    return _("%(of_users)s servizi erogati a utenti (%(services)s in tutto, meno %(nameless)s senza"
             " nome), divisi per %(users)s utenti.",
             of_users=formats.count(current.services_of_users or 0), users=users,
             services=formats.count(current.services or 0),
             nameless=formats.count(current.nameless.total))  # fmt: skip


def _before(
    relazione: Relazione, figure: NamedFigure, line: Sequence[NamedFigure]
) -> list[tuple[str, str]]:
    """The figure of the earlier period on the same line, where there is one."""
    names = {"count": "baseline", "nameless": "baseline_nameless"}
    beside = names.get(figure.column, f"{figure.column}_baseline")
    found = next((each.text for each in line if each.column == beside), None)
    if found is None:
        return []
    return [(_("Confronto"), f"{found} ({relazione.against.title(relazione.period)})")]


def _filters(relazione: Relazione) -> list[tuple[str, str]]:
    filters = [
        (_("Sportello"), relazione.desk_name),
        (_("Periodo"), relazione.period.window()),
        (
            _("Accessi"),
            _("tutti quelli registrati e non eliminati, secondo il giorno dell’accesso"),
        ),
        (_("Tipologie"), _("elenco versione %(number)s", number=relazione.taxonomy_version)),
    ]
    sum_of = relazione.current.sum_of
    if sum_of:
        totals = formats.joined(sum_of.totals)
        filters.append(
            (
                _("Totali passati"),
                _("comprese le richieste di %(totals)s, di cui si conserva solo il totale",
                  totals=totals),
            )
        )  # fmt: skip
    return filters


def _codes_on(relazione: Relazione, line: str) -> tuple[str, ...]:
    """Of a line, or of one of its details."""
    line, _of_it, detail = line.partition("/")
    if detail:
        return (detail,)
    return next((row.codes for row in relazione.rows if row.code == line), ())


def _records(relazione: Relazione, figure: NamedFigure, *, limit: int, offset: int) -> list[Record]:
    window, row, whole = relazione.period, figure.row, figure.row in ("totale", figure.column)
    if figure.row == PER_USER:
        return []
    month = row if figure.table == "months" and not whole else ""
    if figure.column in ("count", "nameless", "enquiries", "services"):
        codes = None if figure.table != "richieste" or whole else _codes_on(relazione, row)
        return list_enquiry_records(
            window,
            codes=codes,
            month=month,
            nameless=figure.column == "nameless",
            limit=limit,
            offset=offset,
        )
    part = None if whole else BY_KEY.get(figure.table)
    keys = codes_behind(part, relazione, row) if part else []
    if figure.column in ("visits", "days"):
        return list_visit_records(
            window, month=month, part=part, keys=keys, limit=limit, offset=offset
        )
    attribute = (part.counted or part.key) if part else "users"
    return list_users(window, part=attribute, keys=keys, limit=limit, offset=offset)
