# SPDX-License-Identifier: AGPL-3.0-or-later
"""The closing days of a network: said by its overseer, for that network alone."""

from collections.abc import Callable

from portal.desks.queries import get_network
from tests.pages import PortalClient
from tests.portal.oversight.conftest import AtNetwork
from tests.world import Someone, World

CLOSING = "/r/rete/chiusura"


def test_closing_days(
    world: World, client_of: Callable[[Someone], PortalClient], at_network: AtNetwork
) -> None:
    client = client_of(world.elena)
    assert client.soup("/r/rete/").select_one(f'a[href="{CLOSING}"]')
    for typed, kept in (("0", 0), ("45", 45), ("", None)):
        assert client.submit(CLOSING, {"closing_days": typed}).status_code == 303
        with at_network(world.rete):
            assert get_network(world.rete.id).closing_days == kept
        with at_network(world.altra):
            assert get_network(world.altra.id).closing_days == 20
        field = client.soup(CLOSING).select_one("#closing_days")
        assert field is not None
        assert field.get("value", "") == typed
    for typed in ("-1", "181", "dieci"):
        answer = client.submit(CLOSING, {"closing_days": typed})
        assert answer.status_code == 422
        assert "da 0 a 180" in answer.text
