# SPDX-License-Identifier: AGPL-3.0-or-later
"""From the door to the relazione: a new person comes, and the number moves."""

import pytest
from playwright.sync_api import Page, expect

from tests import seed
from tests.conftest import AtDesk
from tests.walks.conftest import OpenAs
from tests.world import World

pytestmark = pytest.mark.browser

ROW = "Cittadinanza"


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "no-javascript"])
def test_a_new_person_is_recorded_and_counted(
    world: World, at_desk: AtDesk, open_as: OpenAs, javascript: bool
) -> None:
    with at_desk(world.lucca):
        seed.record()
    page = open_as(world.bruno, javascript=javascript)
    assert counted(page) == ("149", "55")
    record_a_new_person(page, javascript=javascript)
    assert counted(page) == ("150", "56")


def record_a_new_person(page: Page, *, javascript: bool) -> None:
    page.goto("/s/lucca/")
    page.get_by_label("Chi è allo sportello?").fill("kovalenko olena")
    if not javascript:
        page.get_by_role("button", name="Cerca").click()
    expect(page.locator("#found").get_by_text("Nessuna persona", exact=True)).to_be_visible()
    page.locator(".option.new").click()
    expect(page.get_by_label("Cognome", exact=True)).to_have_value("Kovalenko")
    expect(page.get_by_label("Nome", exact=True)).to_have_value("Olena")
    page.get_by_label("Data di nascita").fill("14/05/1991")
    page.get_by_label("Cittadinanza", exact=True).first.fill("Ucraina")
    page.locator("label.topic", has_text="Cittadinanza").click()
    page.get_by_label("Data", exact=True).fill("30/06/2016")
    page.get_by_role("button", name="Salva persona e accesso").click()
    expect(page.locator("#done")).to_contain_text("Salvato")
    expect(page.locator("#done")).to_contain_text("Kovalenko Olena · Cittadinanza")


def counted(page: Page) -> tuple[str, str]:
    """(users, enquiries about citizenship) of the first half of 2016, as the page prints them."""
    page.goto("/s/lucca/relazioni/periodo?periodo=2016-S1")
    users = page.locator(".figures dd").first.inner_text().split()[0]
    row = page.locator("table tr", has=page.get_by_role("rowheader", name=ROW, exact=True))
    return users, row.first.locator("td").first.inner_text()
