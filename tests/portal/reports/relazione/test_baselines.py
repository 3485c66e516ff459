# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a period is compared with: named, the one before, the mean of three, nothing."""

from dataclasses import replace
from datetime import date

import pytest

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


def test_the_page_says_which_period_a_choice_means() -> None:
    assert choices(parse_period("2016-S1"))[:2] == [
        ("anno-prima", "Stesso periodo di un anno prima (I semestre 2015)"),
        ("precedente", "Periodo precedente (II semestre 2015)"),
    ]
