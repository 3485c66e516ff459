# SPDX-License-Identifier: AGPL-3.0-or-later
"""Two beats and two workers over ten days with both clock changes: each once, none missing."""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm.exc import StaleDataError

from config.settings import Settings
from portal.core import clock
from portal.core.clock import ROME
from portal.core.store.tenancy import identity_scope
from portal.core.store.unit import unit_of_work
from portal.core.work import jobs
from portal.mailings import actions as mailings
from portal.mailings.kinds import DESK as LETTERS
from portal.reports.disclosure.sheets import Audience
from portal.reports.editions import lifecycle as editions
from portal.reports.editions.desk import DESK
from tests.conftest import AtDesk
from tests.worker.desks import Desks
from tests.world import Place
from worker import run, schedule

CHANGES = (date(2026, 10, 25), date(2027, 3, 28))
DAYS = [change + timedelta(days=n) for change in CHANGES for n in (-2, -1, 0, 1, 2)]
ADDRESSES = ("protocollo@comune.example", "ufficio@provincia.example")
EVERY_MINUTE = range(0, 5)
"""The hours around midnight and around the change are lived minute by minute, others by five."""


def half_before(day: date) -> tuple[str, date]:
    """The half-year that was over on a day: its name and its last day."""
    if day.month > 6:
        return f"{day.year}-S1", date(day.year, 6, 30)
    return f"{day.year - 1}-S2", date(day.year - 1, 12, 31)


def closing_on(day: date) -> int:
    """The closing days of a desk whose edition is due first on that day."""
    return (day - half_before(day)[1]).days


def expected(places: dict[Place, int]) -> dict[tuple[str, str], date]:
    """For each edition the day on which it is first due; counted on the calendar alone."""
    first: dict[tuple[str, str], date] = {}
    for day in DAYS:
        period, over = half_before(day)
        for place, closing in places.items():
            if (day - over).days >= closing:
                first.setdefault((place.slug, period), day)
    return first


def moments() -> Iterator[datetime]:
    """Every moment at which the beats ask."""
    for change in CHANGES:
        first, after = change - timedelta(days=2), change + timedelta(days=3)
        moment = datetime(first.year, first.month, first.day, tzinfo=ROME).astimezone(UTC)
        end = datetime(after.year, after.month, after.day, tzinfo=ROME).astimezone(UTC)
        while moment < end:
            if moment.minute % 5 == 0 or moment.astimezone(ROME).hour in EVERY_MINUTE:
                yield moment
            moment += timedelta(minutes=1)


class TwoOfEach:
    """Two beats, two workers and two managers, who all look at once."""

    def __init__(self, app: Flask, at_desk: AtDesk, places: list[Place]) -> None:
        self._app, self._at_desk, self._places = app, at_desk, places

    def live(self, moment: datetime, pool: ThreadPoolExecutor) -> None:
        with clock.stopped_at(moment):
            # Twice: what a beat opened is done, and what that left is done too.
            for acts in ((self.beat,) * 2 + (self.work,) * 2, (self.work,) * 2):
                for done in [pool.submit(act) for act in acts]:
                    done.result()

    def beat(self) -> None:
        with self._app.app_context():
            schedule.open_due_and_notify()

    def work(self) -> None:
        with self._app.app_context():
            for _round in range(4):  # opening, building, publishing, writing
                with identity_scope(), unit_of_work():
                    due = jobs.list_due(limit=schedule.AT_ONCE)
                if not due:
                    break
                for job_id in due:
                    run.do_job(job_id)

    def approve(self, place: Place, period: str) -> None:
        """Two managers at once may disagree; neither sends twice."""
        with suppress(StaleDataError), self._at_desk(place):
            edition = editions.find_latest(DESK, period)
            editions.approve_edition(DESK, edition_id=edition.id, seen_version=None)  # type: ignore[union-attr]
            mailings.send_edition(LETTERS, edition_id=edition.id)  # type: ignore[union-attr]


@pytest.mark.long
def test_each_edition_and_each_delivery_once_and_none_missing(
    app: Flask,
    settings: Settings,
    desks: Desks,
    at_desk: AtDesk,
    record_property: Callable[[str, str], None],
) -> None:
    places = {Place(f"giorno-{day:%d-%m}", "Sportello"): closing_on(day) for day in DAYS}
    for place, closing in places.items():
        desks.add_all([place], closing_days=closing)
        for address in ADDRESSES:
            with at_desk(place):
                mailings.add_recipient(LETTERS, email=address, audience=Audience.DESK)
    world, ticks = TwoOfEach(app, at_desk, list(places)), 0
    ready: Callable[[], list[Any]] = lambda: desks.rows(READY)  # noqa: E731
    with ThreadPoolExecutor(4) as pool:
        for moment in moments():
            ticks += 1
            world.live(moment, pool)
            for slug, period in ready():
                place = next(one for one in places if one.slug == slug)
                with clock.stopped_at(moment):
                    list(pool.map(lambda _n, p=place, h=period: world.approve(p, h), range(2)))  # type: ignore[misc]
    found = {(slug, period): at for slug, period, at in desks.rows(EDITIONS)}
    wanted = expected(places)
    assert Counter((slug, period) for slug, period, _at in desks.rows(EDITIONS)) == dict.fromkeys(
        wanted, 1
    )
    on_time = {key: at.astimezone(ROME) for key, at in found.items()}
    assert {key: at.date() for key, at in on_time.items()} == wanted
    assert {(at.hour, at.minute) for at in on_time.values()} == {(0, 0)}
    sent = Counter(desks.rows(DELIVERIES))
    assert sent == {(*key, address, "sent"): 1 for key in wanted for address in ADDRESSES}
    assert desks.rows("SELECT count(*) FROM job WHERE finished_at IS NULL") == [(0,)]
    record_property(
        "summary",
        f"ten days, {ticks} double beats: {len(found)} editions of {len(wanted)},"
        f" {sent.total()} deliveries of {2 * len(wanted)}, each once",
    )


READY = "SELECT desk.slug, period FROM edition JOIN desk ON desk.id = desk_id WHERE state = 'ready'"
EDITIONS = (
    "SELECT desk.slug, period, edition.created_at FROM edition JOIN desk ON desk.id = desk_id"
)
DELIVERIES = (
    "SELECT desk.slug, period, email, delivery.state FROM delivery"
    " JOIN edition ON edition.id = edition_id AND edition.desk_id = delivery.desk_id"
    " JOIN recipient ON recipient.id = recipient_id JOIN desk ON desk.id = delivery.desk_id"
)
