# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is measured: typing in the box, and recording a visit of a known person.

Requests are made from the portal's own pages, so that they carry whatever its forms carry.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from random import Random
from urllib.parse import urlencode
from urllib.request import Request, urlopen
from uuid import UUID, uuid4

import psycopg
from bs4 import BeautifulSoup

from portal.accounts.rules import key_hash
from tests.pages import form_values

SEED = 11
FRAGMENTS = 60
PEOPLE = 40
HTMX = {"Content-Type": "application/x-www-form-urlencoded", "HX-Request": "true"}
TOKEN = "form_token"
Read = Callable[[str], str]
"""A page by its path."""
SIGN_IN = """
INSERT INTO login_session (token_hash, account_id, created_at, seen_at)
VALUES (%s, %s, now(), now())
ON CONFLICT (token_hash) DO UPDATE SET created_at = now(), seen_at = now()
"""
WORDS = """
SELECT token FROM person_token WHERE desk_id = %s AND kind = 'w' AND token ~ '^[a-z]{6,}$'
ORDER BY md5(person_id::text || token) LIMIT %s
"""
KNOWN = "SELECT id FROM person WHERE desk_id = %s ORDER BY md5(id::text) LIMIT %s"


@dataclass(frozen=True)
class Desk:
    """A desk that is measured, and the cookie of its operator."""

    id: UUID
    slug: str
    account_id: UUID
    key: str

    @property
    def cookie(self) -> str:
        return f"sportelli={self.key}"


@dataclass(frozen=True)
class Asked:
    """One request of the portal."""

    path: str
    fields: Mapping[str, list[str]]
    headers: Mapping[str, str]

    def body(self) -> bytes:
        """The form as it is sent, each time with a token that no form had before."""
        fields = dict(self.fields)
        if TOKEN in fields:
            fields[TOKEN] = [str(uuid4())]
        return urlencode(fields, doseq=True).encode()


def signed_in(connection: psycopg.Connection, slug: str) -> Desk:
    """The desk of this slug, with its operator signed in under a known key."""
    row = connection.execute(
        "SELECT desk.id, account_id FROM desk JOIN membership ON desk_id = desk.id WHERE slug = %s",
        [slug],
    ).fetchone()
    assert row is not None, f"no desk {slug}"
    desk = Desk(row[0], slug, row[1], (slug.replace("-", "") + "0" * 43)[:43])
    sign_in_again(connection, desk)
    return desk


def sign_in_again(connection: psycopg.Connection, desk: Desk) -> None:
    """A session just used, so that no request has to write that it was."""
    connection.execute(SIGN_IN, [key_hash(desk.key), desk.account_id])


def page_reader(port: int, desk: Desk) -> Read:
    """Reads the pages of a portal as the operator of a desk."""

    def read(path: str) -> str:
        request = Request(f"http://127.0.0.1:{port}{path}", headers={"Cookie": desk.cookie})
        with urlopen(request, timeout=60) as answer:  # noqa: S310
            return str(answer.read().decode())

    return read


def searches(connection: psycopg.Connection, read: Read, desk: Desk) -> list[Asked]:
    """The box with the beginnings of names of the desk in it, three to six letters."""
    form = _form(read, f"/s/{desk.slug}/", "q")
    headers = HTMX | {"Cookie": desk.cookie, "HX-Target": "found"}
    words = connection.execute(WORDS, [desk.id, FRAGMENTS]).fetchall()
    draw = Random(SEED)
    typed = [word[: draw.randint(3, 6)] for (word,) in words]
    return [Asked(form.path, {**form.fields, "q": [text]}, headers) for text in typed]


def intakes(connection: psycopg.Connection, read: Read, desk: Desk) -> list[Asked]:
    """A visit of a known person with one enquiry; the answer is the counter with the day."""
    known = connection.execute(KNOWN, [desk.id, PEOPLE]).fetchall()
    return [_intake(read, desk, person_id) for (person_id,) in known]


def _intake(read: Read, desk: Desk, person_id: UUID) -> Asked:
    form = _form(read, f"/s/{desk.slug}/accessi/nuovo?persona={person_id}", "person_id")
    assert form.fields["person_id"] == [str(person_id)]
    fields = {**form.fields, "topics": ["SOG-RIN"]}
    headers = HTMX | {"Cookie": desk.cookie, "HX-Target": "counter"}
    return replace(form, fields=fields, headers=headers)


def _form(read: Read, url: str, field: str) -> Asked:
    """The form of a page that has this field, as it stands."""
    page = BeautifulSoup(read(url), "html.parser")
    found = page.select_one(f"form:has([name={field}])")
    assert found is not None, f"no form with {field} in {url}"
    path = re.sub(r"^https?://[^/]+", "", str(found.get("action") or url.partition("?")[0]))
    return Asked(path, form_values(found), {})
