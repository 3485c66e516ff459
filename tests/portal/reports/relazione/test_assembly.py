# SPDX-License-Identifier: AGPL-3.0-or-later
"""The relazione of a desk: the seed's table to the digit, periods of every kind, what is n.d."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from portal.core import clock
from portal.core.documents.csv import csv_bytes
from portal.core.errors import Refusal
from portal.core.italy.periods import parse_period
from portal.figures import actions as figures
from portal.people import actions as people
from portal.people.rules import PersonFacts
from portal.reports.editions import snapshot
from portal.reports.files import composed, draft
from portal.reports.relazione import assembly
from portal.reports.relazione.model import Relazione
from portal.reports.sections import notices, prose, topic_tables
from portal.visits import actions as visits
from portal.visits.rules import VisitFacts
from tests import seed
from tests.conftest import AtDesk
from tests.world import World


def relazione(period: str, baseline: str | None = None) -> Relazione:
    return assembly.get_relazione(period=period, baseline=baseline)


def record(day: date, *topics: str) -> None:
    person = people.create_person(facts=PersonFacts(family_name="Diallo", sex="F"))
    visits.record_visit(facts=VisitFacts(day, topics, person.id))


def storico(found: Relazione) -> bytes:
    return csv_bytes(topic_tables.historical_table(found), style="historical")


def test_the_seed_to_the_digit(world: World, at_desk: AtDesk) -> None:
    with at_desk(world.lucca):
        seed.record()
    with at_desk(world.lucca):
        found = relazione("2016-S1")
        assert storico(found) == seed.table()
        read = topic_tables.as_json(found)
        assert read["users_by_sex"] == {"F": 67, "M": 82, "X": 0}
        assert (read["users"], read["users_baseline"]) == (149, 172)
        assert (read["services"], read["services_baseline"]) == (214, 222)
        assert read["rows"][0]["variation"] == "14.819728"
        assert found.reconciles


def test_the_same_dates_as_a_range_are_counted_from_the_records(
    world: World, at_desk: AtDesk
) -> None:
    with at_desk(world.lucca):
        seed.record()
    with at_desk(world.lucca):
        named, ranged = relazione("2016-S1"), relazione("2016-01-01..2016-06-30")
        assert named.current == ranged.current


@pytest.mark.parametrize(
    ("period", "baseline"),
    [
        ("2016", "2015"),
        ("2016-S1", "2015-S1"),
        ("2016-Q2", "2015-Q2"),
        ("2016-T2", "2015-T2"),
        ("2016-05", "2015-05"),
        ("2015/2016", "2014/2015"),
        ("2016-05-01..2016-05-31", "2015-05"),
    ],
)
def test_every_kind_of_period(world: World, at_desk: AtDesk, period: str, baseline: str) -> None:
    with at_desk(world.lucca):
        record(date(2016, 5, 3), "CIT")
        record(date(2015, 5, 4), "CIT", "CIT")
    with at_desk(world.lucca):
        found = relazione(period)
        assert found.against.window_name == baseline
        row = next(row for row in found.rows if row.code == "CIT")
        assert (row.count, row.baseline, row.variation) == (1, 2, -100)


def test_users_are_never_summed_over_periods(world: World, at_desk: AtDesk) -> None:
    with at_desk(world.lucca):
        person = people.create_person(facts=PersonFacts(family_name="Diallo"))
        for day in (date(2016, 2, 1), date(2016, 9, 1)):
            visits.record_visit(facts=VisitFacts(day, (), person.id))
    with at_desk(world.lucca):
        halves = [relazione(f"2016-S{half}").current.users for half in (1, 2)]
        assert (halves, relazione("2016").current.users) == ([1, 1], 1)


def test_nobody_in_a_period_is_not_computable(world: World, at_desk: AtDesk) -> None:
    with at_desk(world.lucca):
        record(date(2016, 5, 3), "CIT")
    with at_desk(world.lucca):
        read: dict[str, Any] = topic_tables.as_json(relazione("2016-S1"))
        assert read["users_baseline"] is None
        assert read["rows"][0]["baseline"] is None
        assert read["rows"][0]["baseline_incidence"] is None
        assert read["rows"][0]["variation"] is None
        assert "Non ci sono dati per un confronto" in prose.synthesis(relazione("2016-S1"))[1]
        assert storico(relazione("2016-S1")).splitlines()[1] == b"Cittadinanza;1;n.d.;n.d."


def test_what_could_not_be_marked_before_is_no_zero(world: World, at_desk: AtDesk) -> None:
    with at_desk(world.lucca):
        record(date(2025, 2, 3), "CIT")
        record(date(2026, 2, 3), "CIT", "MED")
    with at_desk(world.lucca):
        found = relazione("2026-S1")
    rows = {row.code: row for row in found.rows}
    fresh, known = rows["MED"], rows["CIT"]
    assert (fresh.count, fresh.baseline, fresh.variation) == (1, None, None)
    assert (known.count, known.baseline, known.variation) == (1, 1, 0)
    assert found.reconciles
    assert fresh.label not in " ".join(found.notes)


def test_what_became_several_topics_is_told_beside_what_it_was(
    world: World, at_desk: AtDesk
) -> None:
    """As seen: 25 beside 29 in one layout, 50 beside 29 in the other."""
    with at_desk(world.lucca):
        record(date(2025, 2, 3), "BUR", "BUR", "SOG-RIN", "SOC-INV")
        record(date(2026, 2, 3), "BUR-CF", "SOG-STA", "SAN-STP", "ABI-OSP", "BUR")
        record(date(2026, 2, 4), "SOG-RIN", "SOG-AGG", "SOG-CON", "FAM-COE", "SOC-ECO")
    with at_desk(world.lucca):
        found = relazione("2026-S1")
    rows = {row.code: (row.count, row.baseline) for row in found.rows}
    assert len(rows) == 20
    assert (rows["BUR"], rows["SOG-RIN"], rows["SOC-INV"]) == ((5, 2), (3, 1), (1, 1))
    assert rows["FAM-RIC"] == (1, 0)
    old = {row.label: (row.count, row.baseline) for row in found.historical}
    for row in found.rows:
        assert old.get(row.label, rows[row.code]) == rows[row.code]
    renewals = next(row for row in found.rows if row.code == "SOG-RIN")
    assert [(one.code, one.count, one.baseline, one.is_part_then) for one in renewals.details] == [
        ("SOG-RIN", 1, 1, False), ("SOG-AGG", 1, None, True), ("SOG-CON", 1, None, True),
    ]  # fmt: skip
    assert sum(one.count or 0 for one in renewals.details) == renewals.count


def test_what_was_marked_before_it_could_be_is_in_the_total_and_said_beside(
    world: World, at_desk: AtDesk
) -> None:
    with at_desk(world.lucca):
        record(date(2025, 2, 3), "CIT", "PRO", "TUT")
        record(date(2026, 2, 3), "CIT", "PRO")
    with at_desk(world.lucca):
        found = relazione("2026-S1")
        document = composed(found, draft())
    protection = next(row for row in found.rows if row.code == "PRO")
    assert (protection.count, protection.baseline, protection.variation) == (1, None, None)
    assert (found.services_baseline, found.early) == (3, (0, 2))
    assert found.reconciles
    table = next(table for table in document.tables if table.key == "richieste")
    assert table.check is not None
    assert "Le righe e le richieste senza riga sommano ai totali 2 e 3." in table.check.text
    assert table.check.text.endswith(
        "Nel totale del I semestre 2025 ci sono anche 2 richieste di voci che allora non si"
        " potevano segnare."
    )
    assert found.finding(protection) is None


def test_an_open_period_is_cut_today_and_so_is_its_baseline(world: World, at_desk: AtDesk) -> None:
    with at_desk(world.lucca):
        record(date(2016, 7, 5), "CIT")
        record(date(2015, 7, 5), "CIT")
        record(date(2015, 12, 5), "CIT")
    with at_desk(world.lucca), clock.stopped_at(datetime(2016, 7, 20, tzinfo=UTC)):
        found = relazione("2016-S2")
        assert found.partial_until == date(2016, 7, 20)
        assert found.baseline is not None
        assert found.baseline.users == 1


def test_heads_name_the_days_that_they_hold(world: World, at_desk: AtDesk) -> None:
    """As seen: 121 users under the name of a half-year that had 144."""
    with at_desk(world.lucca):
        for day in (date(2016, 2, 1), date(2016, 6, 30), date(2016, 8, 1)):
            record(day, "CIT")
    with at_desk(world.lucca), clock.stopped_at(datetime(2016, 11, 29, 12, tzinfo=UTC)):
        found = relazione("2016-S2", "precedente")
        document = composed(found, draft())
    assert found.users_baseline == 1
    topics = next(table for table in document.tables if table.key == "richieste")
    heads = [column.head for column in topics.columns if column.group == "Richieste"]
    assert heads == ["1° lug – 29 nov 2016", "1° gen – 29 mag 2016"]
    assert "1° gennaio – 29 maggio 2016: 1" in document.sections[0].blocks[0].items[0].below
    months = next(table for table in document.tables if table.key == "months")
    labels = [row.cells[0] for row in months.rows]
    assert labels[:2] == ["luglio / gennaio", "agosto / febbraio"]
    chart = next(
        block for one in document.sections for block in one.blocks
        if getattr(block, "key", "") == "accessi-mese"
    )  # fmt: skip
    assert chart.labels[0] == "luglio / gennaio"


def test_a_mean_is_named_by_the_years_that_it_holds(world: World, at_desk: AtDesk) -> None:
    with at_desk(world.lucca):
        record(date(2014, 2, 1), "CIT")
        record(date(2016, 2, 1), "CIT")
    with at_desk(world.lucca):
        found = relazione("2016-S1", "media-3")
        assert snapshot.thaw(snapshot.freeze("2016-S1", "media-3")) == found
    assert found.against.heads(found.period) == ("2016", "2014")
    assert prose.subtitle(found).endswith("a confronto con lo stesso periodo del 2014")


def test_the_same_days_give_the_same_however_they_are_written(
    world: World, at_desk: AtDesk
) -> None:
    with at_desk(world.lucca):
        seed.record()
    with at_desk(world.lucca):
        assert relazione("2016-01-01..2016-06-30") == relazione("2016-S1")
        assert relazione("2016-S1", "2015-01-01..2015-06-30") == relazione("2016-S1", "2015-S1")


def test_ends_that_differ_are_written(world: World, at_desk: AtDesk) -> None:
    with at_desk(world.lucca):
        record(date(2016, 1, 5), "CIT")
    with at_desk(world.lucca), clock.stopped_at(datetime(2016, 2, 29, 12, tzinfo=UTC)):
        found = relazione("2016-S1")
    assert notices.partial_notice(found) == (
        "Dati parziali al 29/02/2016, a confronto con il periodo dal 1° gennaio al 28 febbraio"
        " 2015."
    )


def test_a_period_partly_kept_as_totals(world: World, at_desk: AtDesk) -> None:
    with at_desk(world.lucca):
        seed.record()
    with at_desk(world.lucca):
        found = relazione("2016")
        assert found.baseline is None
        assert "2015-S1" in found.notes[0]
        with pytest.raises(Refusal, match="dal 1° luglio al 31 dicembre 2015"):
            relazione("2015")


def test_what_the_old_table_does_not_foresee_has_a_row_only_when_not_zero(
    world: World, at_desk: AtDesk
) -> None:
    with at_desk(world.lucca):
        record(date(2026, 2, 3), "FLU-TER", "CIT-RES")
    with at_desk(world.lucca):
        lines = storico(relazione("2026-S1")).decode().splitlines()
        assert lines[1].startswith("Cittadinanza;1;")
        assert lines[15].startswith("Altre richieste (non previste nel prospetto storico);1;n.d.")
        assert lines[16] == "Importo Totale;2;n.d.;"
        assert relazione("2026-S1").reconciles


def test_a_topic_of_a_later_list_asked_under_the_old_one_stands_where_it_came_from(
    world: World, at_desk: AtDesk
) -> None:
    with at_desk(world.lucca):
        record(date(2015, 5, 3), "CIT")
        record(date(2016, 5, 3), "SOG-DUP", "CIT-MAT")
    with at_desk(world.lucca):
        found = relazione("2016-S1")
    rows = {row.code: row for row in found.rows}
    assert len(rows) == 14
    assert (rows["SOG-RIN"].count, rows["SOG-RIN"].baseline) == (1, 0)
    assert (rows["CIT"].count, rows["CIT"].baseline, rows["CIT"].variation) == (1, 1, 0)
    assert found.reconciles


@pytest.mark.parametrize(
    ("period", "words"),
    [
        ("2016-S3", "2016-S3"),
        ("pippo", "pippo"),
        ("2015-02-29..2015-03-01", "29/02/2015"),
        ("", "non si capisce"),
        ("2099-S1", "non è ancora cominciato"),
        ("2016-06-30..2016-01-01", "prima"),
    ],
)
def test_a_wrong_period_is_said(world: World, at_desk: AtDesk, period: str, words: str) -> None:
    with pytest.raises(Refusal, match=words), at_desk(world.lucca):
        relazione(period)


def test_totals_of_one_period_are_not_another_desks(world: World, at_desk: AtDesk) -> None:
    with at_desk(world.capannori):
        figures.store_past_total(
            period=parse_period("2015-S1"), users=9, users_f=None, users_m=None, topics={}
        )
    with at_desk(world.lucca):
        found = relazione("2015-S1")
    assert found.is_silent
    assert (found.current.users, found.services) == (None, None)


def test_a_baseline_that_has_not_begun_is_said(world: World, at_desk: AtDesk) -> None:
    with pytest.raises(Refusal, match="2099 non è ancora cominciato"), at_desk(world.lucca):
        relazione("2016-S1", "2099")


def test_an_open_baseline_cuts_both(world: World, at_desk: AtDesk) -> None:
    with at_desk(world.lucca):
        record(date(2015, 8, 5), "CIT")
        record(date(2015, 7, 5), "CIT")
    with at_desk(world.lucca), clock.stopped_at(datetime(2016, 7, 20, tzinfo=UTC)):
        found = relazione("2015-S2", "2016-S2")
        assert (found.period.end, found.against.periods[0].end) == (
            date(2015, 7, 20),
            date(2016, 7, 20),
        )
        assert found.current.users == 1
