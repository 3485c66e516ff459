# SPDX-License-Identifier: AGPL-3.0-or-later
"""The demonstration as a newcomer finds it: the historical table, the accounts, nothing twice."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner
from flask import Flask
from psycopg import sql

from config.settings import Settings, child_environment
from portal.accounts.passwords import is_right
from portal.accounts.queries import find_proved
from portal.app import create_app
from portal.cli import main
from portal.core import clock
from portal.core.italy.periods import PeriodKind, last_half, parse_period, period_of
from portal.core.store.database import db
from portal.core.store.tenancy import desk_scope, identity_scope, network_scope
from portal.core.store.unit import unit_of_work
from portal.demo import load
from portal.demo.places import (
    ACCOUNTS,
    DESKS,
    FIRST_SLUG,
    LATE_SLUG,
    NETWORK_SLUG,
    NEW_SLUG,
    OF_THE_TABLE,
    TALLYING_SLUG,
)
from portal.demo.visits import PAST_TOTALS, STORY
from portal.desks.queries import get_desk_by_slug, get_network_by_slug
from portal.figures import queries as figures
from portal.figures.rules import Counts
from portal.oversight.layouts import CHANGES, as_json
from portal.oversight.prose import missing_notice, notes
from portal.oversight.queries import get_comparison, list_periods
from portal.oversight.rules import NetworkComparison
from portal.reports.relazione.assembly import get_relazione, list_halves_and_years
from portal.reports.relazione.model import Relazione
from portal.reports.sections.topic_tables import as_json as desk_json
from portal.visits.queries import list_visits_on
from portal.visits.queries.counting import count_from_records
from portal.visits.queries.tallies import list_last_sheets
from tests import seed
from tests.conftest import clone

GIVEN = "scelta da me"
TABLES = (
    "network", "desk", "account", "membership", "person", "visit", "enquiry", "figure", "edition",
    "edition_file", "published_figure", "recipient", "delivery", "job",
)  # fmt: skip


@pytest.fixture(scope="module")
def settings(template: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    home = tmp_path_factory.mktemp("demo")
    return replace(clone(template, "demonstration"), home=home, demo_password=GIVEN)


@pytest.fixture(scope="module")
def demo_app(settings: Settings) -> Flask:
    return create_app(settings, patience_seconds=60)


@pytest.fixture(scope="module")
def first_lines(demo_app: Flask, settings: Settings) -> Iterator[list[str]]:
    with demo_app.app_context():
        yield load(settings)
        for engine in db.engines.values():
            engine.dispose()


def rows(settings: Settings) -> dict[str, int]:
    """How many rows there are of each kind, past every policy."""
    with psycopg.connect(str(settings.database_backup_url)) as connection:
        return {
            table: connection.execute(
                sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))
            ).fetchall()[0][0]
            for table in TABLES
        }


def test_the_command_prints_the_historical_table(
    first_lines: list[str], settings: Settings
) -> None:
    arguments = ["report", "--desk", "centro-servizi", "--period", "2016-S1"]
    done = CliRunner().invoke(
        main,
        [*arguments, "--format", "csv", "--layout", "storico"],
        env=child_environment(settings),
    )
    assert done.exit_code == 0
    assert done.stdout_bytes == seed.table()


def test_women_and_men_of_the_half_year(first_lines: list[str], settings: Settings) -> None:
    with identity_scope(), unit_of_work():
        desk = get_desk_by_slug("centro-servizi")
    with desk_scope(desk.id), unit_of_work():
        relazione = get_relazione(period="2016-S1")
        today = list_visits_on(clock.today())
    assert (relazione.current.users, relazione.users_baseline) == (149, 172)
    assert relazione.current.users_by_sex == {"F": 67, "M": 82, "X": 0, "N": 0}
    assert relazione.baseline is not None
    assert relazione.baseline.users_by_sex is None
    assert len(today) >= 4


@contextmanager
def at(slug: str) -> Iterator[None]:
    """Inside one desk of the demonstration."""
    with identity_scope(), unit_of_work():
        desk = get_desk_by_slug(slug)
    with desk_scope(desk.id), unit_of_work():
        yield


def compare_last_half() -> NetworkComparison:
    """What the province's first page shows."""
    with identity_scope(), unit_of_work():
        network = get_network_by_slug(NETWORK_SLUG)
    with network_scope(network.id), unit_of_work():
        return get_comparison(last_half(clock.today()).name)


def test_the_first_desk_works_in_every_half_year(first_lines: list[str]) -> None:
    """Records from the one of the table on, before it totals, and not a hole."""
    with at(FIRST_SLUG):
        counts = figures.list_counts()
        totals = {total.period for total in figures.list_past_totals()}
    half, last = parse_period(OF_THE_TABLE), period_of(PeriodKind.HALF, clock.today())
    assert totals == set(PAST_TOTALS) == {half.previous().previous().name, half.previous().name}
    while half.start <= last.previous().start:
        assert (counts[half.name].users or 0) > 100, half.name
        half = period_of(PeriodKind.HALF, half.end + timedelta(days=1))
    assert counts[last.name].visits


def test_every_other_desk_works_since_it_opened(first_lines: list[str]) -> None:
    today = clock.today()
    for place in DESKS:
        with at(place.slug):
            counts = figures.list_counts()
        half = last_half(today)
        assert (counts[half.name].users or 0) > 5
        before = counts.get(half.baseline().name)
        assert (before is None) == (place.slug == NEW_SLUG)


def test_first_permits_are_asked_whatever_the_list(first_lines: list[str]) -> None:
    with at(FIRST_SLUG):
        counts = figures.list_counts()
    for year in range(2016, last_half(clock.today()).start.year + 1):
        assert counts[str(year)].topics.get("SOG-PRI", 0) > 0, year


Arrow = tuple[str, str, str]


def arrows_of(slug: str, relazione: Relazione) -> set[Arrow]:
    found = [(row, relazione.finding(row)) for row in relazione.rows]
    return {
        (slug, relazione.period.name, row.code)
        for row, finding in found
        if finding and finding.change.is_found
    }


def test_no_arrow_but_those_of_the_story(first_lines: list[str]) -> None:
    """Every half-year and year of every desk that is over, against the same a year before.

    What differs by chance is called chance: the seed was chosen so until 2030.
    """
    tables, arrows = 0, set[Arrow]()
    for place in DESKS:
        with at(place.slug):
            for period, _counts in list_halves_and_years():
                if period.is_open(clock.today()):
                    continue
                relazione = get_relazione(period=period.name)
                tables += relazione.inference is not None
                arrows |= arrows_of(place.slug, relazione)
    assert tables > 40
    assert {(slug, code) for slug, _period, code in arrows} == {(STORY.slug, STORY.topic)}
    assert (STORY.slug, "2026-S1", STORY.topic) in arrows


def test_no_desk_stands_out_but_that_of_the_story(first_lines: list[str]) -> None:
    with identity_scope(), unit_of_work():
        network = get_network_by_slug(NETWORK_SLUG)
    with network_scope(network.id), unit_of_work():
        read = [get_comparison(line.period.name) for line in list_periods()]
    outside = {
        place
        for comparison in read
        for place, standing in comparison.funnel.standings.items()
        if standing.is_outside
    }
    # Beside the desk of the story others stand below the rest, on the same line.
    assert {topic for _desk, topic in outside} <= {STORY.topic}


def test_the_desk_itself_tells_the_story(first_lines: list[str]) -> None:
    with at(STORY.slug):
        comment = get_relazione(period="2026-S1").texts.comment
    assert comment == STORY.comment


def share_of_nameless(counts: Counts) -> float:
    assert counts.nameless
    return float(counts.nameless.total / (counts.services or 1))


def test_some_enquiries_are_nameless_and_at_one_desk_most(first_lines: list[str]) -> None:
    last = last_half(clock.today()).name
    for place in DESKS:
        with at(place.slug):
            share = share_of_nameless(figures.list_counts()[last])
            sheets = list_last_sheets(since=clock.now() - timedelta(days=366))
        if place.slug == TALLYING_SLUG:
            assert share > 0.5
            assert len(sheets) >= 11
        else:
            assert 0 < share < 0.2, place.slug
            assert not sheets


def test_the_network_says_of_whom_many_enquiries_are_nameless(first_lines: list[str]) -> None:
    comparison = compare_last_half()
    assert comparison.marks == {TALLYING_SLUG: "a"}
    sentences = [note.text for note in notes(comparison, CHANGES)]
    assert any(text.startswith("(a) Castelmora: senza nome ") for text in sentences)


def test_one_desk_has_no_earlier_year_and_the_network_says_so(first_lines: list[str]) -> None:
    comparison = compare_last_half()
    whole = {desk.desk.slug for desk in comparison.desks}
    assert whole - {desk.desk.slug for desk in comparison.of_both} == {NEW_SLUG}
    sentences = [note.text for note in notes(comparison, CHANGES)]
    assert (
        "Le variazioni della rete sono di 4 sportelli su 5, quelli in cui i due periodi si possono"
        " confrontare."
    ) in sentences


def test_the_roll_up_is_what_the_records_say(first_lines: list[str]) -> None:
    """People, visits by the hundred, sheets: however it was written."""
    compared = 0
    for place in DESKS:
        with at(place.slug):
            rolled = figures.list_counts()
            names = sorted(rolled)
            counted = count_from_records([parse_period(name) for name in names])
        for name in names:
            assert _without_zeros(rolled[name]) == _without_zeros(counted[name]), name
        compared += len(names)
    assert compared > 400


def _without_zeros(counts: Counts) -> Counts:
    return replace(
        counts, topics={code: number for code, number in counts.topics.items() if number}
    )


def read_of(found: dict[str, Any], row: dict[str, Any]) -> dict[str, Any]:
    """What the network reads otherwise of a desk's own line: nothing of what is hidden, or, of a
    line of several topics, what the others say.
    """
    (told,) = (each for each in found["rows"] if each["code"] == row["code"])
    unknown: dict[str, Any] = unread(found, row["code"])
    for count in {"count", "baseline"} & unknown.keys():
        if told[count] is not None:
            assert 0 < told[count] < row[count], "a part of it"
            unknown[count] = told[count]
    return unknown


def unread(found: dict[str, Any], code: str) -> dict[str, Any]:
    """What the network does not read of a line, and beside it of any."""
    hidden, unsplit = found["hidden"], found["unsplit"]
    names: set[str] = set()
    if hidden["now"] or hidden["then"]:
        names |= {"low", "high", "p_adjusted"}
    for side, prefix, count in (("now", "", "count"), ("then", "baseline_", "baseline")):
        if code in hidden[side]:
            names |= {count}
        if code in hidden[side] or code in unsplit[side]:
            names |= {f"{prefix}nameless", f"{prefix}incidence", "variation", "change",
                      "low", "high", "p_adjusted"}  # fmt: skip
    return dict.fromkeys(names)


def test_the_comparison_is_each_desks_own_relazione(first_lines: list[str]) -> None:
    """Every figure of every desk and period that the network sees, against the desk's records."""
    with identity_scope(), unit_of_work():
        network = get_network_by_slug(NETWORK_SLUG)
        desks = {place.slug: get_desk_by_slug(place.slug) for place in DESKS}
    with network_scope(network.id), unit_of_work():
        periods = [line.period.name for line in list_periods()]
        read = [as_json(get_comparison(period)) for period in periods]
    compared = 0
    for comparison in read:
        for found in comparison["desks"]:
            desk = desks[found["desk"]]
            with desk_scope(desk.id), unit_of_work():
                own = desk_json(get_relazione(period=comparison["period"]))
            own |= {"hidden": found["hidden"], "unsplit": found["unsplit"]}
            for row in own["rows"]:
                del row["details"]
                row |= read_of(found, row)
            assert found == {key: own[key] for key in found}
            compared += 4 + 5 * len(found["rows"])
    last = last_half(clock.today())
    both = [sum(place.opened_on(clock.today()) < period.end for place in DESKS)
            for period in (last, last.previous())]  # fmt: skip
    assert [len(comparison["desks"]) for comparison in read] == [both[0] - 1, both[1], 1]
    assert compared > 900


def test_one_desk_is_late(first_lines: list[str]) -> None:
    with identity_scope(), unit_of_work():
        network = get_network_by_slug(NETWORK_SLUG)
    with network_scope(network.id), unit_of_work():
        last, before, first = list_periods()
        notice = missing_notice(get_comparison(last.period.name))
    assert [desk.slug for desk in last.missing] == [LATE_SLUG]
    assert (before.missing, first.missing, first.period.name) == ((), (), "2016-S1")
    assert notice == "Manca Pieve a Serra: la colonna Rete comprende 5 sportelli su 6."


def test_nothing_of_it_is_left_to_do(first_lines: list[str], settings: Settings) -> None:
    with psycopg.connect(str(settings.database_backup_url)) as connection:
        unfinished = "SELECT name FROM job WHERE finished_at IS NULL"
        assert connection.execute(unfinished).fetchall() == []
        states = "SELECT DISTINCT state, frozen_at::date - approved_at::date FROM edition"
        assert connection.execute(states).fetchall() == [("approved", 0)]


def test_everybody_may_come_in_with_the_given_password(
    first_lines: list[str], settings: Settings
) -> None:
    with identity_scope(), unit_of_work():
        for one in ACCOUNTS:
            account = find_proved(one.email)
            assert account is not None
            assert is_right(GIVEN, account.password_hash)
            assert any(one.email in line for line in first_lines)
    assert GIVEN in first_lines[-1]
    kept = settings.home / "secrets" / "demo_password"
    assert kept.read_text() == GIVEN
    assert kept.stat().st_mode & 0o777 == 0o600


def test_the_second_time_changes_nothing_and_says_so(
    first_lines: list[str], settings: Settings
) -> None:
    before = rows(settings)
    lines = load(replace(settings, demo_password="un’altra"))
    assert rows(settings) == before
    assert lines == ["La rete dimostrativa c’è già: non è cambiato nulla.", *first_lines[1:]]
    assert before["visit"] > 1500


def test_elsewhere_the_password_is_not_known(
    first_lines: list[str], settings: Settings, tmp_path: Path
) -> None:
    lines = load(replace(settings, home=tmp_path))
    assert lines[-1] == "La password è quella detta al primo caricamento."
