# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a search at the box shows: at most eight people, and what would become of a new one."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import ngettext

from portal.core import clock
from portal.core.italy import formats
from portal.core.italy.states_and_comuni import get_state
from portal.counter import rules
from portal.people import queries as people
from portal.people.card import codice_fiscale
from portal.people.card.phone import show_phone
from portal.people.matching.search_terms import find_wrong
from portal.people.queries import PeoplePage, PersonRow
from portal.people.rules import PersonFacts
from portal.visits import queries as visits

MOST = 8


@dataclass(frozen=True)
class Option:
    """A person in the facts that single one out, always in this order."""

    id: UUID
    name: tuple[tuple[str, str], ...]
    """Each word in two: what was typed of it, and the rest."""
    aside: str
    sex: str
    birth: str
    conventional: bool
    age: str
    citizenship: str
    last: str


@dataclass(frozen=True)
class SearchAnswer:
    """The answer to a text; `said` is how it is told to those who do not see the list."""

    typed: str
    total: int
    options: list[Option]
    family_name: str
    given_name: str
    code: str
    birth: str
    phone: str
    wrong: str
    """What no person can have of what was typed, for which nobody was looked."""
    said: str

    @property
    def is_more(self) -> bool:
        return self.total > len(self.options)


def find(text: str) -> SearchAnswer:
    """Look for people of this desk by what was typed."""
    found = people.search_people(text, limit=MOST)
    last = visits.list_last_visits([row.id for row in found.rows]) if found.rows else {}
    begun = rules.begun_words(text)
    options = [_option(row, begun, last.get(row.id)) for row in found.rows]
    started = rules.begun_with(text)
    new, unread = started.facts, started.unread
    wrong = find_wrong(text, clock.today())
    return SearchAnswer(
        typed=text,
        total=found.total,
        options=options,
        family_name=new.family_name,
        given_name=new.given_name,
        code=_code(new) or unread.get("codice_fiscale", ""),
        birth=_birth(new) or unread.get("birth", ""),
        phone=show_phone(new.phone) if new.phone else unread.get("phone", ""),
        wrong=wrong,
        said=". ".join(filter(None, (wrong, _said(found, last) or _nobody(new)))),
    )


def _code(new: PersonFacts) -> str:
    return codice_fiscale.facts_from_code(new.codice_fiscale).line if new.codice_fiscale else ""


def _birth(new: PersonFacts) -> str:
    return formats.partial_day(new.birth) if new.birth and not new.codice_fiscale else ""


def _option(row: PersonRow, begun: tuple[str, ...], last: date | None) -> Option:
    return Option(
        id=row.id,
        name=rules.split_by_match(row.name, begun),
        aside=_aside(row),
        sex=row.sex or _("n.i."),
        birth=formats.partial_day(row.birth) if row.birth else "",
        conventional=row.birth_conventional,
        age=row.age or "",
        citizenship=get_state(row.citizenship).name if row.citizenship else "",
        last=formats.day(last) if last else "",
    )


def _aside(row: PersonRow) -> str:
    if row.also:
        return _("anche: %(name)s", name=row.also)
    return _("suono simile") if row.by_sound else ""


def _said(found: PeoplePage, last: dict[UUID, date]) -> str:
    """«5 persone trovate. Prima: Diallo Amina, F, 38 anni, Senegal, ultimo accesso 12 …»."""
    if not found.rows:
        return ""
    first = found.rows[0]
    facts = [
        first.name,
        first.sex or "",
        first.age or "",
        get_state(first.citizenship).name if first.citizenship else "",
        _told(last.get(first.id)),
    ]
    return ngettext(
        "%(n)s persona trovata. Prima: %(facts)s.",
        "%(n)s persone trovate. Prima: %(facts)s.",
        found.total,
        n=formats.count(found.total),
        facts=", ".join(filter(None, facts)),
    )


def _told(day: date | None) -> str:
    return _("ultimo accesso %(day)s", day=formats.long_day(day)) if day else ""


def _nobody(new: PersonFacts) -> str:
    """«Nessuna persona. Invio crea: cognome Kovalenko, nome Olena.»."""
    names = [
        _("cognome %(name)s", name=new.family_name) if new.family_name else "",
        _("nome %(name)s", name=new.given_name) if new.given_name else "",
    ]
    told = ", ".join(filter(None, [*names, _code(new)])) or _("nuova persona")
    return _("Nessuna persona. Invio crea: %(names)s.", names=told)
