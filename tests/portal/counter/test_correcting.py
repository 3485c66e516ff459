# SPDX-License-Identifier: AGPL-3.0-or-later
"""Recording, correcting and deleting a visit on the pages."""

from collections.abc import Callable
from datetime import date
from uuid import UUID, uuid4

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import func, select

from portal.core import clock
from portal.core.store.audit import AuditEvent
from portal.core.store.database import db
from portal.figures import queries as figures
from portal.people import actions as people
from portal.people.rules import PersonFacts
from portal.visits import actions, queries
from portal.visits.models import Visit
from portal.visits.rules import VisitFacts
from tests.conftest import AtDesk
from tests.pages import PortalClient
from tests.world import Place, Someone, World

ClientOf = Callable[[Someone], PortalClient]
NEW = "/s/lucca/accessi/nuovo"


@pytest.fixture
def amina(world: World, at_desk: AtDesk) -> UUID:
    with at_desk(world.lucca):
        facts = PersonFacts(family_name="Diallo", given_name="Amina", sex="F")
        return people.create_person(facts=facts).id


@pytest.fixture
def visit(world: World, at_desk: AtDesk, amina: UUID) -> UUID:
    with at_desk(world.lucca):
        return actions.record_visit(facts=VisitFacts(clock.today(), ("CIT", "CIT"), amina)).id


def count_visits(at_desk: AtDesk, desk: Place) -> int:
    with at_desk(desk):
        return db.session.scalar(select(func.count()).select_from(Visit)) or 0


def test_a_visit_of_a_person_is_recorded(
    world: World, at_desk: AtDesk, client_of: ClientOf, amina: UUID
) -> None:
    client = client_of(world.bruno)
    answer = client.submit(
        f"{NEW}?persona={amina}", {"topics": ["SOG-RIN", "BUR"]}, follow_redirects=True
    )
    assert "Salvato" in answer.text
    assert "Rinnovo permesso, Uffici e pratiche" in answer.text
    with at_desk(world.lucca):
        (entry,) = queries.list_visits_of(amina)
        assert [code for _version, code in entry.topics] == ["SOG-RIN", "BUR"]
        assert entry.created_by == world.bruno.id
        assert figures.list_counts()[str(clock.today().year)].users == 1


def test_a_visit_without_a_name(world: World, at_desk: AtDesk, client_of: ClientOf) -> None:
    answer = client_of(world.bruno).submit(
        NEW, {"topics": ["CIT"], "channel": "phone", "for_whom": "others"}
    )
    assert answer.status_code == 303
    with at_desk(world.lucca):
        (entry,) = queries.list_visits_on(clock.today())
        assert (entry.person_id, entry.channel, entry.for_third_party) == (None, "phone", True)


def test_a_past_day_is_said_and_recorded(
    world: World, at_desk: AtDesk, client_of: ClientOf, amina: UUID
) -> None:
    client_of(world.bruno).submit(
        f"{NEW}?persona={amina}", {"visited_on": "3/5/16", "topics": ["CIT"]}
    )
    with at_desk(world.lucca):
        assert queries.list_visits_of(amina)[0].visited_on == date(2016, 5, 3)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("31/12/2099", "futuro"),
        ("29/02/2015", "29/02/2015 non esiste"),
        ("domani", "domani"),
        ("", "Scrivi la data"),
    ],
)
def test_a_wrong_day_is_said_and_nothing_is_lost(
    world: World, at_desk: AtDesk, client_of: ClientOf, typed: str, words: str
) -> None:
    answer = client_of(world.bruno).submit(
        NEW, {"visited_on": typed, "topics": ["CIT"], "note": "porta il contratto"}
    )
    assert answer.status_code == 422
    assert words in answer.text
    assert "porta il contratto" in answer.text
    ticked = BeautifulSoup(answer.text, "html.parser").select_one("input[value=CIT]")
    assert ticked.has_attr("checked")
    assert count_visits(at_desk, world.lucca) == 0


def test_the_same_page_sent_twice_is_one_visit(
    world: World, at_desk: AtDesk, client_of: ClientOf
) -> None:
    client, token = client_of(world.bruno), str(uuid4())
    for _twice in range(2):
        assert client.submit(NEW, {"form_token": token, "topics": ["CIT"]}).status_code == 303
    assert count_visits(at_desk, world.lucca) == 1


def test_another_desks_person_cannot_be_named(
    world: World, at_desk: AtDesk, client_of: ClientOf
) -> None:
    with at_desk(world.capannori):
        foreign = people.create_person(facts=PersonFacts(family_name="Canario")).id
    client = client_of(world.bruno)
    assert client.get(f"{NEW}?persona={foreign}").status_code == 404
    assert client.submit(NEW, {"person_id": str(foreign)}).status_code == 404
    assert client.submit(NEW, {"person_id": "non un codice"}).status_code == 404
    assert count_visits(at_desk, world.lucca) == 0


def test_readers_record_nothing(world: World, client_of: ClientOf, visit: UUID) -> None:
    client = client_of(world.carla)
    for url in (NEW, f"/s/lucca/accessi/{visit}/correggi", f"/s/lucca/accessi/{visit}/elimina"):
        assert client.get(url).status_code == 403


def test_a_correction_keeps_what_was_asked_twice(
    world: World, at_desk: AtDesk, client_of: ClientOf, visit: UUID
) -> None:
    client_of(world.bruno).submit(
        f"/s/lucca/accessi/{visit}/correggi", {"topics": ["CIT", "FOR"], "note": "due figli"}
    )
    with at_desk(world.lucca):
        (entry,) = queries.list_visits_on(clock.today())
        assert [code for _version, code in entry.topics] == ["CIT", "CIT", "FOR"]
        assert entry.note == "due figli"


def test_a_note_with_a_nul_is_kept_without_it(
    world: World, at_desk: AtDesk, client_of: ClientOf
) -> None:
    client_of(world.bruno).submit(NEW, {"topics": ["CIT"], "note": "porta\0 il contratto"})
    with at_desk(world.lucca):
        assert queries.list_visits_on(clock.today())[0].note == "porta il contratto"


def test_a_topic_of_today_can_be_asked_in_the_past(
    world: World, at_desk: AtDesk, client_of: ClientOf
) -> None:
    answer = client_of(world.bruno).submit(NEW, {"topics": ["BUR-DIG"], "visited_on": "31/12/2015"})
    assert answer.status_code == 303
    with at_desk(world.lucca):
        (entry,) = queries.list_visits_on(date(2015, 12, 31))
        assert entry.topics == ((2, "BUR-DIG"),)


def test_a_topic_that_is_none_is_said_in_italian(world: World, client_of: ClientOf) -> None:
    answer = client_of(world.bruno).submit(NEW, {"topics": ["PIPPO"]})
    assert answer.status_code == 422
    assert "non è nell’elenco" in answer.text


@pytest.mark.parametrize(
    "path", [NEW + "?persona={amina}", "/s/lucca/accessi/{visit}/correggi",
             "/s/lucca/accessi/{visit}/elimina", "/s/lucca/?salvato={visit}"]
)  # fmt: skip
def test_whoever_shows_a_name_leaves_a_trace(
    world: World, at_desk: AtDesk, client_of: ClientOf, amina: UUID, visit: UUID, path: str
) -> None:
    page = client_of(world.bruno).soup(path.format(amina=amina, visit=visit))
    assert "Diallo" in page.text
    with at_desk(world.lucca):
        reads = select(AuditEvent.subject).where(AuditEvent.action == "read")
        assert set(db.session.scalars(reads)) <= {"person", "people"}
        assert db.session.scalar(select(func.count()).select_from(reads.subquery()))


def test_after_a_correction_nothing_offers_to_delete_the_visit(
    world: World, client_of: ClientOf, visit: UUID
) -> None:
    """«Annulla» takes back a visit just recorded; of a correction it would take the whole visit."""
    bruno = client_of(world.bruno)
    address = f"/s/lucca/accessi/{visit}/correggi"
    answer = bruno.submit(address, {"topics": ["LAV"]}, action=address)
    assert answer.status_code == 303
    done = bruno.soup(answer.headers["Location"]).select_one("#done")
    assert done is not None
    assert "Corretto" in done.text
    assert done.select("form") == []
    assert done.select_one("a[href$=correggi]") is not None
    recorded = bruno.soup(f"/s/lucca/?salvato={visit}").select_one("#done form")
    assert recorded is not None
