# SPDX-License-Identifier: AGPL-3.0-or-later
"""Lists of persons and the search, a page at a time; each page is one statement and its count."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    String,
    and_,
    cast,
    func,
    literal,
    or_,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY

from portal.core import clock, italian
from portal.core.database import db
from portal.core.italian import PartialDate
from portal.people import rules, words
from portal.people.models import Person, PersonAlias, PersonCitizenship, PersonToken
from portal.people.queries.persons import birth_of
from portal.people.words import Term

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

    @property
    def name(self) -> str:
        return rules.display_name(self)

    @property
    def age(self) -> str | None:
        return italian.age(self.birth, clock.today()) if self.birth else None


@dataclass(frozen=True)
class PeoplePage:
    """One page of a list of persons, and where it lies in the whole."""

    rows: tuple[PersonRow, ...]
    number: int
    size: int
    total: int
    by_sound: bool = False
    """Nobody has these words: these names sound alike."""

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


def search_people(text: str, *, limit: int = PAGE, page: int = 1) -> PeoplePage:
    """Persons who match every word typed, in any order.

    A word is the beginning of a name, other name, codice fiscale or phone, or the end of a phone;
    a year or a date is also a birth. Where nobody matches, names that sound alike are tried.
    """
    terms = words.read_search(text, clock.today())
    if not terms:
        return PeoplePage((), 1, limit, 0)
    found = _page(_rows().where(*map(_matches, terms)), page, limit, terms)
    names = [term for term in terms if term.is_name]
    if found.total or not names:
        return found
    rest = [_matches(term) for term in terms if not term.is_name]
    return _page(_rows().where(*map(_sounds, names), *rest), page, limit, by_sound=True)


def list_expiring_permits(until: date, *, limit: int = PAGE) -> tuple[PersonRow, ...]:
    """Persons whose permit expires from today to the given day, the nearest first."""
    statement = (
        _rows()
        .where(Person.permit_expires_on.between(clock.today(), until))
        .order_by(None)
        .order_by(Person.permit_expires_on, Person.sort_name, Person.id)
        .limit(limit)
    )
    return tuple(_row(row, ()) for row in db.session.execute(statement))


def _rows() -> Select[Any]:
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


def _page(
    statement: Select[Any],
    page: int,
    size: int,
    terms: Sequence[Term] = (),
    *,
    by_sound: bool = False,
) -> PeoplePage:
    """The page asked for, or the last one where there are fewer."""
    ids = statement.with_only_columns(Person.id).order_by(None).subquery()
    total = db.session.scalar(select(func.count()).select_from(ids)) or 0
    number = max(1, min(page, -(-total // size)))
    rows = db.session.execute(statement.limit(size).offset((number - 1) * size)) if total else ()
    found = tuple(_row(row, terms) for row in rows)
    return PeoplePage(found, number, size, total, by_sound and total > 0)


def _row(row: Row, terms: Sequence[Term]) -> PersonRow:
    return PersonRow(
        id=row.id,
        family_name=row.family_name,
        given_name=row.given_name,
        sex=row.sex,
        birth=birth_of(row),
        birth_conventional=row.birth_conventional,
        citizenship=row.citizenship,
        permit_expires_on=row.permit_expires_on,
        also=_found_alias(row, terms),
    )


def _found_alias(row: Row, terms: Sequence[Term]) -> str | None:
    """The other name that a term begins, when no first name begins so."""
    own = words.normalised_words(row.family_name) | words.normalised_words(row.given_name)
    sought = [term.prefixes for term in terms if term.is_name]
    strange = [prefixes for prefixes in sought if not _begins(own, prefixes)]
    for alias in row.aliases or ():
        if any(_begins(words.normalised_words(alias), prefixes) for prefixes in strange):
            return str(alias)
    return None


def _begins(known: Iterable[str], prefixes: tuple[str, ...]) -> bool:
    return any(word.startswith(prefixes) for word in known)


def _matches(term: Term) -> ColumnElement[bool]:
    """Words are found through the index of tokens: only `^@` may use it under row security."""
    readings: list[ColumnElement[bool]] = [
        Person.id.in_(
            select(PersonToken.person_id).where(
                PersonToken.kind == "w", PersonToken.token.op("^@")(prefix)
            )
        )
        for prefix in term.prefixes
    ]
    if term.says_birth:
        readings.append(_born(term))
    return or_(*readings)


def _born(term: Term) -> ColumnElement[bool]:
    """A birth known only in part fits whatever is typed of the rest."""
    known = [Person.birth_year.is_not(None)]
    if term.year is not None:
        known.append(Person.birth_year == term.year)
    if term.year_end is not None:
        known.append(Person.birth_year % 100 == term.year_end)
    if term.month is not None:
        known.append(or_(Person.birth_month == term.month, Person.birth_month.is_(None)))
    if term.day is not None:
        known.append(or_(Person.birth_day == term.day, Person.birth_day.is_(None)))
    return and_(*known)


def _sounds(term: Term) -> ColumnElement[bool]:
    """The Daitch-Mokotoff keys of the word: transliterations of one name share one."""
    keys = func.daitch_mokotoff(literal(term.prefixes[0]))
    return Person.id.in_(
        select(PersonToken.person_id).where(
            PersonToken.kind == "s", PersonToken.token == func.any(cast(keys, ARRAY(String)))
        )
    )
