# SPDX-License-Identifier: AGPL-3.0-or-later
"""A few months at the desks of the tests' world, with editions of every kind and state.

Lucca: a second half of 2025 against past totals, approved and corrected; a first half of 2026
against records, approved and published. Capannori: an edition that waits for approval. The
network: an approved comparison, in which Capannori is missing.
"""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import partial
from uuid import UUID

from portal.core import clock
from portal.core.italy.periods import parse_period
from portal.core.store.tenancy import desk_scope, network_scope
from portal.core.store.unit import unit_of_work
from portal.core.work import jobs
from portal.figures.actions import lock_months, store_past_total
from portal.oversight.actions import publish_edition
from portal.oversight.editions import NETWORK
from portal.people.actions import create_person
from portal.people.rules import PartialDate, PersonFacts
from portal.reports.disclosure.disclose import disclose
from portal.reports.disclosure.sheets import Audience
from portal.reports.editions import lifecycle as editions
from portal.reports.editions.desk import DESK
from portal.reports.editions.edition_type import EditionType
from portal.visits.actions import record_visit
from portal.visits.rules import Channel, VisitFacts
from tests.world import World

PEOPLE = (
    ("Diallo", "Aminata", "F", "443", 1988),
    ("Rahman", "Karim", "M", "305", 1979),
    ("Popescu", "Ioana", "F", "235", 1995),
    ("Hoxha", "Besim", "M", "201", 1968),
    ("Chen", "Li", "F", "314", 2001),
    ("El Amrani", "Youssef", "M", "436", 1990),
    ("Kovalenko", "Oksana", "F", "243", 1961),
    ("Silva", "Joao", "M", "605", 1984),
    ("Singh", "Harpreet", "M", "330", 1975),
    ("Ndiaye", "Fatou", "F", "450", 1999),
    ("Quispe", "Rosa", "F", "615", 1958),
    ("Haile", "Senait", None, "466", 1993),
)
TOPICS = ("CIT", "SOG-RIN", "SOC-INV", "FAM-RIC", "LAV")
KEPT = frozenset({"prospetto.csv", "relazione.csv", "confronto.csv"})
"""The small files of an edition: a dump stays under 200 kB."""
MORNING = time(9, 30)
Scope = Callable[[], AbstractContextManager[None]]
Planned = tuple[date, int | None, tuple[str, ...]]
"""A day, the number of a person or nobody, what was asked."""


def live() -> None:
    """Write it all, inside an application's context."""
    world = World()
    lucca = partial(desk_scope, world.lucca.id, account_id=world.anna.id)
    capannori = partial(desk_scope, world.capannori.id, account_id=world.dario.id)
    rete = partial(network_scope, world.rete.id, account_id=world.elena.id)
    with _at(date(2025, 1, 7)), lucca(), unit_of_work():
        _store_totals()
    _record(lucca, PEOPLE[:8], _lucca())
    _record(capannori, PEOPLE[8:], _capannori())
    _edition(lucca, DESK, "2025-S2", date(2026, 1, 8))
    _edition(lucca, DESK, "2025-S2", date(2026, 2, 9), reason="Aggiunta la premessa.")
    latest = _edition(lucca, DESK, "2026-S1", date(2026, 7, 6))
    with _at(date(2026, 7, 8)), lucca(), unit_of_work():
        disclose(edition_id=latest, audience=Audience.PUBLIC)
    _edition(capannori, DESK, "2026-S1", date(2026, 7, 6), approved=False)
    _edition(rete, NETWORK, "2026-S1", date(2026, 7, 21))


def _at(day: date) -> AbstractContextManager[None]:
    return clock.stopped_at(datetime.combine(day, MORNING, tzinfo=clock.ROME))


def _store_totals() -> None:
    period = parse_period("2024-S2")
    lock_months(period)
    store_past_total(period=period, users=9, users_f=5, users_m=4, topics={"CIT": 4, "SOG-RIN": 3})


def _lucca() -> Iterable[Planned]:
    for number in range(6):
        yield date(2025, 2, 3) + timedelta(days=5 * number), number % 6, (_topic(number),)
    for number in range(10):
        asked = (_topic(2 * number),) if number % 4 else (TOPICS[0], TOPICS[1])
        yield date(2025, 8, 4) + timedelta(days=4 * number), number % 7, asked
    yield date(2025, 9, 15), None, (TOPICS[2],)
    for number in range(12):
        asked = (_topic(3 * number),) if number % 5 else (TOPICS[0], TOPICS[0])
        yield date(2026, 1, 12) + timedelta(days=6 * number), number % 8, asked
    yield date(2026, 3, 16), None, (TOPICS[1], TOPICS[3])


def _capannori() -> Iterable[Planned]:
    for first, most in ((date(2025, 3, 3), 3), (date(2026, 2, 2), 4)):
        for number in range(most):
            yield first + timedelta(days=9 * number), number, (_topic(number),)


def _topic(number: int) -> str:
    return TOPICS[number % len(TOPICS)]


def _record(scope: Scope, people: Iterable[tuple[str, str, str | None, str, int]],
            plan: Iterable[Planned]) -> None:  # fmt: skip
    with _at(date(2025, 2, 3)), scope(), unit_of_work():
        ids = [_person(*facts) for facts in people]
    for day, number, topics in plan:
        person = None if number is None else ids[number]
        channel = Channel.DESK if day.day % 3 else Channel.PHONE
        with _at(day), scope(), unit_of_work():
            record_visit(facts=VisitFacts(day, topics, person, channel))


def _person(family: str, given: str, sex: str | None, state: str, year: int) -> UUID:
    facts = PersonFacts(
        family_name=family,
        given_name=given,
        sex=sex,
        citizenships=(state,),
        birth=PartialDate(year),
        residence_kind="comune",
        residence_comune="046017",
        residence_since=date(2025, 1, 14),
    )
    return create_person(facts=facts).id


def _edition(
    scope: Scope,
    kind: EditionType,
    period: str,
    day: date,
    *,
    reason: str = "",
    approved: bool = True,
) -> UUID:
    """Built as the worker does, with its small files alone, and approved the day after."""
    small = replace(
        kind,
        make=lambda edition: iter(
            [[file for file in next(kind.make(edition)) if file.name in KEPT], []]
        ),
    )
    with _at(day), scope():
        with unit_of_work():
            edition = editions.request_edition(small, period=period, reason=reason)
            job_id = jobs.get_job_id(kind.job, str(edition.id))
        editions.build_edition(small, edition_id=edition.id, job_id=job_id)
    if approved:
        with _at(day + timedelta(days=1)), scope(), unit_of_work():
            editions.approve_edition(kind, edition_id=edition.id, seen_version=None)
            if kind.after_approval:
                publish_edition(edition_id=edition.id)
                jobs.finish(jobs.get_job_id(kind.after_approval, str(edition.id)))
    edition_id: UUID = edition.id
    return edition_id
