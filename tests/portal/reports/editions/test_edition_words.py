# SPDX-License-Identifier: AGPL-3.0-or-later
"""The manager's words in an edition: they may change until the approval, its figures never."""

from datetime import timedelta
from typing import Any

from portal.reports.editions import lifecycle as editions
from portal.reports.editions.desk import DESK
from tests.conftest import AtDesk
from tests.portal.reports.builds import Build, after_tables, has_open_job, tree_hash
from tests.portal.reports.editions.test_lifecycle import NAMES, PERIOD, ask, record_late_visit
from tests.world import World


def test_new_words_make_the_documents_again_and_leave_the_figures(
    few: World, at_desk: AtDesk, build: Build
) -> None:
    edition_id = ask(at_desk, few)
    build(few.lucca, edition_id)
    with at_desk(few.lucca):
        before = editions.get_edition(DESK, edition_id)
        figures, when = before.frozen["current"], before.frozen_at
        record_late_visit()
        editions.rewrite_documents(DESK, period=PERIOD, words=words_of("Sette mesi difficili."))
    build(few.lucca, edition_id)
    with at_desk(few.lucca):
        after = editions.get_edition(DESK, edition_id)
        assert (after.state, after.frozen["current"]) == ("ready", figures)
        assert after.frozen_at - when == timedelta(microseconds=1)
        page = editions.get_file(DESK, after, "relazione.html").content.decode()
        assert "Sette mesi difficili." in page
        assert len(editions.list_files(DESK, edition_id)) == len(NAMES)


def test_words_written_while_it_is_built_are_not_lost(
    few: World, at_desk: AtDesk, build: Build
) -> None:
    edition_id = ask(at_desk, few)

    def meanwhile() -> None:
        with at_desk(few.lucca):
            editions.rewrite_documents(DESK, period=PERIOD, words=words_of("Scritto ora."))

    build(few.lucca, edition_id, kind=after_tables(meanwhile))
    with at_desk(few.lucca):
        assert editions.get_edition(DESK, edition_id).state == "queued"
        assert has_open_job(edition_id)
    build(few.lucca, edition_id)
    with at_desk(few.lucca):
        edition = editions.get_edition(DESK, edition_id)
        page = editions.get_file(DESK, edition, "relazione.html").content.decode()
        assert "Scritto ora." in page


def test_an_approved_edition_keeps_its_words(few: World, at_desk: AtDesk, build: Build) -> None:
    edition_id = ask(at_desk, few)
    build(few.lucca, edition_id)
    with at_desk(few.lucca):
        editions.approve_edition(DESK, edition_id=edition_id, seen_version=None)
    before = tree_hash(at_desk, few.lucca, edition_id)
    with at_desk(few.lucca):
        editions.rewrite_documents(DESK, period=PERIOD, words=words_of("Troppo tardi."))
    assert tree_hash(at_desk, few.lucca, edition_id) == before


def words_of(comment: str) -> dict[str, Any]:
    return {"texts": {"premise": "", "comment": comment}}
