# SPDX-License-Identifier: AGPL-3.0-or-later
"""The counter in a browser: people who have been here before, every press counted."""

import time
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from portal.core import clock
from portal.core.italy.formats import PartialDate
from portal.people import actions as people
from portal.people.rules import PersonFacts
from portal.visits import actions as visits
from portal.visits.queries import VisitEntry, list_visits_on
from portal.visits.rules import VisitFacts
from tests.conftest import AtDesk
from tests.walks.conftest import OpenAs
from tests.walks.looks import errors_of
from tests.world import World

HOME = "/s/lucca/"
KNOWN = (
    ("Diallo", "Amina", "F", PartialDate(1988, 4, 12), "450", date(2026, 10, 12)),
    ("Diallo", "Aminata", "F", PartialDate(1995), "425", date(2026, 6, 3)),
    ("Hoxha", "Arben", "M", PartialDate(1979, 3, 1), "201", date(2026, 2, 9)),
)
# Trusted presses alone, a chord once, and the fields that had the focus, in their order.
COUNT = """() => {
  window.pressed = [];
  window.visited = [];
  const chords = new Set(["Control", "Meta", "Shift", "Alt"]);
  addEventListener("keydown", (event) => {
    if (event.isTrusted && !event.repeat && !chords.has(event.key)) window.pressed.push(event.key);
  }, true);
  addEventListener("focusin", (event) => {
    const name = event.target.name || event.target.id;
    if (name && window.visited.at(-1) !== name) window.visited.push(name);
  });
}"""


@pytest.fixture
def known(world: World, at_desk: AtDesk) -> dict[str, UUID]:
    """Three people who have been here before."""
    ids = {}
    with at_desk(world.lucca):
        for family, given, sex, birth, state, day in KNOWN:
            facts = PersonFacts(family, given, sex=sex, birth=birth, citizenships=(state,))
            ids[given] = people.create_person(facts=facts).id
            visits.record_visit(facts=VisitFacts(day, ("CIT",), ids[given]))
    return ids


@pytest.fixture
def counter(world: World, known: dict[str, UUID], open_as: OpenAs) -> Iterator[Page]:
    """The counter, with every press counted; a script's error fails the walk."""
    page = open_as(world.bruno)
    errors = errors_of(page)
    page.goto(HOME)
    page.evaluate(COUNT)
    yield page
    assert errors == []


@pytest.fixture
def today(world: World, at_desk: AtDesk) -> Callable[[], list[VisitEntry]]:
    """What is recorded for today, the latest first."""

    def read() -> list[VisitEntry]:
        with at_desk(world.lucca):
            return list_visits_on(clock.today())

    return read


def box(page: Page) -> Locator:
    return page.get_by_role("combobox", name="Chi è allo sportello?")


def asks(page: Page) -> Locator:
    return page.get_by_role("combobox", name="Che cosa chiede?")


def search(page: Page, text: str) -> None:
    """Type and wait for the answer to exactly this."""
    page.keyboard.type(text)
    page.locator(f".options[data-typed='{text}']").wait_for()


def pressed(page: Page, letters: str) -> int:
    """How many keys beside the letters that single the person out."""
    keys: list[str] = page.evaluate("window.pressed")
    return len(keys) - len(letters)


def saved(page: Page, words: str) -> None:
    expect(page.locator("#done")).to_contain_text(words)
    expect(box(page)).to_be_focused()
    expect(box(page)).to_have_value("")


def codes(entry: VisitEntry) -> list[str]:
    return [code for _version, code in entry.topics]


class Held:
    """What a page asks of an address, held until a test lets it go."""

    def __init__(self, page: Page, address: str) -> None:
        self._page = page
        self._routes: list[Route] = []
        page.route(address, lambda route: self._routes.append(route))

    def next(self) -> Route:
        """The question that the browser has sent, as soon as it has."""
        end = time.monotonic() + 20
        while not self._routes:
            assert time.monotonic() < end, "nothing was asked"
            self._page.wait_for_timeout(10)  # meanwhile the browser's messages come in
        return self._routes.pop(0)


def stop_clock(page: Page) -> None:
    """The page's clock stands still until a test moves it; what was due has happened."""
    page.clock.install()
    page.clock.pause_at(datetime.now() + timedelta(hours=1))


def begin_a_twin(page: Page) -> None:
    search(page, "dialo amina")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Nuova persona")).to_be_visible()
    for key in ("f", "Tab", *"12/4/1988", "Tab"):
        page.keyboard.press(key)
