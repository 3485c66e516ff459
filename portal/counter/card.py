# SPDX-License-Identifier: AGPL-3.0-or-later
"""The person of a visit, in the lines that single them out at the counter."""

from dataclasses import dataclass
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import ngettext

from portal.core import clock
from portal.core.italy import formats
from portal.core.italy.states_and_comuni import get_state
from portal.people import queries as people
from portal.people import rules
from portal.people.card import summary as people_card
from portal.people.rules import PersonFacts
from portal.visits import queries as visits
from portal.visits.story import asked_in

RESIDES = {rules.COMUNE, rules.OUTSIDE, rules.NOT_STATED}


@dataclass(frozen=True)
class CardFact:
    """One fact: the word before it, itself, and what is said after it."""

    text: str
    before: str = ""
    after: str = ""


@dataclass(frozen=True)
class CounterCard:
    """Who it is, what to mind, and how often they came; `told` is the same for the ear."""

    id: UUID
    name: str
    facts: list[CardFact]
    permit: str
    came: CardFact
    told: str


def card_of(person_id: UUID) -> CounterCard:
    """The card of a person of this desk."""
    person = people.get_person(person_id)
    facts = people.facts_of(person)
    name = rules.display_name(facts)
    permit = _permit(facts)
    return CounterCard(
        id=person_id,
        name=name,
        facts=_parts(facts),
        permit=permit,
        came=_came(person_id),
        told=". ".join(filter(None, (_("Accesso di %(name)s", name=name), _permit_told(facts)))),
    )


def _parts(facts: PersonFacts) -> list[CardFact]:
    parts = [CardFact(facts.sex or _("sesso non indicato"))]
    if facts.birth:
        day = people_card.birth_day(facts.birth, conventional=facts.birth_conventional)
        parts.append(CardFact(day, after=f"({formats.age(facts.birth, clock.today())})"))
    if facts.citizenships:
        parts.append(CardFact(get_state(facts.citizenships[0]).name))
    home = people_card.residence_text(facts.residence_kind, facts.residence_comune)
    if home:
        lives = facts.residence_kind in RESIDES
        parts.append(CardFact(home, before=_("risiede a") if lives else _("residenza:")))
    if facts.phone:
        parts.append(CardFact(people_card.phone_text(facts), before=_("tel.")))
    return parts


def _permit(facts: PersonFacts) -> str:
    """«Permesso: scade il 14/02/2027, fra 83 giorni», while it needs attention."""
    expiry = people_card.permit_expiry(facts)
    if expiry is None or not expiry.warn:
        return ""
    return _("Permesso: %(what)s, %(when)s", what=expiry.text, when=expiry.note)


def _permit_told(facts: PersonFacts) -> str:
    if facts.permit_expires_on is None:
        return ""
    day = formats.long_day(facts.permit_expires_on)
    if facts.permit_expires_on < clock.today():
        return _("Permesso: scaduto il %(day)s", day=day)
    return _("Permesso: scade il %(day)s", day=day)


def _came(person_id: UUID) -> CardFact:
    """«4 accessi; ultimo 12/10/2026, Cittadinanza»."""
    entries = visits.list_visits_of(person_id)
    if not entries:
        return CardFact("", before=_("Primo accesso"))
    number = formats.count(len(entries))
    latest = entries[0]
    return CardFact(
        f"{formats.day(latest.visited_on)}, {asked_in(latest)}",
        before=ngettext("%(n)s accesso; ultimo", "%(n)s accessi; ultimo", len(entries), n=number),
    )
