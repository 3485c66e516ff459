# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whoever is outside the desk receives what anybody may read, or nothing."""

from collections.abc import Callable
from datetime import date
from uuid import UUID

import pytest
from flask import Flask

from portal.core.mail import Kept, list_kept, mailbox
from portal.mailings import actions, queries
from portal.mailings.kinds import DESK, OF_DESK
from portal.mailings.rules import PROTECTED
from portal.people import actions as people
from portal.people.rules import PersonFacts
from portal.reports import editions
from portal.reports.disclosure.sheets import Audience
from portal.visits import actions as visits
from portal.visits.rules import VisitFacts
from tests.conftest import AtDesk
from tests.portal.mailings.conftest import build, request
from tests.world import World

OUTSIDE = "giornale@citta.example"


@pytest.fixture
def send(
    app: Flask, world: World, at_desk: AtDesk, settings_of: Callable[..., None],
    work: Callable[[], None],
) -> Callable[[UUID], list[Kept]]:  # fmt: skip
    """Approve an edition, send it and read what lies in the mailbox."""

    def do(edition_id: UUID) -> list[Kept]:
        settings_of(smtp_url=None)
        build(app, world.lucca, edition_id)
        with at_desk(world.lucca, world.anna):
            editions.approve_edition(DESK.editions, edition_id=edition_id, seen_version=None)
            actions.send_edition(DESK, edition_id=edition_id)
        work()
        with at_desk(world.lucca):
            return list_kept(mailbox(app.config["SETTINGS"]))

    return do


def test_an_outsider_receives_the_publishable_version(
    world: World, at_desk: AtDesk, send: Callable[[UUID], list[Kept]]
) -> None:
    with at_desk(world.lucca, world.anna):
        for topic, number in (("CIT", 9), ("LAV", 1), ("FOR", 4)):
            for _ in range(number):
                person = people.create_person(facts=PersonFacts(family_name="Sow", sex="M"))
                visits.record_visit(facts=VisitFacts(date(2016, 2, 3), (topic,), person.id))
        actions.add_recipient(OF_DESK, email=OUTSIDE)
        actions.add_recipient(OF_DESK, email="segreteria@comune.example", audience=Audience.DESK)
    letters = {one.to: one for one in send(request(at_desk, world))}
    outside, inside = letters[OUTSIDE], letters["segreteria@comune.example"]
    assert "•" in outside.text
    assert "•" not in inside.text
    assert outside.files == ("relazione-pubblicabile.csv", "relazione-pubblicabile.pdf")
    assert "prospetto.csv" in inside.files


def test_what_cannot_be_published_is_not_sent_outside(
    world: World, at_desk: AtDesk, send: Callable[[UUID], list[Kept]]
) -> None:
    """Two users in all."""
    with at_desk(world.lucca, world.anna):
        actions.add_recipient(OF_DESK, email=OUTSIDE)
    edition_id = request(at_desk, world)
    assert send(edition_id) == []
    with at_desk(world.lucca):
        (delivery,) = queries.list_deliveries(DESK, edition_id)
        assert (delivery.state, delivery.said) == ("failed", PROTECTED)
