# SPDX-License-Identifier: AGPL-3.0-or-later
"""A period is not compared with itself, nor opened beside one that has not come."""

from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup

from portal.core.italy.periods import parse_period
from portal.reports.editions import lifecycle as editions
from portal.reports.editions.choices import last_choices
from portal.reports.editions.desk import DESK
from tests.conftest import AtDesk
from tests.pages import PortalClient, words
from tests.portal.reports.builds import Build
from tests.portal.reports.test_choices import EDITIONS, PAGE, PERIOD, approve, asked
from tests.world import Someone, World

ClientOf = Callable[[Someone], PortalClient]


@pytest.mark.parametrize("itself", ["2016-S1", "2016-01-01..2016-06-30"])
def test_a_period_is_not_compared_with_itself(
    seeded: World, at_desk: AtDesk, client_of: ClientOf, itself: str
) -> None:
    client = client_of(seeded.anna)
    sentence = "Il periodo 2016-S1 non si confronta con sé stesso: scegline un altro."
    for address, field in ((f"altro&altro={itself}", "altro"), (itself, "confronto")):
        refused = client.get(f"{PAGE}&confronto={address}")
        page = BeautifulSoup(refused.text, "html.parser")
        assert refused.status_code == 422
        assert sentence in words(page.select_one(f"#{field}-error"))
    sent = {"confronto": itself}
    assert client.submit(PAGE, sent, action=EDITIONS).status_code == 422
    with at_desk(seeded.lucca):
        assert editions.find_latest(DESK, PERIOD) is None


def test_an_edition_of_before_beside_itself_is_still_read(
    seeded: World, at_desk: AtDesk, client_of: ClientOf, build: Build
) -> None:
    first = asked(at_desk, seeded, build, {})
    with at_desk(seeded.lucca):
        editions.get_edition(DESK, first).baseline = PERIOD
    client = client_of(seeded.anna)
    assert client.get(f"/s/lucca/relazioni/edizioni/{first}").status_code == 200
    page = client.soup(PAGE)
    assert "Sullo schermo hai altre scelte: a confronto con il I semestre 2015" in words(page)


@pytest.mark.parametrize(
    ("baseline", "period", "opened"),
    [("2013", "2013", "2012"), ("2031", "2014", "2013"), ("2013", "2014", "2013")],
)
def test_what_was_chosen_last_is_never_the_period_itself_nor_one_to_come(
    seeded: World, at_desk: AtDesk, build: Build, baseline: str, period: str, opened: str
) -> None:
    first = asked(at_desk, seeded, build, {}, period="2016")
    with at_desk(seeded.lucca):
        editions.get_edition(DESK, first).baseline = baseline
    approve(at_desk, seeded, first)
    with at_desk(seeded.lucca):
        assert last_choices(parse_period(period)).baseline == opened
