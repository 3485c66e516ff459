# SPDX-License-Identifier: AGPL-3.0-or-later
"""A desk and a network with something on each of their pages."""

from dataclasses import dataclass, replace
from uuid import UUID

from flask import Flask

from portal.accounts.invitations.actions import invite
from portal.core import clock
from portal.core.italy.periods import parse_period
from portal.core.store.tenancy import network_scope
from portal.core.store.unit import unit_of_work
from portal.core.web.access import Role
from portal.core.work import jobs
from portal.figures import actions as figures
from portal.mailings.actions import add_recipient, send_edition
from portal.mailings.kinds import DESK as LETTERS
from portal.mailings.kinds import OF_DESK
from portal.oversight.actions import publish_edition
from portal.oversight.editions import NETWORK
from portal.people import actions as people
from portal.people.rules import PersonFacts
from portal.reports.disclosure.sheets import Audience
from portal.reports.editions import lifecycle as editions
from portal.reports.editions.desk import DESK
from portal.visits import actions as visits
from portal.visits.rules import VisitFacts
from tests import seed
from tests.conftest import AtDesk
from tests.portal.reports.builds import Build
from tests.world import World

# A word as long as the field lets it be.
LONG = PersonFacts(family_name="A" * 120, given_name="Amina", citizenships=("450",))
NOBODY = UUID(int=0)


@dataclass(frozen=True)
class Rows:
    """The ids that addresses name."""

    person: UUID = NOBODY
    visit: UUID = NOBODY
    unnamed: UUID = NOBODY
    totals: UUID = NOBODY
    deleted: UUID = NOBODY
    member: UUID = NOBODY
    approved: UUID = NOBODY
    ready: UUID = NOBODY
    compared: UUID = NOBODY


def furnish(app: Flask, world: World, at_desk: AtDesk) -> Rows:
    """Everything there is to look at."""
    with at_desk(world.lucca):
        rows = record(world)
    approved, ready = publish(app, world, at_desk)
    with at_desk(world.lucca, world.anna):
        invite(name="Gina", email="gina@comune.example", role=Role.READER)
    compared = compare(app, world)
    return replace(rows, approved=approved, ready=ready, compared=compared)


def record(world: World) -> Rows:
    """The seed, and somebody with a long name who came today."""
    seed.record()
    figures_of = {"users": 9, "users_f": None, "users_m": None, "topics": {"CIT": 2}}
    person = people.create_person(facts=LONG).id
    visit = visits.record_visit(facts=VisitFacts(clock.today(), ("CIT",), person)).id
    deleted = figures.store_past_total(period=parse_period("2013"), **figures_of)
    figures.delete_past_total(past_total_id=deleted.id, reason="Altro", seen_version=1)
    totals = figures.store_past_total(period=parse_period("2014"), **figures_of).id
    unnamed = visits.record_visit(facts=VisitFacts(clock.today(), ("LAV",))).id
    return Rows(person, visit, unnamed, totals, deleted.id, world.bruno.id)


def publish(app: Flask, world: World, at_desk: AtDesk) -> tuple[UUID, UUID]:
    """Lucca's half-year approved, published and sent, and another that waits to be read."""
    with at_desk(world.lucca, account=world.anna):
        add_recipient(OF_DESK, email="ufficio@prefettura.example", audience=Audience.DESK)
        asked = [editions.request_edition(DESK, period=name).id for name in ("2016-S1", "2016-S2")]
    for edition_id in asked:
        Build(app)(world.lucca, edition_id)
    with at_desk(world.lucca, account=world.anna):
        editions.approve_edition(DESK, edition_id=asked[0], seen_version=None)
        publish_edition(edition_id=asked[0])
        send_edition(LETTERS, edition_id=asked[0])
    return asked[0], asked[1]


def compare(app: Flask, world: World) -> UUID:
    """The network's edition of what is published, approved."""
    with app.app_context(), network_scope(world.rete.id):
        with unit_of_work():
            edition_id = editions.request_edition(NETWORK, period="2016-S1").id
            job_id = jobs.get_job_id(NETWORK.job, str(edition_id))
        editions.build_edition(NETWORK, edition_id=edition_id, job_id=job_id)
        with unit_of_work():
            editions.approve_edition(NETWORK, edition_id=edition_id, seen_version=None)
    return edition_id
