# SPDX-License-Identifier: AGPL-3.0-or-later
"""Topics of detail are counted, under the line that they are part of; headings add the lines up."""

import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from portal.desks.actions import omit_from_report
from portal.desks.queries import get_desk
from portal.people import actions as people
from portal.people.rules import PersonFacts
from portal.reports.editions import first_lines
from portal.reports.editions.differences import differences
from portal.reports.files import composed, draft, rendered
from portal.reports.relazione.assembly import get_relazione
from portal.reports.relazione.model import Relazione
from portal.reports.sections.topic_tables import as_json
from portal.visits import actions as visits
from portal.visits.rules import VisitFacts
from tests.conftest import AtDesk
from tests.pages import PortalClient
from tests.world import Someone, World

PAGE = "/s/lucca/relazioni/periodo?periodo=2026-S1"
ClientOf = Callable[[Someone], PortalClient]


def record(day: date, *topics: str) -> None:
    person = people.create_person(facts=PersonFacts(family_name="Diallo", sex="F"))
    visits.record_visit(facts=VisitFacts(day, topics, person.id))


@pytest.fixture
def counted(world: World, at_desk: AtDesk) -> World:
    """Citizenship in general, by residence twice and by marriage; a renewal and an update."""
    with at_desk(world.lucca):
        record(date(2025, 2, 3), "CIT", "SOG-RIN")
        record(date(2026, 2, 3), "CIT", "CIT-RES", "SOG-RIN", "MED")
        record(date(2026, 2, 4), "CIT-RES", "CIT-MAT", "SOG-AGG")
        visits.record_visit(facts=VisitFacts(date(2026, 2, 4), ("CIT-MAT",)))
    return world


def relazione(baseline: str | None = None) -> Relazione:
    return get_relazione(period="2026-S1", baseline=baseline)


def test_programs_read_details_in_their_row(counted: World, at_desk: AtDesk) -> None:
    with at_desk(counted.lucca):
        found = relazione()
        file = json.loads(rendered(found, format="json"))
        data = rendered(found, format="dati").decode()
    rows = {row["code"]: row for row in as_json(found)["rows"]}
    details = [(one["code"], one["count"], one["nameless"]) for one in rows["CIT"]["details"]]
    assert details == [("CIT", 1, 0), ("CIT-RES", 2, 0), ("CIT-MAT", 2, 1)]
    assert rows["CIT"]["count"] == 5
    assert rows["MED"]["details"] == [], "of one topic alone there is nothing to take apart"
    table = {row["key"]: row for row in file["tables"]["richieste"]["rows"]}
    assert [one["key"] for one in table["CIT"]["details"]] == [
        "CIT/CIT", "CIT/CIT-RES", "CIT/CIT-MAT",
    ]  # fmt: skip
    lines = list(csv.DictReader(io.StringIO(data)))
    counts = [one for one in lines if one["table"] == "richieste" and one["column"] == "count"]
    whole = sum(int(one["value"] or 0) for one in counts if one["row"] != "totale")
    assert whole == found.services == 8
    parts = [one for one in lines if one["table"] == "richieste/dettagli"]
    assert {one["row"] for one in parts if one["row"].startswith("SOG")} == {
        "SOG-RIN/SOG-RIN", "SOG-RIN/SOG-AGG",
    }  # fmt: skip


def test_people_read_them_under_their_line(
    counted: World, client_of: ClientOf, at_desk: AtDesk
) -> None:
    soup = client_of(counted.anna).soup(PAGE)
    rows = soup.select("#tabella-richieste tbody tr")
    labels = [row.select_one("th").get_text(strip=True) for row in rows]
    at = labels.index("Cittadinanza")
    assert labels[at + 1 : at + 4] == [
        "Cittadinanza, senza dettaglio",
        "Cittadinanza per residenza",
        "Cittadinanza per matrimonio",
    ]
    assert [row["class"] for row in rows[at + 1 : at + 4]] == [["detail"]] * 3
    was_part = next(label for label in labels if label.startswith("Aggiornamento"))
    assert was_part.endswith("(compreso in «Rinnovo Permesso Di Soggiorno» nel 2025)")
    link = next(row.select_one("a")["href"] for row in rows if "per residenza" in row.get_text())
    why = client_of(counted.anna).soup(link)
    assert len(why.select("tbody tr")) == 2
    with at_desk(counted.lucca):
        omit_from_report(get_desk(counted.lucca.id), parts=["dettaglio", "gruppi"])
    with at_desk(counted.lucca):
        document = composed(relazione(), draft())
    assert "gruppi" not in [table.key for table in document.tables]
    topics = next(table for table in document.printed().tables if table.key == "richieste")
    assert {row.kind for row in topics.rows} == {"body", "total"}
    assert client_of(counted.anna).soup(PAGE).select("tr.detail"), "the page always has them"


def test_headings_add_up_the_lines_below_them(counted: World, at_desk: AtDesk) -> None:
    with at_desk(counted.lucca):
        found = relazione()
        document = composed(found, draft())
        alone = relazione("nessuno")
    groups = {row.label: row for row in found.groups}
    assert groups["Titoli di soggiorno"].count == 2
    assert groups["Cittadinanza"].variation == next(
        row.variation for row in found.rows if row.code == "CIT"
    )
    mediation = groups["Mediazione"]
    assert (mediation.count, mediation.baseline, mediation.variation) == (1, None, None)
    table = next(table for table in document.tables if table.key == "gruppi")
    assert table.check is not None
    assert table.check.is_right
    assert sum(row.count or 0 for row in alone.groups) == alone.services


def test_lines_of_nothing_are_named_in_a_sentence(counted: World, at_desk: AtDesk) -> None:
    with at_desk(counted.lucca):
        found = relazione()
        document = composed(found, draft())
    (whole,) = (table for table in document.tables if table.key == "richieste")
    printed = whole.printed()
    labels = [row.cells[0] for row in printed.rows]
    assert "Problema Casa" not in labels
    assert "Nessuna richiesta nei due periodi: " in (printed.note or "")
    assert "Problema Casa" in (printed.note or "")
    # It could not be marked before: nothing is not zero, so the line stays.
    assert "Tutela e consulenza legale" in labels
    assert len(whole.rows) == 21


def test_a_detail_recorded_otherwise_is_a_difference(counted: World, at_desk: AtDesk) -> None:
    with at_desk(counted.lucca):
        before = relazione()
        visit = visits.record_visit(facts=VisitFacts(date(2026, 3, 1), ("CIT-MAT",)))
        after = relazione()
        facts = VisitFacts(date(2026, 3, 1), ("CIT-RES",))
        visits.correct_visit(visit_id=visit.id, facts=facts, seen_version=visit.version)
        corrected = relazione()
    assert before.services + 1 == after.services == corrected.services
    table = differences(after, corrected, heads=("prima", "dopo"), caption="")
    lines = {row.cells[1]: row.cells[2:] for row in table.rows}
    assert lines["Cittadinanza per matrimonio, richieste"] == (3, 2)
    assert lines["Cittadinanza per residenza, richieste"] == (2, 3)
    assert "Cittadinanza, richieste" not in lines


def test_a_topic_that_was_all_of_its_line_is_no_new_number(world: World, at_desk: AtDesk) -> None:
    with at_desk(world.lucca):
        for _time in range(20):
            record(date(2026, 2, 3), "CIT")
        before = relazione()
        visits.record_visit(facts=VisitFacts(date(2026, 3, 1), ("CIT-RES",)))
        after = relazione()
    table = differences(before, after, heads=("prima", "dopo"), caption="")
    topics = {row.cells[1]: row.cells[2:] for row in table.rows if row.cells[0] != "Sintesi"}
    assert topics["Cittadinanza, richieste"] == (20, 21)
    assert topics["Cittadinanza per residenza, richieste"] == (0, 1)
    assert not [label for label in topics if "senza dettaglio" in str(label)]


def test_an_edition_of_before_is_beside_the_records_on_its_own_lines(
    counted: World, at_desk: AtDesk
) -> None:
    with at_desk(counted.lucca):
        before = as_of_before(relazione())
        visits.record_visit(facts=VisitFacts(date(2026, 3, 1), ("LAV",)))
        after = relazione()
    table = differences(before, after, heads=("prima", "dopo"), caption="")
    topics = [row.cells[1:] for row in table.rows if str(row.cells[0]).startswith("Richieste")]
    assert topics == [("Informazioni sul lavoro, richieste", 0, 1)]


def as_of_before(found: Relazione) -> Relazione:
    """As the builds of schema 4 told it: each parent on a line, of the list of the period."""
    sides = [replace(side, nameless=None) for side in (found.current, found.baseline) if side]
    rows, historical = first_lines.rows(found.period, sides[0], sides[1])
    return replace(found, current=sides[0], baseline=sides[1], rows=rows, historical=historical,
                   rates_of_all=True, early=(0, 0))  # fmt: skip
