# SPDX-License-Identifier: AGPL-3.0-or-later
"""Writes the demonstration into the database. The second time it finds everything and says so."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import ngettext

from config.settings import Settings
from portal.accounts import actions as accounts
from portal.accounts.members.actions import add_membership
from portal.accounts.queries import find_proved
from portal.accounts.rules import ROLE_NAMES
from portal.core import clock
from portal.core.italy.formats import count
from portal.core.italy.periods import parse_period
from portal.core.store.tenancy import desk_scope, identity_scope
from portal.core.store.unit import unit_of_work
from portal.core.web.access import Role
from portal.demo.editions import approve_past, name_recipient
from portal.demo.password import choose_password, find_password
from portal.demo.places import (
    ACCOUNTS,
    DESKS,
    FIRST_SLUG,
    FOUNDED,
    NETWORK_NAME,
    NETWORK_SLUG,
    DemoDesk,
)
from portal.demo.plans import Plan, plan_of
from portal.demo.visits import PAST_TOTALS, Planned, PlannedSheet
from portal.desks.actions import add_desk, add_network
from portal.desks.queries import find_network, list_desks
from portal.figures import actions as figures
from portal.people.actions import create_people
from portal.visits import actions as visits
from portal.visits.queries import find_first_visit_within
from portal.visits.rules import VisitFacts
from portal.visits.sheets import record_sheet

LONG_AGO = date(1990, 1, 1)
FIRST_VISIT = time(9, 15)
EVENING = time(18, 30)
LATELY = timedelta(days=7)
BY_QUARTER = timedelta(days=366)
BETWEEN_VISITS = timedelta(minutes=25)


def load(settings: Settings) -> list[str]:
    """Found the network and fill its desks; what to tell whoever asked for it."""
    with identity_scope(), unit_of_work():
        password = find_password(settings) if find_network(NETWORK_SLUG) else _found(settings)
        network = find_network(NETWORK_SLUG)
        desk_ids = {desk.slug: desk.id for desk in list_desks(network.id)} if network else {}
    today = clock.today()
    filled = approved = 0
    for place in DESKS:
        with desk_scope(desk_ids[place.slug]), unit_of_work():
            if find_first_visit_within(LONG_AGO, today) is None:
                _fill(plan_of(place, today=today), past_totals=place.slug == FIRST_SLUG)
                filled += 1
        with desk_scope(desk_ids[place.slug], account_id=_manager_of(place)):
            name_recipient(place)
            approved += approve_past(place, today=today)
    return [_done(filled, approved), *_accounts(password)]


def _found(settings: Settings) -> str:
    """The network, its desks and who works there; the password they were given."""
    with clock.stopped_at(FOUNDED):
        network = add_network(slug=NETWORK_SLUG, name=NETWORK_NAME)
    today = clock.today()
    place_ids = {place.slug: _found_desk(place, network, today) for place in DESKS}
    password = choose_password(settings)
    for one in ACCOUNTS:
        account = accounts.add_account(email=one.email, name=one.name, is_proved=True)
        # Stored as it was given: who sets PORTAL_DEMO_PASSWORD to a short word wants that word.
        accounts.store_hash(account.id, password=password)
        for place_id in [place_ids[slug] for slug in one.desks] or [network.id]:
            add_membership(account_id=account.id, role=one.role, place_id=place_id)
    return password


def _found_desk(place: DemoDesk, network: Any, today: date) -> UUID:
    """A desk as old as its first visits: of the periods before it is not missing."""
    opened = datetime.combine(place.opened_on(today), FIRST_VISIT, tzinfo=clock.ROME)
    with clock.stopped_at(FOUNDED if place.slug == FIRST_SLUG else opened):
        return add_desk(
            slug=place.slug, name=place.name, short_name=place.short_name, network=network
        ).id


def _manager_of(place: DemoDesk) -> UUID | None:
    """Who approves; desks without a manager do it from the command line."""
    managers = [
        account
        for account in ACCOUNTS
        if account.role is Role.MANAGER and place.slug in account.desks
    ]
    with identity_scope(), unit_of_work():
        found = [find_proved(manager.email) for manager in managers]
    return next((account.id for account in found if account), None)


def _fill(plan: Plan, *, past_totals: bool) -> None:
    """Write persons when they first come, and the visits, as if the desk had done it then."""
    if past_totals:
        _store_past_totals()
    ids: dict[int, UUID] = {}
    for moment, batch in _batches(plan.visits):
        with clock.stopped_at(moment):
            coming = {visit.person for visit in batch if visit.person is not None}
            new = sorted(coming - ids.keys())
            people = create_people(people=[plan.people[number] for number in new])
            ids.update(zip(new, people, strict=True))
            visits.record_visits(facts=[_facts(visit, ids) for visit in batch])
    for sheet in plan.sheets:
        _type_in(sheet)


def _type_in(sheet: PlannedSheet) -> None:
    """A paper sheet, in the evening of its day; of today's already now."""
    evening = datetime.combine(sheet.day, EVENING, tzinfo=clock.ROME)
    with clock.stopped_at(min(evening, clock.now())):
        record_sheet(visited_on=sheet.day, cells=sheet.cells)


def _batches(planned: Sequence[Planned]) -> Iterator[tuple[datetime, list[Planned]]]:
    """Visits and the moment of writing: long ago by the half-year, of the last year by the quarter,
    of the last week by the day, today one by one.

    Each batch counts its periods anew, so that a batch for each of a thousand days would be slow.
    """
    now, today = clock.now(), clock.today()

    def together(visit: Planned) -> tuple[int, ...]:
        day = visit.day
        if day > today - LATELY:
            return day.year, day.month, day.day
        months = 3 if day > today - BY_QUARTER else 6
        return day.year, months, (day.month - 1) // months

    for _key, group in groupby(planned, key=together):
        batch = list(group)
        moment = datetime.combine(batch[-1].day, FIRST_VISIT, tzinfo=clock.ROME)
        if batch[-1].day < today:
            yield moment, batch
        else:
            for number, visit in enumerate(batch):
                yield min(moment + BETWEEN_VISITS * number, now), [visit]


def _facts(planned: Planned, ids: dict[int, UUID]) -> VisitFacts:
    return VisitFacts(
        visited_on=planned.day,
        topics=planned.topics,
        person_id=None if planned.person is None else ids[planned.person],
        channel=planned.channel,
        for_third_party=planned.for_third_party,
        note=planned.note,
    )


def _store_past_totals() -> None:
    """The half-years of which only the totals are known; not how many women and men."""
    for name, (users, topics) in PAST_TOTALS.items():
        figures.store_past_total(
            period=parse_period(name), users=users, users_f=None, users_m=None, topics=topics
        )


def _done(filled: int, approved: int) -> str:
    parts = []
    if filled:
        parts += [
            ngettext(
                "%(n)s sportello, persone e accessi inventati",
                "%(n)s sportelli, persone e accessi inventati",
                filled,
                n=count(filled),
            )
        ]
    if approved:
        parts += [
            ngettext(
                "%(n)s relazione approvata",
                "%(n)s relazioni approvate",
                approved,
                n=count(approved),
            )
        ]
    if not parts:
        return _("La rete dimostrativa c’è già: non è cambiato nulla.")
    return _("Rete dimostrativa: %(what)s.", what="; ".join(parts))


def _accounts(password: str | None) -> list[str]:
    """Who may come in and with what."""
    names = {place.slug: place.short_name for place in DESKS}
    lines = [
        f"  {one.email:<30} {ROLE_NAMES[one.role]!s:<13} "
        + (NETWORK_NAME if one.role is Role.OVERSEER else " · ".join(names[s] for s in one.desks))
        for one in ACCOUNTS
    ]
    if password is None:
        return [*lines, _("La password è quella detta al primo caricamento.")]
    return [*lines, _("Password di tutti: %(password)s", password=password)]
