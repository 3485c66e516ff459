# SPDX-License-Identifier: AGPL-3.0-or-later
"""A right that ended ends with the next request, whatever the browser still holds."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import update

from portal.accounts.models import Account, Membership
from portal.accounts.rules import ABSOLUTE, IDLE
from portal.core import clock
from portal.core.store.database import db
from portal.core.web.access import Role
from tests.conformance.conftest import ClientOf
from tests.conftest import AtDesk
from tests.pages import PortalClient
from tests.world import World

LIST = "/s/lucca/persone"
NEW = "/s/lucca/persone/nuova"


@pytest.fixture
def bruno(world: World, client_of: ClientOf) -> PortalClient:
    client = client_of(world.bruno)
    assert client.get(NEW).status_code == 200
    return client


@pytest.fixture
def change(identity: AtDesk) -> Callable[..., None]:
    def apply(statement: object) -> None:
        with identity():
            db.session.execute(statement)

    return apply


def test_a_disabled_account(world: World, bruno: PortalClient, change: Callable[..., None]) -> None:
    change(update(Account).where(Account.id == world.bruno.id).values(disabled_at=clock.now()))
    assert bruno.get(LIST).location.startswith("/accedi")


def test_who_was_removed(world: World, bruno: PortalClient, change: Callable[..., None]) -> None:
    mine = Membership.account_id == world.bruno.id
    change(update(Membership).where(mine).values(ended_at=clock.now()))
    assert bruno.get(LIST).status_code == 404


def test_a_lower_role(world: World, bruno: PortalClient, change: Callable[..., None]) -> None:
    mine = Membership.account_id == world.bruno.id
    change(update(Membership).where(mine).values(role=Role.READER))
    assert (bruno.get(LIST).status_code, bruno.get(NEW).status_code) == (200, 403)


def test_another_desk_is_not_there(world: World, bruno: PortalClient) -> None:
    answers = [bruno.get(f"/s/{slug}/persone") for slug in ("capannori", "non-esiste")]
    assert [answer.status_code for answer in answers] == [404, 404]


def test_who_signed_out(world: World, bruno: PortalClient) -> None:
    """Also for a copy of the cookie, taken before."""
    cookie = bruno.get_cookie("sportelli")
    assert cookie is not None
    token = bruno.soup("/conto").find("input", attrs={"name": "csrf_token"})
    assert token is not None
    answer = bruno.post("/esci", data={"csrf_token": token["value"]})
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    bruno.set_cookie("sportelli", cookie.value)
    assert bruno.get(LIST).location.startswith("/accedi")


@pytest.mark.parametrize("passed", [IDLE, ABSOLUTE])
def test_an_idle_session(world: World, bruno: PortalClient, passed: timedelta) -> None:
    with clock.stopped_at(clock.now() + passed + timedelta(seconds=90)):
        assert "scaduta=1" in bruno.get(LIST).location
