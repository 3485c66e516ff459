# SPDX-License-Identifier: AGPL-3.0-or-later
"""Tables of earlier builds, brought up to date, are as fresh ones; others do not serve pages."""

from collections.abc import Callable

import psycopg
import pytest
from alembic import command
from click.testing import CliRunner
from flask import Flask
from psycopg.errors import RestrictViolation

from config.settings import Settings, child_environment, serving_environment
from migrations import alembic_config, newest_version
from migrations.catalogue import compare_with_expected, expected_catalogue, read_catalogue
from portal.app import create_app_from_environment
from portal.cli import main
from portal.core.italy.periods import parse_period
from portal.core.store.database import db
from portal.core.store.schema import WrongSchema
from portal.core.store.tenancy import desk_scope
from portal.core.store.unit import unit_of_work
from portal.figures.queries import list_counts
from portal.reports.editions.desk import DESK
from portal.reports.editions.lifecycle import list_frozen
from portal.upgrade import Incomplete, refuse_incomplete
from portal.visits.queries import count_from_records
from tests.builds import BUILDS, DUMPS
from tests.builds.conftest import Restore, Upgraded
from tests.builds.landed import hashes_landed, hashes_now
from tests.builds.small_world import live
from tests.world import CAPANNORI, LUCCA

LARGEST = 250_000
OLDEST = "12bc1a2"
REWRITE = f"""
    SELECT set_config('portal.desk', '{LUCCA.id}', true);
    UPDATE edition SET frozen = '{{}}' WHERE approved_at IS NOT NULL;
"""  # noqa: S608


def owner_of(settings: Settings) -> str:
    return str(settings.database_owner_url)


def test_a_fresh_database_is_what_the_code_expects(template: Settings) -> None:
    assert read_catalogue(owner_of(template)) == expected_catalogue()


def test_an_upgraded_database_is_as_a_fresh_one(upgraded: Upgraded) -> None:
    assert read_catalogue(owner_of(upgraded.settings)) == expected_catalogue()


def test_the_roll_up_of_an_upgraded_database_is_the_records(upgraded: Upgraded) -> None:
    """Migration 0029 fills the enquiries without a name: nothing else would ever count them."""
    for place in (LUCCA, CAPANNORI):
        with upgraded.app.app_context(), desk_scope(place.id), unit_of_work():
            rolled_up = list_counts()
            counted = count_from_records([parse_period(name) for name in rolled_up])
        assert rolled_up == counted
        assert any(counts.nameless.total for counts in counted.values()) == (place is LUCCA)


@pytest.mark.parametrize("build", BUILDS)
def test_dumps_are_small(build: str) -> None:
    assert (DUMPS / f"{build}.sql").stat().st_size < LARGEST


def test_what_the_oldest_lacked_is_healed_by_one_migration(restore: Restore) -> None:
    settings = restore(OLDEST, "unhealed")
    command.upgrade(alembic_config(owner_of(settings)), "0025")
    lacks = compare_with_expected(read_catalogue(owner_of(settings))).missing
    for healed in (
        "row security job: enabled t, forced f",
        "policy job.of_the_network",
        "trigger edition.keep_approved",
        "trigger network_edition.keep_approved",
        "privilege UPDATE on network.closing_days to portal_network",
        "index CREATE INDEX ix_membership_account_id",
    ):
        assert [line for line in lacks if line.startswith(healed)], healed
    with psycopg.connect(owner_of(settings)) as connection:
        connection.execute(REWRITE)  # nothing kept what was approved
        connection.rollback()
    command.upgrade(alembic_config(owner_of(settings)), "head")
    with psycopg.connect(owner_of(settings)) as connection, pytest.raises(RestrictViolation):
        connection.execute(REWRITE)


@pytest.fixture
def damaged(restore: Restore) -> Callable[[str], Settings]:
    """An upgraded database on which somebody has run a statement."""

    def damage(statement: str) -> Settings:
        settings = restore(BUILDS[-1], "damaged")
        command.upgrade(alembic_config(owner_of(settings)), "head")
        with psycopg.connect(owner_of(settings)) as connection:
            connection.execute(statement)  # type: ignore[call-overload]
        return settings

    return damage


@pytest.mark.parametrize(
    ("statement", "line"),
    [
        ("DROP POLICY of_the_desk ON person", "manca: policy person.of_the_desk"),
        ("ALTER TABLE visit NO FORCE ROW LEVEL SECURITY", "manca: row security visit"),
        ("ALTER TABLE edition DISABLE TRIGGER keep_approved", "manca: trigger edition"),
        ("REVOKE INSERT ON visit FROM portal_app", "manca: privilege INSERT on visit"),
        ("DROP INDEX ix_visit_day", "manca: index CREATE INDEX ix_visit_day"),
        ("GRANT SELECT ON person TO portal_network", "è di troppo: privilege SELECT on person"),
        ("CREATE POLICY anybody ON person USING (true)", "è di troppo: policy person.anybody"),
        ("GRANT SELECT ON visit TO PUBLIC", "è di troppo: privilege SELECT on visit to everybody"),
        ("CREATE RULE no AS ON DELETE TO edition DO INSTEAD NOTHING", "è di troppo: rule edition"),
        (
            "ALTER TABLE job ADD CHECK (false) NOT VALID",
            "è di troppo: constraint job",
        ),
    ],
)
def test_migrate_says_what_is_missing(
    damaged: Callable[[str], Settings], statement: str, line: str
) -> None:
    settings = damaged(statement)
    done = CliRunner().invoke(main, ["migrate"], env=child_environment(settings))
    assert done.exit_code == 1
    assert line in done.output
    with pytest.raises(Incomplete):
        refuse_incomplete(owner_of(settings))


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE INDEX theirs ON person (sex)",
        "CREATE TABLE theirs (x int)",
        "CREATE VIEW theirs AS SELECT 1 AS x; GRANT SELECT ON theirs TO PUBLIC",
        "GRANT SELECT ON visit TO pg_monitor",
    ],
)
def test_what_an_administrator_added_is_no_fault(
    damaged: Callable[[str], Settings], statement: str
) -> None:
    settings = damaged(statement)
    done = CliRunner().invoke(main, ["migrate"], env=child_environment(settings))
    assert done.output == "La banca dati è aggiornata.\n"


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        ("UPDATE alembic_version SET version_num = '9999'", "installa la versione più nuova"),
        ("UPDATE alembic_version SET version_num = '0025'", "esegui «portal migrate»"),
        ("REVOKE SELECT ON alembic_version FROM portal_app", "esegui «portal migrate»"),
        ("DROP TABLE alembic_version", "è vuota: esegui «portal migrate»"),
    ],
)
def test_code_does_not_start_on_tables_it_does_not_know(
    damaged: Callable[[str], Settings],
    monkeypatch: pytest.MonkeyPatch,
    statement: str,
    sentence: str,
) -> None:
    settings = damaged(statement)
    environment = child_environment(settings)
    for name, value in serving_environment(settings).items():
        monkeypatch.setenv(name, value)
    with pytest.raises(WrongSchema, match=sentence):
        start()
    done = CliRunner().invoke(main, ["worker", "status"], env=environment)
    assert done.exit_code == 1
    assert sentence in done.output


def start() -> None:
    """As the web server does; where it should not have started, nothing is left open."""
    with create_app_from_environment().app_context():
        for engine in db.engines.values():
            engine.dispose()


def test_a_newer_database_is_never_migrated(damaged: Callable[[str], Settings]) -> None:
    settings = damaged("UPDATE alembic_version SET version_num = '9999'")
    done = CliRunner().invoke(main, ["migrate"], env=child_environment(settings))
    assert done.exit_code == 1
    assert "installa la versione più nuova" in done.output


def test_a_landed_migration_never_changes() -> None:
    """`python -m tests.builds schema` adds the line of a new one; landed ones stay as they are."""
    assert hashes_now() == hashes_landed()
    assert f"{newest_version()}_" in "".join(hashes_landed())


def test_todays_build_can_be_dumped(app: Flask) -> None:
    """What the next builds will be held to: editions of every kind and state."""
    with app.app_context():
        live()
        with desk_scope(LUCCA.id), unit_of_work():
            states = [edition.state for edition in list_frozen(DESK)]
    assert states == ["approved", "approved", "superseded"]
