# SPDX-License-Identifier: AGPL-3.0-or-later
"""Invents persons with what real desks meet: births on 1 January, one name, two spellings. Pure."""

from collections.abc import Container, Sequence
from dataclasses import replace
from datetime import date, timedelta
from random import Random

from portal.core.italy.formats import PartialDate
from portal.core.italy.states_and_comuni import find_comune
from portal.demo.names import ORIGINS, Origin
from portal.people import rules
from portal.people.rules import PersonFacts

COMUNI = ("Foligno", "Spoleto", "Todi", "Gubbio", "Marsciano", "Umbertide", "Gualdo Tadino")
"""Where they say they live; the desks are in places that do not exist."""

PERMITS = ("permit", "permit", "permit", "card", "receipt", "renewing")
WITHOUT_PERMIT = frozenset({"100", "235"})
"""Italians and citizens of the Union hold none."""

ITALY = "100"
NAMES_DRAWN = 12
ROLE_OF_SEX = ("F", "M")


def invent_people(
    number: int, *, draw: Random, today: date, but: Sequence[PersonFacts] = ()
) -> list[PersonFacts]:
    """So many persons, no two with the same names and birth, nor as anybody of `but`."""
    known, people = {_told_by(person) for person in but}, list[PersonFacts]()
    names = {person[:2] for person in known}
    while len(people) < number:
        person = invent_person(draw=draw, today=today, taken=names)
        if _told_by(person) not in known:
            known.add(_told_by(person))
            names.add(_told_by(person)[:2])
            people.append(person)
    return people


def _told_by(person: PersonFacts) -> tuple[str, str, PartialDate | None]:
    return person.family_name, person.given_name, person.birth


def invent_person(
    *,
    draw: Random,
    today: date,
    sex: str | None = None,
    taken: Container[tuple[str, str]] = (),
) -> PersonFacts:
    """One person; where the sex is not given it is drawn, and now and then left out.

    Names that are `taken` are drawn again: at a desk few are called as another, or every card of a
    desk that has known a thousand would have a possible double.
    """
    origin = draw.choices(ORIGINS, [group.weight for group in ORIGINS])[0]
    body = sex or draw.choice(ROLE_OF_SEX)
    family, given = _named(origin, body, draw, taken)
    person = PersonFacts(
        family_name=family,
        given_name=given,
        sex=sex or draw.choices((body, None, "X"), (970, 26, 4))[0],
        citizenships=_citizenships(origin, draw),
        birth_state=origin.state if origin.state not in ("999", ITALY) else None,
        languages=origin.languages[: draw.choice((1, 1, 2))],
    )
    person = _born(person, origin, draw, today)
    person = _named_otherwise(person, origin, draw)
    person = _with_papers(person, origin, draw, today)
    return _living_somewhere(person, draw)


def _named(
    origin: Origin, body: str, draw: Random, taken: Container[tuple[str, str]]
) -> tuple[str, str]:
    """Family and given name; after some draws that are all taken, those of the last."""
    for _draw in range(NAMES_DRAWN):
        given = draw.choice(origin.women if body == "F" else origin.men)
        family = draw.choice(origin.families)
        if (family, given) not in taken:
            break
    return family, given


def _citizenships(origin: Origin, draw: Random) -> tuple[str, ...]:
    if origin.state not in (ITALY, "999") and draw.random() < 0.03:
        return (origin.state, ITALY)
    return (origin.state,)


def _born(person: PersonFacts, origin: Origin, draw: Random, today: date) -> PersonFacts:
    years = round(draw.triangular(18, 74, 36))
    year, kind = today.year - years - 1, draw.random()
    if kind < origin.conventional:
        return replace(person, birth=PartialDate(year, 1, 1), birth_conventional=True)
    if kind > 0.97:
        return replace(person, birth=PartialDate(year) if kind < 0.99 else None)
    return replace(person, birth=PartialDate(year, draw.randint(1, 12), draw.randint(1, 28)))


def _named_otherwise(person: PersonFacts, origin: Origin, draw: Random) -> PersonFacts:
    """One name only, as some passports have it, or a second spelling."""
    if draw.random() < origin.single_name:
        return replace(person, family_name="", given_name=person.given_name)
    full = f"{person.family_name} {person.given_name}"
    for usual, other in origin.spellings:
        if usual in full.split() and draw.random() < 0.4:
            return replace(person, aliases=(full.replace(usual, other),))
    return person


def _with_papers(person: PersonFacts, origin: Origin, draw: Random, today: date) -> PersonFacts:
    if origin.state in WITHOUT_PERMIT or draw.random() < 0.15:
        return person
    expires = today + timedelta(days=draw.randint(-120, 700))
    kind = draw.choice(PERMITS)
    return replace(
        person,
        permit_kind=kind,
        permit_expires_on=expires if kind in ("permit", "card") else None,
        email=f"persona{draw.randint(1000, 9999)}@posta.example" if draw.random() < 0.1 else None,
    )


def _living_somewhere(person: PersonFacts, draw: Random) -> PersonFacts:
    kinds = (rules.COMUNE, rules.NOT_STATED, rules.HOMELESS, rules.OUTSIDE)
    kind = draw.choices(kinds, (80, 14, 3, 3))[0]
    comune = find_comune(draw.choice(COMUNI)) if kind == rules.COMUNE else None
    return replace(person, residence_kind=kind, residence_comune=comune.istat6 if comune else None)
