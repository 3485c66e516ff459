# SPDX-License-Identifier: AGPL-3.0-or-later
"""A period is told beyond the desk on the lines of its own lists, whatever it is compared with."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from portal.people import actions as people
from portal.people.rules import PersonFacts
from portal.reports.disclosure.disclose import disclose
from portal.reports.disclosure.sheets import Audience
from portal.reports.editions import lifecycle as editions
from portal.reports.editions.desk import DESK
from portal.reports.models import Disclosure
from portal.reports.publication.for_network import for_network
from portal.reports.publication.public_files import PUBLIC_FORMATS, document_of, public_file
from portal.visits import actions as visits
from portal.visits.rules import VisitFacts
from tests.conftest import AtDesk
from tests.portal.reports.builds import Build
from tests.world import World

Publish = Callable[[str], dict[str, Any]]


def come(day: date, number: int, *topics: str) -> None:
    """So many new persons, each asking for these."""
    for _person in range(number):
        person = people.create_person(facts=PersonFacts(family_name="Diallo", sex="F"))
        visits.record_visit(facts=VisitFacts(day, topics, person.id))


@pytest.fixture
def approve(world: World, at_desk: AtDesk, build: Build) -> Callable[[str], UUID]:
    def run(period: str) -> UUID:
        with at_desk(world.lucca):
            edition_id: UUID = editions.request_edition(DESK, period=period).id
        build(world.lucca, edition_id)
        with at_desk(world.lucca, world.anna):
            editions.approve_edition(DESK, edition_id=edition_id, seen_version=None)
        return edition_id

    return run


@pytest.fixture
def publish(world: World, at_desk: AtDesk, approve: Callable[[str], UUID]) -> Publish:
    """The topics that the public reads of a period: {line: (count, earlier count or None)}."""

    def run(period: str) -> dict[str, Any]:
        edition_id = approve(period)
        with at_desk(world.lucca, world.anna):
            told: Disclosure = disclose(edition_id=edition_id, audience=Audience.PUBLIC)
            edition = editions.get_edition(DESK, edition_id)
            for format in PUBLIC_FORMATS:
                assert public_file(edition, told, format).content
            document = document_of(edition, told)
        (table,) = (table for table in document.tables if table.key == "richieste")
        keys = [column.key for column in table.columns]
        rows = [dict(zip(keys, row.cells, strict=True)) for row in table.rows]
        return {row.key: (found["count"], found.get("baseline"))
                for row, found in zip(table.rows, rows, strict=True)}  # fmt: skip

    return run


def test_what_one_topic_became_is_not_subtracted_from_it(
    world: World, at_desk: AtDesk, publish: Publish
) -> None:
    """Joined with what it came of in one publication, apart in the next: the rest would be two."""
    with at_desk(world.lucca):
        come(date(2025, 1, 8), 30, "BUR")
        come(date(2026, 1, 8), 20, "BUR")
        come(date(2026, 1, 9), 12, "SOG-STA")
        come(date(2026, 1, 12), 2, "SAN")
    first = publish("2026-01")
    assert first["BUR"] == (20, None), "of its own list, and of the other period nothing"
    assert first["SAN"][0] == "•"
    assert "SOG-STA" in first
    total = first["totale"][0]
    shown = sum(count for key, (count, _then) in first.items()
                if isinstance(count, int) and key != "totale")  # fmt: skip
    assert total - shown > 2, "another line is hidden with it"


def test_what_was_marked_before_its_topic_is_a_count_of_persons_too(
    world: World, at_desk: AtDesk, publish: Publish, approve: Callable[[str], UUID]
) -> None:
    """Nine requests of one person, of which the total and the lines would be the difference."""
    with at_desk(world.lucca):
        come(date(2025, 2, 3), 20, "CIT")
        come(date(2025, 2, 3), 30, "LAV")
        come(date(2025, 2, 4), 1, *["PRO-TRA"] * 9)
    told = publish("2025-S1")
    assert told["totale"][0] == 59
    assert sum(told[key][0] != "•" for key in ("CIT", "LAV")) < 2


def test_details_never_leave_the_desk(
    world: World, at_desk: AtDesk, approve: Callable[[str], UUID]
) -> None:
    with at_desk(world.lucca):
        come(date(2026, 2, 3), 9, "PRO")
        come(date(2026, 2, 4), 1, "PRO-TRA")
        come(date(2026, 2, 5), 6, "CIT-RES")
    edition_id = approve("2026-S1")
    with at_desk(world.lucca, world.anna):
        published = for_network(editions.get_edition(DESK, edition_id))
    assert published["codes"]["now"] == {"CIT": [6, 0], "PRO": [10, 0]}
    assert all("details" not in row for row in published["rows"])
    assert "PRO-TRA" not in str(published)


def test_the_public_version_of_nameless_enquiries_with_details(
    world: World, at_desk: AtDesk, publish: Publish
) -> None:
    with at_desk(world.lucca):
        come(date(2026, 2, 3), 9, "CIT", "CIT-RES")
        visits.record_visit(facts=VisitFacts(date(2026, 2, 4), ("CIT-MAT",)))
    told = publish("2026-S1")
    assert told["CIT"] == (19, None)
    assert "CIT/CIT-RES" not in told
