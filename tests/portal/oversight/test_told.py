# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the overseer reads where something may not be told: marks, «almeno», corrections."""

import json
from collections.abc import Callable
from datetime import date
from uuid import UUID

import pytest
from sqlalchemy import select

from portal.core.store.database import db
from portal.oversight import documents, layouts, queries
from portal.oversight.actions import publish_edition
from portal.oversight.editions import freeze, thaw
from portal.oversight.models import PublishedFigure
from portal.oversight.rules import NetworkComparison, News
from portal.reports.disclosure.sheets import Audience
from portal.reports.editions import lifecycle as editions
from portal.reports.editions.desk import DESK
from portal.reports.models import Disclosure
from portal.visits import actions as visits
from portal.visits.rules import VisitFacts
from tests.conftest import AtDesk
from tests.pages import PortalClient
from tests.portal.oversight.conftest import AtNetwork, Publish, record
from tests.world import Someone, World

ClientOf = Callable[[Someone], PortalClient]
PAGE = "/r/rete/confronto?periodo=2026-S1&confronto=2026-T2"
"""Beside a period of the same list, which has a line for health."""
FIRST, SECOND = date(2026, 3, 3), date(2026, 8, 3)
Figures = dict[str, object]


@pytest.fixture
def health(old_desks: World, at_desk: AtDesk, publish: Publish) -> World:
    """At Lucca two persons of twenty asked about health, at Capannori six of twenty."""
    for desk, few in ((old_desks.lucca, 2), (old_desks.capannori, 6)):
        with at_desk(desk):
            record(FIRST, *[("CIT",)] * 12, *[("LAV",)] * 8, *[("SAN",)] * few)
        publish(desk, "2026-S1")
    return old_desks


def figures_of(at_desk: AtDesk, world: World, period: str) -> Figures:
    with at_desk(world.lucca):
        statement = select(PublishedFigure).where(PublishedFigure.period == period)
        row = db.session.scalars(statement).one()
        return {"number": row.number} | row.figures


def compared(at_network: AtNetwork, world: World) -> NetworkComparison:
    with at_network(world.rete):
        return queries.get_comparison("2026-S1", "2026-T2")


def test_health_of_two_is_hidden_and_the_network_sums_what_was_told(
    health: World, at_network: AtNetwork
) -> None:
    comparison = compared(at_network, health)
    with at_network(health.rete):
        frozen = thaw(freeze("2026-S1", "2026-T2"))
    csv = documents.rendered(comparison, format="csv").decode()
    assert documents.rendered(frozen, format="csv").decode() == csv
    head, *lines = [line.split(",") for line in csv.splitlines()]
    row = dict(zip(head, next(line for line in lines if line[0] == "SAN"), strict=True))
    assert (row["lucca_count"], row["lucca_incidence"], row["capannori_count"]) == ("•", "•", "6")
    assert (row["network_sum_count"], row["network_sum_incidence"]) == ("almeno 6", "•")
    services = dict(zip(head, lines[1], strict=True))
    assert (services["lucca_count"], services["network_sum_count"]) == ("22", "48")
    lucca = next(
        one for one in json.loads(documents.rendered(comparison, format="json"))["desks"]
        if one["desk"] == "lucca"
    )  # fmt: skip
    assert "SAN" in lucca["hidden"]["now"]
    assert {one["count"] for one in lucca["rows"] if one["code"] in lucca["hidden"]["now"]} == {
        None
    }
    assert len(lucca["hidden"]["now"]) > 1, "beside the total one mark alone says nothing less"


def test_of_a_line_of_several_topics_what_is_told_is_read(
    old_desks: World, at_desk: AtDesk, at_network: AtNetwork, publish: Publish
) -> None:
    """The list of the year before has one line for renewals and conversions, which are hidden."""
    with at_desk(old_desks.lucca):
        record(FIRST, *[("CIT",)] * 12, *[("SOG-RIN",)] * 9, *[("SOG-CON",)] * 3, *[("PRO",)] * 2)
    publish(old_desks.lucca, "2026-S1")
    with at_network(old_desks.rete):
        comparison = queries.get_comparison("2026-S1")
        frozen = thaw(freeze("2026-S1", "2025-S1"))
    (lucca,) = comparison.desks
    assert {"SOG-RIN", "PRO"} <= lucca.protected.now
    csv = documents.rendered(comparison, format="csv").decode()
    assert documents.rendered(frozen, format="csv").decode() == csv
    head, *lines = [line.split(",") for line in csv.splitlines()]
    row = dict(zip(head, next(line for line in lines if line[0] == "SOG-RIN"), strict=True))
    assert (row["lucca_count"], row["lucca_incidence"]) == ("almeno 9", "•")
    assert row["network_sum_count"] == "almeno 9"
    assert comparison.funnel.standings == {}


def test_it_is_not_told_that_one_user_is_behind_six_enquiries_about_health(
    old_desks: World, at_desk: AtDesk, at_network: AtNetwork, publish: Publish
) -> None:
    """Five are nameless: all but one. The count is told, and no rate, neither there nor beside."""
    with at_desk(old_desks.lucca):
        record(FIRST, *[("CIT",)] * 12, *[("LAV",)] * 8, ("SAN",))
        for topic in (*["SAN"] * 5, *["CIT"] * 3):
            visits.record_visit(facts=VisitFacts(FIRST, (topic,)))
    publish(old_desks.lucca, "2026-S1")
    read = figures_of(at_desk, old_desks, "2026-S1")
    assert read["nameless"] == 8
    assert read["codes"]["now"]["SAN"] == [6, None]  # type: ignore[index]
    comparison = compared(at_network, old_desks)
    (lucca,) = comparison.desks
    rows = {row.code: row for row in lucca.rows()}
    assert (rows["SAN"].count, rows["SAN"].nameless, rows["SAN"].incidence) == (6, None, None)
    unsplit = [row for row in rows.values() if row.count and row.incidence is None]
    assert len(unsplit) > 1, "beside the total of the nameless one mark alone says nothing less"
    page = documents.rendered(comparison, format="csv").decode()
    line = next(line for line in page.splitlines() if line.startswith("SAN"))
    assert line.split(",")[2:4] == ["6", "•"]


def test_no_limit_is_calculated_of_what_is_hidden(health: World, at_network: AtNetwork) -> None:
    comparison = compared(at_network, health)
    hidden = next(one for one in comparison.desks if one.desk.slug == "lucca").protected.now
    standings = comparison.funnel.standings.keys()
    assert not {("lucca", code) for code in hidden} & standings
    assert ("capannori", "SAN") not in standings, "beside nobody who has told it"


def test_the_page_says_what_a_mark_is(health: World, client_of: ClientOf) -> None:
    client = client_of(health.elena)
    page = client.soup(f"{PAGE}&mostra={layouts.COUNTS}")
    marks = [cell for cell in page.select("td") if "•" in cell.text]
    assert marks
    for cell in marks:
        assert cell.select_one("[aria-hidden=true]").text == "•"  # type: ignore[union-attr]
        assert "dato protetto" in cell.text
    text = " ".join(page.text.split())
    assert "• dato protetto: 2 caselle su " in text
    assert "almeno 6" in text


def corrected(world: World, at_desk: AtDesk, publish: Publish, *, number: int) -> None:
    with at_desk(world.lucca):
        record(FIRST, *[("SAN",)] * number)
    publish(world.lucca, "2026-S1", reason="Mancava qualcuno")


def test_a_correction_of_two_waits_and_is_told_within_the_next_period(
    health: World, at_desk: AtDesk, at_network: AtNetwork, publish: Publish, client_of: ClientOf
) -> None:
    before = figures_of(at_desk, health, "2026-S1")
    corrected(health, at_desk, publish, number=2)
    waiting = figures_of(at_desk, health, "2026-S1")
    assert {key: waiting[key] for key in before} == before
    text = client_of(health.elena).soup(PAGE).text
    assert "rettifica in arrivo" in text
    own = client_of(health.anna).soup("/s/lucca/relazioni/periodo?periodo=2026-S1").text
    assert "La rete continua a leggere l’edizione di prima" in own
    with at_desk(health.lucca):
        record(SECOND, *[("CIT",)] * 9)
    publish(health.lucca, "2026-T3")
    told = figures_of(at_desk, health, "2026-T3")
    assert (told["users"], told["services"]) == (9 + 2, 9 + 2)
    assert told["carries"] == [["2026-01-01", "2026-06-30"]]
    comparison = compared(at_network, health)
    assert [(one.news, one.period) for one in comparison.corrections] == [
        (News.ELSEWHERE, "2026-T3")
    ]
    text = client_of(health.elena).soup("/r/rete/").text
    assert "dentro i numeri del 3º trimestre 2026" in text
    assert "rettifica in arrivo" not in text


def test_a_correction_that_would_empty_the_table_waits_too(
    health: World, at_desk: AtDesk, publish: Publish
) -> None:
    """Four who all asked about health: no mark would hide what changed."""
    before = figures_of(at_desk, health, "2026-S1")
    corrected(health, at_desk, publish, number=4)
    waiting = figures_of(at_desk, health, "2026-S1")
    assert {key: waiting[key] for key in before} == before
    assert "waits" in waiting


def test_a_correction_of_three_is_told_and_named(
    health: World, at_desk: AtDesk, publish: Publish, client_of: ClientOf
) -> None:
    with at_desk(health.lucca):
        record(FIRST, *[("CIT",)] * 3)
    publish(health.lucca, "2026-S1", reason="Mancava qualcuno")
    read = figures_of(at_desk, health, "2026-S1")
    assert (read["number"], read["users"]) == (2, 25)
    assert "rettifica comunicata il" in client_of(health.elena).soup(PAGE).text


def test_a_half_year_of_told_quarters_is_their_sum_until_three_came_late(
    old_desks: World, at_desk: AtDesk, publish: Publish
) -> None:
    with at_desk(old_desks.lucca):
        record(date(2026, 2, 3), *[("CIT",)] * 9)
        record(date(2026, 5, 3), *[("CIT",)] * 9)
    publish(old_desks.lucca, "2026-T1")
    publish(old_desks.lucca, "2026-T2")
    with at_desk(old_desks.lucca):
        record(date(2026, 2, 4), ("LAV",), ("LAV",))
    publish(old_desks.lucca, "2026-S1")
    read = figures_of(at_desk, old_desks, "2026-S1")
    assert (read["users"], read["services"], read["is_sum"]) == (20, 18, True)
    with at_desk(old_desks.lucca):
        record(date(2026, 2, 4), ("LAV",))
    publish(old_desks.lucca, "2026-S1", reason="Un’altra")
    read = figures_of(at_desk, old_desks, "2026-S1")
    assert (read["users"], read["services"], read["is_sum"]) == (21, 21, False)


def test_the_year_before_is_read_as_it_was_told(
    health: World, at_desk: AtDesk, publish: Publish
) -> None:
    with at_desk(health.lucca):
        record(date(2025, 3, 3), *[("CIT",)] * 9)
    publish(health.lucca, "2025-S1")
    with at_desk(health.lucca):
        record(date(2025, 3, 3), ("LAV",))
        record(FIRST, *[("CIT",)] * 3)
    publish(health.lucca, "2026-S1", reason="Tre persone")
    read = figures_of(at_desk, health, "2026-S1")
    assert (read["users"], read["users_baseline"], read["services_baseline"]) == (25, 9, 9)


def test_what_earlier_builds_told_stays_and_stops_nothing(
    old_desks: World, at_desk: AtDesk, publish: Publish
) -> None:
    """They wrote down the sexes alone, and told every line: the quarter beside is not refused."""
    with at_desk(old_desks.lucca):
        record(date(2026, 1, 3), *[("CIT",)] * 9, *[("LAV",)] * 6, *[("FOR",)] * 3)
        record(date(2026, 2, 3), *[("CIT",)] * 9, ("SAN",))
        edition = _approved("2026-02")
        made = Disclosure(edition_id=edition, audience=Audience.NETWORK, number=1, sheets=[])
        db.session.add(made)
    with at_desk(old_desks.lucca):
        publish_edition(edition_id=edition)
    read = figures_of(at_desk, old_desks, "2026-02")
    assert (read["codes"]["now"]["SAN"], read["hidden"]["now"]) == ([1, 0], [])  # type: ignore[index]
    publish(old_desks.lucca, "2026-T1")
    read = figures_of(at_desk, old_desks, "2026-T1")
    assert read["services"] == 28
    assert "SAN" in read["hidden"]["now"]  # type: ignore[index]


def _approved(period: str) -> UUID:
    edition = editions.request_edition(DESK, period=period)
    edition.frozen, edition.frozen_at = DESK.freeze(edition), edition.created_at
    edition.taxonomy, edition.software = edition.frozen["taxonomy"], "0"
    edition.sha256, edition.state = bytes(32), "ready"
    editions.approve_edition(DESK, edition_id=edition.id, seen_version=None)
    found: UUID = edition.id
    return found
