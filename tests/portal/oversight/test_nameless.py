# SPDX-License-Identifier: AGPL-3.0-or-later
"""Desks are compared by what their users asked: a sheet of marks moves no rate."""

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest
from sqlalchemy import select

from portal.core.italy.periods import parse_period
from portal.core.store.database import db
from portal.figures.rules import Counts, Nameless
from portal.oversight import layouts, prose, queries
from portal.oversight.editions import freeze, thaw
from portal.oversight.models import PublishedFigure
from portal.oversight.rules import DeskFigures, Named, NetworkComparison
from portal.visits import actions as visits
from portal.visits.rules import VisitFacts
from tests.conftest import AtDesk
from tests.portal.oversight.conftest import PERIOD, AtNetwork, Publish, record
from tests.portal.reports.test_funnel import USERS, alike
from tests.world import RETE, World


def compared(at_network: AtNetwork, period: str) -> NetworkComparison:
    with at_network(RETE):
        return queries.get_comparison(period)


def test_a_desk_of_which_many_are_nameless_has_its_rate_of_users_and_a_note(
    old_desks: World, at_desk: AtDesk, at_network: AtNetwork, publish: Publish
) -> None:
    for desk, unnamed in ((old_desks.lucca, 0), (old_desks.capannori, 90)):
        with at_desk(desk):
            for day in (date(2015, 3, 2), date(2016, 3, 1)):
                record(day, *[("CIT",)] * 20, *[()] * 20)
            visits.record_visits(facts=[VisitFacts(date(2016, 3, 1), ("CIT",))] * unnamed)
        publish(desk)
    comparison = compared(at_network, PERIOD)
    capannori, lucca = (desk.rows()[0] for desk in comparison.desks)
    assert (capannori.count, capannori.nameless, lucca.nameless) == (110, 90, 0)
    assert capannori.incidence == lucca.incidence == 50  # 110 of 40 users would say 275
    total = comparison.sums.rows()[0]
    assert (total.count, total.nameless, total.incidence, total.variation) == (130, 90, 50, 0)
    assert not [one for one in comparison.funnel.standings.values() if one.is_outside]
    matrix = layouts.matrix(comparison, layouts.RATES)
    assert matrix.heads == ("Capannori (a)", "Lucca", "Rete *")
    said = [note.text for note in prose.notes(comparison, layouts.RATES)]
    assert any(text.startswith("(a) Capannori: senza nome 90 richieste su 110") for text in said)
    read = layouts.as_json(comparison)["desks"][0]
    assert (read["nameless"], read["nameless_baseline"]) == (90, 0)
    with at_network(old_desks.rete):
        frozen = thaw(freeze(PERIOD, "2015-S1"))
    assert layouts.as_json(frozen)["desks"] == layouts.as_json(comparison)["desks"]


def test_what_was_published_before_counts_all_and_does_not_tell(
    old_desks: World, at_desk: AtDesk, at_network: AtNetwork, publish: Publish
) -> None:
    """An edition of an earlier build beside a period of this one: as past totals do."""
    for day in (date(2015, 3, 2), date(2016, 3, 1)):
        with at_desk(old_desks.lucca):
            record(day, *[("CIT",)] * 20)
            visits.record_visits(facts=[VisitFacts(day, ("CIT",))] * 9)
    for period in ("2015-S1", PERIOD):
        publish(old_desks.lucca, period)
    with at_desk(old_desks.lucca):
        for row in db.session.scalars(select(PublishedFigure)):
            if row.period == "2015-S1":
                row.figures = of_an_earlier_build(row.figures)
    earlier = compared(at_network, "2015-S1")
    assert earlier.desks[0].rows()[0].incidence == 145
    assert any("i tassi contano tutte le richieste" in note.text
               for note in prose.notes(earlier, layouts.RATES))  # fmt: skip
    with at_desk(old_desks.lucca):
        statement = select(PublishedFigure).where(PublishedFigure.period == PERIOD)
        row = db.session.scalars(statement).one()
        row.figures = row.figures | {"baseline": "media-3"}
    (beside,) = compared(at_network, PERIOD).desks
    assert beside.rows()[0].incidence == 100
    assert beside.rows()[0].variation is None, "the other edition does not tell"


def of_an_earlier_build(read: dict[str, Any]) -> dict[str, Any]:
    without = ("nameless", "nameless_baseline", "baseline_nameless", "codes")
    rows = [{key: row[key] for key in row if key not in without} for row in read["rows"]]
    return {key: read[key] for key in read if key not in without} | {"rows": rows, "schema": 2}


@pytest.mark.parametrize(
    ("number", "letter"), [(0, "a"), (25, "z"), (26, "aa"), (53, "bb"), (701, "zz")]
)
def test_letters_go_on_after_the_last(number: int, letter: str) -> None:
    desks = tuple(desk_with(nameless=9, of=10, slug=f"s{one:03}") for one in range(number + 1))
    assert list(replace(NETWORK, desks=desks).marks.values())[-1] == letter


@pytest.mark.parametrize(("nameless", "marked"), [(2, False), (3, True)])
def test_a_fifth_is_not_many_and_more_is(nameless: int, marked: bool) -> None:
    desks = (desk_with(nameless=nameless, of=10, slug="lucca"),)
    assert bool(replace(NETWORK, desks=desks).marks) is marked


def desk_with(*, nameless: int, of: int, slug: str) -> DeskFigures:
    counts = Counts(9, None, None, None, {"CIT": of}, Nameless.of_topics({"CIT": nameless}))
    return DeskFigures(Named(slug, slug), counts, None, (("CIT", "Cittadinanza"),))


NETWORK = NetworkComparison(
    Named("rete", "Rete"),
    parse_period(PERIOD),
    parse_period("2015-S1"),
    None,
    (),
    (),
    (("CIT", "Cittadinanza"),),
)


def beside(slug: str, now: Counts, then: Counts | None) -> DeskFigures:
    return DeskFigures(Named(slug, slug), now, then, (("CIT", "Cittadinanza"),))


def asked(number: int, nameless: int | None, users: int = 40) -> Counts:
    told = None if nameless is None else Nameless.of_topics({"CIT": nameless})
    return Counts(users, None, None, None, {"CIT": number}, told)


def test_a_desk_without_an_earlier_year_leaves_the_others_their_variation() -> None:
    desks = (beside("a", asked(30, 0), asked(20, 0)), beside("b", asked(50, 0), None))
    comparison = replace(NETWORK, desks=desks)
    (row,) = comparison.sums.rows()
    # The earlier number of one desk beside both would read as a rise: it is not computable.
    assert (row.count, row.baseline, row.variation) == (80, None, 25)
    assert any("sono di 1 sportello su 2" in note.text
               for note in prose.notes(comparison, layouts.CHANGES))  # fmt: skip
    assert comparison.sums.users_baseline is None
    frozen = replace(comparison, is_of_before=True).sums
    assert (frozen.rows()[0].variation, frozen.users_baseline) == (None, None), "as it printed"


def test_the_network_has_a_variation_only_of_desks_that_can_be_compared() -> None:
    """A large desk would dilute what makes another incomparable, and hide it."""
    desks = (beside("a", asked(1000, 0), None), beside("b", asked(50, 4), asked(40, None)))
    (row,) = replace(NETWORK, desks=desks).sums.rows()
    assert row.variation is None
    half = beside("a", asked(40, 20), asked(40, 20))
    untold = beside("b", asked(40, 0), asked(40, None))
    assert [desk.rows()[0].variation for desk in (half, untold)] == [0, 0]
    assert replace(NETWORK, desks=(half, untold)).sums.rows()[0].variation == 0


def test_a_desk_without_any_record_adds_nothing(
    old_desks: World, at_desk: AtDesk, at_network: AtNetwork, publish: Publish
) -> None:
    with at_desk(old_desks.lucca):
        for day in (date(2015, 3, 2), date(2016, 3, 1)):
            record(day, *[("CIT",)] * 20)
    publish(old_desks.lucca)
    publish(old_desks.capannori)
    comparison = compared(at_network, PERIOD)
    capannori, _lucca = comparison.desks
    assert (capannori.users, capannori.services) == (None, None)
    assert {row.count for row in capannori.rows()} == {None}
    assert (comparison.sums.users, comparison.sums.rows()[0].count) == (20, 20)
    assert comparison.sums.rows()[0].variation == 0
    said = [note.text for note in prose.notes(comparison, layouts.RATES)]
    assert "Di Capannori nel periodo non c’è nessuna registrazione." in said
    with at_network(old_desks.rete):
        frozen = thaw(freeze(PERIOD, "2015-S1"))
    assert prose.notes(frozen, layouts.CHANGES) == prose.notes(comparison, layouts.CHANGES)
    assert frozen.sums.rows() == comparison.sums.rows()


def outside(number: int, share: float) -> float:
    """How many cells of networks of like desks are told apart; the nameless lie unevenly."""
    random, cells = np.random.default_rng(12), []
    for _network in range(number):
        counts = alike(random)
        topics = tuple((code, code) for code in counts)
        desks = []
        for place, users in USERS.items():
            asked = {code: line[place] for code, line in counts.items()}
            nameless = {code: drawn(random, number, share) for code, number in asked.items()}
            both = {code: asked[code] + nameless[code] for code in asked}
            figures = Counts(users, None, None, None, both, Nameless.of_topics(nameless))
            desks.append(DeskFigures(Named(place, place), figures, None, topics))
        comparison = replace(NETWORK, desks=tuple(desks), lines=topics)
        cells += [one.is_outside for one in comparison.funnel.standings.values()]
    return float(np.mean(cells))


def drawn(random: np.random.Generator, named: int, share: float) -> int:
    """In a third of the cells three times as many as the share, in the others none."""
    rate = 3 * share / (1 - share) if random.random() < 1 / 3 else 0
    return int(random.poisson(named * rate))


@pytest.mark.parametrize("share", [0, 0.2, 0.6])
def test_like_desks_are_not_told_apart_by_their_nameless(share: float) -> None:
    assert outside(12, share) <= 0.004


@pytest.mark.long
@pytest.mark.parametrize("share", [0, 0.2, 0.6])
def test_like_desks_of_many_networks(share: float) -> None:
    found = outside(400, share)
    print(f"{share:.0%} nameless: {found:.5f} of cells outside 99.8 %")  # noqa: T201
    assert found <= 0.004
