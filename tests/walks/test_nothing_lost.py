# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whatever happens between the first letter and the save, the words are there: in a browser."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import update

from portal.accounts.models import LoginSession
from portal.core import clock
from portal.core.store.database import db
from portal.drafts.queries import list_drafts
from portal.people.actions import create_person
from portal.people.queries import count_people
from portal.people.rules import PersonFacts
from portal.visits.queries import list_visits_on
from tests.conftest import AtDesk
from tests.walks.conftest import OpenAs
from tests.walks.wire import Server
from tests.world import PASSWORD, World

NEW = "/s/lucca/persone/nuova"
KEPT = re.compile(r"^Bozza salvata alle \d{1,2}:\d\d$")


@pytest.fixture
def server(app: Flask) -> Iterator[Server]:
    server = Server(app)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def address(server: Server) -> str:
    return f"http://127.0.0.1:{server.port}"


@pytest.fixture
def lunch(identity: AtDesk) -> Callable[[], None]:
    """Half an hour and a bit without a key."""

    def pass_by() -> None:
        with identity():
            ago = clock.now() - timedelta(minutes=31)
            db.session.execute(update(LoginSession).values(seen_at=ago))

    return pass_by


def write(page: Page, *, wait: bool = True) -> None:
    page.goto(NEW)
    page.get_by_label("Cognome").fill("Kovalenko")
    page.get_by_label("Nome", exact=True).fill("Olena")
    page.get_by_text("F", exact=True).click()
    page.get_by_label("Nota").fill("Torna lunedì con il passaporto")
    if wait:
        expect(page.locator("[data-draft-state]")).to_have_text(KEPT)
        expect(page.locator("form[data-draft-kept]")).to_have_count(1)


def expect_written(page: Page) -> None:
    expect(page.get_by_label("Cognome")).to_have_value("Kovalenko")
    expect(page.get_by_label("Nome", exact=True)).to_have_value("Olena")
    expect(page.get_by_label("F", exact=True)).to_be_checked()
    expect(page.get_by_label("Nota")).to_have_value("Torna lunedì con il passaporto")


def save(page: Page) -> None:
    page.get_by_role("button", name="Salva persona").click()


def expect_saved_once(page: Page, world: World, at_desk: AtDesk) -> None:
    page.wait_for_url(lambda url: "/nuova" not in url)
    expect(page.locator("h1")).to_have_text("Kovalenko Olena")
    with at_desk(world.lucca, world.bruno):
        assert count_people() == 1
        assert list_drafts() == []


def type_password(page: Page) -> None:
    expect(page.locator("h1")).to_have_text("La sessione è scaduta")
    expect(page.get_by_text("Kovalenko")).to_have_count(0)
    expect(page.get_by_label("Password di bruno@sportelli.example")).to_be_focused()
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")


@pytest.mark.parametrize("width", [1280, 390])
def test_a_session_that_ends_at_lunch(
    world: World, open_as: OpenAs, at_desk: AtDesk, lunch: Callable[[], None], width: int
) -> None:
    page = open_as(world.bruno, width=width)
    write(page)
    lunch()
    save(page)
    expect(page.get_by_text("Quello che stavi scrivendo è salvo")).to_be_visible()
    type_password(page)
    expect(page.get_by_text("Bozza ripresa.")).to_be_visible()
    expect_written(page)
    save(page)
    expect_saved_once(page, world, at_desk)


def test_a_page_left_for_another_after_lunch(
    world: World, open_as: OpenAs, at_desk: AtDesk, lunch: Callable[[], None]
) -> None:
    page = open_as(world.bruno)
    write(page, wait=False)
    page.get_by_role("link", name="Relazioni").first.click()
    page.wait_for_url("**/relazioni")
    lunch()
    page.reload()
    type_password(page)
    expect_written(page)
    save(page)
    expect_saved_once(page, world, at_desk)


def test_lunch_without_javascript(
    world: World, open_as: OpenAs, at_desk: AtDesk, lunch: Callable[[], None]
) -> None:
    page = open_as(world.bruno, javascript=False)
    write(page, wait=False)
    lunch()
    save(page)
    expect(page.get_by_text("Quello che stavi scrivendo è salvo")).to_be_visible()
    page.get_by_label("Password di bruno@sportelli.example").fill(PASSWORD)
    page.get_by_role("button", name="Riprendi").click()
    expect(page.get_by_text("Bozza ripresa.")).to_be_visible()
    expect_written(page)
    save(page)
    expect_saved_once(page, world, at_desk)


def test_typing_goes_on_after_the_session_ended(
    world: World, open_as: OpenAs, at_desk: AtDesk, lunch: Callable[[], None]
) -> None:
    page = open_as(world.bruno)
    write(page)
    lunch()
    page.get_by_label("Nota").fill("Torna lunedì con il passaporto e le foto")
    expect(page.locator("form[data-draft-kept]")).to_have_count(1)
    page.goto("/s/lucca/")
    type_password(page)
    expect(page.get_by_label("Nota")).to_have_value("Torna lunedì con il passaporto e le foto")


def choose(page: Page, letters: str, *, here: bool = False) -> None:
    if not here:
        page.goto("/s/lucca/")
    page.get_by_label("Chi è allo sportello?").press_sequentially(letters)
    expect(page.locator(f'#found [data-typed="{letters}"]')).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator("#visit h2")).to_be_visible()


def begin_visit(page: Page) -> None:
    choose(page, "dial am")
    expect(page.locator("#visit h2")).to_have_text("Diallo Amina")
    for digit in "12":
        page.keyboard.press(digit)
    expect(page.locator("#visit [name=topics]:checked")).to_have_count(2)


@pytest.fixture
def amina(world: World, at_desk: AtDesk) -> None:
    with at_desk(world.lucca, world.bruno):
        create_person(facts=PersonFacts(family_name="Diallo", given_name="Amina"))


@pytest.mark.usefixtures("amina")
def test_a_visit_at_the_counter_over_lunch(
    world: World, open_as: OpenAs, at_desk: AtDesk, lunch: Callable[[], None]
) -> None:
    """Password and Enter, and nothing is retyped."""
    page = open_as(world.bruno)
    begin_visit(page)
    expect(page.locator("[data-draft-state]")).to_have_text(KEPT)
    lunch()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Diallo")).to_have_count(0)
    type_password(page)
    expect(page.get_by_text("Bozza ripresa.")).to_be_visible()
    expect(page.locator("#visit h2")).to_have_text("Diallo Amina")
    expect(page.locator("#visit [name=topics]:checked")).to_have_count(2)
    page.get_by_role("button", name="Salva accesso").click()
    expect(page.locator(".message.ok")).to_contain_text("Salvato")
    with at_desk(world.lucca, world.bruno):
        (visit,) = list_visits_on(clock.today())
        assert len(visit.topics) == 2
        assert list_drafts() == []


@pytest.mark.usefixtures("amina")
def test_a_visit_whose_save_was_not_heard(
    world: World, open_as: OpenAs, at_desk: AtDesk, server: Server
) -> None:
    page = open_as(world.bruno)
    begin_visit(page)
    expect(page.locator("[data-draft-state]")).to_have_text(KEPT)
    server.cut_the_next_save()
    page.keyboard.press("Enter")
    expect(page.locator("[data-not-saved]")).to_contain_text("NON salvato.")
    page.get_by_role("button", name="Riprova").click()
    expect(page.locator(".message.ok")).to_contain_text("Salvato")
    with at_desk(world.lucca, world.bruno):
        assert len(list_visits_on(clock.today())) == 1


@pytest.mark.usefixtures("amina")
def test_a_visit_left_waits_at_the_counter(world: World, open_as: OpenAs, at_desk: AtDesk) -> None:
    page = open_as(world.bruno)
    begin_visit(page)
    expect(page.locator("[data-draft-state]")).to_have_text(KEPT)
    page.goto("/s/lucca/")
    waiting = page.locator(".pending li")
    expect(waiting).to_contain_text("D. A. · 2 richieste ·")
    waiting.get_by_role("link", name="Riprendi").click()
    expect(page.get_by_text("Bozza ripresa.")).to_be_visible()
    expect(page.locator("#visit [name=topics]:checked")).to_have_count(2)
    page.goto("/s/lucca/")
    page.locator(".pending li").get_by_role("button", name="Scarta").click()
    expect(page.locator(".pending")).to_have_count(0)
    with at_desk(world.lucca, world.bruno):
        assert list_drafts() == []


def test_somebody_new_at_the_counter_over_lunch(
    world: World, open_as: OpenAs, at_desk: AtDesk, lunch: Callable[[], None]
) -> None:
    page = open_as(world.bruno)
    page.goto("/s/lucca/")
    page.get_by_label("Chi è allo sportello?").press_sequentially("kovalenko olena")
    expect(page.locator("#found").get_by_text("Nuova persona")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Cognome")).to_have_value("Kovalenko")
    page.get_by_label("Nascita").or_(page.get_by_label("Data di nascita")).first.fill("14/05/1991")
    page.locator("#visit .topic", has_text="Cittadinanza").first.click()
    expect(page.locator("[data-draft-state]")).to_have_text(KEPT)
    lunch()
    page.get_by_role("button", name="Salva persona e accesso").click()
    type_password(page)
    expect(page.get_by_text("Bozza ripresa.")).to_be_visible()
    expect(page.get_by_label("Cognome")).to_have_value("Kovalenko")
    page.get_by_role("button", name="Salva persona e accesso").click()
    expect(page.locator(".message.ok")).to_contain_text("Salvato")
    with at_desk(world.lucca, world.bruno):
        assert (count_people(), len(list_visits_on(clock.today()))) == (1, 1)


def not_saved(page: Page) -> None:
    box = page.locator("[data-not-saved]")
    expect(box).to_have_count(1, timeout=15_000)
    said = re.compile(
        r"^NON salvato\. Il server non ha risposto \(\d{1,2}:\d\d\)\. Quello che hai scritto è"
        r" ancora nel modulo e in una bozza\. Riprovare non crea un doppione\.\s*Riprova$"
    )
    expect(box).to_have_text(said)
    expect(page.locator("#voice-alert")).to_have_text("NON salvato.")
    expect_written(page)


def test_the_server_stops_in_the_middle_of_a_save(
    world: World, open_as: OpenAs, at_desk: AtDesk, server: Server
) -> None:
    page = open_as(world.bruno)
    write(page)
    server.cut_the_next_save()
    save(page)
    not_saved(page)
    server.stop()
    page.get_by_role("button", name="Riprova").click()
    not_saved(page)
    server.start()
    page.get_by_role("button", name="Riprova").click()
    expect_saved_once(page, world, at_desk)


def test_a_server_that_does_not_answer(
    world: World, open_as: OpenAs, at_desk: AtDesk, server: Server
) -> None:
    page = open_as(world.bruno)
    write(page)
    server.slow = 9
    save(page)
    expect(page.get_by_role("button", name="Salvataggio…")).to_be_visible(timeout=2_000)
    not_saved(page)
    expect(page.get_by_role("button", name="Salva persona")).to_be_visible()
    server.slow = 0
    assert server.worked_on.wait(20), "what was given up is written meanwhile"
    page.get_by_role("button", name="Riprova").click()
    expect_saved_once(page, world, at_desk)


def test_without_a_network_the_words_stay(world: World, open_as: OpenAs, at_desk: AtDesk) -> None:
    page = open_as(world.bruno)
    write(page)
    page.context.set_offline(True)
    save(page)
    expect(page.locator("[data-not-saved]")).to_contain_text("Non c’è collegamento")
    page.context.set_offline(False)
    page.get_by_role("button", name="Riprova").click()
    expect_saved_once(page, world, at_desk)


def test_what_is_wrong_is_said_and_nothing_is_retyped(
    world: World, open_as: OpenAs, at_desk: AtDesk
) -> None:
    page = open_as(world.bruno)
    write(page)
    page.get_by_label("Data di nascita").fill("32/13/1990")
    save(page)
    expect(page.locator("#error-summary")).to_be_focused()
    expect_written(page)
    page.get_by_label("Data di nascita").fill("14/05/1991")
    save(page)
    expect_saved_once(page, world, at_desk)


def test_another_tab_signed_in_again(
    world: World, open_as: OpenAs, at_desk: AtDesk, lunch: Callable[[], None]
) -> None:
    """The tab that stayed open holds the token of the old session."""
    page = open_as(world.bruno)
    write(page)
    lunch()
    other = page.context.new_page()
    other.goto("/s/lucca/persone")
    other.get_by_label("Password di bruno@sportelli.example").fill(PASSWORD)
    other.get_by_role("button", name="Riprendi").click()
    expect(other.get_by_text("Bozza ripresa.")).to_be_visible()
    save(page)
    expect(page.locator("[data-not-saved]")).to_contain_text("NON salvato.")
    page.get_by_role("link", name="Riprendi la bozza").click()
    expect(page.get_by_text("Bozza ripresa.")).to_be_visible()
    expect_written(page)
    save(page)
    expect_saved_once(page, world, at_desk)


def test_no_word_in_an_address(world: World, open_as: OpenAs, lunch: Callable[[], None]) -> None:
    page = open_as(world.bruno)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    write(page)
    lunch()
    save(page)
    type_password(page)
    expect_written(page)
    assert not [url for url in asked if "ovalenko" in url or "passaporto" in url]
