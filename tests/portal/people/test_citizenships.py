# SPDX-License-Identifier: AGPL-3.0-or-later
"""A change of citizenship with its day is kept; without one it corrects what was written."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from portal.core.errors import Refusal
from portal.people import actions, queries
from portal.people.rules import PersonFacts
from tests.conftest import AtDesk
from tests.portal.conftest import AMINA, Writer
from tests.world import World

SENEGAL, ITALY, FRANCE = "450", "100", "215"
FIRST, SECOND = date(2016, 3, 1), date(2020, 5, 1)


def told(*states: str, since: date | None = None) -> PersonFacts:
    return replace(AMINA, citizenships=states, citizenship_since=since)


def edit(person_id: UUID, facts: PersonFacts) -> None:
    version = queries.get_person(person_id).version
    actions.edit_person(person_id=person_id, facts=facts, seen_version=version)


def formers(person_id: UUID) -> list[tuple[str, date]]:
    found = queries.list_former_citizenships(person_id)
    return [(former.state_code, former.until) for former in found]


def test_a_new_citizenship_keeps_those_before(
    world: World, at_desk: AtDesk, write_down: Writer
) -> None:
    person_id = write_down(AMINA)
    with at_desk(world.lucca):
        edit(person_id, told(ITALY, SENEGAL, since=FIRST))
        edit(person_id, told(FRANCE, SENEGAL, since=SECOND))
    with at_desk(world.lucca):
        assert formers(person_id) == [(ITALY, SECOND), (SENEGAL, FIRST)]
        assert queries.list_citizenships(person_id) == [FRANCE, SENEGAL]


def test_a_change_without_a_day_is_a_correction(
    world: World, at_desk: AtDesk, write_down: Writer
) -> None:
    person_id = write_down(AMINA)
    with at_desk(world.lucca):
        edit(person_id, told(FRANCE))
        assert formers(person_id) == []
        edit(person_id, told(ITALY, since=FIRST))
        edit(person_id, told(SENEGAL))
        assert formers(person_id) == [(FRANCE, FIRST)]


def test_a_change_written_by_mistake_is_taken_back(
    world: World, at_desk: AtDesk, write_down: Writer
) -> None:
    person_id = write_down(AMINA)
    with at_desk(world.lucca):
        edit(person_id, told(ITALY, since=FIRST))
        edit(person_id, told(SENEGAL))
    with at_desk(world.lucca):
        assert formers(person_id) == []
        assert queries.list_citizenships(person_id) == [SENEGAL]


def test_the_day_of_the_latest_change_can_be_corrected(
    world: World, at_desk: AtDesk, write_down: Writer
) -> None:
    person_id = write_down(AMINA)
    with at_desk(world.lucca):
        edit(person_id, told(ITALY, since=FIRST))
        edit(person_id, told(FRANCE, since=SECOND))
        edit(person_id, told(FRANCE, since=date(2018, 1, 1)))
        assert formers(person_id) == [(ITALY, date(2018, 1, 1)), (SENEGAL, FIRST)]
    with pytest.raises(Refusal, match="01/03/2016"), at_desk(world.lucca):
        edit(person_id, told(FRANCE, since=FIRST))


def test_the_same_edit_twice_is_no_conflict(
    world: World, at_desk: AtDesk, write_down: Writer
) -> None:
    person_id = write_down(AMINA)
    for _ in range(2):
        with at_desk(world.lucca):
            actions.edit_person(person_id=person_id, facts=told(ITALY, since=FIRST), seen_version=1)
            assert queries.get_person(person_id).version == 2
            assert formers(person_id) == [(SENEGAL, FIRST)]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ((SENEGAL,), (SENEGAL,)),
        ((SENEGAL,), (SENEGAL, ITALY)),
        ((SENEGAL,), ()),
        ((), (ITALY,)),
    ],
)
def test_a_day_without_a_change_is_refused(
    world: World,
    at_desk: AtDesk,
    write_down: Writer,
    before: tuple[str, ...],
    after: tuple[str, ...],
) -> None:
    person_id = write_down(told(*before))
    said = "solo se una cittadinanza ne sostituisce un’altra"
    with pytest.raises(Refusal, match=said) as refused, at_desk(world.lucca):
        edit(person_id, told(*after, since=SECOND))
    assert refused.value.field == "citizenship_since"
    with at_desk(world.lucca):
        assert queries.facts_of(queries.get_person(person_id)) == told(*before)
        assert formers(person_id) == []


def test_another_citizenship_may_become_the_first(
    world: World, at_desk: AtDesk, write_down: Writer
) -> None:
    person_id = write_down(told(SENEGAL, ITALY))
    with at_desk(world.lucca):
        edit(person_id, told(ITALY, SENEGAL, since=FIRST))
        assert formers(person_id) == [(SENEGAL, FIRST)]


def test_a_change_not_after_the_one_before_is_refused(
    world: World, at_desk: AtDesk, write_down: Writer
) -> None:
    person_id = write_down(AMINA)
    with at_desk(world.lucca):
        edit(person_id, told(ITALY, since=FIRST))
    with pytest.raises(Refusal, match="01/03/2016") as refused, at_desk(world.lucca):
        edit(person_id, told(FRANCE, since=FIRST))
    assert refused.value.field == "citizenship_since"
