# SPDX-License-Identifier: AGPL-3.0-or-later
"""Lists of persons and the search, a page at a time; each page is one statement and its count."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Row,
    Select,
    and_,
    func,
    select,
    tuple_,
)

from portal.core import clock
from portal.core.italy import formats
from portal.core.italy.formats import PartialDate
from portal.core.store.database import db
from portal.people import rules
from portal.people.models import Person, PersonAlias, PersonCitizenship
from portal.people.queries.persons import birth_of

PAGE = 50


@dataclass(frozen=True)
class PersonRow:
    """A person as lists show them: the facts that single one out, in their order."""

    id: UUID
    family_name: str
    given_name: str
    sex: str | None
    birth: PartialDate | None
    birth_conventional: bool
    citizenship: str | None
    permit_expires_on: date | None
    also: str | None = None
    """The other name that was found, where it was not the first."""
    by_sound: bool = False
    """Found by another spelling or a like sound, not by the letters typed."""

    @property
    def name(self) -> str:
        return rules.display_name(self)

    @property
    def age(self) -> str | None:
        return formats.age(self.birth, clock.today()) if self.birth else None


@dataclass(frozen=True)
class PeoplePage:
    """One page of a list of persons, and where it lies in the whole."""

    rows: tuple[PersonRow, ...]
    number: int
    size: int
    total: int
    by_sound: bool = False
    """Nobody has these words: all of these names only sound alike."""

    @property
    def first(self) -> int:
        return (self.number - 1) * self.size + 1 if self.rows else 0

    @property
    def last(self) -> int:
        return self.first + len(self.rows) - 1 if self.rows else 0

    @property
    def previous_number(self) -> int | None:
        return self.number - 1 if self.number > 1 else None

    @property
    def next_number(self) -> int | None:
        return self.number + 1 if self.number * self.size < self.total else None


def list_people(page: int = 1, size: int = PAGE) -> PeoplePage:
    """All persons in the order of their names, a page at a time."""
    return _page(_rows(), page, size)


def list_expiring_permits(until: date, *, limit: int = PAGE) -> tuple[PersonRow, ...]:
    """Persons whose permit expires from today to the given day, the nearest first."""
    statement = (
        _rows()
        .where(Person.permit_expires_on.between(clock.today(), until))
        .order_by(None)
        .order_by(Person.permit_expires_on, Person.sort_name, Person.id)
        .limit(limit)
    )
    return tuple(row_of(row) for row in db.session.execute(statement))


def _rows() -> Select[*tuple[Any, ...]]:
    """One statement for a list: names, birth, primary citizenship and other names together."""
    aliases = (
        select(func.array_agg(PersonAlias.name))
        .where(PersonAlias.person_id == Person.id)
        .correlate(Person)
        .scalar_subquery()
    )
    return (
        select(
            Person.id,
            Person.family_name,
            Person.given_name,
            Person.sex,
            Person.birth_year,
            Person.birth_month,
            Person.birth_day,
            Person.birth_conventional,
            Person.permit_expires_on,
            PersonCitizenship.state_code.label("citizenship"),
            aliases.label("aliases"),
        )
        .where(Person.merged_into.is_(None))
        .outerjoin(
            PersonCitizenship,
            and_(
                tuple_(PersonCitizenship.desk_id, PersonCitizenship.person_id)
                == tuple_(Person.desk_id, Person.id),
                PersonCitizenship.is_primary,
            ),
        )
        .order_by(Person.sort_name, Person.id)
    )


def _page(statement: Select[*tuple[Any, ...]], page: int, size: int) -> PeoplePage:
    """The page asked for, or the last one where there are fewer."""
    ids = statement.with_only_columns(Person.id).order_by(None).subquery()
    total = db.session.scalar(select(func.count()).select_from(ids)) or 0
    number = max(1, min(page, -(-total // size)))
    rows = db.session.execute(statement.limit(size).offset((number - 1) * size)) if total else ()
    return PeoplePage(tuple(row_of(row) for row in rows), number, size, total)


def row_of(row: Row[Any], *, also: str | None = None, by_sound: bool = False) -> PersonRow:
    """A row of any of the lists' statements."""
    return PersonRow(
        id=row.id,
        family_name=row.family_name,
        given_name=row.given_name,
        sex=row.sex,
        birth=birth_of(row),
        birth_conventional=row.birth_conventional,
        citizenship=row.citizenship,
        permit_expires_on=row.permit_expires_on,
        also=also,
        by_sound=by_sound,
    )
