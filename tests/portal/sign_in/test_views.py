# SPDX-License-Identifier: AGPL-3.0-or-later
"""Signing in: equal answers, one hash, both limits, and no way out of the portal."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Thread
from typing import Any

import pytest
from argon2 import PasswordHasher
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import select, update

from portal.accounts.limits import LIMITS, Act, bucket_of
from portal.accounts.models import Account, SecurityEvent, UseCount
from portal.core import clock
from portal.core.store.database import db
from tests.conftest import AtDesk
from tests.pages import PortalClient
from tests.world import PASSWORD, World

WRONG = "E-mail o password non corrette."
PER_ACCOUNT = LIMITS[Act.TRY_OF_ACCOUNT].uses
TOO_MANY = "Troppi tentativi. Riprova fra 5 minuti."
NOON = datetime(2026, 10, 12, 12, tzinfo=UTC)


def sign_in(client: PortalClient, email: str, password: str = PASSWORD, **more: Any) -> Any:
    return client.submit("/accedi", {"email": email, "password": password}, **more)


def without_what_was_typed(html: str) -> str:
    """The page without its tokens and without the address, which the field shows again."""
    soup = BeautifulSoup(html, "html.parser")
    for name in ("csrf_token", "form_token", "email"):
        for field in soup.find_all("input", attrs={"name": name}):
            del field["value"]
    return str(soup)


def test_the_right_password_opens_the_desk(visitor: PortalClient, world: World) -> None:
    answer = sign_in(visitor, " BRUNO@sportelli.example")
    assert (answer.status_code, answer.location) == (303, "/")
    assert visitor.get("/").location == "/s/lucca/"
    assert visitor.get("/s/lucca/").status_code == 200


def test_the_page_that_was_asked_for_opens_after_signing_in(
    visitor: PortalClient, world: World
) -> None:
    sent = visitor.get("/s/lucca/persone")
    assert (sent.status_code, sent.location) == (303, "/accedi?poi=/s/lucca/persone")
    answer = visitor.submit(sent.location, {"email": world.bruno.email, "password": PASSWORD})
    assert answer.location == "/s/lucca/persone"


def test_every_failure_has_the_same_answer(
    app: Flask, identity: AtDesk, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with identity():
        off = {"disabled_at": clock.now()}
        db.session.execute(update(Account).where(Account.id == world.carla.id).values(**off))
        new = {"password_hash": None}
        db.session.execute(update(Account).where(Account.id == world.dario.id).values(**new))
    hashed: list[str] = []
    verify = PasswordHasher.verify

    def counted(self: PasswordHasher, stored: str, password: str) -> bool:
        hashed.append(stored)
        return verify(self, stored, password)

    monkeypatch.setattr(PasswordHasher, "verify", counted)
    answers = set()
    tries = [
        (world.bruno.email, "una password sbagliata"),
        ("nobody@sportelli.example", PASSWORD),
        (world.carla.email, PASSWORD),
        (world.dario.email, PASSWORD),
        (world.bruno.email, ""),
        ("", ""),
        ("x" * 5000 + "@\0", "y" * 5000),
    ]
    for number, (email, password) in enumerate(tries, 1):
        client: Any = app.test_client()
        answer = sign_in(client, email, password)
        answers.add((answer.status_code, without_what_was_typed(answer.text)))
        assert len(hashed) == number
        assert client.get("/s/lucca/").status_code == 303
    assert len(answers) == 1
    ((status, html),) = answers
    assert status == 422
    assert WRONG in html
    assert "y" * 20 not in html


def test_an_account_stops_answering_after_five_failures(
    visitor: PortalClient, app: Flask, world: World
) -> None:
    with clock.stopped_at(NOON):
        for _number in range(PER_ACCOUNT):
            assert sign_in(visitor, world.bruno.email, "sbagliata").status_code == 422
        stopped = sign_in(visitor, world.bruno.email)
        assert (stopped.status_code, TOO_MANY in stopped.text) == (429, True)
        assert sign_in(visitor, "BRUNO@sportelli.example").status_code == 429
        assert sign_in(app.test_client(), world.anna.email).status_code == 303
    with clock.stopped_at(NOON + timedelta(minutes=5)):
        assert sign_in(visitor, world.bruno.email).status_code == 303


def test_a_password_does_not_age(visitor: PortalClient, world: World) -> None:
    with clock.stopped_at(NOON + timedelta(days=3650)):
        assert sign_in(visitor, world.bruno.email).location == "/"


def test_an_unknown_account_stops_like_a_known_one(visitor: PortalClient, world: World) -> None:
    for _number in range(PER_ACCOUNT):
        assert sign_in(visitor, "nobody@sportelli.example").status_code == 422
    assert sign_in(visitor, "nobody@sportelli.example").status_code == 429


def test_an_address_stops_answering_after_thirty_failures(
    app: Flask, visitor: PortalClient, world: World
) -> None:
    here = {"REMOTE_ADDR": "192.0.2.7"}
    page = visitor.get("/accedi")
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)', page.text)
    assert token
    for number in range(LIMITS[Act.TRY_FROM_ADDRESS].uses):
        form = {"email": f"n{number}@x.it", "password": "no", "csrf_token": token[1]}
        assert visitor.post("/accedi", data=form, environ_base=here).status_code == 422
    stopped = sign_in(visitor, world.bruno.email, environ_base=here)
    assert (stopped.status_code, TOO_MANY in stopped.text) == (429, True)
    elsewhere = sign_in(visitor, world.bruno.email, environ_base={"REMOTE_ADDR": "192.0.2.8"})
    assert elsewhere.status_code == 303


def test_success_forgives_the_failures_before_it(
    visitor: PortalClient, identity: AtDesk, world: World
) -> None:
    for _number in range(PER_ACCOUNT - 1):
        sign_in(visitor, world.bruno.email, "sbagliata")
    assert sign_in(visitor, world.bruno.email).status_code == 303
    with visitor.application.app_context(), identity():
        account = bucket_of(Act.TRY_OF_ACCOUNT, world.bruno.email)
        assert db.session.get(UseCount, account) is None
        counts = db.session.scalars(select(UseCount.uses)).all()
        assert counts == [PER_ACCOUNT - 1]


def test_simultaneous_tries_do_not_pass_the_limit_together(app: Flask, world: World) -> None:
    statuses: list[int] = []

    def attempt() -> None:
        client: Any = app.test_client()
        statuses.append(sign_in(client, world.bruno.email, "sbagliata").status_code)

    threads = [Thread(target=attempt) for _number in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [422] * 5 + [429] * 5


def test_a_planted_key_opens_nothing(visitor: PortalClient, app: Flask, world: World) -> None:
    planted = "p" * 43
    visitor.set_cookie("sportelli", planted)
    assert sign_in(visitor, world.bruno.email).status_code == 303
    assert visitor.get_cookie("sportelli").value != planted
    thief: Any = app.test_client()
    thief.set_cookie("sportelli", planted)
    assert thief.get("/s/lucca/").status_code == 303


def test_signing_in_again_ends_the_session_before(
    client_of: Callable, app: Flask, world: World
) -> None:
    bruno = client_of(world.bruno)
    before = bruno.get_cookie("sportelli").value
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)', bruno.get("/conto").text)
    assert token
    form = {"email": world.anna.email, "password": PASSWORD, "csrf_token": token[1]}
    assert bruno.post("/accedi", data=form).status_code == 303
    replayed: Any = app.test_client()
    replayed.set_cookie("sportelli", before)
    assert replayed.get("/conto").status_code == 303
    assert world.anna.name in bruno.get("/conto").text


def test_sign_ins_and_failures_are_written_down(
    visitor: PortalClient, identity: AtDesk, world: World
) -> None:
    sign_in(visitor, world.bruno.email, "sbagliata")
    sign_in(visitor, "nobody@sportelli.example")
    sign_in(visitor, world.bruno.email)
    with identity():
        events = select(SecurityEvent.kind, SecurityEvent.subject_id).order_by(SecurityEvent.at)
        assert [tuple(row) for row in db.session.execute(events)] == [
            ("sign_in_failed", world.bruno.id),
            ("sign_in_failed", None),
            ("signed_in", world.bruno.id),
        ]


def test_a_hash_with_old_parameters_is_renewed(
    visitor: PortalClient, identity: AtDesk, world: World
) -> None:
    old = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
    chosen = update(Account).where(Account.id == world.bruno.id)
    with identity():
        db.session.execute(chosen.values(password_hash=old))
    assert sign_in(visitor, world.bruno.email).status_code == 303
    with identity():
        stored = db.session.get(Account, world.bruno.id)
        assert stored is not None
        assert "m=19456,t=2,p=1" in str(stored.password_hash)
    assert sign_in(visitor.application.test_client(), world.bruno.email).status_code == 303


ELSEWHERE = [
    "https://evil.example/s/lucca/",
    "http:evil.example",
    "https:/evil.example",
    "//evil.example",
    "///evil.example",
    "//evil.example/s/lucca/",
    "/\\evil.example",
    "\\\\evil.example",
    "\\/evil.example",
    "/s/lucca/\\evil",
    "/s//evil.example",
    "/s/lucca//evil.example",
    "/%2f%2fevil.example",
    "/s/lucca/%0d%0aLocation:%20https://evil.example",
    "/s/lucca/\r\nLocation: https://evil.example",
    "/s/lucca/\tx",
    "/s/lucca/../../evil",
    "/s/lucca/?q=1",
    "/s/lucca/?",
    "/s/lucca/?giorno=2026-01-31#x",
    "/s/lucca/?giorno=//evil.example%0d%0aX:1",
    "/s/lucca/?giorno=" + "1" * 61,
    "/s/lucca/?giorno=1&_external=1",
    "/s/lucca/?desk=capannori",
    "/s/capannori/?giorno=2026-01-31",
    "/s/lucca/#x",
    "/s/lucca@evil.example",
    "@evil.example",
    "evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    " /s/lucca/",
    "/s/lucca/\u2028",
    "/s/lucca。evil.example",
    "/ｓ/lucca/",
    "/s/lucca/persone\n",
    "/s/lucca/nothing/here",
    "/s/capannori/",
    "/r/rete/",
    "/static/portal.css",
    "/accedi",
    "/esci",
    "/conto/password",
    "/s/lucca",
    "/s/" + "a" * 400 + "/",
    "",
]


def test_signing_in_leads_only_to_own_pages(
    client_of: Callable, visitor: PortalClient, world: World
) -> None:
    led: dict[str, str | None] = {}
    page = visitor.soup("/accedi")
    token = page.find("input", attrs={"name": "csrf_token"})["value"]
    key = visitor.get_cookie("sportelli").value
    for wanted in [*ELSEWHERE, "/s/lucca/persone", "/s/lucca/", "/conto"]:
        visitor.set_cookie("sportelli", key)
        form = {"email": world.bruno.email, "password": PASSWORD, "csrf_token": token}
        answer = visitor.post("/accedi", data={**form, "poi": wanted})
        assert answer.status_code == 303, wanted
        led[wanted] = answer.location
    own = {wanted: led.pop(wanted) for wanted in ("/s/lucca/persone", "/s/lucca/", "/conto")}
    assert all(wanted == location for wanted, location in own.items())
    assert {wanted for wanted, location in led.items() if location != "/"} == set()


def test_an_expired_session_is_said(visitor: PortalClient, world: World) -> None:
    assert "La sessione è scaduta" in visitor.get("/accedi?scaduta=1").text
    assert "La sessione è scaduta" not in visitor.get("/accedi").text


def test_a_forgotten_password_has_a_way_out(visitor: PortalClient, world: World) -> None:
    assert "/password-dimenticata" in visitor.get("/accedi").text
    assert "responsabile del tuo sportello" in visitor.get("/password-dimenticata").text
