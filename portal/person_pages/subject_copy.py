# SPDX-License-Identifier: AGPL-3.0-or-later
"""All that the desk holds about a person, for that person: in words, and as a file.

Of the person only: not who wrote it down, not whom the person resembles.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from flask_babel import gettext as _

from portal.core import clock
from portal.core.documents.csv import csv_bytes
from portal.core.documents.tables import Column, Row, Table
from portal.core.italy import formats
from portal.core.italy.states_and_comuni import get_state
from portal.people import queries as people
from portal.people.card import summary
from portal.people.card.parts import PARTS
from portal.people.queries import desk_keys
from portal.taxonomy import queries as taxonomy
from portal.visits import moving
from portal.visits import queries as visits
from portal.visits.queries import VisitEntry
from portal.visits.rules import CHANNEL_LABELS, INTERPRETER_LABELS, Channel, Interpreter

HOME = "residence"
FORMATS = {"csv": "text/csv", "json": "application/json"}


@dataclass(frozen=True)
class CopySection:
    """One kind of data: what each is called and what it says."""

    title: str
    pairs: tuple[tuple[str, str], ...]


def sections_of(person_id: UUID) -> list[CopySection]:
    """Everything, in the words of the pages."""
    person = people.get_person(person_id)
    facts = people.facts_of(person)
    told = ((str(part.label), part.said(facts)) for name, part in PARTS.items() if name != HOME)
    sections = [
        CopySection(_("Dati"), tuple(pair for pair in told if pair[1])),
        CopySection(_("Cittadinanza di prima"), tuple(_formers(person_id))),
        CopySection(_("Residenza"), tuple(_homes(person_id))),
        CopySection(_("Accessi"), tuple(_visits(person_id))),
        CopySection(_("Scheda"), tuple(_card(person_id))),
    ]
    return [section for section in sections if section.pairs]


def file_of(sections: list[CopySection], file_format: str) -> bytes:
    """The same as a file: JSON, or the CSV that Excel in Italian opens at a double click."""
    if file_format == "json":
        told = {section.title: [list(pair) for pair in section.pairs] for section in sections}
        return (json.dumps(told, ensure_ascii=False, indent=2) + "\n").encode()
    columns = (
        Column("section", _("Sezione"), "text"),
        Column("field", _("Campo"), "text"),
        Column("value", _("Valore"), "text"),
    )
    rows = tuple(Row((section.title, *pair)) for section in sections for pair in section.pairs)
    return csv_bytes(Table(_("Copia dei dati"), columns, rows), style="excel_it")


def _formers(person_id: UUID) -> Iterator[tuple[str, str]]:
    for former in people.list_former_citizenships(person_id):
        yield (
            _("prima del %(day)s", day=formats.day(former.until)),
            get_state(former.state_code).name,
        )


def _homes(person_id: UUID) -> Iterator[tuple[str, str]]:
    for home in people.list_residences(person_id):
        where = summary.residence_text(home.kind, home.comune_code) or _("non indicato")
        yield _("dal %(day)s", day=formats.day(home.valid_from)), where


def _visits(person_id: UUID) -> Iterator[tuple[str, str]]:
    """Also what was deleted: the desk still holds it."""
    entries = visits.list_visits_of(person_id)
    for entry in entries:
        yield formats.day(entry.visited_on), _visit(entry)
    for visit_id in set(moving.list_ids_of(person_id)) - {entry.id for entry in entries}:
        visit = visits.get_visit(visit_id)
        said = _("%(visit)s (eliminato)", visit=_visit(visits.entry_of(visit)))
        yield formats.day(visit.visited_on), said


def _visit(entry: VisitEntry) -> str:
    asked = [taxonomy.get_topic(version, code).label for version, code in entry.topics]
    parts = [
        ", ".join(asked) or _("Nessuna richiesta"),
        str(CHANNEL_LABELS[Channel(entry.channel)]).lower(),
        _interpreted(entry),
        _("per altri") if entry.for_third_party else "",
        f"«{entry.note}»" if entry.note else "",
    ]
    return "; ".join(filter(None, parts))


def _interpreted(entry: VisitEntry) -> str:
    if entry.interpreter is None:
        return ""
    known = str(INTERPRETER_LABELS[Interpreter(entry.interpreter)]).lower()
    return _("interprete: %(who)s", who=known)


def _card(person_id: UUID) -> Iterator[tuple[str, str]]:
    person = people.get_person(person_id)
    yield _("Creata il"), formats.day(clock.in_rome(person.created_at).date())
    for key in desk_keys.list_keys_of(person_id):
        yield _("Chiave negli archivi dello sportello"), key
    for merged in people.list_merged(person_id):
        yield _("Unita con la scheda di"), merged.name
