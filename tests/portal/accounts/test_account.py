# SPDX-License-Identifier: AGPL-3.0-or-later
"""One's own account: the choice of desk, and the change of password."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from portal.accounts.members.actions import add_membership, remove_member
from portal.accounts.models import SecurityEvent
from portal.core import clock
from portal.core.store.database import db
from portal.core.web.access import Role
from tests.conftest import AtDesk
from tests.pages import PortalClient
from tests.world import PASSWORD, World

NEW = "quattro gatti sul tetto"
FORM = "/conto/password"


def change(client: PortalClient, **values: str) -> Any:
    form = {"current": PASSWORD, "new": NEW, "again": NEW} | values
    return client.submit("/conto", form, action=FORM)


def join(identity: AtDesk, who: Any, role: Role, place: Any) -> None:
    with identity():
        add_membership(account_id=who.id, role=role, place_id=place.id)


def test_the_account_page_says_who_and_where(client_of: Callable, world: World) -> None:
    text = client_of(world.bruno).get("/conto").text
    assert all(said in text for said in ("Bruno Neri", "bruno@sportelli.example", "Operatore"))
    assert 'href="/s/lucca/"' in text


def test_a_new_password_ends_the_other_sessions(
    client_of: Callable, visitor: PortalClient, identity: AtDesk, world: World
) -> None:
    other: Any = visitor.application.test_client()
    for client in (visitor, other):
        client.submit("/accedi", {"email": world.bruno.email, "password": PASSWORD})
    before = visitor.get_cookie("sportelli").value
    answer = change(visitor)
    assert (answer.status_code, answer.location) == (303, "/conto?fatto=password")
    assert "Password cambiata" in visitor.get(answer.location).text
    assert visitor.get_cookie("sportelli").value != before
    assert other.get("/conto").status_code == 303
    fresh: Any = visitor.application.test_client()
    old = fresh.submit("/accedi", {"email": world.bruno.email, "password": PASSWORD})
    assert old.status_code == 422
    new = fresh.submit("/accedi", {"email": world.bruno.email, "password": NEW})
    assert new.status_code == 303
    with identity():
        kinds = set(db.session.scalars(select(SecurityEvent.kind)))
    assert "password_changed" in kinds


def test_a_password_is_changed_only_with_the_old_one(client_of: Callable, world: World) -> None:
    bruno = client_of(world.bruno)
    wrong = change(bruno, current="non la so proprio")
    assert wrong.status_code == 422
    assert "la password di adesso non è giusta" in wrong.text
    assert bruno.get("/conto").status_code == 200
    for _number in range(4):
        change(bruno, current="non la so proprio")
    stopped = change(bruno)
    assert stopped.status_code == 422
    assert "Troppi tentativi. Riprova fra 5 minuti." in stopped.text


def test_a_poor_password_is_refused_beside_its_field(client_of: Callable, world: World) -> None:
    bruno = client_of(world.bruno)
    for new, said in (
        ("corta", "meno di 12"),
        ("x" * 130, "più di 128"),
        ("sportello lucca", "indovina"),
        ("brunoneri1988!", "indovina"),
        ("", "Scrivi la password nuova"),
    ):
        answer = change(bruno, new=new, again=new)
        assert answer.status_code == 422, new
        assert said in answer.text, new
        assert new == "" or new not in answer.text
    unequal = change(bruno, again="un’altra cosa lunga")
    assert unequal.status_code == 422
    assert "Le due password sono diverse" in unequal.text
    assert change(bruno).status_code == 303


def test_a_field_lets_a_password_be_pasted_and_kept(client_of: Callable, world: World) -> None:
    page = client_of(world.bruno).soup("/conto")
    kinds = {tag["name"]: tag["autocomplete"] for tag in page.select("input[type=password]")}
    assert kinds == {
        "current": "current-password",
        "new": "new-password",
        "again": "new-password",
        "nome-current": "current-password",
    }


def test_one_desk_opens_at_once_and_several_are_chosen(
    client_of: Callable, identity: AtDesk, world: World
) -> None:
    bruno = client_of(world.bruno)
    assert bruno.get("/").location == "/s/lucca/"
    join(identity, world.bruno, Role.READER, world.capannori)
    join(identity, world.bruno, Role.OVERSEER, world.rete)
    assert bruno.get("/").location == "/scegli"
    page = bruno.soup("/scegli")
    links = [link["href"] for link in page.select("[data-digits] a")]
    assert links == ["/s/lucca/", "/s/capannori/persone", "/r/rete/"]
    said = page.select_one("main").get_text(" ", strip=True)
    assert "Sola lettura" in said
    assert "Supervisore · solo dati complessivi, nessuna persona" in said
    assert [key.text for key in page.select("kbd")] == ["1", "2", "3"]
    for link in links:
        assert bruno.get(link).status_code == 200, link


def test_the_desk_used_last_comes_first(
    client_of: Callable, identity: AtDesk, world: World
) -> None:
    join(identity, world.bruno, Role.OPERATOR, world.capannori)
    noon = datetime(2026, 10, 12, 10, tzinfo=UTC)
    with clock.stopped_at(noon):
        bruno = client_of(world.bruno)

    def order() -> list[str]:
        return [link["href"] for link in bruno.soup("/scegli").select("[data-digits] a")]

    for minutes, desk in enumerate(("capannori", "lucca", "capannori"), 1):
        with clock.stopped_at(noon + timedelta(minutes=minutes)):
            assert bruno.get(f"/s/{desk}/").status_code == 200
            assert order()[0] == f"/s/{desk}/"
            assert "ultimo usato" in bruno.get("/scegli").text


def test_an_account_without_a_desk_is_told_what_to_do(
    client_of: Callable, at_desk: AtDesk, world: World
) -> None:
    with at_desk(world.lucca):
        remove_member(account_id=world.bruno.id, seen_role=Role.OPERATOR)
    bruno = client_of(world.bruno)
    assert bruno.get("/").location == "/scegli"
    assert "Non sei in nessuno sportello" in bruno.get("/scegli").text
    assert bruno.soup("/scegli").select("main a[href='/invito']")
    assert bruno.get("/s/lucca/").status_code == 404


def test_visitors_sign_in_first(visitor: PortalClient, world: World) -> None:
    for url in ("/conto", "/scegli"):
        assert visitor.get(url).location == f"/accedi?poi={url}"
