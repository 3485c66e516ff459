# SPDX-License-Identifier: AGPL-3.0-or-later
"""Fills a migrated, empty database with a scale's desks, persons, visits and exact figures.

As superuser and set-wise, with triggers silent and indexes asleep: they are built at the end. The
words of each name are written by the portal itself, for one person a name, and then copied.
"""

import re
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import astuple
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from flask import Flask

from portal.core import clock
from portal.core.store.tenancy import desk_scope, identity_scope
from portal.core.store.unit import unit_of_work
from portal.desks.actions import add_desk, add_network
from portal.people.actions import create_people
from portal.people.rules import PersonFacts
from portal.taxonomy import queries as taxonomy
from portal.taxonomy.actions import store_versions
from tests.bench import vocabulary
from tests.bench.scales import DeskSize, Scale, desk_sizes
from tests.bench.vocabulary import Name

STEPS = Path(__file__).parent / "fill.sql"
YEARS = timedelta(days=5 * 365)
FILLED = (
    "network", "desk", "account", "membership", "login_session", "person", "person_citizenship",
    "person_residence", "person_token", "visit", "enquiry", "figure", "audit_event",
)  # fmt: skip
SLEEP = """
UPDATE pg_index SET indisready = false, indisvalid = false
WHERE indrelid = ANY (%s::text[]::regclass[])
"""
TOKENS = """
SELECT person_id, array_agg(kind || token ORDER BY kind, token) FROM person_token GROUP BY person_id
"""
SORTED = "SELECT id, sort_name FROM person"
Say = Callable[[str], None]


def fill(app: Flask, connection: psycopg.Connection, scale: Scale, say: Say) -> None:
    """Fill the database of `app`; `connection` is a superuser's, in autocommit."""
    today = clock.today()
    names = vocabulary.list_names(scale.families, scale.givens)
    connection.execute("CREATE SCHEMA bench")
    _lay_out(app, connection, names, desk_sizes(scale), today)
    connection.execute("SET session_replication_role = replica")
    connection.execute(SLEEP, [list(FILLED)])
    for title, statements in _steps(_words(scale, today) | _topics(app)):
        began = time.monotonic()
        connection.execute(statements)
        say(f"  {title}: {time.monotonic() - began:.0f} s")
    began = time.monotonic()
    connection.execute("DROP SCHEMA bench CASCADE")
    connection.execute("RESET session_replication_role")
    for table in FILLED:
        connection.execute(f"REINDEX TABLE {table}")
        connection.execute(f"VACUUM (ANALYZE) {table}")
    say(f"  Indici e statistiche: {time.monotonic() - began:.0f} s")


def _words(scale: Scale, today: date) -> dict[str, str]:
    """What stands in the steps for what only Python knows."""
    slots = [number for number, weight, *_rest in vocabulary.birthplaces() for _ in range(weight)]
    return {
        "founded": (today - YEARS).isoformat(),
        "today": today.isoformat(),
        "days": str(len(_workdays(today))),
        "families": str(scale.families),
        "givens": str(scale.givens),
        "block": str(scale.families + 2 * scale.givens),
        "slots": ", ".join(map(str, slots)),
        "slot_count": str(len(slots)),
    }


def _steps(words: dict[str, str]) -> Iterable[tuple[str, str]]:
    """The steps of fill.sql by title, each with its words put in."""
    for step in STEPS.read_text("utf-8").split("-- step: ")[1:]:
        title, _line, text = step.partition("\n")
        text = re.sub(r":'(\w+)'", lambda found: f"'{words[found[1]]}'", text)
        yield title, re.sub(r"(?<!:):(\w+)", lambda found: words[found[1]], text)


def _workdays(today: date) -> list[date]:
    days = [today - YEARS + timedelta(days=number) for number in range(YEARS.days)]
    return [day for day in days if day.weekday() < 5]


def _lay_out(
    app: Flask,
    connection: psycopg.Connection,
    names: Sequence[Name],
    desks: Sequence[DeskSize],
    today: date,
) -> None:
    """The small tables from which the steps draw."""
    tokens, sorted_names = _written_by_the_portal(app, connection, names)
    rows = enumerate(zip(names, sorted_names, tokens, strict=True))
    _copy(
        connection,
        "name (id int, shown text, sorted text, code text, tokens text[])",
        [(number, name.shown, key, name.code, found) for number, (name, key, found) in rows],
    )
    _copy(
        connection,
        "origin (number int, state text, birthplace text)",
        [(number, state, code) for number, _weight, state, code in vocabulary.birthplaces()],
    )
    _copy(connection, "day (number int, day date)", list(enumerate(_workdays(today))))
    _copy(
        connection,
        "desk (number int, seed bigint, slug text, people int, visits int, network int)",
        [(*astuple(one), one.network) for one in desks],
    )
    connection.execute("""
        ALTER TABLE bench.desk ADD id uuid, ADD account_id uuid;
        UPDATE bench.desk SET id = md5('desk ' || slug)::uuid,
            account_id = md5('account ' || slug)::uuid;
        ANALYZE bench.desk, bench.name, bench.day, bench.origin
    """)


def _copy(connection: psycopg.Connection, table: str, rows: Sequence[Sequence[Any]]) -> None:
    connection.execute(f"CREATE UNLOGGED TABLE bench.{table}")
    with connection.cursor().copy(f"COPY bench.{table.split()[0]} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _topics(app: Flask) -> dict[str, str]:
    """The fourteen first topics of the list before 2026 and of the one since."""
    with app.app_context(), identity_scope(), unit_of_work():
        store_versions()
        lists = [taxonomy.list_topics(number)[:14] for number in (1, 2)]
    before, now = (", ".join(f"'{topic.code}'" for topic in topics) for topics in lists)
    return {"topics_before": before, "topics_now": now}


def _written_by_the_portal(
    app: Flask, connection: psycopg.Connection, names: Sequence[Name]
) -> tuple[list[list[str]], list[str]]:
    """For each name its tokens and how it is sorted, from a desk that is then emptied."""
    with app.app_context(), identity_scope(), unit_of_work():
        network = add_network(slug="nomi", name="Nomi")
        desk_id = add_desk(slug="nomi", name="Nomi", network=network).id
    ids: list[UUID] = []
    for start in range(0, len(names), 500):
        facts = [PersonFacts(family_name=name.shown) for name in names[start : start + 500]]
        with app.app_context(), desk_scope(desk_id), unit_of_work():
            ids += create_people(people=facts)
        connection.execute("ANALYZE person, person_token")
    tokens: dict[Any, Any] = dict(connection.execute(TOKENS).fetchall())
    sorted_names: dict[Any, Any] = dict(connection.execute(SORTED).fetchall())
    connection.execute(f"TRUNCATE {', '.join(FILLED)} CASCADE")
    return [tokens[one] for one in ids], [sorted_names[one] for one in ids]
