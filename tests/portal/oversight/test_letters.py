# SPDX-License-Identifier: AGPL-3.0-or-later
"""The network's edition by e-mail: to its own recipients, under its own role."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import select, update

from portal.core.errors import Refusal
from portal.core.store.database import db
from portal.core.store.tenancy import identity_scope
from portal.core.store.unit import unit_of_work
from portal.core.work import jobs
from portal.mailings import actions, queries
from portal.mailings.models import NetworkDelivery
from portal.oversight.letters import NETWORK
from portal.reports.editions import lifecycle as editions
from tests.pages import PortalClient
from tests.portal.oversight.conftest import AtNetwork, BuildComparison
from tests.sink import Sink, running_sink
from tests.world import Someone, World
from worker import run

ClientOf = Callable[[Someone], PortalClient]
OFFICE = "prefettura@ufficio.example"


@pytest.fixture
def sink(app: Flask, tmp_path: Path) -> Iterator[Sink]:
    """A mail server that the application uses."""
    before = app.config["SETTINGS"]
    with running_sink(tmp_path / "sink") as one:
        app.config["SETTINGS"] = replace(before, smtp_url=one.url, home=tmp_path)
        yield one
    app.config["SETTINGS"] = before


@pytest.fixture
def ready(two_desks: World, build_comparison: BuildComparison, at_network: AtNetwork) -> UUID:
    """An edition of the network, built, and an office that receives."""
    with at_network(two_desks.rete, two_desks.elena):
        actions.add_recipient(NETWORK, email=OFFICE, name="Prefettura")
    return build_comparison(two_desks.rete)


def work(app: Flask) -> None:
    """Every letter that is left, as the worker does it."""
    with app.app_context():
        with identity_scope(), unit_of_work():
            left = db.session.scalars(
                select(jobs.Job.id).where(
                    jobs.Job.name == "deliver", jobs.Job.finished_at.is_(None)
                )
            ).all()
        for job_id in left:
            run.do_job(job_id)


def test_the_overseer_approves_sends_and_sees_what_became_of_it(
    app: Flask, world: World, ready: UUID, at_network: AtNetwork, client_of: ClientOf, sink: Sink
) -> None:
    elena = client_of(world.elena)
    page = f"/r/rete/edizioni/{ready}/consegne"
    with at_network(world.rete), pytest.raises(Refusal, match="non è approvata"):
        actions.send_edition(NETWORK, edition_id=ready)
    assert "Confronto I semestre 2016" in elena.get(f"/r/rete/edizioni/{ready}/anteprima").text
    with at_network(world.rete, world.elena):
        editions.approve_edition(NETWORK.editions, edition_id=ready, seen_version=None)
    send = f"/r/rete/edizioni/{ready}/invia"
    assert elena.submit(page, {}, action=send).status_code == 303
    assert "in coda" in elena.get(page).text
    work(app)
    work(app)
    assert "consegnata al server di posta alle" in elena.get(page).text
    (line,) = sink.accepted()
    assert line.endswith(OFFICE)
    assert b"confronto.csv" in (sink.folder / f"{line.split()[0][1:-1]}.eml").read_bytes()


def test_the_letter_has_a_line_for_each_desk(
    app: Flask, world: World, ready: UUID, at_network: AtNetwork
) -> None:
    with at_network(world.rete):
        edition = editions.get_edition(NETWORK.editions, ready)
        letter = NETWORK.write(edition, OFFICE, ready)
    assert letter.subject == "Confronto I semestre 2016 – Rete di prova (edizione 1)"
    assert re.search(r"^Capannori +3 +2 +4 +1$", letter.text, re.MULTILINE)
    assert re.search(r"^Lucca +149 +172 +214 +222$", letter.text, re.MULTILINE)
    assert re.search(r"^Rete +152 +174 +218 +223$", letter.text, re.MULTILINE)
    assert max(len(line) for line in letter.text.splitlines() if "://" not in line) <= 72
    cells = BeautifulSoup(letter.html, "html.parser").find_all("table")[-1].select("tbody tr")
    assert [row.get_text(" ").split() for row in cells][-1] == ["Rete", "152", "174", "218", "223"]
    assert [file.name for file in letter.attachments] == ["confronto.csv"]


def test_a_letter_whose_mailer_died_waits_for_the_overseer(
    app: Flask, world: World, ready: UUID, at_network: AtNetwork, client_of: ClientOf, sink: Sink
) -> None:
    with at_network(world.rete, world.elena):
        editions.approve_edition(NETWORK.editions, edition_id=ready, seen_version=None)
        actions.send_edition(NETWORK, edition_id=ready)
        db.session.execute(update(NetworkDelivery).values(state="transmitting"))
    work(app)
    with at_network(world.rete):
        ((delivery_id, period, number),) = queries.list_uncertain(NETWORK)
    assert (period, number) == ("2016-S1", 1)
    elena, page = client_of(world.elena), f"/r/rete/edizioni/{ready}/consegne"
    assert "esito incerto: non la rimandiamo da soli" in elena.get(page).text
    elena.submit(page, {}, action=f"/r/rete/consegne/{delivery_id}/di-nuovo")
    work(app)
    assert len(sink.accepted()) == 1
