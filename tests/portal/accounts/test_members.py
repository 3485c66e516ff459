# SPDX-License-Identifier: AGPL-3.0-or-later
"""The manager's page: who sees it, what it changes, and that it never leaves the desk."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select, text

from portal.accounts.invitations import actions as invitations
from portal.accounts.invitations.queries import list_waiting
from portal.accounts.members import actions, queries
from portal.accounts.models import Membership
from portal.core import clock
from portal.core.errors import NotHere, Refusal
from portal.core.store.audit import AuditEvent
from portal.core.store.database import db
from portal.core.web.access import Role
from tests.conftest import AtDesk
from tests.pages import PortalClient, form_values
from tests.portal.accounts.doors import accept, code_in, invite
from tests.world import World

PAGE = "/s/lucca/operatori"


def press(client: PortalClient, url: str) -> Any:
    """Press a button of the page that posts, also one that the page does not have."""
    page = client.soup(PAGE)
    button = page.find("form", action=url)
    if button is not None:
        return client.post(url, data=form_values(button))
    token = page.find("input", attrs={"name": "csrf_token"})["value"]
    return client.post(url, data={"csrf_token": token})


def roles(client: PortalClient) -> dict[str, tuple[str, str]]:
    soup, found = client.soup(PAGE), {}
    for table, state in (("members", "attivo"), ("waiting", "invitato")):
        for row in soup.select(f"table.{table} tbody tr"):
            email, role = (cell.get_text(" ", strip=True) for cell in row.select("td")[:2])
            found[email.split("@")[0]] = (role, state)
    return found


def test_the_page_lists_the_members_of_this_desk_alone(client_of: Callable, world: World) -> None:
    assert roles(client_of(world.anna)) == {
        "anna": ("Responsabile", "attivo"),
        "bruno": ("Operatore", "attivo"),
        "carla": ("Sola lettura", "attivo"),
    }
    assert set(roles_at(client_of(world.fabio), "viareggio")) == {"Fabio Galli (tu)"}


def roles_at(client: PortalClient, desk: str) -> list[str]:
    heads = client.soup(f"/s/{desk}/operatori").select("tbody th")
    return [head.get_text(" ", strip=True) for head in heads]


POSTS = ("", "/gestore", "/{id}/ruolo", "/{id}/togli", "/{id}/resta")


@pytest.mark.parametrize(
    ("who", "status"),
    [("bruno", 403), ("carla", 403), ("dario", 404), ("fabio", 404), ("elena", 404)],
)
def test_only_a_manager_of_the_desk_may(
    who: str, status: int, client_of: Callable, identity: AtDesk, world: World
) -> None:
    client = client_of(getattr(world, who))
    token = client.soup("/conto").find("input", attrs={"name": "csrf_token"})["value"]
    assert client.get(PAGE).status_code == status
    assert client.get(f"{PAGE}/{world.carla.id}/ruolo").status_code == status
    before = everything(identity)
    for post in POSTS:
        url = PAGE + post.format(id=world.carla.id)
        form = {"csrf_token": token, "role": "manager", "name": "X", "email": "x@comune.example"}
        assert client.post(url, data=form).status_code == status, url
    assert everything(identity) == before


def everything(identity: AtDesk) -> list[Any]:
    tables = ("account", "membership", "invitation", "login_session", "account_letter")
    rows = "SELECT string_agg(t::text, ';' ORDER BY t::text) FROM {} t"
    with identity():
        return [db.session.execute(text(rows.format(name))).scalar() for name in tables]


def test_visitors_sign_in_first(visitor: PortalClient, world: World) -> None:
    assert visitor.get(PAGE).location == f"/accedi?poi={PAGE}"


def test_reading_the_page_changes_nothing(
    client_of: Callable, identity: AtDesk, world: World
) -> None:
    anna = client_of(world.anna)
    anna.get(PAGE)
    before = everything(identity)
    for url in (PAGE, f"{PAGE}/{world.bruno.id}/ruolo", "/conto", "/scegli"):
        assert anna.get(url).status_code == 200
    assert everything(identity) == before


def test_another_desks_member_and_nobody_are_the_same(
    client_of: Callable, identity: AtDesk, world: World
) -> None:
    anna = client_of(world.anna)
    anna.get(PAGE)
    before = everything(identity)
    for stranger in (world.dario.id, world.elena.id, uuid4()):
        assert anna.get(f"{PAGE}/{stranger}/ruolo").status_code == 404
        for act in ("invito", "ruolo", "togli"):
            assert press(anna, f"{PAGE}/{stranger}/{act}").status_code == 404
    assert everything(identity) == before


def test_a_role_is_changed_and_said(client_of: Callable, at_desk: AtDesk, world: World) -> None:
    anna, carla = client_of(world.anna), client_of(world.carla)
    assert carla.get(PAGE).status_code == 403
    answer = anna.submit(f"{PAGE}/{world.carla.id}/ruolo", {"role": "manager"})
    assert answer.status_code == 303
    assert "Carla Verdi ora è: Responsabile" in anna.get(answer.location).text
    assert carla.get(PAGE).status_code == 200
    with at_desk(world.lucca):
        events = select(AuditEvent).where(AuditEvent.subject == "membership")
        event = db.session.scalars(events).one()
        assert (event.subject_id, event.account_id) == (world.carla.id, world.anna.id)


def test_an_unknown_role_is_refused(client_of: Callable, world: World) -> None:
    anna = client_of(world.anna)
    for role in ("overseer", "admin", ""):
        assert anna.submit(f"{PAGE}/{world.carla.id}/ruolo", {"role": role}).status_code == 422
        assert invite(anna, role=role).status_code == 422
    assert roles(anna)["carla"][0] == "Sola lettura"
    assert "gina" not in roles(anna)


def test_who_is_taken_out_leaves_this_desk_alone(
    client_of: Callable, identity: AtDesk, world: World
) -> None:
    anna, bruno = client_of(world.anna), client_of(world.bruno)
    assert bruno.get("/s/lucca/").status_code == 200
    answer = press(anna, f"{PAGE}/{world.bruno.id}/togli")
    assert answer.status_code == 303
    assert "Tolto dallo sportello" in anna.get(answer.location).text
    assert "bruno" not in roles(anna)
    assert bruno.get("/s/lucca/").status_code == 404
    assert bruno.get("/conto").status_code == 200, "signed in, and nowhere"
    with identity():
        assert db.session.scalars(
            select(Membership.ended_at).where(Membership.account_id == world.bruno.id)
        ).one()
    assert client_of(world.bruno).get("/s/lucca/").status_code == 404


def test_nobody_changes_their_own_role(client_of: Callable, world: World) -> None:
    anna = client_of(world.anna)
    role = anna.submit(f"{PAGE}/{world.anna.id}/ruolo", {"role": "reader"})
    assert role.status_code == 422
    assert "spettano a un altro responsabile" in role.text
    for act in ("togli", "resta"):
        assert press(anna, f"{PAGE}/{world.anna.id}/{act}").status_code == 422
    assert roles(anna)["anna"] == ("Responsabile", "attivo")


def test_a_desk_keeps_a_manager(at_desk: AtDesk, world: World) -> None:
    with at_desk(world.lucca):
        for act in (
            lambda: actions.remove_member(account_id=world.anna.id, seen_role=Role.MANAGER),
            lambda: actions.change_role(
                account_id=world.anna.id, role=Role.READER, seen_role=Role.MANAGER
            ),
        ):
            with pytest.raises(Refusal, match="almeno un responsabile"), db.session.begin_nested():
                act()
        actions.change_role(account_id=world.carla.id, role=Role.MANAGER, seen_role=Role.READER)
        actions.remove_member(account_id=world.anna.id, seen_role=Role.MANAGER)
        assert queries.count_lasting_managers() == 1


def test_an_invited_person_is_listed_until_they_come(
    client_of: Callable, at_desk: AtDesk, world: World
) -> None:
    anna = client_of(world.anna)
    answer = invite(anna)
    assert answer.status_code == 200
    assert roles(anna)["gina"] == ("Operatore", "invitato")
    again = invite(anna)
    assert again.status_code == 200
    assert code_in(again) != code_in(answer)
    assert "già invitata come «Operatore»" in invite(anna, role="manager").text
    assert invite(anna, email="BRUNO@sportelli.example").status_code == 422
    with at_desk(world.lucca):
        assert len(queries.list_members()) == 3
        assert len(list_waiting()) == 1


def test_a_name_given_elsewhere_is_told_once_its_owner_comes(
    client_of: Callable, world: World
) -> None:
    anna = client_of(world.anna)
    code = code_in(invite(anna, name="Zeno Zeta", email=world.dario.email))
    page = anna.get(PAGE).text
    assert (world.dario.name in page, "Zeno Zeta" in page) == (False, True)
    assert accept(client_of(world.dario), code).status_code == 303
    page = anna.get(PAGE).text
    assert (world.dario.name in page, "Zeno Zeta" in page) == (True, False)


MOVED = "intanto è cambiato: ora è «Responsabile»"


def test_a_role_that_moved_meanwhile_is_not_changed_unseen(
    client_of: Callable, at_desk: AtDesk, world: World
) -> None:
    anna, url = client_of(world.anna), f"{PAGE}/{world.bruno.id}/ruolo"
    seen = form_values(anna.soup(url).find("form", action=url))
    promote(at_desk, world)
    refused = anna.post(url, data=seen | {"role": "reader"})
    assert refused.status_code == 422
    assert MOVED in refused.text
    assert roles(anna)["bruno"][0] == "Responsabile"
    again = form_values(BeautifulSoup(refused.text, "html.parser").find("form", action=url))
    assert again["role"] == ["reader"]
    assert anna.post(url, data=again).status_code == 303
    assert roles(anna)["bruno"][0] == "Sola lettura"


def test_a_member_whose_role_moved_meanwhile_stays(
    client_of: Callable, at_desk: AtDesk, world: World
) -> None:
    anna, url = client_of(world.anna), f"{PAGE}/{world.bruno.id}/togli"
    seen = form_values(anna.soup(PAGE).find("form", action=url))
    promote(at_desk, world)
    for values in (seen, {"csrf_token": seen["csrf_token"]}):
        refused = anna.post(url, data=values)
        assert refused.status_code == 422
        assert MOVED in refused.text
    assert roles(anna)["bruno"][0] == "Responsabile"
    assert press(anna, url).status_code == 303
    assert press(anna, url).status_code == 404


def promote(at_desk: AtDesk, world: World) -> None:
    with at_desk(world.lucca):
        actions.change_role(account_id=world.bruno.id, role=Role.MANAGER, seen_role=Role.OPERATOR)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"name": ""}, "Scrivi il nome e il cognome"),
        ({"name": "   "}, "Scrivi il nome e il cognome"),
        ({"name": "x" * 121}, "Al massimo 120 caratteri"),
        ({"email": ""}, "Scrivi l’indirizzo e-mail"),
        ({"email": "gina"}, "non è un indirizzo e-mail"),
        ({"email": "g" * 260 + "@comune.example"}, "Al massimo 254 caratteri"),
    ],
)
def test_a_faulty_invitation_is_said_and_stores_nothing(
    values: dict[str, str], said: str, client_of: Callable, identity: AtDesk, world: World
) -> None:
    anna = client_of(world.anna)
    anna.get(PAGE)
    before = everything(identity)
    answer = invite(anna, **values)
    assert answer.status_code == 422
    assert said in answer.text
    assert everything(identity) == before


def test_a_name_with_a_nul_is_kept_without_it(client_of: Callable, world: World) -> None:
    anna = client_of(world.anna)
    assert invite(anna, name="Gina\0  Lupi").status_code == 200
    assert "Gina Lupi" in anna.get(PAGE).text


def test_an_invitation_that_ran_out_is_still_listed(
    client_of: Callable, at_desk: AtDesk, world: World
) -> None:
    with clock.stopped_at(clock.now() - timedelta(days=8)), at_desk(world.lucca):
        invitations.hand_over(
            invitations.invite(name="Gina", email="gina@comune.example", role=Role.READER)
        )
    page = client_of(world.anna).get(PAGE).text
    assert "invito da rinnovare" in page


def test_members_are_found_in_the_desk_in_scope_alone(at_desk: AtDesk, world: World) -> None:
    with at_desk(world.capannori):
        assert [member.name for member in queries.list_members()] == ["Dario Rossi"]
        with pytest.raises(NotHere):
            queries.get_member(world.bruno.id)
        with pytest.raises(NotHere):
            actions.remove_member(account_id=world.bruno.id, seen_role=Role.OPERATOR)
