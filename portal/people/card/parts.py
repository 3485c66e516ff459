# SPDX-License-Identifier: AGPL-3.0-or-later
"""Tellings of one person side by side, when two people wrote at once. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any, NamedTuple

from flask_babel import lazy_gettext as _l

from portal.core.italy import formats
from portal.core.italy.formats import PartialDate
from portal.core.italy.states_and_comuni import get_state
from portal.core.web.edit_conflicts import FieldGroup
from portal.people import rules
from portal.people.card import languages, summary
from portal.people.rules import PersonFacts


class CurrentSince(NamedTuple):
    """Since when a person has lived where they live, and has had their primary citizenship."""

    home: date | None
    citizenship: date | None


def _states(facts: PersonFacts) -> str:
    names = [get_state(code).name for code in facts.citizenships]
    return ", ".join(filter(None, (*names, _since(facts.citizenship_since))))


def _languages(facts: PersonFacts) -> str:
    return ", ".join(map(languages.name_of, facts.languages))


def _birth(facts: PersonFacts) -> str:
    if facts.birth is None:
        return ""
    return summary.birth_day(facts.birth, conventional=facts.birth_conventional)


def _permit(facts: PersonFacts) -> str:
    day = formats.day(facts.permit_expires_on) if facts.permit_expires_on else ""
    return ", ".join(filter(None, (summary.permit_text(facts.permit_kind), day)))


def _notice(facts: PersonFacts) -> str:
    day = formats.day(facts.notice_given_on) if facts.notice_given_on else ""
    language = languages.name_of(facts.notice_language) if facts.notice_language else ""
    return ", ".join(filter(None, (day, language)))


def _residence(facts: PersonFacts) -> str:
    where = summary.residence_text(facts.residence_kind, facts.residence_comune)
    return ", ".join(filter(None, (where, _since(facts.residence_since))))


def _since(day: date | None) -> str:
    return f"dal {formats.day(day)}" if day else ""


PARTS = {
    "family_name": FieldGroup(_l("Cognome"), ("family_name",), lambda facts: facts.family_name),
    "given_name": FieldGroup(_l("Nome"), ("given_name",), lambda facts: facts.given_name),
    "aliases": FieldGroup(_l("Altri nomi"), ("aliases",), lambda facts: ", ".join(facts.aliases)),
    "sex": FieldGroup(_l("Sesso"), ("sex",), lambda facts: facts.sex or ""),
    "birth": FieldGroup(_l("Data di nascita"), ("birth", "birth_conventional"), _birth),
    "birthplace": FieldGroup(
        _l("Luogo di nascita"), ("birth_state", "birth_city"), summary.birthplace_text
    ),
    "citizenships": FieldGroup(_l("Cittadinanza"), ("citizenships", "citizenship_since"), _states),
    "residence": FieldGroup(
        _l("Residenza"), ("residence_kind", "residence_comune", "residence_since"), _residence
    ),
    "codice_fiscale": FieldGroup(
        _l("Codice fiscale"),
        ("codice_fiscale", "codice_fiscale_seen"),
        lambda facts: facts.codice_fiscale or "",
    ),
    "permit": FieldGroup(_l("Titolo di soggiorno"), ("permit_kind", "permit_expires_on"), _permit),
    "phone": FieldGroup(_l("Telefono"), ("phone",), summary.phone_text),
    "email": FieldGroup(_l("E-mail"), ("email",), lambda facts: facts.email or ""),
    "languages": FieldGroup(_l("Lingue"), ("languages",), _languages),
    "notice": FieldGroup(_l("Informativa"), ("notice_given_on", "notice_language"), _notice),
    "note": FieldGroup(_l("Nota"), ("note",), lambda facts: facts.note),
}


def as_recorded(facts: PersonFacts, saved: PersonFacts, since: CurrentSince) -> PersonFacts:
    """The facts tidied; a day since when something is recorded so already is not said again."""
    facts = rules.tidied(facts)
    if facts.residence_since == since.home and _home(facts) == _home(saved):
        facts = replace(facts, residence_since=None)
    if facts.citizenship_since == since.citizenship and _main(facts) == _main(saved):
        facts = replace(facts, citizenship_since=None)
    return facts


def _home(facts: PersonFacts) -> tuple[str, str | None]:
    return facts.residence_kind, facts.residence_comune


def _main(facts: PersonFacts) -> tuple[str, ...]:
    return facts.citizenships[:1]


def facts_from(told: Mapping[str, Any]) -> PersonFacts:
    """Facts as they were sealed, or kept as JSON."""
    values = dict(told)
    if values.get("birth"):
        values["birth"] = PartialDate(**values["birth"])
    for name in ("permit_expires_on", "notice_given_on", "residence_since", "citizenship_since"):
        if values.get(name):
            values[name] = date.fromisoformat(values[name])
    for name in ("aliases", "citizenships", "languages"):
        values[name] = tuple(values.get(name, ()))
    return PersonFacts(**values)
