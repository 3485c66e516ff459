# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pages of recipients, of an edition on its way out and of the mailbox."""

from collections.abc import Callable
from uuid import UUID

from sqlalchemy import update

from portal.core.store.database import db
from portal.core.work import jobs
from portal.mailings import actions, queries
from portal.mailings.kinds import DESK
from portal.mailings.models import Delivery
from portal.reports.editions.lifecycle import get_edition
from tests.conftest import AtDesk, open_jobs
from tests.pages import PortalClient
from tests.sink import Sink
from tests.world import Someone, World

ClientOf = Callable[[Someone], PortalClient]
ChangeSettings = Callable[..., None]
Work = Callable[[], None]


def at(edition_id: UUID, page: str) -> str:
    return f"/s/lucca/relazioni/edizioni/{edition_id}/{page}"


def test_a_manager_adds_and_removes_recipients(world: World, client_of: ClientOf) -> None:
    anna = client_of(world.anna)
    page = "/s/lucca/destinatari"
    added = anna.submit(
        page, {"email": "Sociale@Comune.example", "name": "Servizi sociali"}, action=page
    )
    assert added.status_code == 303
    shown = anna.get(added.location).text
    assert "Aggiunto." in shown
    assert "sociale@comune.example" in shown
    assert "sociale" not in added.location
    twice = anna.submit(page, {"email": "sociale@comune.example"}, action=page)
    assert twice.status_code == 422
    assert "è già tra i destinatari" in twice.text
    wrong = anna.submit(page, {"email": "a@b.example, c@d.example"}, action=page)
    assert "non è un indirizzo e-mail" in wrong.text
    remove = anna.soup(page).select_one("form.act")
    assert remove is not None
    anna.submit(page, {}, action=str(remove["action"]))
    assert "sociale@comune.example" not in anna.get(page).text


def test_recipients_of_a_network_are_its_overseers(world: World, client_of: ClientOf) -> None:
    elena = client_of(world.elena)
    page = "/r/rete/destinatari"
    assert elena.submit(page, {"email": "prefettura@ufficio.example"}, action=page).status_code == (
        303
    )
    assert "prefettura@ufficio.example" in elena.get(page).text
    assert "Nessun server di posta è configurato" in elena.get("/r/rete/posta").text
    assert "prefettura" not in client_of(world.anna).get("/s/lucca/destinatari").text
    assert client_of(world.anna).get(page).status_code == 404
    assert client_of(world.bruno).get("/s/lucca/destinatari").status_code == 403


YES = {"nothing_recorded": "y"}


def test_the_manager_sees_who_receives_what_and_approves(
    world: World,
    client_of: ClientOf,
    at_desk: AtDesk,
    ready: UUID,
    offices: tuple[str, ...],
    settings_of: ChangeSettings,
    work: Work,
) -> None:
    anna = client_of(world.anna)
    shown = anna.get(at(ready, "approva")).text
    assert "Approva e invia a 3 destinatari" in shown
    assert "Dopo l’approvazione i numeri e il testo non cambiano più." in shown
    assert all(office in shown for office in offices)
    preview = anna.get(at(ready, "anteprima")).text
    assert "Anteprima dell’e-mail (3 destinatari)" in preview
    assert "Relazione I semestre 2016 – Sportello di Lucca (edizione 1)" in preview
    # Months without any record may be a mistake: they ask for a yes.
    assert "Nessuna registrazione in questi mesi:" in shown
    refused = anna.submit(at(ready, "approva"), {"send": "1"}, action=at(ready, "approva"))
    assert refused.status_code == 422
    assert "Conferma che è giusto così" in refused.text
    sent = anna.submit(at(ready, "approva"), {"send": "1"} | YES, action=at(ready, "approva"))
    assert sent.status_code == 303
    assert anna.get(sent.location).text.count("in coda") == 3
    assert [link["href"] for link in anna.soup(sent.location).find_all("a", string="Aggiorna")] == [
        at(ready, "consegne")
    ]
    work()
    left = "lasciata nella posta del portale: nessun server di posta è configurato"
    assert anna.get(sent.location).text.count(left) == 3
    assert "consegnata" not in anna.get(sent.location).text
    assert "Aggiorna" not in anna.get(sent.location).text
    mailbox = anna.soup("/s/lucca/posta")
    letter = mailbox.select_one("th a.name")
    assert letter is not None
    assert "Questo messaggio contiene solo dati" in anna.get(str(letter["href"])).text
    assert "già approvata" in anna.get(at(ready, "approva")).text
    with at_desk(world.lucca):
        assert jobs.get_job_id("publish", str(ready))


def test_approved_without_sending_sends_nothing(
    world: World, client_of: ClientOf, at_desk: AtDesk, ready: UUID, offices: tuple[str, ...]
) -> None:
    values = {"send": "0"} | YES
    client_of(world.anna).submit(at(ready, "approva"), values, action=at(ready, "approva"))
    with at_desk(world.lucca):
        assert get_edition(DESK.editions, ready).state == "approved"
        assert queries.list_deliveries(DESK, ready) == []
        assert open_jobs() == []


def test_only_a_manager_approves(
    world: World, client_of: ClientOf, ready: UUID, offices: tuple[str, ...]
) -> None:
    assert client_of(world.bruno).get(at(ready, "approva")).status_code == 403
    assert client_of(world.dario).get(at(ready, "anteprima")).status_code == 404
    assert client_of(world.bruno).get(at(ready, "consegne")).status_code == 200


def test_an_edition_that_changed_meanwhile_is_read_again(
    world: World, client_of: ClientOf, at_desk: AtDesk, ready: UUID
) -> None:
    answer = client_of(world.anna).submit(
        at(ready, "approva"), {"version": "1", "send": "0"} | YES, action=at(ready, "approva")
    )
    assert answer.status_code == 422
    with at_desk(world.lucca):
        assert get_edition(DESK.editions, ready).state == "ready"


def test_an_uncertain_letter_is_said_and_sent_again_by_a_person(
    world: World,
    client_of: ClientOf,
    at_desk: AtDesk,
    approved: UUID,
    offices: tuple[str, ...],
    sink: Sink,
    work: Work,
) -> None:
    anna = client_of(world.anna)
    with at_desk(world.lucca, world.anna):
        actions.send_edition(DESK, edition_id=approved)
        db.session.execute(update(Delivery).values(state="uncertain"))
    page = anna.soup(at(approved, "consegne"))
    assert page.text.count("esito incerto: non la rimandiamo da soli") == 3
    assert "cartella" not in page.text
    again = page.select_one("form.act")
    assert again is not None
    anna.submit(at(approved, "consegne"), {}, action=str(again["action"]))
    work()
    assert len(sink.accepted()) == 1
    assert anna.get("/s/lucca/posta").status_code == 404


def test_a_replaced_edition_is_not_offered_again(
    world: World,
    client_of: ClientOf,
    at_desk: AtDesk,
    approved: UUID,
    offices: tuple[str, ...],
) -> None:
    anna = client_of(world.anna)
    with at_desk(world.lucca, world.anna):
        actions.send_edition(DESK, edition_id=approved)
        db.session.execute(update(Delivery).values(state="failed", said="550"))
    assert anna.get(at(approved, "consegne")).text.count("Invia di nuovo") == 3
    with at_desk(world.lucca, world.anna):
        get_edition(DESK.editions, approved).state = "superseded"
    shown = anna.get(at(approved, "consegne")).text
    assert "rifiutata" in shown
    assert "Invia di nuovo" not in shown
