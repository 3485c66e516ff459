# SPDX-License-Identifier: AGPL-3.0-or-later
"""The page of past totals: typed, corrected, deleted, restored, and never beside visits."""

from collections.abc import Callable
from datetime import date
from html import unescape

import pytest
from sqlalchemy import select

from portal.core.errors import Refusal
from portal.core.italy.periods import parse_period
from portal.core.store.audit import AuditEvent
from portal.core.store.database import db
from portal.figures import actions as figures_actions
from portal.figures import queries as figures
from portal.figures.models import PastTotal
from portal.figures.rules import Nameless
from portal.imports.actions import import_file
from portal.visits import actions as visits
from portal.visits.rules import VisitFacts
from tests.conftest import AtDesk
from tests.pages import PortalClient, form_values
from tests.portal.imports.files import totals_csv
from tests.world import Someone, World

PAGE = "/s/lucca/totali-passati"
TYPED = {
    "period": "2015-S1",
    "users": "172",
    "users_f": "80",
    "users_m": "92",
    "topic_CIT": "38",
    "topic_SOG-RIN": "1.083",
    "total": "1121",
}
ClientOf = Callable[[Someone], PortalClient]


def test_typed_totals_are_stored_and_said(
    world: World, client_of: ClientOf, at_desk: AtDesk
) -> None:
    anna = client_of(world.anna)
    assert len(anna.soup(PAGE).select("table.entry tbody tr")) == 14
    answer = anna.submit(PAGE, TYPED)
    assert answer.status_code == 303
    soup = anna.soup(answer.location)
    assert "Salvato: 2015-S1" in soup.text
    assert "172 utenti, 1.121 richieste" in soup.text
    with at_desk(world.lucca):
        (stored,) = figures.list_past_totals()
        assert (stored.users, stored.users_f, stored.users_m) == (172, 80, 92)
        assert stored.topics == {"CIT": 38, "SOG-RIN": 1083}
        assert stored.created_by == world.anna.id


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ({"nameless": "12"}, Nameless(12, None)),
        ({"nameless_CIT": "3"}, Nameless(3, {"CIT": 3})),
        ({"nameless_CIT": "3", "nameless": "3"}, Nameless(3, {"CIT": 3})),
        ({"nameless": "0"}, Nameless(0, {})),
        ({}, None),
    ],
)
def test_the_nameless_are_typed_as_far_as_they_are_known(
    world: World,
    client_of: ClientOf,
    at_desk: AtDesk,
    typed: dict[str, str],
    stored: Nameless | None,
) -> None:
    anna = client_of(world.anna)
    assert anna.submit(PAGE, TYPED | typed).status_code == 303
    with at_desk(world.lucca):
        (total,) = figures.list_past_totals()
        assert figures.counts_of(total).nameless == stored
    shown = form_values(anna.soup(f"{PAGE}/{total.id}"))
    assert shown["nameless"] == [str(stored.total) if stored else ""]
    assert anna.submit(f"{PAGE}/{total.id}", {"users": "173"}).status_code == 303
    with at_desk(world.lucca):
        assert figures.counts_of(figures.get_past_total(total.id)).nameless == stored


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"nameless": "1122"}, "Sono più delle richieste"),
        ({"nameless_CIT": "39"}, "Sono più delle richieste"),
        ({"nameless_CIT": "3", "nameless": "4"}, "Per tipologia sommano a 3"),
        ({"nameless": "molte"}, "Scrivi un numero intero"),
    ],
)
def test_wrong_numbers_of_the_nameless_are_said_beside_their_field(
    world: World, client_of: ClientOf, typed: dict[str, str], sentence: str
) -> None:
    answer = client_of(world.anna).submit(PAGE, TYPED | typed)
    assert answer.status_code == 422
    assert sentence in unescape(answer.text)


def test_the_same_form_twice_is_one_record(
    world: World, client_of: ClientOf, at_desk: AtDesk
) -> None:
    anna = client_of(world.anna)
    first, second = anna.submit(PAGE, TYPED), anna.submit(PAGE, TYPED)
    assert (first.status_code, first.location) == (second.status_code, second.location)
    assert anna.submit(PAGE, TYPED | {"users": "173"}).status_code == 422
    with at_desk(world.lucca):
        assert [one.users for one in figures.list_past_totals()] == [172]


def test_sexes_may_be_unknown(world: World, client_of: ClientOf, at_desk: AtDesk) -> None:
    answer = client_of(world.anna).submit(PAGE, TYPED | {"users_f": "", "users_m": ""})
    assert answer.status_code == 303
    with at_desk(world.lucca):
        assert figures.counts_of(figures.list_past_totals()[0]).users_by_sex is None


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"period": ""}, "Scrivi il periodo"),
        ({"period": "2015-S3"}, "non esiste"),
        ({"period": "2026"}, "non è ancora finito"),
        ({"period": "2016-S1"}, "ci sono già accessi registrati"),
        ({"users": ""}, "Scrivi gli utenti"),
        ({"users": "-3"}, "Scrivi un numero intero"),
        ({"users": "100"}, "superano gli utenti"),
        ({"users_m": ""}, "sia le donne sia gli uomini"),
        ({"topic_CIT": "tanti"}, "Scrivi un numero intero"),
        ({"total": ""}, "Scrivi il totale"),
        ({"total": "1120"}, "La somma delle righe è 1.121"),
    ],
)
def test_what_is_wrong_is_said_and_not_stored(
    world: World, client_of: ClientOf, at_desk: AtDesk, typed: dict[str, str], sentence: str
) -> None:
    with at_desk(world.lucca):
        visits.record_visit(facts=VisitFacts(visited_on=date(2016, 5, 3)))
    answer = client_of(world.anna).submit(PAGE, TYPED | typed)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert 'value="1083"' in answer.text or 'value="1.083"' in answer.text
    with at_desk(world.lucca):
        assert figures.list_past_totals() == []


def test_a_period_under_the_new_list_keeps_what_was_typed(
    world: World, client_of: ClientOf, at_desk: AtDesk
) -> None:
    anna = client_of(world.anna)
    typed = TYPED | {"period": "2026-S1", "total": "1122", "topic_ALT": "1", "users_f": "x"}
    answer = anna.submit(PAGE, typed)
    assert answer.status_code == 422
    assert 'name="topic_ALT"' in answer.text
    assert anna.submit(PAGE, typed | {"users_f": "80"}).status_code == 303
    with at_desk(world.lucca):
        assert figures.list_past_totals()[0].topics == {"CIT": 38, "SOG-RIN": 1083, "ALT": 1}


def stored_page(client: PortalClient) -> str:
    """The address of the correction of the first totals on the page."""
    client.submit(PAGE, TYPED)
    return str(client.soup(PAGE).select_one("ul.rows a")["href"])  # type: ignore[index]


def test_totals_are_corrected(world: World, client_of: ClientOf, at_desk: AtDesk) -> None:
    anna = client_of(world.anna)
    url = stored_page(anna)
    answer = anna.submit(url, {"topic_CIT": "40", "total": "1123"}, action=url)
    assert answer.status_code == 303
    with at_desk(world.lucca):
        (stored,) = figures.list_past_totals()
        assert (stored.period, stored.users_f) == ("2015-S1", 80)
        assert stored.topics == {"CIT": 40, "SOG-RIN": 1083}
    assert anna.submit(url, {"total": "5"}, action=url).status_code == 422


def test_the_second_editor_sees_both_values(
    world: World, client_of: ClientOf, at_desk: AtDesk
) -> None:
    anna = client_of(world.anna)
    url = stored_page(anna)
    with at_desk(world.lucca):
        (stored,) = figures.list_past_totals()
        figures_actions.correct_past_total(
            past_total_id=stored.id,
            seen_version=1,
            users=174,
            users_f=80,
            users_m=92,
            topics=dict(stored.topics),
        )
    answer = anna.submit(url, {"version": "1", "users": "173"}, action=url)
    assert answer.status_code == 422
    assert "qualcun altro ha cambiato" in answer.text
    assert "Ora è salvato: Utenti: 174." in answer.text
    assert 'value="173"' in answer.text
    with at_desk(world.lucca):
        assert figures.list_past_totals()[0].users == 174
    assert 'name="version" type="hidden" value="2"' in answer.text


def test_totals_are_deleted_with_a_reason_and_come_back(
    world: World, client_of: ClientOf, at_desk: AtDesk
) -> None:
    anna = client_of(world.anna)
    url = stored_page(anna)
    shown = anna.soup(f"{url}/elimina")
    assert "1.083" in shown.text
    assert "2015-S1" in shown.text
    unsaid = anna.submit(f"{url}/elimina", {})
    assert (unsaid.status_code, "Scegli il motivo" in unsaid.text) == (422, True)
    answer = anna.submit(f"{url}/elimina", {"reason": "Altro"})
    assert anna.get(url).status_code == 404
    with at_desk(world.lucca):
        assert figures.list_past_totals() == []
        assert figures.list_past_totals_within(date(2015, 1, 1), date(2015, 6, 30)) == []
        assert figures.find_past_total(parse_period("2015-S1")) is None
        kept = db.session.scalars(select(PastTotal)).one()
        assert (kept.users, kept.topics["CIT"], kept.deleted_reason) == (172, 38, "Altro")
        visits.record_visit(facts=VisitFacts(visited_on=date(2014, 5, 3)))
    undone = anna.submit(answer.location, {}, action=f"{url}/ripristina")
    assert "Salvato: 2015-S1" in anna.soup(undone.location).text
    with at_desk(world.lucca):
        assert [one.users for one in figures.list_past_totals()] == [172]
        actions = db.session.scalars(
            select(AuditEvent.action).where(AuditEvent.subject == "past_total")
        )
        assert sorted(actions) == ["insert", "update", "update"]


def test_sent_twice_a_deletion_and_its_undoing_are_one(world: World, client_of: ClientOf) -> None:
    anna = client_of(world.anna)
    url = stored_page(anna)
    sent = form_values(anna.soup(f"{url}/elimina").select("main form")[0]) | {"reason": "Altro"}
    assert [anna.post(f"{url}/elimina", data=sent).status_code for _n in range(2)] == [303, 303]
    assert [anna.post(f"{url}/ripristina", data=sent).status_code for _n in range(2)] == [303, 303]
    assert anna.get(url).status_code == 200


def test_totals_that_moved_are_not_deleted_unseen(
    world: World, client_of: ClientOf, at_desk: AtDesk
) -> None:
    anna = client_of(world.anna)
    url = stored_page(anna)
    with at_desk(world.lucca):
        (stored,) = figures.list_past_totals()
        figures_actions.correct_past_total(
            past_total_id=stored.id,
            seen_version=1,
            users=174,
            users_f=80,
            users_m=92,
            topics=dict(stored.topics),
        )
    answer = anna.submit(f"{url}/elimina", {"reason": "Altro", "version": "1"})
    assert (answer.status_code, "qualcun altro ha cambiato" in answer.text) == (422, True)
    assert ">174<" in answer.text
    assert 'name="version" type="hidden" value="2"' in answer.text
    with at_desk(world.lucca):
        assert [one.users for one in figures.list_past_totals()] == [174]


@pytest.mark.parametrize("newcomer", ["visit", "same", "contradicting"])
def test_deleted_totals_do_not_come_back_where_something_stands(
    world: World, client_of: ClientOf, at_desk: AtDesk, newcomer: str
) -> None:
    anna = client_of(world.anna)
    url = stored_page(anna)
    answer = anna.submit(f"{url}/elimina", {"reason": "Altro"})
    form = form_values(anna.soup(answer.location).select("main .message form")[0])
    with at_desk(world.lucca):
        if newcomer == "visit":
            visits.record_visit(facts=VisitFacts(visited_on=date(2015, 5, 3)))
        else:
            name = "2015-S1" if newcomer == "same" else "2015"
            figures_actions.store_past_total(
                period=parse_period(name), users=1, users_f=None, users_m=None, topics={}
            )
        before = [one.period for one in figures.list_past_totals()]
    refused = anna.post(f"{url}/ripristina", data=form)
    sentence = {
        "visit": "ci sono già accessi registrati",
        "same": "I totali del periodo 2015-S1 ci sono già",
        "contradicting": "Più utenti nel periodo 2015-S1 (172) che nel periodo 2015",
    }[newcomer]
    assert (refused.status_code, sentence in refused.text) == (422, True)
    with at_desk(world.lucca):
        assert [one.period for one in figures.list_past_totals()] == before


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"users": "171", "users_f": "", "users_m": ""}, "Più utenti nel periodo 2015-S1 (172)"),
        ({"users_f": "79"}, "Più donne nel periodo 2015-S1 (80) che nel periodo 2015 che lo"),
        ({"topic_CIT": "37", "total": "1120"}, "Più richieste «Cittadinanza» nel periodo 2015-S1"),
    ],
)
def test_a_part_never_counts_more_than_the_whole(
    world: World, client_of: ClientOf, at_desk: AtDesk, wrong: dict[str, str], sentence: str
) -> None:
    anna = client_of(world.anna)
    url = stored_page(anna)
    answer = anna.submit(PAGE, TYPED | {"period": "2015"} | wrong)
    assert (answer.status_code, sentence in unescape(answer.text)) == (422, True)
    assert anna.submit(PAGE, TYPED | {"period": "2015"}).status_code == 303
    larger = {"users": "173", "users_f": "", "users_m": ""}
    answer = anna.submit(url, larger, action=url)
    assert (answer.status_code, "Più utenti nel periodo 2015-S1 (173)" in answer.text) == (
        422,
        True,
    )
    with at_desk(world.lucca):
        assert [one.users for one in figures.list_past_totals()] == [172, 172]


def test_a_file_says_which_totals_contradict(world: World, at_desk: AtDesk) -> None:
    rows = ("2014-S1;utenti;5", "2014-S1;CIT;5", "2014;utenti;9", "2014;CIT;2")
    with pytest.raises(Refusal, match="Riga 5, colonna valore: Più richieste"):
        with at_desk(world.lucca):
            import_file(totals_csv(*rows), kind="totals")
    with at_desk(world.lucca):
        assert figures.list_past_totals() == []


def test_only_the_manager_of_the_desk_may(world: World, client_of: ClientOf) -> None:
    url = stored_page(client_of(world.anna))
    for other in (world.bruno, world.carla, world.elena):
        assert client_of(other).get(PAGE).status_code in (403, 404)
        assert client_of(other).get(url).status_code in (403, 404)
    fabio = client_of(world.fabio)
    assert fabio.get(PAGE).status_code == 404
    assert fabio.get(url.replace("/lucca/", "/viareggio/")).status_code == 404
