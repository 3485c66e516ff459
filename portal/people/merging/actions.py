# SPDX-License-Identifier: AGPL-3.0-or-later
"""The part of persons in a merge: one card takes in another, and gives it back.

Every table that points at a person is seen to here, but for visits, which the caller moves. The
card left behind keeps its own row and points at the other; nothing else is left on it.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm.attributes import flag_modified

from portal.core import clock
from portal.core.errors import Conflict, NotHere, Refusal
from portal.core.store.database import db
from portal.people import actions, queries
from portal.people.merging.rules import (
    CardState,
    Home,
    joined,
    packed,
    parts_that_differ,
    unmerged,
    unpacked,
)
from portal.people.models import (
    PeopleApart,
    Person,
    PersonAlias,
    PersonCitizenship,
    PersonFormerCitizenship,
    PersonKey,
    PersonResidence,
    PersonToken,
)
from portal.people.rules import PersonFacts

OWN = (PersonAlias, PersonCitizenship, PersonFormerCitizenship, PersonResidence, PersonToken)
Told = dict[str, list[str | None]]
"""From whom a person was told apart: the other's id, then when and by whom."""


class Absorbed(NamedTuple):
    """What undoing needs: the two cards before and the one after, and the rows that were moved.

    Of several merges into one card the later one has the higher version.
    """

    version: int
    rows: dict[str, Any]


def lock_cards(person_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Lock these cards until the unit ends, merged ones too; their sex, «N» if it is not stated."""
    return {person.id: person.sex or "N" for person in _locked(person_ids).values()}


def absorb_card(
    *, kept_id: UUID, left_id: UUID, facts: PersonFacts, seen_versions: Mapping[UUID, int | None]
) -> Absorbed:
    """Make the left card part of the kept one; the caller moves the visits."""
    held = _locked((kept_id, left_id))
    kept, left = held[kept_id], held[left_id]
    _refuse_changed(held.values(), seen_versions)
    before, other = _card_of(kept), _card_of(left)
    apart, others = _apart_of(kept_id), _apart_of(left_id)
    keys = _move_keys(left_id, kept_id)
    for table in OWN:
        db.session.execute(delete(table).where(table.person_id == left_id))
    left.merged_into = kept_id
    _set_apart(left_id, {})
    _set_apart(kept_id, others | apart)
    _write(kept, joined(before, other, facts, clock.today()))
    rows = {
        "kept": packed(before),
        "left": packed(other),
        "merged": packed(_card_of(kept)),
        "keys": keys,
        "apart": {"kept": apart, "left": others},
    }
    return Absorbed(kept.version, rows)


def give_back_card(*, kept_id: UUID, left_id: UUID, rows: Mapping[str, Any]) -> list[str]:
    """Part the two cards again; the names of the parts that stay as they were written since.

    The left card is as it was. So is the kept one, but for what somebody has written on it since
    the merge: nobody can tell for which of the two it was meant, and it is not to be lost.
    """
    held = _locked((kept_id, left_id))
    kept, left = held[kept_id], held[left_id]
    before, other, merged = (unpacked(rows[name]) for name in ("kept", "left", "merged"))
    card = unmerged(before, merged, _card_of(kept))
    apart, others = rows["apart"]["kept"], rows["apart"]["left"]
    # Whoever they were told apart from may have been made part of somebody else meanwhile.
    known = {str(queries.find_kept(UUID(person_id))) for person_id in apart | others}
    since = {one: how for one, how in _apart_of(kept_id).items() if one not in known}
    left.merged_into = None
    _set_apart(kept_id, since | apart)
    _write(kept, card)
    _fill(left, other)
    _set_apart(left_id, others)
    _move_keys(kept_id, left_id, only=rows["keys"])
    return parts_that_differ(before, card)


def _locked(person_ids: Iterable[UUID]) -> dict[UUID, Person]:
    """The cards as they stand now, locked in the order of their ids as everywhere."""
    wanted = set(person_ids)
    statement = (
        select(Person)
        .where(Person.id.in_(wanted))
        .order_by(Person.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    held = {person.id: person for person in db.session.scalars(statement)}
    if held.keys() != wanted:
        raise NotHere
    return held


def _refuse_changed(cards: Collection[Person], seen_versions: Mapping[UUID, int | None]) -> None:
    if any(person.merged_into for person in cards):
        raise Refusal(_("Una delle due schede è già stata unita a un’altra."))
    if any(person.version != seen_versions.get(person.id) for person in cards):
        raise Conflict(_("Mentre sceglievi qualcun altro ha cambiato una delle due schede."))


def _card_of(person: Person) -> CardState:
    homes = queries.list_residences(person.id)
    known: dict[date, Home] = {home.valid_from: (home.kind, home.comune_code) for home in homes}
    formers = queries.list_former_citizenships(person.id)
    return CardState(
        queries.facts_of(person),
        known,
        {citizenship.until: citizenship.state_code for citizenship in formers},
    )


def _write(person: Person, card: CardState) -> None:
    """Write a card; its version moves even where nothing changes, for it stands for others now."""
    _write_homes(person.id, card.homes)
    version = person.version
    actions.edit_person(person_id=person.id, facts=card.facts, seen_version=version)
    # Afterwards: an edit without a day may take back a change of citizenship, a merge never does.
    _write_formers(person.id, card.formers)
    if person.version == version:
        flag_modified(person, "note")
        db.session.flush()


def _write_homes(person_id: UUID, homes: Mapping[date, Home]) -> None:
    missing = dict(homes)
    for row in queries.list_residences(person_id):
        if row.valid_from in homes:
            row.kind, row.comune_code = missing.pop(row.valid_from)
        else:
            db.session.delete(row)
    db.session.add_all(
        PersonResidence(person_id=person_id, kind=kind, comune_code=comune, valid_from=day)
        for day, (kind, comune) in missing.items()
    )
    db.session.flush()


def _write_formers(person_id: UUID, formers: Mapping[date, str]) -> None:
    missing = dict(formers)
    for row in queries.list_former_citizenships(person_id):
        if row.until in formers:
            row.state_code = missing.pop(row.until)
        else:
            db.session.delete(row)
    db.session.add_all(
        PersonFormerCitizenship(person_id=person_id, state_code=code, until=day)
        for day, code in missing.items()
    )
    db.session.flush()


def _fill(person: Person, card: CardState) -> None:
    """Give a card that has only its own row the rest again, as it was."""
    facts = card.facts
    db.session.add_all(PersonAlias(person_id=person.id, name=name) for name in facts.aliases)
    db.session.add_all(
        PersonCitizenship(person_id=person.id, state_code=code, is_primary=number == 0)
        for number, code in enumerate(facts.citizenships)
    )
    _write_homes(person.id, card.homes)
    _write_formers(person.id, card.formers)
    actions.write_words(person_id=person.id, facts=facts)


def _move_keys(from_id: UUID, to_id: UUID, *, only: Iterable[str] | None = None) -> list[str]:
    """Let the keys of the desk's own files mean the other card; which ones."""
    wanted = [PersonKey.person_id == from_id]
    if only is not None:
        wanted.append(PersonKey.key.in_(list(only)))
    moved = update(PersonKey).where(*wanted).values(person_id=to_id).returning(PersonKey.key)
    return sorted(db.session.scalars(moved))


def _apart_of(person_id: UUID) -> Told:
    statement = select(PeopleApart).where(
        or_(PeopleApart.one_id == person_id, PeopleApart.other_id == person_id)
    )
    return {
        str(row.other_id if row.one_id == person_id else row.one_id): [
            row.told_at.isoformat(),
            str(row.told_by) if row.told_by else None,
        ]
        for row in db.session.scalars(statement)
    }


def _set_apart(person_id: UUID, told: Told) -> None:
    """Tell a person apart from exactly these; of one merged since, from the card that was kept."""
    wanted = {str(queries.find_kept(UUID(other))): how for other, how in told.items()}
    wanted.pop(str(person_id), None)
    known = _apart_of(person_id)
    for other in known.keys() - wanted.keys():
        one_id, other_id = sorted((person_id, UUID(other)))
        db.session.execute(
            delete(PeopleApart).where(
                PeopleApart.one_id == one_id, PeopleApart.other_id == other_id
            )
        )
    for other in wanted.keys() - known.keys():
        one_id, other_id = sorted((person_id, UUID(other)))
        told_at, told_by = wanted[other]
        db.session.add(
            PeopleApart(
                one_id=one_id,
                other_id=other_id,
                told_at=datetime.fromisoformat(str(told_at)),
                told_by=UUID(told_by) if told_by else None,
            )
        )
    db.session.flush()
