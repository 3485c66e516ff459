# SPDX-License-Identifier: AGPL-3.0-or-later
"""What counts and when: all of a unit or nothing of it, and what must outlive its failure."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from portal.accounts.events import EventKind, record_event
from portal.accounts.models import SecurityEvent
from portal.core.store.database import db
from portal.core.store.tenancy import desk_scope
from portal.core.store.unit import after_commit, separate, unit_of_work
from portal.people.actions import create_person
from portal.people.queries import count_people
from portal.people.rules import PersonFacts
from tests.conformance.conftest import ClientOf
from tests.conftest import AtDesk
from tests.world import World


def write_down(name: str) -> None:
    create_person(facts=PersonFacts(family_name=name))


def fail_after(name: str, *, also: Callable[[], None] = lambda: None) -> None:
    """Write somebody down and then break."""
    write_down(name)
    also()
    raise ZeroDivisionError


def test_an_exception_leaves_nothing(world: World, at_desk: AtDesk) -> None:
    with pytest.raises(ZeroDivisionError), at_desk(world.lucca):
        fail_after("Diallo")
    with at_desk(world.lucca):
        assert count_people() == 0


def test_promises_wait_for_the_commit(app: Flask, world: World) -> None:
    kept: list[int] = []
    with app.app_context(), desk_scope(world.lucca.id):
        with pytest.raises(ZeroDivisionError), unit_of_work():
            fail_after("Diallo", also=lambda: after_commit(lambda: kept.append(1)))
        with unit_of_work():
            write_down("Diallo")
            after_commit(lambda: kept.append(2))
            assert kept == []
        assert kept == [2]
    with pytest.raises(RuntimeError, match="outside a unit"):
        after_commit(lambda: None)


def test_what_is_kept_apart_outlives_the_failure(
    world: World, at_desk: AtDesk, identity: AtDesk
) -> None:
    def note() -> None:
        with separate():
            record_event(EventKind.REFUSED, subject_id=None)

    with pytest.raises(ZeroDivisionError), at_desk(world.lucca):
        fail_after("Diallo", also=note)
    with identity():
        assert list(db.session.scalars(select(SecurityEvent.kind))) == ["refused"]
    with at_desk(world.lucca):
        assert count_people() == 0


def test_a_refused_form_undoes_its_own_work_alone(
    world: World, client_of: ClientOf, at_desk: AtDesk
) -> None:
    """A 422 commits: what was refused is undone by its own savepoint."""
    client = client_of(world.bruno)
    data = {"family_name": "Diallo", "codice_fiscale": "DLLMNA88D52Z343X"}
    answer = client.submit("/s/lucca/persone/nuova", data, action="/s/lucca/persone/nuova")
    assert answer.status_code == 422
    with at_desk(world.lucca):
        assert count_people() == 0
