# SPDX-License-Identifier: AGPL-3.0-or-later
"""The migrated database against what the code declares: keys, policies, privileges, triggers."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from psycopg.errors import InsufficientPrivilege
from psycopg.sql import SQL, Identifier
from sqlalchemy import create_engine, text

from migrations import downgrade, upgrade
from portal import models
from portal.core.store.database import DeskTable, PlatformTable, PublishedTable, db
from portal.core.store.tenancy import desk_scope, identity_scope
from portal.core.store.unit import unit_of_work
from tests.conformance.conftest import Catalogue
from tests.conformance.records import desk_tables, published_tables
from tests.conftest import AtDesk
from tests.world import World

models.load()

DESK_TABLES = sorted(table.name for table in desk_tables())
PUBLISHED_TABLES = sorted(table.name for table in published_tables())
ALL_TABLES = sorted(db.metadata.tables)
POLICY = "(desk_id = ( SELECT current_desk() AS current_desk))"
NETWORK_POLICY = "(network_id = ( SELECT current_network() AS current_network))"
# Written by each desk, for itself and its own network; read by the network.
BY_DESKS = "published_figure"
ITS_NETWORK = (
    "((desk_id = ( SELECT current_desk() AS current_desk)) AND (network_id = ( SELECT"
    " desk.network_id\n   FROM desk\n  WHERE (desk.id = ( SELECT current_desk() AS"
    " current_desk)))))"
)
# Derived from rows that are audited themselves, the audit itself, what is not saved yet, taste.
UNAUDITED = {
    "figure",
    "person_token",
    "audit_event",
    "person_key",
    "edition_file",
    "draft",
    "pinned_topic",
}
# What signs people in, says who works where, or speaks of the machine: never the network's.
OF_ACCOUNTS = (
    "account", "membership", "login_session", "known_device", "invitation", "account_key",
    "account_letter", "use_count", "security_event", "disk_letter",
)  # fmt: skip
SERVING = ("portal_app", "portal_network")
OWNED = pytest.mark.parametrize(
    ("tables", "owner"), [(DESK_TABLES, "desk_id"), (PUBLISHED_TABLES, "network_id")]
)
# All that the network's role may do.
OF_THE_NETWORK = {
    "SELECT": {
        "network", "zone", "desk", "taxonomy_version", "topic_group", "topic", "topic_change",
        "job", "frozen", *PUBLISHED_TABLES,
    },
    "INSERT": {"job", *PUBLISHED_TABLES} - {BY_DESKS},
    "UPDATE": {"job", "network", *PUBLISHED_TABLES} - {BY_DESKS, "network_edition_file"},
    "DELETE": set(),
}  # fmt: skip


def test_every_table_declares_whose_it_is(catalogue: Catalogue) -> None:
    kinds = {mapper.local_table.name: mapper.class_ for mapper in db.Model.registry.mappers}
    undeclared = [
        name
        for name, kind in kinds.items()
        if sum(issubclass(kind, one) for one in (PlatformTable, DeskTable, PublishedTable)) != 1
    ]
    assert not undeclared
    found = {
        name
        for (name,) in catalogue.rows(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p')"
            " AND relnamespace = 'public'::regnamespace"
        )
    }
    assert found == set(kinds) | {"alembic_version"}


def test_tables_of_desks_and_networks_force_row_security(catalogue: Catalogue) -> None:
    forced = catalogue.rows(
        "SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity"
    )
    assert sorted(name for (name,) in forced) == sorted(DESK_TABLES + PUBLISHED_TABLES)


def test_each_role_has_one_policy_on_each_table(catalogue: Catalogue) -> None:
    policies = catalogue.rows(
        "SELECT tablename, permissive, roles::text, cmd, qual, with_check FROM pg_policies"
    )
    of_desks = {(name, "PERMISSIVE", "{public}", "ALL", POLICY, POLICY) for name in DESK_TABLES}
    of_networks = {
        (name, "PERMISSIVE", "{public}", "ALL", NETWORK_POLICY, NETWORK_POLICY)
        for name in PUBLISHED_TABLES
        if name != BY_DESKS
    }
    by_desks = {
        (BY_DESKS, "PERMISSIVE", "{portal_app}", "ALL", POLICY, ITS_NETWORK),
        (BY_DESKS, "PERMISSIVE", "{portal_network}", "SELECT", NETWORK_POLICY, None),
    }
    of_jobs = {
        ("job", "PERMISSIVE", "{portal_app}", "ALL", "true", "true"),
        ("job", "PERMISSIVE", "{portal_network}", "ALL", NETWORK_POLICY, NETWORK_POLICY),
    }
    assert set(policies) == of_desks | of_networks | by_desks | of_jobs
    assert len(policies) == len(DESK_TABLES) + len(PUBLISHED_TABLES) + 1 + len(of_jobs)
    enabled = catalogue.rows(
        "SELECT relname FROM pg_class WHERE relrowsecurity AND NOT relforcerowsecurity"
    )
    assert enabled == [("job",)]


@OWNED
def test_unique_keys_begin_with_the_owner(
    catalogue: Catalogue, tables: list[str], owner: str
) -> None:
    keys = catalogue.rows(
        "SELECT i.indexrelid::regclass::text, a.attname FROM pg_index i"
        " JOIN pg_class c ON c.oid = i.indrelid"
        " LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]"
        " WHERE i.indisunique AND c.relname = ANY(%s)",
        tables,
    )
    assert len(keys) >= len(tables)
    assert [key for key, first in keys if first != owner] == []


@OWNED
def test_foreign_keys_between_tables_of_one_owner_contain_it(
    catalogue: Catalogue, tables: list[str], owner: str
) -> None:
    keys = catalogue.rows(
        "SELECT k.conname, array_agg(a.attname::text ORDER BY p.n),"
        " array_agg(b.attname::text ORDER BY p.n)"
        " FROM pg_constraint k"
        " CROSS JOIN LATERAL unnest(k.conkey, k.confkey) WITH ORDINALITY AS p (mine, theirs, n)"
        " JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = p.mine"
        " JOIN pg_attribute b ON b.attrelid = k.confrelid AND b.attnum = p.theirs"
        " WHERE k.contype = 'f' AND k.conrelid::regclass::text = ANY(%s)"
        " AND k.confrelid::regclass::text = ANY(%s) GROUP BY k.conname",
        tables,
        tables,
    )
    assert len(keys) >= 3
    assert [name for name, mine, theirs in keys if (mine[0], theirs[0]) != (owner,) * 2] == []


def test_nothing_reads_past_row_security(catalogue: Catalogue) -> None:
    views = catalogue.rows(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND ("
        " relkind = 'm' OR relkind = 'p' OR relispartition OR (relkind = 'v' AND NOT"
        " coalesce('security_invoker=true' = ANY(reloptions), false)))"
    )
    definers = catalogue.rows(
        "SELECT proname FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace"
    )
    assert (views, definers) == ([], [])


def test_serving_roles_have_no_power(catalogue: Catalogue) -> None:
    roles = catalogue.rows(
        "SELECT rolname, rolsuper, rolbypassrls, rolcreatedb, rolcreaterole, rolreplication"
        " FROM pg_roles WHERE rolname = ANY(%s) ORDER BY 1",
        list(SERVING),
    )
    assert roles == [(name, *(False,) * 5) for name in SERVING]
    members = catalogue.rows(
        "SELECT m.roleid::regrole::text FROM pg_auth_members m"
        " WHERE m.member::regrole::text = ANY(%s)",
        list(SERVING),
    )
    owned = catalogue.rows(
        "SELECT relname FROM pg_class WHERE relowner::regrole::text = ANY(%s)", list(SERVING)
    )
    assert (members, owned) == ([], [])


@pytest.mark.parametrize("role", SERVING)
def test_serving_roles_only_read_and_write_rows(catalogue: Catalogue, role: str) -> None:
    excess = catalogue.rows(
        "SELECT c.relname, p.power FROM pg_class c, unnest(ARRAY['TRUNCATE', 'REFERENCES',"
        " 'TRIGGER', 'MAINTAIN']) AS p (power) WHERE c.relnamespace = 'public'::regnamespace"
        " AND c.relkind = 'r' AND (p.power <> 'MAINTAIN' OR"
        " current_setting('server_version_num')::int >= 170000)"
        " AND has_table_privilege(%s, c.oid, p.power)",
        role,
    )
    assert excess == []
    powers = catalogue.rows(
        "SELECT has_schema_privilege(%s, 'public', 'CREATE'),"
        " has_database_privilege(%s, 'portal', 'TEMP'),"
        " has_database_privilege(%s, 'portal', 'CREATE')",
        role,
        role,
        role,
    )
    assert powers == [(False, False, False)]


def test_the_network_reads_no_table_of_desks_or_accounts(catalogue: Catalogue) -> None:
    for table in (*DESK_TABLES, *OF_ACCOUNTS):
        with (
            catalogue.connect("network") as connection,
            pytest.raises(InsufficientPrivilege, match="permission denied"),
        ):
            connection.execute(SQL("SELECT 1 FROM {}").format(Identifier(table)))
    granted = catalogue.rows(
        "SELECT c.relname, p.power FROM pg_class c,"
        " unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) AS p (power)"
        " WHERE c.relkind = 'r' AND c.relname = ANY(%s)"
        " AND has_any_column_privilege('portal_network', c.oid, p.power) AND p.power <> 'DELETE'",
        [*DESK_TABLES, *OF_ACCOUNTS],
    )
    assert granted == []


def test_what_the_network_may_do_is_on_this_list(catalogue: Catalogue) -> None:
    for power, tables in OF_THE_NETWORK.items():
        granted = catalogue.rows(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND"
            " relnamespace = 'public'::regnamespace AND"
            " (CASE WHEN %s = 'DELETE' THEN has_table_privilege('portal_network', oid, 'DELETE')"
            " ELSE has_any_column_privilege('portal_network', oid, %s) END)",
            power,
            "SELECT" if power == "DELETE" else power,
        )
        assert {name for (name,) in granted} == tables, power


def test_of_networks_it_sets_the_closing_days_alone(catalogue: Catalogue) -> None:
    columns = catalogue.rows(
        "SELECT attname FROM pg_attribute WHERE attrelid = 'network'::regclass AND attnum > 0"
        " AND NOT attisdropped AND has_column_privilege('portal_network', attrelid, attnum,"
        " 'UPDATE')"
    )
    assert columns == [("closing_days",)]


def test_a_network_sees_and_writes_its_own_jobs_alone(catalogue: Catalogue, world: World) -> None:
    add = (
        "INSERT INTO job (id, name, network_id, subject, created_at, due_at, attempts)"
        " VALUES (gen_random_uuid(), 'open_comparison', %s, '2016-S1', now(), now(), 0)"
    )
    with catalogue.connect("app") as connection:
        for network in (world.rete, world.altra):
            connection.execute(add, [str(network.id)])
    with catalogue.connect("network") as connection:
        speak = "SELECT set_config('portal.network', %s, true)"
        connection.execute(speak, [str(world.rete.id)])
        seen = connection.execute("SELECT network_id FROM job").fetchall()
        assert seen == [(world.rete.id,)]
        assert connection.execute("UPDATE job SET attempts = 9").rowcount == 1
        with pytest.raises(InsufficientPrivilege, match="row-level security"):
            connection.execute(add.replace("2016-S1", "2015-S1"), [str(world.altra.id)])


def test_what_happened_cannot_be_rewritten(catalogue: Catalogue, world: World) -> None:
    for table in ("audit_event", "security_event"):
        for act in ("UPDATE {} SET id = id", "DELETE FROM {}"):
            with catalogue.connect("app") as connection:
                connection.execute(
                    "SELECT set_config('portal.desk', %s, true)", [str(world.lucca.id)]
                )
                with pytest.raises(InsufficientPrivilege, match="permission denied"):
                    connection.execute(SQL(act).format(Identifier(table)))


def test_every_change_of_a_record_is_recorded(catalogue: Catalogue) -> None:
    # 29: for each row, after insert, update and delete.
    audited = catalogue.rows(
        "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'record_change'"
        " AND tgfoid = 'record_change'::regproc AND tgtype = 29 AND tgenabled = 'O' AND"
        " tgqual IS NULL AND tgattr = ''"
    )
    assert sorted(name for (name,) in audited) == sorted(set(DESK_TABLES) - UNAUDITED)


def test_no_desk_is_an_error_and_not_an_empty_answer(catalogue: Catalogue) -> None:
    for role in ("app", "owner"):
        for table in DESK_TABLES:
            with (
                catalogue.connect(role) as connection,
                pytest.raises(InsufficientPrivilege, match="no desk is in scope"),
            ):
                connection.execute(SQL("SELECT count(*) FROM {}").format(Identifier(table)))


def test_no_network_is_an_error_and_not_an_empty_answer(catalogue: Catalogue) -> None:
    for table in ("job", *PUBLISHED_TABLES):
        with (
            catalogue.connect("network") as connection,
            pytest.raises(InsufficientPrivilege, match="no network is in scope"),
        ):
            connection.execute(SQL("SELECT count(*) FROM {}").format(Identifier(table)))


def test_the_scope_ends_with_the_transaction(
    app: Flask, world: World, at_desk: AtDesk, catalogue: Catalogue
) -> None:
    """The connection goes back to the pool: PostgreSQL now answers '' for the desk, not NULL."""
    with at_desk(world.lucca):
        assert db.session.scalar(text("SELECT current_desk()")) == world.lucca.id
        worked = db.session.scalar(text("SELECT pg_backend_pid()"))
    with app.app_context(), db.engine.connect() as connection:
        said = "SELECT pg_backend_pid(), current_setting('portal.desk', true)"
        assert connection.execute(text(said)).one() == (worked, "")
        with pytest.raises(Exception, match="no desk is in scope"):
            connection.execute(text("SELECT current_desk()"))


def test_accounts_are_worked_on_without_a_desk(app: Flask) -> None:
    with app.app_context(), identity_scope(), pytest.raises(Exception, match="no desk is in scope"):
        db.session.execute(text("SELECT count(*) FROM person"))


def test_no_transaction_begins_outside_a_scope(app: Flask) -> None:
    with app.app_context(), pytest.raises(RuntimeError, match="no scope is open"):
        db.session.execute(text("SELECT 1"))


def test_a_scope_does_not_change_under_an_open_transaction(app: Flask, world: World) -> None:
    with app.app_context(), desk_scope(world.lucca.id), unit_of_work():
        db.session.execute(text("SELECT 1"))
        with pytest.raises(RuntimeError, match="a transaction is open"):
            desk_scope(world.capannori.id).__enter__()


def test_the_models_are_what_the_migrations_make(catalogue: Catalogue) -> None:
    engine = create_engine(str(catalogue.settings.database_owner_url))
    with engine.connect() as connection:
        options = {"compare_type": True, "compare_server_default": True}
        context = MigrationContext.configure(connection, opts=options)
        difference = compare_metadata(context, db.metadata)
    engine.dispose()
    assert difference == []


def test_checks_of_the_models_are_in_the_database(catalogue: Catalogue) -> None:
    """Alembic compares columns and keys but no check."""
    declared = {
        str(constraint.name)
        for table in db.metadata.tables.values()
        for constraint in table.constraints
        if type(constraint).__name__ == "CheckConstraint"
    }
    found = catalogue.rows("SELECT conname FROM pg_constraint WHERE contype = 'c'")
    assert {name for (name,) in found} >= declared
    assert len(declared) > 10


def test_migrations_go_down_and_up_with_rows(twins: World, catalogue: Catalogue) -> None:
    url = str(catalogue.settings.database_owner_url)
    schema = _schema(catalogue)
    downgrade(url, "base")
    assert catalogue.rows("SELECT count(*) FROM alembic_version") == [(0,)]
    left = catalogue.rows(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relname <> 'alembic_version'"
        " AND relnamespace = 'public'::regnamespace"
        " UNION SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
        " AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = pg_proc.oid AND deptype = 'e')"
    )
    assert left == []
    upgrade(url)
    upgrade(url)
    assert _schema(catalogue) == schema


def _schema(catalogue: Catalogue) -> list[tuple[object, ...]]:
    return catalogue.rows(
        "SELECT table_name, column_name, data_type, is_nullable, column_default"
        " FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 2"
    )
