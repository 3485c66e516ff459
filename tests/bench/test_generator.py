# SPDX-License-Identifier: AGPL-3.0-or-later
"""The bench measures a database like those that the portal writes, and its figures are exact."""

from dataclasses import replace
from uuid import UUID

import psycopg
import pytest

from portal.core.italy.codice_fiscale import read_codice_fiscale
from portal.core.italy.periods import Period, named_periods
from portal.core.store.database import db
from portal.core.store.tenancy import desk_scope
from portal.core.store.unit import unit_of_work
from portal.figures.queries import list_counts
from portal.people import queries as people
from portal.people.actions import create_people
from portal.visits.queries import count_from_records
from tests.bench import generator
from tests.bench.conftest import Filled
from tests.bench.scales import SCALES, Scale, desk_sizes, largest_desk, median_desk

VALIDATE = """
SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid)
FROM pg_constraint WHERE contype = 'f' AND conrelid = ANY (%s::text[]::regclass[])
"""


def _desks(connection: psycopg.Connection) -> list[UUID]:
    return [row[0] for row in connection.execute("SELECT id FROM desk").fetchall()]


@pytest.mark.parametrize(("name", "largest", "median"), [("M", 12_540, 1_000), ("L", 350_939, 203)])
def test_that_desks_are_as_many_and_as_unequal_as_wanted(
    name: str, largest: int, median: int
) -> None:
    scale = SCALES[name]
    sizes = desk_sizes(scale)
    assert (len(sizes), sum(size.people for size in sizes)) == (scale.desks, scale.people)
    assert (largest_desk(sizes).people, median_desk(sizes).people) == (largest, median)


def test_that_one_desk_is_the_same_at_every_scale() -> None:
    def equal(scale: Scale) -> list[tuple[int, int, int]]:
        sizes = desk_sizes(scale)
        return [(one.seed, one.people, one.visits) for one in sizes if one.slug == "pari"]

    assert [equal(scale) for scale in SCALES.values()] == [[(999_999, 1_000, 4_000)]] * 3


def test_that_the_rollup_is_what_a_recount_says(filled: Filled) -> None:
    app, connection = filled.app, filled.connection
    for desk_id in _desks(connection):
        with app.app_context(), desk_scope(desk_id), unit_of_work():
            days = connection.execute("SELECT DISTINCT visited_on FROM visit").fetchall()
            periods: set[Period] = {period for (day,) in days for period in named_periods(day)}
            counted = count_from_records(sorted(periods, key=lambda period: period.name))
            rolled = list_counts()
        present = {name: found for name, found in counted.items() if found.visits}
        assert rolled == present


def test_that_tokens_are_those_that_the_portal_writes(filled: Filled) -> None:
    app, connection = filled.app, filled.connection
    for desk_id in _desks(connection):
        with app.app_context(), desk_scope(desk_id):
            known = people.list_people(size=150).rows
            facts = [people.facts_of(people.get_person(one.id)) for one in known]
            written = create_people(people=[replace(one, residence_since=None) for one in facts])
            sql = "SELECT kind, token FROM person_token WHERE person_id = '{}' ORDER BY 1, 2"
            for one, other in zip(known, written, strict=True):
                expected = db.session.execute(db.text(sql.format(other))).all()
                assert db.session.execute(db.text(sql.format(one.id))).all() == expected
            db.session.rollback()


def test_that_every_key_points_at_a_row(filled: Filled) -> None:
    """Triggers slept while it was filled; a constraint that is made again looks at every row."""
    connection = filled.connection
    keys = connection.execute(VALIDATE, [list(generator.FILLED)]).fetchall()
    assert len(keys) > 15
    for table, name, definition in keys:
        connection.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        connection.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")


def test_that_no_index_sleeps_and_codes_are_good(filled: Filled) -> None:
    connection = filled.connection
    asleep = "SELECT count(*) FROM pg_index WHERE NOT (indisvalid AND indisready)"
    assert connection.execute(asleep).fetchone() == (0,)
    codes = connection.execute(
        "SELECT codice_fiscale FROM person WHERE codice_fiscale IS NOT NULL"
    ).fetchall()
    assert len(codes) > 300
    for (code,) in codes:
        assert read_codice_fiscale(code).text == code
