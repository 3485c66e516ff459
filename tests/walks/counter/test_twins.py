# SPDX-License-Identifier: AGPL-3.0-or-later
"""Nobody twice: who resembles is shown while one types and before anything is saved."""

from collections.abc import Callable
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect

from portal.people import queries as people_queries
from portal.visits.queries import VisitEntry
from tests.conftest import AtDesk
from tests.walks.counter.conftest import (
    asks,
    begin_a_twin,
    saved,
)
from tests.world import World

pytestmark = pytest.mark.browser


def test_who_resembles_appears_while_one_types(
    counter: Page, known: dict[str, UUID], today: Callable[[], list[VisitEntry]]
) -> None:
    begin_a_twin(counter)
    use = counter.locator("button[name=use]").first
    expect(use).to_have_text("È lei: usa questa scheda: Diallo Amina")
    expect(counter.locator("#voice-alert")).to_have_text("Forse è già registrato/a.")
    assert counter.evaluate("document.activeElement.name") == "person-citizenship"
    counter.keyboard.press("Enter")
    expect(asks(counter)).to_be_focused()
    counter.keyboard.press("2")
    use.click()
    expect(counter.get_by_role("heading", name="Diallo Amina")).to_be_visible()
    expect(asks(counter)).to_be_focused()
    expect(counter.locator("[name=topics]:checked")).to_have_count(1)
    counter.keyboard.press("Enter")
    saved(counter, "Diallo Amina")
    assert today()[0].person_id == known["Amina"]


def test_saving_asks_once_and_remembers(
    counter: Page, world: World, at_desk: AtDesk, today: Callable[[], list[VisitEntry]]
) -> None:
    begin_a_twin(counter)
    counter.keyboard.press("Enter")
    expect(asks(counter)).to_be_focused()
    counter.keyboard.press("1")
    counter.keyboard.press("Enter")
    expect(counter.locator("#similar-head")).to_be_focused()
    expect(counter.locator("#voice-alert")).to_have_text("Forse è già registrato/a.")
    counter.locator("[data-apart]").click()
    saved(counter, "Dialo Amina")
    (entry,) = today()
    with at_desk(world.lucca):
        assert entry.person_id is not None
        assert people_queries.list_apart(entry.person_id)


def test_enter_in_a_field_never_presses_a_button_of_the_panel(
    counter: Page, today: Callable[[], list[VisitEntry]]
) -> None:
    begin_a_twin(counter)
    expect(counter.locator("[data-apart]")).to_be_visible()
    counter.locator("[data-apart]").click()
    expect(asks(counter)).to_be_focused()
    expect(counter.locator("#similar section")).to_have_count(0)
    assert today() == []
    counter.keyboard.press("3")
    counter.get_by_label("Data", exact=True).press("Enter")
    saved(counter, "Dialo Amina")
