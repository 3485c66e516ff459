# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is known of a person, and what it may be. Pure."""

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Protocol

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.core.errors import Refusal
from portal.core.italy.formats import PartialDate
from portal.people.matching import search_terms, spellings

SEXES = {"F": _l("F"), "M": _l("M"), "X": _l("X")}

COMUNE, OUTSIDE, ABROAD = "comune", "outside_province", "abroad"
HOMELESS, NOT_STATED = "homeless", "not_stated"
RESIDENCE_KINDS = {
    COMUNE: _l("In un Comune della provincia"),
    OUTSIDE: _l("Fuori provincia"),
    ABROAD: _l("Estero"),
    HOMELESS: _l("Senza fissa dimora"),
    NOT_STATED: _l("Non indicato"),
}
WITH_COMUNE = frozenset({COMUNE, OUTSIDE})

# The kinds of ANPR's table 8 (1-6 and 8); its 9, not known, is the absence of a kind. Its 7,
# without a permit, is not collected: whoever wrote it down would have to report it.
PERMIT_KINDS = {
    "permit": _l("Permesso di soggiorno"),
    "card": _l("Carta di soggiorno o permesso UE"),
    "permanent": _l("Attestazione di soggiorno permanente"),
    "regularity": _l("Attestazione di regolarità del soggiorno"),
    "receipt": _l("Ricevuta della richiesta"),
    "renewing": _l("Rinnovo in corso"),
    "other": _l("Altro titolo"),
}
PERMIT_NOT_STATED = _l("Non rilevato")

# How the audit's columns and child tables are called where a change is told.
CHANGED = {
    "family_name": _l("cognome"),
    "given_name": _l("nome"),
    "person_alias": _l("altri nomi"),
    "sex": _l("sesso"),
    "birth_year": _l("nascita"),
    "birth_month": _l("nascita"),
    "birth_day": _l("nascita"),
    "birth_conventional": _l("nascita"),
    "birth_state": _l("luogo di nascita"),
    "birth_city": _l("luogo di nascita"),
    "person_citizenship": _l("cittadinanza"),
    "person_former_citizenship": _l("cittadinanza"),
    "person_residence": _l("residenza"),
    "codice_fiscale": _l("codice fiscale"),
    "codice_fiscale_seen": _l("codice fiscale"),
    "permit_kind": _l("titolo di soggiorno"),
    "permit_expires_on": _l("titolo di soggiorno"),
    "phone": _l("telefono"),
    "email": _l("e-mail"),
    "languages": _l("lingue"),
    "notice_given_on": _l("informativa"),
    "notice_language": _l("informativa"),
    "note": _l("nota"),
}

LONGEST = {"family_name": 120, "given_name": 120, "birth_city": 120, "email": 254, "note": 2000}
LONGEST_ALIAS = 240
MOST_ALIASES = 30
"""Each is kept in every spelling by which it may be looked for: three thousand took ten seconds."""
LONGEST_TOKEN = 120


class HasNames(Protocol):
    """Whatever has the two names."""

    @property
    def family_name(self) -> str: ...

    @property
    def given_name(self) -> str: ...


@dataclass(frozen=True)
class PersonFacts:
    """Everything that is written down about a person; the first citizenship is the primary one.

    The days since when are said only with a change. Without one a residence counts from today, and
    a citizenship was always the present one: the change corrects what was written.
    """

    family_name: str = ""
    given_name: str = ""
    aliases: tuple[str, ...] = ()
    sex: str | None = None
    birth: PartialDate | None = None
    birth_conventional: bool = False
    birth_state: str | None = None
    birth_city: str = ""
    citizenships: tuple[str, ...] = ()
    citizenship_since: date | None = None
    residence_kind: str = NOT_STATED
    residence_comune: str | None = None
    residence_since: date | None = None
    codice_fiscale: str | None = None
    codice_fiscale_seen: bool = False
    permit_kind: str | None = None
    permit_expires_on: date | None = None
    phone: str | None = None
    email: str | None = None
    languages: tuple[str, ...] = ()
    notice_given_on: date | None = None
    notice_language: str | None = None
    note: str = ""


def tidied(facts: PersonFacts) -> PersonFacts:
    """The same facts without stray spaces and repeats, what has no order in alphabetical order.

    A name is otherwise kept as written.
    """
    citizenships = _once(facts.citizenships)
    return replace(
        facts,
        family_name=tidy(facts.family_name),
        given_name=tidy(facts.given_name),
        aliases=tuple(sorted(_once(tidy(alias) for alias in facts.aliases))),
        birth_city=tidy(facts.birth_city),
        citizenships=citizenships[:1] + tuple(sorted(citizenships[1:])),
        email=tidy(facts.email or "") or None,
        languages=_once(facts.languages),
        note=one_line_end(facts.note),
    )


def one_line_end(text: str) -> str:
    """Several lines of text, as a browser and a file end them alike."""
    return text.strip().replace("\r\n", "\n")


def tidy(text: str) -> str:
    """One line of text: NFC, single spaces, nothing that cannot be seen."""
    visible = "".join(c if c.isprintable() else " " for c in unicodedata.normalize("NFC", text))
    return " ".join(visible.split())


def check(facts: PersonFacts, today: date) -> None:
    """Refuse what no person can be; what is unlikely is left to whoever knows the person."""
    if not search_terms.folded(facts.family_name) and not search_terms.folded(facts.given_name):
        raise Refusal(_("Scrivi il cognome o il nome: almeno uno."), field="family_name")
    for field, longest in LONGEST.items():
        if len(getattr(facts, field) or "") > longest:
            raise Refusal(
                _("Il testo è troppo lungo: al massimo %(n)s caratteri.", n=longest), field=field
            )
    if len(facts.aliases) > MOST_ALIASES:
        raise Refusal(
            _("Gli altri nomi sono troppi: al massimo %(n)s.", n=MOST_ALIASES), field="aliases"
        )
    if any(len(alias) > LONGEST_ALIAS for alias in facts.aliases):
        raise Refusal(
            _("Il testo è troppo lungo: al massimo %(n)s caratteri.", n=LONGEST_ALIAS),
            field="aliases",
        )
    if facts.birth and facts.birth.earliest > today:
        raise Refusal(_("La data di nascita è nel futuro."), field="birth")
    _check_residence(facts)


def _check_residence(facts: PersonFacts) -> None:
    if facts.residence_kind == COMUNE and not facts.residence_comune:
        raise Refusal(_("Scrivi il Comune di residenza."), field="residence_comune")
    if facts.residence_comune and facts.residence_kind not in WITH_COMUNE:
        raise Refusal(
            _("Hai scritto un Comune: scegli se è della provincia o fuori provincia."),
            field="residence_kind",
        )


def display_name(person: HasNames) -> str:
    """Family name, then given name; one of the two may be missing."""
    return f"{person.family_name} {person.given_name}".strip()


def split_name(text: str) -> tuple[str, str]:
    """Family and given name out of what was typed in a search; digits are no name."""
    search_terms = [word for word in tidy(text).split() if not any(c.isdigit() for c in word)]
    search_terms = [word if word != word.lower() else word.capitalize() for word in search_terms]
    return " ".join(search_terms[:1]), " ".join(search_terms[1:])


def sort_name(family_name: str, given_name: str) -> str:
    """The key of the alphabetical order: without case, accents and apostrophes."""
    names = (search_terms.folded(part) for part in f"{family_name} {given_name}".split())
    return " ".join(filter(None, names))[:260]


def words_of(facts: PersonFacts) -> set[str]:
    """Every word by which the person is found: names, other names, codice fiscale, phone."""
    found = set(search_terms.number_words(facts.phone or ""))
    for name in (facts.family_name, facts.given_name, *facts.aliases):
        found |= search_terms.normalised_words(name)
    if facts.codice_fiscale:
        found |= search_terms.code_words(facts.codice_fiscale)
    return found


def tokens_of(facts: PersonFacts) -> set[tuple[str, str]]:
    """(kind, token): the words, and the keys that every spelling of a name shares."""
    names = (facts.family_name, facts.given_name, *facts.aliases)
    keys = {("v", key[:LONGEST_TOKEN]) for name in names for key in spellings.keys_of(name)}
    return keys | {("w", word) for word in words_of(facts)}


def differing_fields(mine: PersonFacts, saved: PersonFacts) -> list[str]:
    """The names of the facts that the two tell differently."""
    return [
        field.name
        for field in fields(PersonFacts)
        if getattr(mine, field.name) != getattr(saved, field.name)
    ]


def change_text(columns: Collection[str], *, created: bool) -> str:
    """«Scheda creata», «Cambiati: telefono, residenza»; empty where nothing told has changed."""
    if created:
        return _("Scheda creata")
    named = dict.fromkeys(str(name) for column, name in CHANGED.items() if column in columns)
    return _("Cambiati: %(what)s", what=", ".join(named)) if named else ""


def listed(text: str) -> tuple[str, ...]:
    """Several things typed in one field, parted by commas, semicolons or new lines."""
    return _once(tidy(part) for part in re.split(r"[,;\n]", text))


def _once(items: object) -> tuple[str, ...]:
    return tuple(item for item in dict.fromkeys(items) if item)  # type: ignore[call-overload]


def initials(name: str) -> str:
    """«D. A.»: enough for who was there, too little for who looks over the counter."""
    return " ".join(f"{word[0].upper()}." for word in name.split())
