# SPDX-License-Identifier: AGPL-3.0-or-later
"""Two cards of one human being: what one card says of both, and how the two part again. Pure.

Parting is a comparison of three tellings: what was said before the merge comes back, but for what
somebody has written since, which stays.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar

from portal.core import clock
from portal.people import rules
from portal.people.card.parts import PARTS, facts_from
from portal.people.matching import search_terms
from portal.people.rules import PersonFacts

Key = TypeVar("Key")
Value = TypeVar("Value")
Home = tuple[str, str | None]
NOWHERE: Home = (rules.NOT_STATED, None)

UNDO = timedelta(days=30)
"""So long a merge can be undone."""

BOTH = ("citizenships", "languages", "note")
"""Parts of which one person may have what both cards say; of names all are kept anyway."""


def last_day(merged_at: datetime) -> date:
    """Until when a merge can be undone."""
    return clock.in_rome(merged_at).date() + UNDO


def first_moment(today: date) -> datetime:
    """Since when a merge was made that can be undone today."""
    return datetime.combine(today - UNDO, time.min, tzinfo=clock.ROME)


@dataclass(frozen=True)
class CardState:
    """A card at a moment: its facts, from which day the person lived where, and which citizenships
    they had until which day.
    """

    facts: PersonFacts
    homes: Mapping[date, Home]
    formers: Mapping[date, str] = field(default_factory=dict)

    @property
    def home(self) -> Home:
        return self.homes[max(self.homes)] if self.homes else NOWHERE


def joined(kept: CardState, left: CardState, facts: PersonFacts, today: date) -> CardState:
    """One card for both: the facts chosen, every name that either had, one history of each kind."""
    homes = _joined_homes(kept, left, (facts.residence_kind, facts.residence_comune), today)
    names = (*facts.aliases, *_names(kept.facts), *_names(left.facts))
    facts = _without_days(replace(facts, aliases=_other_names(facts, names)))
    return CardState(rules.tidied(facts), homes, _joined_formers(kept, left, facts))


def unmerged(before: CardState, merged: CardState, now: CardState) -> CardState:
    """The kept card without the other: as before the merge, but for what was written since."""
    told = dict(_three_ways(_parts(before.facts), _parts(merged.facts), _parts(now.facts)))
    names = _three_ways(
        *(dict.fromkeys(card.facts.aliases, True) for card in (before, merged, now))
    )
    homes = dict(_three_ways(before.homes, merged.homes, now.homes))
    formers = dict(_three_ways(before.formers, merged.formers, now.formers))
    fields: dict[str, Any] = {name: value for part in told.values() for name, value in part.items()}
    facts = replace(before.facts, **fields | {"aliases": tuple(name for name, _own in names)})
    kind, comune = CardState(facts, homes).home
    told_home = replace(facts, residence_kind=kind, residence_comune=comune)
    return CardState(rules.tidied(_without_days(told_home)), homes, formers)


def with_both(facts: PersonFacts, other: PersonFacts, name: str) -> PersonFacts:
    """The facts, with what both cards say of one part (of BOTH)."""
    if name == "note":
        return replace(facts, note="\n".join(filter(None, (facts.note, other.note))))
    several = (*getattr(facts, name), *getattr(other, name))
    part: dict[str, Any] = {name: tuple(dict.fromkeys(several))}
    return replace(facts, **part)


def parts_that_differ(one: CardState, other: CardState) -> list[str]:
    """The names of the parts that two cards tell differently."""
    fields = set(rules.differing_fields(one.facts, other.facts))
    return [name for name, part in PARTS.items() if fields.intersection(part.fields)]


def packed(card: CardState) -> dict[str, Any]:
    """The card as JSON."""
    facts = {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in asdict(card.facts).items()
    }
    homes = [[day.isoformat(), *home] for day, home in sorted(card.homes.items())]
    formers = [[day.isoformat(), code] for day, code in sorted(card.formers.items())]
    return {"facts": facts, "homes": homes, "formers": formers}


def unpacked(told: Mapping[str, Any]) -> CardState:
    """The card from JSON."""
    homes = {date.fromisoformat(day): (kind, comune) for day, kind, comune in told["homes"]}
    # Absent from the merges that were made before citizenships had a history.
    formers = {date.fromisoformat(day): code for day, code in told.get("formers", ())}
    return CardState(facts_from(told["facts"]), homes, formers)


def _joined_homes(kept: CardState, left: CardState, chosen: Home, today: date) -> dict[date, Home]:
    """The history of the card whose home was chosen, and before it what the other one knows."""
    first, other = (kept, left) if chosen == kept.home else (left, kept)
    start = min(first.homes, default=date.max)
    homes = {day: home for day, home in other.homes.items() if day < start} | dict(first.homes)
    if CardState(PersonFacts(), homes).home != chosen:
        homes[max([today, *homes])] = chosen
    return homes


def _joined_formers(kept: CardState, left: CardState, chosen: PersonFacts) -> dict[date, str]:
    """What either card knows; of one day what the card says whose citizenship was chosen."""
    first, other = kept.facts.citizenships[:1], left.facts.citizenships[:1]
    if chosen.citizenships[:1] == other != first:
        return dict(kept.formers) | dict(left.formers)
    return dict(left.formers) | dict(kept.formers)


def _without_days(facts: PersonFacts) -> PersonFacts:
    """The facts without days since when: a card has its histories."""
    return replace(facts, citizenship_since=None, residence_since=None)


def _names(facts: PersonFacts) -> tuple[str, ...]:
    """Every name of a card as one that lists of names can hold: without commas."""
    first = re.sub(r"[,;\n]", " ", rules.display_name(facts))
    return (*facts.aliases, rules.tidy(first)[: rules.LONGEST_ALIAS])


def _other_names(facts: PersonFacts, names: Iterable[str]) -> tuple[str, ...]:
    """The names once each; one that differs from another in nothing one could type is the same."""
    found = {search_terms.folded(rules.display_name(facts)): ""}
    for name in names:
        found.setdefault(search_terms.folded(name), name)
    return tuple(filter(None, found.values()))


def _parts(facts: PersonFacts) -> dict[str, dict[str, Any]]:
    """What is chosen in one go also parts in one go; other names and homes have their own way.

    So do family and given name: a half of each telling might make no name at all.
    """
    told = {
        name: {one: getattr(facts, one) for one in part.fields}
        for name, part in PARTS.items()
        if name not in ("aliases", "residence")
    }
    told["family_name"] |= told.pop("given_name")
    return told


def _three_ways(
    before: Mapping[Key, Value], merged: Mapping[Key, Value], now: Mapping[Key, Value]
) -> Iterable[tuple[Key, Value]]:
    """Of each key what was before, unless it was written since; what is in neither is gone."""
    for key in dict.fromkeys((*before, *merged, *now)):
        told = before if now.get(key) == merged.get(key) else now
        if key in told:
            yield key, told[key]
