# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every change that comes with a file, all or nothing, and of past totals typed by hand.

A rehearsal is the import itself inside a savepoint that is rolled back. Locks are taken in the
order of every change of visits: the persons first, the periods last.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import text

from portal.core import clock
from portal.core.errors import Refusal
from portal.core.italy import formats
from portal.core.italy.formats import PartialDate
from portal.core.italy.periods import Period, parse_period
from portal.core.store.database import current_scope, db
from portal.figures import actions as figures
from portal.figures import queries as figures_queries
from portal.figures.consistency import Contradicted
from portal.figures.rules import Nameless
from portal.imports import queries
from portal.imports.models import ImportedFile
from portal.imports.rules import people as people_rules
from portal.imports.rules import totals as totals_rules
from portal.imports.rules import visits as visit_rules
from portal.imports.rules.files import read_lines, refuse_large
from portal.imports.rules.people import PersonInFile
from portal.imports.rules.problems import Problems
from portal.imports.rules.totals import MEN, USERS, WOMEN, TotalsInFile
from portal.imports.rules.visits import VisitInFile
from portal.people import actions as people
from portal.people import queries as people_queries
from portal.people.queries import desk_keys
from portal.taxonomy import queries as taxonomy
from portal.visits import actions as visits
from portal.visits import queries as visit_queries
from portal.visits.rules import Channel, VisitFacts, is_before_birth, refuse_future

if TYPE_CHECKING:
    from portal.figures.queries import PastTotal

# One file at a time in a desk: of two with the same new key the second must find the person.
ONE_AT_A_TIME = text(
    "SELECT pg_try_advisory_xact_lock(hashtextextended('import ' || current_desk(), 0))"
)


@dataclass(frozen=True)
class Imported:
    """What came of a file. `before` is the day on which the same bytes were already stored."""

    rows: int = 0
    visits: int = 0
    enquiries: int = 0
    anonymous: int = 0
    people_new: int = 0
    people_known: int = 0
    periods: int = 0
    warnings: tuple[str, ...] = ()
    warning_count: int = 0
    before: date | None = None


def rehearse(data: bytes, *, kind: str) -> Imported:
    """The import in every detail, and then nothing of it is kept."""
    with db.session.begin_nested() as savepoint:
        done = import_file(data, kind=kind)
        savepoint.rollback()
    return done


def import_file(data: bytes, *, kind: str) -> Imported:
    """Store a file of visits or of totals whole, or refuse it whole; the same bytes only once."""
    refuse_large(len(data))
    if not db.session.scalar(ONE_AT_A_TIME):
        raise Refusal(_("Un altro file si sta caricando in questo sportello: riprova fra poco."))
    sha256 = hashlib.sha256(data).digest()
    stored = queries.find_imported(sha256)
    if stored is not None:
        return Imported(before=clock.in_rome(stored.created_at).date())
    done = _KINDS[kind](data)
    author = current_scope().account_id
    db.session.add(ImportedFile(kind=kind, sha256=sha256, rows=done.rows, created_by=author))
    db.session.flush()
    return done


def _import_visits(data: bytes) -> Imported:
    problems, warnings = Problems(visit_rules.COLUMNS), Problems(visit_rules.COLUMNS)
    lines = read_lines(data, visit_rules.COLUMNS, problems)
    rows = visit_rules.read_rows(lines, problems, find_code=_find_code, check_day=_day_checker())
    in_file = visit_rules.gather_visits(rows, problems, warnings)
    told = people_rules.gather_people(rows, problems)
    known, changes, births = _compare(told, problems, warnings)
    visit_rules.warn_of_births(in_file, births, warnings)
    _warn_of_recorded(told, known, changes, warnings)
    problems.refuse()
    ids = known | _write_down([person for key, person in told.items() if key not in known])
    recounting = _fill_in(told, known, changes)
    new = visits.record_visits(
        facts=[_visit_facts(visit, ids) for visit in in_file], recounting=recounting
    )
    unkept = visit_rules.say_what_is_not_kept(rows)
    return Imported(
        rows=len(lines),
        visits=new,
        enquiries=sum(len(visit.topics) for visit in in_file),
        anonymous=sum(visit.key is None for visit in in_file),
        people_new=len(told) - len(known),
        people_known=len(known),
        warnings=(*warnings.lines(), *unkept),
        warning_count=len(warnings) + len(unkept),
    )


def _find_code(text: str) -> str | None:
    topic = taxonomy.find_topic(text)
    return topic.code if topic else None


def _day_checker() -> Callable[[date], None]:
    """Refuses a day that has not come, that is under no topic list, or lies in past totals."""
    today, totals = clock.today(), figures_queries.list_past_totals()

    def check(day: date) -> None:
        refuse_future(day, today)
        taxonomy.version_on(day)
        if any(past_total.starts_on <= day <= past_total.ends_on for past_total in totals):
            figures.refuse_past_totals_on(day)

    return check


class _Compared(NamedTuple):
    """The persons of a file beside those who are stored, by key."""

    known: dict[str, UUID]
    changes: dict[str, dict[str, Any]]
    births: dict[str, PartialDate | None]


def _compare(told: Mapping[str, PersonInFile], problems: Problems, warnings: Problems) -> _Compared:
    """Who is known by key, held from now on, what the file adds to each, and the births of all."""
    known = desk_keys.list_ids_by_key(told)
    people_queries.lock_people(known.values())
    stored = desk_keys.list_told_facts(known.values())
    changes, births = {}, dict[str, PartialDate | None]()
    for key, person in told.items():
        if key in known:
            before = stored[known[key]]
            changes[key] = people_rules.changes_to(person, before, problems)
            facts = people_rules.told(before, changes[key])
        else:
            facts = person.facts()
        people_rules.check(person, facts, clock.today(), problems)
        people_rules.warn_of_codice_fiscale(person, facts, warnings)
        births[key] = facts.birth
    return _Compared(known, {key: change for key, change in changes.items() if change}, births)


def _warn_of_recorded(
    in_file: Mapping[str, PersonInFile],
    known: Mapping[str, UUID],
    changes: Mapping[str, dict[str, Any]],
    warnings: Problems,
) -> None:
    """A birth that the file adds may be after a visit which is already recorded."""
    births = {key: change["data_nascita"] for key, change in changes.items()
              if "data_nascita" in change}  # fmt: skip
    days = visit_queries.list_days_of([known[key] for key in births])
    for key, birth in births.items():
        if any(is_before_birth(day, birth) for day in days[known[key]]):
            people_rules.warn_of_recorded(in_file[key], warnings)


def _write_down(persons: list[PersonInFile]) -> dict[str, UUID]:
    """Their home counts from their first visit: reports use the residence at the visit."""
    facts = [replace(person.facts(), residence_since=person.since) for person in persons]
    created = people.create_people(people=facts)
    ids = {person.key: one for person, one in zip(persons, created, strict=True)}
    people.bind_keys(keys=ids)
    return ids


def _fill_in(
    told: Mapping[str, PersonInFile],
    known: Mapping[str, UUID],
    changes: Mapping[str, dict[str, Any]],
) -> set[date]:
    """Add what was not known; the days of those whose sex is now stated must be counted anew."""
    days: set[date] = set()
    for key, change in changes.items():
        person = people_queries.get_person(known[key])
        facts = people_rules.told(people_queries.facts_of(person), change)
        if "comune_residenza" in change:
            facts = replace(facts, residence_since=told[key].since)
        people.edit_person(person_id=person.id, facts=facts, seen_version=person.version)
        if "sesso" in change:
            days.update(visit_queries.list_days_of([person.id])[person.id])
    return days


def _visit_facts(visit: VisitInFile, ids: Mapping[str, UUID]) -> VisitFacts:
    return VisitFacts(
        visited_on=visit.day,
        topics=tuple(visit.topics),
        person_id=ids[visit.key] if visit.key else None,
        channel=visit.channel or Channel.DESK,
        note=visit.note,
    )


def _import_totals(data: bytes) -> Imported:
    problems = Problems(totals_rules.COLUMNS)
    lines = read_lines(data, totals_rules.COLUMNS, problems)
    periods = totals_rules.read_totals(lines, problems, find_code=_find_code)
    for totals in periods:
        _store(totals, problems)
    problems.refuse()
    return Imported(rows=len(lines), periods=len(periods))


def _store(totals: TotalsInFile, problems: Problems) -> None:
    """A refusal of one period is one more problem: the file is refused when all are known.

    A period of which something could not be read is held against no other: it would seem wrong.
    """
    if not totals.is_whole:
        return
    try:
        store_past_total(
            period=totals.period,
            users=totals.figures[USERS],
            users_f=totals.figures.get(WOMEN),
            users_m=totals.figures.get(MEN),
            topics=totals.topics,
            nameless=totals.nameless,
        )
    except Contradicted as contradicted:
        place = totals.place_of(contradicted.kind, contradicted.codes)
        problems.add(*place, contradicted.sentence)
    except Refusal as refusal:
        problems.add(totals.row, "periodo", refusal.sentence)


_KINDS = {"visits": _import_visits, "totals": _import_totals}


def store_past_total(
    *,
    period: Period,
    users: int,
    users_f: int | None,
    users_m: int | None,
    topics: Mapping[str, int],
    nameless: Nameless | None = None,
) -> UUID:
    """Keep a period's figures from before the software, unless visits are recorded in it."""
    _refuse_recorded(period)
    return figures.store_past_total(
        period=period,
        users=users,
        users_f=users_f,
        users_m=users_m,
        topics=topics,
        nameless=nameless,
    ).id


def restore_past_total(*, past_total_id: UUID) -> None:
    """Bring deleted totals back, unless visits or other totals have come in their place."""
    deleted = figures_queries.find_deleted_past_total(past_total_id)
    if deleted is None:
        figures_queries.get_past_total(past_total_id)
        return
    _refuse_recorded(parse_period(deleted.period))
    figures.restore_past_total(past_total_id=past_total_id)


def _refuse_recorded(period: Period) -> None:
    """Hold a period's months, and refuse totals where visits are recorded."""
    figures.lock_months(period)
    recorded_on = visit_queries.find_first_visit_within(period.start, period.end)
    if recorded_on is not None:
        raise Refusal(
            _(
                "Nel periodo %(name)s ci sono già accessi registrati (il primo il %(day)s): i"
                " totali conterebbero due volte.",
                name=period.name,
                day=formats.day(recorded_on),
            ),
            field="period",
        )


def store_typed_totals(
    *,
    period: Period,
    users: int,
    users_f: int | None,
    users_m: int | None,
    topics: Mapping[str, int],
    nameless: Nameless | None = None,
) -> UUID:
    """As store_past_total(); the same form sent twice gives the first's record."""
    figures.lock_months(period)
    stored = figures_queries.find_past_total(period)
    asked = (users, users_f, users_m, {code: number for code, number in topics.items() if number})
    if stored and (*asked, nameless) == _as_typed(stored):
        return stored.id
    return store_past_total(
        period=period,
        users=users,
        users_f=users_f,
        users_m=users_m,
        topics=topics,
        nameless=nameless,
    )


def _as_typed(stored: "PastTotal") -> tuple[Any, ...]:
    nameless = figures_queries.counts_of(stored).nameless
    return stored.users, stored.users_f, stored.users_m, stored.topics, nameless
