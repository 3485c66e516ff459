# SPDX-License-Identifier: AGPL-3.0-or-later
"""A desk of which only requests, or only users, are known: the network has no number of some."""

from datetime import date
from fractions import Fraction

import pytest

from portal.core.italy.periods import parse_period
from portal.figures import actions as figures
from portal.oversight import layouts, prose, queries
from portal.oversight.editions import freeze, thaw
from portal.oversight.letters import letter_table
from portal.oversight.rules import NetworkComparison
from tests.conftest import AtDesk
from tests.portal.oversight.conftest import AtNetwork, Publish, record
from tests.world import RETE, World


def keep(name: str, users: int, **topics: int) -> None:
    figures.store_past_total(
        period=parse_period(name), users=users, users_f=None, users_m=None, topics=topics
    )


def compared(at_network: AtNetwork, period: str) -> NetworkComparison:
    with at_network(RETE):
        return queries.get_comparison(period)


@pytest.fixture
def halves(old_desks: World, at_desk: AtDesk) -> World:
    """Of 2015 Lucca has the totals of both halves, Capannori its visits; of 2016 both have some."""
    with at_desk(old_desks.lucca):
        keep("2015-S1", 30, CIT=20)
        keep("2015-S2", 25, CIT=17)
        record(date(2016, 3, 1), *[("CIT",)] * 10, *[()] * 10)
    with at_desk(old_desks.capannori):
        record(date(2015, 3, 2), *[("CIT",)] * 20, *[()] * 20)
        record(date(2016, 3, 1), *[("CIT",)] * 10, *[()] * 30)
    return old_desks


def test_users_of_some_desks_are_not_those_of_the_network(
    halves: World, at_network: AtNetwork, publish: Publish
) -> None:
    for desk in (halves.lucca, halves.capannori):
        publish(desk, "2016")
    comparison = compared(at_network, "2016")
    sums = comparison.sums
    assert (sums.users, sums.users_baseline, sums.services_baseline) == (60, None, 57)
    row = sums.rows()[0]
    assert (row.incidence, row.baseline, row.baseline_incidence) == (
        Fraction(100 * 20, 60),
        57,
        None,
    )
    assert row.variation == -25, "of Capannori alone"
    said = [note.text for note in prose.notes(comparison, layouts.COUNTS)]
    assert any(
        text.startswith("Di Lucca gli utenti del 2015 sono n.d.: le richieste sono la somma")
        for text in said
    )
    assert not any("nessuna registrazione" in text for text in said)
    letter = {row.cells[0]: row.cells[1:] for row in letter_table(comparison).rows}
    assert letter["Lucca"] == (20, None, 10, 37)
    with at_network(halves.rete):
        frozen = thaw(freeze("2016", "2015"))
    assert frozen.sums.rows() == sums.rows()


def test_requests_of_a_sum_are_the_networks_too(
    halves: World, at_desk: AtDesk, at_network: AtNetwork, publish: Publish
) -> None:
    for desk in (halves.lucca, halves.capannori):
        with at_desk(desk):
            keep("2014", 10, CIT=10)
    for desk in (halves.lucca, halves.capannori):
        publish(desk, "2015")
    comparison = compared(at_network, "2015")
    assert (comparison.sums.users, comparison.sums.services) == (None, 57)
    assert (comparison.sums.users_baseline, comparison.sums.services_baseline) == (20, 20)
    assert {row.incidence for row in comparison.sums.rows()} == {None}
    assert {desk for desk, _code in comparison.funnel.standings} <= {"capannori"}
    said = [note.text for note in prose.notes(comparison, layouts.RATES)]
    assert any("Di Lucca gli utenti del 2015 sono n.d." in text for text in said)
    assert not any("nessuna registrazione" in text for text in said)
    cells = layouts.matrix(comparison, layouts.RATES).lines[0].cells
    assert [cell.main for cell in cells] == ["40", "n.d.", "n.d."]


def test_requests_of_some_desks_are_not_divided_by_the_users_of_all(
    old_desks: World, at_desk: AtDesk, at_network: AtNetwork, publish: Publish
) -> None:
    with at_desk(old_desks.lucca):
        keep("2015-S1", 60)
    with at_desk(old_desks.capannori):
        record(date(2015, 3, 2), *[("CIT",)] * 20, *[()] * 20)
    for desk in (old_desks.lucca, old_desks.capannori):
        publish(desk, "2015-S1")
    comparison = compared(at_network, "2015-S1")
    assert (comparison.sums.users, comparison.sums.services) == (100, None)
    assert {row.incidence for row in comparison.sums.rows()} == {None}
    assert comparison.funnel.standings == {}, "nobody of Lucca is said to have asked for nothing"
    said = [note.text for note in prose.notes(comparison, layouts.RATES)]
    assert (
        "Di Lucca nel I semestre 2015 si conoscono solo gli utenti: le richieste e i tassi della"
        " rete sono n.d."
    ) in said
