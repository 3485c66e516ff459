# SPDX-License-Identifier: AGPL-3.0-or-later
"""Two workers, or one that was away: an edition may come to the network after its correction."""

from datetime import date

from sqlalchemy import select

from portal.core.store.database import db
from portal.oversight.actions import publish_edition
from portal.oversight.models import PublishedFigure
from tests.conftest import AtDesk
from tests.portal.oversight.conftest import Publish, record
from tests.world import World

FIRST = date(2026, 2, 3)


def users_of(at_desk: AtDesk, world: World, period: str) -> object:
    with at_desk(world.lucca):
        statement = select(PublishedFigure).where(PublishedFigure.period == period)
        return db.session.scalars(statement).one().figures["users"]


def test_an_edition_that_comes_after_its_correction_is_not_told(
    old_desks: World, at_desk: AtDesk, approve: Publish, publish: Publish
) -> None:
    with at_desk(old_desks.lucca):
        record(FIRST, *[("CIT",)] * 9)
    first = approve(old_desks.lucca, "2026-T1")
    with at_desk(old_desks.lucca):
        record(FIRST, ("CIT",))
    second = approve(old_desks.lucca, "2026-T1", reason="Mancava una persona")
    for edition_id in (second, first):
        with at_desk(old_desks.lucca):
            publish_edition(edition_id=edition_id)
    assert users_of(at_desk, old_desks, "2026-T1") == 10
    with at_desk(old_desks.lucca):
        record(date(2026, 5, 3), *[("CIT",)] * 9)
    publish(old_desks.lucca, "2026-T2")
    assert users_of(at_desk, old_desks, "2026-T2") == 9, "no correction was on its way"


def test_of_two_corrections_that_wait_the_newest_is_carried(
    old_desks: World, at_desk: AtDesk, approve: Publish, publish: Publish
) -> None:
    with at_desk(old_desks.lucca):
        record(FIRST, *[("CIT",)] * 9)
    publish(old_desks.lucca, "2026-T1")
    waiting = []
    for reason in ("Mancava una persona", "Ne mancava un’altra"):
        with at_desk(old_desks.lucca):
            record(FIRST, ("CIT",))
        waiting.append(approve(old_desks.lucca, "2026-T1", reason=reason))
    for edition_id in reversed(waiting):
        with at_desk(old_desks.lucca):
            publish_edition(edition_id=edition_id)
    with at_desk(old_desks.lucca):
        record(date(2026, 5, 3), *[("CIT",)] * 9)
    publish(old_desks.lucca, "2026-T2")
    assert users_of(at_desk, old_desks, "2026-T2") == 9 + 2
