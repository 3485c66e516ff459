# SPDX-License-Identifier: AGPL-3.0-or-later
"""The fields of a person stand level beside each other: in a browser."""

import pytest

from tests.walks.conftest import OpenAs
from tests.world import World

NEW = "/s/lucca/persone/nuova"
LINES = """(grids) => grids.map((grid) =>
  [...grid.querySelectorAll(":scope > div.field")].map((field) => {
    const label = field.querySelector("label").getBoundingClientRect();
    const input = field.querySelector(".input").getBoundingClientRect();
    return { row: label.top, top: input.top, clear: input.top - label.bottom };
  }))"""


@pytest.mark.parametrize("width", [1280, 390])
def test_fields_side_by_side_stand_level(world: World, open_as: OpenAs, width: int) -> None:
    """Whether there is a hint over them or not; one under the other they do not overlap."""
    page = open_as(world.bruno, width=width)
    page.goto(NEW)
    boxes = page.locator(".grid2, .grid3").evaluate_all(LINES)
    assert sum(len(grid) for grid in boxes) > 8
    for grid in boxes:
        assert all(one["clear"] >= 0 for one in grid)
        for row in {round(one["row"]) for one in grid}:
            assert len({round(one["top"]) for one in grid if round(one["row"]) == row}) == 1
