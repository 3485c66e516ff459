# SPDX-License-Identifier: AGPL-3.0-or-later
"""Recording, correcting and deleting a visit on the pages."""

from collections.abc import Callable
from datetime import date
from uuid import UUID, uuid4

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import func, select

from portal.core import clock
from portal.core.audit import AuditEvent
from portal.core.database import db
from portal.figures import queries as figures
from portal.people import actions as people
from portal.people.rules import PersonFacts
from portal.visits import actions, queries
from portal.visits.models import Visit
from portal.visits.rules import VisitFacts
from tests.conftest import AtDesk
from tests.pages import PortalClient, form_values
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


def test_a_visit_without_a_name_and_without_enquiries(
    world: World, at_desk: AtDesk, client_of: ClientOf
) -> None:
    answer = client_of(world.bruno).submit(NEW, {"channel": "phone", "for_whom": "others"})
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
    assert 'value="CIT" checked' in answer.text
    assert count_visits(at_desk, world.lucca) == 0


def test_the_same_page_sent_twice_is_one_visit(
    world: World, at_desk: AtDesk, client_of: ClientOf
) -> None:
    client, token = client_of(world.bruno), str(uuid4())
    for _twice in range(2):
        assert client.submit(NEW, {"form_token": token}).status_code == 303
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


def test_an_anonymous_visit_gets_its_person(
    world: World, at_desk: AtDesk, client_of: ClientOf, amina: UUID
) -> None:
    with at_desk(world.lucca):
        anonymous = actions.record_visit(facts=VisitFacts(clock.today(), ("CIT",))).id
    client = client_of(world.bruno)
    found = client.submit(f"/s/lucca/?assegna={anonymous}", {"q": "diallo"})
    link = f"/s/lucca/accessi/{anonymous}/correggi?persona={amina}"
    assert link in found.text
    assert client.submit(link, {}).status_code == 303
    with at_desk(world.lucca):
        assert figures.list_counts()[str(clock.today().year)].users == 1


def test_the_second_editor_is_told(
    world: World, at_desk: AtDesk, client_of: ClientOf, visit: UUID
) -> None:
    client = client_of(world.bruno)
    client.submit(f"/s/lucca/accessi/{visit}/correggi", {"topics": ["FOR"]})
    answer = client.submit(
        f"/s/lucca/accessi/{visit}/correggi", {"topics": ["BUR"], "version": "1"}
    )
    assert answer.status_code == 422
    assert "qualcun altro ha cambiato" in answer.text
    assert "Informazioni Sulla Formazione" in answer.text.split("Salvato da altri")[1]
    assert 'value="BUR" checked' in answer.text
    with at_desk(world.lucca):
        (entry,) = queries.list_visits_on(clock.today())
        assert [code for _version, code in entry.topics] == ["FOR"]


def test_the_second_editor_may_save_knowingly(
    world: World, at_desk: AtDesk, client_of: ClientOf, visit: UUID
) -> None:
    client, url = client_of(world.bruno), f"/s/lucca/accessi/{visit}/correggi"
    client.submit(url, {"topics": ["FOR"]})
    told = client.submit(url, {"topics": ["BUR"], "version": "1"})
    form = BeautifulSoup(told.text, "html.parser").select_one("main form")
    assert client.post(url, data=form_values(form)).status_code == 303
    with at_desk(world.lucca):
        (entry,) = queries.list_visits_on(clock.today())
        assert [code for _version, code in entry.topics] == ["BUR"]


def test_a_deletion_asks_why_and_comes_back(
    world: World, at_desk: AtDesk, client_of: ClientOf, visit: UUID
) -> None:
    client = client_of(world.bruno)
    url = f"/s/lucca/accessi/{visit}/elimina"
    assert client.submit(url, {}).status_code == 422
    answer = client.submit(url, {"reason": "Inserito due volte"}, follow_redirects=True)
    assert "I conteggi sono aggiornati" in answer.text
    assert client.get(url).status_code == 404
    restore = f"/s/lucca/accessi/{visit}/ripristina"
    back = client.submit(f"/s/lucca/?eliminato={visit}", {}, action=restore)
    assert back.status_code == 303
    with at_desk(world.lucca):
        assert len(queries.list_visits_on(clock.today())) == 1


def test_a_note_with_a_nul_is_kept_without_it(
    world: World, at_desk: AtDesk, client_of: ClientOf
) -> None:
    client_of(world.bruno).submit(NEW, {"note": "porta\0 il contratto"})
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


def test_nothing_is_deleted_that_was_not_seen(
    world: World, at_desk: AtDesk, client_of: ClientOf, visit: UUID
) -> None:
    client, url = client_of(world.bruno), f"/s/lucca/accessi/{visit}/elimina"
    client.submit(f"/s/lucca/accessi/{visit}/correggi", {"topics": ["FOR"]})
    answer = client.submit(url, {"reason": "Altro", "version": "1"})
    assert answer.status_code == 422
    assert "rileggilo" in answer.text
    assert client.submit(url, {"reason": "Altro", "version": "²"}).status_code == 422
    with at_desk(world.lucca):
        assert len(queries.list_visits_on(clock.today())) == 1


@pytest.mark.parametrize(
    "path", [NEW + "?persona={amina}", "/s/lucca/accessi/{visit}/correggi",
             "/s/lucca/accessi/{visit}/elimina", "/s/lucca/?nomi=1", "/s/lucca/?salvato={visit}"]
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


def test_a_new_person_takes_the_visit_that_waited(
    world: World, at_desk: AtDesk, client_of: ClientOf
) -> None:
    with at_desk(world.lucca):
        anonymous = actions.record_visit(facts=VisitFacts(clock.today(), ("CIT",))).id
    client = client_of(world.bruno)
    found = client.submit(f"/s/lucca/?assegna={anonymous}", {"q": "kovalenko olena"})
    begin = BeautifulSoup(found.text, "html.parser").select_one(".option-new form")
    filled = client.post(begin["action"], data=form_values(begin))
    form = BeautifulSoup(filled.text, "html.parser").select_one("main form")
    assert form.select_one("#family_name")["value"] == "Kovalenko"
    saved = client.post(form["action"], data=form_values(form))
    assert saved.location.startswith(f"/s/lucca/accessi/{anonymous}/correggi?persona=")


def test_a_deleted_visit_is_not_called_saved(
    world: World, at_desk: AtDesk, client_of: ClientOf, visit: UUID
) -> None:
    with at_desk(world.lucca):
        actions.delete_visit(visit_id=visit, reason="Altro", seen_version=1)
    client = client_of(world.bruno)
    assert "Salvato" not in client.soup(f"/s/lucca/?salvato={visit}").text
    client.submit(f"/s/lucca/?eliminato={visit}", {}, action=f"/s/lucca/accessi/{visit}/ripristina")
    assert "Annullato" in client.soup(f"/s/lucca/?ripreso={visit}").text
