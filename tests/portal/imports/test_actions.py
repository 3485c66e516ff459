# SPDX-License-Identifier: AGPL-3.0-or-later
"""Files are stored whole or not at all, once, and the figures follow to the digit."""

import random
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.core.documents.csv import csv_bytes
from portal.core.errors import Refusal
from portal.core.italy.formats import PartialDate
from portal.core.italy.periods import named_periods, parse_period
from portal.core.store.database import DeskTable, db
from portal.figures import queries as figures
from portal.figures.models import PastTotal, PeriodFigure
from portal.figures.rules import Nameless
from portal.imports.actions import Imported, import_file, rehearse, store_past_total
from portal.imports.models import ImportedFile
from portal.people import actions as people_actions
from portal.people import queries as people
from portal.people.models import Person, PersonKey, PersonToken
from portal.people.rules import PersonFacts
from portal.reports.relazione.assembly import get_relazione
from portal.reports.sections.topic_tables import historical_table
from portal.visits import actions as visits
from portal.visits import queries as visit_queries
from portal.visits.models import Enquiry, Visit
from portal.visits.rules import VisitFacts
from tests import seed
from tests.conftest import AtDesk
from tests.portal.imports.bad_files import BAD_TOTALS, BAD_VISITS
from tests.portal.imports.files import (
    HEADING,
    seed_totals,
    seed_visits,
    totals_csv,
    visits_csv,
)
from tests.world import World

TABLES: tuple[type[DeskTable], ...] = (
    Person, PersonKey, PersonToken, Visit, Enquiry, PeriodFigure, PastTotal, ImportedFile,
)  # fmt: skip


def load(data: bytes) -> Imported:
    return import_file(data, kind="visits")


def contents() -> list[int]:
    """How many rows each table holds."""
    return [db.session.scalar(select(func.count()).select_from(table)) or 0 for table in TABLES]


def topics_of(key: str, day: date) -> list[tuple[str, ...]]:
    """What the person asked in each visit of a day."""
    person = people.find_person_by_key(key)
    assert person is not None
    entries = visit_queries.list_visits_of(person.id)
    return [tuple(code for _v, code in e.topics) for e in entries if e.visited_on == day]


def assert_figures_are_exact() -> None:
    days = set(db.session.scalars(select(Visit.visited_on).where(Visit.deleted_at.is_(None))))
    periods = {period for day in days for period in named_periods(day)}
    rolled = {name: seen for name, seen in figures.list_counts().items() if seen.visits}
    assert rolled == visit_queries.count_from_records(sorted(periods, key=lambda p: p.name))


@pytest.mark.parametrize(
    ("separator", "encoding"), [(";", "utf-8"), (";", "utf-8-sig"), (",", "cp1252"), (",", "utf-8")]
)
def test_the_seed_comes_out_to_the_byte(
    world: World, at_desk: AtDesk, separator: str, encoding: str
) -> None:
    with at_desk(world.lucca):
        done = load(seed_visits(separator=separator, encoding=encoding))
        import_file(seed_totals(separator=separator, encoding=encoding), kind="totals")
    assert (done.rows, done.enquiries, done.visits, done.people_new) == (214, 214, 149, 149)
    with at_desk(world.lucca):
        relazione = get_relazione(period="2016-S1")
        assert csv_bytes(historical_table(relazione), style="historical") == seed.table()
        users = [relazione.current.of_sex(sex) for sex in "FMXN"]
        assert (relazione.current.users, users) == (149, [67, 82, 0, 0])
        assert relazione.users_baseline == 172
        person = people.find_person_by_key("003")
        assert person is not None
        assert (person.family_name, person.given_name) == ("Perù 3", "Zoë")
        assert_figures_are_exact()


def test_a_rehearsal_says_the_same_and_keeps_nothing(world: World, at_desk: AtDesk) -> None:
    with at_desk(world.lucca):
        rehearsed = rehearse(seed_visits(), kind="visits")
        totals = rehearse(seed_totals(), kind="totals")
    with at_desk(world.lucca):
        assert contents() == [0] * len(TABLES)
        assert load(seed_visits()) == rehearsed
        assert import_file(seed_totals(), kind="totals") == totals


def test_the_same_file_again_is_said_and_stores_nothing(world: World, at_desk: AtDesk) -> None:
    with at_desk(world.lucca):
        load(seed_visits())
        import_file(seed_totals(), kind="totals")
    with at_desk(world.lucca):
        before = contents()
        assert load(seed_visits()).before is not None
        assert import_file(seed_totals(), kind="totals").before is not None
        assert contents() == before
    with at_desk(world.capannori):
        assert load(seed_visits()).before is None


def test_identical_rows_are_two_enquiries_of_one_visit(world: World, at_desk: AtDesk) -> None:
    row = "01/02/2016;7;Diallo;Awa;F;1990;SEN;Lucca;;CIT"
    with at_desk(world.lucca):
        done = load(visits_csv(row, row))
        assert (done.visits, done.enquiries, done.people_new) == (1, 2, 1)
        assert topics_of("7", date(2016, 2, 1)) == [("CIT", "CIT")]


def test_rows_without_a_key_are_visits_and_never_users(world: World, at_desk: AtDesk) -> None:
    with at_desk(world.lucca):
        done = load(visits_csv(*["01/02/2016;;;;;;;;;CIT"] * 3, "01/02/2016"))
        assert (done.visits, done.anonymous, done.enquiries, done.people_new) == (4, 4, 3, 0)
        counts = figures.list_counts()["2016-S1"]
        assert (counts.users, counts.visits, counts.anonymous) == (0, 4, 4)


def test_an_anonymous_row_says_what_is_not_kept(world: World, at_desk: AtDesk) -> None:
    with at_desk(world.lucca):
        (warning,) = load(visits_csv("01/02/2016;;;;F;;Marocco;;;CIT")).warnings
    assert warning.startswith("Riga 2")


def test_a_key_persists_and_its_day_is_one_visit(world: World, at_desk: AtDesk) -> None:
    with at_desk(world.lucca):
        load(visits_csv("01/02/2016;7;Diallo;Awa;F;;;;;CIT;;primo"))
    with at_desk(world.lucca):
        more = visits_csv("01/02/2016;7;;;;;;;;LAV;;secondo", "02/02/2016;7;DIALLO;Awà;;;;;;FOR")
        done = load(more)
        assert (done.people_new, done.people_known, done.visits) == (0, 1, 1)
    with at_desk(world.lucca):
        assert topics_of("7", date(2016, 2, 1)) == [("CIT", "LAV")]
        visit = db.session.scalars(select(Visit).where(Visit.visited_on == date(2016, 2, 1))).one()
        assert (visit.note, visit.version) == ("primo\nsecondo", 2)
        assert people.list_people().rows[0].name == "Diallo Awa"
        assert_figures_are_exact()


def test_a_deleted_visit_is_not_added_to(world: World, at_desk: AtDesk) -> None:
    with at_desk(world.lucca):
        load(visits_csv("01/02/2016;7;Diallo;;;;;;;CIT"))
        visit_id = db.session.scalars(select(Visit.id)).one()
        visits.delete_visit(visit_id=visit_id, reason="Altro", seen_version=1)
    with at_desk(world.lucca):
        assert load(visits_csv("01/02/2016;7;;;;;;;;LAV")).visits == 1
        assert topics_of("7", date(2016, 2, 1)) == [("LAV",)]
        assert_figures_are_exact()


def test_what_was_not_known_is_filled_in_and_counted(world: World, at_desk: AtDesk) -> None:
    with at_desk(world.lucca):
        load(visits_csv("01/02/2015;7;Diallo;;;1990;;;;CIT"))
    with at_desk(world.lucca):
        load(visits_csv("01/02/2016;7;Diallo;Awa;F;1990-04;Senegal;Lucca;;CIT"))
    with at_desk(world.lucca):
        person = people.find_person_by_key("7")
        assert person is not None
        facts = people.facts_of(person)
        assert (facts.given_name, facts.sex, facts.birth) == ("Awa", "F", PartialDate(1990, 4))
        assert (facts.citizenships, facts.residence_comune) == (("450",), "046017")
        assert figures.list_counts()["2015-S1"].of_sex("F") == 1
        assert_figures_are_exact()


def test_one_file_tells_a_person_in_parts(world: World, at_desk: AtDesk) -> None:
    with at_desk(world.lucca):
        load(
            visits_csv(
                "03/02/2016;7;Diallo;;;04/1990;;;;CIT",
                "01/02/2016;7;diallo;Awa;f;12/04/1990;450;fuori provincia;;CIT;pec",
                "03/02/2016;7;;;;;;;;Informazioni Sul Lavoro;e-mail",
            )
        )
    with at_desk(world.lucca):
        person = people.find_person_by_key("7")
        assert person is not None
        facts = people.facts_of(person)
        assert (facts.family_name, facts.given_name, facts.sex) == ("Diallo", "Awa", "F")
        assert facts.birth == PartialDate(1990, 4, 12)
        home = people.find_residence_on(person.id, date(2016, 2, 1))
        assert home is not None
        assert (home.kind, home.valid_from) == ("outside_province", date(2016, 2, 1))
        assert topics_of("7", date(2016, 2, 3)) == [("CIT", "LAV")]
        channels = db.session.scalars(select(Visit.channel).order_by(Visit.visited_on))
        assert list(channels) == ["pec", "email"]


def test_a_contradicting_codice_fiscale_warns_and_is_kept(world: World, at_desk: AtDesk) -> None:
    with at_desk(world.lucca):
        done = load(visits_csv("01/02/2016;7;Bianchi;Mario;F;1990;;;RSSMRA80A01H501U;CIT"))
        (warning,) = done.warnings
        assert warning.startswith("Riga 2, colonna codice_fiscale")
        for said in ("il nome", "il sesso", "la data di nascita"):
            assert said in warning
        assert not any(secret in warning for secret in ("Bianchi", "RSS", "1980"))
        person = people.find_person_by_key("7")
        assert person is not None
        assert person.codice_fiscale == "RSSMRA80A01H501U"


def test_a_topic_of_any_version_on_any_day(world: World, at_desk: AtDesk) -> None:
    with at_desk(world.lucca):
        load(
            visits_csv("01/02/2016;7;Diallo;;;;;;;Corsi di italiano L2", "03/11/2026;7;;;;;;;;CIT")
        )
        assert topics_of("7", date(2016, 2, 1)) == [("FOR-ITA",)]
        versions = db.session.scalars(select(Enquiry.taxonomy).order_by(Enquiry.topic_code))
        assert list(versions) == [2, 2]


def test_persons_of_a_file_are_found_by_name(world: World, at_desk: AtDesk) -> None:
    with at_desk(world.lucca):
        load(visits_csv("01/02/2016;7;D’Angelo;Zoë;;;;;;CIT"))
        assert people.search_people("angelo zoe").total == 1


def test_another_desk_has_its_own_keys(world: World, at_desk: AtDesk) -> None:
    with at_desk(world.lucca):
        load(visits_csv("01/02/2016;7;Diallo;;F;;;;;CIT"))
    with at_desk(world.capannori):
        assert load(visits_csv("01/02/2016;7;Rossi;;M;;;;;CIT")).people_new == 1
        assert people.list_people().total == 1


def test_two_files_at_once_do_not_mix(app: Flask, world: World, at_desk: AtDesk) -> None:
    files = [visits_csv(f"0{n}/02/2016;7;Diallo;;F;;;;;CIT") for n in range(1, 6)]

    def attempt(data: bytes) -> bool:
        try:
            with at_desk(world.lucca):
                load(data)
                time.sleep(0.05)
        except Refusal as refusal:
            return "Un altro file" not in str(refusal)
        return True

    with ThreadPoolExecutor(5) as pool:
        stored = sum(pool.map(attempt, files))
    with at_desk(world.lucca):
        assert people.list_people().total == 1
        assert db.session.scalar(select(func.count()).select_from(Visit)) == stored >= 1


@pytest.mark.parametrize("name", BAD_VISITS)
def test_a_bad_file_of_visits_stores_nothing(world: World, at_desk: AtDesk, name: str) -> None:
    data, sentence = BAD_VISITS[name]
    with pytest.raises(Refusal, match=sentence) as refused, at_desk(world.lucca):
        load(data)
    assert "Diallo" not in str(refused.value)
    with at_desk(world.lucca):
        assert contents() == [0] * len(TABLES)


def test_ten_megabytes_of_noise_are_one_sentence(world: World, at_desk: AtDesk) -> None:
    printable = bytes(range(32, 127)) + b"\n;,"
    noise = bytes(random.Random(2).choices(printable, k=10 * 1024 * 1024))
    for data in (noise, b";" * len(noise), HEADING.encode() + b"\n" + noise, b'"' + noise):
        with pytest.raises(Refusal) as refused, at_desk(world.lucca):
            load(data)
        assert len(str(refused.value)) < 10_000


def test_every_error_is_listed_up_to_fifty(world: World, at_desk: AtDesk) -> None:
    rows = [f"01/02/2016;{n};Diallo;;Z;;;;;Pesca" for n in range(40)]
    with pytest.raises(Refusal) as refused, at_desk(world.lucca):
        load(visits_csv(*rows))
    lines = str(refused.value).splitlines()
    assert "80 errori" in lines[0]
    assert lines[1].startswith("Riga 2, colonna sesso")
    assert lines[2].startswith("Riga 2, colonna tipologia")
    assert (len(lines), lines[-1]) == (52, "… e altri 30.")


def test_what_contradicts_the_record_stores_nothing(world: World, at_desk: AtDesk) -> None:
    with at_desk(world.lucca):
        load(visits_csv("01/02/2016;7;Diallo;Awa;F;1990;Senegal;Lucca;;CIT"))
        before = contents()
    other = "02/02/2016;7;Rossi;Eva;M;1991;Mali;estero;;CIT"
    with pytest.raises(Refusal) as refused, at_desk(world.lucca):
        load(visits_csv("02/02/2016;8;Nuova;;F", other))
    assert "6 errori" in str(refused.value)
    with at_desk(world.lucca):
        assert contents() == before


def test_visits_of_a_period_of_past_totals_are_refused(world: World, at_desk: AtDesk) -> None:
    with at_desk(world.lucca):
        import_file(seed_totals(), kind="totals")
    with (
        pytest.raises(Refusal, match="Riga 3, colonna data: Per il periodo 2015-S1"),
        at_desk(world.lucca),
    ):
        load(visits_csv("01/08/2015;7;Diallo", "01/02/2015;7;Diallo"))
    with at_desk(world.lucca):
        assert contents()[:2] == [0, 0]


@pytest.mark.parametrize("name", BAD_TOTALS)
def test_a_bad_file_of_totals_stores_nothing(world: World, at_desk: AtDesk, name: str) -> None:
    with at_desk(world.lucca):
        visits.record_visit(facts=VisitFacts(visited_on=date(2016, 5, 3)))
        import_file(totals_csv("2013;utenti;8"), kind="totals")
        before = contents()
    data, sentence = BAD_TOTALS[name]
    with pytest.raises(Refusal, match=sentence), at_desk(world.lucca):
        import_file(data, kind="totals")
    with at_desk(world.lucca):
        assert contents() == before


def test_a_file_tells_the_nameless_in_all_or_by_topic(world: World, at_desk: AtDesk) -> None:
    rows = ("2014-S1;utenti;9", "2014-S1;CIT;12", "2014-S1;Senza_Nome;4")
    by_topic = ("2015-S1;utenti;9", "2015-S1;CIT;12", "2015-S1;senza_nome cittadinanza;3")
    with at_desk(world.lucca):
        import_file(totals_csv(*rows, *by_topic, "2013-S1;utenti;5"), kind="totals")
        told = {one.period: figures.counts_of(one).nameless for one in figures.list_past_totals()}
    assert told == {
        "2013-S1": None,
        "2014-S1": Nameless(4, None),
        "2015-S1": Nameless(3, {"CIT": 3}),
    }


def test_several_periods_in_one_file(world: World, at_desk: AtDesk) -> None:
    rows = (
        "2014;utenti;9",
        "2014;utenti_F;4",
        "2014;utenti_m;3",
        "2015-s1;CIT;2",
        "2015-S1;utenti;1",
    )
    with at_desk(world.lucca):
        assert import_file(totals_csv(*rows), kind="totals").periods == 2
        half, year = figures.list_past_totals()
        assert (half.period, half.users, half.users_f, dict(half.topics)) == (
            "2015-S1", 1, None, {"CIT": 2},
        )  # fmt: skip
        assert (year.period, year.users_f, year.users_m) == ("2014", 4, 3)


def test_totals_beside_a_visit_are_refused(world: World, at_desk: AtDesk) -> None:
    with at_desk(world.lucca):
        visits.record_visit(facts=VisitFacts(visited_on=date(2016, 5, 3)))
    with pytest.raises(Refusal, match="il primo il 03/05/2016"), at_desk(world.lucca):
        store_past_total(
            period=parse_period("2016-S1"), users=1, users_f=None, users_m=None, topics={}
        )


def test_a_person_written_by_hand_keeps_the_key(world: World, at_desk: AtDesk) -> None:
    with at_desk(world.lucca):
        person = people_actions.create_person(
            facts=PersonFacts(family_name="Diallo", citizenships=("450", "100"), phone="+39333")
        )
        people_actions.bind_key(person_id=person.id, key="7")
    with at_desk(world.lucca):
        load(visits_csv("01/02/2016;7;Diallo;Awa;;;Italia;;;CIT"))
    with at_desk(world.lucca):
        facts = people.facts_of(people.get_person(person.id))
        assert (facts.given_name, facts.phone) == ("Awa", "+39333")
        assert facts.citizenships == ("450", "100")
