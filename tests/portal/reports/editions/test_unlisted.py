# SPDX-License-Identifier: AGPL-3.0-or-later
"""An edition that no worker can ever build is refused where it is asked for, in a sentence."""

from collections.abc import Callable

import pytest
from click.testing import CliRunner
from flask import Flask

from config.settings import child_environment
from portal.cli import main
from portal.core.errors import Refusal
from portal.core.store.database import db
from portal.core.store.tenancy import network_scope
from portal.core.store.unit import unit_of_work
from portal.core.work import jobs
from portal.oversight.editions import NETWORK
from portal.reports.editions import lifecycle as editions
from portal.reports.editions.desk import DESK
from tests.conftest import AtDesk
from tests.pages import PortalClient
from tests.world import Someone, World

SENTENCE = "Nessun elenco di tipologie è in vigore il"
# The first list begins with the year 2000.
BEFORE_THE_LISTS = [
    ("1950-T1", None),
    ("1900", "anno-prima"),
    ("1999/2000", "nessuno"),
    ("1999-12-31..2000-01-31", "2016-S1"),
    ("2016-S1", "1950-S1"),
    ("2000-S1", "anno-prima"),
    ("2001-S1", "media-3"),
]


@pytest.mark.parametrize(("period", "baseline"), BEFORE_THE_LISTS)
def test_days_before_the_first_list_have_no_edition(
    world: World, at_desk: AtDesk, period: str, baseline: str | None
) -> None:
    with at_desk(world.lucca), pytest.raises(Refusal, match=SENTENCE):
        editions.request_edition(DESK, period=period, chosen={"baseline": baseline})
    with at_desk(world.lucca):
        assert db.session.query(jobs.Job).all() == []


@pytest.mark.parametrize(
    ("period", "baseline"), [("1950-S1", None), ("1950-S1", "2016-S1"), ("2016-S1", "1950-S1")]
)
def test_nor_have_they_a_comparison(
    app: Flask, world: World, period: str, baseline: str | None
) -> None:
    with app.app_context(), network_scope(world.rete.id), unit_of_work():
        with pytest.raises(Refusal, match=SENTENCE):
            editions.request_edition(NETWORK, period=period, chosen={"baseline": baseline})
        assert db.session.query(jobs.Job).all() == []


def test_page_and_command_say_it(
    app: Flask, world: World, client_of: Callable[[Someone], PortalClient]
) -> None:
    form = {"period": "1950-T1", "periodo": "1950-T1"}
    page = "/s/lucca/relazioni/periodo?periodo=2016-S1"
    address = "/s/lucca/relazioni/edizioni"
    answer = client_of(world.anna).submit(page, form, action=address)
    assert answer.status_code == 422
    assert SENTENCE in answer.text
    asked = ["edition", "build", "--desk", "lucca", "--period", "1950-T1"]
    done = CliRunner().invoke(main, asked, env=child_environment(app.config["SETTINGS"]))
    assert (done.exit_code, SENTENCE in done.output) == (1, True)
