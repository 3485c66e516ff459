# SPDX-License-Identifier: AGPL-3.0-or-later
"""The demonstration as a newcomer finds it: the historical table, the accounts, nothing twice."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner
from flask import Flask
from psycopg import sql

from config.settings import Settings, child_environment
from portal.accounts.passwords import is_right
from portal.accounts.queries import find_account
from portal.app import create_app
from portal.cli import main
from portal.core import clock
from portal.core.store.database import db
from portal.core.store.tenancy import desk_scope, identity_scope, network_scope
from portal.core.store.unit import unit_of_work
from portal.demo import load
from portal.demo.places import ACCOUNTS, DESKS, LATE_SLUG, NETWORK_SLUG
from portal.desks.queries import get_desk_by_slug, get_network_by_slug
from portal.oversight.layouts import as_json
from portal.oversight.prose import missing_notice
from portal.oversight.queries import get_comparison, list_periods
from portal.reports.relazione.assembly import get_relazione
from portal.reports.sections.topic_tables import as_json as desk_json
from portal.visits.queries import list_visits_on
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


def test_every_desk_has_visits_until_lately(first_lines: list[str]) -> None:
    with identity_scope(), unit_of_work():
        desks = [get_desk_by_slug(place.slug) for place in DESKS]
    for desk in desks:
        with desk_scope(desk.id), unit_of_work():
            last_year = get_relazione(period="2025")
            this_year = get_relazione(period="2026")
        assert (this_year.current.users or 0) > 5
        assert desk.slug == "centro-servizi" or (last_year.current.users or 0) > 5


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
            for row in own["rows"]:
                del row["details"]
            assert found == {key: own[key] for key in found}
            compared += 4 + 5 * len(found["rows"])
    assert [len(comparison["desks"]) for comparison in read] == [5, 6, 1]
    assert compared > 1000


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
            account = find_account(one.email)
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
