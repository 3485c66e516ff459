# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the box says of what it understood, and what stands in the fields of what it did not."""

from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup

from portal.people import actions as people
from portal.people.rules import PersonFacts
from tests.conftest import AtDesk
from tests.pages import PortalClient, form_values
from tests.world import Someone, World

ClientOf = Callable[[Someone], PortalClient]

HOME = "/s/lucca/"
BEGIN = "/s/lucca/accessi/nuovo/inizia"


def soup_of(text: str) -> BeautifulSoup:
    return BeautifulSoup(text, "html.parser")


@pytest.mark.parametrize(
    ("typed", "name", "value", "wrong"),
    [
        ("29/02/2015", "birth", "29/02/2015", "Il 29/02/2015 non esiste"),
        ("12/04/2031", "birth", "12/04/2031", "La data è nel futuro"),
        ("14/5", "birth", "14/5", "non si capisce"),
        ("99999", "phone", "99999", "non si capisce"),
        ("RSSMRA85T10A562X", "codice_fiscale", "RSSMRA85T10A562X", "non torna"),
        ("x" * 130, "given_name", "rosa " + "x" * 130, "al massimo 120 caratteri"),
    ],
)
def test_what_was_not_understood_stands_in_its_field(
    world: World, client_of: ClientOf, typed: str, name: str, value: str, wrong: str
) -> None:
    client = client_of(world.bruno)
    box = form_values(client.soup(HOME).select_one("#box"))
    answer = client.post(BEGIN, data=box | {"q": f"bianchi rosa {typed}"})
    soup = soup_of(answer.text)
    assert answer.status_code == 200
    (shown,) = form_values(soup.select_one("#visit"))[f"person-{name}"]
    assert shown.lower() == value.lower()
    assert wrong in soup.select_one(f"#person-{name}-error").text
    assert soup.select_one("details.rest").has_attr("open") == (name in ("phone", "codice_fiscale"))
    assert "Non salvato" not in soup.text, "nothing was to be saved yet"


def test_a_wrong_date_is_said_beside_who_has_the_names(
    world: World, at_desk: AtDesk, client_of: ClientOf
) -> None:
    with at_desk(world.lucca):
        people.create_person(facts=PersonFacts("Sidibe", "Aminata"))
    client = client_of(world.bruno)
    for typed, wrong in (
        ("31/02/1990", "Il 31/02/1990 non esiste"),
        ("RSSMRA85T10A562X", "L’ultima lettera del codice fiscale non torna: ricontrollalo"),
    ):
        soup = soup_of(client.submit(HOME, {"q": f"sidibe aminata {typed}"}).text)
        assert soup.select_one(".slot .field-error").text == wrong
        assert "1 persona trovata" in soup.select_one(".slot").text
        said = soup.select_one(".options")["data-said"]
        assert said.startswith(f"{wrong}. 1 persona trovata. Prima: Sidibe Aminata")


def test_nobody_is_said_in_words_and_what_a_new_one_begins_with(
    world: World, client_of: ClientOf
) -> None:
    nobody = soup_of(client_of(world.bruno).submit(HOME, {"q": "zu 14/05/1991 333 7654321"}).text)
    assert nobody.select_one(".slot .count").text == "Nessuna persona"
    new = " ".join(nobody.select_one(".option.new").get_text(" ").split())
    assert new == "Nuova persona cognome Zu nascita 14/05/1991 tel. 333 765 4321 Invio"


def test_a_text_too_long_says_how_long_it_may_be(world: World, client_of: ClientOf) -> None:
    long = client_of(world.bruno).submit(HOME, {"q": "x" * 201})
    assert "Il testo è troppo lungo: al massimo 200 caratteri." in long.text
