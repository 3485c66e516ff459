# SPDX-License-Identifier: AGPL-3.0-or-later
"""A file of years of visits takes seconds, also the first that an empty database sees."""

import random
import re
import time
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import text

from portal.app import create_app
from portal.core.store.database import db
from portal.core.store.tenancy import desk_scope
from portal.core.store.unit import unit_of_work
from tests.conftest import AtDesk
from tests.portal.imports.files import visits_csv
from tests.portal.imports.test_actions import assert_figures_are_exact, load
from tests.world import World


@pytest.mark.parametrize("table", ["person", "visit"])
def test_a_key_is_looked_up_in_its_own_index_from_the_first_file_on(
    world: World, at_desk: AtDesk, table: str
) -> None:
    """Before there are statistics another index would be read whole for each row of a file."""
    with at_desk(world.lucca):
        looked_up = text(f"EXPLAIN SELECT FROM {table} WHERE desk_id = :desk AND id = :id")
        values = {"desk": world.lucca.id, "id": world.anna.id}
        plan = "\n".join(db.session.scalars(looked_up, values))
    assert re.search(r"Index Cond: \(\(desk_id = .+\) AND \(id = ", plan), plan


@pytest.mark.long
def test_twenty_thousand_rows(
    app: Flask, world: World, at_desk: AtDesk, capsys: pytest.CaptureFixture[str]
) -> None:
    """As the command line runs it: pages bound a statement to five seconds, a file does not."""
    patient = create_app(app.config["SETTINGS"], patience_seconds=600)
    chance = random.Random(3)
    rows = []
    for _number in range(20_000):
        who = chance.randrange(8_000)
        day = date(2013, 1, 1) + timedelta(days=chance.randrange(4_000))
        sex = "FM"[who % 2]
        rows.append(
            f"{day:%d/%m/%Y};k{who};Cognome {who};Nome;{sex};{1950 + who % 50};Marocco;Lucca;;"
            f"{chance.choice(('CIT', 'LAV', 'SOG-RIN'))};sportello;"
        )
    spent = []
    for data in (visits_csv(*rows), visits_csv(*rows, "01/02/2016;;;;;;;;;CIT")):
        start = time.monotonic()
        with patient.app_context(), desk_scope(world.lucca.id), unit_of_work():
            load(data)
        spent.append(time.monotonic() - start)
    with patient.app_context():
        for engine in db.engines.values():
            engine.dispose()
    with at_desk(world.lucca):
        assert_figures_are_exact()
    with capsys.disabled():
        print(f"\n20.000 rows: {spent[0]:.1f} s, the same persons again: {spent[1]:.1f} s")  # noqa: T201
