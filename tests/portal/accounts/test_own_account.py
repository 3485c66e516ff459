# SPDX-License-Identifier: AGPL-3.0-or-later
"""«Il tuo account»: what its owner sees and changes, and the letters that say so."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select, update

from portal.accounts import actions
from portal.accounts.events import EventKind, record_event
from portal.accounts.members.actions import change_role
from portal.accounts.models import Account, KnownDevice, SecurityEvent
from portal.core import clock
from portal.core.store.database import db
from portal.core.web.access import Role
from tests.conftest import AtDesk
from tests.pages import PortalClient
from tests.portal.accounts.doors import (
    NEW,
    begin,
    code_in,
    invite,
    key_to,
    letters_to,
    new_browser,
    sign_in,
    sign_out,
)
from tests.sink import Sink
from tests.world import PASSWORD, Someone, World

ClientOf = Callable[[Someone], PortalClient]
Work = Callable[[], None]
OTHER = "bruno.neri@comune.example"


def send(client: PortalClient, action: str, **values: str) -> Any:
    return client.submit("/conto", values, action=action)


def change_address(client: PortalClient, email: str, password: str = PASSWORD) -> Any:
    typed = {"indirizzo-email": email, "indirizzo-current": password}
    return client.submit("/conto", typed, action="/conto/indirizzo")


def account_of(identity: AtDesk, one: Someone) -> Account:
    with identity():
        found = db.session.get(Account, one.id)
        assert found is not None
        return found


# Sessions and devices


def test_a_sign_in_from_a_new_device_is_asked_about_and_told_by_letter(
    app: Flask, sink: Sink, work: Work, world: World
) -> None:
    known, thief = new_browser(app), new_browser(app)
    phone = {"User-Agent": "Mozilla/5.0 (Linux; Android 14) Firefox/131.0"}
    sign_in(known, world.bruno.email)
    sign_in(thief, world.bruno.email, headers=phone)
    work()
    assert ["DISPOSITIVO NUOVO" in text for text in letters_to(sink, world.bruno.email)] == [True]
    page = known.get("/conto").text
    assert "eri tu?" in page
    assert "Firefox · Android" in page
    denied = next(
        form["action"]
        for form in known.soup("/conto").select("form")
        if form["action"].endswith("/non-ero-io")
    )
    answer = known.submit("/conto", {}, action=denied)
    assert answer.location == "/conto?fatto=uscite#password"
    assert thief.get("/conto").status_code == 303, "signed out"
    page = known.get("/conto").text
    assert "eri tu?" not in page


def test_a_known_device_is_not_asked_about(app: Flask, identity: AtDesk, world: World) -> None:
    browser = new_browser(app)
    for _time in range(2):
        sign_in(browser, world.bruno.email)
        sign_out(browser)
    with identity():
        kinds = db.session.scalars(select(SecurityEvent.kind)).all()
    assert "new_device" not in kinds


def test_one_session_is_ended_from_another(app: Flask, client_of: ClientOf, world: World) -> None:
    here, there = new_browser(app), new_browser(app)
    for browser in (here, there):
        sign_in(browser, world.bruno.email)
    forms = [form["action"] for form in here.soup("/conto").select("form")]
    (end,) = (action for action in forms if action.endswith("/chiudi"))
    anna = client_of(world.anna)
    token = anna.soup("/conto").find("input", attrs={"name": "csrf_token"})["value"]
    assert anna.post(end, data={"csrf_token": token}).status_code == 404
    assert there.get("/conto").status_code == 200, "another's is like nobody's"
    assert here.submit("/conto", {}, action=end).status_code == 303
    assert there.get("/conto").status_code == 303
    assert here.get("/conto").status_code == 200


def test_a_clock_set_back_makes_no_session_immortal_and_ends_none(
    visitor: PortalClient, world: World
) -> None:
    noon = clock.now()
    with clock.stopped_at(noon):
        sign_in(visitor, world.bruno.email)
    back = noon - timedelta(days=1)
    with clock.stopped_at(back):
        assert visitor.get("/conto").status_code == 200
    for hours in range(1, 21):
        with clock.stopped_at(back + hours * timedelta(minutes=29)):
            assert visitor.get("/conto").status_code == 200
    with clock.stopped_at(back + timedelta(hours=10, minutes=2)):
        assert visitor.get("/conto").status_code == 303, "ten hours from the step, not a day"


# Name, address, password


def test_a_name_is_changed_with_the_password(
    client_of: ClientOf, identity: AtDesk, world: World
) -> None:
    bruno = client_of(world.bruno)
    values = {"nome-name": "Bruno  Bianchi", "nome-current": "sbagliata"}
    assert send(bruno, "/conto/nome", **values).status_code == 422
    assert send(bruno, "/conto/nome", **values | {"nome-current": PASSWORD}).status_code == 303
    assert account_of(identity, world.bruno).name == "Bruno Bianchi"


def test_an_address_changes_when_its_own_letter_is_opened(
    app: Flask, client_of: ClientOf, sink: Sink, work: Work, identity: AtDesk, world: World
) -> None:
    bruno = client_of(world.bruno)
    assert change_address(bruno, OTHER, "sbagliata").status_code == 422
    assert change_address(bruno, OTHER).location == "/conto?fatto=lettera"
    work()
    assert account_of(identity, world.bruno).email == world.bruno.email
    key = key_to(sink, OTHER)
    confirm = "/conto/indirizzo/conferma"
    anna = client_of(world.anna)
    stolen = anna.submit("/conto/indirizzo", {"key": key}, action=confirm)
    assert stolen.status_code == 422, "only for the account that asked"
    assert bruno.submit("/conto/indirizzo", {"key": key}, action=confirm).status_code == 303
    assert bruno.submit("/conto/indirizzo", {"key": key}, action=confirm).status_code == 422
    assert account_of(identity, world.bruno).email == OTHER
    work()
    for address in (world.bruno.email, OTHER):
        assert any("INDIRIZZO E-MAIL CAMBIATO" in text for text in letters_to(sink, address))
    assert "scrivi subito a chi gestisce" in letters_to(sink, world.bruno.email)[-1]
    assert "«Password dimenticata»" in letters_to(sink, OTHER)[-1]
    assert sign_in(new_browser(app), world.bruno.email).status_code == 422
    assert sign_in(new_browser(app), OTHER).status_code == 303


def test_an_address_that_somebody_has_is_answered_alike_and_told_to_its_reader(
    client_of: ClientOf, sink: Sink, work: Work, world: World
) -> None:
    bruno = client_of(world.bruno)
    answers = [change_address(bruno, email) for email in (world.anna.email, OTHER)]
    assert len({answer.location for answer in answers}) == 1
    work()
    assert letters_to(sink, world.anna.email) == [], "a second letter withdraws the first"
    change_address(bruno, world.anna.email)
    work()
    key, confirm = key_to(sink, world.anna.email), "/conto/indirizzo/conferma"
    refused = bruno.submit("/conto/indirizzo", {"key": key}, action=confirm)
    assert "ha già un account" in refused.text


def test_a_lost_password_is_set_by_letter(
    app: Flask, client_of: ClientOf, sink: Sink, work: Work, world: World
) -> None:
    bruno, visitor = client_of(world.bruno), new_browser(app)
    answers = [
        visitor.submit("/password-dimenticata", {"email": email})
        for email in (world.bruno.email, "nessuno@comune.example")
    ]
    assert len({(answer.status_code, answer.location) for answer in answers}) == 1
    work()
    assert [line.split()[1] for line in sink.accepted()] == [world.bruno.email]
    form = {"key": key_to(sink, world.bruno.email), "new": NEW, "again": NEW}
    assert visitor.submit("/password-nuova", form | {"new": "x", "again": "x"}).status_code == 422
    assert visitor.submit("/password-nuova", form).status_code == 303
    assert visitor.submit("/password-nuova", form).status_code == 422, "once"
    assert bruno.get("/conto").status_code == 303, "signed out"
    assert sign_in(new_browser(app), world.bruno.email, NEW).status_code == 303


def test_the_key_of_a_lost_password_lives_two_hours(
    app: Flask, sink: Sink, work: Work, world: World
) -> None:
    visitor = new_browser(app)
    visitor.submit("/password-dimenticata", {"email": world.bruno.email})
    work()
    form = {"key": key_to(sink, world.bruno.email), "new": NEW, "again": NEW}
    with clock.stopped_at(clock.now() + timedelta(hours=2, minutes=1)):
        assert visitor.submit("/password-nuova", form).status_code == 422


def test_a_lost_password_asked_for_by_a_stranger_leaves_a_change_of_address_alone(
    app: Flask, client_of: ClientOf, sink: Sink, work: Work, identity: AtDesk, world: World
) -> None:
    bruno = client_of(world.bruno)
    change_address(bruno, OTHER)
    work()
    new_browser(app).submit("/password-dimenticata", {"email": world.bruno.email})
    work()
    key, confirm = key_to(sink, OTHER), "/conto/indirizzo/conferma"
    assert bruno.submit("/conto/indirizzo", {"key": key}, action=confirm).status_code == 303
    assert account_of(identity, world.bruno).email == OTHER


def test_a_password_chosen_at_an_invitation_forgets_the_browsers_of_before(
    app: Flask, client_of: ClientOf, sink: Sink, work: Work, identity: AtDesk, world: World
) -> None:
    def known() -> set[UUID]:
        with identity():
            mine = select(KnownDevice.id).where(KnownDevice.account_id == world.dario.id)
            return set(db.session.scalars(mine))

    sign_in(new_browser(app), world.dario.email)
    before = known()
    invite(client_of(world.anna), email=world.dario.email)
    work()
    assert begin(new_browser(app), key_to(sink, world.dario.email)).status_code == 303
    assert before
    assert not before & known()


def test_a_key_sent_to_the_address_before_opens_nothing(
    app: Flask, sink: Sink, work: Work, identity: AtDesk, world: World
) -> None:
    """Whoever governs the machine changed it, because somebody else reads that mailbox."""
    visitor = new_browser(app)
    visitor.submit("/password-dimenticata", {"email": world.bruno.email})
    work()
    with identity():
        actions.set_address(db.session.get_one(Account, world.bruno.id), email=OTHER)
    form = {"key": key_to(sink, world.bruno.email), "new": NEW, "again": NEW}
    assert visitor.submit("/password-nuova", form).status_code == 422
    assert sign_in(new_browser(app), OTHER).status_code == 303


def test_without_letters_the_page_says_whom_to_ask(visitor: PortalClient, world: World) -> None:
    page = visitor.get("/password-dimenticata").text
    assert "Questo portale non manda posta" in page
    assert 'name="email"' not in page


# Events


def test_what_others_changed_is_on_the_page_and_in_the_mailbox(
    client_of: ClientOf, at_desk: AtDesk, sink: Sink, work: Work, world: World
) -> None:
    with at_desk(world.lucca, world.anna):
        change_role(account_id=world.bruno.id, role=Role.READER, seen_role=Role.OPERATOR)
    work()
    page = client_of(world.bruno).get("/conto").text
    for words in ("Ruolo cambiato", "Sportello di Lucca", "da Anna Bianchi"):
        assert words in page
    (letter,) = letters_to(sink, world.bruno.email)
    assert "RUOLO CAMBIATO" in letter
    assert "Sportello di Lucca" in letter
    assert "Anna" not in letter


@pytest.mark.parametrize("kind", [kind for kind in EventKind if kind is not EventKind.REFUSED])
def test_every_kind_can_be_read(
    kind: EventKind, client_of: ClientOf, identity: AtDesk, world: World
) -> None:
    with identity():
        record_event(kind, subject_id=world.bruno.id, desk_id=world.lucca.id)
    assert client_of(world.bruno).get("/conto").status_code == 200
    assert client_of(world.anna).get("/s/lucca/operatori/registro").status_code == 200


def test_an_account_from_before_the_upgrade_is_told_once(
    app: Flask, identity: AtDesk, world: World
) -> None:
    with identity():
        record_event(EventKind.COUNTED_AS_PROVED, subject_id=world.bruno.id)
    bruno = new_browser(app)
    assert sign_in(bruno, world.bruno.email).location == "/conto", "where nobody looks unasked"
    soup = bruno.soup("/conto")
    assert "conta come dimostrato" in soup.text
    seen = next(form["action"] for form in soup.select("form") if form["action"].endswith("/visto"))
    assert bruno.submit("/conto", {}, action=seen).status_code == 303
    assert "conta come dimostrato" not in bruno.get("/conto").text
    assert sign_in(new_browser(app), world.bruno.email).location == "/"


def test_an_address_that_nobody_proved_gets_no_letter_of_an_event(
    sink: Sink, work: Work, identity: AtDesk, world: World
) -> None:
    with identity():
        db.session.execute(update(Account).values(proved_at=None))
        actions.rename(world.bruno.id, name="Altro")
    work()
    assert sink.accepted() == []


def test_with_the_password_that_one_has_a_code_opens_the_same_account(
    app: Flask, client_of: ClientOf, world: World
) -> None:
    """Two accounts of one address and one password: a sign-in would never open the second."""
    code = code_in(invite(client_of(world.fabio), "viareggio", email=world.bruno.email))
    assert begin(new_browser(app), code, PASSWORD).status_code == 303
    for _time in range(2):
        browser = new_browser(app)
        assert sign_in(browser, world.bruno.email).status_code == 303
        for desk in ("lucca", "viareggio"):
            assert browser.get(f"/s/{desk}/").status_code == 200
