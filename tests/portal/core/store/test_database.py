# SPDX-License-Identifier: AGPL-3.0-or-later
"""Connections that died are noticed, and those that have just been used are not asked again."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, text

from portal.core.store import database
from portal.core.store.database import db
from portal.core.store.tenancy import identity_scope
from portal.core.store.unit import unit_of_work
from tests.conftest import AtDesk
from tests.world import World

WHO = text("SELECT pg_backend_pid()")


def _use(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(connection.execute(WHO).scalar_one())


def _end_the_first(engine: Engine) -> int:
    """One connection is ended by another, as by a server that stops; both go back to the pool."""
    with engine.connect() as first, engine.connect() as second:
        pid = int(first.execute(WHO).scalar_one())
        first.rollback()
        second.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})
    return pid


def test_a_connection_that_died_is_replaced(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "JUST_USED_SECONDS", 0)
    with app.app_context():
        ended = _end_the_first(db.engine)
        found = {_use(db.engine) for _time in range(3)}
    assert ended not in found


def test_one_just_used_is_not_asked_again(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    with app.app_context():
        _use(db.engine)
        monkeypatch.setattr(db.engine.dialect, "do_ping", asked.append)
        _use(db.engine)
        assert asked == []
        monkeypatch.setattr(database, "JUST_USED_SECONDS", 0)
        _use(db.engine)
        assert len(asked) == 1


def test_nobody_is_told_nothing_and_finds_nothing_of_the_desk_before(
    app: Flask, world: World, at_desk: AtDesk
) -> None:
    with at_desk(world.lucca, account=world.bruno):
        worked = db.session.scalar(WHO)
    names = "{portal.desk,portal.network,portal.account}"
    left = text("SELECT current_setting(name, true) FROM unnest(cast(:names AS text[])) AS name")
    with app.app_context(), identity_scope(), unit_of_work():
        assert db.session.scalar(WHO) == worked
        assert set(db.session.scalars(left, {"names": names})) <= {"", None}
