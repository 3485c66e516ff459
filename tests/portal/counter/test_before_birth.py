# SPDX-License-Identifier: AGPL-3.0-or-later
"""A visit before the birth of its person: said where the visit is saved and where the birth is, and
nothing is refused or lost.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from portal.core.italy.formats import PartialDate
from portal.people import queries as people
from portal.visits import actions as visits
from portal.visits.queries import list_visits_of
from portal.visits.rules import VisitFacts
from tests.conftest import AtDesk
from tests.pages import PortalClient, form_values
from tests.portal.conftest import AMINA, Writer, write_down
from tests.world import Someone, World

__all__ = ["write_down"]

ClientOf = Callable[[Someone], PortalClient]
NEW = "/s/lucca/accessi/nuovo"
HTMX = {"HX-Request": "true"}
LATER = date(2016, 5, 3)
BORN_LATE = PartialDate(2016, 5, 4)
EARLY = "L’accesso del 03/05/2016 è prima della nascita: controlla le due date."
ON_NEW_YEAR = "L’accesso del 02/01/2015 è prima della nascita: controlla le due date."
CHILD = replace(AMINA, given_name="Khady", birth=PartialDate(2016), codice_fiscale=None)


@pytest.fixture
def child(write_down: Writer) -> UUID:
    """Somebody born in 2016, nobody knows when."""
    return write_down(CHILD)


def visit_of(
    world: World, at_desk: AtDesk, person_id: UUID | None, day: date = date(2015, 1, 2)
) -> UUID:
    with at_desk(world.lucca, account=world.bruno):
        return visits.record_visit(facts=VisitFacts(day, ("CIT",), person_id)).id


def person_url(person_id: UUID, act: str = "") -> str:
    return f"/s/lucca/persone/{person_id}{act}"


def visit_url(visit_id: UUID, act: str) -> str:
    return f"/s/lucca/accessi/{visit_id}/{act}"


def count_visits(world: World, at_desk: AtDesk, person_id: UUID) -> int:
    with at_desk(world.lucca):
        return len(list_visits_of(person_id))


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain", "htmx"])
def test_a_visit_recorded(
    world: World, client_of: ClientOf, at_desk: AtDesk, child: UUID, headers: dict[str, str]
) -> None:
    bruno, page = client_of(world.bruno), f"{NEW}?persona={child}"
    sent = {"topics": ["CIT"], "visited_on": "2/1/2015"}
    answer = bruno.submit(page, sent, action=NEW, headers=headers)
    words = answer.text if headers else bruno.get(answer.location).text
    assert words.count(ON_NEW_YEAR) == 1 + bool(headers), "on the page, and aloud"
    assert count_visits(world, at_desk, child) == 1
    right = {"topics": ["CIT"], "visited_on": "2/1/2016"}
    answer = bruno.submit(page, right, action=NEW, headers=headers)
    words = answer.text if headers else bruno.get(answer.location).text
    assert "Salvato" in words
    assert "prima della nascita" not in words


def test_a_visit_of_somebody_new(world: World, client_of: ClientOf) -> None:
    bruno = client_of(world.bruno)
    sent = {
        "person-family_name": "Sow",
        "person-given_name": "Awa",
        "person-birth": "2016",
        "topics": ["CIT"],
        "visited_on": "2/1/2015",
    }
    answer = bruno.submit(f"{NEW}?nuova=1", sent, action=NEW)
    assert ON_NEW_YEAR in bruno.get(answer.location).text


def test_a_visit_moved_to_another_day(
    world: World, client_of: ClientOf, at_desk: AtDesk, child: UUID
) -> None:
    visit, bruno = visit_of(world, at_desk, child, LATER), client_of(world.bruno)
    answer = bruno.submit(visit_url(visit, "correggi"), {"visited_on": "2/1/2015"})
    assert ON_NEW_YEAR in bruno.get(answer.location).text


def test_a_visit_given_another_person(
    world: World, client_of: ClientOf, at_desk: AtDesk, child: UUID
) -> None:
    visit, bruno = visit_of(world, at_desk, None), client_of(world.bruno)
    answer = bruno.submit(f"{visit_url(visit, 'correggi')}?persona={child}", {})
    assert ON_NEW_YEAR in bruno.get(answer.location).text


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain", "htmx"])
def test_a_visit_given_a_person_in_its_row(
    world: World, client_of: ClientOf, at_desk: AtDesk, child: UUID, headers: dict[str, str]
) -> None:
    visit, bruno = visit_of(world, at_desk, None), client_of(world.bruno)
    token = form_values(bruno.soup(visit_url(visit, "assegna")).select_one("main form"))
    give = f"{visit_url(visit, 'persona')}?giorno=2015-01-02"
    sent = token | {"person_id": str(child), "version": "1"}
    answer = bruno.post(give, data=sent, headers=headers)
    assert answer.status_code == (200 if headers else 303)
    words = answer.text if headers else bruno.get(answer.location).text
    assert ON_NEW_YEAR in words


def test_a_visit_brought_back(
    world: World, client_of: ClientOf, at_desk: AtDesk, child: UUID
) -> None:
    visit, bruno = visit_of(world, at_desk, child), client_of(world.bruno)
    with at_desk(world.lucca):
        visits.delete_visit(visit_id=visit, reason="Altro", seen_version=1)
    page, restore = f"/s/lucca/?eliminato={visit}", visit_url(visit, "ripristina")
    answer = bruno.submit(page, {}, action=restore)
    assert ON_NEW_YEAR in bruno.get(answer.location).text


def test_a_birth_set_after_a_visit(
    world: World, client_of: ClientOf, at_desk: AtDesk, write_down: Writer
) -> None:
    amina, bruno = write_down(replace(AMINA, codice_fiscale=None)), client_of(world.bruno)
    visit_of(world, at_desk, amina, LATER)
    assert "prima della nascita" not in bruno.get(person_url(amina)).text
    answer = bruno.submit(person_url(amina, "/modifica"), {"birth": "4/5/2016"})
    words = bruno.get(answer.location).text
    assert "La scheda è aggiornata." in words
    assert words.count(EARLY) == 1
    with at_desk(world.lucca):
        assert people.facts_of(people.get_person(amina)).birth == BORN_LATE
    assert count_visits(world, at_desk, amina) == 1
    visit_of(world, at_desk, amina, date(2016, 5, 2))
    assert (
        "2 accessi sono prima della nascita, il primo del 02/05/2016: controlla le date."
        in bruno.get(person_url(amina)).text
    )


def test_a_birth_chosen_in_a_merge(
    world: World, client_of: ClientOf, at_desk: AtDesk, write_down: Writer
) -> None:
    amina = write_down(replace(AMINA, codice_fiscale=None))
    other = write_down(replace(AMINA, birth=BORN_LATE, codice_fiscale=None))
    visit_of(world, at_desk, amina, LATER)
    bruno, page = client_of(world.bruno), person_url(amina, f"/unisci/{other}")
    answer = bruno.submit(page, {"keep-birth": "other"}, action=page)
    words = bruno.get(answer.location).text
    assert "Schede unite." in words
    assert EARLY in words
    assert count_visits(world, at_desk, amina) == 1


def test_a_visit_that_a_merge_brings(
    world: World, client_of: ClientOf, at_desk: AtDesk, write_down: Writer
) -> None:
    amina = write_down(replace(AMINA, codice_fiscale=None))
    other = write_down(replace(AMINA, birth=BORN_LATE, codice_fiscale=None))
    visit_of(world, at_desk, amina, LATER)
    bruno, page = client_of(world.bruno), person_url(other, f"/unisci/{amina}")
    answer = bruno.submit(page, {"kept": "one", "keep-birth": "one"}, action=page)
    assert EARLY in bruno.get(answer.location).text
