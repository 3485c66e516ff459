# SPDX-License-Identifier: AGPL-3.0-or-later
"""The link of an invitation: good once, for a week, and only for the desk that made it."""

import time
from collections.abc import Callable
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import select

from portal.accounts import actions
from portal.accounts.models import Account, Invitation
from portal.accounts.rules import INVITATION
from portal.core import clock
from portal.core.store.database import db
from portal.core.web.access import Role
from tests.conftest import AtDesk
from tests.pages import PortalClient
from tests.portal.accounts.test_members import invite, link_in, press
from tests.world import PASSWORD, World

NEW = "quattro gatti sul tetto"
CHOSEN = {"new": NEW, "again": NEW}


@pytest.fixture
def link(client_of: Callable, world: World) -> str:
    """The path of a new person's link, from the manager's page."""
    return urlsplit(link_in(invite(client_of(world.anna)))).path


def test_the_link_names_the_configured_site(client_of: Callable, world: World) -> None:
    anna = client_of(world.anna)
    form = {"name": "Gina", "email": "gina@comune.example", "role": "reader"}
    answer = anna.submit("/s/lucca/operatori", form, action="/s/lucca/operatori")
    site = anna.application.config["SETTINGS"].public_url
    assert link_in(answer).startswith(f"{site}/invito/")


def test_the_first_password_opens_the_desk(visitor: PortalClient, link: str) -> None:
    answer = visitor.submit(link, CHOSEN)
    assert (answer.status_code, answer.location) == (303, "/")
    assert visitor.get("/s/lucca/").status_code == 200
    other: Any = visitor.application.test_client()
    signed_in = other.submit("/accedi", {"email": "gina@comune.example", "password": NEW})
    assert signed_in.status_code == 303


def test_a_link_works_once(visitor: PortalClient, app: Flask, link: str) -> None:
    for _number in range(3):
        assert visitor.get(link).status_code == 200
    assert visitor.submit(link, CHOSEN).status_code == 303
    second: Any = app.test_client()
    over = second.get(link)
    assert over.status_code == 404
    assert "Chiedi un nuovo link al responsabile" in over.text


def test_a_faulty_password_does_not_spend_the_link(visitor: PortalClient, link: str) -> None:
    for wrong in ({"new": "corta", "again": "corta"}, {"new": NEW, "again": "altra"}, {"new": ""}):
        assert visitor.submit(link, CHOSEN | wrong).status_code == 422
    assert visitor.submit(link, CHOSEN).status_code == 303


def test_two_at_once_cannot_both_use_it(app: Flask, link: str) -> None:
    statuses: list[int] = []
    barrier = Barrier(2)

    def accept() -> None:
        client: Any = app.test_client()
        token = client.soup(link).find("input", attrs={"name": "csrf_token"})["value"]
        barrier.wait()
        statuses.append(client.post(link, data=CHOSEN | {"csrf_token": token}).status_code)

    threads = [Thread(target=accept) for _number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [303, 404]


@pytest.mark.parametrize("email", ["gina@comune.example", "dario@sportelli.example"])
def test_a_double_click_leaves_one_link_that_works(
    email: str, client_of: Callable, app: Flask, identity: AtDesk, world: World
) -> None:
    """Both are answered; the link of whoever came last is good, the other is withdrawn."""
    answers = at_once(
        lambda client: invite_with(client, email=email), [client_of(world.anna) for _ in "ab"]
    )
    assert [answer.status_code for answer in answers] == [200, 200]
    assert_one_is_good(answers, app, identity)


def test_a_double_click_on_a_new_link_leaves_one(
    client_of: Callable, app: Flask, identity: AtDesk, world: World
) -> None:
    renew = f"/s/lucca/operatori/{world.bruno.id}/invito"
    answers = at_once(
        lambda client: client.post(renew, data={"csrf_token": token_of(client)}),
        [client_of(world.anna) for _ in "ab"],
    )
    assert_one_is_good(answers, app, identity)


def token_of(client: PortalClient) -> str:
    return str(client.soup("/conto").find("input", attrs={"name": "csrf_token"})["value"])


def invite_with(client: PortalClient, *, email: str) -> Any:
    form = {"name": "Gina", "email": email, "role": "operator", "csrf_token": token_of(client)}
    return client.post("/s/lucca/operatori", data=form)


def at_once(act: Callable[[PortalClient], Any], clients: list[PortalClient]) -> list[Any]:
    """Both, held up where the links before are withdrawn: there twins would pass each other."""
    answers: list[Any] = []
    together = Barrier(len(clients))
    withdraw = actions.withdraw_invitations

    def slowly(account_id: Any) -> None:
        withdraw(account_id)
        time.sleep(0.1)

    def run(client: PortalClient) -> None:
        together.wait(5)
        answers.append(act(client))

    threads = [Thread(target=run, args=[client]) for client in clients]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(actions, "withdraw_invitations", slowly)
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return answers


def assert_one_is_good(answers: list[Any], app: Flask, identity: AtDesk) -> None:
    visitor: Any = app.test_client()
    statuses = [visitor.get(urlsplit(link_in(answer)).path).status_code for answer in answers]
    assert sorted(statuses) == [200, 404]
    with identity():
        unused = select(Invitation.token_hash).where(Invitation.used_at.is_(None))
        assert len(list(db.session.scalars(unused))) == 1


def test_a_link_lives_a_week(visitor: PortalClient, link: str, world: World) -> None:
    with clock.stopped_at(clock.now() + INVITATION - timedelta(minutes=1)):
        assert visitor.get(link).status_code == 200
    with clock.stopped_at(clock.now() + INVITATION + timedelta(minutes=1)):
        assert visitor.get(link).status_code == 404
        token = visitor.soup("/accedi").find("input", attrs={"name": "csrf_token"})["value"]
        late = visitor.post(link, data=CHOSEN | {"csrf_token": token})
        assert late.status_code == 404


@pytest.mark.parametrize("key", ["x", "a" * 43, "%00", "è", "a" * 5000])
def test_an_unknown_link_is_over(key: str, visitor: PortalClient, world: World) -> None:
    assert visitor.get(f"/invito/{key}").status_code == 404


def test_only_the_hash_of_the_link_is_stored(link: str, identity: AtDesk) -> None:
    key = link.removeprefix("/invito/")
    with identity():
        stored = db.session.scalars(select(Invitation.token_hash)).one()
    assert len(key) == 43
    assert key.encode() not in stored


def test_a_new_link_ends_the_old_one_and_the_sessions(
    client_of: Callable, visitor: PortalClient, world: World
) -> None:
    anna, bruno = client_of(world.anna), client_of(world.bruno)
    renew = f"/s/lucca/operatori/{world.bruno.id}/invito"
    first = urlsplit(link_in(press(anna, renew))).path
    second = urlsplit(link_in(press(anna, renew))).path
    assert visitor.get(first).status_code == 404
    assert bruno.get("/s/lucca/").status_code == 200
    assert visitor.submit(second, CHOSEN).status_code == 303
    assert bruno.get("/s/lucca/").status_code == 303
    old: Any = visitor.application.test_client()
    refused = old.submit("/accedi", {"email": world.bruno.email, "password": PASSWORD})
    assert refused.status_code == 422


def test_no_desks_manager_enters_another_desk_by_a_link(
    client_of: Callable, visitor: PortalClient, identity: AtDesk, world: World
) -> None:
    """Anna invites Dario of Capannori: her link must not set the password that opens Capannori."""
    anna = client_of(world.anna)
    link = urlsplit(link_in(invite(anna, email=world.dario.email))).path
    known = visitor.get(link)
    assert known.status_code == 200
    assert "Accedi con la tua password" in known.text
    token = visitor.soup("/accedi").find("input", attrs={"name": "csrf_token"})["value"]
    assert visitor.post(link, data=CHOSEN | {"csrf_token": token}).status_code == 404
    dario = visitor.submit("/accedi", {"email": world.dario.email, "password": PASSWORD})
    assert dario.status_code == 303


def test_a_link_kept_from_before_does_not_open_the_next_desk(
    client_of: Callable, visitor: PortalClient, at_desk: AtDesk, world: World, link: str
) -> None:
    """Gina moves from Lucca to Viareggio; Lucca's manager still holds her first link."""
    with at_desk(world.viareggio):
        actions.invite(name="Gina", email="gina@comune.example", role=Role.OPERATOR)
    assert visitor.get(link).status_code == 404
    with at_desk(world.lucca):
        gina = _id_of("gina@comune.example")
        kept = actions.new_invitation(gina)
        actions.remove_member(account_id=gina, seen_role=Role.OPERATOR)
    assert visitor.get(f"/invito/{kept}").status_code == 404


def _id_of(email: str) -> Any:
    return db.session.scalars(select(Account.id).where(Account.email == email)).one()


def test_a_disabled_account_has_no_way_in(
    visitor: PortalClient, identity: AtDesk, link: str
) -> None:
    with identity():
        gina = db.session.get(Account, _id_of("gina@comune.example"))
        assert gina is not None
        gina.disabled_at = clock.now()
    assert visitor.get(link).status_code == 404
