# SPDX-License-Identifier: AGPL-3.0-or-later
"""Persons of the tests, written down at Lucca unless a test says otherwise."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from portal.core.italy.formats import PartialDate
from portal.people import actions
from portal.people.rules import PersonFacts
from tests.conftest import AtDesk
from tests.world import Place, World

Writer = Callable[..., UUID]

AMINA = PersonFacts(
    family_name="Diallo",
    given_name="Amina",
    aliases=("Aminata Sow",),
    sex="F",
    birth=PartialDate(1988, 4, 12),
    citizenships=("450",),
    residence_kind="comune",
    residence_comune="046017",
    codice_fiscale="DLLMNA88D52Z343L",
    phone="+393331004417",
    languages=("wo", "fr"),
)


@pytest.fixture
def write_down(world: World, at_desk: AtDesk) -> Writer:
    """Create a person and give the id: `write_down(facts)`, `write_down(family_name="Diallo")`."""

    def write(facts: PersonFacts | None = None, *, desk: Place = world.lucca, **told: Any) -> UUID:
        with at_desk(desk):
            return actions.create_person(facts=facts or PersonFacts(**told)).id

    return write
