# SPDX-License-Identifier: AGPL-3.0-or-later
"""Drafts: whose they are, which of two requests stands, and how they end."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from portal.core import clock
from portal.core.errors import NotHere, Refusal
from portal.drafts import actions as drafts
from portal.drafts import rules as draft_rules
from portal.drafts.queries import find_draft, find_saved, get_draft, list_drafts
from portal.drafts.rules import digest, typed_in
from tests.conftest import AtDesk
from tests.world import World

PAGE = "/s/lucca/persone/nuova"
DAY = timedelta(days=1)


def keep(token: UUID, said: str, number: int = 1, **more: bool) -> drafts.StoredDraft:
    return drafts.keep(form_token=token, page=PAGE, fields=[("note", said)], number=number, **more)


def notes() -> list[str]:
    return [value for draft in list_drafts() for _name, value in draft.fields]


def test_what_comes_later_stands_and_what_was_sent_earlier_does_not(
    world: World, at_desk: AtDesk
) -> None:
    token = uuid4()
    for number, said in ((5, "uno"), (7, "due"), (6, "vecchio"), (7, "doppio")):
        with at_desk(world.lucca, world.bruno):
            kept = keep(token, said, number)
    assert (kept.number, kept.settled) == (7, False)
    with at_desk(world.lucca, world.bruno):
        assert notes() == ["due"]


def test_a_draft_is_its_authors_at_one_desk(world: World, at_desk: AtDesk) -> None:
    token = uuid4()
    with at_desk(world.lucca, world.bruno):
        keep(token, "mia")
    for desk, account in ((world.lucca, world.anna), (world.capannori, world.bruno)):
        with at_desk(desk, account):
            assert find_draft(token) is None
            assert list_drafts() == []
            drafts.settle(token)
            with pytest.raises(NotHere):
                get_draft(uuid4())
    with at_desk(world.lucca, world.anna), pytest.raises(NotHere):
        keep(token, "non mia", 9)
    with at_desk(world.lucca, world.bruno):
        assert notes() == ["mia"]


def test_what_arrives_after_the_save_brings_nothing_back(world: World, at_desk: AtDesk) -> None:
    token = uuid4()
    with at_desk(world.lucca, world.bruno):
        keep(token, "prima")
        drafts.settle(token, sent=b"s" * 32)
    with at_desk(world.lucca, world.bruno):
        assert keep(token, "tardi", 9).settled
        assert list_drafts() == []
        assert get_draft(token) is None
        assert find_saved(token) is not None


def test_a_save_before_any_draft_is_remembered_too(world: World, at_desk: AtDesk) -> None:
    token = uuid4()
    with at_desk(world.lucca, world.bruno):
        drafts.settle(token, sent=b"s" * 32)
    with at_desk(world.lucca, world.bruno):
        assert keep(token, "tardi").settled
        assert notes() == []


def test_the_first_save_is_the_one_that_is_remembered(world: World, at_desk: AtDesk) -> None:
    token = uuid4()
    with at_desk(world.lucca, world.bruno):
        drafts.settle(token, sent=b"1" * 32)
        drafts.settle(token, sent=b"2" * 32)
        saved = find_saved(token)
        assert saved is not None
        assert saved.sent == b"1" * 32


def test_beyond_thirty_the_oldest_goes(world: World, at_desk: AtDesk) -> None:
    with at_desk(world.lucca, world.bruno):
        for number in range(draft_rules.MOST + 2):
            with clock.stopped_at(clock.now() + timedelta(seconds=number)):
                keep(uuid4(), f"{number}")
        assert len(notes()) == draft_rules.MOST
        assert "0" not in notes()
        with pytest.raises(Refusal):
            keep(uuid4(), "di troppo", locked_at=clock.now() + timedelta(minutes=1))


def test_a_draft_that_is_too_long_says_so(world: World, at_desk: AtDesk) -> None:
    with at_desk(world.lucca, world.bruno), pytest.raises(Refusal, match="troppo lunga"):
        keep(uuid4(), "x" * (draft_rules.LARGEST + 1))


def test_the_sweep_takes_what_is_old_and_nothing_else(world: World, at_desk: AtDesk) -> None:
    old, saved = uuid4(), uuid4()
    with clock.stopped_at(clock.now() - 15 * DAY), at_desk(world.lucca, world.bruno):
        keep(old, "dimenticata")
    with clock.stopped_at(clock.now() - 2 * DAY), at_desk(world.lucca, world.bruno):
        keep(uuid4(), "recente")
        drafts.settle(saved, sent=b"s" * 32)
    for _time in range(2):
        with at_desk(world.lucca):
            drafts.sweep()
    with at_desk(world.lucca, world.bruno):
        assert notes() == ["recente"]
        assert find_saved(saved) is None


def test_the_hash_is_of_what_was_typed() -> None:
    sent = [("csrf_token", "a"), ("form_token", "b"), ("version", "3"), ("note", "ciao")]
    assert digest(sent) == digest([("note", "ciao")])
    assert digest(sent) != digest([("note", "ciao!")])
    assert typed_in(sent) == [("version", "3"), ("note", "ciao")]
