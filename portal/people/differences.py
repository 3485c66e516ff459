# SPDX-License-Identifier: AGPL-3.0-or-later
"""Two tellings of one person side by side, when two people wrote at once. Pure."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from flask_babel import lazy_gettext as _l

from portal.core import italian
from portal.core.places import get_state
from portal.people import card, languages, rules
from portal.people.rules import PersonFacts


@dataclass(frozen=True)
class Part:
    """What is chosen in one go: a label, the facts it covers and how they are said."""

    label: str
    fields: tuple[str, ...]
    said: Callable[[PersonFacts], str]


@dataclass(frozen=True)
class Difference:
    """One part told in two ways."""

    name: str
    label: str
    mine: str
    saved: str


def _states(facts: PersonFacts) -> str:
    return ", ".join(get_state(code).name for code in facts.citizenships)


def _languages(facts: PersonFacts) -> str:
    return ", ".join(map(languages.name_of, facts.languages))


def _birth(facts: PersonFacts) -> str:
    if facts.birth is None:
        return ""
    return card.birth_day(facts.birth, conventional=facts.birth_conventional)


def _permit(facts: PersonFacts) -> str:
    day = italian.day(facts.permit_expires_on) if facts.permit_expires_on else ""
    return ", ".join(filter(None, (card.permit_text(facts.permit_kind), day)))


def _notice(facts: PersonFacts) -> str:
    day = italian.day(facts.notice_given_on) if facts.notice_given_on else ""
    language = languages.name_of(facts.notice_language) if facts.notice_language else ""
    return ", ".join(filter(None, (day, language)))


def _residence(facts: PersonFacts) -> str:
    return card.residence_text(facts.residence_kind, facts.residence_comune)


PARTS = {
    "family_name": Part(_l("Cognome"), ("family_name",), lambda facts: facts.family_name),
    "given_name": Part(_l("Nome"), ("given_name",), lambda facts: facts.given_name),
    "aliases": Part(_l("Altri nomi"), ("aliases",), lambda facts: ", ".join(facts.aliases)),
    "sex": Part(_l("Sesso"), ("sex",), lambda facts: facts.sex or ""),
    "birth": Part(_l("Data di nascita"), ("birth", "birth_conventional"), _birth),
    "birthplace": Part(_l("Nascita"), ("birth_state", "birth_city"), card.birthplace_text),
    "citizenships": Part(_l("Cittadinanza"), ("citizenships",), _states),
    "residence": Part(_l("Residenza"), ("residence_kind", "residence_comune"), _residence),
    "codice_fiscale": Part(
        _l("Codice fiscale"),
        ("codice_fiscale", "codice_fiscale_seen"),
        lambda facts: facts.codice_fiscale or "",
    ),
    "permit": Part(_l("Titolo di soggiorno"), ("permit_kind", "permit_expires_on"), _permit),
    "phone": Part(_l("Telefono"), ("phone",), card.phone_text),
    "email": Part(_l("E-mail"), ("email",), lambda facts: facts.email or ""),
    "languages": Part(_l("Lingue"), ("languages",), _languages),
    "notice": Part(_l("Informativa"), ("notice_given_on", "notice_language"), _notice),
    "note": Part(_l("Nota"), ("note",), lambda facts: facts.note),
}


def differences(mine: PersonFacts, saved: PersonFacts) -> list[Difference]:
    """The parts that the two tell differently, in the order of the form."""
    mine = rules.tidied(mine)
    differing = set(rules.differing_fields(mine, saved))
    return [
        Difference(name, str(part.label), part.said(mine), part.said(saved))
        for name, part in PARTS.items()
        if differing.intersection(part.fields)
    ]


def keep_saved(mine: PersonFacts, saved: PersonFacts, names: Iterable[str]) -> PersonFacts:
    """My telling, but for the parts named, which stay as they were saved."""
    kept = {field: getattr(saved, field) for name in names for field in PARTS[name].fields}
    if "residence_kind" in kept:
        kept["residence_since"] = None
    return replace(mine, **kept)
