# SPDX-License-Identifier: AGPL-3.0-or-later
"""The persons of a file: what its rows say of each key, together and against what is stored.

An empty cell says nothing, so it contradicts nothing and an empty record may be filled in. The
same name in other letters, and a birth known better, agree; anything else that differs does not.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from flask_babel import gettext as _

from portal.core.errors import Refusal
from portal.core.italy import formats
from portal.core.italy.codice_fiscale import contradictions, read_codice_fiscale
from portal.imports.rules.problems import Problems
from portal.imports.rules.visits import PERSON_COLUMNS, VisitRow
from portal.people import rules
from portal.people.matching import search_terms
from portal.people.rules import PersonFacts

FIELDS = {
    "cognome": "family_name",
    "nome": "given_name",
    "sesso": "sex",
    "data_nascita": "birth",
    "codice_fiscale": "codice_fiscale",
}
COLUMNS_OF_FIELDS = {name: column for column, name in FIELDS.items()}


@dataclass(slots=True)
class PersonInFile:
    """One key: its first row, its first day, and by column what is said and in which row."""

    key: str
    row: int
    since: date | None = None
    said: dict[str, tuple[int, Any]] = field(default_factory=dict)

    def facts(self) -> PersonFacts:
        """The person as the file alone tells it."""
        return told(PersonFacts(), {column: value for column, (_row, value) in self.said.items()})


def gather_people(rows: Iterable[VisitRow], problems: Problems) -> dict[str, PersonInFile]:
    """Every person of the file by key, in the order in which they appear."""
    people: dict[str, PersonInFile] = {}
    for row in rows:
        if row.key:
            person = people.setdefault(row.key, PersonInFile(row.key, row.number))
            person.since = min(filter(None, (person.since, row.day)), default=None)
            _hear(person, row, problems)
    return people


def _hear(person: PersonInFile, row: VisitRow, problems: Problems) -> None:
    for column in PERSON_COLUMNS:
        value = row.told[column]
        if value is None:
            continue
        first_row, before = person.said.get(column, (row.number, value))
        agreed = _agreed(column, before, value)
        if agreed is None:
            sentence = _("per la stessa persona la riga %(row)s dice altro", row=first_row)
            problems.add(row.number, column, sentence)
        else:
            person.said[column] = first_row, agreed


def changes_to(person: PersonInFile, stored: PersonFacts, problems: Problems) -> dict[str, Any]:
    """What the file adds to a person already known; what it contradicts is a problem."""
    known, changes = _values_of(stored), {}
    for column, (row, value) in person.said.items():
        if column == "cittadinanza" and value in stored.citizenships:
            continue
        before = known[column]
        agreed = value if before is None else _agreed(column, before, value)
        if agreed is None:
            problems.add(row, column, _("per questa persona è già registrato altro"))
        elif agreed != before:
            changes[column] = agreed
    return changes


def told(facts: PersonFacts, values: dict[str, Any]) -> PersonFacts:
    """The facts with what the columns say put in their place."""
    changed = {name: values[column] for column, name in FIELDS.items() if column in values}
    if "cittadinanza" in values:
        changed["citizenships"] = (values["cittadinanza"],)
    if "comune_residenza" in values:
        changed["residence_kind"], changed["residence_comune"] = values["comune_residenza"]
    return replace(facts, **changed)


def _values_of(facts: PersonFacts) -> dict[str, Any]:
    home = (facts.residence_kind, facts.residence_comune)
    return {
        **{column: getattr(facts, name) or None for column, name in FIELDS.items()},
        "cittadinanza": facts.citizenships[0] if facts.citizenships else None,
        "comune_residenza": None if facts.residence_kind == rules.NOT_STATED else home,
    }


def _agreed(column: str, one: Any, other: Any) -> Any:
    """What both say, or None where they contradict each other; the first way of writing stays."""
    if one == other:
        return one
    if column in ("cognome", "nome"):
        folded = search_terms.folded(one)
        return one if folded and folded == search_terms.folded(other) else None
    if column == "data_nascita":
        shorter, longer = sorted((one, other), key=lambda birth: len(birth.iso))
        return longer if longer.iso.startswith(shorter.iso) else None
    return None


def check(person: PersonInFile, facts: PersonFacts, today: date, problems: Problems) -> None:
    """A person must be one that can be written down."""
    try:
        rules.check(facts, today)
    except Refusal as refusal:
        column = COLUMNS_OF_FIELDS.get(refusal.field or "", "cognome")
        row, _value = person.said.get(column, (person.row, None))
        problems.add(row, column, refusal.sentence)


def warn_of_codice_fiscale(person: PersonInFile, facts: PersonFacts, warnings: Problems) -> None:
    """A code that contradicts the person is kept: codes are reissued, names transliterated."""
    if "codice_fiscale" not in person.said or not facts.codice_fiscale:
        return
    code = read_codice_fiscale(facts.codice_fiscale)
    found = {
        _("il nome"): contradictions(
            code, family_name=facts.family_name, given_name=facts.given_name
        ),
        _("il sesso"): contradictions(code, sex=facts.sex),
        _("la data di nascita"): contradictions(code, birth=facts.birth),
    }
    wrong = [part for part, contradicted in found.items() if contradicted]
    if wrong:
        row, _value = person.said["codice_fiscale"]
        sentence = _("contraddice %(parts)s della persona", parts=formats.joined(wrong))
        warnings.add(row, "codice_fiscale", sentence)


def warn_of_recorded(person: PersonInFile, warnings: Problems) -> None:
    """A birth after a visit that is recorded: both are kept."""
    row, _value = person.said["data_nascita"]
    warnings.add(
        row,
        "data_nascita",
        _("è dopo un accesso già registrato della persona: controlla le due date"),
    )
