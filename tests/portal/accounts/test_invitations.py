# SPDX-License-Identifier: AGPL-3.0-or-later
"""A place is offered to an address, and is its owner's once they accept: by letter or by code."""

import re
from collections.abc import Callable
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from portal.accounts.models import Account, Invitation, Membership, SecurityEvent
from portal.accounts.rules import INVITATION
from portal.core import clock
from portal.core.store.database import db
from portal.core.store.tenancy import identity_scope
from portal.core.store.unit import unit_of_work
from tests.conftest import AtDesk
from tests.pages import PortalClient
from tests.portal.accounts.doors import (
    NEW,
    accept,
    begin,
    code_in,
    enter,
    invite,
    key_to,
    letters_to,
    new_browser,
    press_on,
    show,
    sign_in,
)
from tests.sink import Sink
from tests.world import PASSWORD, Someone, World

ClientOf = Callable[[Someone], PortalClient]
Work = Callable[[], None]
GINA = "gina@comune.example"
OVER = "non vale, o non vale più"


@pytest.fixture
def promote(identity: AtDesk) -> Callable[[Someone], None]:
    """Let somebody invite at their desk."""

    def change(one: Someone) -> None:
        with identity():
            held = select(Membership).where(Membership.account_id == one.id)
            db.session.scalars(held).one().role = "manager"

    return change


# Who is who


def test_an_address_taken_before_its_owner_gives_no_right_of_another_desk(
    app: Flask, client_of: ClientOf, promote: Callable, sink: Sink, work: Work, world: World,
    settings_of: Callable,
) -> None:  # fmt: skip
    """Anna of Lucca takes Gina's address with a code of her own; Capannori then invites Gina."""
    settings_of(smtp_url=None)
    thief = new_browser(app)
    assert begin(thief, code_in(invite(client_of(world.anna)))).status_code == 303
    settings_of(smtp_url=sink.url)
    promote(world.dario)
    invite(client_of(world.dario), "capannori")
    work()
    assert thief.get("/s/capannori/").status_code == 404, "a grant waits for its owner"
    gina = new_browser(app)
    assert begin(gina, key_to(sink, GINA), "il mio gatto è rosso").status_code == 303
    assert [gina.get(f"/s/{desk}/").status_code for desk in ("capannori", "lucca")] == [200, 200]
    assert thief.get("/s/lucca/").status_code == 303, "signed out"
    assert sign_in(thief, GINA, NEW).status_code == 422
    assert thief.get("/s/capannori/").status_code == 303


def test_without_letters_the_owner_of_an_address_is_not_locked_out_by_who_took_it(
    app: Flask, client_of: ClientOf, promote: Callable, world: World
) -> None:
    """Each code opens one desk, in the account of whoever typed it."""
    promote(world.dario)
    thief, gina = new_browser(app), new_browser(app)
    assert begin(thief, code_in(invite(client_of(world.anna)))).status_code == 303
    theirs = code_in(invite(client_of(world.dario), "capannori"))
    assert begin(gina, theirs, "il mio gatto è rosso").status_code == 303
    assert [gina.get(f"/s/{desk}/").status_code for desk in ("capannori", "lucca")] == [200, 404]
    assert [thief.get(f"/s/{desk}/").status_code for desk in ("capannori", "lucca")] == [404, 200]
    for browser, password in ((thief, NEW), (gina, "il mio gatto è rosso")):
        assert sign_in(new_browser(app), GINA, password).status_code == 303
        assert browser.get("/conto").status_code == 200


def test_who_proves_an_address_gets_what_was_given_to_it(
    app: Flask, client_of: ClientOf, promote: Callable, sink: Sink, work: Work, world: World,
    settings_of: Callable,
) -> None:  # fmt: skip
    """Two accounts of one address, one for each code, until one of them reads a letter."""
    settings_of(smtp_url=None)
    promote(world.dario)
    thief, gina = new_browser(app), new_browser(app)
    begin(thief, code_in(invite(client_of(world.anna))))
    begin(gina, code_in(invite(client_of(world.dario), "capannori")), "il mio gatto è rosso")
    settings_of(smtp_url=sink.url)
    typed = {"indirizzo-email": GINA, "indirizzo-current": "il mio gatto è rosso"}
    assert gina.submit("/conto", typed, action="/conto/indirizzo").status_code == 303
    work()
    key, confirm = key_to(sink, GINA), "/conto/indirizzo/conferma"
    assert gina.submit("/conto/indirizzo", {"key": key}, action=confirm).status_code == 303
    assert [gina.get(f"/s/{desk}/").status_code for desk in ("capannori", "lucca")] == [200, 200]
    assert thief.get("/conto").status_code == 303, "signed out"
    assert sign_in(thief, GINA, NEW).status_code == 422


@pytest.mark.parametrize("by_letter", [False, True])
def test_two_desks_invite_the_same_new_mediator(
    by_letter: bool, app: Flask, client_of: ClientOf, promote: Callable, sink: Sink, work: Work,
    world: World, settings_of: Callable,
) -> None:  # fmt: skip
    settings_of(smtp_url=sink.url if by_letter else None)
    promote(world.dario)
    answers = [invite(client_of(world.anna)), invite(client_of(world.dario), "capannori")]
    work()
    keys = [found for text in letters_to(sink, GINA) for found in [text.split("#")[1][:24]]]
    keys = keys if by_letter else [code_in(answer) for answer in answers]
    gina = new_browser(app)
    assert begin(gina, keys[0]).status_code == 303
    assert accept(gina, keys[1], "una password che non è").status_code == 422
    assert gina.get("/s/capannori/").status_code == 404
    assert accept(gina, keys[1], NEW).status_code == 303
    assert [gina.get(f"/s/{desk}/").status_code for desk in ("lucca", "capannori")] == [200, 200]
    press(client_of(world.anna), "togli", gina_id(app))
    assert [gina.get(f"/s/{desk}/").status_code for desk in ("lucca", "capannori")] == [404, 200]


def test_what_one_desk_removes_leaves_the_invitation_of_another(
    app: Flask, client_of: ClientOf, promote: Callable, world: World
) -> None:
    promote(world.dario)
    gina = new_browser(app)
    begin(gina, code_in(invite(client_of(world.anna))))
    waiting = code_in(invite(client_of(world.dario), "capannori"))
    press(client_of(world.anna), "togli", gina_id(app))
    assert gina.get("/conto").status_code == 200, "still signed in"
    assert accept(gina, waiting, NEW).status_code == 303
    assert gina.get("/s/capannori/").status_code == 200


def test_no_code_lets_a_manager_act_as_somebody_who_is_in(
    app: Flask, client_of: ClientOf, identity: AtDesk, world: World
) -> None:
    anna = client_of(world.anna)
    assert "Nuovo codice" not in anna.get("/s/lucca/operatori").text
    assert invite(anna, email=world.bruno.email, role="operator").status_code == 422
    with identity():
        assert db.session.scalars(select(Invitation)).all() == []


def test_who_handed_a_code_over_is_written_where_the_desk_reads_it(
    app: Flask, client_of: ClientOf, identity: AtDesk, world: World
) -> None:
    anna = client_of(world.anna)
    begin(new_browser(app), code_in(invite(anna)))
    with identity():
        made = select(SecurityEvent).where(SecurityEvent.kind == "key_made")
        assert db.session.scalars(made).one().actor_id == world.anna.id
        given = select(SecurityEvent).where(SecurityEvent.kind == "role_given")
        event = db.session.scalars(given).one()
        assert event.subject_id == event.actor_id == db.session.scalar(ids_of(GINA))
    log = anna.get("/s/lucca/operatori/registro").text
    for words in ("consegnato a mano", "Invito accettato", "Anna Bianchi", GINA):
        assert words in log


@pytest.mark.parametrize("by_letter", [False, True])
def test_a_known_address_is_answered_like_a_new_one(
    by_letter: bool, app: Flask, client_of: ClientOf, sink: Sink, work: Work, world: World,
    settings_of: Callable,
) -> None:  # fmt: skip
    """At the manager's form, and on the page that the key opens."""
    settings_of(smtp_url=sink.url if by_letter else None)
    pages = []
    for email in (world.dario.email, GINA):
        answer = invite(client_of(world.anna), email=email)
        work()
        key = key_to(sink, email) if by_letter else code_in(answer)
        shown = show(new_browser(app), key)
        pages.append([answer.status_code, answer.location, plain(shown.text, key)])
        if not by_letter:
            assert begin(new_browser(app), key).status_code == 303, "both ways in are open"
    assert pages[0] == pages[1]


def plain(html: str, key: str) -> str:
    """Without what is drawn by lot."""
    html = html.replace(key, "")
    return re.sub(r'(name="[a-z-]*(?:csrf_token|form_token)"[^>]*value=")[^"]*', r"\1", html)


# The key


def test_a_key_is_made_when_its_letter_is_written_and_only_its_hash_is_stored(
    app: Flask, client_of: ClientOf, identity: AtDesk, sink: Sink, work: Work, world: World
) -> None:
    invite(client_of(world.anna))
    with identity():
        assert db.session.scalars(select(Invitation.key_hash)).one() is None
    work()
    key = key_to(sink, GINA)
    with identity():
        stored = db.session.scalars(select(Invitation.key_hash)).one()
    assert stored is not None
    assert key.encode() not in stored
    assert f"/invito#{key}" in letters_to(sink, GINA)[0]


def test_a_second_letter_withdraws_the_first(
    app: Flask, client_of: ClientOf, sink: Sink, work: Work, world: World
) -> None:
    anna = client_of(world.anna)
    invite(anna)
    work()
    first = key_to(sink, GINA)
    page = anna.soup("/s/lucca/operatori")
    again = next(form for form in page.select("form") if "lettera" in form["action"])
    assert anna.post(again["action"], data={"csrf_token": token(anna)}).status_code == 303
    work()
    assert OVER in show(new_browser(app), first).text
    assert begin(new_browser(app), key_to(sink, GINA)).status_code == 303


def test_a_double_click_sends_one_letter(
    client_of: ClientOf, sink: Sink, work: Work, world: World
) -> None:
    anna = client_of(world.anna)
    assert [invite(anna).status_code for _click in "ab"] == [303, 303]
    work()
    assert len(letters_to(sink, GINA)) == 1


def test_a_code_works_once(app: Flask, client_of: ClientOf, world: World) -> None:
    code = code_in(invite(client_of(world.anna)))
    assert show(new_browser(app), code.lower().replace("-", " ")).status_code == 200
    assert begin(new_browser(app), code).status_code == 303
    assert OVER in show(new_browser(app), code).text


def test_two_at_once_cannot_both_use_it(app: Flask, client_of: ClientOf, world: World) -> None:
    code = code_in(invite(client_of(world.anna)))
    statuses: list[int] = []
    barrier = Barrier(2)

    def take() -> None:
        client = new_browser(app)
        shown = show(client, code)
        barrier.wait()
        answer = press_on(
            client, shown, "/invito/comincia", {"comincia-new": NEW, "comincia-again": NEW}
        )
        statuses.append(answer.status_code)

    threads = [Thread(target=take) for _number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [303, 422]


def test_a_new_code_or_a_withdrawal_ends_the_one_before(
    app: Flask, client_of: ClientOf, world: World
) -> None:
    anna = client_of(world.anna)
    first = code_in(invite(anna))
    second = code_in(act_on_invitation(anna, "codice"))
    assert OVER in show(new_browser(app), first).text
    assert act_on_invitation(anna, "ritira").status_code == 303
    assert OVER in show(new_browser(app), second).text
    assert "Gina Lupi" not in anna.get("/s/lucca/operatori").text


def test_a_code_lives_a_week_also_where_the_clock_is_set_back(
    app: Flask, client_of: ClientOf, world: World
) -> None:
    code = code_in(invite(client_of(world.anna)))
    for later, status in ((INVITATION - timedelta(minutes=1), 200), (INVITATION, 422)):
        with clock.stopped_at(clock.now() + later):
            assert show(new_browser(app), code).status_code == status
    with clock.stopped_at(clock.now() - timedelta(days=1)):
        assert show(new_browser(app), code).status_code == 422, "it would live for eight days"


@pytest.mark.parametrize("key", ["x", "A" * 24, "\0", "è", "B" * 5000])
def test_an_unknown_code_opens_nothing(key: str, visitor: PortalClient, world: World) -> None:
    assert show(visitor, key).status_code == 422


def test_faults_do_not_spend_the_code(app: Flask, client_of: ClientOf, world: World) -> None:
    code, client = code_in(invite(client_of(world.anna))), new_browser(app)
    assert begin(client, code, "corta").status_code == 422
    assert enter(client, code, GINA, "non so quale sia").status_code == 422
    refused = enter(client, code, world.dario.email, PASSWORD)
    assert refused.status_code == 422
    assert "per un altro indirizzo" in refused.text
    assert begin(client, code).status_code == 303


def test_two_letters_opened_at_once_make_one_account(
    app: Flask, client_of: ClientOf, promote: Callable, sink: Sink, work: Work,
    identity: AtDesk, world: World,
) -> None:  # fmt: skip
    promote(world.dario)
    invite(client_of(world.anna))
    invite(client_of(world.dario), "capannori")
    work()
    keys = [text.split("#")[1][:24] for text in letters_to(sink, GINA)]
    browsers = [new_browser(app) for _key in keys]
    pages = [show(browser, key) for browser, key in zip(browsers, keys, strict=True)]
    chosen = {"comincia-new": NEW, "comincia-again": NEW}
    statuses: list[int] = []
    barrier = Barrier(2)

    def take(browser: PortalClient, page: Any) -> None:
        barrier.wait()
        statuses.append(press_on(browser, page, "/invito/comincia", chosen).status_code)

    threads = [Thread(target=take, args=pair) for pair in zip(browsers, pages, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [303, 303]
    with identity():
        (gina,) = db.session.scalars(ids_of(GINA)).all()
        held = select(Membership).where(Membership.account_id == gina)
        assert len(db.session.scalars(held).all()) == 2


def test_a_disabled_account_is_not_opened_by_a_letter(
    app: Flask, client_of: ClientOf, sink: Sink, work: Work, identity: AtDesk, world: World
) -> None:
    invite(client_of(world.anna), email=world.dario.email)
    work()
    with identity():
        dario = db.session.get(Account, world.dario.id)
        assert dario is not None
        dario.disabled_at = clock.now()
    refused = begin(new_browser(app), key_to(sink, world.dario.email))
    assert (refused.status_code, "disattivato" in refused.text) == (422, True)


def test_the_account_that_one_has_is_used_with_its_password(
    app: Flask, client_of: ClientOf, identity: AtDesk, world: World
) -> None:
    code = code_in(invite(client_of(world.anna), email=world.dario.email))
    browser = new_browser(app)
    assert enter(browser, code, world.dario.email).status_code == 303
    assert browser.get("/s/lucca/").status_code == 200
    with identity():
        assert len(db.session.scalars(ids_of(world.dario.email)).all()) == 1


# Helpers


def ids_of(email: str) -> Any:
    return select(Account.id).where(Account.email == email)


def gina_id(app: Flask) -> Any:
    with app.app_context(), identity_scope(), unit_of_work():
        return db.session.scalars(ids_of(GINA).order_by(Account.created_at)).first()


def token(client: PortalClient) -> str:
    return str(client.soup("/conto").find("input", attrs={"name": "csrf_token"})["value"])


def press(client: PortalClient, act: str, account_id: Any) -> Any:
    url = f"/s/lucca/operatori/{account_id}/{act}"
    return client.submit("/s/lucca/operatori", {}, action=url)


def act_on_invitation(client: PortalClient, act: str) -> Any:
    page = client.soup("/s/lucca/operatori")
    form = next(form for form in page.select("form") if form["action"].endswith(f"/{act}"))
    return client.post(form["action"], data={"csrf_token": token(client)})
