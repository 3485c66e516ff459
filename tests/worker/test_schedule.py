# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is due, in Rome's days, however many knock."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier

import pytest
from flask import Flask

from portal.core import clock
from portal.core.clock import ROME
from tests.worker.desks import Desks
from worker import schedule


def rome(year: int, month: int, day: int, hour: int = 12, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=ROME)


def knock_at(app: Flask, moment: datetime) -> None:
    with clock.stopped_at(moment.astimezone(UTC)), app.app_context():
        schedule.knock()


def opened(desks: Desks) -> list[str]:
    rows = desks.rows(
        "SELECT desk.slug || ' ' || job.subject FROM job JOIN desk ON desk.id = job.desk_id"
        " WHERE job.name = 'open_edition' ORDER BY 1"
    )
    return [said for (said,) in rows]


@pytest.mark.parametrize(
    ("moment", "found"),
    [
        (rome(2027, 7, 3, 23, 59), []),
        (rome(2027, 7, 4, 0, 0), ["barga 2027-S1"]),
        (rome(2027, 12, 31, 23, 59), ["barga 2027-S1"]),
        (rome(2028, 1, 3, 23, 59), []),
        (rome(2028, 1, 4, 0, 0), ["barga 2027-S2"]),
        (rome(2028, 2, 29), ["barga 2027-S2"]),
    ],
)
def test_a_half_year_closes_so_many_days_after_its_end(
    app: Flask, desks: Desks, moment: datetime, found: list[str]
) -> None:
    desks.add("barga", closing_days=4, since=rome(2027, 6, 30, 23, 59))
    knock_at(app, moment)
    assert opened(desks) == found


def test_no_edition_of_a_half_year_before_the_desk(app: Flask, desks: Desks) -> None:
    desks.add("prima", closing_days=4, since=rome(2027, 6, 30, 23, 59))
    desks.add("dopo", closing_days=4, since=rome(2027, 7, 1, 0, 0))
    desks.add("mai", closing_days=None)
    knock_at(app, rome(2027, 8, 1))
    assert opened(desks) == ["prima 2027-S1"]


def test_two_knocks_in_the_same_second_open_one_edition(app: Flask, desks: Desks) -> None:
    start = Barrier(4)

    def knock(_number: int) -> None:
        with app.app_context():
            start.wait()
            schedule.knock()

    for year in range(2027, 2032):
        desks.add(f"anno-{year}", closing_days=0, since=rome(year, 6, 1))
        with clock.stopped_at(rome(year, 7, 1).astimezone(UTC)), ThreadPoolExecutor(4) as pool:
            list(pool.map(knock, range(4)))
    assert len(opened(desks)) == 1 + 2 + 3 + 4 + 5
