# SPDX-License-Identifier: AGPL-3.0-or-later
"""A number typed on the page and the same number in a file are read as one."""

from collections.abc import Callable
from html import unescape

import pytest

from portal.core.errors import Refusal
from portal.figures import queries as figures
from portal.imports.actions import import_file
from tests.conftest import AtDesk
from tests.pages import PortalClient
from tests.portal.imports.files import totals_csv
from tests.world import Someone, World

PAGE = "/s/lucca/totali-passati"
ClientOf = Callable[[Someone], PortalClient]


@pytest.mark.parametrize("typed", ["1172", "1.172", "1 172", "1\u00a0172"])
def test_thousands_are_read_alike(
    world: World, client_of: ClientOf, at_desk: AtDesk, typed: str
) -> None:
    page = {"period": "2015", "users": typed, "topic_CIT": typed, "total": typed}
    assert client_of(world.anna).submit(PAGE, page).status_code == 303
    with at_desk(world.lucca):
        import_file(totals_csv(f"2014;utenti;{typed}", f"2014;CIT;{typed}"), kind="totals")
    with at_desk(world.lucca):
        read = [(one.users, one.topics["CIT"]) for one in figures.list_past_totals()]
    assert read == [(1172, 1172)] * 2


@pytest.mark.parametrize("typed", ["1,5", "12.5", "-3", "1.17", "tanti"])
def test_what_is_no_number_is_the_same_sentence(
    world: World, client_of: ClientOf, at_desk: AtDesk, typed: str
) -> None:
    sentence = "Scrivi un numero intero da 0 in su, per esempio 38 o 1.172"
    page = {"period": "2015", "users": typed, "topic_CIT": "3", "total": "3"}
    answer = client_of(world.anna).submit(PAGE, page)
    assert (answer.status_code, sentence in unescape(answer.text)) == (422, True)
    assert f'value="{typed}"' in answer.text
    with pytest.raises(Refusal) as refused, at_desk(world.lucca):
        import_file(totals_csv(f"2014;utenti;{typed}"), kind="totals")
    assert f"Riga 2, colonna valore: {sentence}." in str(refused.value)


def test_a_number_too_large_is_not_called_no_number(
    world: World, client_of: ClientOf, at_desk: AtDesk
) -> None:
    sentence = "Scrivi un numero intero da 0 a 999.999.999"
    page = {"period": "2015", "users": "2.000.000.000", "topic_CIT": "3", "total": "3"}
    answer = client_of(world.anna).submit(PAGE, page)
    assert (answer.status_code, sentence in unescape(answer.text)) == (422, True)
    with pytest.raises(Refusal) as refused, at_desk(world.lucca):
        import_file(totals_csv("2014;utenti;2000000000"), kind="totals")
    assert f"Riga 2, colonna valore: {sentence}." in str(refused.value)


def test_more_enquiries_in_all_than_can_be_counted_are_refused(
    at_desk: AtDesk, world: World
) -> None:
    most = "999.999.999"
    rows = [
        f"2014;{what}{topic};{most}"
        for topic in ("CIT", "SOG-RIN", "LAV")
        for what in ("", "senza_nome ")
    ]
    with pytest.raises(Refusal) as refused, at_desk(world.lucca):
        import_file(totals_csv(f"2014;utenti;{most}", *rows), kind="totals")
    assert f"Le richieste in tutto possono essere al massimo {most}" in str(refused.value)
