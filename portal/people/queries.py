# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every read of persons. Row-level security keeps to the desk in scope; nothing here names it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
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
from portal.core.audit import AuditEvent
from portal.core.database import db
from portal.core.errors import NotHere
from portal.core.italian import PartialDate
from portal.people import rules, words
from portal.people.models import (
    Person,
    PersonAlias,
    PersonCitizenship,
    PersonKey,
    PersonResidence,
    PersonToken,
)
from portal.people.rules import PersonFacts
from portal.people.words import Term

PAGE = 50
ONE_SAVE = timedelta(seconds=2)
"""The audit writes a line for each row; a person does not save twice in this time."""


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


@dataclass(frozen=True)
class Change:
    """A change of a person: when, by whom (None: the command line), and what it was."""

    at: datetime
    account_id: UUID | None
    columns: frozenset[str] = frozenset()
    created: bool = False

    @property
    def text(self) -> str:
        return rules.change_text(self.columns, created=self.created)


def get_person(person_id: UUID) -> Person:
    """The person with this id; another desk's is not here."""
    person = db.session.scalars(select(Person).where(Person.id == person_id)).one_or_none()
    if person is None:
        raise NotHere
    return person


def hold_people(person_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Lock these persons until the unit ends; their sex, «N» where it is not stated.

    Always in the order of the ids, so that two who hold the same persons cannot block each other.
    """
    wanted = set(person_ids)
    if not wanted:
        return {}
    statement = (
        select(Person.id, Person.sex)
        .where(Person.id.in_(wanted))
        .order_by(Person.id)
        .with_for_update(key_share=True)
    )
    held = {person_id: sex or "N" for person_id, sex in db.session.execute(statement)}
    if held.keys() != wanted:
        raise NotHere
    return held


def find_person_by_key(key: str) -> Person | None:
    """The person for whom the desk's own files write this key."""
    return db.session.scalars(
        select(Person).join(PersonKey, PersonKey.person_id == Person.id).where(PersonKey.key == key)
    ).one_or_none()


def list_names(person_ids: Iterable[UUID]) -> dict[UUID, str]:
    """The names of these persons, for lists of their visits."""
    statement = select(Person.id, Person.family_name, Person.given_name).where(
        Person.id.in_(set(person_ids))
    )
    return {row.id: rules.display_name(row) for row in db.session.execute(statement)}


def count_people() -> int:
    """How many persons the desk knows."""
    return db.session.scalar(select(func.count()).select_from(Person)) or 0


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


def list_residences(person_id: UUID) -> list[PersonResidence]:
    """Where a person has lived, the latest first."""
    return list(
        db.session.scalars(
            select(PersonResidence)
            .where(PersonResidence.person_id == person_id)
            .order_by(PersonResidence.valid_from.desc())
        )
    )


def find_residence_on(person_id: UUID, day: date) -> PersonResidence | None:
    """Where a person lived on a day; before the first known residence, that one."""
    homes = list_residences(person_id)
    return next((home for home in homes if home.valid_from <= day), homes[-1] if homes else None)


def find_last_change(person_id: UUID) -> Change | None:
    """Who changed a person last, and when."""
    changes = list_changes(person_id, limit=1)
    return changes[0] if changes else None


def list_changes(person_id: UUID, *, limit: int = 200) -> list[Change]:
    """What was changed of a person, the latest first; the lines of one save are one change."""
    events = db.session.execute(
        select(AuditEvent.at, AuditEvent.account_id, AuditEvent.columns, AuditEvent.action)
        .where(
            AuditEvent.subject == "person",
            AuditEvent.subject_id == person_id,
            AuditEvent.action != "read",
        )
        .order_by(AuditEvent.at.desc())
        .limit(limit)
    )
    changes: list[Change] = []
    for at, account_id, columns, action in events:
        line = Change(at, account_id, frozenset(columns or ()), action == "insert")
        last = changes[-1] if changes else None
        if last and last.account_id == account_id and last.at - at < ONE_SAVE:
            changes[-1] = replace(
                last, columns=last.columns | line.columns, created=last.created or line.created
            )
        else:
            changes.append(line)
    return [change for change in changes if change.text]


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
