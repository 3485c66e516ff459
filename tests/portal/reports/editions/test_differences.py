# SPDX-License-Identifier: AGPL-3.0-or-later
"""«Corrected since» is judged on counts: words, new lines and new figures correct nothing."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from portal.core.errors import Refusal
from portal.core.italy.states_and_comuni import get_state, list_citizenships
from portal.figures.rules import Counts
from portal.people import actions as people
from portal.people.rules import PersonFacts
from portal.reports.editions import snapshot
from portal.reports.editions.differences import counts_differ, differences, period_differs
from portal.reports.relazione import assembly
from portal.reports.relazione.model import Layout, Relazione
from portal.visits import actions as visits
from portal.visits.rules import VisitFacts
from tests.conftest import AtDesk
from tests.world import World

HEADS = ("Prima", "Dopo")


@pytest.fixture
def relazione(few: World, at_desk: AtDesk) -> Relazione:
    with at_desk(few.lucca):
        return assembly.get_relazione(period="2016-S1")


def test_words_of_another_build_are_no_correction(relazione: Relazione, at_desk: AtDesk,
                                                  world: World) -> None:  # fmt: skip
    rows = tuple(replace(row, label=f"Ora: {row.label}") for row in relazione.rows)
    reworded = replace(relazione, rows=rows, notes=("Una nota nuova.",))
    assert not counts_differ(relazione, reworded)
    with at_desk(world.lucca):
        assert differences(relazione, reworded, heads=HEADS, caption="").rows == ()


def test_lines_of_a_later_list_are_no_correction(relazione: Relazione) -> None:
    later = replace(
        relazione.current, topics={"NUOVA": 0} | dict(reversed(relazione.current.topics.items()))
    )
    assert not counts_differ(relazione, replace(relazione, current=later))


def test_figures_that_came_later_are_no_correction(relazione: Relazione) -> None:
    """An edition of a build that did not divide its users, or not in this way."""
    assert relazione.detail is not None
    parts = {key: part for key, part in relazione.detail.parts.items() if key != "languages"}
    without = replace(relazione.detail, parts=parts)
    for known in (None, without):
        frozen = replace(relazione, detail=known, baseline_detail=None)
        assert not counts_differ(frozen, relazione)
        assert not period_differs(frozen, relazione)
    unknown = replace(relazione.current, users_by_sex=None)
    assert not period_differs(replace(relazione, current=unknown), relazione)


def test_a_number_that_changed_is_a_correction(
    few: World, relazione: Relazione, at_desk: AtDesk
) -> None:
    with at_desk(few.lucca):
        person = people.create_person(facts=PersonFacts(family_name="Ritardo", sex="M"))
        visits.record_visit(facts=VisitFacts(date(2016, 5, 3), ("CIT",), person.id))
    with at_desk(few.lucca):
        now = assembly.get_relazione(period="2016-S1")
        assert counts_differ(relazione, now)
        assert period_differs(relazione, now)
        rows = differences(relazione, now, heads=HEADS, caption="").rows
    assert ("Sintesi", "Utenti", 2, 3) in [row.cells for row in rows]
    assert ("Utenti per sesso", "Uomini", 0, 1) in [row.cells for row in rows]


def test_a_division_alone_that_changed_is_a_correction(relazione: Relazione) -> None:
    assert relazione.detail is not None
    parts = {**relazione.detail.parts, "ages": {"18": 2}}
    moved = replace(relazione.detail, parts=parts)
    assert counts_differ(relazione, replace(relazione, detail=moved))


def test_earlier_figures_that_came_later_are_a_correction(relazione: Relazione) -> None:
    without = replace(relazione, baseline=None, baseline_detail=None)
    later = replace(without, baseline=relazione.current)
    assert counts_differ(without, later)
    assert not period_differs(without, later)


def test_zeros_of_a_silent_year_are_no_correction(relazione: Relazione) -> None:
    """The first builds froze them; of a year without records nothing is known now."""
    zeros = Counts(users=0, users_by_sex={}, visits=0, anonymous=0, topics={})
    now = replace(relazione, baseline=None, baseline_detail=None)
    assert not counts_differ(replace(now, baseline=zeros), now)


def test_an_edition_of_a_later_build_is_refused(few: World, at_desk: AtDesk) -> None:
    with at_desk(few.lucca):
        frozen = snapshot.freeze("2016-S1", "2015-S1")
        assert snapshot.schema_of(frozen) == snapshot.SCHEMA
        with pytest.raises(Refusal, match="versione più nuova del portale"):
            snapshot.thaw(frozen | {"schema": snapshot.SCHEMA + 1})


@pytest.fixture
def detailed(world: World, at_desk: AtDesk) -> World:
    """Renewals of one topic in 2025, and of its parts in 2026, when the list knows them."""
    with at_desk(world.lucca):
        for day in (date(2025, 2, 3), date(2025, 9, 3), date(2026, 2, 3)):
            visits.record_visit(facts=VisitFacts(day, ("SOG-RIN", "CIT")))
        visits.record_visit(facts=VisitFacts(date(2026, 2, 4), ("SOG-AGG",)))
    return world


OTHER_CHOICES: list[dict[str, Any]] = [
    {"baseline": "nessuno"},
    {"baseline": "2025-S2"},
    {"baseline": "2025"},
    {"layout": Layout.HISTORICAL},
    {"baseline": "nessuno", "layout": Layout.HISTORICAL},
]


@pytest.mark.parametrize("choice", OTHER_CHOICES)
@pytest.mark.parametrize("first", [{}, {"layout": Layout.HISTORICAL}])
def test_another_choice_tells_no_number_otherwise(
    detailed: World, at_desk: AtDesk, first: dict[str, Any], choice: dict[str, Any]
) -> None:
    with at_desk(detailed.lucca):
        before = snapshot.thaw(snapshot.freeze("2026-S1", **{"baseline": "2025-S1"} | first))
        after = assembly.get_relazione(period="2026-S1", **choice)
        assert differences(before, after, heads=HEADS, caption="").rows == ()
        visits.record_visit(facts=VisitFacts(date(2026, 3, 3), ("CIT", "SOG-AGG")))
        after = assembly.get_relazione(period="2026-S1", **choice)
        rows = differences(before, after, heads=HEADS, caption="").rows
    found = {str(row.cells[1]): row.cells[2:] for row in rows if row.cells[0] != "Sintesi"}
    assert found["Cittadinanza, richieste"] == (1, 2)
    (part,) = (
        cells for label, cells in found.items()
        if label.startswith("Aggiornamento") and label.endswith(", richieste")
    )  # fmt: skip
    assert part == (1, 2)
    assert not any(old == 0 or new == 0 for label, (old, new) in found.items())


def test_a_place_in_the_ranking_is_no_number(world: World, at_desk: AtDesk) -> None:
    """Of more States than have a line, one that falls among the others is asked for as often."""
    states = [state.istat3 for state in list_citizenships()[:11]]

    def come(state: str) -> None:
        facts = PersonFacts(family_name="Arrivo", sex="F", citizenships=(state,))
        person = people.create_person(facts=facts)
        visits.record_visit(facts=VisitFacts(date(2016, 5, 3), ("CIT",), person.id))

    with at_desk(world.lucca):
        for state in states:
            come(state)
        before = assembly.get_relazione(period="2016-S1")
        come(states[-1])
        now = assembly.get_relazione(period="2016-S1")
        rows = differences(before, now, heads=HEADS, caption="").rows
    moved = [row.cells[1:] for row in rows if row.cells[0] == "Utenti per cittadinanza"]
    assert moved == [(get_state(states[-1]).name, 1, 2)]
