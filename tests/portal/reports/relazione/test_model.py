# SPDX-License-Identifier: AGPL-3.0-or-later
"""The arithmetic of a relazione against the seed's table and against an independent count."""

from collections.abc import Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.documents.csv import csv_bytes
from portal.core.documents.tables import cell_text
from portal.core.italy.formats import plain
from portal.core.italy.periods import parse_period
from portal.reports.measures.breakdowns import BY_KEY
from portal.reports.relazione.baselines import Baseline
from portal.reports.relazione.model import (
    Counts,
    Relazione,
    incidence,
    reconciles,
    six_places,
    topic_rows,
    variation,
)
from portal.reports.relazione.rows import Compared
from portal.reports.sections.breakdown_table import table_of
from portal.reports.sections.topic_tables import as_json, historical_table, modern_table
from portal.taxonomy.lines import Days, lines_between
from portal.taxonomy.rules import TopicList
from tests.portal.reports.lists import topic, topic_list

SEED = Path(__file__).parents[3] / "fixtures" / "prospetto-2016-s1.csv"
LINES = [line.split(";") for line in SEED.read_text(encoding="utf-8").splitlines()[1:-1]]
LABELS = [(number, line[0]) for number, line in enumerate(LINES, start=1)]
TOPICS = [(f"T{number}", label) for number, label in LABELS]


def counts(column: int, users: int | None, sexes: Mapping[str, int] | None) -> Counts:
    topics = {f"T{number}": int(line[column]) for number, line in enumerate(LINES, start=1)}
    return Counts(users=users, users_by_sex=sexes, visits=187, anonymous=0, topics=topics)


NOW = counts(1, 149, {"F": 67, "M": 82})
THEN = counts(2, 172, None)


LIST = topic_list(
    {
        1: [
            topic(1, code, number, label=label, historical_row=number)
            for number, (code, label) in enumerate(TOPICS, start=1)
        ],
        2: [topic(2, code, number) for number, code in enumerate(("T1", "T2", "ALT", "X99"), 1)],
    },
    [(1, "T1", 2, "T1"), (1, "T2", 2, "T2")],
)
WINDOW, EARLIER = (date(2009, 1, 1), date(2009, 6, 30)), (date(2008, 1, 1), date(2008, 6, 30))


def compared(
    current: Counts, baseline: Counts | None, *, topics: TopicList = LIST, window: Days = WINDOW
) -> Compared:
    in_force = topics.versions_in(window) | topics.versions_in(EARLIER)
    codes = {code for side in (current, baseline) if side for code in side.topics}
    lines = lines_between(topics, in_force, codes, current=max(in_force))
    return Compared(lines, current, baseline, window, (EARLIER,))


def relazione(current: Counts = NOW, baseline: Counts | None = THEN) -> Relazione:
    return Relazione(
        desk_name="Centro servizi",
        desk_slug="centro-servizi",
        period=parse_period("2016-S1"),
        against=Baseline((parse_period("2015-S1"),)),
        current=current,
        baseline=baseline,
        rows=topic_rows(TOPICS, current, baseline),
        historical=compared(current, baseline).historical_rows(LABELS),
        taxonomy_version="1",
    )


def test_the_historical_layout_is_the_seed_to_the_byte() -> None:
    assert csv_bytes(historical_table(relazione()), style="historical") == SEED.read_bytes()


def test_the_two_incidences_are_subtracted_before_rounding() -> None:
    exact = variation(5, 149, 3, 172)
    assert exact is not None
    assert plain(exact, 1) == "1.6"  # rounding each first gives 3.4 - 1.7 = 1.7
    assert six_places(variation(55, 149, 38, 172)) == "14.819728"


def independent(number: int, users: int, baseline: int, baseline_users: int, places: int) -> str:
    """The variation again, with Decimals of 60 digits."""
    with localcontext() as context:
        context.prec = 60
        exact = Decimal(100 * number) / users - Decimal(100 * baseline) / baseline_users
        text = str(exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP))
    return text.removeprefix("-") if not text.strip("-0.") else text


USERS = st.integers(1, 5000)
NUMBERS = st.integers(0, 20_000)


@given(NUMBERS, USERS, NUMBERS, USERS)
def test_variations_agree_with_an_independent_computation(
    number: int, users: int, baseline: int, baseline_users: int
) -> None:
    exact = variation(number, users, baseline, baseline_users)
    assert exact is not None
    for places in (1, 6):
        assert plain(exact, places) == independent(number, users, baseline, baseline_users, places)


@given(NUMBERS, USERS)
def test_the_same_figures_do_not_vary(number: int, users: int) -> None:
    assert six_places(variation(number, users, number, users)) == "0.000000"


@pytest.mark.parametrize(("number", "users"), [(3, 0), (3, None), (None, 5)])
def test_of_no_users_nothing_is_computed(number: int | None, users: int | None) -> None:
    assert incidence(number, users) is None
    assert variation(number, users, 1, 2) is None
    assert variation(1, 2, number, users) is None
    assert six_places(None) is None


NEXT = (date(2010, 1, 1), date(2010, 6, 30))
"""The first half-year of the second list."""


def test_what_the_old_table_does_not_foresee_makes_one_row_only_when_not_zero() -> None:
    now = Counts(149, None, None, None, {"T1": 3, "ALT": 2, "X99": 1})
    rows = compared(now, THEN, window=NEXT).historical_rows(LABELS)
    assert len(rows) == 15
    assert rows[-1].label == "Altre richieste (non previste nel prospetto storico)"
    # No list of before had them: no zero stands beside, and no rise.
    assert (rows[-1].count, rows[-1].baseline, rows[-1].variation) == (3, None, None)
    assert rows[-1].codes == ("ALT", "X99")
    assert (rows[0].count, rows[0].baseline) == (3, 38)
    # Those that the new list has dropped could not be asked any more.
    assert (rows[2].count, rows[2].baseline, rows[2].variation) == (None, 3, None)
    early = Counts(172, None, None, None, {**THEN.topics, "ALT": 1})
    both = compared(NOW, early)
    assert len(both.historical_rows(LABELS)) == 14
    assert both.early == (0, 1)
    assert reconciles(both.rows, NOW.services, early.services, early=both.early)
    zero = Counts(149, None, None, None, {"T1": 3, "ALT": 0})
    assert len(compared(zero, THEN, window=NEXT).historical_rows(LABELS)) == 14
    assert len(compared(NOW, None).historical_rows(LABELS)) == 14


def test_several_topics_roll_up_into_one_old_row() -> None:
    lists = topic_list(
        {
            1: [topic(1, "T1", 1, historical_row=1)],
            2: [topic(2, code, number) for number, code in enumerate(("T1", "A", "B"), 1)],
        },
        [(1, "T1", 2, code) for code in ("T1", "A", "B")],
    )
    current = Counts(10, None, None, None, {"A": 2, "B": 3})
    found = compared(current, None, topics=lists, window=NEXT)
    rows = found.historical_rows([(1, "Una")])
    assert [(row.label, row.count, row.baseline) for row in rows] == [("Una", 5, None)]
    assert [(row.code, row.count) for row in found.rows] == [("T1", 5)]
    assert [(one.code, one.count, one.is_part_then) for one in found.rows[0].details] == [
        ("A", 2, False), ("B", 3, False),
    ]  # fmt: skip


def test_rows_that_do_not_add_up_are_found() -> None:
    rows = topic_rows(TOPICS[1:], NOW, THEN)
    assert not reconciles(rows, NOW.services, THEN.services)
    assert reconciles(topic_rows(TOPICS, NOW, THEN), 214, 222)
    assert not reconciles(topic_rows(TOPICS, NOW, THEN), 214, 221)
    assert relazione().reconciles


def test_the_modern_layout_names_its_columns_and_signs_its_variations() -> None:
    table = modern_table(relazione())
    assert [(column.group, column.head) for column in table.columns] == [
        (None, "Tipologia di richiesta"),
        ("Richieste", "2016"),
        ("Richieste", "2015"),
        ("Ogni 100 utenti", "2016"),
        ("Ogni 100 utenti", "2015"),
        ("Variazione", "punti"),
    ]
    shown = [
        [cell_text(value, column) for value, column in zip(row.cells, table.columns, strict=True)]
        for row in table.rows
    ]
    assert shown[0] == ["Cittadinanza", "55", "38", "36,9", "22,1", "+14,8"]
    assert shown[13][-1] == "−10,7"
    assert shown[14] == ["Totale", "214", "222", "143,6", "129,1", ""]
    assert table.rows[14].kind == "total"
    assert table.note == (
        "Ogni 100 utenti: richieste divise per gli utenti del periodo (149 e 172); "
        "la somma supera 100 perché una persona può chiedere più cose."
    )


def test_the_historical_layout_on_the_page_keeps_heads_and_signs() -> None:
    table = historical_table(relazione())
    assert [column.head for column in table.columns] == [
        "TIPOLOGIA DI RICHIESTA",
        "2016",
        "2015",
        "Variazione in %",
    ]
    assert cell_text(table.rows[13].cells[3], table.columns[3]) == "-10,7%"


def test_without_a_baseline_its_figures_are_not_computable() -> None:
    text = csv_bytes(historical_table(relazione(baseline=None)), style="historical").decode()
    assert "Cittadinanza;55;n.d.;n.d.\n" in text
    assert text.endswith("Importo Totale;214;n.d.;\n")


def test_json() -> None:
    answer = as_json(relazione())
    assert list(answer) == [
        "desk", "period", "baseline", "users", "users_baseline", "users_by_sex", "visits",
        "services", "services_baseline", "nameless", "nameless_baseline", "early",
        "early_baseline", "rows",
    ]  # fmt: skip
    assert answer["desk"] == "centro-servizi"
    assert (answer["period"], answer["baseline"]) == ("2016-S1", "2015-S1")
    assert (answer["users"], answer["users_baseline"]) == (149, 172)
    assert answer["users_by_sex"] == {"F": 67, "M": 82, "X": 0}
    assert (answer["services"], answer["services_baseline"]) == (214, 222)
    assert len(answer["rows"]) == 14
    assert answer["rows"][0] == {
        "code": "T1",
        "label": "Cittadinanza",
        "count": 55,
        "nameless": None,
        "baseline": 38,
        "baseline_nameless": None,
        "incidence": "36.912752",
        "baseline_incidence": "22.093023",
        "variation": "14.819728",
        # Of a relazione whose persons nobody asked about nothing is said.
        "change": None,
        "low": None,
        "high": None,
        "p_adjusted": None,
        "details": [],
    }


def test_json_without_baseline_or_sexes_is_null_where_nothing_is_known() -> None:
    answer = as_json(relazione(counts(1, 149, None), None))
    assert answer["users_baseline"] is None
    assert answer["services_baseline"] is None
    assert answer["users_by_sex"] == {"F": None, "M": None, "X": None}
    row = answer["rows"][0]
    assert (row["baseline"], row["baseline_incidence"], row["variation"]) == (None, None, None)


def test_an_open_period_keeps_its_name_in_json_and_its_dates_in_the_file() -> None:
    window = parse_period("2016-S1").cut(parse_period("2016-03-15..2016-03-15").start)
    value = Relazione(
        desk_name="Centro servizi",
        desk_slug="centro-servizi",
        period=window,
        against=Baseline((window.baseline(),)),
        current=NOW,
        baseline=THEN,
        rows=(),
        historical=(),
        taxonomy_version="1",
    )
    assert as_json(value)["period"] == "2016-S1"
    assert value.partial_until == window.end
    heads = csv_bytes(historical_table(value), style="historical").splitlines()[0]
    assert heads == b"tipologia;2016-01-01..2016-03-15;2015-01-01..2015-03-15;variazione"


def test_users_by_sex_always_add_up_to_the_users() -> None:
    current = counts(1, 149, {"F": 60, "M": 80, "X": 2})
    assert current.of_sex("N") == 7
    assert as_json(relazione(current))["users_by_sex"] == {"F": 60, "M": 80, "X": 9}
    table = table_of(BY_KEY["sexes"], relazione(current))
    assert table is not None
    assert [row.cells[:2] for row in table.rows] == [
        ("Donne", 60),
        ("Uomini", 80),
        ("Altro (X)", 2),
        ("Non indicato", 7),
        ("Totale", 149),
    ]
    table = table_of(BY_KEY["sexes"], relazione())
    assert table is not None
    assert len(table.rows) == 4
