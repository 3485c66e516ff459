# SPDX-License-Identifier: AGPL-3.0-or-later
"""How often: each limit is reached, says so, ends by itself, and locks nobody out."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.accounts.limits import LIMITS, Act, TooOften, count_uses, network_of
from portal.accounts.models import UseCount
from portal.core import clock
from portal.core.store.database import db
from tests.conftest import AtDesk
from tests.pages import PortalClient
from tests.portal.accounts.doors import new_browser, sign_in, sign_out
from tests.world import Someone, World

ClientOf = Callable[[Someone], PortalClient]
HERE = {"REMOTE_ADDR": "192.0.2.7"}


@pytest.mark.parametrize("act", Act)
def test_each_limit_is_reached_alone_and_ends_by_itself(
    act: Act, identity: AtDesk, world: World
) -> None:
    limit, start = LIMITS[act], clock.now()
    with clock.stopped_at(start), identity():
        for _use in range(limit.uses):
            count_uses([(act, "x")])
        count_uses((other, "x") for other in Act if other is not act)
        count_uses([(act, "y")])
        with pytest.raises(TooOften) as too_often:
            count_uses([(act, "x")])
    assert too_often.value.seconds == limit.span.total_seconds()
    assert "Riprova fra" in too_often.value.sentence
    with clock.stopped_at(start + limit.span), identity():
        count_uses([(act, "x")])


def test_every_limit_says_why() -> None:
    assert LIMITS.keys() == set(Act)
    assert all(limit.why for limit in LIMITS.values())


@pytest.mark.parametrize("step", [timedelta(days=-1), timedelta(hours=-1), timedelta(hours=1)])
def test_a_clock_that_steps_locks_nobody_out(
    step: timedelta, identity: AtDesk, world: World
) -> None:
    act, now = Act.TRY_OF_ACCOUNT, clock.now()
    with clock.stopped_at(now), identity():
        for _use in range(LIMITS[act].uses):
            count_uses([(act, "x")])
    with clock.stopped_at(now + step), identity():
        count_uses([(act, "x")])


def test_whoever_shares_an_address_with_an_attacker_still_signs_in(
    app: Flask, world: World
) -> None:
    """Another of the same Comune guesses Bruno's password and everybody's, until both are full."""
    bruno = new_browser(app)
    assert sign_in(bruno, world.bruno.email, environ_base=HERE).status_code == 303
    attacker = new_browser(app)
    for number in range(40):
        email = world.bruno.email if number < 10 else f"n{number}@comune.example"
        sign_in(attacker, email, "sbagliata", environ_base=HERE)
    assert sign_in(attacker, world.bruno.email, environ_base=HERE).status_code == 429
    sign_out(bruno)
    assert sign_in(bruno, world.bruno.email, environ_base=HERE).status_code == 303


def test_a_known_device_does_not_help_to_guess_another_account(app: Flask, world: World) -> None:
    bruno = new_browser(app)
    sign_in(bruno, world.bruno.email)
    sign_out(bruno)
    most = LIMITS[Act.TRY_OF_ACCOUNT].uses
    tries = [sign_in(bruno, world.anna.email, "sbagliata") for _try in range(most + 1)]
    assert [answer.status_code for answer in tries] == [422] * most + [429]


def test_the_buckets_name_nobody(identity: AtDesk, visitor: PortalClient, world: World) -> None:
    sign_in(visitor, world.bruno.email, "sbagliata", environ_base=HERE)
    with identity():
        buckets = db.session.scalars(select(UseCount.bucket)).all()
        assert db.session.scalar(select(func.count()).select_from(UseCount)) == 2
    assert all(len(bucket) == 32 and b"bruno" not in bucket for bucket in buckets)


def test_neighbours_in_one_ipv6_network_share_a_count() -> None:
    assert network_of("2001:db8::1") == network_of("2001:db8::ffff:2")
    assert network_of("2001:db8::1") != network_of("2001:db8:0:1::1")
    assert network_of("192.0.2.1") != network_of("192.0.2.2")
    assert network_of("unix:") != network_of("")


def test_searches_are_limited_in_words_and_by_account(
    client_of: ClientOf, identity: AtDesk, world: World
) -> None:
    bruno, anna = client_of(world.bruno), client_of(world.anna)
    ask: Any = {"q": "diallo"}
    assert bruno.submit("/s/lucca/persone", ask, action="/s/lucca/persone").status_code == 200
    with clock.stopped_at(clock.now()):
        with identity():
            db.session.query(UseCount).update({"uses": LIMITS[Act.SEARCH].uses})
        refused = bruno.submit("/s/lucca/persone", ask, action="/s/lucca/persone")
        assert refused.status_code == 429
        assert "Troppi tentativi. Riprova fra" in refused.text
        assert int(refused.headers["Retry-After"]) <= 60
        assert anna.submit("/s/lucca/persone", ask, action="/s/lucca/persone").status_code == 200
        assert bruno.get("/s/lucca/").status_code == 200, "everything else works"
