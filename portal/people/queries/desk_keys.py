# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reads by the desk's own keys: many persons at once, with what its files say of them."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import ColumnElement, String, Uuid, any_, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by

from portal.core.store.database import db
from portal.people import queries, rules
from portal.people.models import Person, PersonCitizenship, PersonKey, PersonResidence
from portal.people.rules import PersonFacts


def list_ids_by_key(keys: Collection[str]) -> dict[str, UUID]:
    """Who is meant by each key that the desk's files have used before."""
    wanted = any_(bindparam("keys", list(keys), ARRAY(String)))
    statement = select(PersonKey.key, PersonKey.person_id).where(PersonKey.key == wanted)
    return {key: person_id for key, person_id in db.session.execute(statement)}


def list_keys_of(person_id: UUID) -> list[str]:
    """Under which keys the desk's own files write a person."""
    statement = select(PersonKey.key).where(PersonKey.person_id == person_id)
    return sorted(db.session.scalars(statement))


def list_told_facts(person_ids: Collection[UUID]) -> dict[UUID, PersonFacts]:
    """Of each person the facts that a file may tell: no phone, no permit, no notes."""
    statement = select(Person, _citizenships(), *_home()).where(
        Person.id == any_(bindparam("ids", list(person_ids), ARRAY(Uuid)))
    )
    return {
        person.id: PersonFacts(
            family_name=person.family_name,
            given_name=person.given_name,
            sex=person.sex,
            birth=queries.birth_of(person),
            citizenships=tuple(citizenships or ()),
            residence_kind=kind or rules.NOT_STATED,
            residence_comune=comune,
            codice_fiscale=person.codice_fiscale,
        )
        for person, citizenships, kind, comune in db.session.execute(statement)
    }


def _citizenships() -> ColumnElement:
    primary_first = aggregate_order_by(
        PersonCitizenship.state_code, PersonCitizenship.is_primary.desc()
    )
    return (
        select(func.array_agg(primary_first))
        .where(PersonCitizenship.person_id == Person.id)
        .scalar_subquery()
    )


def _home() -> tuple[ColumnElement, ...]:
    """The latest residence, column by column."""
    latest = (
        select(PersonResidence.valid_from)
        .where(PersonResidence.person_id == Person.id)
        .order_by(PersonResidence.valid_from.desc())
        .limit(1)
    )
    return tuple(
        latest.with_only_columns(column).scalar_subquery()
        for column in (PersonResidence.kind, PersonResidence.comune_code)
    )
