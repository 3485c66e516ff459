# SPDX-License-Identifier: AGPL-3.0-or-later
"""What was typed, read and shown in full; a codice fiscale fills, warns and never blocks."""

from collections.abc import Callable
from typing import Any

import pytest

from portal.core.italy.formats import PartialDate
from portal.people import queries
from tests.conftest import AtDesk
from tests.pages import PortalClient
from tests.world import Someone, World

ClientOf = Callable[[Someone], PortalClient]
READ, NEW = "/s/lucca/persone/leggi", "/s/lucca/persone/nuova"
AMINA = "DLLMNA88D52Z343L"


def read(client: PortalClient, **typed: str) -> dict[str, Any]:
    token = client.soup(NEW).select_one("main input[name=csrf_token]")["value"]
    answer = client.post(READ, data=typed | {"csrf_token": token})
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json
    return found


@pytest.mark.parametrize(
    ("field", "typed", "shown"),
    [
        ("birth", "12/4/88", "12/04/1988"),
        ("birth", "12041988", "12/04/1988"),
        ("birth", "1988", "1988"),
        ("birth", "04/1988", "04/1988"),
        ("birth", "4/1988", "04/1988"),
        ("birth", "1988-04-12", "12/04/1988"),
        ("phone", "3331004417", "333 100 4417"),
        ("phone", "+393331004417", "333 100 4417"),
        ("phone", "00212612345678", "+212 6 12 34 56 78"),
        ("permit_expires_on", "14/2/27", "14/02/2027"),
        ("citizenship_since", "1/3/16", "01/03/2016"),
        ("codice_fiscale", "dll mna 88d52 z343l", AMINA),
    ],
)
def test_what_is_typed_is_shown_in_full(
    world: World, client_of: ClientOf, field: str, typed: str, shown: str
) -> None:
    answer = read(client_of(world.bruno), **{field: typed})
    assert (answer["shown"], answer["wrong"]) == ({field: shown}, {})


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("birth", "29/02/2015", "Il 29/02/2015 non esiste"),
        ("birth", "1/1/2099", "La data è nel futuro"),
        ("citizenship_since", "1/1/2099", "La data è nel futuro"),
        ("phone", "abc", "solo cifre"),
        ("codice_fiscale", AMINA[:15], "Il codice fiscale ha 15 caratteri: ne servono 16"),
    ],
)
def test_what_is_wrong_is_said(
    world: World, client_of: ClientOf, field: str, typed: str, said: str
) -> None:
    answer = read(client_of(world.bruno), **{field: typed})
    assert said in answer["wrong"][field]
    assert answer["code"] is None


def test_a_code_fills_what_is_empty(world: World, client_of: ClientOf) -> None:
    code = read(client_of(world.bruno), codice_fiscale=AMINA)["code"]
    assert code["fills"] == {"sex": "F", "birth": "12/04/1988", "birth_state": "Senegal"}
    assert (code["line"], code["said"]) == (
        "F, 12/04/1988, nata in Senegal",
        "coerente con i dati",
    )


def test_a_code_warns_and_overwrites_nothing(world: World, client_of: ClientOf) -> None:
    typed = {"sex": "M", "birth": "12/05/1988", "birth_state": "Marocco", "codice_fiscale": AMINA}
    code = read(client_of(world.bruno), **typed)["code"]
    assert code["fills"] == {}
    assert not code["coherent"]
    assert code["said"].startswith("non coerente: ")
    assert "la data nel codice è 12/04/1988" in code["said"]
    assert "il luogo di nascita nel codice è Senegal" in code["said"]


def test_only_who_writes_may_ask(world: World, client_of: ClientOf) -> None:
    assert client_of(world.bruno).post(READ, data={"birth": "1988"}).status_code == 400
    client = client_of(world.carla)
    token = client.soup("/s/lucca/persone").select_one("main input[name=csrf_token]")["value"]
    assert client.post(READ, data={"csrf_token": token}).status_code == 403


def test_without_a_script_the_save_fills(
    world: World, client_of: ClientOf, at_desk: AtDesk
) -> None:
    client = client_of(world.bruno)
    assert "se li lasci vuoti" in client.soup(NEW).text
    saved = client.submit(NEW, {"family_name": "Diallo", "codice_fiscale": AMINA.lower()})
    assert saved.status_code == 303
    with at_desk(world.lucca):
        row = queries.list_people().rows[0]
        facts = queries.facts_of(queries.get_person(row.id))
    assert (facts.sex, facts.birth, facts.birth_state) == ("F", PartialDate(1988, 4, 12), "450")
