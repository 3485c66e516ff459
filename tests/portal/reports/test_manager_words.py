# SPDX-License-Identifier: AGPL-3.0-or-later
"""The manager's words about a period, kept as they are typed."""

from collections.abc import Callable

from tests.pages import PortalClient
from tests.portal.counter.test_drafts import keep, opened
from tests.world import Someone, World

ClientOf = Callable[[Someone], PortalClient]


def test_the_words_of_a_relazione_are_kept_and_found_again(
    world: World, client_of: ClientOf
) -> None:
    anna = client_of(world.anna)
    page = "/s/lucca/relazioni/testo?periodo=2026-S1"
    form = opened(anna, page)
    assert keep(anna, form, page=page, comment="x" * 10_000, premise="y" * 10_000).get_json()[
        "said"
    ]
    assert keep(anna, form, 2, page=page, comment="Chiusi a maggio.").get_json()["number"] == 2
    waiting = anna.soup("/s/lucca/").select_one(".pending li")
    assert "Testo della relazione, I semestre 2026" in waiting.text
    again = anna.soup(str(waiting.a["href"]))
    assert again.select_one("#comment").text.strip() == "Chiusi a maggio."
    assert "Bozza ripresa." in again.text


def test_words_about_the_days_of_a_period_are_the_words_of_the_period(
    world: World, client_of: ClientOf
) -> None:
    anna = client_of(world.anna)
    page = "/s/lucca/relazioni/testo?periodo="
    answer = anna.submit(f"{page}2023-01-01..2023-06-30", {"comment": "Chiusi a maggio."})
    assert answer.status_code == 303
    assert "Chiusi a maggio." in anna.soup(answer.location).text
    again = anna.soup(f"{page}2023-S1").select_one("#comment")
    assert again.text.strip() == "Chiusi a maggio."


def test_a_draft_of_words_about_no_period_breaks_nothing(world: World, client_of: ClientOf) -> None:
    anna = client_of(world.anna)
    form = opened(anna, "/s/lucca/relazioni/testo?periodo=2026-S1")
    for page in ("/s/lucca/relazioni/testo", "/s/lucca/relazioni/testo?periodo=boh"):
        assert keep(anna, form, page=page, comment="Ciao").status_code == 200
        assert "Testo della relazione" in anna.get("/s/lucca/").text
