# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a database's tables are made of and who may touch them, read from PostgreSQL's catalogue.

One line of text for each column, constraint, index, trigger, policy, function and privilege, so
that two databases are compared as two sets, and what is missing is said in those words. The
lines that the newest migration makes stand in schema.txt (`make schema` writes it).
"""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import psycopg

EXPECTED = Path(__file__).parent / "schema.txt"
ROLES = "('portal_app', 'portal_network', 'portal_backup')"
"""Whose privileges are compared, with everybody's. The owner has them all; whoever else is let in
is the administrator's guest."""

QUERIES = (
    # In no order: a column that came with a later migration stands last in an older database.
    """
    SELECT format('column %s.%s %s%s%s', c.relname, a.attname,
        format_type(a.atttypid, a.atttypmod),
        CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END,
        coalesce(' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid), ''))
    FROM ours c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum WHERE c.relkind = 'r'
    """,
    # PostgreSQL 18 keeps NOT NULL as a constraint too: the column says it.
    """
    SELECT format('constraint %s.%s %s', c.relname, k.conname, pg_get_constraintdef(k.oid))
    FROM ours c JOIN pg_constraint k ON k.conrelid = c.oid AND k.contype <> 'n'
    """,
    """
    SELECT format('index %s', pg_get_indexdef(i.indexrelid))
    FROM ours c JOIN pg_index i ON i.indexrelid = c.oid
    """,
    """
    SELECT format('trigger %s.%s%s %s', c.relname, t.tgname,
        CASE t.tgenabled WHEN 'O' THEN '' ELSE ' (disabled)' END, pg_get_triggerdef(t.oid))
    FROM ours c JOIN pg_trigger t ON t.tgrelid = c.oid AND NOT t.tgisinternal
    """,
    """
    SELECT format('rule %s.%s %s', tablename, rulename, definition)
    FROM pg_rules WHERE schemaname = 'public'
    """,
    """
    SELECT format('row security %s: enabled %s, forced %s', relname, relrowsecurity,
        relforcerowsecurity)
    FROM ours WHERE relkind = 'r'
    """,
    """
    SELECT format('policy %s.%s %s FOR %s TO %s USING (%s) WITH CHECK (%s)', tablename, policyname,
        permissive, cmd, array_to_string(ARRAY(SELECT unnest(roles)::text ORDER BY 1), ', '),
        qual, with_check)
    FROM pg_policies WHERE schemaname = 'public'
    """,
    """
    SELECT format('function %s: %s', p.oid::regprocedure, md5(pg_get_functiondef(p.oid)))
    FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace
        AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
    """,
    """
    SELECT format('extension %s', extname) FROM pg_extension
    """,
    """
    SELECT format('privilege %s on %s to %s', g.privilege_type, c.relname,
        CASE WHEN g.grantee = 0 THEN 'everybody' ELSE pg_get_userbyid(g.grantee) END)
    FROM ours c CROSS JOIN aclexplode(c.relacl) g
    WHERE g.grantee = 0 OR pg_get_userbyid(g.grantee) IN {ROLES}
    """,
    """
    SELECT format('privilege %s on %s.%s to %s', g.privilege_type, c.relname, a.attname,
        CASE WHEN g.grantee = 0 THEN 'everybody' ELSE pg_get_userbyid(g.grantee) END)
    FROM ours c JOIN pg_attribute a ON a.attrelid = c.oid CROSS JOIN aclexplode(a.attacl) g
    WHERE g.grantee = 0 OR pg_get_userbyid(g.grantee) IN {ROLES}
    """,
)
CAST = re.compile(r"::(?:character varying|text|bpchar)(?:\[\])?")
EXPRESSIONS = ("constraint ", "index ", "trigger ")
BRACKETS = str.maketrans("", "", "()")
OURS = "WITH ours AS (SELECT * FROM pg_class WHERE relnamespace = 'public'::regnamespace) "
BESIDE = re.compile(
    r"(?:policy|trigger|rule|constraint) (\w+)\.|row security (\w+):|privilege \w+ on (\w+)"
)
"""What a table of ours may not have besides: it lets somebody in, or changes or refuses a row."""


class Difference(NamedTuple):
    """The lines that a database lacks, and those it should not have."""

    missing: list[str]
    unexpected: list[str]

    @property
    def is_nothing(self) -> bool:
        return not (self.missing or self.unexpected)


def read_catalogue(url: str) -> list[str]:
    """The lines of the database at this address, sorted."""
    with psycopg.connect(url) as connection:
        # Names of other schemas are then written in full, ours never.
        connection.execute("SET search_path = public")
        queries = [OURS + query.replace("{ROLES}", ROLES) for query in QUERIES]
        found = [row[0] for query in queries for row in connection.execute(query)]
    return sorted(map(_normalised, found))


def _normalised(line: str) -> str:
    """The line without what a dump and its restoration change (PostgreSQL 18.6).

    «IN (…)» on a varchar comes back with its casts elsewhere, a chain of OR without its inner
    brackets. What a policy says comes back as it was, and keeps its brackets.
    """
    line = CAST.sub("", " ".join(line.split()))
    return line.translate(BRACKETS) if line.startswith(EXPRESSIONS) else line


def expected_catalogue() -> list[str]:
    """The lines of a database that every migration has made."""
    return EXPECTED.read_text(encoding="utf-8").splitlines()


def compare_with_expected(found: Iterable[str]) -> Difference:
    """What is missing; and what our tables have besides that opens a door or changes a row.

    A table or an index that somebody added for themselves is no difference, nor who may read it.
    """
    expected, there = set(expected_catalogue()), set(found)
    ours = {_table_of(line) for line in expected}
    unexpected = [line for line in there - expected if _table_of(line) in ours - {None}]
    return Difference(sorted(expected - there), sorted(unexpected))


def _table_of(line: str) -> str | None:
    """The table that a line of the kinds in BESIDE is about."""
    match = BESIDE.match(line)
    return next(filter(None, match.groups()), None) if match else None
