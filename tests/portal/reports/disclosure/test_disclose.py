# SPDX-License-Identifier: AGPL-3.0-or-later
"""The publishable version of an edition: what it hides, what it remembers, when it is refused."""

import json
from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from portal.core.errors import Refusal
from portal.core.store.database import db
from portal.oversight.actions import publish_edition
from portal.oversight.models import PublishedFigure
from portal.people import actions as people
from portal.people.rules import PersonFacts
from portal.reports.disclosure.disclose import disclose, sheets_of
from portal.reports.disclosure.sheets import TOPICS, Audience
from portal.reports.disclosure.told import find_disclosure
from portal.reports.editions import lifecycle as editions
from portal.reports.editions.desk import DESK
from portal.reports.models import Disclosure
from portal.reports.publication.public_files import document_of, public_file
from portal.visits import actions as visits
from portal.visits.rules import VisitFacts
from tests.conftest import AtDesk
from tests.pages import PortalClient
from tests.portal.reports.builds import Build
from tests.world import Someone, World

PERIOD = "2016-S1"
Approve = Callable[..., UUID]


@pytest.fixture
def approve(world: World, at_desk: AtDesk, build: Build) -> Approve:
    """`approve(period, reason)`: the id of an edition of Lucca, built and approved."""

    def run(period: str = PERIOD, reason: str = "") -> UUID:
        with at_desk(world.lucca):
            edition_id: UUID = editions.request_edition(DESK, period=period, reason=reason).id
        build(world.lucca, edition_id)
        with at_desk(world.lucca, world.anna):
            editions.approve_edition(DESK, edition_id=edition_id, seen_version=None)
        return edition_id

    return run


def come(number: int, *, sex: str = "F", topic: str = "CIT", day: date = date(2016, 2, 3)) -> None:
    """So many new persons, each once."""
    for _ in range(number):
        person = people.create_person(facts=PersonFacts(family_name="Diallo", sex=sex))
        visits.record_visit(facts=VisitFacts(day, (topic,), person.id))


def test_the_seed_hides_its_ones_and_twos(seeded: World, at_desk: AtDesk, approve: Approve) -> None:
    edition_id = approve()
    with at_desk(seeded.lucca, seeded.anna):
        told = disclose(edition_id=edition_id, audience=Audience.PUBLIC)
        file = public_file(editions.get_edition(DESK, edition_id), told, "json")
    read = json.loads(file.content)
    assert (read["users"], read["services"]) == (149, 214)
    rows = {row["key"]: row for row in read["tables"]["richieste"]["rows"]}
    assert rows["CIT"]["count"] == 55
    assert rows["SOC-INV"]["count"] is None, "two persons sent to the social services"
    small = [row for row in rows.values() if row["baseline"] in (1, 2) or row["count"] in (1, 2)]
    assert small == []
    for row in rows.values():
        if row["key"] != "totale":
            assert (row["count"] is None) <= (row["incidence"] is None)
            assert (row["count"] is None or row["baseline"] is None) <= (row["variation"] is None)
    assert {"table": "richieste", "row": "SOC-INV", "column": "count"} in read["hidden"]


def test_the_public_reads_no_name_of_what_is_hidden_and_no_bare_variation(
    world: World, at_desk: AtDesk, approve: Approve
) -> None:
    """The list changed in 2026: what was newly asked, once each, is named by no note."""
    with at_desk(world.lucca):
        for day in (date(2025, 2, 3), date(2026, 2, 3)):
            come(9, day=day)
            come(9, topic="LAV", day=day)
        come(1, topic="SOG-STA", day=date(2026, 2, 4))
        come(1, topic="PRO", day=date(2026, 2, 5))
    edition_id = approve("2026-S1")
    with at_desk(world.lucca, world.anna):
        told = disclose(edition_id=edition_id, audience=Audience.PUBLIC)
        document = document_of(editions.get_edition(DESK, edition_id), told)
    said = " ".join(document.warnings)
    assert "è cambiato il 01/01/2026" in said
    assert not any(str(row.cells[0]) in said for table in document.tables for row in table.rows)
    (topics,) = (table for table in document.tables if table.key == "richieste")
    # The two periods have other lines: only the period is told, and no variation.
    assert [column.key for column in topics.columns] == ["label", "count", "incidence"]


def test_no_form_says_more_than_another(seeded: World, at_desk: AtDesk, approve: Approve) -> None:
    """Neither the order of the lines, nor a hash of the true figures, nor the manager's words."""
    edition_id = approve()
    with at_desk(seeded.lucca, seeded.anna):
        told = disclose(edition_id=edition_id, audience=Audience.PUBLIC)
        edition = editions.get_edition(DESK, edition_id)
        document = document_of(edition, told)
        csv = public_file(edition, told, "csv").content.decode()
        assert public_file(edition, told, "pdf").content.startswith(b"%PDF")
    assert "impronta" not in document.provenance
    assert "•" in csv
    for table in document.tables:
        for row in table.rows:
            for number, value in enumerate(row.cells[1:], 1):
                column = table.columns[number]
                if value == "•":
                    assert f"{table.key},{row.key},{row.cells[0]},{column.key},•" in csv
    names = [row.cells[0] for table in document.tables if table.key == "citizenships"
             for row in table.rows[:-2]]  # fmt: skip
    assert names == sorted(names)


def test_asked_twice_it_is_told_once(seeded: World, at_desk: AtDesk, approve: Approve) -> None:
    edition_id = approve()
    with at_desk(seeded.lucca, seeded.anna):
        first = disclose(edition_id=edition_id, audience=Audience.PUBLIC).id
        assert disclose(edition_id=edition_id, audience=Audience.PUBLIC).id == first
        assert len(list(db.session.scalars(select(Disclosure)))) == 1


def test_an_edition_nobody_approved_is_not_told(
    seeded: World, at_desk: AtDesk, build: Build
) -> None:
    with at_desk(seeded.lucca):
        edition_id = editions.request_edition(DESK, period=PERIOD).id
    build(seeded.lucca, edition_id)
    with at_desk(seeded.lucca, seeded.anna), pytest.raises(Refusal, match="non è approvata"):
        disclose(edition_id=edition_id, audience=Audience.PUBLIC)


def test_two_users_are_too_few(few: World, at_desk: AtDesk, approve: Approve) -> None:
    edition_id = approve()
    with at_desk(few.lucca, few.anna):
        with pytest.raises(Refusal, match="meno di 3"):
            disclose(edition_id=edition_id, audience=Audience.PUBLIC)
        assert find_disclosure(edition_id, Audience.PUBLIC) is None


def test_a_correction_of_one_person_is_refused(
    world: World, at_desk: AtDesk, approve: Approve
) -> None:
    with at_desk(world.lucca):
        come(12)
        come(9, sex="M", topic="LAV")
    first = approve()
    with at_desk(world.lucca, world.anna):
        disclose(edition_id=first, audience=Audience.PUBLIC)
        come(1)
    second = approve(reason="Mancava una persona")
    with at_desk(world.lucca, world.anna), pytest.raises(Refusal, match="cambia meno di 3"):
        disclose(edition_id=second, audience=Audience.PUBLIC)


def test_the_year_hides_what_would_give_the_half_back(
    world: World, at_desk: AtDesk, approve: Approve
) -> None:
    with at_desk(world.lucca):
        for topic, first, second in (("CIT", 12, 9), ("LAV", 1, 7), ("FOR", 8, 5), ("BUR", 6, 4)):
            come(first, topic=topic)
            come(second, topic=topic, day=date(2016, 9, 5))
    halves = [approve(), approve("2016-S2"), approve("2016")]
    with at_desk(world.lucca, world.anna):
        told = [disclose(edition_id=one, audience=Audience.PUBLIC) for one in halves]
        hidden = [sheets_of(one)[TOPICS, "now"].hidden for one in told]
    assert "LAV" in hidden[0]
    assert not hidden[1]
    assert "LAV" in hidden[2], "the year less its second half is the first"


def test_nine_requests_of_one_person_are_hidden(
    world: World, at_desk: AtDesk, approve: Approve
) -> None:
    with at_desk(world.lucca):
        come(12)
        come(8, topic="FOR")
        person = people.create_person(facts=PersonFacts(family_name="Sow", sex="M"))
        for day in range(1, 10):
            visits.record_visit(facts=VisitFacts(date(2016, 3, day), ("LAV",), person.id))
    edition_id = approve()
    with at_desk(world.lucca, world.anna):
        told = disclose(edition_id=edition_id, audience=Audience.PUBLIC)
        assert "LAV" in sheets_of(told)[TOPICS, "now"].hidden


@pytest.mark.parametrize(
    ("men", "told"),
    [(6, {"F": 12, "M": 6, "X": 0}), (1, {"F": None, "M": None, "X": 0})],
)
def test_the_network_reads_sexes_that_are_three_or_more(
    world: World, at_desk: AtDesk, approve: Approve, men: int, told: dict[str, Any]
) -> None:
    with at_desk(world.lucca):
        come(12)
        come(men, sex="M")
    edition_id = approve()
    with at_desk(world.lucca):
        publish_edition(edition_id=edition_id)
        figures = db.session.scalars(select(PublishedFigure)).one().figures
    assert figures["users_by_sex"] == told
    assert figures["users"] == 12 + men
    assert {row["code"]: row["count"] for row in figures["rows"]}["CIT"] == 12 + men


@pytest.mark.parametrize(("more", "told"), [(2, 12), (3, 15)])
def test_the_network_does_not_read_whom_a_correction_added(
    world: World, at_desk: AtDesk, approve: Approve, more: int, told: int
) -> None:
    """Beside the first edition two persons more would say what they are, and what they asked."""
    with at_desk(world.lucca):
        come(12)
        come(9, sex="M")
    first = approve()
    with at_desk(world.lucca):
        publish_edition(edition_id=first)
        come(more)
    second = approve(reason="Mancava qualcuno")
    with at_desk(world.lucca):
        publish_edition(edition_id=second)
        figures = db.session.scalars(select(PublishedFigure)).one().figures
    assert (figures["users"], figures["users_by_sex"]["F"]) == (told + 9, told)
    assert ("waits" in figures) == (more < 3)


def test_the_page_makes_it_and_offers_its_files(
    seeded: World, approve: Approve, client_of: Callable[[Someone], PortalClient]
) -> None:
    address = f"/s/lucca/relazioni/edizioni/{approve()}"
    carla, anna = client_of(seeded.carla), client_of(seeded.anna)
    assert carla.soup(address).select_one("#pubblicabile") is None
    assert carla.get(f"{address}/pubblicabile.csv").status_code == 404
    anna.submit(address, {}, action=f"{address}/pubblicabile")
    links = [one["href"] for one in carla.soup(address).select("section a[href*=pubblicabile]")]
    assert [one.rpartition(".")[2] for one in links] == ["pdf", "csv", "json"]
    assert "•" in carla.get(links[1]).text
