# SPDX-License-Identifier: AGPL-3.0-or-later
"""What an act may cost: statements of a save, lists of a letter, thaws of a build."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from types import FrameType
from typing import Any
from uuid import UUID

from flask import Flask

from portal.core.store.database import db
from portal.core.store.tenancy import desk_scope
from portal.core.store.unit import unit_of_work
from portal.core.work import jobs
from portal.core.work.delivery import deliver
from portal.mailings.actions import add_recipient, letters_of, send_edition
from portal.mailings.kinds import DESK as LETTERS
from portal.mailings.kinds import OF_DESK
from portal.mailings.models import Delivery
from portal.people import actions as people
from portal.people.rules import PersonFacts
from portal.reports.disclosure.sheets import Audience
from portal.reports.editions import lifecycle, snapshot
from portal.reports.editions.desk import DESK
from portal.visits import actions as visits
from portal.visits.rules import VisitFacts
from tests.conftest import AtDesk
from tests.pages import PortalClient
from tests.statements import counted, of_posts_alone
from tests.world import Someone, World

MOST_OF_A_SAVE = 12
PERIOD = "2016-S1"


def test_a_save_at_the_counter_asks_little_of_the_database(
    app: Flask,
    world: World,
    at_desk: AtDesk,
    client_of: Callable[[Someone], PortalClient],
    record_property: Callable[[str, str], None],
) -> None:
    with at_desk(world.lucca):
        person = people.create_person(facts=PersonFacts(family_name="Diallo", sex="F")).id
    client, address = client_of(world.bruno), f"/s/lucca/accessi/nuovo?persona={person}"
    # What a process remembers of a desk for a while is known by then.
    client.submit(address, {"topics": ["CIT"]}, headers={"HX-Request": "true"})
    with app.app_context(), counted(speaking=True) as statements, of_posts_alone(app, statements):
        client.submit(address, {"topics": ["CIT"]}, headers={"HX-Request": "true"})
    record_property("summary", f"statements of a save at the counter: {len(statements)}")
    assert len(statements) <= MOST_OF_A_SAVE, "\n".join(statements)
    assert [statement for statement in statements if "1 != 1" in statement] == []


def test_an_edition_is_thawed_once_a_build_and_listed_once_a_letter(
    app: Flask, world: World, at_desk: AtDesk
) -> None:
    with at_desk(world.lucca):
        person = people.create_person(facts=PersonFacts(family_name="Diallo", sex="F"))
        visits.record_visit(facts=VisitFacts(date(2016, 2, 3), ("CIT",), person.id))
        add_recipient(OF_DESK, email="protocollo@comune.example", name="Protocollo",
                      audience=Audience.DESK)  # fmt: skip
    with app.app_context(), desk_scope(world.lucca.id, account_id=world.anna.id):
        with unit_of_work():
            asked = lifecycle.request_edition(DESK, period=PERIOD).id
            job_id = jobs.get_job_id(DESK.job, str(asked))
        with calls_of(snapshot.thaw) as thawed:
            lifecycle.build_edition(DESK, edition_id=asked, job_id=job_id)
        assert len(thawed) == 1
        with unit_of_work():
            lifecycle.approve_edition(DESK, edition_id=asked, seen_version=None)
            send_edition(LETTERS, edition_id=asked)
            delivery_id: UUID = db.session.query(Delivery.id).scalar()
            job_id = jobs.get_job_id("deliver", str(delivery_id))
        with counted() as statements, calls_of(lifecycle.list_files) as listed:
            deliver(letters_of(LETTERS), letter_id=delivery_id, job_id=job_id)
        assert len(listed) == 1
        assert any("FROM edition_file" in statement for statement in statements)


@contextmanager
def calls_of(function: Any) -> Iterator[list[str]]:
    """One entry for each call of the function in the block."""
    calls: list[str] = []

    def note(frame: FrameType, event: str, _argument: Any) -> None:
        if event == "call" and frame.f_code is function.__code__:
            calls.append(function.__name__)

    sys.setprofile(note)
    try:
        yield calls
    finally:
        sys.setprofile(None)
