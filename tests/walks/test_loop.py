# SPDX-License-Identifier: AGPL-3.0-or-later
"""The loop closes: built, approved, in the mailbox, and in front of who oversees."""

import pytest
from flask import Flask
from playwright.sync_api import expect

from portal.core.store.tenancy import identity_scope
from portal.core.store.unit import unit_of_work
from portal.core.work import jobs
from tests import seed
from tests.conftest import AtDesk
from tests.walks.conftest import OpenAs
from tests.world import World
from worker import run

pytestmark = pytest.mark.browser


def work_off(app: Flask) -> None:
    """What a worker does until nothing is due."""
    with app.app_context():
        while True:
            with identity_scope(), unit_of_work():
                due = jobs.list_due(limit=10)
            if not due:
                return
            for job_id in due:
                run.do_job(job_id)


def test_from_the_manager_to_the_mailbox_and_the_overseer(
    app: Flask, world: World, at_desk: AtDesk, open_as: OpenAs
) -> None:
    with at_desk(world.lucca):
        seed.record()
    page = open_as(world.anna)
    page.goto("/s/lucca/destinatari")
    page.get_by_label("E-mail").fill("assessore@comune.example")
    page.locator("main form button[type=submit]").last.click()
    expect(page.get_by_text("assessore@comune.example").first).to_be_visible()
    page.goto("/s/lucca/relazioni/periodo?periodo=2016-S1")
    page.get_by_role("button", name="Costruisci l’edizione").click()
    work_off(app)
    expect(page.locator("#edition .tag")).to_have_text("da approvare")
    page.get_by_role("link", name="Approva e invia").click()
    page.get_by_label("Sì, è giusto così: non è stato registrato nulla").check()
    page.get_by_role("button", name="Approva e invia a 1 destinatario").click()
    work_off(app)
    page.goto("/s/lucca/posta")
    page.get_by_role("link", name="Relazione I semestre 2016").click()
    expect(page.locator("main")).to_contain_text("senza nomi")
    expect(page.locator("main")).to_contain_text("−10,7")
    overseer = open_as(world.elena)
    overseer.goto("/r/rete/confronto?periodo=2016-S1")
    users = overseer.locator("tr", has=overseer.get_by_role("rowheader", name="Utenti"))
    expect(users).to_contain_text("149")
