# SPDX-License-Identifier: AGPL-3.0-or-later
"""Two cards side by side before they become one: what is the same, what differs, what is chosen."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from portal.people import queries as people
from portal.people.card.parts import PARTS
from portal.people.merging.rules import BOTH, with_both
from portal.people.rules import PersonFacts, display_name
from portal.person_pages.candidates import attendance
from portal.visits import queries as visits

ONE, OTHER, TOGETHER = "one", "other", "both"
NAMES = "aliases"
"""Of the other names nothing is chosen: the person is to be found by every one of them."""


@dataclass(frozen=True)
class ComparedCard:
    """One of the two cards."""

    id: UUID
    name: str
    version: int
    facts: PersonFacts
    visits: int
    came: str


@dataclass(frozen=True)
class ComparedPart:
    """One part of the two cards; `chosen` says which telling stays where they are not the same."""

    name: str
    label: str
    one: str
    other: str
    both: str = ""
    chosen: str = ""

    @property
    def is_open(self) -> bool:
        """Whether somebody has to look: the page says the two differently."""
        return bool(self.chosen) and self.one != self.other


@dataclass(frozen=True)
class CardComparison:
    """The two cards, which of them stays, and every part that either of them tells."""

    one: ComparedCard
    other: ComparedCard
    kept: str
    rows: tuple[ComparedPart, ...]

    @property
    def kept_side(self) -> ComparedCard:
        return self.one if self.kept == ONE else self.other

    @property
    def left_side(self) -> ComparedCard:
        return self.other if self.kept == ONE else self.one

    def facts(self) -> PersonFacts:
        """What the card that stays says afterwards."""
        facts, told = self.kept_side.facts, {ONE: self.one.facts, OTHER: self.other.facts}
        for row in self.rows:
            if row.chosen == TOGETHER:
                facts = with_both(facts, self.left_side.facts, row.name)
            elif row.chosen:
                chosen = told[row.chosen]
                fields = PARTS[row.name].fields
                facts = replace(facts, **{name: getattr(chosen, name) for name in fields})
        return facts


def compare(one_id: UUID, other_id: UUID, chosen: Mapping[str, str]) -> CardComparison:
    """Lay two cards side by side; what was chosen already stays chosen."""
    one, other = _side(one_id), _side(other_id)
    proposed = ONE if one.visits >= other.visits else OTHER
    kept = _one_of(chosen.get("kept"), (ONE, OTHER), proposed)
    rows = (_row(name, one.facts, other.facts, kept, chosen) for name in PARTS)
    return CardComparison(one, other, kept, tuple(row for row in rows if row.one or row.other))


def _side(person_id: UUID) -> ComparedCard:
    person = people.get_person(person_id)
    days = visits.list_days_of([person_id])[person_id]
    facts = people.facts_of(person)
    came = attendance(days)
    return ComparedCard(person_id, display_name(person), person.version, facts, len(days), came)


def _row(
    name: str, one: PersonFacts, other: PersonFacts, kept: str, chosen: Mapping[str, str]
) -> ComparedPart:
    part = PARTS[name]
    told = {ONE: part.said(one), OTHER: part.said(other)}
    if name == NAMES or all(getattr(one, field) == getattr(other, field) for field in part.fields):
        return ComparedPart(name, str(part.label), told[ONE], told[OTHER])
    both = ""
    if name in BOTH and all(told.values()):
        both = part.said(with_both(*((one, other) if kept == ONE else (other, one)), name))
        both = "" if both in told.values() else both
    proposed = _proposed(name, one, other, kept)
    allowed = (ONE, OTHER, *((TOGETHER,) if both else ()))
    return ComparedPart(
        name,
        str(part.label),
        told[ONE],
        told[OTHER],
        both,
        _one_of(chosen.get(f"keep-{name}"), allowed, proposed),
    )


def _proposed(name: str, one: PersonFacts, other: PersonFacts, kept: str) -> str:
    """What is known before what is not; of a codice fiscale the one seen on a document."""
    if name == "codice_fiscale" and one.codice_fiscale == other.codice_fiscale:
        return ONE if one.codice_fiscale_seen else OTHER
    said = [side for side, facts in ((ONE, one), (OTHER, other)) if PARTS[name].said(facts)]
    return said[0] if len(said) == 1 else kept


def _one_of(said: str | None, allowed: tuple[str, ...], otherwise: str) -> str:
    return said if said in allowed else otherwise
