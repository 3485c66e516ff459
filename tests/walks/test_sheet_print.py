# SPDX-License-Identifier: AGPL-3.0-or-later
"""The tally sheet on paper, as a browser prints it."""

import re

import pytest
from playwright.sync_api import expect

from portal.core import clock
from portal.visits.sheets import Cell, record_sheet
from tests.conftest import AtDesk
from tests.walks.conftest import OpenAs
from tests.world import World

pytestmark = pytest.mark.browser
PAGE = "/s/lucca/conteggio/stampa"


@pytest.mark.parametrize("subtopics", [False, True])
def test_the_printed_sheet_is_one_page(
    world: World, at_desk: AtDesk, open_as: OpenAs, subtopics: bool
) -> None:
    """Also where a desk is asked nothing but sub-topics, and every other topic comes after them."""
    if subtopics:
        with at_desk(world.lucca):
            ask_subtopics()
    page = open_as(world.bruno)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(PAGE)
    expect(page.get_by_role("button", name="Stampa")).to_be_visible()
    printed = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1
    assert re.search(rb"/MediaBox\s*\[0 0 59[45][.0-9]* 84[12][.0-9]*\]", printed)
    origin = page.evaluate("location.origin")
    assert [url for url in asked if not url.startswith(origin)] == []


def ask_subtopics() -> None:
    codes = ("BUR-ANA", "BUR-CF", "BUR-DIG", "FOR-ITA", "FOR-A2", "LAV-RIC", "CIT-RES", "CIT-STA")
    cells = [Cell(code, "F", 2) for code in (*codes, "SAN-SSN")]
    record_sheet(visited_on=clock.today(), cells=cells)
