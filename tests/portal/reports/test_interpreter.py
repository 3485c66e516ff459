# SPDX-License-Identifier: AGPL-3.0-or-later
"""«Interprete», from the form of a visit to every form of the relazione."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from portal.people import actions as people
from portal.people.rules import PersonFacts
from portal.reports.editions.differences import differences, period_differs
from portal.reports.files import composed, draft, rendered
from portal.reports.relazione import assembly
from portal.visits import actions as visits
from portal.visits import queries
from portal.visits.rules import Interpreter, VisitFacts
from tests.conftest import AtDesk
from tests.pages import PortalClient
from tests.portal.reports.test_six_forms import FILES, compare
from tests.world import Someone, World

ClientOf = Callable[[Someone], PortalClient]
PERIOD = "2026-S1"
PAGE = f"/s/lucca/relazioni/periodo?periodo={PERIOD}"


@pytest.fixture
def person(world: World, at_desk: AtDesk) -> UUID:
    with at_desk(world.lucca):
        return people.create_person(facts=PersonFacts(family_name="Diallo", sex="F")).id


def record(person: UUID, *helped: Interpreter | None) -> None:
    for number, interpreter in enumerate(helped, 1):
        facts = VisitFacts(date(2026, 2, number), ("CIT",), person, interpreter=interpreter)
        visits.record_visit(facts=facts)


def test_the_form_of_a_visit_records_it(
    world: World, at_desk: AtDesk, client_of: ClientOf, person: UUID
) -> None:
    client = client_of(world.bruno)
    address = f"/s/lucca/accessi/nuovo?persona={person}"
    client.submit(address, {"topics": ["CIT"], "interpreter": "telephone"})
    with at_desk(world.lucca):
        (entry,) = queries.list_visits_of(person)
    assert entry.interpreter == "telephone"
    story = client.get(f"/s/lucca/persone/{person}").text
    assert "Interprete: Servizio telefonico" in story
    correcting = f"/s/lucca/accessi/{entry.id}/correggi"
    chosen = client.soup(correcting).select_one("#interpreter option[selected]")
    assert chosen is not None
    assert chosen.text == "Servizio telefonico"
    client.submit(correcting, {"interpreter": ""}, action=correcting)
    with at_desk(world.lucca):
        assert queries.get_visit(entry.id).interpreter is None
    copy = client_of(world.anna).get(f"/s/lucca/persone/{person}/copia")
    assert "interprete" not in copy.text


def test_a_copy_for_the_person_says_it(
    world: World, at_desk: AtDesk, client_of: ClientOf, person: UUID
) -> None:
    with at_desk(world.lucca):
        record(person, Interpreter.RELATIVE)
    copy = client_of(world.anna).get(f"/s/lucca/persone/{person}/copia")
    assert "interprete: parente o amico" in copy.text


def test_every_form_of_the_relazione_counts_it(
    world: World, at_desk: AtDesk, client_of: ClientOf, person: UUID
) -> None:
    with at_desk(world.lucca):
        record(person, Interpreter.NONE, Interpreter.MEDIATOR, Interpreter.MEDIATOR, None)
    with at_desk(world.lucca):
        relazione = assembly.get_relazione(period=PERIOD)
        forms = {form: rendered(relazione, format=form) for form in FILES}
        document = composed(relazione, draft())
    (table,) = (table for table in document.tables if table.key == "interpreters")
    assert [(row.cells[0], row.cells[1]) for row in table.rows] == [
        ("Nessuno", 1),
        ("Mediatore dello sportello", 2),
        ("Parente o amico", 0),
        ("Servizio telefonico", 0),
        ("Non indicato", 1),
        ("Totale", 4),
    ]
    assert table.check is not None
    assert table.check.is_right
    page = client_of(world.anna).get(PAGE).text
    assert compare(document, page, forms) > 6 * 50


def test_a_number_of_it_leads_to_its_visits(
    world: World, at_desk: AtDesk, client_of: ClientOf, person: UUID
) -> None:
    with at_desk(world.lucca):
        record(person, Interpreter.MEDIATOR, None, Interpreter.MEDIATOR)
    client = client_of(world.anna)
    for line, days in (
        ("mediator", ["01/02/2026", "03/02/2026"]),
        ("non-indicato", ["02/02/2026"]),
    ):
        why = client.soup(
            f"/s/lucca/relazioni/perche?periodo={PERIOD}&tabella=interpreters&riga={line}"
        )
        assert [cell.text for cell in why.select("tbody th")] == days


def test_where_nothing_was_stated_nothing_is_printed(
    world: World, at_desk: AtDesk, client_of: ClientOf, person: UUID
) -> None:
    with at_desk(world.lucca):
        record(person, None, None)
    assert "Accessi per interprete" not in client_of(world.anna).get(PAGE).text


def test_a_first_statement_after_an_approval_is_shown_as_such(
    world: World, at_desk: AtDesk, person: UUID
) -> None:
    with at_desk(world.lucca):
        record(person, None, None)
    with at_desk(world.lucca):
        before = assembly.get_relazione(period=PERIOD)
        entry = queries.list_visits_of(person)[0]
        facts = replace(queries.facts_of(queries.get_visit(entry.id)), interpreter=Interpreter.NONE)
        visits.correct_visit(visit_id=entry.id, facts=facts, seen_version=1)
    with at_desk(world.lucca):
        after = assembly.get_relazione(period=PERIOD)
        assert period_differs(before, after)
        rows = differences(before, after, heads=("Prima", "Dopo"), caption="").rows
    assert [row.cells for row in rows] == [
        ("Accessi per interprete", "Nessuno", 0, 1),
        ("Accessi per interprete", "Non indicato", 2, 1),
    ]


def test_an_unknown_word_is_refused(world: World, client_of: ClientOf, person: UUID) -> None:
    """A select offers no such word: it comes from no page of ours."""
    answer = client_of(world.bruno).submit(
        f"/s/lucca/accessi/nuovo?persona={person}", {"topics": ["CIT"], "interpreter": "robot"}
    )
    assert answer.status_code == 422
