# SPDX-License-Identifier: AGPL-3.0-or-later
"""docs/mappa.md is true: it lists every slice, and its walks pass the files that they name."""

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from types import FrameType
from typing import Any
from uuid import UUID

from flask import Flask
from sqlalchemy import text

from portal.core import clock
from portal.core.store.database import db
from portal.core.store.tenancy import desk_scope, identity_scope
from portal.core.store.unit import unit_of_work
from portal.mailings.actions import add_recipient, send_edition
from portal.mailings.kinds import DESK as LETTERS
from portal.mailings.kinds import OF_DESK
from portal.people import actions as people
from portal.people.rules import PersonFacts
from portal.reports.disclosure.sheets import Audience
from portal.reports.editions import lifecycle
from portal.reports.editions.desk import DESK
from portal.visits import actions as visits
from portal.visits.rules import VisitFacts
from tests.conformance.sources import ROOT
from tests.conftest import AtDesk
from tests.pages import PortalClient
from tests.statements import of_posts_alone
from tests.world import Someone, World
from worker import run, schedule

MAP = ROOT / "docs/mappa.md"
FILE = re.compile(r"`((?:\w+/)+\w+\.py)`")
SLICE = re.compile(r"^\| `(\w+)/` \|", re.MULTILINE)
NOT_SLICES = {"static", "__pycache__"}
PERIOD = "2026-S1"
CLOSED = datetime(2026, 7, 6, 9, 30, tzinfo=clock.ROME)


def section(title: str) -> str:
    """What stands under a heading of the map."""
    return MAP.read_text(encoding="utf-8").partition(f"## {title}\n")[2].partition("\n## ")[0]


@contextmanager
def passing() -> Iterator[list[str]]:
    """The files of ours that the block passes, by the first time."""
    files: list[str] = []
    ours = tuple(f"{ROOT}/{folder}/" for folder in ("portal", "worker"))

    def note(frame: FrameType, _event: str, _argument: Any) -> None:
        # Asked at every call of a function, and not in it: paths stay text.
        if (path := frame.f_code.co_filename).startswith(ours):
            name = path.removeprefix(f"{ROOT}/")
            if name not in files:
                files.append(name)

    sys.settrace(note)
    try:
        yield files
    finally:
        sys.settrace(None)


def check_walk(title: str, passed: list[str]) -> None:
    """Each file of the walk was passed, in the order in which it is named."""
    named = FILE.findall(section(title))
    assert len(named) > 8
    assert [name for name in named if name not in passed] == []
    first = [passed.index(name) for name in named]
    assert first == sorted(first), [passed[number] for number in sorted(first)]


def test_the_map_lists_every_slice() -> None:
    slices = {path.name for path in (ROOT / "portal").iterdir() if path.is_dir()} - NOT_SLICES
    assert set(SLICE.findall(MAP.read_text(encoding="utf-8"))) == slices


def test_a_visit_walks_where_the_map_says(
    app: Flask,
    world: World,
    at_desk: AtDesk,
    client_of: Callable[[Someone], PortalClient],
    record_property: Callable[[str, str], None],
) -> None:
    with at_desk(world.lucca):
        person = people.create_person(facts=PersonFacts(family_name="Diallo", sex="F")).id
    client = client_of(world.bruno)
    address = f"/s/lucca/accessi/nuovo?persona={person}"
    client.submit(address, {"topics": ["CIT"]}, headers={"HX-Request": "true"})
    with passing() as passed, of_posts_alone(app, passed):
        answer = client.submit(address, {"topics": ["CIT"]}, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    record_property("summary", f"files that the POST of a visit passes: {len(passed)}")
    check_walk("Un accesso", passed)


def test_a_half_year_walks_where_the_map_says(app: Flask, world: World, at_desk: AtDesk) -> None:
    with at_desk(world.lucca):
        person = people.create_person(facts=PersonFacts(family_name="Diallo", sex="F"))
        visits.record_visit(facts=VisitFacts(date(2026, 3, 2), ("CIT",), person.id))
        add_recipient(OF_DESK, email="protocollo@comune.example", name="Protocollo",
                      audience=Audience.DESK)  # fmt: skip
    with app.app_context(), identity_scope(), unit_of_work():
        db.session.execute(
            text("UPDATE desk SET closing_days = 4, created_at = :then"), {"then": date(2026, 1, 2)}
        )
    with clock.stopped_at(CLOSED), app.app_context(), passing() as passed:
        schedule.open_due_and_notify()
        do_jobs()
        with desk_scope(world.lucca.id, account_id=world.anna.id), unit_of_work():
            edition = lifecycle.find_latest(DESK, PERIOD)
            assert edition is not None
            lifecycle.approve_edition(DESK, edition_id=edition.id, seen_version=None)
            assert send_edition(LETTERS, edition_id=edition.id) == 1
        do_jobs()
    check_walk("Un semestre", passed)


def do_jobs() -> None:
    """As the worker does, until nothing is due."""
    for _round in range(3):
        with identity_scope(), unit_of_work():
            due = db.session.execute(text("SELECT id FROM job WHERE finished_at IS NULL")).scalars()
            waiting: list[UUID] = list(due)
        for job_id in waiting:
            run.do_job(job_id)
