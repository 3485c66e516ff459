# SPDX-License-Identifier: AGPL-3.0-or-later
"""Operators who save at the counter in browsers of their own, and what each of them was told.

The notebook is the oracle: it is kept outside whatever is killed. An operator sends the same form
again when no answer comes, or when the portal says that it is away, as a reload does.
"""

import re
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPMessage
from random import Random
from typing import Any
from urllib.parse import urlencode

import psycopg
from bs4 import BeautifulSoup, Tag

from tests.conformance.test_routes import HEADERS
from tests.pages import form_values
from tests.trust.web import HOST
from tests.world import PASSWORD, Someone, World

AT_WORK = 4
TRIES = 5
MOST_LOOKS = 300
PATIENCE_SECONDS = 30
PAUSE_SECONDS = 0.4
LONGEST_SAVE_SECONDS = 0.08
AWAY = "<h1>Il servizio non risponde</h1>"
VISIT, NEWCOMER, PRESS = (
    "/s/lucca/accessi/nuovo",
    "/s/lucca/accessi/nuovo?nuova=1",
    "/s/lucca/conteggio",
)

HALF = {
    "visits without enquiries": """SELECT count(*) FROM visit
        WHERE NOT EXISTS (SELECT FROM enquiry WHERE visit_id = visit.id)""",
    "persons without a visit": """SELECT count(*) FROM person
        WHERE NOT EXISTS (SELECT FROM visit WHERE person_id = person.id)""",
    "visits that no figure tells of": """SELECT (SELECT count(*) FROM visit)
        - (SELECT sum(visits) FROM figure WHERE length(period) = 4)""",
    "enquiries that no figure tells of": """SELECT (SELECT count(*) FROM enquiry)
        - (SELECT sum(number::int) FROM figure, jsonb_each_text(topics) AS topic (code, number)
           WHERE length(period) = 4)""",
    "visits without a trace": """SELECT count(*) FROM visit WHERE NOT EXISTS (
        SELECT FROM audit_event WHERE audit_event.subject_id = visit.id)""",
}
"""What a save leaves behind that was not carried out whole: each is a number that must be 0."""


@dataclass
class Answer:
    status: int
    headers: HTTPMessage
    html: str

    def is_ours(self) -> bool:
        """One of the portal's own answers, whole, with its headers; never a bare page."""
        if any(self.headers[name] != value for name, value in HEADERS.items()):
            return False
        if self.status == 503:
            return bool(self.headers["Retry-After"]) and AWAY in self.html
        return self.status < 500

    def leads_to(self, path: str) -> bool:
        return self.status == 303 and str(self.headers["Location"]).startswith(path)


@dataclass
class Notebook:
    """What the operators sent and were told."""

    sent: set[str] = field(default_factory=set)
    acknowledged: set[str] = field(default_factory=set)
    told: Counter[str] = field(default_factory=Counter)
    bare: list[str] = field(default_factory=list)
    answered_at: list[float] = field(default_factory=list)
    saved_at: list[float] = field(default_factory=list)
    posted_at: list[float] = field(default_factory=list)

    def seconds_without_answer(self, since: float) -> float:
        return next(at for at in self.answered_at if at > since) - since

    def seconds_without_save(self, since: float) -> float:
        return next(at for at in self.saved_at if at > since) - since

    def wait_for_saves(self, number: int = 1, *, seconds: float = 60) -> None:
        """Until so many more were acknowledged."""
        wanted, end = len(self.saved_at) + number, time.monotonic() + seconds
        while len(self.saved_at) < wanted:
            assert time.monotonic() < end, f"{self.told} in {seconds} s: {self.bare[:3]}"
            time.sleep(0.01)

    def wait_for_post(self, random: Random) -> None:
        """Until somebody has sent a form, and as long as the portal may be saving it."""
        before, end = len(self.posted_at), time.monotonic() + PATIENCE_SECONDS
        while len(self.posted_at) == before and time.monotonic() < end:
            time.sleep(0.001)
        time.sleep(random.uniform(0, LONGEST_SAVE_SECONDS))

    def assert_nothing_lost(self, database_url: str) -> str:
        """Each acknowledged save is there once, none twice, none in part; in words."""
        question = "SELECT form_token::text, count(*) FROM visit GROUP BY 1"
        with psycopg.connect(database_url) as connection:
            found = dict(connection.execute(question).fetchall())
            half = {what: connection.execute(ask).fetchall()[0][0] for what, ask in HALF.items()}
        lost = len(self.acknowledged - found.keys())
        double = sum(count > 1 for count in found.values())
        unheard = len(found.keys() - self.acknowledged)
        assert self.acknowledged
        assert found.keys() <= self.sent
        wrong = {"lost": lost, "double": double, "bare": len(self.bare)} | half
        assert not any(wrong.values()), f"{wrong} {self.bare[:3]}"
        return (
            f"{len(self.acknowledged)} acknowledged, 0 lost, 0 double, 0 in part, 0 bare pages"
            f" ({self.told['broken']} lines broken, {self.told['503']} times «non risponde»,"
            f" {unheard} saved unheard)"
        )


class SignedOut(Exception):
    """The portal asks who this is."""


class WorkIsOver(Exception):
    """The block has ended, whatever the operator was waiting for."""


class Browser:
    """One without JavaScript, whose answers are all noted."""

    def __init__(self, port: int, notebook: Notebook, who: Someone, over: threading.Event) -> None:
        self._port, self._notes, self._who, self._over = port, notebook, who, over
        self._cookie = ""

    def sign_in(self) -> None:
        """Anew, whatever it takes, as one does who has to work."""
        answer, self._cookie = None, ""
        while answer is None or not answer.leads_to("/"):
            typed = {"email": self._who.email, "password": PASSWORD}
            answer = self.ask("/accedi", self.form("/accedi", "form:has([name=password])") | typed)
            self.pause()

    def pause(self) -> None:
        if self._over.wait(PAUSE_SECONDS):
            raise WorkIsOver

    def form(self, address: str, selector: str) -> dict[str, Any]:
        """The fields of a form on a page, asked for until it comes."""
        for _try in range(MOST_LOOKS):
            answer = self.ask(address)
            if answer is not None and answer.status == 200:
                page = BeautifulSoup(answer.html, "html.parser")
                form = page.select_one(f"main {selector}")
                assert isinstance(form, Tag), address
                return form_values(form)
            if answer is not None and answer.leads_to("/accedi"):
                raise SignedOut
            self.pause()
        raise AssertionError(f"{address} never came")

    def ask(self, address: str, form: dict[str, Any] | None = None) -> Answer | None:
        """The answer, judged; none when the line broke."""
        line = HTTPConnection(HOST, self._port, timeout=PATIENCE_SECONDS)
        headers = {"Cookie": self._cookie, "Content-Type": "application/x-www-form-urlencoded"}
        body = urlencode(form, doseq=True) if form else None
        if form:
            self._notes.posted_at.append(time.monotonic())
        try:
            line.request("POST" if form else "GET", address, body=body, headers=headers)
            got = line.getresponse()
            answer = Answer(got.status, got.headers, got.read().decode())
        except (OSError, HTTPException):
            self._notes.told["broken"] += 1
            return None
        finally:
            line.close()
        self._note(answer, address)
        return answer

    def _note(self, answer: Answer, address: str) -> None:
        self._notes.answered_at.append(time.monotonic())
        self._notes.told[str(answer.status)] += 1
        if not answer.is_ours():
            self._notes.bare.append(f"{address}: {answer.status} {answer.html[:300]}")
        for given in answer.headers.get_all("Set-Cookie") or ():
            if found := re.match(r"sportelli=[^;]+", given):
                self._cookie = found[0]


class Operator(Browser):
    """Bruno, once in each browser that he has open."""

    def __init__(self, port: int, notebook: Notebook, over: threading.Event, seed: int) -> None:
        super().__init__(port, notebook, World().bruno, over)
        self._random = Random(seed)

    def work(self) -> None:
        with suppress(WorkIsOver):
            self.sign_in()
            while not self._over.is_set():
                try:
                    self._save()
                except SignedOut:
                    self._notes.told["signed out"] += 1
                    self.sign_in()

    def _save(self) -> None:
        address = self._random.choice((VISIT, NEWCOMER, PRESS))
        form = self.form(address, "form:has([name=form_token])")
        token = str(form["form_token"][0])
        self._notes.sent.add(token)
        sent = form | self._typed(address)
        for _try in range(TRIES):
            answer = self.ask(address.partition("?")[0], sent)
            if answer is not None and answer.status != 503:
                self._hear(answer, token)
                return
            self.pause()
        self._notes.told["given up"] += 1

    def _hear(self, answer: Answer, token: str) -> None:
        if answer.leads_to("/s/lucca/"):
            self._notes.acknowledged.add(token)
            self._notes.saved_at.append(time.monotonic())
        elif answer.leads_to("/accedi"):
            raise SignedOut
        else:
            self._notes.told[f"refused {answer.status}"] += 1

    def _typed(self, address: str) -> dict[str, Any]:
        if address == PRESS:
            return {"topic": "CIT"}
        if address == VISIT:
            return {"topics": ["CIT", "FAM-RIC"]}
        # Names that resemble nobody: the desk would ask whether it is one it knows.
        family, given = ("".join(self._random.choices("bcdfglmnprstvz", k=12)) for _name in "fg")
        return {"topics": ["CIT"], "person-family_name": family, "person-given_name": given}


@contextmanager
def at_work(port: int, *, seed: int = 0) -> Iterator[Notebook]:
    """So many operators save all the time during the block."""
    notebook, over = Notebook(), threading.Event()
    with ThreadPoolExecutor(AT_WORK) as pool:
        seeds = range(seed * AT_WORK, (seed + 1) * AT_WORK)
        operators = [Operator(port, notebook, over, one) for one in seeds]
        working = [pool.submit(operator.work) for operator in operators]
        try:
            notebook.wait_for_saves(2 * AT_WORK)
            yield notebook
        finally:
            over.set()
    for work in working:
        work.result()
