# SPDX-License-Identifier: AGPL-3.0-or-later
"""Editions: asked for once, frozen, the same bytes whoever builds them, approved, corrected."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import inspect, text

from portal.core import clock
from portal.core.errors import Conflict, NotHere, Refusal
from portal.core.store.database import db
from portal.people import actions as people
from portal.people.rules import PersonFacts
from portal.reports.editions import desk
from portal.reports.editions import lifecycle as editions
from portal.reports.editions.desk import DESK
from portal.reports.editions.edition_type import LAST_STEP, manifest_hash
from portal.reports.models import Edition
from portal.visits import actions as visits
from portal.visits.rules import VisitFacts
from tests import seed
from tests.conftest import AtDesk
from tests.portal.reports.builds import Build, Fails, after_tables, has_open_job, tree_hash
from tests.world import World

PERIOD = "2016-S1"
NAMES = [
    "dati.csv", "prospetto.csv", "relazione-excel.csv", "relazione.csv", "relazione.docx",
    "relazione.html", "relazione.json", "relazione.pdf", "relazione.xlsx",
]  # fmt: skip
SAYING_THEIR_NUMBER = {"relazione.docx", "relazione.html", "relazione.pdf", "relazione.xlsx"}


def ask(at_desk: AtDesk, world: World, **more: Any) -> UUID:
    with at_desk(world.lucca, world.anna):
        edition: Edition = editions.request_edition(DESK, period=PERIOD, **more)
        return edition.id


def record_late_visit() -> None:
    person = people.create_person(facts=PersonFacts(family_name="Ritardo", sex="F"))
    visits.record_visit(facts=VisitFacts(date(2016, 5, 3), ("CIT",), person.id))


def test_asking_twice_gives_one_edition_and_one_job(few: World, at_desk: AtDesk) -> None:
    first, second = ask(at_desk, few), ask(at_desk, few)
    assert first == second
    with at_desk(few.lucca):
        edition = editions.get_edition(DESK, first)
        assert (edition.number, edition.state, edition.step) == (1, "queued", 0)
        assert (edition.period, edition.baseline) == (PERIOD, "2015-S1")
        assert edition.requested_by == few.anna.id
        assert has_open_job(first)


def test_a_period_still_open_has_no_edition(world: World, at_desk: AtDesk) -> None:
    last_day = datetime(2016, 6, 30, 20, tzinfo=UTC)
    with clock.stopped_at(last_day), at_desk(world.lucca):
        with pytest.raises(Refusal, match="non è ancora finito"):
            editions.request_edition(DESK, period=PERIOD)
    with clock.stopped_at(last_day + timedelta(hours=3)), at_desk(world.lucca):
        assert editions.request_edition(DESK, period=PERIOD).number == 1


def test_a_build_freezes_the_seed_to_the_digit(
    seeded: World, at_desk: AtDesk, build: Build
) -> None:
    edition_id = ask(at_desk, seeded)
    build(seeded.lucca, edition_id)
    with at_desk(seeded.lucca):
        edition = editions.get_edition(DESK, edition_id)
        assert (edition.state, edition.step) == ("ready", LAST_STEP)
        assert edition.software is not None
        assert edition.taxonomy == 1
        assert not has_open_job(edition_id)
        names = [file.name for file in editions.list_files(DESK, edition_id)]
        assert names == NAMES
        assert editions.get_file(DESK, edition, "prospetto.csv").content == seed.table()


def test_the_same_edition_made_again_on_another_day_is_the_same_bytes(
    few: World, at_desk: AtDesk, build: Build
) -> None:
    edition_id = ask(at_desk, few)
    build(few.lucca, edition_id)
    with clock.stopped_at(datetime(2031, 2, 3, 9, tzinfo=UTC)), at_desk(few.lucca):
        edition = editions.get_edition(DESK, edition_id)
        again = [file for made in DESK.make(edition) for file in made]
        assert manifest_hash(again) == edition.sha256


def test_two_editions_of_the_same_figures_differ_in_their_number_alone(
    few: World, at_desk: AtDesk, build: Build
) -> None:
    first = ask(at_desk, few)
    build(few.lucca, first)
    with at_desk(few.lucca):
        editions.approve_edition(DESK, edition_id=first, seen_version=None)
    second = ask(at_desk, few, reason="Prova")
    build(few.lucca, second)
    assert first != second
    one, other = (
        {name: content for name, _hash, content in tree_hash(at_desk, few.lucca, edition)[1:]}
        for edition in (first, second)
    )
    assert {name for name in one if one[name] != other[name]} == SAYING_THEIR_NUMBER


def test_building_what_is_ready_changes_nothing(few: World, at_desk: AtDesk, build: Build) -> None:
    edition_id = ask(at_desk, few)
    build(few.lucca, edition_id)
    before = tree_hash(at_desk, few.lucca, edition_id)
    build(few.lucca, edition_id)
    assert ask(at_desk, few) == edition_id, "the figures are the same: it is good enough"
    assert tree_hash(at_desk, few.lucca, edition_id) == before


def test_a_late_visit_does_not_reach_what_is_frozen(
    seeded: World, at_desk: AtDesk, build: Build, fails: Fails
) -> None:
    """The builder dies after freezing; the one that goes on writes what was frozen."""
    edition_id = ask(at_desk, seeded)
    with pytest.raises(fails.Broken):
        build(seeded.lucca, edition_id, kind=fails.at_documents)
    with at_desk(seeded.lucca):
        edition = editions.get_edition(DESK, edition_id)
        assert (edition.state, edition.step) == ("building", 4)
        record_late_visit()
    build(seeded.lucca, edition_id)
    with at_desk(seeded.lucca):
        edition = editions.get_edition(DESK, edition_id)
        assert editions.get_file(DESK, edition, "prospetto.csv").content == seed.table()
        later = desk.since_freezing(edition)
        assert (later.inserted, later.differs) == (1, True)
    assert ask(at_desk, seeded) != edition_id, "a new one would say something else"


def test_a_list_of_editions_reads_no_figures(few: World, at_desk: AtDesk, build: Build) -> None:
    build(few.lucca, ask(at_desk, few))
    with at_desk(few.lucca):
        (one,) = editions.list_editions(DESK, PERIOD)
        assert editions.list_latest(DESK) == {PERIOD: one}
        assert "frozen" in inspect(one).unloaded
        assert one.frozen["period"] == PERIOD, "read where it is asked for"


def test_nothing_happened_since(few: World, at_desk: AtDesk, build: Build) -> None:
    edition_id = ask(at_desk, few)
    build(few.lucca, edition_id)
    with at_desk(few.lucca):
        later = desk.since_freezing(editions.get_edition(DESK, edition_id))
    assert (later.inserted, later.differs) == (0, False)


def test_figures_thawed_are_the_figures_frozen(
    seeded: World, at_desk: AtDesk, build: Build
) -> None:
    edition_id = ask(at_desk, seeded)
    build(seeded.lucca, edition_id)
    with at_desk(seeded.lucca):
        edition = editions.get_edition(DESK, edition_id)
        thawed = desk.thaw(edition.frozen)
        assert (thawed.current.users, thawed.services) == (149, 214)
        assert (thawed.users_baseline, thawed.services_baseline) == (172, 222)
        assert thawed.reconciles


def test_a_builder_that_dies_while_storing_leaves_no_file(
    few: World, at_desk: AtDesk, build: Build, fails: Fails
) -> None:
    edition_id = ask(at_desk, few)
    with pytest.raises(Exception, match="edition_file"):
        build(few.lucca, edition_id, kind=fails.at_storing)
    with at_desk(few.lucca):
        assert editions.list_files(DESK, edition_id) == []
        assert editions.get_edition(DESK, edition_id).state == "building"
        assert has_open_job(edition_id)
    build(few.lucca, edition_id)
    with at_desk(few.lucca):
        assert len(editions.list_files(DESK, edition_id)) == len(NAMES)


def test_approval_and_correction(few: World, at_desk: AtDesk, build: Build) -> None:
    first = ask(at_desk, few)
    with at_desk(few.lucca, few.anna), pytest.raises(Refusal, match="non è pronta"):
        editions.approve_edition(DESK, edition_id=first, seen_version=None)
    build(few.lucca, first)
    with at_desk(few.lucca, few.anna):
        seen = editions.get_edition(DESK, first).version
        with pytest.raises(Conflict):
            editions.approve_edition(DESK, edition_id=first, seen_version=seen - 1)
        approved = editions.approve_edition(DESK, edition_id=first, seen_version=seen)
        assert (approved.state, approved.approved_by) == ("approved", few.anna.id)
        again = editions.approve_edition(DESK, edition_id=first, seen_version=seen)
        assert again.approved_at == approved.approved_at
        with pytest.raises(Refusal, match="scrivi perché") as refusal:
            editions.request_edition(DESK, period=PERIOD)
        assert refusal.value.field == "reason"
    second = ask(at_desk, few, reason="  Un accesso era doppio.  ")
    build(few.lucca, second)
    with at_desk(few.lucca, few.anna):
        corrected = editions.approve_edition(DESK, edition_id=second, seen_version=None)
        assert (corrected.number, corrected.replaces) == (2, 1)
        assert corrected.reason == "Un accesso era doppio."
        states = [one.state for one in editions.list_editions(DESK, PERIOD)]
        assert states == ["approved", "superseded"]


def test_an_older_edition_is_not_approved_over_a_newer(
    few: World, at_desk: AtDesk, build: Build
) -> None:
    first = ask(at_desk, few)
    build(few.lucca, first)
    with at_desk(few.lucca):
        record_late_visit()
    second = ask(at_desk, few)
    build(few.lucca, second)
    with at_desk(few.lucca), pytest.raises(Refusal, match="più nuova, la 2"):
        editions.approve_edition(DESK, edition_id=first, seen_version=None)


def test_only_an_approved_edition_is_corrected(few: World, at_desk: AtDesk, build: Build) -> None:
    """What nobody has approved is made again and superseded, which is not a correction."""
    first = ask(at_desk, few)
    build(few.lucca, first)
    with at_desk(few.lucca):
        record_late_visit()
    second = ask(at_desk, few, reason="Da non dire")
    build(few.lucca, second)
    with at_desk(few.lucca):
        edition = editions.get_edition(DESK, second)
        assert (edition.number, edition.replaces, edition.reason) == (2, None, "")
        assert editions.get_edition(DESK, first).state == "superseded"
        editions.approve_edition(DESK, edition_id=second, seen_version=None)
    third = ask(at_desk, few, reason="Un accesso era doppio.")
    build(few.lucca, third)
    with at_desk(few.lucca):
        assert editions.get_edition(DESK, second).state == "approved", "until the third is"
        record_late_visit()
    fourth = ask(at_desk, few)
    build(few.lucca, fourth)
    with at_desk(few.lucca):
        edition = editions.get_edition(DESK, fourth)
        assert (edition.replaces, edition.reason) == (2, "Un accesso era doppio.")
        editions.approve_edition(DESK, edition_id=fourth, seen_version=None)
        states = [one.state for one in editions.list_editions(DESK, PERIOD)]
        assert states == ["approved", "superseded", "superseded", "superseded"]
        with pytest.raises(Refusal, match="L’edizione 4 è già approvata"):
            editions.request_edition(DESK, period=PERIOD)


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("queued", "È in preparazione un’edizione più nuova, la 2"),
        ("building", "È in preparazione un’edizione più nuova, la 2"),
        ("failed", "la 2, che non è riuscita"),
    ],
)
def test_nothing_is_approved_while_a_newer_is_on_its_way(
    few: World, at_desk: AtDesk, build: Build, state: str, said: str
) -> None:
    first = ask(at_desk, few)
    build(few.lucca, first)
    with at_desk(few.lucca):
        record_late_visit()
    second = ask(at_desk, few)
    with at_desk(few.lucca):
        editions.get_edition(DESK, second).state = state
    with at_desk(few.lucca), pytest.raises(Refusal, match=said):
        editions.approve_edition(DESK, edition_id=first, seen_version=None)
    with at_desk(few.lucca):
        assert editions.get_edition(DESK, first).state == "ready"


@pytest.mark.parametrize("again", [False, True])
def test_who_was_overtaken_stores_nothing(
    few: World, at_desk: AtDesk, build: Build, again: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """While the documents are made the edition is given up, tried again, perhaps even built."""
    edition_id = ask(at_desk, few)

    def overtaken() -> None:
        build.give_up(few.lucca, edition_id)
        with at_desk(few.lucca):
            record_late_visit()
            editions.retry_edition(DESK, edition_id=edition_id)
        if again:
            build(few.lucca, edition_id)

    build(few.lucca, edition_id, kind=after_tables(overtaken))
    assert "edition went another way" in caplog.text
    with at_desk(few.lucca):
        edition = editions.get_edition(DESK, edition_id)
        assert edition.state == ("ready" if again else "queued")
        assert len(editions.list_files(DESK, edition_id)) == (len(NAMES) if again else 0)
        assert has_open_job(edition_id) is not again
        if again:
            assert edition.frozen["current"]["users"] == 3


def test_the_timetable_asks_only_for_the_first(few: World, at_desk: AtDesk, build: Build) -> None:
    first = ask(at_desk, few, only_first=True)
    build(few.lucca, first)
    with at_desk(few.lucca):
        editions.approve_edition(DESK, edition_id=first, seen_version=None)
    assert ask(at_desk, few, only_first=True) == first


def test_what_could_not_be_built_is_tried_again_from_the_start(
    few: World, at_desk: AtDesk, build: Build, fails: Fails
) -> None:
    edition_id = ask(at_desk, few)
    with pytest.raises(fails.Broken):
        build(few.lucca, edition_id, kind=fails.at_documents)
    build.give_up(few.lucca, edition_id)
    with at_desk(few.lucca):
        edition = editions.get_edition(DESK, edition_id)
        assert (edition.state, edition.step) == ("failed", 4)
        assert not has_open_job(edition_id)
        record_late_visit()
    assert ask(at_desk, few) == edition_id
    build(few.lucca, edition_id)
    with at_desk(few.lucca):
        edition = editions.get_edition(DESK, edition_id)
        assert edition.state == "ready"
        assert edition.frozen["current"]["users"] == 3, "counted anew"


def test_giving_up_what_is_ready_changes_nothing(few: World, at_desk: AtDesk, build: Build) -> None:
    edition_id = ask(at_desk, few)
    build(few.lucca, edition_id)
    build.give_up(few.lucca, edition_id)
    with at_desk(few.lucca):
        assert editions.get_edition(DESK, edition_id).state == "ready"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE edition_file SET content = 'x' WHERE name = 'relazione.csv'",
        "UPDATE edition_file SET sha256 = sha256('x') WHERE name = 'relazione.csv'",
    ],
)
def test_a_file_that_was_tampered_with_is_refused(
    few: World, at_desk: AtDesk, build: Build, owner: Any, statement: str
) -> None:
    edition_id = ask(at_desk, few)
    build(few.lucca, edition_id)
    owner(statement)
    with at_desk(few.lucca):
        edition = editions.get_edition(DESK, edition_id)
        with pytest.raises(Refusal, match="impronta"):
            editions.get_file(DESK, edition, "relazione.csv")


def test_a_file_replaced_with_its_hash_is_refused_too(
    few: World, at_desk: AtDesk, build: Build, owner: Any
) -> None:
    edition_id = ask(at_desk, few)
    build(few.lucca, edition_id)
    owner("UPDATE edition_file SET content = 'x', sha256 = sha256('x') WHERE name LIKE '%.json'")
    with at_desk(few.lucca):
        edition = editions.get_edition(DESK, edition_id)
        with pytest.raises(Refusal, match="impronta"):
            editions.get_file(DESK, edition, "relazione.json")


def test_the_application_cannot_change_a_file(few: World, at_desk: AtDesk, build: Build) -> None:
    """Nor take one away, once the edition is approved."""
    edition_id = ask(at_desk, few)
    build(few.lucca, edition_id)
    with pytest.raises(Exception, match="permission denied"), at_desk(few.lucca):
        db.session.execute(text("UPDATE edition_file SET content = 'x'"))
    with at_desk(few.lucca):
        editions.approve_edition(DESK, edition_id=edition_id, seen_version=None)
    with pytest.raises(Exception, match="do not change"), at_desk(few.lucca):
        db.session.execute(text("DELETE FROM edition_file"))
    with at_desk(few.lucca):
        assert len(editions.list_files(DESK, edition_id)) == len(NAMES)


def test_another_desks_edition_is_not_here(few: World, at_desk: AtDesk) -> None:
    edition_id = ask(at_desk, few)
    for wanted in (edition_id, uuid4()):
        with at_desk(few.capannori), pytest.raises(NotHere):
            editions.get_edition(DESK, wanted)
