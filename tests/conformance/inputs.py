# SPDX-License-Identifier: AGPL-3.0-or-later
"""What nobody types, and every place of the portal into which it can be typed all the same."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from bs4 import BeautifulSoup
from flask.testing import FlaskClient

from tests.conformance.routes import Route
from tests.conformance.sources import ROOT
from tests.pages import form_values

Value = str | bytes
READ = re.compile(r"request\.args\.get\(\s*\"(\w+)\"|\"(\w+)\" in request\.args")
GET_FIELDS = ("prima", "dopo", "periodo", "confronto", "prospetto", "altro", "mostra")
DEEP = "[" * 50_000 + "]" * 50_000
HOSTILE: dict[str, Value] = {
    "long": "x" * 10_000,
    "very long": "x" * 120_000,
    "wide letters": "\U0001f642\u0130\ufb01" * 3_000,
    "many": ", ".join(f"Nome{number} Cognome{number}" for number in range(3_000)),
    "many words": "ab " * 30_000,
    "many lines": "a\n" * 30_000,
    "many ids": " ".join(f"00000000-0000-4000-8000-{number:012}" for number in range(3_000)),
    "NUL": "a\0b",
    "half a letter": "a\ud800b".encode("utf-8", "surrogatepass"),
    "no letters": b"\xff\xfe\x80",
    "huge number": "9" * 5_000,
    "large number": str(2**63),
    "below zero": "-1",
    "no number": "NaN",
    "superscript": "\u00b2",
    "other digits": "\u0663\u0664",
    "no such day": "31/02/2026",
    "day zero": "0/0/0",
    "far day": "99999-99-99",
    "last day": "31/12/9999",
    "first day": "01/01/0001",
    "bad address": "http://[",
    "percent": "%00%ff%ZZ",
    "deep": DEEP,
    "deep pairs": '[["a", ' * 9_000,
    "pairs": '[["a", 1], {"b": null}, 7]',
    "lone surrogate": '[["a\\ud800", "\\udfff\\u0000"]]',
    "NUL in JSON": '[["\\u0000", "\\u0000"]]',
    "huge in JSON": f'[["a", {"9" * 5_000}]]',
    "nothing": "",
    "blanks": " \t\r\n\u00a0\u200b",
    "controls": "".join(chr(number) for number in range(1, 32)),
    "combining": "a" + "\u0301" * 5_000,
    "parentheses": "(" * 5_000 + "a" + ")" * 5_000,
}
HEADERS = {
    "HX-Current-URL": "http://[",
    "Referer": "http://[::1",
    "X-Forwarded-For": "x, y, z",
    "Accept-Language": "it;q=9,,,;",
}


def query_names() -> list[str]:
    """Every name that a view looks for in an address."""
    found = set(GET_FIELDS)
    for path in (ROOT / "portal").rglob("*.py"):
        found |= {one or other for one, other in READ.findall(path.read_text(encoding="utf-8"))}
    return sorted(found)


@dataclass
class Sample:
    """A form as it stands on a page, ready to be spoiled."""

    route: Route
    address: str
    fields: dict[str, Any] = field(default_factory=dict)
    files: tuple[str, ...] = ()

    @property
    def spoilable(self) -> list[str]:
        """Every field but the token, without which nothing else is read."""
        return [name for name in (*self.fields, *self.files) if name != "csrf_token"]

    def spoiled(self, kinds: dict[str, str]) -> dict[str, Any]:
        """The form with hostile values of these kinds in these fields."""
        # All at once they are shorter, or the whole form would be refused for its size alone.
        longest = None if len(kinds) == 1 else 1_000
        wrong = {name: HOSTILE[kind][:longest] for name, kind in kinds.items()}
        return self.fields | {name: self._as_sent(name, value) for name, value in wrong.items()}

    def _as_sent(self, name: str, value: Value) -> Any:
        if name not in self.files:
            return value
        body = value if isinstance(value, bytes) else value.encode()
        return BytesIO(body), "a\u202e/../b.docx"


def samples(
    routes: list[Route], addresses: dict[str, str], browser: FlaskClient, token: str
) -> Iterator[Sample]:
    """The form of each route that takes one, as the pages have it; else what is known of it."""
    forms: dict[str, Sample] = {}
    for route in routes:
        if route.method == "GET":
            page = BeautifulSoup(browser.get(addresses[route.endpoint]).data, "html.parser")
            for form in page.find_all("form", method=re.compile("post", re.I)):
                action = str(form.get("action") or addresses[route.endpoint]).partition("?")[0]
                files = tuple(str(tag["name"]) for tag in form.find_all("input", type="file"))
                buttons = {str(tag["name"]): tag.get("value", "") for tag in form.find_all("button")
                           if tag.get("name")}  # fmt: skip
                forms[action] = Sample(route, action, form_values(form) | buttons, files)
    for route in routes:
        if route.method == "POST":
            address = addresses[route.endpoint]
            sample = forms.get(address.partition("?")[0], Sample(route, address))
            fields = sample.fields | EXTRA.get(route.endpoint, {}) | {"csrf_token": token}
            fields = {name: value for name, value in fields.items() if name not in sample.files}
            yield Sample(route, address, fields, sample.files)


EXTRA: dict[str, dict[str, Any]] = {
    "counter.keep_draft": {
        "page": "/s/lucca/persone/nuova", "fields": '[["family_name", "D"]]', "number": "1",
    },
    "counter.begin": {"q": "", "assign": "", "asked": ""},
    "counter.choose_names": {"nomi": ""},
    "counter.find": {"q": "", "page": "", "use": "", "assign": "", "asked": ""},
    "counter.find_for": {"sought": ""},
    "counter.give": {"person": "", "person_id": "", "version": ""},
    "counter.record": {"use": "", "apart": "", "begins": "1", "person-aliases": "",
                       "person-family_name": "Diallo", "topics": ["CIT"]},
    "counter.show_candidates": {"person-family_name": "Diallo", "person-birth": "", "apart": ""},
    "person_pages.begin": {"q": "", "use": "", "assign": ""},
    "person_pages.search": {"q": "Diallo", "page": "1"},
    "person_pages.read_typed": {"birth": "1990", "citizenship": "", "codice_fiscale": "",
                                "languages": "", "aliases": "", "phone": ""},
    "person_pages.find_merge": {"q": "", "sought": ""},
    "tally.press": {"topic": "CIT"},
    "tally.undo_press": {"visit": ""},
    "reports.build": {"periodo": "2016-S1", "confronto": "", "prospetto": ""},
    "sign_in.resume": {"password": "", "poi": ""},
    "sign_in.open_session": {"email": "a@b.it", "password": "", "poi": ""},
}  # fmt: skip
