# SPDX-License-Identifier: AGPL-3.0-or-later
"""Requests of parts add up to those of the period that they fill; its users are not known."""

import csv
import io
import json
from collections.abc import Callable
from datetime import date
from fractions import Fraction

import pytest

from portal.core.documents.csv import csv_bytes
from portal.core.errors import Refusal
from portal.core.italy.periods import parse_period
from portal.figures import actions as figures
from portal.figures.queries import list_past_totals
from portal.figures.rules import Nameless, SumOf
from portal.people import actions as people
from portal.people.rules import PersonFacts
from portal.reports import measures
from portal.reports.disclosure.disclose import disclose
from portal.reports.disclosure.sheets import Audience
from portal.reports.editions import lifecycle as editions
from portal.reports.editions.desk import DESK
from portal.reports.editions.differences import counts_differ
from portal.reports.editions.snapshot import freeze, thaw
from portal.reports.files import FORMATS, composed, draft, rendered
from portal.reports.publication.for_network import for_network
from portal.reports.relazione.assembly import get_relazione, list_halves_and_years
from portal.reports.relazione.model import Relazione, TopicRow
from portal.reports.sections.notices import table_note
from portal.reports.sections.prose import synthesis
from portal.reports.sections.topic_tables import as_json, historical_table
from portal.visits import actions as visits
from portal.visits.rules import VisitFacts
from tests.conftest import AtDesk
from tests.pages import PortalClient, words
from tests.portal.reports.builds import Build
from tests.world import Someone, World

ClientOf = Callable[[Someone], PortalClient]
WHY = (
    "Le richieste del periodo 2015 sono la somma dei totali passati di 2015-S1 e 2015-S2; utenti,"
    " richieste ogni 100 utenti e variazioni sono n.d., perché chi è venuto in più di una parte"
    " conterebbe due volte."
)


def keep(name: str, users: int, nameless: Nameless | None = None, **topics: int) -> None:
    figures.store_past_total(
        period=parse_period(name),
        users=users,
        users_f=None,
        users_m=None,
        topics={code.replace("_", "-"): number for code, number in topics.items()},
        nameless=nameless,
    )


def come(day: date, persons: int, *, topic: str = "CIT") -> None:
    for number in range(persons):
        person = people.create_person(facts=PersonFacts(family_name=f"Persona {number}", sex="F"))
        visits.record_visit(facts=VisitFacts(day, (topic,), person.id))


def row_of(found: Relazione, code: str = "CIT") -> TopicRow:
    return next(row for row in found.rows if row.code == code)


@pytest.fixture
def halves(world: World, at_desk: AtDesk) -> World:
    """Lucca: of 2015 the totals of both halves, of 2016 the visits of forty persons."""
    with at_desk(world.lucca):
        keep("2015-S1", 30, CIT=20, SOG_RIN=12)
        keep("2015-S2", 25, CIT=17, LAV=3)
        come(date(2016, 3, 1), 30)
        come(date(2016, 9, 1), 10, topic="LAV")
    return world


def test_requests_add_and_users_do_not(halves: World, at_desk: AtDesk) -> None:
    with at_desk(halves.lucca):
        found = get_relazione(period="2016")
    assert found.baseline is not None
    assert found.baseline.sum_of == SumOf(("2015-S1", "2015-S2"))
    assert (found.users_baseline, found.services_baseline) == (None, 52)
    asked = {row.code: row.baseline for row in found.rows if row.baseline}
    assert asked == {"CIT": 37, "SOG-RIN": 12, "LAV": 3}
    row = row_of(found)
    assert (row.count, row.incidence) == (30, 75)
    assert [(one.baseline_incidence, one.variation) for one in found.rows] == [(None, None)] * 14
    assert (found.inference, found.baseline_detail) == (None, None)
    assert found.reconciles
    assert found.notes == (WHY,)


def test_every_form_says_so(halves: World, at_desk: AtDesk, client_of: ClientOf) -> None:
    with at_desk(halves.lucca):
        found = get_relazione(period="2016")
        read = as_json(found)
        files = {form: rendered(found, format=form) for form in FORMATS}
        old = csv_bytes(historical_table(found), style="historical").decode().splitlines()
        document = composed(found, draft())
    assert (read["users"], read["users_baseline"], read["services_baseline"]) == (40, None, 52)
    assert {one["baseline_incidence"] for one in read["rows"]} == {None}
    assert {one["variation"] for one in read["rows"]} == {None}
    assert old[1] == "Cittadinanza;30;37;n.d."
    assert old[-1] == "Importo Totale;40;52;"
    assert synthesis(found)[1] == (
        "Rispetto al 2015 i servizi sono passati da 52 a 40; gli utenti di allora sono n.d.,"
        " perché quelli di più periodi non si sommano."
    )
    lines = list(csv.reader(io.StringIO(files["csv"].decode("utf-8-sig"))))
    assert [line[2] for line in lines if line[0] == "Cittadinanza"] == ["37"]
    assert all(files.values())
    charts = [block for part in document.sections for block in part.blocks
              if getattr(block, "key", "") == "richieste-100"]  # fmt: skip
    assert [[one.name for one in chart.series] for chart in charts] == [["2016"]]
    page = client_of(halves.anna).soup("/s/lucca/relazioni/periodo?periodo=2016")
    assert WHY in words(page)
    assert "nel 2015: n.d." in words(page)
    assert "non rilevati" in words(page), "visits were never written down"


def test_the_period_itself_may_be_a_sum(
    halves: World, at_desk: AtDesk, client_of: ClientOf
) -> None:
    with at_desk(halves.lucca):
        found = get_relazione(period="2015", baseline="2016")
        files = {form: rendered(found, format=form) for form in FORMATS}
    assert (found.current.users, found.services, found.users_baseline) == (None, 52, 40)
    assert [(row.incidence, row.variation) for row in found.rows] == [(None, None)] * 14
    assert row_of(found).baseline_incidence == 75
    assert synthesis(found)[0].endswith(
        "lo sportello ha erogato 52 servizi; il numero degli utenti è n.d., perché gli utenti di"
        " più periodi non si sommano."
    )
    assert "non si sa quante" not in table_note(found)
    assert all(files.values())
    page = client_of(halves.anna).soup("/s/lucca/relazioni/periodo?periodo=2015&confronto=2016")
    assert WHY in words(page)
    assert "nessuna registrazione" not in words(page)
    why = client_of(halves.anna).soup(
        "/s/lucca/relazioni/perche?periodo=2015&tabella=sintesi&riga=services"
    )
    assert "comprese le richieste di 2015-S1 e 2015-S2" in words(why)


def test_records_are_a_part_too(world: World, at_desk: AtDesk) -> None:
    with at_desk(world.lucca):
        keep("2015-S1", 30, Nameless.of_topics({"CIT": 4}), CIT=20)
        come(date(2015, 8, 3), 5)
        visits.record_visit(facts=VisitFacts(date(2015, 11, 3), ("CIT",)))
        found = get_relazione(period="2015", baseline="nessuno")
    assert (found.current.users, found.services, found.current.visits) == (None, 26, None)
    assert found.current.nameless == Nameless.of_topics({"CIT": 5})
    assert (row_of(found).count, row_of(found).nameless, row_of(found).incidence) == (26, 5, None)
    assert found.current.sum_of == SumOf(("2015-S1",), has_records=True)
    assert "dei totali passati di 2015-S1 e delle registrazioni del resto;" in found.notes[0]


@pytest.mark.parametrize(
    ("first", "second", "added"),
    [
        (Nameless(3, None), Nameless(4, None), Nameless(7, None)),
        (Nameless.of_topics({"CIT": 3}), Nameless.of_topics({"CIT": 4}), {"CIT": 7}),
        (Nameless.of_topics({"CIT": 3}), Nameless(4, None), Nameless(7, None)),
        (Nameless.of_topics({"CIT": 3}), Nameless(0, {}), {"CIT": 3}),
        (Nameless(3, None), None, None),
    ],
)
def test_the_nameless_add_where_both_tell(
    world: World,
    at_desk: AtDesk,
    first: Nameless,
    second: Nameless | None,
    added: Nameless | dict[str, int] | None,
) -> None:
    with at_desk(world.lucca):
        keep("2015-S1", 30, first, CIT=20)
        keep("2015-S2", 25, second, CIT=17)
        nameless = measures.count(parse_period("2015")).nameless
    assert nameless == (Nameless.of_topics(added) if isinstance(added, dict) else added)


def test_its_own_total_wins(halves: World, at_desk: AtDesk) -> None:
    with at_desk(halves.lucca):
        keep("2015", 50, CIT=37, SOG_RIN=12, LAV=3)
        counts = measures.count(parse_period("2015"))
        assert get_relazione(period="2016").notes == ()
    assert (counts.users, counts.services, counts.sum_of) == (50, 52, None)


def test_its_own_users_stand_over_the_requests_of_its_parts(halves: World, at_desk: AtDesk) -> None:
    """Both are known, each from its own paper: the rates are of the same people."""
    with at_desk(halves.lucca):
        keep("2015", 50)
        found = get_relazione(period="2016")
    assert (found.users_baseline, found.services_baseline) == (50, 52)
    assert row_of(found).baseline_incidence == 74
    assert found.notes == (
        "Le richieste del periodo 2015 sono la somma dei totali passati di 2015-S1 e 2015-S2.",
    )


@pytest.mark.parametrize(
    ("window", "parts", "requests"),
    [
        ("2015", ["2015-Q1", "2015-Q2", "2015-Q3"], 6),
        ("2015", ["2015-S1", "2015-T3", "2015-T4"], 6),
        ("2015-S1", ["2015-T1", "2015-04", "2015-05", "2015-06"], 10),
        ("2014/2015", ["2014-09", "2014-T4", "2015-Q1", "2015-Q2"], 10),
        ("2015-03-01..2015-05-31", ["2015-03", "2015-04", "2015-05", "2015-S2"], 6),
    ],
)
def test_any_parts_that_fill_it(
    world: World, at_desk: AtDesk, window: str, parts: list[str], requests: int
) -> None:
    with at_desk(world.lucca):
        for number, name in enumerate(parts, start=1):
            keep(name, 9, CIT=number)
        counts = measures.count(parse_period(window))
    assert (counts.users, counts.services) == (None, requests)


def test_it_is_the_sum_of_as_few_as_can(halves: World, at_desk: AtDesk) -> None:
    with at_desk(halves.lucca):
        keep("2015-T1", 9, CIT=5)
        keep("2015-T2", 25, CIT=15, SOG_RIN=12)
        counts = measures.count(parse_period("2015"))
    assert counts.sum_of == SumOf(("2015-S1", "2015-S2"))


def test_beside_a_sum_nothing_is_said_of_rates_that_are_not_there(
    halves: World, at_desk: AtDesk
) -> None:
    """A period that does not tell its nameless is taken for one of users: a sum has none."""
    with at_desk(halves.lucca):
        visits.record_visits(facts=[VisitFacts(date(2016, 5, 3), ("CIT",))] * 20)
        found = get_relazione(period="2016")
    assert (row_of(found).count, row_of(found).nameless, row_of(found).incidence) == (50, 20, 75)
    assert "non si sa quante" not in table_note(found)
    assert "senza nome, divise per" in table_note(found)


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        ({"2015-S1": 3}, "ma dal 1° luglio al 31 dicembre 2015 non c’è nulla"),
        ({"2015-T1": 3, "2015-S2": 3}, "ma dal 1° aprile al 30 giugno 2015 non c’è nulla"),
        ({"2014/2015": 3, "2015-T4": 3, "2015-09": 2}, "I totali passati di 2014/2015 vanno oltre"),
        ({"2015-S1": 3, "2015-S2": 0}, "o dicono solo gli utenti"),
    ],
)
def test_what_does_not_fill_it_is_not_told(
    world: World, at_desk: AtDesk, parts: dict[str, int], sentence: str
) -> None:
    with at_desk(world.lucca):
        for name, number in parts.items():
            keep(name, 9, CIT=number)
        with pytest.raises(Refusal, match=sentence):
            get_relazione(period="2015")


def test_a_month_in_which_nobody_came_is_a_part(world: World, at_desk: AtDesk) -> None:
    with at_desk(world.lucca):
        keep("2015-07", 3, CIT=4)
        keep("2015-08", 0)
        keep("2015-09", 2, CIT=2)
        assert measures.count(parse_period("2015-T3")).services == 6


def test_topics_of_two_lists_stand_on_one_line(world: World, at_desk: AtDesk) -> None:
    """As they were recorded: a topic split later counts in the one that it came from."""
    with at_desk(world.lucca):
        keep("2015-S1", 30, CIT=20)
        keep("2015-S2", 25, CIT_RES=7, CIT=10)
        found = get_relazione(period="2015", baseline="nessuno")
    assert found.current.topics == {"CIT": 30, "CIT-RES": 7}
    assert row_of(found).count == 37
    assert found.reconciles


def test_a_mean_over_years_has_their_counts_and_no_users(halves: World, at_desk: AtDesk) -> None:
    with at_desk(halves.lucca):
        keep("2014", 40, CIT=23)
        found = get_relazione(period="2016", baseline="media-3")
        frozen = thaw(json.loads(json.dumps(freeze("2016", "media-3"))))
    assert (found.users_baseline, found.services_baseline) == (None, Fraction(75, 2))
    assert (row_of(found).baseline, row_of(found).baseline_incidence) == (30, None)
    assert WHY in found.notes
    assert "gli utenti di allora sono n.d." in synthesis(found)[1]
    assert frozen == found


def test_a_frozen_sum_comes_back_and_is_another_when_its_users_are_known(
    halves: World, at_desk: AtDesk
) -> None:
    with at_desk(halves.lucca):
        found, frozen = (
            get_relazione(period="2016"),
            thaw(json.loads(json.dumps(freeze("2016", "2015")))),
        )
        assert frozen == found
        keep("2015", 50, CIT=37, SOG_RIN=12, LAV=3)
        assert counts_differ(frozen, get_relazione(period="2016"))


def test_the_same_sum_of_other_parts_corrects_nothing(world: World, at_desk: AtDesk) -> None:
    with at_desk(world.lucca):
        for name in ("2015-T1", "2015-T2", "2015-S2"):
            keep(name, 9, CIT=5)
        frozen = get_relazione(period="2015", baseline="nessuno")
        keep("2015-S1", 12, CIT=10)
        now = get_relazione(period="2015", baseline="nessuno")
    assert (frozen.current.sum_of, now.current.sum_of) == (
        SumOf(("2015-T1", "2015-T2", "2015-S2")),
        SumOf(("2015-S1", "2015-S2")),
    )
    assert not counts_differ(frozen, now)


def test_the_list_offers_a_year_that_its_parts_fill(
    halves: World, at_desk: AtDesk, client_of: ClientOf
) -> None:
    with at_desk(halves.lucca):
        keep("2014-S1", 30, CIT=20)
        come(date(2014, 8, 3), 5)
        keep("2013-S1", 7, CIT=7)
        listed = {
            period.name: (counts.users, counts.services)
            for period, counts in list_halves_and_years()
        }
    assert listed == {
        "2016": (40, 40), "2016-S1": (30, 30), "2016-S2": (10, 10),
        "2015": (None, 52), "2015-S1": (30, 32), "2015-S2": (25, 20),
        "2014": (None, 25), "2014-S1": (30, 20), "2014-S2": (5, 5),
        "2013-S1": (7, 7),
    }  # fmt: skip
    assert "anno 2015" in words(client_of(halves.anna).soup("/s/lucca/relazioni"))


def test_an_edition_of_a_sum_is_not_published_to_all(
    halves: World, at_desk: AtDesk, build: Build
) -> None:
    with at_desk(halves.lucca):
        edition_id = editions.request_edition(DESK, period="2015").id
    build(halves.lucca, edition_id)
    with at_desk(halves.lucca, halves.anna):
        editions.approve_edition(DESK, edition_id=edition_id, seen_version=None)
    with at_desk(halves.lucca, halves.anna):
        with pytest.raises(Refusal, match="non si sa di quanti utenti"):
            disclose(edition_id=edition_id, audience=Audience.PUBLIC)
        read = for_network(editions.get_edition(DESK, edition_id))
    assert (read["users"], read["services"]) == (None, 52)
    assert read["users_by_sex"] == {"F": None, "M": None, "X": None}
    with at_desk(halves.lucca):
        assert [one.period for one in list_past_totals()] == ["2015-S2", "2015-S1"]
