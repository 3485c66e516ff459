# SPDX-License-Identifier: AGPL-3.0-or-later
"""The keys of each task, counted in the browser, and none lost by a fast hand."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from portal.core.italy.formats import PartialDate
from portal.people import queries as people_queries
from portal.visits.queries import VisitEntry
from tests.conftest import AtDesk
from tests.walks.counter.conftest import (
    Held,
    box,
    codes,
    pressed,
    saved,
    search,
)
from tests.world import World

pytestmark = pytest.mark.browser


def test_a_known_person_with_one_topic(
    counter: Page, today: Callable[[], list[VisitEntry]], record_property: Callable[..., None]
) -> None:
    letters = "hox ar"
    search(counter, letters)
    for key in ("Enter", "1", "Enter"):
        counter.keyboard.press(key)
    saved(counter, "Hoxha Arben · Cittadinanza")
    keys = pressed(counter, letters)
    record_property("summary", f"keys: known person, one topic: {keys} beside letters (limit 8)")
    assert keys == 3
    assert [codes(entry) for entry in today()] == [["CIT"]]


def test_a_known_person_with_three_topics(
    counter: Page, today: Callable[[], list[VisitEntry]], record_property: Callable[..., None]
) -> None:
    letters = "hox ar"
    search(counter, letters)
    for key in ("Enter", "1", "5", "7", "Enter"):
        counter.keyboard.press(key)
    saved(counter, "Hoxha Arben")
    keys = pressed(counter, letters)
    record_property("summary", f"keys: known person, three topics: {keys} (limit 10)")
    assert keys == 5
    assert len(today()[0].topics) == 3


def test_without_a_name(
    counter: Page, today: Callable[[], list[VisitEntry]], record_property: Callable[..., None]
) -> None:
    for key in ("Control+Enter", "1", "Enter"):
        counter.keyboard.press(key)
    saved(counter, "senza nome · Cittadinanza")
    keys = pressed(counter, "")
    record_property("summary", f"keys: without a name: {keys} (limit 3)")
    assert keys == 3
    assert today()[0].person_id is None


def test_somebody_new(
    counter: Page,
    world: World,
    at_desk: AtDesk,
    today: Callable[[], list[VisitEntry]],
    record_property: Callable[..., None],
) -> None:
    typed, state = "kovalenko olena 14/05/1991", "ucr"
    search(counter, typed)
    for key in ("Enter", "f", "Tab", "Tab", *state):
        counter.keyboard.press(key)
    expect(counter.get_by_role("option", name="Ucraina", exact=True)).to_be_visible()
    for key in ("Enter", "Enter", "1", "Enter"):
        counter.keyboard.press(key)
    saved(counter, "Kovalenko Olena · Cittadinanza")
    keys = pressed(counter, typed + state)
    visited: list[str] = counter.evaluate("window.visited")
    record_property("summary", f"keys: somebody new: {keys} beside letters (limit 12)")
    assert keys == 8
    fields = [name for name in visited if name.startswith("person-") or name in ("ask", "topics")]
    assert len(fields) == len(set(fields)), fields
    (entry,) = today()
    with at_desk(world.lucca):
        assert entry.person_id is not None
        facts = people_queries.facts_of(people_queries.get_person(entry.person_id))
    assert (facts.family_name, facts.given_name, facts.sex) == ("Kovalenko", "Olena", "F")
    assert (facts.birth, facts.citizenships) == (PartialDate(1991, 5, 14), ("243",))


def test_the_last_save_is_undone(
    counter: Page, today: Callable[[], list[VisitEntry]], record_property: Callable[..., None]
) -> None:
    for key in ("Control+Enter", "1", "Enter"):
        counter.keyboard.press(key)
    saved(counter, "Salvato")
    counter.evaluate("window.pressed = []")
    for key in ("Tab", "Enter"):
        counter.keyboard.press(key)
    saved(counter, "Annullato.")
    expect(counter.locator("#voice-status")).to_have_text("Annullato.")
    keys = pressed(counter, "")
    record_property("summary", f"keys: undo of the last save: {keys} (limit 2)")
    assert keys == 2
    assert today() == []


def test_a_hand_faster_than_the_server_loses_no_key(
    counter: Page, today: Callable[[], list[VisitEntry]]
) -> None:
    """Every key is pressed before the visit is open, let alone saved."""
    held = Held(counter, "**/s/lucca/accessi/nuovo*")
    search(counter, "hox")
    for key in ("Enter", "1", "4", "Enter", *"dia"):
        counter.keyboard.press(key)
    held.next().continue_()
    held.next().continue_()
    expect(box(counter)).to_have_value("dia")
    expect(counter.locator(".options")).to_have_attribute("data-typed", "dia")
    expect(counter.locator("#today .fresh")).to_contain_text("H. A.")
    assert len(today()[0].topics) == 2
