# SPDX-License-Identifier: AGPL-3.0-or-later
"""Past totals of users alone: their requests were not kept, which is never zero."""

from collections.abc import Callable
from html import unescape

import pytest
from bs4 import BeautifulSoup

from portal.core.errors import Refusal
from portal.figures import queries as figures
from portal.imports.actions import import_file
from tests.conftest import AtDesk
from tests.pages import PortalClient, form_values
from tests.portal.imports.files import totals_csv
from tests.world import Someone, World

PAGE = "/s/lucca/totali-passati"
ALONE = {"period": "2015", "users": "300"}
PART_OF = "Le richieste senza nome sono una parte delle richieste: scrivi anche quelle"
ClientOf = Callable[[Someone], PortalClient]


@pytest.fixture
def anna(world: World, client_of: ClientOf) -> PortalClient:
    return client_of(world.anna)


def kept(anna: PortalClient, typed: dict[str, str] = ALONE) -> str:
    """The address of these totals, which the page accepts."""
    answer = anna.submit(PAGE, typed)
    assert answer.status_code == 303, answer.text
    return f"{PAGE}/{answer.location.rpartition('=')[2]}"


def numbers(soup: BeautifulSoup) -> dict[str, str]:
    lines = [line.find_all(["th", "td"]) for line in soup.select("tbody tr")]
    return {label.text: number.text for label, number in lines}


def test_users_alone_are_enough_on_every_page(
    anna: PortalClient, world: World, at_desk: AtDesk
) -> None:
    url = kept(anna)
    with at_desk(world.lucca):
        (stored,) = figures.list_past_totals()
        assert (stored.users, figures.counts_of(stored).services) == (300, None)
    assert "2015 300 utenti, richieste n.d." in anna.soup(PAGE).text
    shown = form_values(anna.soup(url))
    assert (shown["users"], shown["total"], shown["topic_CIT"]) == (["300"], [""], [""])
    leaving = numbers(anna.soup(f"{url}/elimina"))
    assert leaving.pop("Utenti") == "300"
    assert set(leaving.values()) == {"n.d."}
    assert len(leaving) > 14
    assert anna.submit(url, {"users": "301"}, action=url).status_code == 303
    assert "301 utenti, richieste n.d." in anna.soup(PAGE).text


def test_no_form_of_its_relazione_says_that_lines_add_up(anna: PortalClient) -> None:
    kept(anna)
    page = anna.soup("/s/lucca/relazioni/periodo?periodo=2015&confronto=nessuno").text
    assert "300" in page
    assert "✓ Le 14 righe" not in page
    for form in ("html", "csv"):
        answer = anna.get(f"/s/lucca/relazioni/file.{form}?periodo=2015&confronto=nessuno")
        assert "✓ Le 14 righe" not in answer.text
    answer = anna.get("/s/lucca/relazioni/file.json?periodo=2015&confronto=nessuno")
    for table in ("richieste", "gruppi"):
        assert answer.json["tables"][table]["reconciles"] is None  # type: ignore[index]


def test_of_a_period_without_users_nothing_was_asked(anna: PortalClient) -> None:
    url = kept(anna, {"period": "2015-08", "users": "0"})
    assert "0 utenti, 0 richieste" in anna.soup(PAGE).text
    assert form_values(anna.soup(url))["total"] == ["0"]
    assert set(numbers(anna.soup(f"{url}/elimina")).values()) == {"0", "n.d."}


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"topic_CIT": "3"}, "Scrivi il totale"),
        ({"topic_CIT": "0"}, "Scrivi il totale"),
        ({"total": "3"}, "La somma delle righe è 0"),
        ({"nameless": "3"}, PART_OF),
        ({"nameless_CIT": "3"}, PART_OF),
    ],
)
def test_what_is_said_of_requests_is_said_whole(
    anna: PortalClient, typed: dict[str, str], sentence: str
) -> None:
    answer = anna.submit(PAGE, ALONE | typed)
    assert (answer.status_code, sentence in unescape(answer.text)) == (422, True)


def test_a_line_that_is_no_number_is_not_also_a_wrong_sum(anna: PortalClient) -> None:
    answer = anna.submit(PAGE, ALONE | {"topic_CIT": "tanti", "total": "3"})
    assert "Scrivi un numero intero" in answer.text
    assert "La somma delle righe" not in answer.text


def test_the_second_editor_sees_that_requests_are_not_known_now(
    anna: PortalClient, world: World, at_desk: AtDesk
) -> None:
    url = kept(anna, ALONE | {"topic_CIT": "38", "total": "38"})
    before = form_values(anna.soup(url).select("main form")[0])
    cleared = {"topic_CIT": "", "total": ""}
    assert anna.submit(url, cleared, action=url).status_code == 303
    answer = anna.post(url, data=before)
    assert "Ora è salvato: Cittadinanza: n.d." in unescape(answer.text)


@pytest.mark.parametrize("row", ["senza_nome;3", "senza_nome CIT;3"])
def test_a_file_says_once_that_the_requests_are_missing(
    world: World, at_desk: AtDesk, row: str
) -> None:
    with pytest.raises(Refusal) as refused, at_desk(world.lucca):
        import_file(totals_csv("2015;utenti;300", f"2015;{row}"), kind="totals")
    assert refused.value.sentence.splitlines()[1:] == [f"Riga 3, colonna valore: {PART_OF}."]
    with at_desk(world.lucca):
        import_file(totals_csv("2015;utenti;300", "2015;senza_nome;0"), kind="totals")
