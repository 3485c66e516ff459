# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whoever is outside the desk receives what anybody may read, or nothing."""

from collections.abc import Callable
from datetime import date
from uuid import UUID

import pytest
from flask import Flask

from portal.core.italy.periods import parse_period
from portal.core.work.mail import StoredLetter, list_kept, mailbox
from portal.figures import actions as figures
from portal.mailings import actions, queries
from portal.mailings.kinds import DESK, OF_DESK
from portal.mailings.rules import PROTECTED, may_go_again
from portal.people import actions as people
from portal.people.rules import PersonFacts
from portal.reports.disclosure.disclose import disclose
from portal.reports.disclosure.sheets import Audience
from portal.reports.disclosure.told import find_disclosure
from portal.reports.editions import lifecycle as editions
from portal.visits import actions as visits
from portal.visits.rules import VisitFacts
from tests.conftest import AtDesk
from tests.pages import PortalClient
from tests.portal.mailings.conftest import build, request
from tests.world import Someone, World

OUTSIDE = "giornale@citta.example"


@pytest.fixture
def send(
    app: Flask, world: World, at_desk: AtDesk, settings_of: Callable[..., None],
    work: Callable[[], None],
) -> Callable[[UUID], list[StoredLetter]]:  # fmt: skip
    """Approve an edition, send it and read what lies in the mailbox."""

    def do(edition_id: UUID) -> list[StoredLetter]:
        settings_of(smtp_url=None)
        build(app, world.lucca, edition_id)
        with at_desk(world.lucca, world.anna):
            editions.approve_edition(DESK.editions, edition_id=edition_id, seen_version=None)
            actions.send_edition(DESK, edition_id=edition_id)
        work()
        with at_desk(world.lucca):
            return list_kept(mailbox(app.config["SETTINGS"]))

    return do


def come() -> None:
    """Fourteen men, of whom one alone asks about work."""
    for topic, number in (("CIT", 9), ("LAV", 1), ("FOR", 4)):
        for _ in range(number):
            person = people.create_person(facts=PersonFacts(family_name="Sow", sex="M"))
            visits.record_visit(facts=VisitFacts(date(2016, 2, 3), (topic,), person.id))


def test_an_outsider_receives_the_publishable_version(
    world: World, at_desk: AtDesk, send: Callable[[UUID], list[StoredLetter]]
) -> None:
    with at_desk(world.lucca, world.anna):
        come()
        actions.add_recipient(OF_DESK, email=OUTSIDE)
        actions.add_recipient(OF_DESK, email="segreteria@comune.example", audience=Audience.DESK)
    letters = {one.to: one for one in send(request(at_desk, world))}
    outside, inside = letters[OUTSIDE], letters["segreteria@comune.example"]
    assert "•" in outside.text
    assert "•" not in inside.text
    assert outside.files == ("relazione-pubblicabile.csv", "relazione-pubblicabile.pdf")
    assert "prospetto.csv" in inside.files
    assert "Variazione in punti" in inside.text
    assert "/relazioni/edizioni/" in inside.text, "the figures that were sent, not those of today"
    assert "accesso al portale" in inside.text
    assert "accesso al portale" not in outside.text
    assert "Variazione in punti" not in outside.text


def test_what_cannot_be_published_is_not_sent_outside(
    world: World, at_desk: AtDesk, send: Callable[[UUID], list[StoredLetter]]
) -> None:
    """Two users in all."""
    with at_desk(world.lucca, world.anna):
        actions.add_recipient(OF_DESK, email=OUTSIDE)
    edition_id = request(at_desk, world)
    assert send(edition_id) == []
    with at_desk(world.lucca):
        (delivery,) = queries.list_deliveries(DESK, edition_id)
        assert (delivery.state, delivery.said) == ("failed", PROTECTED)
        assert not may_go_again(delivery.state, delivery.said, has_reason=True)


def test_the_preview_shows_both_letters(
    world: World,
    at_desk: AtDesk,
    app: Flask,
    client_of: Callable[[Someone], PortalClient],
) -> None:
    """Before the approval nothing is told: whoever looks tells nobody."""
    with at_desk(world.lucca, world.anna):
        come()
    ready = request(at_desk, world)
    build(app, world.lucca, ready)
    page = f"/s/lucca/relazioni/edizioni/{ready}/anteprima"
    anna = client_of(world.anna)
    with at_desk(world.lucca, world.anna):
        actions.add_recipient(OF_DESK, email=OUTSIDE)
        actions.add_recipient(OF_DESK, email="segreteria@comune.example", audience=Audience.DESK)
    assert "si vede qui quando l’edizione è approvata" in anna.get(page).text
    with at_desk(world.lucca, world.anna):
        editions.approve_edition(DESK.editions, edition_id=ready, seen_version=None)
    assert "•" not in anna.get(page).text
    with at_desk(world.lucca):
        assert find_disclosure(ready, Audience.PUBLIC) is None
        disclose(edition_id=ready, audience=Audience.PUBLIC)
    inside, outside = anna.get(page).text.split("Per chi sta fuori dallo sportello</h2>")
    assert "segreteria@comune.example" in inside
    assert OUTSIDE not in inside
    assert OUTSIDE in outside
    assert "•" in outside


def test_requests_that_were_not_kept_are_not_zero_outside(
    world: World, at_desk: AtDesk, send: Callable[[UUID], list[StoredLetter]]
) -> None:
    with at_desk(world.lucca, world.anna):
        figures.store_past_total(
            period=parse_period("2015"), users=300, users_f=None, users_m=None, topics={}
        )
        actions.add_recipient(OF_DESK, email=OUTSIDE)
        edition_id = editions.request_edition(DESK.editions, period="2015").id
    (outside,) = send(edition_id)
    assert "Utenti: 300; servizi erogati: n.d." in outside.text
