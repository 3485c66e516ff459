# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a period is compared with: named, the one before, the mean of three, nothing."""

from dataclasses import replace
from datetime import date

import pytest

from portal.core.italy.nouns import noun_of
from portal.core.italy.periods import parse_period
from portal.reports.relazione.baselines import Choice, baseline_of, choices

TODAY = date(2026, 11, 26)


def names(period: str, baseline: str | None, today: date = TODAY) -> tuple[str, list[str]]:
    """The window that is counted, and the windows it is compared with."""
    window, against = baseline_of(parse_period(period).cut(today), baseline, today)
    return window.name, [one.name for one in against.periods]


@pytest.mark.parametrize(
    ("period", "baseline", "expected"),
    [
        ("2016-S1", None, ["2015-S1"]),
        ("2016-S1", "anno-prima", ["2015-S1"]),
        ("2016-S1", "precedente", ["2015-S2"]),
        ("2016-S1", "media-3", ["2015-S1", "2014-S1", "2013-S1"]),
        ("2016-S1", "nessuno", []),
        ("2016-S1", "2012-S2", ["2012-S2"]),
        ("2016-03", "media-3", ["2015-03", "2014-03", "2013-03"]),
        ("2015/2016", "precedente", ["2014/2015"]),
        (
            "2016-02-29..2016-03-01",
            "media-3",
            ["2015-02-28..2015-03-01", "2014-02-28..2014-03-01", "2013-02-28..2013-03-01"],
        ),
    ],
)
def test_which_periods(period: str, baseline: str | None, expected: list[str]) -> None:
    assert names(period, baseline) == (period, expected)


def test_an_open_period_is_compared_with_the_same_days_of_each_year() -> None:
    window, against = names("2026-S2", "media-3")
    assert window == "2026-07-01..2026-11-26"
    assert against == [f"{year}-07-01..{year}-11-26" for year in (2025, 2024, 2023)]


def test_a_closed_period_is_cut_beside_an_open_one() -> None:
    assert names("2025-S2", "2026-S2") == (
        "2025-07-01..2025-11-26",
        ["2026-07-01..2026-11-26"],
    )


@pytest.mark.parametrize("baseline", [*Choice, "2014-S2"])
def test_the_name_asks_for_the_same_again(baseline: str) -> None:
    period = parse_period("2016-S1")
    _window, against = baseline_of(period, baseline, TODAY)
    assert baseline_of(period, against.name, TODAY)[1] == against


@pytest.mark.parametrize(
    ("baseline", "sentence"),
    [("2030-S1", "non è ancora cominciato"), ("boh", "non si capisce")],
)
def test_what_cannot_be_compared_is_said(baseline: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        baseline_of(parse_period("2016-S1"), baseline, TODAY)


def test_heads_and_titles() -> None:
    period = parse_period("2016-S1")
    told = {name: baseline_of(period, name, TODAY)[1] for name in Choice}
    assert told[Choice.LAST_YEAR].heads(period) == ("2016", "2015")
    assert told[Choice.PREVIOUS].heads(period) == ("I semestre 2016", "II semestre 2015")
    assert told[Choice.MEAN].heads(period) == ("2016", "media 2013–2015")
    assert told[Choice.NONE].heads(period) == ("2016", "")
    mean = told[Choice.MEAN]
    for known, head in (
        ((0,), "2015"),
        ((0, 2), "media 2013 e 2015"),
        ((0, 1, 2), "media 2013–2015"),
    ):
        held = replace(mean, known=tuple(mean.periods[number] for number in known))
        assert held.heads(period) == ("2016", head)


@pytest.mark.parametrize(
    ("period", "known", "heads"),
    [
        ("2026-S2", (0, 1, 2), ("1° lug – 1° dic 2026", "media 1° lug – 1° dic 2023–2025")),
        ("2026-S2", (0, 2), ("1° lug – 1° dic 2026", "media 1° lug – 1° dic 2023 e 2025")),
        ("2026-S2", (1,), ("1° lug – 1° dic 2026", "1° lug – 1° dic 2024")),
        ("2025-11-01..2026-02-28", (1, 2), (
            "1° nov 2025 – 28 feb 2026",
            "media 1° nov – 28 feb 2022/2023, 1° nov – 29 feb 2023/2024",
        )),
        ("2025-11-01..2026-02-27", (0, 1, 2), ("2025–2026", "media 2022/2023–2024/2025")),
        ("2025-11-01..2026-02-27", (0, 2), ("2025–2026", "media 2022/2023 e 2024/2025")),
        ("2015/2016", (0, 1, 2), ("2015/2016", "media 2012/2013–2014/2015")),
        ("2024-01-01..2024-02-29", (0, 1, 2), (
            "1° gen – 29 feb 2024", "media 1° gen – 28 feb 2021–2023",
        )),
    ],
)  # fmt: skip
def test_a_mean_is_headed_by_its_days_once_and_its_years_together(
    period: str, known: tuple[int, ...], heads: tuple[str, str]
) -> None:
    """As seen: the same days three times over, and «2021–2022–2023–2024»."""
    today = date(2026, 12, 1)
    window, mean = baseline_of(parse_period(period).cut(today), "media-3", today)
    held = replace(mean, known=tuple(mean.periods[number] for number in known))
    assert held.heads(window) == heads


@pytest.mark.parametrize(
    ("period", "baseline", "heads"),
    [
        ("2024-01-01..2024-02-29", None, ("1° gen – 29 feb 2024", "1° gen – 28 feb 2023")),
        ("2025-01-01..2025-02-28", None, ("1° gen – 28 feb 2025", "1° gen – 29 feb 2024")),
        ("2024-01-15..2024-02-29", None, ("15 gen – 29 feb 2024", "15 gen – 28 feb 2023")),
        ("2023-01-01..2023-02-28", None, ("2023", "2022")),
        ("2024-02", None, ("febbraio 2024", "febbraio 2023")),
        ("2024-01-01..2024-03-15", None, ("2024", "2023")),
        ("2024-03-05..2024-03-05", "2023", ("5 mar 2024", "anno 2023")),
    ],
)
def test_ends_that_differ_are_in_the_heads(
    period: str, baseline: str | None, heads: tuple[str, str]
) -> None:
    window, against = baseline_of(parse_period(period), baseline, TODAY)
    assert against.heads(window) == heads


@pytest.mark.parametrize(
    ("known", "head", "noun"),
    [
        ((0, 1, 2), "media 2013-S1, 2014-S1 e 2015-S1", "la media 2013–2015"),
        ((0, 2), "media 2013-S1 e 2015-S1", "la media 2013 e 2015"),
        ((1,), "2014-S1", "il I semestre 2014"),
    ],
)
def test_a_mean_is_named_by_the_periods_that_it_holds(
    known: tuple[int, ...], head: str, noun: str
) -> None:
    """As seen: «media-3» at the head of the files."""
    period = parse_period("2016-S1")
    _window, mean = baseline_of(period, "media-3", TODAY)
    held = replace(mean, known=tuple(mean.periods[number] for number in known))
    assert (held.window_name, held.noun(period).the) == (head, noun)


@pytest.mark.parametrize(
    ("name", "phrases"),
    [
        ("2016", ("del 2016", "nel 2016", "al 2016", "il 2016")),
        ("2016-04", ("di aprile 2016", "in aprile 2016", "ad aprile 2016", "aprile 2016")),
        ("2015/2016", (
            "dell’anno scolastico 2015/2016", "nell’anno scolastico 2015/2016",
            "all’anno scolastico 2015/2016", "l’anno scolastico 2015/2016",
        )),
        ("2024-06-01..2024-08-31", (
            "del periodo dal 1° giugno al 31 agosto 2024",
            "nel periodo dal 1° giugno al 31 agosto 2024",
            "al periodo dal 1° giugno al 31 agosto 2024",
            "il periodo dal 1° giugno al 31 agosto 2024",
        )),
    ],
)  # fmt: skip
def test_a_period_follows_any_preposition(name: str, phrases: tuple[str, ...]) -> None:
    noun = noun_of(parse_period(name))
    assert (noun.of_it, noun.in_it, noun.to_it, noun.the) == phrases


def test_the_page_says_which_period_a_choice_means() -> None:
    assert choices(parse_period("2016-S1"))[:2] == [
        ("anno-prima", "Stesso periodo di un anno prima (I semestre 2015)"),
        ("precedente", "Periodo precedente (II semestre 2015)"),
    ]
