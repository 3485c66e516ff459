# SPDX-License-Identifier: AGPL-3.0-or-later
"""Random months, every telling known: no sensitive count of few, and nobody, by subtraction."""

from collections.abc import Callable
from random import Random

import pytest

from tests.conftest import AtDesk
from tests.portal.reports.told_attack import differenced, learned, secrets_of
from tests.portal.reports.told_history import YEAR, History, closing, later
from tests.world import World

Record = Callable[[str, str], None]


def lived(seed: int, world: World, at_desk: AtDesk, *, last: int, busy: int) -> History:
    """Months, each told when it is over, some corrected, some published to anybody."""
    random = Random(seed)
    history = History(random, lambda: at_desk(world.lucca, world.anna))
    told: list[str] = []
    with later(0), history.at_desk():
        history.live_before(max(4, busy // 4))
    for month in range(1, last + 1):
        with later(2 * month), history.at_desk():
            history.live(month, busy)
        with later(2 * month + 1):
            for name in closing(month):
                history.approve(name, publicly=random.random() < 0.4)
                told.append(name)
            history.approve(random.choice(told), publicly=random.random() < 0.3)
    if last == 12:
        with later(99):
            history.approve(f"{YEAR - 1}-S1")
    return history


def attacked(history: History, record_property: Record, *, at_least: int) -> None:
    papers = history.papers
    secrets = sum(len(secrets_of(one)) for one in papers)
    cells = [number for one in papers for number in one.lines.values() if number != 0]
    hidden = sum(number is None for number in cells)
    exact = sum(
        number in (1, 2) for one in papers for code, number in one.lines.items()
        if number is not None and code in secrets_of(one)
    )  # fmt: skip
    found, persons = learned(papers), differenced(papers)
    told = (f"told: {len(papers)} tables, {len(cells)} cells, {hidden} hidden"
            f" ({100 * hidden / len(cells):.0f} %), {secrets} protected, {len(found)} with fewer"
            f" than three values, {exact} told of 1 or 2, {len(persons)} persons by differencing,"
            f" {history.refused} public versions refused")  # fmt: skip
    unjudged = sum(paper.asked is None and paper.total is not None for paper in papers)
    record_property("summary", f"{told}, {unjudged} tables unjudged")
    assert found == []
    assert persons == []
    assert secrets >= at_least


def test_a_quarter_and_everything_that_was_told(
    world: World, at_desk: AtDesk, record_property: Record
) -> None:
    attacked(lived(3, world, at_desk, last=3, busy=24), record_property, at_least=10)


@pytest.mark.long
@pytest.mark.parametrize("seed", [1, 2, 12])
def test_twelve_months_and_everything_that_was_told(
    world: World, at_desk: AtDesk, record_property: Record, seed: int
) -> None:
    attacked(lived(seed, world, at_desk, last=12, busy=30), record_property, at_least=40)
