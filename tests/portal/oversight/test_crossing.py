# SPDX-License-Identifier: AGPL-3.0-or-later
"""Periods that cross each other, told one after another: nobody is what their sum leaves."""

from datetime import date

from sqlalchemy import select

from portal.core.store.database import db
from portal.oversight.models import PublishedFigure
from tests.conftest import AtDesk
from tests.portal.oversight.conftest import Publish, record
from tests.world import World


def test_nobody_is_between_a_half_year_and_the_periods_that_cross_it(
    old_desks: World, at_desk: AtDesk, publish: Publish
) -> None:
    """Four months and a quarter share April: less April they are the half-year."""
    with at_desk(old_desks.lucca):
        for month in (1, 4, 6):
            record(date(2026, month, 3), *[("CIT",)] * 9, *[("SAN",)] * 9)
    for period in ("2026-04", "2026-Q1", "2026-T2"):
        publish(old_desks.lucca, period)
    with at_desk(old_desks.lucca):
        record(date(2026, 1, 4), ("SAN",))
    publish(old_desks.lucca, "2026-S1")
    with at_desk(old_desks.lucca):
        rows = db.session.scalars(select(PublishedFigure))
        read = {row.period: row.figures for row in rows}
    for name in ("CIT", "SAN"):
        april, months, quarter, half = (
            read[period]["codes"]["now"][name][0]
            for period in ("2026-04", "2026-Q1", "2026-T2", "2026-S1")
        )
        assert half == months + quarter - april
    assert read["2026-S1"]["is_sum"]
