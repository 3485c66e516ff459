# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every route, as every identity, for an own, a foreign and an absent row, with htmx and without.

What each should get follows from the tables in routes.py. Refusals come first, on a database that
must stay as it is; who is admitted comes after.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from portal.accounts.rules import SEEN_AGAIN
from portal.core import clock
from tests.conformance import records
from tests.conformance.conftest import Catalogue, ClientOf
from tests.conformance.identities import IDENTITIES, ZOE, Identity, end_memberships, write_account
from tests.conformance.outcomes import ANSWERS, Outcome, Row
from tests.conformance.routes import ENDING, ROUTES, Route, all_routes
from tests.conformance.test_routes import csrf_token, without_chance
from tests.conftest import AtDesk
from tests.pages import PortalClient
from tests.world import ALTRA, CAPANNORI, LUCCA, RETE, Place, World

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")
OTHER_METHOD = {"GET": "POST", "POST": "GET"}
OTHER_PLACE = {LUCCA: CAPANNORI, CAPANNORI: LUCCA, RETE: ALTRA}
REFUSALS = (
    Outcome.WRONG_METHOD,
    Outcome.FORGED,
    Outcome.SIGN_IN,
    Outcome.NOT_THERE,
    Outcome.NOT_ALLOWED,
)
DECLARED = {(method, rule) for method, rule, _permission in ROUTES.values()}


@dataclass(frozen=True)
class Trial:
    """One request of the matrix, and what it should come to."""

    route: Route
    method: str
    address: str
    row: Row
    outcome: Outcome
    has_token: bool = True

    def __str__(self) -> str:
        token = "" if self.has_token else " without its token"
        return f"{self.method} {self.route.rule} ({self.row} row){token}"


def trials_of(identity: Identity) -> Iterator[Trial]:
    """Everything that an identity asks; what takes something away comes last."""
    for route in sorted(all_routes(), key=_turn):
        place = _place(identity, route)
        for row in Row if route.names_a_row else (Row.OWN,):
            address, outcome = _address(route, place, row), route.outcome(identity, place, row)
            yield Trial(route, route.method, address, row, outcome)
        own = _address(route, place, Row.OWN)
        if route.method == "POST":
            forged = route.outcome_without_token(identity, place)
            yield Trial(route, "POST", own, Row.OWN, forged, has_token=False)
        other = OTHER_METHOD[route.method]
        if (other, route.rule) not in DECLARED:
            yield Trial(route, other, own, Row.OWN, Outcome.WRONG_METHOD)


def _turn(route: Route) -> int:
    return ENDING.index(route.endpoint) if route.endpoint in ENDING else -1


def _place(identity: Identity, route: Route) -> Place:
    return RETE if "<network>" in route.rule else identity.asks_at


def _address(route: Route, place: Place, row: Row) -> str:
    # An account's own rows lie where Lucca's would: see write_account().
    here = place if route.at_a_place else LUCCA
    whose = OTHER_PLACE[here] if row is Row.FOREIGN else here
    address = route.address(place, records.AUTHOR[whose], rows_of=whose)
    return UUID.sub(lambda _id: str(uuid4()), address) if row is Row.ABSENT else address


class Asker:
    """The browser of an identity, with htmx or without, and what it saw that it should not."""

    def __init__(self, browser: FlaskClient, catalogue: Catalogue, *, htmx: bool) -> None:
        self._browser = browser
        self._catalogue = catalogue
        self._htmx = htmx
        self._token = csrf_token(browser)
        self._asked: Counter[Outcome] = Counter()
        self.differences: list[str] = []

    def refuse(self, trials: list[Trial], outcome: Outcome) -> None:
        """Ask what must all be refused in this way, with the same bytes and no row changed."""
        before = self._catalogue.hashes()
        seen: defaultdict[tuple[str, bool], set[str]] = defaultdict(set)
        for trial in trials:
            answer = self._ask(trial)
            seen[trial.route.endpoint, trial.has_token].add(_comparable(answer, trial))
        for (endpoint, _has_token), answers in seen.items():
            if len(answers) > 1:
                self.differences.append(f"{endpoint}: {outcome} tells one row from another")
        if self._catalogue.changed_since(before) - ANSWERS[outcome].leaves:
            self._find_changes(trials, outcome)

    def admit(self, trials: list[Trial]) -> None:
        """Ask what is answered. Whoever said «Non ero io» has a session of their own by now."""
        self._token = csrf_token(self._browser)
        for trial in trials:
            self._ask(trial)

    def _ask(self, trial: Trial) -> TestResponse:
        """Ask, and compare with what the tables say."""
        answer = self._send(trial)
        self._asked[trial.outcome] += 1
        wanted = ANSWERS[trial.outcome]
        statuses = wanted.htmx if self._htmx else wanted.page
        leads_to = answer.headers.get("HX-Redirect" if self._htmx else "Location", "")
        if answer.status_code not in statuses or not leads_to.startswith(wanted.leads_to):
            got = f"{answer.status_code} {leads_to}".strip()
            self.differences.append(f"{trial}: {got} instead of {trial.outcome}")
        return answer

    def counts(self) -> dict[str, int]:
        """How many requests came to what, and how many should not have."""
        outcomes = {str(outcome): self._asked[outcome] for outcome in Outcome}
        return {"requests": self._asked.total(), **outcomes, "differences": len(self.differences)}

    def _send(self, trial: Trial) -> TestResponse:
        data = {"csrf_token": self._token} if trial.has_token else {}
        headers = {"HX-Request": "true"} if self._htmx else {}
        if trial.method == "GET":
            return self._browser.get(trial.address, headers=headers)
        return self._browser.post(trial.address, data=data, headers=headers)

    def _find_changes(self, trials: list[Trial], outcome: Outcome) -> None:
        """Something changed: ask each again to say which request does it first, and where."""
        for trial in trials:
            before = self._catalogue.hashes()
            self._send(trial)
            changed = self._catalogue.changed_since(before) - ANSWERS[outcome].leaves
            if changed:
                self.differences.append(f"{trial}: {outcome} changed {sorted(changed)}")
                return
        self.differences.append(f"one of {len(trials)} that were {outcome} changed rows, once")


def _comparable(answer: TestResponse, trial: Trial) -> str:
    """A refusal but for what chance draws and for the ids that the reader typed."""
    headers = [answer.headers.get(name, "") for name in ("Location", "HX-Redirect")]
    said = "\n".join((str(answer.status_code), *headers, without_chance(answer.text)))
    for typed in UUID.findall(trial.address):
        said = said.replace(typed, "id")
    return said


@pytest.fixture
def browser_of(
    twins: World,
    identity: AtDesk,
    at_desk: AtDesk,
    client_of: ClientOf,
    visitor: PortalClient,
    plain: Callable[[PortalClient], FlaskClient],
) -> Callable[[Identity], FlaskClient]:
    """Zoe's browser, after what became of her while she was signed in."""

    def enter(who: Identity) -> FlaskClient:
        write_account(who, identity, at_desk)
        if not who.is_signed_in:
            return plain(visitor)
        browser = plain(client_of(ZOE))
        for home in (f"/s/{who.asks_at.slug}/", f"/s/{who.asks_at.slug}/persone", "/r/rete/"):
            browser.get(home)  # that a place is in use is noted once
        if who.is_locked:
            browser.post("/blocca", data={"csrf_token": csrf_token(browser)})
        end_memberships(who, identity)
        return browser

    return enter


@pytest.mark.parametrize("htmx", [False, True], ids=["page", "htmx"])
@pytest.mark.parametrize("who", IDENTITIES, ids=str)
def test_route_matrix(
    who: Identity,
    htmx: bool,
    browser_of: Callable[[Identity], FlaskClient],
    catalogue: Catalogue,
    record_property: Callable[[str, object], None],
) -> None:
    began = clock.now()
    with clock.stopped_at(began):
        browser = browser_of(who)
    # Later than what is written, and too soon to write again when the session was last used.
    with clock.stopped_at(began + SEEN_AGAIN / 2):
        asker = Asker(browser, catalogue, htmx=htmx)
        trials = list(trials_of(who))
        for outcome in Outcome:
            chosen = [trial for trial in trials if trial.outcome is outcome]
            if outcome in REFUSALS:
                asker.refuse(chosen, outcome)
            else:
                asker.admit(chosen)
    record_property("sum of route matrix", asker.counts())
    assert not asker.differences, "\n".join(asker.differences)
