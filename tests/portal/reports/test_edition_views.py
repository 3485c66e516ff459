# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pages of editions: the panel in each state, frozen figures, files byte for byte, who may what."""

import hashlib
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from bs4 import BeautifulSoup, Tag
from flask import Flask
from sqlalchemy import select

from portal.core import clock
from portal.core.store.database import db
from portal.core.work import jobs
from portal.desks.queries import get_desk
from portal.people import actions as people
from portal.people.rules import PersonFacts
from portal.reports.editions import lifecycle as editions
from portal.reports.editions.desk import DESK
from portal.visits import actions as visits
from portal.visits.rules import VisitFacts
from tests.conftest import AtDesk
from tests.pages import PortalClient, words
from tests.portal.reports.builds import Build, Fails
from tests.statements import counted
from tests.world import Someone, World
from worker import schedule

ClientOf = Callable[[Someone], PortalClient]
PAGE = "/s/lucca/relazioni/periodo?periodo=2016-S1"
EDITIONS = "/s/lucca/relazioni/edizioni"
HTMX = {"HX-Request": "true"}


def panel(client: PortalClient, url: str = PAGE) -> Tag:
    found = client.soup(url).select_one("#edition")
    assert found is not None
    return found


def ask(client: PortalClient, at_desk: AtDesk, world: World) -> UUID:
    assert client.submit(PAGE, {}, action=EDITIONS).status_code == 303
    with at_desk(world.lucca):
        newest = editions.find_latest(DESK, "2016-S1")
        assert newest is not None
        return newest.id


def record(day: date, topic: str) -> None:
    person = people.create_person(facts=PersonFacts(family_name="Sow", sex="M"))
    visits.record_visit(facts=VisitFacts(day, (topic,), person.id))


def approve(at_desk: AtDesk, world: World, edition_id: UUID) -> None:
    with at_desk(world.lucca, world.anna):
        editions.approve_edition(DESK, edition_id=edition_id, seen_version=None)


def test_a_manager_asks_and_the_panel_says_the_step(
    few: World, at_desk: AtDesk, client_of: ClientOf
) -> None:
    anna = client_of(few.anna)
    assert "Nessuna edizione" in words(panel(anna))
    edition_id = ask(anna, at_desk, few)
    assert "in preparazione: in coda" in words(panel(anna))
    with at_desk(few.lucca):
        edition = editions.get_edition(DESK, edition_id)
        edition.state, edition.step = "building", 3
    shown = panel(anna)
    assert "in preparazione: passo 3 di 5, tabelle" in words(shown)
    assert "Puoi lasciare questa pagina." in words(shown)
    assert [step["class"] for step in shown.select(".steps li")] == [
        ["done"],
        ["done"],
        ["now"],
        ["next"],
        ["next"],
    ]
    bar = shown.select_one("progress")
    assert bar is not None
    assert (bar["value"], bar["max"]) == ("3", "5")
    refresh = shown.select_one("noscript a")
    assert refresh is not None
    assert refresh["href"] == f"{EDITIONS}/{edition_id}"


def test_the_panel_asks_each_second_until_it_is_ready(
    few: World, at_desk: AtDesk, client_of: ClientOf, build: Build
) -> None:
    anna = client_of(few.anna)
    edition_id = ask(anna, at_desk, few)
    for page in (PAGE, f"{EDITIONS}/{edition_id}"):
        asking = panel(anna, page).select_one("[hx-get]")
        assert asking is not None
        assert (asking["hx-trigger"], asking["hx-target"]) == ("every 1s", "#edition")
    poll = str(asking["hx-get"])
    same = anna.get(poll, headers=HTMX)
    assert (same.status_code, same.data) == (204, b""), "nothing new: nothing is swapped"
    with at_desk(few.lucca):
        edition = editions.get_edition(DESK, edition_id)
        edition.state, edition.step = "building", 3
    changed = anna.get(poll, headers=HTMX)
    assert (changed.status_code, "<html" in changed.text) == (200, False)
    voice = BeautifulSoup(changed.text, "html.parser").select_one("#voice-status")
    assert voice is not None
    assert words(voice) == "In preparazione: passo 3 di 5."
    build(few.lucca, edition_id)
    ready = BeautifulSoup(anna.get(poll, headers=HTMX).text, "html.parser")
    assert "Relazione pronta." in words(ready)
    assert not ready.select("[hx-get]")
    assert not panel(anna).select("#voice-status"), "the whole page says nothing aloud"


def test_a_page_counts_a_relazione_once(
    app: Flask, few: World, at_desk: AtDesk, client_of: ClientOf, build: Build
) -> None:
    """What the page shows also tells the panel what changed; another baseline is counted apart."""
    anna = client_of(few.anna)
    edition_id = ask(anna, at_desk, few)
    build(few.lucca, edition_id)
    with at_desk(few.lucca):
        record(date(2016, 3, 9), "CIT")
    for url, times in (
        (PAGE, 1),
        (f"{PAGE}&confronto=nessuno", 2),
        (f"{EDITIONS}/{edition_id}", 1),
    ):
        with app.app_context(), counted() as statements:
            shown = panel(anna, url)
        assert sum("described AS" in one for one in statements) == times, url
        assert "1 accesso inserito dopo." in words(shown)


@pytest.mark.parametrize("of_the_edition", [False, True])
def test_a_fragment_on_the_old_page_is_the_fresh_page(
    few: World, at_desk: AtDesk, client_of: ClientOf, build: Build, of_the_edition: bool
) -> None:
    anna = client_of(few.anna)
    edition_id = ask(anna, at_desk, few)
    url = f"{EDITIONS}/{edition_id}" if of_the_edition else PAGE
    asking = panel(anna, url).select_one("[hx-get]")
    assert asking is not None
    build(few.lucca, edition_id)
    swapped = BeautifulSoup(anna.get(str(asking["hx-get"]), headers=HTMX).text, "html.parser")
    fresh = anna.soup(url)
    for part in ("#edition .panel", "#edition-rest"):
        new, whole = swapped.select_one(part.split()[-1]), fresh.select_one(part)
        assert new is not None
        assert whole is not None
        assert words(new) == words(whole)


def test_ready_says_what_was_inserted_since(
    world: World, at_desk: AtDesk, client_of: ClientOf, build: Build
) -> None:
    morning = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
    with clock.stopped_at(morning), at_desk(world.lucca):
        record(date(2016, 3, 1), "LAV")
        anna = client_of(world.anna)
    with clock.stopped_at(morning + timedelta(minutes=2)):
        edition_id = ask(anna, at_desk, world)
        build(world.lucca, edition_id)
        shown = words(panel(anna))
    assert "da approvare" in shown
    assert "Dati fermati il 23/11/2026 alle 8:02. Nessun accesso inserito dopo." in shown
    assert "Costruiscila di nuovo" not in shown
    with clock.stopped_at(morning + timedelta(minutes=3)):
        with at_desk(world.lucca):
            record(date(2016, 3, 1), "LAV")
            record(date(2016, 7, 1), "LAV")
        shown = panel(anna)
        assert "alle 8:02. 1 accesso inserito dopo." in words(shown)
        links = [link["href"] for link in shown.select(".acts a")]
        acts = ("approva", "anteprima", "consegne")
        assert links == [f"{EDITIONS}/{edition_id}/{act}" for act in acts]
        assert ask(anna, at_desk, world) != edition_id


def test_a_correction_of_the_records_is_said_too(
    few: World, at_desk: AtDesk, client_of: ClientOf, build: Build
) -> None:
    anna = client_of(few.anna)
    with at_desk(few.lucca):
        person = people.create_person(facts=PersonFacts(family_name="Sow", sex="M"))
        visit = visits.record_visit(facts=VisitFacts(date(2016, 3, 1), ("LAV",), person.id))
    build(few.lucca, ask(anna, at_desk, few))
    with at_desk(few.lucca, few.anna):
        visits.delete_visit(
            visit_id=visit.id, reason="Inserito per errore", seen_version=visit.version
        )
    assert "Nessun accesso inserito dopo. Qualche accesso o totale è stato corretto dopo." in words(
        panel(anna)
    )


def test_approved_corrected_and_superseded(
    few: World, at_desk: AtDesk, client_of: ClientOf, build: Build
) -> None:
    anna = client_of(few.anna)
    first = ask(anna, at_desk, few)
    build(few.lucca, first)
    with clock.stopped_at(datetime(2026, 11, 23, 7, 5, tzinfo=UTC)):
        approve(at_desk, few, first)
    assert "approvata da Anna Bianchi il 23/11/2026" in words(panel(anna))
    with at_desk(few.lucca):
        record(date(2016, 3, 1), "LAV")
    form = f"{EDITIONS}/{first}/rettifica"
    refused = anna.submit(form, {"reason": "  "})
    assert refused.status_code == 422
    assert "Scrivi perché rettifichi l’edizione" in refused.text
    assert anna.submit(form, {"reason": "Mancava un accesso."}).status_code == 303
    with at_desk(few.lucca):
        second = editions.find_latest(DESK, "2016-S1").id
    build(few.lucca, second)
    approve(at_desk, few, second)
    old = words(panel(anna, f"{EDITIONS}/{first}"))
    assert "sostituita dall’edizione 2: vedi le differenze" in old
    corrected = anna.soup(f"{EDITIONS}/{second}")
    assert "Rettifica dell’edizione 1. Mancava un accesso." in words(corrected)
    rows = corrected.select("#differenze ~ .scroller tbody tr")
    told = [words(row) for row in rows]
    assert told[:3] == [
        "Sintesi Utenti 2 3",
        "Sintesi Servizi erogati 3 4",
        "Sintesi Accessi 2 3",
    ]
    by_topic = [line for line in told if line.startswith("Richieste per tipologia")]
    assert [line.split(", richieste ")[-1] for line in by_topic] == ["1 2"]
    assert [line for line in told if "per mese" in line and line.endswith("accessi — 1")]
    listed = [words(row) for row in anna.soup(PAGE).select("#edizioni ~ table tbody tr")]
    assert [line.split()[:3] for line in listed] == [
        ["Edizione", "2", "approvata"],
        ["Edizione", "1", "sostituita"],
    ]


def test_failed_says_where_and_is_tried_again(
    few: World, at_desk: AtDesk, client_of: ClientOf, build: Build, fails: Fails
) -> None:
    anna = client_of(few.anna)
    edition_id = ask(anna, at_desk, few)
    with pytest.raises(fails.Broken):
        build(few.lucca, edition_id, kind=fails.at_documents)
    build.give_up(few.lucca, edition_id)
    assert "non riuscita al passo 4." in words(panel(anna))
    retry = f"{EDITIONS}/{edition_id}/riprova"
    assert anna.submit(PAGE, {}, action=retry).status_code == 303
    assert "in preparazione: in coda" in words(panel(anna))
    build(few.lucca, edition_id)
    assert "da approvare" in words(panel(anna))


def test_the_edition_page_shows_what_was_frozen_not_what_is(
    few: World, at_desk: AtDesk, client_of: ClientOf, build: Build
) -> None:
    anna = client_of(few.anna)
    edition_id = ask(anna, at_desk, few)
    build(few.lucca, edition_id)
    with at_desk(few.lucca):
        record(date(2016, 3, 1), "LAV")
    figures = ".figures .figure-value"
    assert words(anna.soup(PAGE).select(figures)[0]) == "3"
    assert words(anna.soup(f"{EDITIONS}/{edition_id}").select(figures)[0]) == "2"


def test_files_byte_for_byte_with_their_hash(
    few: World, at_desk: AtDesk, client_of: ClientOf, build: Build, owner: Any
) -> None:
    carla = client_of(few.carla)
    edition_id = ask(client_of(few.anna), at_desk, few)
    build(few.lucca, edition_id)
    rows = carla.soup(f"{EDITIONS}/{edition_id}").select("#file ~ .scroller tbody tr")
    lines = []
    for row in rows[:-1]:
        link, shown = row.select_one("a"), row.select_one(".hash")
        assert link is not None
        assert shown is not None
        answer = carla.get(str(link["href"]))
        assert hashlib.sha256(answer.data).hexdigest() == shown.text
        assert "edizione-1" in answer.headers["Content-Disposition"]
        name = row.select_one(".small")
        assert name is not None
        lines.append(f"{shown.text}  {name.text}\n")
    assert len(lines) == 9
    assert words(rows[1]).startswith("Prospetto storico, CSV prospetto.csv")
    manifest = hashlib.sha256("".join(sorted(lines)).encode()).hexdigest()
    assert words(rows[-1]) == f"Tutta l’edizione {manifest}"
    owner("UPDATE edition_file SET content = 'x' WHERE name = 'relazione.csv'")
    refused = carla.get(f"{EDITIONS}/{edition_id}/file/relazione.csv")
    assert refused.status_code == 422
    assert "non corrisponde più alla sua impronta SHA-256" in refused.text
    assert carla.get(f"{EDITIONS}/{edition_id}/file/altro.csv").status_code == 404


def test_readers_read_and_only_managers_act(
    few: World, at_desk: AtDesk, client_of: ClientOf, build: Build
) -> None:
    assert "Costruisci" not in words(panel(client_of(few.carla)))
    edition_id = ask(client_of(few.anna), at_desk, few)
    build(few.lucca, edition_id)
    for one in (few.carla, few.bruno):
        client = client_of(one)
        assert not panel(client).select("form, .acts")
        assert client.get(f"{EDITIONS}/{edition_id}").status_code == 200
        assert client.get(f"{EDITIONS}/{edition_id}/rettifica").status_code == 403
    dario = client_of(few.dario)
    assert dario.get(f"/s/capannori/relazioni/edizioni/{edition_id}").status_code == 404
    assert dario.get(f"{EDITIONS}/{edition_id}").status_code == 404


def test_an_open_period_waits_and_a_closed_one_says_when(
    few: World, at_desk: AtDesk, client_of: ClientOf
) -> None:
    anna = client_of(few.anna)
    with at_desk(few.lucca):
        get_desk(few.lucca.id).created_at = datetime(2010, 1, 1, tzinfo=UTC)
    # Back in time from page to page: a session lives on, as it would not two days later.
    with clock.stopped_at(datetime(2016, 7, 2, 10, tzinfo=UTC)):
        assert "Si costruisce da sola il 04/07/2016." in words(panel(anna))
    with clock.stopped_at(datetime(2016, 6, 30, 10, tzinfo=UTC)):
        shown = words(panel(anna))
        assert "L’edizione si fa quando il periodo è finito, dal 01/07/2016." in shown
        assert "Costruisci" not in shown


@pytest.mark.parametrize("days", [0, 1, 4])
def test_the_day_promised_is_the_day_of_the_timetable(
    app: Flask, few: World, at_desk: AtDesk, client_of: ClientOf, days: int
) -> None:
    anna = client_of(few.anna)
    with at_desk(few.lucca):
        desk = get_desk(few.lucca.id)
        desk.created_at, desk.closing_days = datetime(2010, 1, 1, tzinfo=UTC), days
    opened = None
    for day in range(10):
        moment = datetime(2016, 6, 28, 10, tzinfo=UTC) + timedelta(days=day)
        with clock.stopped_at(moment):
            if day == 0:
                promised = words(panel(anna))
            with app.app_context():
                schedule.open_due_and_notify()
        with at_desk(few.lucca):
            asked = select(jobs.Job).filter_by(
                name="open_edition", desk_id=few.lucca.id, subject="2016-S1"
            )
            if db.session.scalars(asked).one_or_none() is not None:
                opened = moment.date()
                break
    assert opened is not None
    assert f"Si costruisce da sola il {opened:%d/%m/%Y}." in promised


def test_nothing_is_promised_of_a_half_year_before_the_desk(
    few: World, client_of: ClientOf
) -> None:
    with clock.stopped_at(datetime(2016, 7, 2, 10, tzinfo=UTC)):
        assert "Si costruisce da sola" not in words(panel(client_of(few.anna)))


def test_closing_days(few: World, at_desk: AtDesk, client_of: ClientOf) -> None:
    anna = client_of(few.anna)
    address = "/s/lucca/impostazioni/chiusura"
    for typed, kept in (("10", 10), ("", None), ("0", 0)):
        assert anna.submit(address, {"closing_days": typed}).status_code == 303
        with at_desk(few.lucca):
            assert get_desk(few.lucca.id).closing_days == kept
        field = anna.soup(address).select_one("#closing_days")
        assert field is not None
        assert field["value"] == typed
    for typed in ("-1", "181", "dieci", "1e3", "٣"):
        answer = anna.submit(address, {"closing_days": typed})
        assert answer.status_code == 422, typed
        assert "Scrivi un numero di giorni" in answer.text
    assert client_of(few.bruno).get(address).status_code == 403


def test_the_list_of_relazioni_says_the_state(
    few: World, at_desk: AtDesk, client_of: ClientOf, build: Build
) -> None:
    anna = client_of(few.anna)
    build(few.lucca, ask(anna, at_desk, few))
    rows = [words(row) for row in anna.soup("/s/lucca/relazioni").select("tbody tr")]
    assert any(row.startswith("I semestre 2016 da approvare") for row in rows), rows


def test_the_list_has_an_edition_of_a_period_without_records(
    few: World, at_desk: AtDesk, client_of: ClientOf, build: Build
) -> None:
    for period in ("2014-S2", "2013-05"):
        with at_desk(few.lucca):
            edition_id = editions.request_edition(DESK, period=period).id
        build(few.lucca, edition_id)
    rows = [
        words(row) for row in client_of(few.carla).soup("/s/lucca/relazioni").select("tbody tr")
    ]
    empty = "da approvare n.d. n.d."
    assert rows[-2:] == [f"II semestre 2014 {empty}", f"maggio 2013 {empty}"]
