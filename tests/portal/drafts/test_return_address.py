# SPDX-License-Identifier: AGPL-3.0-or-later
"""After a session that ended: what is said, and the page that opens again."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs
from uuid import UUID

import pytest

from portal.core import clock
from tests.pages import PortalClient
from tests.portal.sign_in.test_views import sign_in
from tests.world import PASSWORD, World

NOON = datetime(2026, 10, 12, 12, tzinfo=UTC)
ABOUT = [
    "/s/lucca/relazioni/periodo?periodo=2016-S1&confronto=2015-S1&prospetto=storico",
    "/s/lucca/relazioni/periodo?periodo=2016-01-01..2016-03-15",
    "/s/lucca/?giorno=2026-01-31",
    "/s/lucca/accessi/nuovo?persona=6f1b2c9e-3a52-4df7-9a63-0b1f0c6f2e11&tipologia=cittadinanza",
]


@pytest.mark.parametrize("page", ABOUT)
def test_what_a_page_is_about_comes_back_after_signing_in(
    page: str, visitor: PortalClient, world: World
) -> None:
    sent = visitor.get(page + "&q=Diallo&periodo=%0d%0a")
    assert "Diallo" not in sent.location
    answer = visitor.submit(sent.location, {"email": world.bruno.email, "password": PASSWORD})
    path, _mark, query = answer.location.partition("?")
    assert (path, parse_qs(query)) == (page.partition("?")[0], parse_qs(page.partition("?")[2]))


LOST = "Quello che avevi scritto nell’ultima pagina non è stato salvato."


@pytest.mark.parametrize(
    ("form", "back"),
    [
        ("/s/lucca/accessi/nuovo", "/s/lucca/accessi/nuovo"),
        ("/s/lucca/persone/nuova", "/s/lucca/persone/nuova"),
        (f"/s/lucca/accessi/{UUID(int=1)}/ripristina", "/s/lucca/"),
        ("/conto/password", "/"),
    ],
)
@pytest.mark.parametrize("ended", ["by itself", "in another tab"])
def test_a_form_sent_too_late_says_so_and_comes_back(
    ended: str, form: str, back: str, visitor: PortalClient, world: World
) -> None:
    with clock.stopped_at(NOON):
        assert sign_in(visitor, world.bruno.email).status_code == 303
        token = visitor.soup("/conto").find("input", attrs={"name": "csrf_token"})["value"]
        if ended == "in another tab":
            visitor.post("/esci", data={"csrf_token": token})
    with clock.stopped_at(NOON + timedelta(minutes=31)):
        sent = visitor.post(form, data={"csrf_token": token, "family_name": "Diallo"})
        assert (sent.status_code, "Diallo" in sent.location) == (303, False)
        page = visitor.get(sent.location).text
        assert "La sessione è scaduta" in page
        assert LOST in page
        again = {"email": world.bruno.email, "password": PASSWORD}
        assert visitor.submit(sent.location, again).location == back


def test_a_page_asked_for_too_late_has_lost_nothing(visitor: PortalClient, world: World) -> None:
    with clock.stopped_at(NOON):
        sign_in(visitor, world.bruno.email)
    with clock.stopped_at(NOON + timedelta(minutes=31)):
        page = visitor.get(visitor.get("/s/lucca/").location).text
    assert "La sessione è scaduta" in page
    assert LOST not in page
