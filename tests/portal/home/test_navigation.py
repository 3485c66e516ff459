# SPDX-License-Identifier: AGPL-3.0-or-later
"""The menu: each page of a place stands under one entry, by the first word of its address."""

from collections import Counter
from collections.abc import Callable

import pytest
from flask import Flask

from portal.home.navigation import DESK_MENU, NETWORK_MENU, Item, first_word
from tests.pages import PortalClient
from tests.world import Someone, World


@pytest.mark.parametrize(
    ("menu", "start"), [(DESK_MENU, "/s/<desk>/"), (NETWORK_MENU, "/r/<network>/")]
)
def test_each_page_stands_under_one_entry(
    shared_app: Flask, menu: tuple[Item, ...], start: str
) -> None:
    words = {
        first_word(rule.rule)
        for rule in shared_app.url_map.iter_rules()
        if rule.rule.startswith(start)
    }
    declared = Counter(path for item in menu for path in item.paths)
    assert set(declared) == words
    assert set(declared.values()) == {1}


@pytest.mark.parametrize(
    ("path", "entry"),
    [
        ("/s/lucca/", "Accoglienza"),
        ("/s/lucca/accessi/nuovo", "Accoglienza"),
        ("/s/lucca/conteggio/fogli", "Conteggio"),
        ("/s/lucca/persone/doppioni", "Persone"),
        ("/s/lucca/relazioni", "Relazioni"),
        ("/s/lucca/impostazioni/relazione", "Impostazioni"),
        ("/s/lucca/operatori", "Impostazioni"),
    ],
)
def test_the_entry_of_a_page_is_marked(
    client_of: Callable[[Someone], PortalClient], world: World, path: str, entry: str
) -> None:
    page = client_of(world.anna).soup(path)
    marked = [link.get_text(strip=True) for link in page.select("[aria-current=page]")]
    assert entry in marked
