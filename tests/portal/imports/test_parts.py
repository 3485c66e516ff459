# SPDX-License-Identifier: AGPL-3.0-or-later
"""A period is held against the parts that tile it, on the page and in a file with one sentence."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from html import unescape

import pytest
from bs4 import BeautifulSoup
from flask import Flask

from portal.core.errors import Refusal
from portal.core.italy.periods import parse_period
from portal.figures import queries as figures
from portal.imports.actions import import_file, store_past_total
from tests.conftest import AtDesk
from tests.locks import until_waiting
from tests.pages import PortalClient
from tests.portal.imports.files import totals_csv
from tests.world import Someone, World

PAGE = "/s/lucca/totali-passati"
ClientOf = Callable[[Someone], PortalClient]
Totals = tuple[str, int, int]
"""A period, its users, its requests about citizenship."""
YEAR, FIRST, SECOND = ("2015", 40, 100), ("2015-S1", 30, 60), ("2015-S2", 25, 40)


def rows(*totals: Totals) -> list[str]:
    return [
        row
        for period, users, asked in totals
        for row in (f"{period};utenti;{users}", f"{period};CIT;{asked}")
    ]


def typed(period: str, users: int, asked: int) -> dict[str, str]:
    return {
        "period": period,
        "users": str(users),
        "topic_CIT": str(asked),
        "total": str(asked),
    }


def stored(world: World, at_desk: AtDesk) -> list[str]:
    with at_desk(world.lucca):
        return sorted(one.period for one in figures.list_past_totals())


UNEQUAL = (
    "Le richieste «Cittadinanza» del periodo 2015 ({}) non sono la somma di quelle dei periodi"
    " {} ({}), che insieme sono gli stessi giorni: ricontrolla i numeri."
)
HALVES = "2015-S1 e 2015-S2"
CASES: dict[str, tuple[Sequence[Totals], Totals, str, str]] = {
    "fewer in the parts": (
        [YEAR, FIRST], ("2015-S2", 25, 39), UNEQUAL.format(100, HALVES, 99), "topic_CIT",
    ),
    "fewer in the whole": (
        [FIRST, SECOND], ("2015", 40, 99), UNEQUAL.format(99, HALVES, 100), "topic_CIT",
    ),
    "four months": (
        [YEAR, ("2015-Q1", 9, 10), ("2015-Q2", 40, 50)], ("2015-Q3", 9, 39),
        UNEQUAL.format(100, "2015-Q1, 2015-Q2 e 2015-Q3", 99), "topic_CIT",
    ),
    "a half and two quarters": (
        [YEAR, FIRST, ("2015-T3", 9, 10)], ("2015-T4", 40, 31),
        UNEQUAL.format(100, "2015-S1, 2015-T3 e 2015-T4", 101), "topic_CIT",
    ),
    "too many users": (
        [FIRST, SECOND], ("2015", 56, 100),
        "Più utenti nel periodo 2015 (56) che nei periodi 2015-S1 e 2015-S2 messi insieme (55), che"
        " sono gli stessi giorni: ricontrolla i numeri.", "users",
    ),
    "too few users": (
        [YEAR, FIRST], ("2015-S2", 9, 40),
        "Più utenti nel periodo 2015 (40) che nei periodi 2015-S1 e 2015-S2 messi insieme (39), che"
        " sono gli stessi giorni: ricontrolla i numeri.", "users",
    ),
    "a part has more users": (
        [YEAR], ("2015-S1", 41, 60),
        "Più utenti nel periodo 2015-S1 (41) che nel periodo 2015 che lo comprende (40):"
        " ricontrolla i numeri.", "users",
    ),
    "some parts have more": (
        [YEAR, FIRST], ("2015-T3", 9, 41),
        "Più richieste «Cittadinanza» nei periodi 2015-S1 e 2015-T3 insieme (101) che nel periodo"
        " 2015 che li comprende (100): ricontrolla i numeri.", "topic_CIT",
    ),
    "a school year": (
        [("2014-09", 1, 1), ("2014-T4", 2, 2), ("2015-Q1", 3, 3), ("2015-Q2", 4, 4)],
        ("2014/2015", 9, 11),
        "Le richieste «Cittadinanza» del periodo 2014/2015 (11) non sono la somma di quelle dei"
        " periodi 2014-09, 2014-T4, 2015-Q1 e 2015-Q2 (10), che insieme sono gli stessi giorni:"
        " ricontrolla i numeri.", "topic_CIT",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_the_page_says_it_beside_the_number_and_keeps_what_was_typed(
    world: World, client_of: ClientOf, at_desk: AtDesk, case: str
) -> None:
    before, last, sentence, field = CASES[case]
    anna = client_of(world.anna)
    for totals in before:
        assert anna.submit(PAGE, typed(*totals)).status_code == 303
    answer = anna.submit(PAGE, typed(*last))
    assert answer.status_code == 422
    soup = BeautifulSoup(answer.text, "html.parser")
    cell = soup.select_one(f"[name='{field}']")
    assert cell is not None
    said = soup.find(id=f"{cell['id']}-error")
    assert said is not None
    assert said.text.strip().removeprefix("Errore: ") == sentence
    assert cell["value"] == typed(*last)[field]
    assert stored(world, at_desk) == sorted(period for period, _users, _asked in before)


@pytest.mark.parametrize("case", CASES)
def test_a_file_says_the_same_at_the_row_of_the_number(
    world: World, at_desk: AtDesk, case: str
) -> None:
    before, last, sentence, field = CASES[case]
    lines = rows(*before, last)
    row = 2 + lines.index(f"{last[0]};utenti;{last[1]}") + (field == "topic_CIT")
    with pytest.raises(Refusal) as refused, at_desk(world.lucca):
        import_file(totals_csv(*lines), kind="totals")
    head, *said = str(refused.value).splitlines()
    assert head == "Il file ha 1 errore: non è stato salvato nulla."
    assert said == [f"Riga {row}, colonna valore: {sentence}"]
    assert stored(world, at_desk) == []
    with at_desk(world.lucca):
        import_file(totals_csv(*rows(*before)), kind="totals")
    with pytest.raises(Refusal) as refused, at_desk(world.lucca):
        import_file(totals_csv(*rows(last)), kind="totals")
    assert sentence in str(refused.value)


@pytest.mark.parametrize(
    "totals",
    [
        [YEAR, FIRST, SECOND],
        [FIRST, YEAR, SECOND],
        [("2015", 55, 100), FIRST, SECOND],
        [("2015", 30, 100), FIRST, SECOND],
        [YEAR, FIRST, ("2015-T3", 9, 10), ("2015-T4", 16, 30), SECOND],
        [(f"2015-{month:02d}", 5, month) for month in range(1, 13)] + [("2015", 60, 78)],
    ],
)
def test_what_agrees_is_kept(world: World, at_desk: AtDesk, totals: list[Totals]) -> None:
    with at_desk(world.lucca):
        assert import_file(totals_csv(*rows(*totals)), kind="totals").periods == len(totals)


def test_a_topic_of_another_list_counts_under_its_first_name(world: World, at_desk: AtDesk) -> None:
    """The year says 5 of residence under citizenship, the half in which it was marked names it."""
    half = ["2015-S1;utenti;5", "2015-S1;CIT-RES;5", "2015-S2;utenti;5", "2015-S2;CIT;3"]
    with pytest.raises(Refusal, match=r"«Cittadinanza» del periodo 2015 \(9\).* \(8\)"):
        with at_desk(world.lucca):
            import_file(totals_csv("2015;utenti;9", "2015;CIT;9", *half), kind="totals")
    with at_desk(world.lucca):
        import_file(totals_csv("2015;utenti;9", "2015;CIT;8", *half), kind="totals")


def test_the_nameless_add_up_too(world: World, at_desk: AtDesk, client_of: ClientOf) -> None:
    parts = [*rows(FIRST, SECOND), "2015-S1;senza_nome;7", "2015-S2;senza_nome;5"]
    with at_desk(world.lucca):
        import_file(totals_csv(*parts), kind="totals")
    answer = client_of(world.anna).submit(PAGE, typed(*YEAR) | {"nameless": "11"})
    sentence = (
        "Le richieste senza nome del periodo 2015 (11) non sono la somma di quelle dei periodi"
        " 2015-S1 e 2015-S2 (12)"
    )
    assert (answer.status_code, sentence in unescape(answer.text)) == (422, True)
    answer = client_of(world.anna).submit(PAGE, typed(*YEAR) | {"nameless": "12"})
    assert answer.status_code == 303


def test_a_correction_and_an_undoing_are_held_too(
    world: World, client_of: ClientOf, at_desk: AtDesk
) -> None:
    anna = client_of(world.anna)
    for totals in (YEAR, FIRST, SECOND):
        anna.submit(PAGE, typed(*totals))
    with at_desk(world.lucca):
        ids = {one.period: one.id for one in figures.list_past_totals()}
    url = f"{PAGE}/{ids['2015-S2']}"
    answer = anna.submit(url, {"topic_CIT": "41", "total": "41"}, action=url)
    sentence = UNEQUAL.format(100, HALVES, 101)
    assert (answer.status_code, sentence in unescape(answer.text)) == (422, True)
    assert 'value="41"' in answer.text
    undo = anna.submit(f"{url}/elimina", {"reason": "Altro"}).location
    year = f"{PAGE}/{ids['2015']}"
    assert anna.submit(year, {"topic_CIT": "90", "total": "90"}, action=year).status_code == 303
    answer = anna.submit(undo, {}, action=f"{url}/ripristina")
    sentence = UNEQUAL.format(90, HALVES, 100)
    assert (answer.status_code, sentence in unescape(answer.text)) == (422, True)
    assert stored(world, at_desk) == ["2015", "2015-S1"]


def test_what_could_not_be_read_is_no_contradiction(world: World, at_desk: AtDesk) -> None:
    lines = [*rows(YEAR, FIRST), "2015-S2;utenti;25", "2015-S2;CIT;35,0", "2015-S2;CIT-RES;5"]
    with pytest.raises(Refusal) as refused, at_desk(world.lucca):
        import_file(totals_csv(*lines), kind="totals")
    assert len(str(refused.value).splitlines()) == 2
    assert "Riga 7, colonna valore: Scrivi un numero intero" in str(refused.value)


def test_the_same_days_written_as_dates_are_the_period(world: World, at_desk: AtDesk) -> None:
    with at_desk(world.lucca):
        import_file(totals_csv(*rows(("2015-01-01..2015-06-30", 30, 60))), kind="totals")
    assert stored(world, at_desk) == ["2015-S1"]


def test_two_halves_at_once_are_held_against_each_other(
    app: Flask, world: World, at_desk: AtDesk
) -> None:
    """Each alone agrees with the year: whoever comes second must see the first."""

    def store(period: str, users: int, asked: int) -> None:
        store_past_total(
            period=parse_period(period),
            users=users,
            users_f=None,
            users_m=None,
            topics={"CIT": asked},
        )

    def second() -> str:
        try:
            with at_desk(world.lucca):
                store("2015-S2", 25, 39)
        except Refusal as refusal:
            return refusal.sentence
        return ""

    with at_desk(world.lucca):
        store(*YEAR)
    with ThreadPoolExecutor() as pool:
        with at_desk(world.lucca):
            store(*FIRST)
            waiting = pool.submit(second)
            until_waiting(1, app.config["SETTINGS"])
        assert "non sono la somma" in waiting.result()
    assert stored(world, at_desk) == ["2015", "2015-S1"]
