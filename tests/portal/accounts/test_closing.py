# SPDX-License-Identifier: AGPL-3.0-or-later
"""All operators of a managing body stop on a day, and somebody goes on from what they had begun."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from threading import Barrier, BrokenBarrierError, Thread
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from portal.accounts.members import actions, queries
from portal.accounts.models import Membership, SecurityEvent
from portal.core import clock
from portal.core.errors import Refusal
from portal.core.italy import formats
from portal.core.store.database import db
from portal.core.store.tenancy import desk_scope
from portal.core.store.unit import unit_of_work
from portal.core.web.access import Role
from portal.core.work import jobs
from portal.core.work.job_names import JobName
from portal.drafts import actions as drafts
from tests.conftest import AtDesk
from tests.pages import PortalClient
from tests.portal.accounts.doors import new_browser, sign_in
from tests.world import Someone, World
from worker import run

ClientOf = Callable[[Someone], PortalClient]
PAGE = "/s/lucca/operatori/gestore"
BODY = "Cooperativa Ponte"


@pytest.fixture
def cooperative(identity: AtDesk, world: World) -> list[Someone]:
    """Bruno and Carla work for it at Lucca; Bruno works at Capannori too."""
    with identity():
        for one in (world.bruno, world.carla):
            held = select(Membership).where(Membership.account_id == one.id)
            db.session.scalars(held).one().managing_body = BODY
        actions.add_membership(
            account_id=world.bruno.id, role=Role.OPERATOR, place_id=world.capannori.id
        )
    return [world.bruno, world.carla]


def close(client: PortalClient, stays: Someone, **values: str) -> Any:
    day = formats.day(clock.today())
    form = {"managing_body": BODY, "last_day": day, "heir": str(stays.id)} | values
    return client.submit(PAGE, form, action=PAGE)


def end_of_day(app: Flask, at_desk: AtDesk, world: World) -> None:
    with at_desk(world.lucca):
        job_id = jobs.get_job_id(JobName.END_MEMBERSHIPS, clock.today().isoformat())
        job = jobs.find_job(job_id)
        assert job is not None
        assert clock.in_rome(job.due_at).date() == clock.today() + timedelta(days=1)
    with clock.stopped_at(job.due_at), app.app_context():
        run.do_job(job_id)


def test_they_work_until_the_day_and_no_longer(
    app: Flask, client_of: ClientOf, cooperative: list[Someone], world: World
) -> None:
    anna = client_of(world.anna)
    assert close(anna, world.anna).status_code == 303
    page = anna.get("/s/lucca/operatori").text
    assert page.count("fino al") == 2
    for one in cooperative:
        assert client_of(one).get("/s/lucca/persone").status_code == 200
    with clock.stopped_at(clock.start_of(clock.today() + timedelta(days=1))):
        for one in (*cooperative, world.anna):
            browser = new_browser(app)
            sign_in(browser, one.email)
            # Also before the job, which may be late.
            status = browser.get("/s/lucca/persone").status_code
            assert status == (200 if one is world.anna else 404)
            if one is world.bruno:
                assert browser.get("/s/capannori/").status_code == 200


def test_their_drafts_go_to_who_stays(
    app: Flask, client_of: ClientOf, cooperative: list[Someone], at_desk: AtDesk, world: World
) -> None:
    for desk in (world.lucca, world.capannori):
        with at_desk(desk, world.bruno):
            drafts.keep(
                form_token=UUID(int=1), page=f"/s/{desk.slug}/", fields=[["note", "x"]], number=1
            )
    close(client_of(world.anna), world.anna)
    end_of_day(app, at_desk, world)
    with at_desk(world.lucca, world.anna):
        assert [draft.form_token for draft in drafts.list_drafts()] == [UUID(int=1)]
    with at_desk(world.capannori, world.bruno):
        assert len(drafts.list_drafts()) == 1, "another desk's stay his"
    with at_desk(world.lucca):
        kinds = list(db.session.scalars(select(SecurityEvent.kind)))
        assert kinds.count("role_ends") == kinds.count("role_removed") == 2


@pytest.mark.parametrize("becomes", [None, Role.READER])
def test_the_drafts_of_an_heir_who_cannot_go_on_go_to_a_manager(
    app: Flask,
    client_of: ClientOf,
    cooperative: list[Someone],
    at_desk: AtDesk,
    world: World,
    becomes: Role | None,
) -> None:
    """Taken out of the desk since, or made a reader."""
    with at_desk(world.lucca, world.bruno):
        drafts.keep(form_token=UUID(int=1), page="/s/lucca/", fields=[["note", "x"]], number=1)
    with at_desk(world.lucca):
        change_role(world.carla, Role.OPERATOR, was="reader")
    close(client_of(world.anna), world.carla)
    with at_desk(world.lucca):
        if becomes is None:
            actions.remove_member(account_id=world.carla.id, seen_role="operator")
        else:
            change_role(world.carla, becomes, was="operator")
    end_of_day(app, at_desk, world)
    with at_desk(world.lucca, world.anna):
        assert [draft.form_token for draft in drafts.list_drafts()] == [UUID(int=1)]


def change_role(who: Someone, role: Role, *, was: str, managing_body: str = "") -> None:
    actions.change_role(account_id=who.id, role=role, seen_role=was, managing_body=managing_body)


def test_two_managers_who_close_each_other_take_turns(
    app: Flask, at_desk: AtDesk, world: World
) -> None:
    with at_desk(world.lucca):
        change_role(world.carla, Role.OPERATOR, was="reader")
        for manager, role in ((world.anna, "manager"), (world.bruno, "operator")):
            change_role(manager, Role.MANAGER, was=role, managing_body=manager.name)
    both, refused = Barrier(2), []

    def close_of(manager: Someone, other: Someone) -> None:
        with (
            app.app_context(),
            desk_scope(world.lucca.id, account_id=manager.id),
            suppress(Refusal),
            unit_of_work(),
        ):
            try:
                actions.close_managing_body(
                    other.name, last_day=clock.today(), heir_id=world.carla.id
                )
            except Refusal:
                refused.append(manager)
                raise
            with suppress(BrokenBarrierError):
                both.wait(timeout=2)

    pairs = ((world.anna, world.bruno), (world.bruno, world.anna))
    threads = [Thread(target=close_of, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with at_desk(world.lucca):
        assert queries.count_lasting_managers() == 1
    assert len(refused) == 1


def test_whoever_stays_after_all_is_not_ended(
    app: Flask, client_of: ClientOf, cooperative: list[Someone], at_desk: AtDesk, world: World
) -> None:
    anna = client_of(world.anna)
    close(anna, world.anna)
    stays = f"/s/lucca/operatori/{world.bruno.id}/resta"
    assert anna.submit("/s/lucca/operatori", {}, action=stays).status_code == 303
    assert "Ultimo giorno tolto" in anna.get("/s/lucca/operatori/registro").text
    end_of_day(app, at_desk, world)
    with at_desk(world.lucca):
        assert {member.name for member in queries.list_members()} == {"Anna Bianchi", "Bruno Neri"}
        of_bruno = select(SecurityEvent.kind).where(SecurityEvent.subject_id == world.bruno.id)
        kinds = list(db.session.scalars(of_bruno.order_by(SecurityEvent.at)))
        assert kinds[-2:] == ["role_ends", "role_stays"]


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"last_day": "1/1/2020"}, "già passato"),
        ({"last_day": ""}, "Scrivi l’ultimo giorno"),
        ({"last_day": " "}, "Scrivi l’ultimo giorno"),
        ({"last_day": "31/11/2026"}, "Il 31/11/2026 non esiste"),
        ({"managing_body": "Altra"}, ""),
        ({"heir": str(uuid4())}, ""),
    ],
)
def test_a_faulty_closing_changes_nothing(
    values: dict[str, str], sentence: str, client_of: ClientOf, cooperative: list[Someone],
    at_desk: AtDesk, world: World,
) -> None:  # fmt: skip
    answer = close(client_of(world.anna), world.anna, **values)
    assert answer.status_code == 422
    assert sentence in answer.text
    with at_desk(world.lucca):
        assert all(member.ends_on is None for member in queries.list_members())


def test_the_heir_must_stay_and_a_manager_too(
    cooperative: list[Someone], at_desk: AtDesk, world: World
) -> None:
    today = clock.today()
    with at_desk(world.lucca):
        with pytest.raises(Refusal, match="deve restare"), db.session.begin_nested():
            actions.close_managing_body(BODY, last_day=today, heir_id=world.carla.id)
        actions.change_role(
            account_id=world.anna.id, role=Role.MANAGER, seen_role="manager", managing_body=BODY
        )
        actions.change_role(
            account_id=world.carla.id, role=Role.OPERATOR, seen_role="reader", managing_body=""
        )
        with pytest.raises(Refusal, match="almeno un responsabile"):
            actions.close_managing_body(BODY, last_day=today, heir_id=world.carla.id)


def test_whoever_only_reads_is_given_no_drafts(
    client_of: ClientOf, cooperative: list[Someone], at_desk: AtDesk, world: World
) -> None:
    with at_desk(world.lucca):
        actions.change_role(
            account_id=world.carla.id, role=Role.READER, seen_role="reader", managing_body=""
        )
        with pytest.raises(Refusal, match="sola lettura"), db.session.begin_nested():
            actions.close_managing_body(BODY, last_day=clock.today(), heir_id=world.carla.id)
    offered = client_of(world.anna).soup(PAGE).select("[name=heir] option")
    assert {option.text for option in offered} == {"Anna Bianchi", "Bruno Neri"}


def test_a_desk_without_managing_bodies_is_told(client_of: ClientOf, world: World) -> None:
    assert "ha un gestore" in client_of(world.anna).get(PAGE).text
