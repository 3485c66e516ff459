# SPDX-License-Identifier: AGPL-3.0-or-later
"""The pages around a relazione: why a number, the manager's words, the parts, two editions."""

from collections.abc import Callable
from datetime import date
from io import BytesIO

import pytest
from sqlalchemy import text

from portal.core.documents.docx import default_template
from portal.core.italy.states_and_comuni import list_citizenships
from portal.core.store.database import db
from portal.people import actions as people
from portal.people.rules import PersonFacts
from portal.reports.editions import lifecycle as editions
from portal.reports.editions.desk import DESK
from portal.reports.relazione import manager_words
from portal.visits import actions as visits
from portal.visits.rules import Channel, VisitFacts
from tests import seed
from tests.conftest import AtDesk
from tests.pages import PortalClient, form_values, words
from tests.portal.reports.builds import Build
from tests.world import Someone, World

ClientOf = Callable[[Someone], PortalClient]
PAGE = "/s/lucca/relazioni/periodo?periodo=2016-S1"
WHY = "/s/lucca/relazioni/perche?periodo=2016-S1"
WRITE = "/s/lucca/relazioni/testo?periodo=2016-S1"
PARTS = "/s/lucca/impostazioni/relazione"


@pytest.fixture
def few(world: World, at_desk: AtDesk) -> World:
    """Two users of Lucca's first half of 2016, one of them twice, and somebody without a name."""
    with at_desk(world.lucca):
        sow = people.create_person(
            facts=PersonFacts(family_name="Sow", sex="M", citizenships=("450",))
        )
        diallo = people.create_person(facts=PersonFacts(family_name="Diallo", sex="F"))
        for one in (
            VisitFacts(date(2015, 12, 30), ("CIT",), sow.id),
            VisitFacts(date(2016, 1, 7), ("CIT", "LAV"), sow.id),
            VisitFacts(date(2016, 3, 1), ("CIT",), sow.id, Channel.PHONE),
            VisitFacts(date(2016, 3, 2), ("FOR",), diallo.id),
            VisitFacts(date(2016, 3, 3), ("CIT",)),
        ):
            visits.record_visit(facts=one)
    return world


def listed(client: PortalClient, table: str, row: str) -> list[str]:
    page = client.soup(f"{WHY}&tabella={table}&riga={row}")
    return [words(line) for line in page.select("tbody tr")]


@pytest.mark.parametrize(
    ("table", "row", "records"),
    [
        ("sintesi", "users", ["07/01/2016 Sow", "02/03/2016 Diallo"]),
        ("sintesi", "visits", [
            "07/01/2016 Sow", "01/03/2016 Sow", "02/03/2016 Diallo", "03/03/2016 Anonimo",
        ]),
        ("richieste", "CIT", [
            "07/01/2016 Sow Cittadinanza", "01/03/2016 Sow Cittadinanza",
            "03/03/2016 Anonimo Cittadinanza",
        ]),
        ("sexes", "F", ["02/03/2016 Diallo"]),
        ("newcomers", "new", ["02/03/2016 Diallo"]),
        ("newcomers", "back", ["07/01/2016 Sow"]),
        ("citizenships", "450", ["07/01/2016 Sow"]),
        ("citizenships", "non-indicato", ["02/03/2016 Diallo"]),
        ("months", "2016-03", ["01/03/2016 Sow", "02/03/2016 Diallo", "03/03/2016 Anonimo"]),
        ("months", "2016-03&colonna=enquiries", [
            "01/03/2016 Sow Cittadinanza", "02/03/2016 Diallo Informazioni Sulla Formazione",
            "03/03/2016 Anonimo Cittadinanza",
        ]),
        ("channels", "phone", ["01/03/2016 Sow"]),
        ("areas", "other", ["07/01/2016 Sow"]),
        ("areas", "eu", []),
    ],
)  # fmt: skip
def test_the_records_behind_a_figure(
    few: World, client_of: ClientOf, table: str, row: str, records: list[str]
) -> None:
    assert listed(client_of(few.carla), table, row) == records


def test_each_link_of_the_page_opens_as_many_records_as_its_figure(
    few: World, client_of: ClientOf
) -> None:
    client = client_of(few.anna)
    links = client.soup(PAGE).select("a.figure-link")
    assert len(links) > 50
    for link in links:
        page, href = client.soup(str(link["href"])), str(link["href"])
        assert words(page.select_one(".figure-value")) == link.text
        if "services_per_user" in href:
            assert "4 servizi erogati a utenti (5 in tutto, meno 1 senza nome)" in words(page)
            continue
        lines = page.select("tbody tr th" if "colonna=days" in href else "tbody tr")
        found = {words(one) for one in lines} if "colonna=days" in href else lines
        assert len(found) == int(link.text), href


def test_the_citizenships_told_together_have_their_records(
    world: World, client_of: ClientOf, at_desk: AtDesk
) -> None:
    """Twelve of one person each: the two that come last by name are not in the list of ten."""
    codes = [state.istat3 for state in list_citizenships()[:12]]
    with at_desk(world.lucca):
        for code in codes:
            person = people.create_person(facts=PersonFacts(family_name=code, citizenships=(code,)))
            visits.record_visit(facts=VisitFacts(date(2016, 1, 7), ("CIT",), person.id))
    client = client_of(world.carla)
    table = client.soup(PAGE).select_one("#tabella-citizenships")
    assert words(table.select("tbody th")[10]) == "Altre cittadinanze (2)"
    assert sorted(listed(client, "citizenships", "altre")) == [
        f"07/01/2016 {code}" for code in sorted(codes[10:])
    ]


def test_the_figure_of_before_stands_beside_it(few: World, client_of: ClientOf) -> None:
    page = client_of(few.anna).soup(f"{WHY}&tabella=richieste&riga=CIT")
    assert "Confronto n.d. (I semestre 2015)" in words(page)
    link = next(one for one in page.select("a") if "Apri la relazione del confronto" in one.text)
    assert str(link["href"]).endswith("periodo=2015-S1")


@pytest.mark.parametrize(
    "address", ["tabella=no&riga=users", "tabella=richieste&riga=ZZZ", "riga=x"]
)
def test_a_figure_that_is_not_there_is_not_found(
    few: World, client_of: ClientOf, address: str
) -> None:
    assert client_of(few.anna).get(f"{WHY}&{address}").status_code == 404


def test_whoever_is_named_there_was_read(few: World, client_of: ClientOf, at_desk: AtDesk) -> None:
    client_of(few.carla).get(f"{WHY}&tabella=sexes&riga=F")
    with at_desk(few.lucca):
        read = db.session.scalar(
            text("SELECT count(*) FROM audit_event WHERE action = 'read' AND account_id = :who"),
            {"who": few.carla.id},
        )
    assert read == 1


def test_totals_of_before_the_software_have_no_records(
    world: World, at_desk: AtDesk, client_of: ClientOf
) -> None:
    with at_desk(world.lucca):
        seed.record()
    address = "/s/lucca/relazioni/perche?periodo=2015-S1&tabella=sintesi&riga=users"
    page = client_of(world.anna).soup(address)
    assert "172" in words(page)
    assert "si conserva solo il totale" in words(page)


def test_the_managers_words_stay_when_the_figures_change(
    few: World, client_of: ClientOf, at_desk: AtDesk
) -> None:
    anna = client_of(few.anna)
    said = {"premise": "Prima.", "comment": "Uno.\n\nDue <b>&</b> {{ 7*7 }}"}
    sent = anna.submit(WRITE, said, action=WRITE)
    assert sent.status_code == 303
    with at_desk(few.lucca):
        visits.record_visit(facts=VisitFacts(date(2016, 5, 5), ("CIT",)))
    page = anna.soup(PAGE)
    titles = [words(head) for head in page.select(".report-body h2")]
    assert titles[0] == "Premessa"
    assert titles[-2:] == ["Testo del responsabile", "Come si conta"]
    section = page.select_one("section:has(> h2#testo)")
    assert [words(one) for one in section.select("p.reading")] == ["Uno.", "Due <b>&</b> {{ 7*7 }}"]


def test_two_managers_do_not_overwrite_each_other(
    few: World, client_of: ClientOf, at_desk: AtDesk
) -> None:
    anna = client_of(few.anna)
    form = anna.soup(WRITE).select_one("form[method=post][action*=testo]")
    opened = form_values(form)
    assert anna.submit(WRITE, {"comment": "Primo."}, action=WRITE).status_code == 303
    late = anna.post(WRITE, data=opened | {"comment": "Secondo."})
    assert late.status_code == 422
    assert "qualcun altro ha cambiato il testo" in late.text
    assert "Secondo." in late.text
    with at_desk(few.lucca):
        assert manager_words.find_texts("2016-S1").comment == "Primo."


def test_a_part_left_out_is_nowhere(few: World, client_of: ClientOf) -> None:
    anna = client_of(few.anna)
    form = anna.soup(PARTS).select_one("form[action$=relazione]")
    chosen = [value for value in form_values(form)["parts"] if value not in ("eta", "metodo")]
    assert anna.submit(PARTS, {"parts": chosen}, action=PARTS).status_code == 303
    assert "Utenti per età" not in anna.get(PAGE).text
    assert "Come si conta" not in [words(one) for one in anna.soup(PAGE).select("h2")]
    json = anna.get("/s/lucca/relazioni/file.json?periodo=2016-S1").get_json()
    assert "ages" not in json["tables"]
    assert "sexes" in json["tables"]
    refused = anna.submit(PARTS, {"parts": []}, action=PARTS)
    assert refused.status_code == 422
    assert "Scegli almeno una parte" in refused.text
    assert "sexes" in anna.get("/s/lucca/relazioni/file.json?periodo=2016-S1").get_json()["tables"]


def test_a_template_is_checked_used_and_taken_back(
    few: World, client_of: ClientOf, at_desk: AtDesk
) -> None:
    anna = client_of(few.anna)
    form = anna.soup(PARTS).select_one("form[enctype]")
    hidden = {name: value[0] for name, value in form_values(form).items()}
    refused = anna.post(
        str(form["action"]), data=hidden | {"modello-template": (BytesIO(b"no"), "modello.docx")}
    )
    assert refused.status_code == 422
    right = hidden | {"modello-template": (BytesIO(default_template()), "Il nostro.docx")}
    assert anna.post(str(form["action"]), data=right).status_code == 303
    page = anna.soup(PARTS)
    assert "In uso: Il nostro.docx" in words(page)
    assert anna.get(f"{PARTS}/modello").data == default_template()
    assert page.select_one("form[action$=togli]")
    assert anna.submit(PARTS, {}, action=f"{PARTS}/modello/togli").status_code == 303
    assert "In uso: il modello del portale" in words(anna.soup(PARTS))


def test_late_entries_stand_beside_the_approved_figures(
    few: World, client_of: ClientOf, at_desk: AtDesk, build: Build
) -> None:
    with at_desk(few.lucca):
        edition_id = editions.request_edition(DESK, period="2016-S1").id
    build(few.lucca, edition_id)
    with at_desk(few.lucca):
        editions.approve_edition(DESK, edition_id=edition_id, seen_version=None)
    anna = client_of(few.anna)
    assert not anna.soup(PAGE).select("#rettifica")
    with at_desk(few.lucca):
        visits.record_visit(facts=VisitFacts(date(2016, 6, 30), ("SOC-INV",)))
    page = anna.soup(PAGE)
    assert words(page.select_one("#rettifica")) == "Registrato dopo l’edizione 1"
    rows = [words(row) for row in page.select("section.late tbody tr")]
    assert rows[:2] == ["Sintesi Servizi erogati 5 6", "Sintesi Accessi 4 5"]
    assert not any("Intervalli" in row for row in rows)
    assert anna.submit(PARTS, {"parts": ["sintesi"]}, action=PARTS).status_code == 303
    again = [words(row) for row in anna.soup(PAGE).select("section.late tbody tr")]
    assert again == rows, "a part that is left out is no correction"


def test_any_two_editions_on_one_page(
    few: World, client_of: ClientOf, at_desk: AtDesk, build: Build
) -> None:
    made = []
    for period in ("2015-S2", "2016-S1"):
        with at_desk(few.lucca):
            made.append(editions.request_edition(DESK, period=period).id)
        build(few.lucca, made[-1])
    address = f"/s/lucca/relazioni/edizioni/confronto?prima={made[0]}&dopo={made[1]}"
    page = client_of(few.carla).soup(address)
    assert [words(head) for head in page.select("thead th")] == [
        "Tabella", "Dato del periodo",
        "II semestre 2015, edizione 1", "I semestre 2016, edizione 1",
    ]  # fmt: skip
    assert "Sintesi Utenti 1 2" in [words(row) for row in page.select("tbody tr")]


@pytest.mark.parametrize(
    ("choice", "head", "sentence"),
    [
        ("precedente", "II semestre 2015", "Rispetto al II semestre 2015"),
        ("media-3", "media 2013–2015", "Non ci sono dati per un confronto"),
        ("nessuno", None, None),
    ],
)
def test_the_chosen_comparison(
    few: World, client_of: ClientOf, choice: str, head: str | None, sentence: str | None
) -> None:
    page = client_of(few.anna).soup(f"{PAGE}&confronto={choice}")
    heads = [words(one) for one in page.select("#tabella-richieste thead th")]
    assert (head in heads) is (head is not None)
    if sentence:
        assert sentence in words(page)
    else:
        assert "a confronto con" not in words(page.select_one(".report-head"))
        assert "Rispetto" not in words(page)
