# SPDX-License-Identifier: AGPL-3.0-or-later
"""What every form does with what is typed."""

from collections.abc import Callable

from bs4 import BeautifulSoup

from tests.pages import PortalClient
from tests.world import Someone, World

ClientOf = Callable[[Someone], PortalClient]
NEW = "/s/lucca/accessi/nuovo"


def test_what_is_too_long_is_refused_and_not_cut(world: World, client_of: ClientOf) -> None:
    """A browser cuts what is pasted to `maxlength` and says nothing: no field has one."""
    client = client_of(world.bruno)
    assert client.soup(NEW).select("[maxlength]") == []
    pasted = "x" * 2001
    answer = client.submit(NEW, {"note": pasted, "topics": ["CIT"]}, action=NEW)
    assert answer.status_code == 422
    assert BeautifulSoup(answer.text, "html.parser").select_one("#note").text.strip() == pasted
