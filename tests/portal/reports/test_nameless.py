# SPDX-License-Identifier: AGPL-3.0-or-later
"""Enquiries without a name are among the counts and in no rate: the same people above and below."""

import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from bs4 import Tag

from portal.core.documents.csv import csv_bytes
from portal.core.italy.periods import parse_period
from portal.figures import actions as figures
from portal.figures.queries import list_past_totals
from portal.figures.rules import Nameless
from portal.people import actions as people
from portal.people.rules import PersonFacts
from portal.reports.disclosure.disclose import disclose
from portal.reports.disclosure.sheets import Audience
from portal.reports.editions import lifecycle as editions
from portal.reports.editions.desk import DESK, since_freezing
from portal.reports.editions.differences import counts_differ, differences
from portal.reports.editions.snapshot import freeze, thaw
from portal.reports.files import composed, draft
from portal.reports.publication.for_network import for_network
from portal.reports.publication.public_files import document_of, public_file
from portal.reports.relazione.assembly import get_relazione
from portal.reports.relazione.model import Layout, Relazione, TopicRow, services_per_user
from portal.reports.sections.notices import table_note
from portal.reports.sections.prose import synthesis
from portal.reports.sections.topic_tables import as_json, historical_table, modern_table
from portal.visits import actions as visits
from portal.visits.rules import VisitFacts
from tests.conftest import AtDesk
from tests.pages import PortalClient, words
from tests.portal.reports.builds import Build
from tests.world import Someone, World

NOW, THEN = date(2016, 3, 1), date(2015, 3, 2)
ClientOf = Callable[[Someone], PortalClient]


def come(day: date, persons: int, *, topic: str = "SOG-RIN") -> None:
    """So many new persons, each asking once."""
    for number in range(persons):
        person = people.create_person(facts=PersonFacts(family_name=f"Persona {number}", sex="F"))
        visits.record_visit(facts=VisitFacts(day, (topic,), person.id))


def ask_without_a_name(day: date, number: int, *, topic: str = "SOG-RIN") -> None:
    visits.record_visits(facts=[VisitFacts(day, (topic,)) for _time in range(number)])


def store_earlier(nameless: Nameless | None, **topics: int) -> None:
    figures.store_past_total(
        period=parse_period("2015-S1"),
        users=50,
        users_f=None,
        users_m=None,
        topics={"CIT": 20, "SOG-RIN": 30, **topics},
        nameless=nameless,
    )


def relazione(baseline: str | None = None) -> Relazione:
    return get_relazione(period="2016-S1", baseline=baseline)


def row_of(found: Relazione, code: str = "SOG-RIN") -> TopicRow:
    return next(row for row in found.rows if row.code == code)


def cells(found: Any, key: str = "SOG-RIN") -> dict[str, Any]:
    row = next(row for row in found.rows if row.key == key)
    return dict(zip([column.key for column in found.columns], row.cells, strict=True))


@pytest.fixture
def evening(world: World, at_desk: AtDesk) -> World:
    """Lucca: in each half 34 of 89 users renew; then a sheet of an evening, 179 marks."""
    with at_desk(world.lucca):
        for day in (THEN, NOW):
            come(day, 34)
            come(day, 55, topic="CIT")
        ask_without_a_name(NOW, 60)
        ask_without_a_name(NOW, 119, topic="BUR")
    return world


def test_a_sheet_of_an_evening_moves_no_rate(evening: World, at_desk: AtDesk) -> None:
    with at_desk(evening.lucca):
        found = relazione()
    row = row_of(found)
    assert (row.count, row.nameless, row.baseline, row.baseline_nameless) == (94, 60, 34, 0)
    assert row.incidence == row.baseline_incidence == Fraction(3400, 89)  # 38,2; it said 105,6
    assert row.variation == 0
    only_nameless = row_of(found, "BUR")
    assert (only_nameless.count, only_nameless.incidence, only_nameless.variation) == (119, 0, 0)
    assert found.inference is not None
    assert found.inference.found == 0
    assert found.inference.anonymous == 179
    assert services_per_user(found.current) == 1
    table = modern_table(found)
    assert cells(table)["nameless"] == 60
    assert "baseline_nameless" not in cells(table), "the earlier half has none"
    assert cells(table, "totale")["nameless"] == 179
    assert table.check is not None
    assert table.check.is_right
    assert "escluse quelle senza nome" in table_note(found)


def test_programs_read_both_and_the_rate_of_users(evening: World, at_desk: AtDesk) -> None:
    with at_desk(evening.lucca):
        read = as_json(relazione())
    row = next(row for row in read["rows"] if row["code"] == "SOG-RIN")
    assert (row["count"], row["nameless"], row["incidence"]) == (94, 60, "38.202247")
    assert (read["services"], read["nameless"], read["nameless_baseline"]) == (268, 179, 0)


def test_the_old_table_says_how_many_in_one_line_more(evening: World, at_desk: AtDesk) -> None:
    with at_desk(evening.lucca):
        found = relazione()
        (table,) = composed(replace(found, layout=Layout.HISTORICAL), draft()).tables
    lines = csv_bytes(historical_table(found), style="historical").decode().splitlines()
    assert lines[-2:] == ["Importo Totale;268;89;", "di cui senza nome;179;0;"]
    renewals = next(line for line in lines if line.startswith("Rinnovo"))
    assert renewals == "Rinnovo Permesso Di Soggiorno;94;34;0,0%"
    assert [row.cells[0] for row in table.rows][-2:] == ["Importo Totale", "di cui senza nome"]


def test_a_nameless_number_is_explained_beside_the_nameless_one(
    evening: World, at_desk: AtDesk, client_of: ClientOf
) -> None:
    with at_desk(evening.lucca):
        ask_without_a_name(THEN, 4)
    page = "/s/lucca/relazioni/perche?periodo=2016-S1&tabella=richieste&riga=SOG-RIN&colonna="
    client = client_of(evening.anna)
    for column, number in (("nameless", "4"), ("count", "38")):
        facts = client.soup(page + column).select("dl > div")
        found = {words(fact.dt): words(fact.dd) for fact in facts if fact.dt and fact.dd}
        assert found["Confronto"] == f"{number} (I semestre 2015)", column


def test_a_visit_that_gets_its_name_moves_a_rate_and_not_a_count(
    evening: World, at_desk: AtDesk
) -> None:
    with at_desk(evening.lucca):
        visit = visits.record_visit(facts=VisitFacts(NOW, ("SOG-RIN",)))
        before = relazione()
        person = people.create_person(facts=PersonFacts(family_name="Sow", sex="M"))
        visits.give_visit(visit_id=visit.id, person_id=person.id, seen_version=visit.version)
        after = relazione()
    assert row_of(before).count == row_of(after).count == 95
    assert (row_of(before).nameless, row_of(after).nameless) == (61, 60)
    assert row_of(after).incidence == Fraction(3500, 90)
    table = differences(before, after, heads=("prima", "dopo"), caption="")
    lines = {row.cells[1]: row.cells[2:] for row in table.rows}
    assert lines["Rinnovo Permesso Di Soggiorno, di cui senza nome"] == (61, 60)


def test_the_same_people_are_tested_and_printed(evening: World, at_desk: AtDesk) -> None:
    """The difference of the test is the variation of the table, nameless or not."""
    with at_desk(evening.lucca):
        come(NOW, 9, topic="LAV")
        ask_without_a_name(THEN, 31, topic="LAV")
        found = relazione()
    assert found.inference is not None
    for row in found.rows:
        finding = found.finding(row)
        if finding:
            assert row.variation is not None
            assert abs(Fraction(finding.difference) - row.variation) < Fraction(1, 10**5), row.code


@pytest.mark.parametrize(
    ("told", "line", "whole"),
    [
        (Nameless.of_topics({"SOG-RIN": 10}), Fraction(100 * 20, 50), Fraction(40, 50)),
        (Nameless(10, None), None, Fraction(40, 50)),
        (Nameless.kept(0, None), Fraction(100 * 30, 50), 1),
        (None, Fraction(100 * 30, 50), 1),
    ],
    ids=["by topic", "in all", "none", "untold"],
)
def test_past_totals_tell_as_much_as_was_kept(
    world: World,
    at_desk: AtDesk,
    told: Nameless | None,
    line: Fraction | None,
    whole: Fraction,
) -> None:
    with at_desk(world.lucca):
        store_earlier(told)
        come(NOW, 40)
        found = relazione()
    row = row_of(found)
    assert (row.baseline, row.baseline_incidence) == (30, line)
    assert found.baseline is not None
    assert services_per_user(found.baseline) == whole
    assert (row.variation is None) == (line is None)
    assert (found.inference is None) == (line is None)
    assert ("si sa solo quante richieste" in table_note(found)) == (line is None)


def test_beside_totals_that_do_not_tell_more_than_a_twentieth_has_no_variation(
    world: World, at_desk: AtDesk
) -> None:
    with at_desk(world.lucca):
        store_earlier(None)
        come(NOW, 95)
        ask_without_a_name(NOW, 5)
        few = relazione()
        ask_without_a_name(NOW, 1)
        many = relazione()
    assert row_of(few).variation == Fraction(9500, 95) - 60
    assert "contano tutte come degli utenti" in table_note(few)
    assert [row.variation for row in many.rows] == [None] * len(many.rows)
    assert [row.variation for row in many.historical] == [None] * len(many.historical)
    assert [row.variation for row in many.groups] == [None] * len(many.groups)
    assert many.inference is None
    assert row_of(many).incidence == 100
    assert "Le variazioni sono n.d.: nel I semestre 2016 le richieste senza nome sono 6 su 101" in (
        table_note(many)
    )


def test_totals_that_tell_it_later_move_a_rate(world: World, at_desk: AtDesk) -> None:
    with at_desk(world.lucca):
        store_earlier(None)
        come(NOW, 95)
        ask_without_a_name(NOW, 20)
        frozen = relazione()
        (stored,) = list_past_totals()
        figures.correct_past_total(
            past_total_id=stored.id,
            seen_version=stored.version,
            users=50,
            users_f=None,
            users_m=None,
            topics={"CIT": 20, "SOG-RIN": 30},
            nameless=Nameless.of_topics({"CIT": 9}),
        )
        now = relazione()
    assert row_of(frozen).variation is None
    assert row_of(now).variation == 40
    assert counts_differ(frozen, now)
    assert not counts_differ(now, now)


def test_totals_say_how_many_of_their_requests_no_user_made(world: World, at_desk: AtDesk) -> None:
    with at_desk(world.lucca):
        store_earlier(Nameless(45, None))
        found = get_relazione(period="2015-S1", baseline="nessuno")
    sentences = synthesis(found)
    assert sentences[0].endswith("50 servizi a 50 utenti.")
    assert sentences[1] == "45 richieste sono senza nome: contano tra i servizi, non nei tassi."


def test_a_mean_leaves_out_the_nameless_of_each_year(world: World, at_desk: AtDesk) -> None:
    with at_desk(world.lucca):
        store_earlier(None)
        come(date(2014, 2, 3), 25)
        ask_without_a_name(date(2014, 2, 3), 9)
        come(NOW, 10)
        found = relazione("media-3")
    assert found.baseline is not None
    row = row_of(found)
    assert (row.baseline, row.baseline_nameless) == (Fraction(34 + 30, 2), None)
    assert row.baseline_incidence == Fraction(100 * (25 + 30), 25 + 50)
    assert row.variation is None, "one of the years does not tell, and of the others many are"


def test_of_a_mean_without_requests_no_share_of_them_is_told(world: World, at_desk: AtDesk) -> None:
    """One of its years has users alone; the other has twice the nameless of the period."""
    with at_desk(world.lucca):
        figures.store_past_total(
            period=parse_period("2015-S1"), users=50, users_f=None, users_m=None, topics={}
        )
        come(date(2014, 2, 3), 25)
        ask_without_a_name(date(2014, 2, 3), 12)
        come(NOW, 40)
        ask_without_a_name(NOW, 6)
        found = relazione("media-3")
    assert (found.users_baseline, found.services_baseline) == (Fraction(75, 2), None)
    assert [row.variation for row in found.rows] == [None] * len(found.rows)
    assert "Le variazioni sono n.d." not in table_note(found)


def test_a_frozen_relazione_comes_back_with_them(evening: World, at_desk: AtDesk) -> None:
    with at_desk(evening.lucca):
        found, frozen = relazione(), thaw(json.loads(json.dumps(freeze("2016-S1", "2015-S1"))))
    assert frozen == found


def test_an_edition_of_before_prints_the_rates_of_before(
    evening: World, at_desk: AtDesk, build: Build, client_of: ClientOf
) -> None:
    """As the builds of schema 4 froze it: a line says what its rates are of."""
    with at_desk(evening.lucca):
        edition_id = editions.request_edition(DESK, period="2016-S1").id
    build(evening.lucca, edition_id)
    with at_desk(evening.lucca):
        edition = editions.get_edition(DESK, edition_id)
        edition.frozen = as_of_schema_4(edition.figures)
    with at_desk(evening.lucca):
        edition = editions.get_edition(DESK, edition_id)
        old = thaw(edition.figures)
        assert not since_freezing(edition).differs
    assert row_of(old).incidence == Fraction(9400, 89)
    assert "nameless" not in as_json(old)
    assert "nameless" not in cells(modern_table(old))
    page = client_of(evening.anna).soup(f"/s/lucca/relazioni/edizioni/{edition_id}")
    assert "contano tutte le richieste, anche quelle senza nome" in page.text
    method = page.select_one("section[aria-labelledby='come-si-conta']")
    assert isinstance(method, Tag)
    assert "Richieste del periodo divise per gli utenti dello stesso periodo" in method.text


def as_of_schema_4(frozen: dict[str, Any]) -> dict[str, Any]:
    sides = {
        side: {key: value for key, value in frozen[side].items() if key != "nameless"}
        for side in ("current", "earlier")
    }
    short = ("code", "label", "count", "baseline")
    rows = {
        layout: [[row[key] for key in short] for row in frozen[layout]]
        for layout in ("rows", "historical")
    }
    return frozen | sides | rows | {"schema": 4}


def test_the_public_version_has_counts_and_no_rate_that_tells_them_apart(
    evening: World, at_desk: AtDesk, build: Build
) -> None:
    with at_desk(evening.lucca):
        edition_id = editions.request_edition(DESK, period="2016-S1").id
    build(evening.lucca, edition_id)
    with at_desk(evening.lucca, evening.anna):
        editions.approve_edition(DESK, edition_id=edition_id, seen_version=None)
    with at_desk(evening.lucca, evening.anna):
        edition = editions.get_edition(DESK, edition_id)
        disclosure = disclose(edition_id=edition_id, audience=Audience.PUBLIC)
        document = document_of(edition, disclosure)
        file = public_file(edition, disclosure, "csv").content
        published = for_network(edition)
    table = next(table for table in document.tables if table.key == "richieste")
    assert [column.key for column in table.columns] == ["label", "count", "baseline"]
    assert "alcune richieste sono senza nome" in (table.note or "")
    assert cells(table)["count"] == 94
    lines = list(csv.DictReader(io.StringIO(file.decode("utf-8-sig"))))
    assert not [line for line in lines if "nameless" in line.values()]
    row = next(row for row in published["rows"] if row["code"] == "SOG-RIN")
    assert (published["schema"], row["count"], row["nameless"]) == (4, 94, 60)
