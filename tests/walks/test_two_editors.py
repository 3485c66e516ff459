# SPDX-License-Identifier: AGPL-3.0-or-later
"""Two operators on one person, each in a browser, ten times in a different order."""

from collections.abc import Callable
from random import Random
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect

from portal.people import actions as people_actions
from portal.people import queries as people
from portal.people.rules import PersonFacts
from tests.conftest import AtDesk
from tests.walks.conftest import OpenAs
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.long]

TIMES = 10
FIELDS = {"Nome": "given_name", "Nota": "note"}


def test_ten_interleavings_in_the_browser(
    world: World, at_desk: AtDesk, open_as: OpenAs, record_property: Callable[[str, object], None]
) -> None:
    pages = {"Bruno Neri": open_as(world.bruno), "Anna Bianchi": open_as(world.anna)}
    met = 0
    for seed in range(TIMES):
        random = Random(seed)
        with at_desk(world.lucca):
            facts = PersonFacts("Diallo", "Amina", note="Prima")
            person_id = people_actions.create_person(facts=facts).id
        first, second = random.sample(sorted(pages), 2)
        typed = {name: write(pages[name], person_id, name, random) for name in (first, second)}
        save(pages[first])
        expect(pages[first].get_by_text("La scheda è aggiornata.")).to_be_visible()
        save(pages[second])
        wanted = {"Nome": "Amina", "Nota": "Prima"} | typed[first] | typed[second]
        wanted |= settle(pages[second], first, typed[first], typed[second], random)
        met += 1
        with at_desk(world.lucca):
            now = people.facts_of(people.get_person(person_id))
        assert {label: getattr(now, name) for label, name in FIELDS.items()} == wanted
    record_property("summary", f"{met} interleavings of two editors in Chromium: 0 lost updates")


def write(page: Page, person_id: UUID, name: str, random: Random) -> dict[str, str]:
    """Open the form and type in one or both of its fields."""
    page.goto(f"/s/lucca/persone/{person_id}/modifica")
    labels = random.sample(sorted(FIELDS), random.randint(1, 2))
    typed = {label: f"{name} {random.randrange(10**6)}" for label in labels}
    for label, value in typed.items():
        field = page.get_by_label(label, exact=True)
        # A note is in a part that may be closed.
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
        field.fill(value)
    return typed


def save(page: Page) -> None:
    page.locator("main form[action$=modifica] .save button").click()


def settle(
    page: Page, other: str, theirs: dict[str, str], mine: dict[str, str], random: Random
) -> dict[str, str]:
    """What was chosen in the table, where both values of a field that both changed are shown."""
    told = page.locator("#told-twice")
    expect(told).to_be_focused()
    expect(told).to_contain_text(f"{other} ha cambiato questa scheda.")
    chosen = {}
    for label in theirs:
        row = page.locator(".told-twice tbody tr", has=page.get_by_role("rowheader", name=label))
        expect(row).to_contain_text(theirs[label])
        if label in mine:
            expect(row).to_contain_text(mine[label])
            chosen[label] = random.choice((theirs, mine))[label]
            row.get_by_role("radio", name=chosen[label]).focus()
            page.keyboard.press("Space")
        else:
            expect(row).to_contain_text("non cambiato da te")
    save(page)
    expect(page.get_by_text("La scheda è aggiornata.")).to_be_visible()
    return chosen
