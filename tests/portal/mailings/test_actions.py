# SPDX-License-Identifier: AGPL-3.0-or-later
"""Recipients, deliveries and what becomes of them, step by step."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import psycopg
import pytest
from flask import Flask
from sqlalchemy import update

from portal.core import clock
from portal.core.errors import Refusal
from portal.core.store.database import db
from portal.core.store.tenancy import desk_scope
from portal.core.work import jobs
from portal.core.work.delivery import Overtaken, _begin_data
from portal.core.work.mail import list_kept, mailbox
from portal.mailings import actions, queries
from portal.mailings.kinds import DESK, OF_DESK
from portal.mailings.models import Delivery
from portal.mailings.rules import in_words
from portal.reports.editions import lifecycle as editions
from tests.conftest import AtDesk, open_jobs
from tests.sink import Sink
from tests.world import World

ChangeSettings = Callable[..., None]


def states(at_desk: AtDesk, world: World, edition_id: UUID) -> list[tuple[str, str]]:
    with at_desk(world.lucca):
        return [(sent.state, sent.said) for sent in queries.list_deliveries(DESK, edition_id)]


def send(at_desk: AtDesk, world: World, edition_id: UUID) -> None:
    with at_desk(world.lucca, world.anna):
        actions.send_edition(DESK, edition_id=edition_id)


def set_state(at_desk: AtDesk, world: World, state: str) -> None:
    with at_desk(world.lucca):
        db.session.execute(update(Delivery).values(state=state))


def test_a_recipient_is_added_once_and_comes_back(world: World, at_desk: AtDesk) -> None:
    with at_desk(world.lucca):
        first = actions.add_recipient(OF_DESK, email=" Ufficio@Comune.Example ", name=" Ufficio  A")
        assert (first.email, first.name) == ("ufficio@comune.example", "Ufficio A")
        with pytest.raises(Refusal, match="già tra i destinatari"):
            actions.add_recipient(OF_DESK, email="ufficio@comune.example")
        actions.end_recipient(OF_DESK, recipient_id=first.id)
        assert queries.list_recipients(OF_DESK) == []
        assert actions.add_recipient(OF_DESK, email="ufficio@comune.example").id == first.id
        assert len(queries.list_recipients(OF_DESK)) == 1


def test_nothing_leaves_without_approval(
    world: World, at_desk: AtDesk, ready: UUID, offices: tuple[str, ...]
) -> None:
    with at_desk(world.lucca), pytest.raises(Refusal, match="non è approvata"):
        actions.send_edition(DESK, edition_id=ready)
    with at_desk(world.lucca):
        assert queries.list_deliveries(DESK, ready) == []
        assert open_jobs() == []


def test_even_a_row_put_there_by_hand_is_not_sent_without_approval(
    world: World,
    at_desk: AtDesk,
    ready: UUID,
    offices: tuple[str, ...],
    sink: Sink,
    work: Callable[[], None],
) -> None:
    with at_desk(world.lucca):
        for one in queries.list_recipients(DESK):
            delivery = Delivery(edition_id=ready, recipient_id=one.id)
            db.session.add(delivery)
            db.session.flush()
            jobs.enqueue("deliver", str(delivery.id))
    work()
    assert sink.accepted() == []
    assert states(at_desk, world, ready) == [("queued", "internal")] * 3


def test_sent_twice_is_one_letter_each(
    world: World,
    at_desk: AtDesk,
    approved: UUID,
    offices: tuple[str, ...],
    sink: Sink,
    work: Callable[[], None],
) -> None:
    for _time in range(2):
        send(at_desk, world, approved)
        work()
    assert sorted(line.split()[1] for line in sink.accepted()) == sorted(offices)
    assert states(at_desk, world, approved) == [("sent", "250 2.0.0")] * 3
    with at_desk(world.lucca):
        assert open_jobs() == []


def test_without_a_server_letters_lie_in_the_mailbox(
    app: Flask,
    world: World,
    at_desk: AtDesk,
    approved: UUID,
    offices: tuple[str, ...],
    settings_of: ChangeSettings,
    work: Callable[[], None],
) -> None:
    send(at_desk, world, approved)
    work()
    set_state(at_desk, world, "queued")
    with at_desk(world.lucca):
        db.session.execute(update(jobs.Job).values(finished_at=None))
    work()
    with app.app_context(), desk_scope(world.lucca.id):
        folder = mailbox(app.config["SETTINGS"])
        kept = list_kept(folder)
    assert sorted(one.to for one in kept) == sorted(offices)
    assert {one.files for one in kept} == {("prospetto.csv", "relazione.csv")}
    assert {path.suffix for path in folder.iterdir()} == {".eml"}
    assert folder.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("state", ["queued", "claimed"])
def test_a_letter_that_was_only_claimed_is_tried_again(
    world: World,
    at_desk: AtDesk,
    approved: UUID,
    offices: tuple[str, ...],
    settings_of: ChangeSettings,
    work: Callable[[], None],
    state: str,
) -> None:
    send(at_desk, world, approved)
    set_state(at_desk, world, state)
    work()
    assert states(at_desk, world, approved) == [("sent", "kept")] * 3


def test_a_letter_whose_mailer_died_is_uncertain_until_a_person_decides(
    world: World,
    at_desk: AtDesk,
    approved: UUID,
    offices: tuple[str, ...],
    sink: Sink,
    work: Callable[[], None],
) -> None:
    send(at_desk, world, approved)
    set_state(at_desk, world, "transmitting")
    work()
    work()
    assert states(at_desk, world, approved) == [("uncertain", "")] * 3
    assert sink.accepted() == []
    with at_desk(world.lucca, world.anna):
        first = queries.list_deliveries(DESK, approved)[0].letter_id
        assert len(queries.list_uncertain(DESK)) == 3
        for _click in range(2):
            actions.send_again(DESK, delivery_id=first)
        assert len(open_jobs()) == 1
    work()
    assert [state for state, _said in states(at_desk, world, approved)] == [
        "sent",
        "uncertain",
        "uncertain",
    ]
    assert sink.accepted() == [f"<{first}@127.0.0.1> prefettura@ufficio.example"]


def test_a_letter_that_was_sent_is_not_sent_again_by_a_click(
    world: World,
    at_desk: AtDesk,
    approved: UUID,
    offices: tuple[str, ...],
    settings_of: ChangeSettings,
    work: Callable[[], None],
) -> None:
    send(at_desk, world, approved)
    work()
    with at_desk(world.lucca, world.anna):
        for sent in queries.list_deliveries(DESK, approved):
            actions.send_again(DESK, delivery_id=sent.letter_id)
        assert open_jobs() == []


def test_who_was_removed_receives_nothing_that_was_still_queued(
    world: World,
    at_desk: AtDesk,
    approved: UUID,
    offices: tuple[str, ...],
    sink: Sink,
    work: Callable[[], None],
) -> None:
    send(at_desk, world, approved)
    with at_desk(world.lucca, world.anna):
        actions.end_recipient(DESK, recipient_id=queries.list_recipients(DESK)[0].id)
    work()
    assert states(at_desk, world, approved)[0] == ("failed", "ended")
    assert [line.split()[1] for line in sink.accepted()] == list(offices[1:])


def test_a_server_that_is_away_is_tried_for_two_days(
    world: World,
    at_desk: AtDesk,
    approved: UUID,
    offices: tuple[str, ...],
    settings_of: ChangeSettings,
    work: Callable[[], None],
) -> None:
    settings_of(smtp_url="smtp://127.0.0.1:1")
    send(at_desk, world, approved)
    began = clock.now()
    with clock.stopped_at(began + timedelta(days=9)):
        work()
    assert states(at_desk, world, approved) == [("queued", "connection")] * 3
    with clock.stopped_at(began + timedelta(hours=47)):
        work()
    assert states(at_desk, world, approved) == [("queued", "connection")] * 3
    with clock.stopped_at(began + timedelta(hours=49)):
        work()
    assert states(at_desk, world, approved) == [("failed", "connection")] * 3
    with at_desk(world.lucca):
        assert open_jobs() == []


def test_who_was_overtaken_sends_nothing(
    app: Flask,
    world: World,
    at_desk: AtDesk,
    approved: UUID,
    offices: tuple[str, ...],
) -> None:
    send(at_desk, world, approved)
    with at_desk(world.lucca):
        first = queries.list_deliveries(DESK, approved)[0].letter_id
    for state in ("queued", "transmitting", "sent", "uncertain", "failed"):
        set_state(at_desk, world, state)
        with app.app_context(), desk_scope(world.lucca.id), pytest.raises(Overtaken):
            _begin_data(actions.letters_of(DESK), first)


def supersede(at_desk: AtDesk, world: World, edition_id: UUID) -> None:
    with at_desk(world.lucca, world.anna):
        editions.get_edition(DESK.editions, edition_id).state = "superseded"


def test_an_edition_that_was_replaced_is_not_sent(
    world: World,
    at_desk: AtDesk,
    approved: UUID,
    offices: tuple[str, ...],
    sink: Sink,
    work: Callable[[], None],
) -> None:
    send(at_desk, world, approved)
    supersede(at_desk, world, approved)
    work()
    assert sink.accepted() == []
    assert states(at_desk, world, approved) == [("failed", "superseded")] * 3
    with at_desk(world.lucca, world.anna):
        assert open_jobs() == []
        first = queries.list_deliveries(DESK, approved)[0].letter_id
        with pytest.raises(Refusal, match="sostituita"):
            actions.send_again(DESK, delivery_id=first)
        assert open_jobs() == []


def test_an_edition_replaced_while_the_server_is_reached_stays_here(
    app: Flask, world: World, at_desk: AtDesk, approved: UUID, offices: tuple[str, ...]
) -> None:
    send(at_desk, world, approved)
    set_state(at_desk, world, "claimed")
    with at_desk(world.lucca):
        first = queries.list_deliveries(DESK, approved)[0].letter_id
    supersede(at_desk, world, approved)
    with app.app_context(), desk_scope(world.lucca.id), pytest.raises(Overtaken):
        _begin_data(actions.letters_of(DESK), first)
    assert states(at_desk, world, approved)[0] == ("claimed", "")


def damage_files(app: Flask, world: World) -> None:
    """As a disk or a hand past the portal would."""
    with psycopg.connect(app.config["SETTINGS"].database_owner_url) as connection:
        connection.execute("SELECT set_config('portal.desk', %s, true)", [str(world.lucca.id)])
        done = connection.execute("UPDATE edition_file SET content = 'altro'")
        assert done.rowcount > 0


def test_our_own_error_is_not_blamed_on_the_server(
    app: Flask,
    world: World,
    at_desk: AtDesk,
    approved: UUID,
    offices: tuple[str, ...],
    settings_of: ChangeSettings,
    work: Callable[[], None],
) -> None:
    settings_of(smtp_url="smtp://127.0.0.1:1")
    send(at_desk, world, approved)
    work()
    assert states(at_desk, world, approved) == [("queued", "connection")] * 3
    damage_files(app, world)
    work()
    assert states(at_desk, world, approved) == [("queued", "internal")] * 3
    with clock.stopped_at(clock.now() + timedelta(hours=49)):
        work()
    assert states(at_desk, world, approved) == [("failed", "internal")] * 3
    with app.app_context():
        words = in_words("failed", "internal", clock.now())
    assert words.startswith("non riuscita per un errore del portale")
