# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every change of persons. The words by which a person is found are rewritten with the person."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import NamedTuple
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import delete, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm.attributes import flag_modified

from portal.core import clock
from portal.core.errors import Conflict, NotHere, Refusal
from portal.core.italy import formats
from portal.core.italy.codice_fiscale import read_codice_fiscale
from portal.core.store.database import current_scope, db
from portal.drafts.form_tokens import find_by_form_token
from portal.people import queries, rules
from portal.people.card.parts import as_recorded
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

AT_ONCE = 10_000
"""So many words in one statement; a whole file's would outlast its time."""

WRITE_TOKENS = text(
    """
WITH known AS (
    SELECT DISTINCT kind, token, person_id
    FROM unnest(CAST(:kinds AS text[]), CAST(:tokens AS text[]), CAST(:person_ids AS uuid[]))
        AS k (kind, token, person_id)
)
INSERT INTO person_token (kind, token, person_id)
SELECT kind, token, person_id FROM known
UNION
SELECT 's', unnest(daitch_mokotoff(token)), person_id
FROM known WHERE kind = 'w' AND token ~ '^[a-z]{2,}$'
ON CONFLICT DO NOTHING
"""
)


class Edited(NamedTuple):
    """A person after an edit, and the sex as it was before: figures follow it."""

    person: Person
    sex_before: str | None


def create_person(
    *, facts: PersonFacts, form_token: UUID | None = None, created_by: UUID | None = None
) -> Person:
    """Write down a person; the same form sent twice gives the first's record."""
    created = find_by_form_token(Person, form_token)
    if created is not None:
        return created
    person = Person(form_token=form_token, created_by=created_by or current_scope().account_id)
    _add([(person, _accepted(facts))])
    return person


def create_people(*, people: Sequence[PersonFacts]) -> list[UUID]:
    """Write down many persons at once, for a file; their ids in the same order.

    The files of a desk hold thousands: one by one they would take a minute, together seconds.
    """
    author = current_scope().account_id
    added = [(Person(created_by=author), _accepted(facts)) for facts in people]
    _add(added)
    return [person.id for person, _facts in added]


def edit_person(*, person_id: UUID, facts: PersonFacts, seen_version: int | None) -> Edited:
    """Change a person, unless somebody else did since the version seen.

    The same facts sent twice change nothing the second time, and are no conflict.
    """
    person = _locked(person_id)
    facts, sex_before = _accepted(facts), person.sex
    if _says_the_same(facts, person):
        return Edited(person, sex_before)
    if person.version != seen_version:
        raise Conflict(
            _("Non ancora salvato. Mentre scrivevi qualcun altro ha cambiato questa scheda.")
        )
    _write(person, facts)
    # The version moves also when only a child row changes: the second editor must see it.
    flag_modified(person, "note")
    _write_aliases(person_id, facts.aliases)
    _write_citizenships(person_id, facts)
    _move(person_id, facts)
    write_words(person_id=person_id, facts=facts)
    db.session.flush()
    return Edited(person, sex_before)


def write_words(*, person_id: UUID, facts: PersonFacts) -> None:
    """Write anew the words by which a person is found."""
    db.session.execute(delete(PersonToken).where(PersonToken.person_id == person_id))
    _write_tokens({person_id: facts})


def bind_key(*, person_id: UUID, key: str) -> None:
    """Remember under which key the desk's own files write a person."""
    bound = db.session.scalars(select(PersonKey).where(PersonKey.key == key)).one_or_none()
    if bound is None:
        db.session.add(PersonKey(key=key, person_id=person_id))
    elif bound.person_id != person_id:
        raise Refusal(_("La chiave «%(key)s» è già di un’altra persona.", key=formats.shown(key)))
    db.session.flush()


def bind_keys(*, keys: Mapping[str, UUID]) -> None:
    """Remember keys that nobody had yet, for persons just written down."""
    db.session.add_all(PersonKey(key=key, person_id=person_id) for key, person_id in keys.items())
    db.session.flush()


def tell_apart(*, person_id: UUID, others: Collection[UUID]) -> None:
    """Remember that these are other persons than this one; said twice it stays said once."""
    wanted = set(others) - {person_id}
    queries.lock_people({person_id, *wanted})
    pairs = sorted((min(person_id, other_id), max(person_id, other_id)) for other_id in wanted)
    rows = [
        {"one_id": one, "other_id": other, "told_by": current_scope().account_id}
        for one, other in pairs
    ]
    if rows:
        db.session.execute(insert(PeopleApart).values(rows).on_conflict_do_nothing())


def _accepted(facts: PersonFacts) -> PersonFacts:
    """The facts as they are kept, or a refusal; a code that contradicts the person is kept."""
    facts = rules.tidied(facts)
    rules.check(facts, clock.today())
    if not facts.codice_fiscale:
        return replace(facts, codice_fiscale=None, codice_fiscale_seen=False)
    try:
        code = read_codice_fiscale(facts.codice_fiscale)
    except ValueError as wrong:
        raise Refusal(str(wrong), field="codice_fiscale") from None
    return replace(facts, codice_fiscale=code.text)


def _says_the_same(facts: PersonFacts, person: Person) -> bool:
    saved = queries.facts_of(person)
    return not rules.differing_fields(
        as_recorded(facts, saved, queries.find_since(person.id)), saved
    )


def _locked(person_id: UUID) -> Person:
    """The person as it stands now, locked: a second editor waits and then sees the first's."""
    person = db.session.scalars(
        select(Person)
        .where(Person.id == person_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if person is None:
        raise NotHere
    return person


def _add(added: Sequence[tuple[Person, PersonFacts]]) -> None:
    for person, facts in added:
        _write(person, facts)
        db.session.add(person)
    db.session.flush()
    for person, facts in added:
        db.session.add_all(PersonAlias(person_id=person.id, name=name) for name in facts.aliases)
        db.session.add_all(_citizenships(person.id, facts.citizenships))
        if facts.residence_kind != rules.NOT_STATED:
            _add_residence(person.id, facts, facts.residence_since or clock.today())
    _write_tokens({person.id: facts for person, facts in added})
    db.session.flush()


def _write(person: Person, facts: PersonFacts) -> None:
    person.family_name, person.given_name = facts.family_name, facts.given_name
    person.sort_name = rules.sort_name(facts.family_name, facts.given_name)
    person.sex = facts.sex
    birth = facts.birth
    person.birth_year = birth.year if birth else None
    person.birth_month = birth.month if birth else None
    person.birth_day = birth.day if birth else None
    person.birth_conventional = facts.birth_conventional
    person.birth_state, person.birth_city = facts.birth_state, facts.birth_city
    code = read_codice_fiscale(facts.codice_fiscale) if facts.codice_fiscale else None
    person.codice_fiscale = code.text if code else None
    person.codice_fiscale_kind = code.kind if code else None
    person.codice_fiscale_seen = facts.codice_fiscale_seen
    person.permit_kind, person.permit_expires_on = facts.permit_kind, facts.permit_expires_on
    person.phone, person.email = facts.phone, facts.email
    person.languages = list(facts.languages)
    person.notice_given_on = facts.notice_given_on
    person.notice_language = facts.notice_language
    person.note = facts.note


def _write_aliases(person_id: UUID, names: tuple[str, ...]) -> None:
    kept = {
        alias.name: alias
        for alias in db.session.scalars(
            select(PersonAlias).where(PersonAlias.person_id == person_id)
        )
    }
    for name in kept.keys() - set(names):
        db.session.delete(kept[name])
    for name in names:
        if name not in kept:
            db.session.add(PersonAlias(person_id=person_id, name=name))


def _write_citizenships(person_id: UUID, facts: PersonFacts) -> None:
    """The first is the primary one; the old rows leave before a new primary one comes."""
    known = queries.list_citizenships(person_id)
    _write_former(person_id, known[0] if known else "", facts)
    if tuple(known) == facts.citizenships:
        return
    db.session.execute(delete(PersonCitizenship).where(PersonCitizenship.person_id == person_id))
    db.session.add_all(_citizenships(person_id, facts.citizenships))


def _write_former(person_id: UUID, before: str, facts: PersonFacts) -> None:
    """The primary citizenship until the day that is told; without one a change is a correction.

    The same citizenship with another day corrects the day of the latest change, and a correction
    to what was before that change takes the change back.
    """
    formers = queries.list_former_citizenships(person_id)
    latest, since = (formers[0] if formers else None), facts.citizenship_since
    now = facts.citizenships[0] if facts.citizenships else ""
    if since is None:
        if latest and before != now == latest.state_code:
            db.session.delete(latest)
    elif latest and before == now:
        latest.until = _after(since, formers[1:])
    elif before and now and before != now:
        until = _after(since, formers)
        db.session.add(PersonFormerCitizenship(person_id=person_id, state_code=before, until=until))
    else:
        raise Refusal(
            _("La data serve solo se una cittadinanza ne sostituisce un’altra: lasciala vuota."),
            field="citizenship_since",
        )


def _after(since: date, earlier: list[PersonFormerCitizenship]) -> date:
    if earlier and since <= earlier[0].until:
        raise Refusal(
            _(
                "La cittadinanza di prima vale dal %(day)s: scegli un giorno dopo quello.",
                day=formats.day(earlier[0].until),
            ),
            field="citizenship_since",
        )
    return since


def _citizenships(person_id: UUID, codes: tuple[str, ...]) -> list[PersonCitizenship]:
    return [
        PersonCitizenship(person_id=person_id, state_code=code, is_primary=number == 0)
        for number, code in enumerate(codes)
    ]


def _move(person_id: UUID, facts: PersonFacts) -> None:
    """Where a person lives now: a new row of the history, or a correction of its latest."""
    homes = queries.list_residences(person_id)
    latest, since = (homes[0] if homes else None), facts.residence_since
    moved = latest is None or not _same_home(facts, latest)
    if latest is None:
        if facts.residence_kind != rules.NOT_STATED:
            _add_residence(person_id, facts, since or clock.today())
    elif not moved:
        latest.valid_from = _checked(since, homes[1:]) if since else latest.valid_from
    elif (since or clock.today()) == latest.valid_from:
        latest.kind, latest.comune_code = facts.residence_kind, facts.residence_comune
    else:
        _add_residence(person_id, facts, _checked(since or clock.today(), homes))


def _same_home(facts: PersonFacts, home: PersonResidence) -> bool:
    return (facts.residence_kind, facts.residence_comune) == (home.kind, home.comune_code)


def _checked(since: date, earlier: list[PersonResidence]) -> date:
    """The history only grows at its end: what was true before a move stays true."""
    if earlier and since <= earlier[0].valid_from:
        raise Refusal(
            _(
                "La residenza di prima vale dal %(day)s: scegli un giorno dopo quello.",
                day=formats.day(earlier[0].valid_from),
            ),
            field="residence_since",
        )
    return since


def _add_residence(person_id: UUID, facts: PersonFacts, since: date) -> None:
    db.session.add(
        PersonResidence(
            person_id=person_id,
            kind=facts.residence_kind,
            comune_code=facts.residence_comune,
            valid_from=since,
        )
    )


def _write_tokens(people: Mapping[UUID, PersonFacts]) -> None:
    rows = [
        (kind, token, one)
        for one, facts in people.items()
        for kind, token in rules.tokens_of(facts)
    ]
    for start in range(0, len(rows), AT_ONCE):
        kinds, tokens, person_ids = zip(*rows[start : start + AT_ONCE], strict=True)
        said = {"kinds": list(kinds), "tokens": list(tokens), "person_ids": list(person_ids)}
        db.session.execute(WRITE_TOKENS, said)
