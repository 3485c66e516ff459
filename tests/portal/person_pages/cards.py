# SPDX-License-Identifier: AGPL-3.0-or-later
"""Two cards of one person, all that is held of each, and the figures against the records."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text

from portal.core.italy.formats import PartialDate
from portal.core.italy.periods import named_periods
from portal.core.store.database import db
from portal.figures import queries as figures
from portal.people import actions as people
from portal.people import queries
from portal.people.models import PeopleApart, PersonFormerCitizenship, PersonToken
from portal.people.rules import PersonFacts
from portal.person_pages.actions import merge_people
from portal.person_pages.models import PersonMerge
from portal.visits import actions as visits
from portal.visits.models import Visit
from portal.visits.queries import count_from_records
from portal.visits.rules import VisitFacts
from tests.conftest import AtDesk
from tests.portal.conftest import AMINA, Writer
from tests.world import World

AMENA = PersonFacts(
    family_name="Diallo",
    given_name="Amena",
    aliases=("Amy", "aminata sow"),
    sex="F",
    birth=PartialDate(1988),
    citizenships=("450", "110"),
    residence_kind="comune",
    residence_comune="046007",
    residence_since=date(2015, 3, 1),
    phone="+393331004417",
    languages=("wo",),
    note="Torna.",
)


def assert_figures_are_exact() -> None:
    """The roll-up against the records, for every period that either knows."""
    days = db.session.scalars(select(Visit.visited_on).where(Visit.deleted_at.is_(None)))
    periods = {period for day in days for period in named_periods(day)}
    recounted = count_from_records(sorted(periods, key=lambda period: period.name))
    rolled = {
        name: counts
        for name, counts in figures.list_counts().items()
        if counts.visits or counts.users or any(counts.topics.values())
    }
    assert rolled == recounted


def come(person_id: UUID, day: date, *topics: str) -> UUID:
    return visits.record_visit(facts=VisitFacts(day, topics or ("CIT",), person_id)).id


def versions(*person_ids: UUID) -> dict[UUID, int | None]:
    return {one: queries.get_person(one).version for one in person_ids}


def merge(kept_id: UUID, left_id: UUID, facts: PersonFacts | None = None) -> PersonMerge:
    facts = facts or queries.facts_of(queries.get_person(kept_id))
    return merge_people(
        kept_id=kept_id, left_id=left_id, facts=facts, seen_versions=versions(kept_id, left_id)
    )


def snapshot(person_id: UUID) -> dict[str, Any]:
    """All that the desk holds of a person, apart from versions and who wrote it."""
    person = queries.get_person(person_id)
    tokens = select(PersonToken.kind, PersonToken.token).where(PersonToken.person_id == person_id)
    keys = text("SELECT key FROM person_key WHERE person_id = :id ORDER BY key")
    apart = text(
        "SELECT one_id, other_id, told_at, told_by FROM people_apart"
        " WHERE :id IN (one_id, other_id) ORDER BY 1, 2"
    )
    all_visits = text("SELECT id, deleted_at FROM visit WHERE person_id = :id ORDER BY id")
    return {
        "facts": queries.facts_of(person),
        "merged_into": person.merged_into,
        "homes": [
            (home.valid_from, home.kind, home.comune_code)
            for home in queries.list_residences(person_id)
        ],
        "formers": [
            (former.until, former.state_code)
            for former in queries.list_former_citizenships(person_id)
        ],
        "tokens": sorted(map(tuple, db.session.execute(tokens))),
        **{
            name: [tuple(row) for row in db.session.execute(statement, {"id": person_id})]
            for name, statement in (("keys", keys), ("apart", apart), ("visits", all_visits))
        },
    }


@pytest.fixture
def pair(world: World, at_desk: AtDesk, write_down: Writer) -> tuple[UUID, UUID]:
    """Amina and Amena, with a row in every table that points at a person."""
    amina, amena = write_down(AMINA), write_down(AMENA)
    other = write_down(family_name="Sow", given_name="Awa")
    with at_desk(world.lucca, account=world.bruno):
        come(amina, date(2016, 3, 1))
        come(amina, date(2016, 5, 2), "FOR", "FOR")
        come(amena, date(2016, 3, 1), "SOG-RIN")
        come(amena, date(2016, 9, 9))
        gone = come(amena, date(2017, 1, 1))
        visits.delete_visit(visit_id=gone, reason="Altro", seen_version=1)
        people.bind_key(person_id=amena, key="A-1")
        people.bind_key(person_id=amina, key="A-2")
        db.session.add(
            PersonFormerCitizenship(person_id=amena, state_code="110", until=date(2014, 1, 1))
        )
        one_id, other_id = sorted((amena, other))
        db.session.add(PeopleApart(one_id=one_id, other_id=other_id, told_by=world.bruno.id))
    return amina, amena
