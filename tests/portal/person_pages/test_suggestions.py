# SPDX-License-Identifier: AGPL-3.0-or-later
"""What two letters may mean: any word, any name, the commonest of this desk first."""

from collections.abc import Callable

import pytest

from portal.core.web.forms import StateField
from portal.people.forms.person import PersonForm
from portal.person_pages.suggestions import begun
from tests.pages import PortalClient
from tests.portal.conftest import Writer
from tests.world import Someone, World

ClientOf = Callable[[Someone], PortalClient]
LISTS = "/s/lucca/persone/elenchi"


def names(kind: str, letters: str, common: tuple[str, ...] = ()) -> list[str]:
    return [place.name for place in begun(kind, letters, common)]


@pytest.mark.parametrize(
    ("kind", "letters", "expected"),
    [
        ("citizenship", "uc", "Ucraina"),
        ("citizenship", "UC", "Ucraina"),
        ("citizenship", "av", "Costa d'Avorio"),
        ("citizenship", "bi", "Myanmar/Birmania"),
        ("citizenship", "be", "Bielorussia"),
        ("citizenship", "pé", "Perù"),
        ("citizenship", "ap", "Apolide"),
        ("state", "ju", "Jugoslavia"),
        ("comune", "mo", "Borgo a Mozzano (LU)"),
        ("comune", "ep", "Appiano sulla strada del vino (BZ)"),
    ],
)
def test_any_word_of_any_name_is_enough(kind: str, letters: str, expected: str) -> None:
    assert expected in names(kind, letters)


def test_only_todays_citizenships_are_citizenships() -> None:
    assert names("citizenship", "ju") == []
    assert names("state", "ap") == []


def test_the_common_ones_come_first_in_their_order() -> None:
    assert names("citizenship", "ma", ("436", "450"))[0] == "Marocco"
    assert names("comune", "ca", ("046017", "046005"))[0] == "Camaiore (LU)"


def test_the_province_of_most_comes_before_the_others() -> None:
    found = names("comune", "ca", ("046017",))
    nearest = [name for name in found if name.endswith("(LU)")]
    assert found[: len(nearest)] == nearest
    assert "Capannori (LU)" in nearest


def test_less_than_two_letters_mean_nothing() -> None:
    assert names("comune", "c") == names("comune", "") == names("comune", "??") == []


@pytest.mark.parametrize("kind", ["citizenship", "state", "comune"])
def test_what_is_suggested_is_understood(kind: str, world: World, client_of: ClientOf) -> None:
    field = {"citizenship": "citizenship", "state": "birth_state", "comune": "residence_comune"}
    client = client_of(world.bruno)
    with client.application.test_request_context(method="POST"):
        form = PersonForm(meta={"csrf": False})
        parse = form[field[kind]].parse
        assert isinstance(form.birth_state, StateField)
        for letters in ("ma", "co", "sa", "uc", "bo", "li", "me"):
            for place in begun(kind, letters, ()):
                assert parse(place.name) == place.code, place


def test_a_desk_is_suggested_its_own(world: World, client_of: ClientOf, write_down: Writer) -> None:
    for state in ("436", "436", "450"):
        write_down(
            family_name="Uno",
            citizenships=(state, "243"),
            residence_kind="comune",
            residence_comune="046017",
        )
    write_down(family_name="Altrove", citizenships=("307",), desk=world.capannori)
    found = client_of(world.bruno).get(f"{LISTS}?elenco=citizenship&lettere=ma")
    assert found.json["names"][0] == ["Marocco", *found.json["names"][0][1:]]
    assert found.json["common"] == 1
    assert "450" not in found.text
    comuni = client_of(world.bruno).get(f"{LISTS}?elenco=comune&lettere=lu").json
    assert (comuni["names"][0], comuni["common"]) == (["Lucca (LU)"], 1)
    other = client_of(world.dario).get("/s/capannori/persone/elenchi?elenco=citizenship&lettere=ma")
    assert other.json["common"] == 0
    assert other.json["names"][0][0] == "Isole Marshall"


def test_a_broken_question_is_answered(world: World, client_of: ClientOf) -> None:
    client = client_of(world.bruno)
    for query in ("", "?elenco=altro&lettere=ma", "?elenco=comune&lettere=%00", "?lettere=m"):
        assert client.get(LISTS + query).status_code == 200
    assert client_of(world.carla).get(LISTS).status_code == 403


def test_not_stated_is_understood_and_shown_again(world: World, client_of: ClientOf) -> None:
    new = "/s/lucca/persone/nuova"
    typed = {
        "family_name": "",
        "citizenship": "non indicato",
        "birth_state": "Non indicato",
        "residence_comune": "Non indicato",
    }
    client = client_of(world.bruno)
    again = client.submit(new, typed)
    assert again.status_code == 422
    assert "non riconosciut" not in again.text
    assert 'value="non indicato"' in again.text
    assert client.submit(new, typed | {"family_name": "Rossi"}).status_code == 303
