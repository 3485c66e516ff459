# SPDX-License-Identifier: AGPL-3.0-or-later
"""One person, or persons by their ids; another desk's are not here."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import Row, Uuid, any_, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY

from portal.core.errors import NotHere, Refusal
from portal.core.italy.formats import PartialDate
from portal.core.store.database import db
from portal.people import rules
from portal.people.card.parts import CurrentSince
from portal.people.models import (
    Person,
    PersonAlias,
    PersonCitizenship,
    PersonFormerCitizenship,
    PersonKey,
    PersonResidence,
)
from portal.people.rules import PersonFacts


def get_person(person_id: UUID) -> Person:
    """The person with this id; another desk's is not here."""
    person = db.session.scalars(select(Person).where(Person.id == person_id)).one_or_none()
    if person is None:
        raise NotHere
    return person


# Built once: it is part of every save.
LOCK = (
    select(Person.id, Person.sex, Person.merged_into)
    .where(Person.id == any_(bindparam("ids", type_=ARRAY(Uuid))))
    .order_by(Person.id)
    .with_for_update(key_share=True)
)


def lock_people(person_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Lock these persons until the unit ends; their sex, «N» where it is not stated.

    Always in the order of the ids, so that two who hold the same persons cannot block each other.
    Nothing more is written on a card that was merged into another: who waits for it is told.
    """
    wanted = set(person_ids)
    if not wanted:
        return {}
    held = db.session.execute(LOCK, {"ids": list(wanted)}).all()
    if {row.id for row in held} != wanted:
        raise NotHere
    if any(row.merged_into for row in held):
        raise Refusal(_("Questa scheda è stata unita a un’altra: cerca di nuovo la persona."))
    return {row.id: row.sex or "N" for row in held}


def find_kept(person_id: UUID) -> UUID:
    """The card that stands for this one after every merge; itself where there was none."""
    kept: UUID | None = person_id
    while kept is not None:
        person_id, kept = kept, get_person(kept).merged_into
    return person_id


def find_person_by_key(key: str) -> Person | None:
    """The person for whom the desk's own files write this key."""
    return db.session.scalars(
        select(Person).join(PersonKey, PersonKey.person_id == Person.id).where(PersonKey.key == key)
    ).one_or_none()


def list_names(person_ids: Iterable[UUID]) -> dict[UUID, str]:
    """The names of these persons, for lists of their visits."""
    wanted = set(person_ids)
    if not wanted:
        return {}
    statement = select(Person.id, Person.family_name, Person.given_name).where(
        Person.id.in_(wanted)
    )
    return {row.id: rules.display_name(row) for row in db.session.execute(statement)}


def count_people() -> int:
    """How many persons the desk knows."""
    living = select(func.count()).select_from(Person).where(Person.merged_into.is_(None))
    return db.session.scalar(living) or 0


def facts_of(person: Person) -> PersonFacts:
    """Everything written down about a person, as forms and files hold it."""
    home = find_residence_on(person.id, date.max)
    facts = PersonFacts(
        family_name=person.family_name,
        given_name=person.given_name,
        aliases=tuple(list_aliases(person.id)),
        sex=person.sex,
        birth=birth_of(person),
        birth_conventional=person.birth_conventional,
        birth_state=person.birth_state,
        birth_city=person.birth_city,
        citizenships=tuple(list_citizenships(person.id)),
        residence_kind=home.kind if home else rules.NOT_STATED,
        residence_comune=home.comune_code if home else None,
        codice_fiscale=person.codice_fiscale,
        codice_fiscale_seen=person.codice_fiscale_seen,
        permit_kind=person.permit_kind,
        permit_expires_on=person.permit_expires_on,
        phone=person.phone,
        email=person.email,
        languages=tuple(person.languages),
        notice_given_on=person.notice_given_on,
        notice_language=person.notice_language,
        note=person.note,
    )
    return rules.tidied(facts)


def birth_of(person: Person | Row) -> PartialDate | None:
    """A person's birth as far as it is known."""
    if person.birth_year is None:
        return None
    return PartialDate(person.birth_year, person.birth_month, person.birth_day)


def list_aliases(person_id: UUID) -> list[str]:
    """The other names of a person, in alphabetical order."""
    return sorted(
        db.session.scalars(select(PersonAlias.name).where(PersonAlias.person_id == person_id))
    )


def list_citizenships(person_id: UUID) -> list[str]:
    """The citizenships of a person, the primary one first."""
    return list(
        db.session.scalars(
            select(PersonCitizenship.state_code)
            .where(PersonCitizenship.person_id == person_id)
            .order_by(PersonCitizenship.is_primary.desc(), PersonCitizenship.state_code)
        )
    )


def list_former_citizenships(person_id: UUID) -> list[PersonFormerCitizenship]:
    """What was the primary citizenship of a person, the latest first."""
    return list(
        db.session.scalars(
            select(PersonFormerCitizenship)
            .where(PersonFormerCitizenship.person_id == person_id)
            .order_by(PersonFormerCitizenship.until.desc())
        )
    )


def list_residences(person_id: UUID) -> list[PersonResidence]:
    """Where a person has lived, the latest first."""
    return list(
        db.session.scalars(
            select(PersonResidence)
            .where(PersonResidence.person_id == person_id)
            .order_by(PersonResidence.valid_from.desc())
        )
    )


def find_since(person_id: UUID) -> CurrentSince:
    """Since when what is now said of a person is so, as far as it was told."""
    homes, formers = list_residences(person_id), list_former_citizenships(person_id)
    return CurrentSince(
        homes[0].valid_from if homes else None,
        formers[0].until if formers else None,
    )


def find_residence_on(person_id: UUID, day: date) -> PersonResidence | None:
    """Where a person lived on a day; before the first known residence, that one."""
    homes = list_residences(person_id)
    return next((home for home in homes if home.valid_from <= day), homes[-1] if homes else None)
