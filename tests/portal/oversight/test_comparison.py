# SPDX-License-Identifier: AGPL-3.0-or-later
"""The comparison: each desk's own figures, the network's sums, who is missing and since when."""

from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from sqlalchemy import update

from portal.core import clock
from portal.core.documents.csv import csv_bytes
from portal.core.errors import Refusal
from portal.core.italy.periods import parse_period
from portal.core.store.database import db
from portal.desks.models import Desk
from portal.figures import actions as figures
from portal.oversight import layouts, prose, queries, standings, variations
from portal.oversight.rules import NetworkComparison
from portal.reports.relazione.assembly import get_relazione
from portal.reports.sections.topic_tables import as_json
from tests.conftest import AtDesk
from tests.portal.oversight.conftest import PERIOD, AtNetwork, Publish, record
from tests.world import Place, World


def own_json(at_desk: AtDesk, desk: Place, baseline: str | None = None) -> dict[str, Any]:
    with at_desk(desk):
        own = as_json(get_relazione(period=PERIOD, baseline=baseline))
    # The network is told the lines, and each code as it was recorded.
    return own | {"rows": [without_details(row) for row in own["rows"]]}


def without_details(row: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key != "details"}


def hide(row: dict[str, Any], hidden: dict[str, list[str]]) -> None:
    """Nothing of a hidden line, and of none beside it what is found over the whole table."""
    if hidden["now"] or hidden["then"]:
        row |= dict.fromkeys(("low", "high", "p_adjusted"))
    if row["code"] in hidden["now"]:
        row |= dict.fromkeys(("count", "nameless", "incidence", "variation", "change"))
    if row["code"] in hidden["then"]:
        row |= dict.fromkeys(("baseline", "baseline_nameless", "baseline_incidence", "variation",
                              "change"))  # fmt: skip


def compared(at_network: AtNetwork, world: World, *periods: str) -> NetworkComparison:
    with at_network(world.rete):
        return queries.get_comparison(*(periods or (PERIOD,)))


def test_every_figure_is_the_desks_own(
    two_desks: World, at_desk: AtDesk, at_network: AtNetwork
) -> None:
    read = layouts.as_json(compared(at_network, two_desks))
    assert list(read) == [
        "network", "period", "baseline", "compiled_at", "missing", "corrections", "desks",
        "dispersion", "standings",
    ]  # fmt: skip
    assert (read["network"], read["period"], read["baseline"]) == ("rete", PERIOD, "2015-S1")
    assert [desk["desk"] for desk in read["desks"]] == ["capannori", "lucca"]
    for desk in read["desks"]:
        place = next(
            one for one in (two_desks.lucca, two_desks.capannori) if one.slug == desk["desk"]
        )
        own = own_json(at_desk, place)
        own |= {"hidden": desk["hidden"], "unsplit": desk["unsplit"]}
        for row in own["rows"]:
            hide(row, desk["hidden"])
        assert desk == {key: own[key] for key in desk}
        assert desk["unsplit"] == {"now": [], "then": []}
        assert list(desk) == [
            "desk", "users", "users_baseline", "services", "services_baseline", "nameless",
            "nameless_baseline", "hidden", "unsplit", "rows",
        ]  # fmt: skip


def test_the_network_is_the_sum_and_its_rates_come_of_the_sums(
    two_desks: World, at_network: AtNetwork
) -> None:
    sums = compared(at_network, two_desks).sums
    assert (sums.users, sums.users_baseline) == (149 + 3, 172 + 2)
    assert (sums.services, sums.services_baseline) == (214 + 4, 222 + 1)
    row = next(row for row in sums.rows() if row.code == "CIT")
    assert (row.count, row.baseline) == (55 + 2, 38 + 1)
    assert row.incidence == Fraction(100 * 57, 152)
    assert row.variation == Fraction(100 * 57, 152) - Fraction(100 * 39, 174)


def test_the_lines_are_those_of_any_desk_in_the_order_of_the_list(
    two_desks: World, at_network: AtNetwork
) -> None:
    comparison = compared(at_network, two_desks)
    codes = [code for code, _label in comparison.topics]
    assert codes[0] == "CIT"
    assert codes[-1] == "SOG-RIN"
    assert len(codes) == 14
    renewals = [desk.rows()[-1].count for desk in comparison.desks]
    assert renewals == [1, 56], "a duplicate asked under the old list is a renewal there"


def test_another_baseline_is_what_the_desks_approved_of_it(
    two_desks: World, at_desk: AtDesk, at_network: AtNetwork, publish: Publish
) -> None:
    with at_desk(two_desks.capannori):
        record(date(2014, 5, 5), ("LAV",), ("ABI-IDO",))
    publish(two_desks.capannori, "2014-S1")
    comparison = compared(at_network, two_desks, PERIOD, "2014-S1")
    capannori, lucca = comparison.desks
    own = own_json(at_desk, two_desks.capannori, "2014-S1")
    # Whether this change is more than chance is the desk's to say, and it did not.
    told = [row["code"] for row in own["rows"] if row["change"]]
    assert told == [row["code"] for row in own["rows"] if row["count"] or row["baseline"]]
    own |= {name: {"now": [], "then": []} for name in ("hidden", "unsplit")}
    for row in own["rows"]:
        row |= dict.fromkeys(("change", "low", "high", "p_adjusted"))
    assert layouts.as_json(comparison)["desks"][0] == {
        key: own[key] for key in layouts.as_json(comparison)["desks"][0]
    }
    assert (capannori.users_baseline, lucca.users_baseline) == (2, None)
    assert comparison.sums.users_baseline is None, "of some desks it is another network"
    assert "di Lucca mancano i dati del I semestre 2014" in " ".join(
        one.text for one in prose.notes(comparison, layouts.COUNTS)
    )


def test_who_is_missing(old_desks: World, at_network: AtNetwork, publish: Publish) -> None:
    comparison = compared(at_network, old_desks)
    assert [desk.slug for desk in comparison.missing] == ["capannori", "lucca"]
    assert (comparison.compiled_at, comparison.desks) == (None, ())
    publish(old_desks.lucca)
    comparison = compared(at_network, old_desks)
    assert prose.missing_notice(comparison) == (
        "Manca Capannori: la colonna Rete comprende 1 sportello su 2."
    )
    publish(old_desks.capannori)
    assert compared(at_network, old_desks).missing == ()


def test_a_desk_founded_afterwards_is_not_missing(
    old_desks: World, at_network: AtNetwork, identity: AtDesk
) -> None:
    midnight = datetime(2016, 6, 30, 22, 0, tzinfo=UTC)  # 1 July in Rome
    with identity():
        mine = update(Desk).where(Desk.slug == "capannori")
        db.session.execute(mine.values(created_at=midnight))
    assert [desk.slug for desk in compared(at_network, old_desks).missing] == ["lucca"]
    later = compared(at_network, old_desks, "2016-S2")
    assert [desk.slug for desk in later.missing] == ["capannori", "lucca"]


def test_when_it_was_compiled(old_desks: World, at_network: AtNetwork, publish: Publish) -> None:
    with clock.stopped_at(datetime(2026, 11, 23, 7, 2, tzinfo=UTC)):
        publish(old_desks.lucca)
    with clock.stopped_at(datetime(2026, 11, 23, 7, 10, tzinfo=UTC)):
        publish(old_desks.capannori)
    comparison = compared(at_network, old_desks)
    assert layouts.as_json(comparison)["compiled_at"] == "2026-11-23T08:10:00+01:00"
    assert prose.subtitle(comparison) == (
        "I semestre 2016 · compilato il 23/11/2026 alle 8:10 · nessuno sportello manca"
        " · ordine alfabetico"
    )


def test_the_matrix_shows_what_the_file_says(two_desks: World, at_network: AtNetwork) -> None:
    comparison = compared(at_network, two_desks)
    lines = csv_bytes(layouts.comparison_table(comparison), style="data").decode().splitlines()
    head, users, services, first = (line.split(",") for line in lines[:4])
    assert head[:5] == [
        "code", "label", "capannori_count", "capannori_nameless", "capannori_baseline",
    ]  # fmt: skip
    assert head[-2:] == ["network_sum_variation", "network_sum_outcome"]
    assert dict(zip(head, users, strict=True))["network_sum_count"] == "152"
    assert dict(zip(head, services, strict=True))["lucca_baseline"] == "222"
    assert dict(zip(head, first, strict=True))["lucca_variation"] == "14.819728"
    shown = {key: layouts.matrix(comparison, key) for key in layouts.SHOWN}
    assert shown["tassi"].heads == ("Capannori", "Lucca", "Rete *")
    cells = {key: matrix.lines[2].cells[1] for key, matrix in shown.items()}
    assert [(cell.main, cell.small) for cell in cells.values()] == [
        ("36,9", "55"), ("55", "38"), ("+14,8", None),
    ]  # fmt: skip
    assert shown["tassi"].lines[1].cells[1] == layouts.MatrixCell("214", "1,44")


def test_a_desk_is_told_apart_only_outside_the_limits(
    old_desks: World, at_desk: AtDesk, at_network: AtNetwork, publish: Publish
) -> None:
    for desk, users, asked in ((old_desks.lucca, 200, 150), (old_desks.capannori, 220, 30)):
        with at_desk(desk):
            figures.store_past_total(
                period=parse_period(PERIOD), users=users, users_f=None, users_m=None,
                topics={"CIT": asked, "FOR": users // 4, "LAV": users // 5},
            )  # fmt: skip
        publish(desk)
    comparison = compared(at_network, old_desks)
    lines = {line.label: line for line in layouts.matrix(comparison, layouts.RATES).lines}
    assert [cell.where for cell in lines["Cittadinanza"].cells] == ["below", "above", ""]
    assert [cell.where for cell in lines["Informazioni sul lavoro"].cells] == ["", "", ""]
    assert lines["Cittadinanza"].cells[1].said == "sopra gli altri sportelli"
    assert not any(
        cell.where
        for line in layouts.matrix(comparison, layouts.COUNTS).lines
        for cell in line.cells
    )
    assert standings.finding(comparison).startswith("2 caselle si distinguono dagli altri")
    told = layouts.as_json(comparison)["standings"]
    assert {(one["desk"], one["code"], one["outside"]) for one in told if one["outside"]} == {
        ("lucca", "CIT", "above"), ("capannori", "CIT", "below"),
    }  # fmt: skip


def test_each_variation_has_the_word_of_its_own_desk(
    old_desks: World, at_desk: AtDesk, at_network: AtNetwork, publish: Publish
) -> None:
    for desk, asked in ((old_desks.lucca, 30), (old_desks.capannori, 150)):
        with at_desk(desk):
            for name, number in ((PERIOD, asked), ("2015-S1", 35)):
                figures.store_past_total(
                    period=parse_period(name), users=200, users_f=None, users_m=None,
                    topics={"CIT": number, "FOR": 50},
                )  # fmt: skip
        publish(desk)
    comparison = compared(at_network, old_desks)
    lines = {line.label: line for line in layouts.matrix(comparison, layouts.CHANGES).lines}
    told = lines["Cittadinanza"].cells
    assert [(cell.where, cell.said) for cell in told] == [("up", "in aumento"), ("", ""), ("", "")]
    assert variations.finding(comparison).startswith(
        "1 variazione non si spiega con il caso: Capannori, Cittadinanza, in aumento."
    )
    rows = {row.key: row.cells for row in variations.table(comparison).rows}
    with at_desk(old_desks.capannori):
        own = next(row for row in as_json(get_relazione(period=PERIOD))["rows"]
                   if row["code"] == "CIT")  # fmt: skip
    assert rows["CIT/capannori"][3:] == (
        *(Decimal(own[key]) for key in ("low", "high")), "▲ in aumento",
    )  # fmt: skip
    assert rows["CIT/lucca"][-1] == "non distinguibile dal caso"
    against = compared(at_network, old_desks, PERIOD, "2014-S1")
    assert variations.table(against).rows == ()
    assert "non hanno detto" in variations.finding(against)


def test_a_line_that_the_list_did_not_have_has_no_zero(
    old_desks: World, at_desk: AtDesk, at_network: AtNetwork, publish: Publish
) -> None:
    """Of the desk's own and of another baseline; the network cannot sum it either."""
    for desk, before in ((old_desks.lucca, ("CIT",)), (old_desks.capannori, ("CIT", "PRO"))):
        with at_desk(desk):
            record(date(2026, 5, 5), *[("CIT", "PRO")] * 5)
            record(date(2024, 5, 5), *[before] * 5)
            record(date(2025, 5, 5), *[before] * 5)
        publish(desk, "2026-S1")
        publish(desk, "2024-S1")
    for periods in (("2026-S1",), ("2026-S1", "2024-S1")):
        comparison = compared(at_network, old_desks, *periods)
        before = [
            {row.code: row.baseline for row in side.rows() if row.code in ("CIT", "PRO")}
            for side in (*comparison.desks, comparison.sums)
        ]
        assert before == [{"CIT": number, "PRO": None} for number in (5, 5, 10)]
        assert comparison.sums.services_baseline == 15, "with what was marked before it could be"
        assert any("non si potevano segnare" in note.text
                   for note in prose.notes(comparison, layouts.CHANGES))  # fmt: skip


def test_alike_desks_are_not_told_apart(two_desks: World, at_network: AtNetwork) -> None:
    comparison = compared(at_network, two_desks)
    assert standings.finding(comparison).startswith("Nessuno sportello si distingue")
    table = standings.table(comparison)
    assert [row.cells[1] for row in table.rows[:2]] == ["Capannori", "Lucca"]
    assert {row.cells[-1] for row in table.rows} == {"non distinguibile"}
    assert "99,8 %" in str(table.note)
    assert "%%" not in str(table.note)


def test_one_desk_alone_has_nobody_to_be_compared_with(
    old_desks: World, at_desk: AtDesk, at_network: AtNetwork, publish: Publish
) -> None:
    with at_desk(old_desks.lucca):
        record(date(2016, 5, 5), ("CIT",))
    publish(old_desks.lucca)
    comparison = compared(at_network, old_desks)
    assert (standings.finding(comparison), standings.table(comparison).rows) == ("", ())
    assert all(one["outside"] is None for one in layouts.as_json(comparison)["standings"])


@pytest.mark.parametrize("period", ["pippo", "2016-S3", ""])
def test_a_wrong_period_is_said(world: World, at_network: AtNetwork, period: str) -> None:
    with pytest.raises(Refusal), at_network(world.rete):
        queries.get_comparison(period)


def test_what_is_shown_when_nobody_says(
    old_desks: World, at_network: AtNetwork, publish: Publish
) -> None:
    with clock.stopped_at(datetime(2026, 11, 23, tzinfo=UTC)):
        with at_network(old_desks.rete):
            assert queries.get_usual_period() == "2026-S1"
        publish(old_desks.lucca, "2016-S1")
        with at_network(old_desks.rete):
            assert queries.get_usual_period() == "2016-S1"
            lines = [(line.period.name, line.published) for line in queries.list_periods()]
            assert lines == [("2026-S1", 0), ("2016-S1", 1)]


def test_the_note_of_intervals_says_that_they_hold_for_a_whole_table(
    two_desks: World, at_network: AtNetwork
) -> None:
    with at_network(two_desks.rete):
        note = variations.table(queries.get_comparison(PERIOD)).note
    assert "al 95 % per l’intera tabella dello sportello" in note
