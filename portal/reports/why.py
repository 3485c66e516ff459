# SPDX-License-Identifier: AGPL-3.0-or-later
"""«Perché questo numero?»: what a figure means, by which filters, from which records.

A figure is named by its table and its line, as in the JSON; what it counts is declared here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from flask_babel import gettext as _

from portal.core.documents import Document, NamedFigure
from portal.core.errors import NotHere
from portal.people import queries as people
from portal.reports.details import NOT_STATED
from portal.reports.measures.records import (
    Record,
    list_enquiry_records,
    list_users,
    list_visit_records,
)
from portal.reports.method import how_counted
from portal.reports.rules import Relazione
from portal.reports.verdicts import facts_of
from portal.taxonomy import queries as taxonomy

PAGE = 50
USER_TABLES = frozenset({"sexes", "newcomers", "ages", "citizenships", "residences", "languages"})
"""Tables whose lines are one attribute of a user: the line's key finds the records."""
VISIT_TABLES = ("months", "channels")


@dataclass(frozen=True)
class Why:
    """A figure explained: what it is, its definition, and a page of its records."""

    figure: NamedFigure
    definition: Sequence[tuple[str, str]]
    filters: Sequence[tuple[str, str]]
    trial: Sequence[tuple[str, str]]
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


def explain(relazione: Relazione, document: Document, *, table: str, row: str, page: int) -> Why:
    """The figure on this line of this table; NotHere where there is none that can be explained."""
    figure = _figure(document, table, row)
    records = _records(relazione, table, row, limit=PAGE + 1, offset=(page - 1) * PAGE)
    shown = records[:PAGE]
    return Why(
        figure=figure,
        definition=_definition(table, row),
        filters=_filters(relazione),
        trial=facts_of(relazione, row) if table == "richieste" else (),
        records=shown,
        names=people.list_names({one.person_id for one in shown if one.person_id}),
        number=page,
        has_next=len(records) > PAGE,
    )


def is_explained(table: str, row: str) -> bool:
    """Whether a figure has a page of its own."""
    if table == "sintesi":
        return row in ("users", "services", "visits")
    if table in USER_TABLES:
        return row not in ("altre",)
    return table in VISIT_TABLES or table == "richieste"


def _figure(document: Document, table: str, row: str) -> NamedFigure:
    for one in document.named_figures():
        if (one.table, one.row) == (table, row) and is_explained(table, row):
            return one
    raise NotHere


def _definition(table: str, row: str) -> list[tuple[str, str]]:
    """The paragraphs of «Come si conta» that this figure stands on."""
    method = dict(how_counted())
    wanted = {
        "sintesi": {
            "users": [_("Utenti.")],
            "services": [_("Servizi erogati."), _("Contatti anonimi.")],
            "visits": [_("Contatti anonimi.")],
        }.get(row, []),
        "richieste": [_("Servizi erogati."), _("Contatti anonimi.")],
        "newcomers": [_("Utenti."), _("Nuovi e già venuti.")],
        "months": [_("Contatti anonimi.")],
        "channels": [_("Contatti anonimi.")],
    }.get(table, [_("Utenti."), _("Età, cittadinanza, residenza, lingua."), _("Non indicato.")])
    return [(term, method[term]) for term in wanted]


def _filters(relazione: Relazione) -> list[tuple[str, str]]:
    return [
        (_("Sportello"), relazione.desk_name),
        (_("Periodo"), relazione.period.window()),
        (
            _("Accessi"),
            _("tutti quelli registrati e non eliminati, secondo il giorno dell’accesso"),
        ),
        (_("Tipologie"), _("elenco versione %(number)s", number=relazione.taxonomy_version)),
    ]


def _records(
    relazione: Relazione, table: str, row: str, *, limit: int, offset: int
) -> list[Record]:
    window, whole = relazione.period, row == "totale"
    if table == "richieste" or (table, row) == ("sintesi", "services"):
        codes = None if whole or table == "sintesi" else taxonomy.codes_under(row)
        return list_enquiry_records(window, codes=codes, limit=limit, offset=offset)
    if table in VISIT_TABLES or (table, row) == ("sintesi", "visits"):
        month, channel = (row if table == one and not whole else "" for one in VISIT_TABLES)
        return list_visit_records(window, month=month, channel=channel, limit=limit, offset=offset)
    if whole or table == "sintesi":
        return list_users(window, part="users", key="", limit=limit, offset=offset)
    return list_users(
        window,
        part=table,
        key=NOT_STATED if row == "non-indicato" else row,
        limit=limit,
        offset=offset,
    )
