# SPDX-License-Identifier: AGPL-3.0-or-later
"""The least that could answer: bare Flask, pooled psycopg, SQL of its own and rows in a template.

It knows nothing of the portal but its tables, and nothing here is taken from what the portal asks:
when the portal gets slower the floor stays where it is. It checks no form and no right, keeps no
record of who read, and does not look whether a form was sent before; the walls of the database
(role, row-level security, triggers) are the portal's own. DATABASE_URL names the database.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from hashlib import sha256
from queue import LifoQueue
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import psycopg
from flask import Flask, abort, request

CONNECTIONS = 5
MOST_FOUND = 8
MOST_OF_DAY = 50
ROME = ZoneInfo("Europe/Rome")
LAST = "\x7f"
"""Sorts after every character of a word."""
FOUND_BYTES = (1130, 265)
DAY_BYTES = (4880, 615)
"""Of the portal's answer without rows and of each row, measured at M on 2026-11-30."""

SESSION = """
SELECT account_id, desk.id FROM login_session JOIN membership USING (account_id)
JOIN desk ON desk.id = membership.desk_id WHERE token_hash = %s AND slug = %s
"""
SET_SCOPE = "SELECT set_config('portal.desk', %s, true), set_config('portal.account', %s, true)"
# OFFSET 0: the persons are read by key, since the planner takes any few words for half the desk.
FIND = """
SELECT person.id, family_name, given_name, sex, birth_year
FROM (
    SELECT person_id FROM unnest(%s::text[], %s::text[]) AS asked (first, beyond)
    JOIN person_token ON kind = 'w' AND token >= first AND token < beyond
    GROUP BY person_id HAVING count(DISTINCT first) = %s
) AS found
CROSS JOIN LATERAL (SELECT * FROM person WHERE id = found.person_id OFFSET 0) AS person
WHERE merged_into IS NULL ORDER BY sort_name, id LIMIT %s
"""
LAST_VISITS = """
SELECT person_id, max(visited_on) FROM visit
WHERE person_id = ANY (%s) AND deleted_at IS NULL GROUP BY person_id
"""
VISIT = """
INSERT INTO visit (id, person_id, visited_on, channel, for_third_party, note, created_at,
    created_by, form_token, version)
VALUES (%s, %s, %s, 'desk', false, '', now(), %s, %s, 1)
"""
ENQUIRY = """
INSERT INTO enquiry (id, visit_id, taxonomy, topic_code, position)
SELECT gen_random_uuid(), %s, number, %s, 0 FROM taxonomy_version
WHERE valid_from <= %s AND (valid_to IS NULL OR valid_to >= %s)
"""
# The six periods of a day in one statement; a person is a user where no other visit of theirs is.
ROLL_UP = """
INSERT INTO figure AS f (period, users, users_f, users_m, users_x, users_n, visits, topics)
SELECT period, new, new * (sex = 'F')::int, new * (sex = 'M')::int, new * (sex = 'X')::int,
    new * (sex = 'N')::int, 1, jsonb_build_object(%(topic)s::text, 1)
FROM (
    SELECT period, coalesce(sex, 'N') AS sex, (NOT EXISTS (
        SELECT FROM visit WHERE person_id = person.id AND visited_on BETWEEN starts AND ends
            AND deleted_at IS NULL AND visit.id <> %(visit)s
    ))::int AS new
    FROM unnest(%(names)s::text[], %(starts)s::date[], %(ends)s::date[])
        AS named (period, starts, ends), person WHERE person.id = %(person)s
) AS counted
ORDER BY period
ON CONFLICT (desk_id, period) DO UPDATE SET
    users = f.users + excluded.users, users_f = f.users_f + excluded.users_f,
    users_m = f.users_m + excluded.users_m, users_x = f.users_x + excluded.users_x,
    users_n = f.users_n + excluded.users_n, visits = f.visits + 1,
    topics = add_counts(f.topics, excluded.topics)
"""
DAY = """
SELECT visit.id, visit.created_at, family_name, given_name, topic_code
FROM visit LEFT JOIN person ON person.id = person_id LEFT JOIN enquiry ON visit_id = visit.id
WHERE visited_on = %s AND visit.deleted_at IS NULL ORDER BY visit.created_at DESC LIMIT %s
"""
FOUND_PAGE = """<ul>{% for row in rows %}
<li id="{{ row[0] }}">{{ row[1] }} {{ row[2] }}, {{ row[3] or "" }} {{ row[4] or "" }},
{{ last[row[0]] }}</li>{% endfor %}</ul>"""
DAY_PAGE = """<ul>{% for row in rows %}
<li id="{{ row[0] }}">{{ row[1] }} {{ row[2] or "" }} {{ row[3] or "" }}, {{ row[4] or "" }}</li>
{% endfor %}</ul>"""


class Pool:
    """Open connections; each request takes one, and a transaction ends with its block."""

    def __init__(self, url: str) -> None:
        self._free: LifoQueue[psycopg.Connection] = LifoQueue()
        for _number in range(CONNECTIONS):
            self._free.put(psycopg.connect(url))

    @contextmanager
    def signed_in(self, slug: str) -> Iterator[tuple[psycopg.Cursor, UUID]]:
        """A cursor at the desk of the cookie's account, which is the other half."""
        connection = self._free.get()
        try:
            with connection.transaction(), connection.cursor() as cursor:
                key = sha256(request.cookies.get("sportelli", "").encode()).digest()
                row = cursor.execute(SESSION, [key, slug]).fetchone() or abort(404)
                account_id, desk_id = row
                cursor.execute(SET_SCOPE, [str(desk_id), str(account_id)])
                yield cursor, account_id
        finally:
            self._free.put(connection)

    def close(self) -> None:
        """Close every connection; none may be in use."""
        while not self._free.empty():
            self._free.get().close()


def create_app(database_url: str) -> Flask:
    """The floor on this database, under the portal's own addresses."""
    app = Flask(__name__)
    pool = app.extensions["pool"] = Pool(database_url)
    found_page = app.jinja_env.from_string(FOUND_PAGE)
    day_page = app.jinja_env.from_string(DAY_PAGE)

    @app.post("/s/<slug>/")
    def search(slug: str) -> str:
        with pool.signed_in(slug) as (cursor, _account_id):
            rows, last = _find(cursor, request.form["q"])
        return _filled(found_page.render(rows=rows, last=last), FOUND_BYTES, len(rows))

    @app.post("/s/<slug>/accessi/nuovo")
    def record(slug: str) -> str:
        today = datetime.now(ROME).date()
        with pool.signed_in(slug) as (cursor, account_id):
            _record(cursor, account_id, today)
            rows = cursor.execute(DAY, [today, MOST_OF_DAY]).fetchall()
        return _filled(day_page.render(rows=rows), DAY_BYTES, len(rows))

    return app


def create_app_from_environment() -> Flask:
    """The floor as gunicorn starts it."""
    return create_app(os.environ["DATABASE_URL"])


def _find(cursor: psycopg.Cursor, typed: str) -> tuple[list[Any], dict[UUID, date]]:
    """The first persons who have every word typed, and the last day on which each came."""
    words = sorted(set(typed.lower().split()))
    beyond = [word + LAST for word in words]
    rows = cursor.execute(FIND, [words, beyond, len(words), MOST_FOUND]).fetchall()
    last = cursor.execute(LAST_VISITS, [[row[0] for row in rows]]).fetchall()
    return rows, dict(last)


def _record(cursor: psycopg.Cursor, account_id: UUID, today: date) -> None:
    visit_id, person_id = uuid4(), UUID(request.form["person_id"])
    topic, token = request.form["topics"], request.form["form_token"]
    cursor.execute(VISIT, [visit_id, person_id, today, account_id, token])
    cursor.execute(ENQUIRY, [visit_id, topic, today, today])
    names, starts, ends = zip(*_periods(today), strict=True)
    values = {"names": list(names), "starts": list(starts), "ends": list(ends)}
    cursor.execute(ROLL_UP, {**values, "topic": topic, "visit": visit_id, "person": person_id})


def _periods(day: date) -> Iterator[tuple[str, date, date]]:
    """The named periods around a day: name, first day, last day."""
    year, month = day.year, day.month
    for name, length in (("-{:02d}", 1), ("-T{}", 3), ("-Q{}", 4), ("-S{}", 6), ("", 12)):
        number = (month - 1) // length + 1
        yield f"{year}{name.format(number)}", *_months(year, (number - 1) * length + 1, length)
    school = year if month >= 9 else year - 1
    yield f"{school}/{school + 1}", *_months(school, 9, 12)


def _months(year: int, month: int, length: int) -> tuple[date, date]:
    """The first day of so many months, and the last."""
    years, beyond = divmod(month - 1 + length, 12)
    return date(year, month, 1), date(year + years, beyond + 1, 1) - timedelta(days=1)


def _filled(page: str, sizes: tuple[int, int], rows: int) -> str:
    """As many bytes as the portal answers with so many rows."""
    bare, each = sizes
    return page.ljust(bare + each * rows)
