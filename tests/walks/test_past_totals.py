# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every box of past totals is in sight on a phone, with its count whole."""

import pytest

from tests.walks.conftest import OpenAs
from tests.walks.looks import is_too_wide
from tests.world import World

pytestmark = pytest.mark.browser
CUT = """() => {
  const frame = document.querySelector(".scroller").getBoundingClientRect();
  return [...document.querySelectorAll(".entry .input")].filter((box) => {
    const edge = box.getBoundingClientRect();
    return edge.left < frame.left || edge.right > frame.right || edge.width < 60;
  }).length;
}"""


@pytest.mark.parametrize("width", [1280, 390])
def test_no_box_is_cut(open_as: OpenAs, world: World, width: int) -> None:
    page = open_as(world.anna, width=width)
    page.goto("/s/lucca/totali-passati")
    page.wait_for_load_state()
    assert page.locator(".entry .input").count() == 28
    assert page.evaluate(CUT) == 0
    assert not is_too_wide(page)
    page.fill("[name=topic_CIT]", "123.456")
    assert page.evaluate(
        "() => { const box = document.querySelector('[name=topic_CIT]');"
        " return box.scrollWidth <= box.clientWidth; }"
    )
