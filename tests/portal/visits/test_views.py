# SPDX-License-Identifier: AGPL-3.0-or-later
"""A person's page and its correction."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from uuid import UUID, uuid4

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from portal.core.italy.periods import named_periods
from portal.core.store.audit import AuditEvent
from portal.core.store.database import db
from portal.figures.queries import find_counts
from portal.people import actions as people_actions
from portal.people import queries as people
from portal.people.rules import PersonFacts
from portal.visits import actions
from portal.visits.rules import VisitFacts
from tests.conftest import AtDesk
from tests.pages import PortalClient, form_values
from tests.portal.conftest import AMINA
from tests.world import Someone, World

ClientOf = Callable[[Someone], PortalClient]


@pytest.fixture
def amina(world: World, at_desk: AtDesk) -> UUID:
    """Amina, who came twice in spring 2016."""
    with at_desk(world.lucca, account=world.bruno):
        person_id = people_actions.create_person(facts=AMINA).id
        for day, topics in ((date(2016, 3, 1), ("CIT",)), (date(2016, 5, 2), ("FOR", "BUR"))):
            actions.record_visit(facts=VisitFacts(day, topics, person_id, note="Torna."))
    return person_id


def url(person_id: UUID, act: str = "") -> str:
    return f"/s/lucca/persone/{person_id}{act}"


def edit(person_id: UUID) -> str:
    return url(person_id, "/modifica")


def test_the_page_says_who_what_and_when(
    world: World, client_of: ClientOf, amina: UUID, at_desk: AtDesk
) -> None:
    page = client_of(world.bruno).soup(url(amina))
    assert page.h1 is not None
    assert page.h1.text == "Diallo Amina"
    assert "Diallo" not in page.title.text  # type: ignore[union-attr]
    text = " ".join(page.main.text.split())  # type: ignore[union-attr]
    assert "F · nata il 12/04/1988 (" in text
    assert "· Senegal · Lucca · tel. 333 100 4417" in text
    assert "Storia: 2 accessi, 3 richieste" in text
    assert text.index("2 maggio") < text.index("1° marzo")
    for said in ("Cittadinanza", "«Torna.»", "Scheda creata", "Bruno Neri", "Aminata Sow"):
        assert said in text
    assert "coerente con i dati" in text
    with at_desk(world.lucca):
        read = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "read")).one()
        assert (read.subject_id, read.account_id) == (amina, world.bruno.id)


def test_a_person_of_whom_little_is_known_has_a_page(
    world: World, client_of: ClientOf, at_desk: AtDesk
) -> None:
    with at_desk(world.lucca):
        person_id = people_actions.create_person(facts=PersonFacts(given_name="Suharto")).id
    text = client_of(world.carla).soup(url(person_id)).text
    assert "Ancora nessun accesso." in text
    assert "non indicato" in text


def test_a_code_that_contradicts_the_person_is_said_and_never_blocks(
    world: World, client_of: ClientOf, amina: UUID
) -> None:
    client = client_of(world.bruno)
    answer = client.submit(edit(amina), {"birth": "13/04/1988"})
    assert answer.status_code == 303
    page = client.get(answer.location).text
    assert "non coerente: la data nel codice è 12/04/1988" in page


def test_an_edit_is_saved_and_the_figures_follow_the_sex(
    world: World, client_of: ClientOf, amina: UUID, at_desk: AtDesk
) -> None:
    def users() -> dict[str, int]:
        half_year = next(one for one in named_periods(date(2016, 3, 1)) if "S1" in one.name)
        with at_desk(world.lucca):
            counts = find_counts(half_year)
        assert counts is not None
        return dict(counts.users_by_sex or {})

    assert users() == {"F": 1, "M": 0, "X": 0, "N": 0}
    answer = client_of(world.bruno).submit(edit(amina), {"sex": "M", "given_name": "Amin"})
    assert answer.status_code == 303
    assert "Amin" not in answer.location
    assert users() == {"F": 0, "M": 1, "X": 0, "N": 0}
    with at_desk(world.lucca):
        facts = people.facts_of(people.get_person(amina))
    assert facts == replace(AMINA, sex="M", given_name="Amin")


def test_saving_without_a_change_changes_nothing(
    world: World, client_of: ClientOf, amina: UUID, at_desk: AtDesk
) -> None:
    assert client_of(world.bruno).submit(edit(amina), {}).status_code == 303
    with at_desk(world.lucca):
        person = people.get_person(amina)
        assert person.version == 1
        assert people.facts_of(person) == AMINA


def test_what_is_wrong_is_said_and_what_was_typed_is_kept(
    world: World, client_of: ClientOf, amina: UUID, at_desk: AtDesk
) -> None:
    answer = client_of(world.bruno).submit(
        edit(amina), {"birth": "29/02/2015", "given_name": "Amine"}
    )
    assert answer.status_code == 422
    assert "Il 29/02/2015 non esiste" in answer.text
    assert 'value="29/02/2015"' in answer.text
    assert 'value="Amine"' in answer.text
    with at_desk(world.lucca):
        assert people.get_person(amina).version == 1


def test_a_new_citizenship_is_saved_with_its_day(
    world: World, client_of: ClientOf, amina: UUID, at_desk: AtDesk
) -> None:
    client = client_of(world.anna)
    italian = {"citizenship": "Italia", "citizenship_since": "1/3/2016"}
    answer = client.submit(edit(amina), italian)
    assert answer.status_code == 303
    text = " ".join(client.soup(answer.location).text.split())
    assert "prima del 01/03/2016: Senegal" in text
    assert "Cambiati: cittadinanza" in text
    assert "Ora vale dal 01/03/2016" in client.soup(edit(amina)).text
    assert client.submit(edit(amina), italian).status_code == 303
    with at_desk(world.lucca):
        assert people.get_person(amina).version == 2


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"citizenship_since": "1/3/2016"}, "solo se una cittadinanza ne sostituisce"),
        ({"citizenship": "Italia", "citizenship_since": "1/3/2099"}, "La data è nel futuro"),
    ],
)
def test_a_wrong_day_of_a_citizenship_is_said_beside_it(
    world: World, client_of: ClientOf, amina: UUID, typed: dict[str, str], said: str
) -> None:
    answer = client_of(world.bruno).submit(edit(amina), typed)
    assert answer.status_code == 422
    field = BeautifulSoup(answer.text, "html.parser").find("input", id="citizenship_since")
    assert field is not None
    assert said in field.find_parent("div").text  # type: ignore[union-attr]
    assert field["value"] == typed["citizenship_since"]


def test_a_home_is_corrected_on_its_own_day(
    world: World, client_of: ClientOf, amina: UUID, at_desk: AtDesk
) -> None:
    with at_desk(world.lucca):
        redated = replace(AMINA, residence_since=date(2015, 3, 1))
        people_actions.edit_person(person_id=amina, facts=redated, seen_version=1)
    typed = {"residence_comune": "Capannori", "residence_since": "1/3/2015"}
    assert client_of(world.bruno).submit(edit(amina), typed).status_code == 303
    with at_desk(world.lucca):
        homes = people.list_residences(amina)
        assert [(one.comune_code, one.valid_from) for one in homes] == [
            ("046007", date(2015, 3, 1))
        ]


@pytest.fixture
def conflicting(world: World, client_of: ClientOf, amina: UUID, at_desk: AtDesk) -> BeautifulSoup:
    """What Bruno is shown when Anna has changed the telephone and he saves a note and a name."""
    bruno = client_of(world.bruno)
    form = bruno.soup(edit(amina)).find("form", attrs={"action": edit(amina)})
    assert form is not None
    with at_desk(world.lucca, account=world.anna):
        facts = replace(AMINA, phone="+393330000000", given_name="Aminah")
        people_actions.edit_person(person_id=amina, facts=facts, seen_version=1)
    typed = form_values(form) | {"note": "Parla piano.", "given_name": "Amine"}
    answer = bruno.post(edit(amina), data=typed)
    assert answer.status_code == 422
    return BeautifulSoup(answer.text, "html.parser")


def test_the_second_editor_is_shown_both_values(conflicting: BeautifulSoup) -> None:
    text = " ".join(conflicting.text.split())
    assert "Non ancora salvato." in text
    assert "Anna Bianchi ha cambiato questa scheda." in text
    table = conflicting.find("table")
    assert table is not None
    rows = [
        [" ".join(cell.text.split()) for cell in row.find_all(["th", "td"])]
        for row in table.find_all("tr")[1:]
    ]
    assert rows == [
        ["Nome", "Nome, tengo: Amine", "Nome, tengo: Aminah", "Amina"],
        ["Telefono", "non cambiato da te", "333 000 0000 si tiene", "333 100 4417"],
        ["Nota", "Parla piano. si tiene", "non cambiato", "vuoto"],
    ]


def test_what_was_typed_is_still_on_the_page(conflicting: BeautifulSoup, amina: UUID) -> None:
    form = conflicting.find("form", attrs={"action": edit(amina)})
    assert form is not None
    sent = form_values(form)
    assert (sent["given_name"], sent["note"][0].strip()) == (["Amine"], "Parla piano.")


def _resend(
    conflicting: BeautifulSoup, client: PortalClient, person_id: UUID, **choices: str
) -> tuple[int, str]:
    form = conflicting.find("form", attrs={"action": edit(person_id)})
    assert form is not None
    chosen = {f"keep-{name}": value for name, value in choices.items()}
    answer = client.post(edit(person_id), data=form_values(form) | chosen)
    return answer.status_code, answer.text


def test_each_choice_is_kept(
    world: World, client_of: ClientOf, amina: UUID, conflicting: BeautifulSoup, at_desk: AtDesk
) -> None:
    status, _ = _resend(conflicting, client_of(world.bruno), amina, given_name="saved")
    assert status == 303
    with at_desk(world.lucca):
        facts = people.facts_of(people.get_person(amina))
    assert (facts.given_name, facts.phone, facts.note) == (
        "Aminah",
        "+393330000000",
        "Parla piano.",
    )


def test_two_citizenships_at_once_are_chosen_with_their_day(
    world: World, client_of: ClientOf, amina: UUID, at_desk: AtDesk
) -> None:
    bruno = client_of(world.bruno)
    form = bruno.soup(edit(amina)).find("form", attrs={"action": edit(amina)})
    assert form is not None
    with at_desk(world.lucca, account=world.anna):
        italian = replace(AMINA, citizenships=("100",), citizenship_since=date(2016, 3, 1))
        people_actions.edit_person(person_id=amina, facts=italian, seen_version=1)
    typed = form_values(form) | {"citizenship": "Francia", "citizenship_since": "1/5/2020"}
    twice = BeautifulSoup(bruno.post(edit(amina), data=typed).text, "html.parser")
    table = twice.find("table")
    assert table is not None
    assert "Francia, dal 01/05/2020" in " ".join(table.text.split())
    assert _resend(twice, bruno, amina, citizenships="mine")[0] == 303
    with at_desk(world.lucca):
        formers = people.list_former_citizenships(amina)
        assert [(one.state_code, one.until) for one in formers] == [
            ("100", date(2020, 5, 1)),
            ("450", date(2016, 3, 1)),
        ]


def test_without_a_choice_nothing_is_saved(
    world: World, client_of: ClientOf, amina: UUID, conflicting: BeautifulSoup, at_desk: AtDesk
) -> None:
    status, text = _resend(conflicting, client_of(world.bruno), amina)
    assert status == 422
    assert "Manca la scelta per: " in text
    with at_desk(world.lucca):
        assert people.get_person(amina).version == 2


def test_a_third_who_saved_meanwhile_is_shown_too(
    world: World, client_of: ClientOf, amina: UUID, conflicting: BeautifulSoup, at_desk: AtDesk
) -> None:
    with at_desk(world.lucca, account=world.anna):
        facts = people.facts_of(people.get_person(amina))
        people_actions.edit_person(
            person_id=amina, facts=replace(facts, given_name="Minata"), seen_version=2
        )
    status, text = _resend(conflicting, client_of(world.bruno), amina, given_name="mine")
    assert status == 422
    assert "Nome, tengo: </span>Minata" in text
    assert "checked" not in text.split('id="keep-given_name-mine"')[1].split(">")[0]


def test_the_same_value_from_both_is_no_conflict(
    world: World, client_of: ClientOf, amina: UUID, at_desk: AtDesk
) -> None:
    bruno = client_of(world.bruno)
    form = bruno.soup(edit(amina)).find("form", attrs={"action": edit(amina)})
    with at_desk(world.lucca, account=world.anna):
        facts = replace(AMINA, given_name="Aminah")
        people_actions.edit_person(person_id=amina, facts=facts, seen_version=1)
    assert form is not None
    sent = form_values(form) | {"given_name": "Aminah"}
    assert bruno.post(edit(amina), data=sent).status_code == 303


@pytest.mark.parametrize("before", ["", "inventato"])
def test_a_form_that_does_not_say_what_was_before_asks_for_every_part(
    world: World, client_of: ClientOf, amina: UUID, at_desk: AtDesk, before: str
) -> None:
    answer = client_of(world.bruno).submit(edit(amina), {"note": "Piano.", "before": before})
    assert answer.status_code == 422
    assert 'name="keep-note"' in answer.text
    with at_desk(world.lucca):
        assert people.get_person(amina).version == 1


def test_a_reader_sees_no_way_to_change(world: World, client_of: ClientOf, amina: UUID) -> None:
    carla = client_of(world.carla)
    page = carla.soup(url(amina))
    assert page.main is not None
    for act in ("Modifica", "Nuovo accesso", "Correggi"):
        assert act not in page.main.text
    assert carla.get(edit(amina)).status_code == 403


def test_another_desks_person_and_an_absent_one_are_not_here(
    world: World, client_of: ClientOf, amina: UUID
) -> None:
    dario = client_of(world.dario)
    for person_id in (amina, uuid4()):
        for act in ("", "/modifica"):
            assert dario.get(f"/s/capannori/persone/{person_id}{act}").status_code == 404
            assert dario.get(url(person_id, act)).status_code == 404


def test_another_desks_person_cannot_be_saved(
    world: World, client_of: ClientOf, amina: UUID, at_desk: AtDesk
) -> None:
    dario = client_of(world.dario)
    form = dario.soup("/s/capannori/persone/nuova").find(
        "form", attrs={"action": "/s/capannori/persone/nuova"}
    )
    assert form is not None
    sent = form_values(form) | {"family_name": "Mia", "version": "1"}
    assert dario.post(f"/s/capannori/persone/{amina}/modifica", data=sent).status_code == 404
    with at_desk(world.lucca):
        assert people.get_person(amina).version == 1


def test_who_has_not_signed_in_is_asked_to(visitor: PortalClient, amina: UUID) -> None:
    for act in ("", "/modifica"):
        answer = visitor.get(url(amina, act))
        assert answer.status_code in (302, 303)
        assert "/accedi" in answer.location


def test_opening_pages_changes_nothing(
    world: World, client_of: ClientOf, amina: UUID, at_desk: AtDesk
) -> None:
    client = client_of(world.bruno)
    assert client.get(url(amina)).status_code == 200
    assert client.get(f"{edit(amina)}?family_name=Rossi").status_code == 200
    with at_desk(world.lucca):
        assert people.facts_of(people.get_person(amina)) == AMINA
