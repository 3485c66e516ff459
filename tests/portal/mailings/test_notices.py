# SPDX-License-Identifier: AGPL-3.0-or-later
"""«Aspetta la tua approvazione»: a letter to each manager, with the promise that editions have."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import select, update

from config.settings import child_environment
from portal.accounts import actions as accounts
from portal.accounts.invitations.actions import invite
from portal.accounts.members.actions import add_membership
from portal.accounts.models import Account, Membership
from portal.cli import main
from portal.core import clock
from portal.core.store.database import db
from portal.core.store.tenancy import desk_scope
from portal.core.web.access import Role
from portal.core.work import jobs
from portal.core.work.delivery import Overtaken, _begin_data
from portal.core.work.job_names import JobName
from portal.core.work.mail import list_kept, mailbox
from portal.mailings import actions, queries
from portal.mailings.kinds import DESK
from portal.mailings.models import ApprovalNotice
from portal.reports.editions import lifecycle as editions
from portal.reports.models import Edition, EditionRow
from tests.conftest import AtDesk, open_jobs
from tests.pages import PortalClient
from tests.portal.mailings.conftest import request
from tests.sink import Sink
from tests.world import Someone, World
from worker import run

ClientOf = Callable[[Someone], PortalClient]
ChangeSettings = Callable[..., None]
Work = Callable[[], None]


@pytest.fixture
def waiting(app: Flask, world: World, at_desk: AtDesk) -> UUID:
    """An edition that the timetable asked for, built by the worker: it waits for Anna."""
    edition_id = request(at_desk, world)
    with at_desk(world.lucca):
        editions.get_edition(DESK.editions, edition_id).requested_by = None
    build_again(app, world, at_desk, edition_id)
    return edition_id


def build_again(app: Flask, world: World, at_desk: AtDesk, edition_id: UUID) -> None:
    """As the worker does it, whatever became of the job before."""
    with at_desk(world.lucca):
        job_id = jobs.get_job_id(JobName.BUILD_EDITION, str(edition_id))
        db.session.get_one(jobs.Job, job_id).finished_at = None
    with app.app_context():
        run.do_job(job_id)


def outcomes(at_desk: AtDesk, world: World, edition_id: UUID) -> list[tuple[str, str, str]]:
    with at_desk(world.lucca):
        sent = queries.list_notices(edition_id)
        return [(one.email, one.state, one.said) for one in sent]


def notice_of(at_desk: AtDesk, world: World) -> UUID:
    with at_desk(world.lucca):
        return db.session.scalars(select(ApprovalNotice.id)).one()


def set_state(at_desk: AtDesk, world: World, state: str) -> None:
    with at_desk(world.lucca):
        db.session.execute(update(ApprovalNotice).values(state=state))


def approve(at_desk: AtDesk, world: World, edition_id: UUID) -> None:
    with at_desk(world.lucca, world.anna):
        editions.approve_edition(DESK.editions, edition_id=edition_id, seen_version=None)


def test_each_manager_gets_one_letter_however_often_it_is_built(
    app: Flask,
    world: World,
    at_desk: AtDesk,
    waiting: UUID,
    sink: Sink,
    work: Work,
) -> None:
    with at_desk(world.lucca):
        actions.announce_edition(editions.get_edition(DESK.editions, waiting))
    build_again(app, world, at_desk, waiting)
    work()
    work()
    assert [line.split()[1] for line in sink.accepted()] == [world.anna.email]
    assert outcomes(at_desk, world, waiting) == [(world.anna.email, "sent", "250 2.0.0")]


def test_whoever_asked_for_the_edition_knows(
    app: Flask, world: World, at_desk: AtDesk, work: Work
) -> None:
    edition_id = request(at_desk, world)
    build_again(app, world, at_desk, edition_id)
    assert outcomes(at_desk, world, edition_id) == []


def test_every_manager_who_can_come_in_is_told(
    app: Flask,
    world: World,
    at_desk: AtDesk,
    identity: AtDesk,
) -> None:
    """Not whoever asked, nor who has not come yet, nor an account that is disabled."""
    with identity():
        for name in ("gina", "ivo", "lara"):
            account = accounts.add_account(email=f"{name}@sportelli.example", name=name)
            add_membership(account_id=account.id, role=Role.MANAGER, place_id=world.lucca.id)
            account.disabled_at = clock.now() if name == "lara" else None
    with at_desk(world.lucca):
        invite(name="Mara", email="mara@sportelli.example", role=Role.MANAGER)
    edition_id = request(at_desk, world)
    build_again(app, world, at_desk, edition_id)
    told = [email for email, _state, _said in outcomes(at_desk, world, edition_id)]
    assert told == ["gina@sportelli.example", "ivo@sportelli.example"]


def test_a_desk_without_managers_has_its_edition_all_the_same(
    app: Flask, world: World, at_desk: AtDesk, identity: AtDesk
) -> None:
    with identity():
        db.session.execute(update(Membership).values(ended_at=clock.now()))
    edition_id = request(at_desk, world)
    build_again(app, world, at_desk, edition_id)
    with at_desk(world.lucca):
        assert editions.get_edition(DESK.editions, edition_id).state == "ready"
        assert queries.list_notices(edition_id) == []


def test_while_the_edition_is_made_anew_the_letter_waits(
    world: World,
    at_desk: AtDesk,
    waiting: UUID,
    sink: Sink,
    work: Work,
) -> None:
    for state in ("queued", "building", "failed", "ready"):
        assert sink.accepted() == []
        with at_desk(world.lucca):
            editions.get_edition(DESK.editions, waiting).state = state
        work()
    assert len(sink.accepted()) == 1


@pytest.mark.parametrize("replaced", [True, False])
def test_of_an_older_edition_nobody_is_told(
    world: World,
    at_desk: AtDesk,
    waiting: UUID,
    sink: Sink,
    work: Work,
    replaced: bool,
) -> None:
    """Also while the newer one is only asked for: the older can be approved no more."""
    with at_desk(world.lucca):
        edition = editions.get_edition(DESK.editions, waiting)
        edition.state = "superseded" if replaced else "ready"
        db.session.add(Edition(period=edition.period, baseline=edition.baseline, number=2))
    work()
    assert sink.accepted() == []
    assert outcomes(at_desk, world, waiting) == [(world.anna.email, "failed", "superseded")]


def test_an_edition_is_ready_with_its_notices_or_not_at_all(
    app: Flask, world: World, at_desk: AtDesk
) -> None:
    edition_id = request(at_desk, world)
    with at_desk(world.lucca):
        editions.get_edition(DESK.editions, edition_id).requested_by = None
        job_id = jobs.get_job_id(JobName.BUILD_EDITION, str(edition_id))

    def fail(edition: EditionRow) -> None:
        actions.announce_edition(edition)
        raise ConnectionResetError

    with app.app_context(), desk_scope(world.lucca.id), pytest.raises(ConnectionResetError):
        editions.build_edition(DESK.editions, edition_id=edition_id, job_id=job_id, on_ready=fail)
    with at_desk(world.lucca):
        assert editions.get_edition(DESK.editions, edition_id).state == "building"
        assert queries.list_notices(edition_id) == []
        assert jobs.find_job(job_id)


def test_the_letter_says_what_to_do_and_no_figure(
    app: Flask,
    world: World,
    at_desk: AtDesk,
    waiting: UUID,
    settings_of: ChangeSettings,
    work: Work,
) -> None:
    settings_of(public_url="https://sportelli.example")
    work()
    with at_desk(world.lucca):
        (letter,) = list_kept(mailbox(app.config["SETTINGS"]))
    assert letter.to == world.anna.email
    assert letter.subject == (
        "Da approvare: relazione I semestre 2016 – Sportello di Lucca (edizione 1)"
    )
    assert letter.text.replace("\r\n", "\n") == (
        "UNA RELAZIONE ASPETTA LA TUA APPROVAZIONE\n"
        "Sportello di Lucca\n\n"
        "La relazione I semestre 2016 (edizione 1) è pronta. Finché nessuno la\n"
        "approva non parte per gli uffici e i suoi numeri non entrano nel\n"
        "confronto della rete.\n\n"
        "Leggila e approvala (serve l’accesso al portale):\n"
        f"https://sportelli.example/s/lucca/relazioni/edizioni/{waiting}\n\n"
        "--\n"
        "Questo messaggio non contiene dati della relazione né nomi di persone.\n"
        "Ricevi questa e-mail perché sei responsabile dello sportello.\n"
    )
    assert letter.files == ()


def test_an_edition_approved_before_it_leaves_needs_no_letter(
    world: World,
    at_desk: AtDesk,
    waiting: UUID,
    sink: Sink,
    work: Work,
) -> None:
    approve(at_desk, world, waiting)
    work()
    assert sink.accepted() == []
    assert outcomes(at_desk, world, waiting) == [(world.anna.email, "failed", "approved")]


def test_approved_while_the_server_is_reached_it_stays_here(
    app: Flask, world: World, at_desk: AtDesk, waiting: UUID
) -> None:
    set_state(at_desk, world, "claimed")
    notice_id = notice_of(at_desk, world)
    approve(at_desk, world, waiting)
    with app.app_context(), desk_scope(world.lucca.id), pytest.raises(Overtaken):
        _begin_data(actions.NOTICES, notice_id)


def test_who_is_no_manager_any_more_gets_nothing(
    world: World,
    at_desk: AtDesk,
    identity: AtDesk,
    waiting: UUID,
    sink: Sink,
    work: Work,
) -> None:
    with identity():
        anna = Membership.account_id == world.anna.id
        db.session.execute(update(Membership).where(anna).values(role=Role.OPERATOR))
    work()
    assert sink.accepted() == []
    assert outcomes(at_desk, world, waiting) == [(world.anna.email, "failed", "no_manager")]


def test_a_letter_that_failed_is_seen_and_sent_again(
    world: World,
    client_of: ClientOf,
    at_desk: AtDesk,
    waiting: UUID,
    sink: Sink,
    work: Work,
) -> None:
    sink.tell("rcpt 550 5.2.2 full")
    work()
    page = f"/s/lucca/relazioni/edizioni/{waiting}/consegne"
    again = f"/s/lucca/consegne/avvisi/{notice_of(at_desk, world)}/di-nuovo"
    anna = client_of(world.anna)
    assert "rifiutata: casella piena" in anna.get(page).text
    assert f'href="{page}"' in anna.get(f"/s/lucca/relazioni/edizioni/{waiting}").text
    bruno = client_of(world.bruno)
    assert world.anna.email not in bruno.get(page).text
    sink.tell("")
    assert anna.submit(page, {}, action=again).location == page
    work()
    assert outcomes(at_desk, world, waiting) == [(world.anna.email, "sent", "250 2.0.0")]
    assert len(sink.accepted()) == 1
    assert again not in anna.get(page).text


def test_who_left_the_desk_stays_on_the_page_without_an_address(
    world: World, client_of: ClientOf, at_desk: AtDesk, identity: AtDesk, waiting: UUID
) -> None:
    set_state(at_desk, world, "uncertain")
    gina = Someone("Gina Rossi", Role.MANAGER, world.lucca)
    with identity():
        db.session.add(Account(id=gina.id, email=gina.email, name=gina.name))
        db.session.flush()
        add_membership(account_id=gina.id, role=gina.role, place_id=world.lucca.id)
        db.session.execute(
            update(Membership)
            .where(Membership.account_id == world.anna.id)
            .values(ended_at=clock.now())
        )
    shown = client_of(gina).get(f"/s/lucca/relazioni/edizioni/{waiting}/consegne")
    assert "Anna Bianchi" in shown.text
    assert world.anna.email not in shown.text
    assert "può arrivare due volte" in shown.text


def test_an_uncertain_one_is_listed_for_whoever_runs_the_portal(
    app: Flask, world: World, at_desk: AtDesk, waiting: UUID
) -> None:
    set_state(at_desk, world, "uncertain")
    notice_id = notice_of(at_desk, world)
    environment = child_environment(app.config["SETTINGS"])
    status = ["mail", "status", "--desk", "lucca"]
    done = CliRunner().invoke(main, status, env=environment)
    assert done.exit_code == 1
    assert done.stdout.splitlines() == [
        "lucca: 1 esito incerto",
        f"  esito incerto: {notice_id} lucca 2016-S1 edizione 1",
    ]
    approve(at_desk, world, waiting)
    assert CliRunner().invoke(main, status, env=environment).exit_code == 0


def test_nobody_is_told_for_ever(
    world: World,
    at_desk: AtDesk,
    waiting: UUID,
    settings_of: ChangeSettings,
    work: Work,
) -> None:
    settings_of(smtp_url="smtp://127.0.0.1:1")
    work()
    assert outcomes(at_desk, world, waiting) == [(world.anna.email, "queued", "connection")]
    with clock.stopped_at(clock.now() + timedelta(hours=49)):
        work()
    assert outcomes(at_desk, world, waiting) == [(world.anna.email, "failed", "connection")]
    with at_desk(world.lucca):
        assert open_jobs() == []
