# SPDX-License-Identifier: AGPL-3.0-or-later
"""A disk nearly full reaches whoever governs the machine by letter: once a day, and only then."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask

from portal.core import clock
from portal.machine import disks
from tests.portal.accounts.doors import letters_to
from tests.sink import Sink
from worker import schedule

GOVERNS = "macchina@provincia.example"
Work = Callable[[], None]


@pytest.fixture
def tick(app: Flask) -> Callable[[], None]:
    """What happens each minute."""

    def happen() -> None:
        with app.app_context():
            schedule.open_due_and_notify()

    return happen


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disks, "LEAST_BYTES", 2**62)


@pytest.mark.usefixtures("full", "world")
def test_one_letter_a_day(
    sink: Sink, settings_of: Callable[..., None], tick: Work, work: Work, tmp_path: Path
) -> None:
    settings_of(home=tmp_path, admin_email=GOVERNS, smtp_url=sink.url)
    for _minute in range(3):
        tick()
    work()
    (text,) = letters_to(sink, GOVERNS)
    assert "UN DISCO È QUASI PIENO" in text
    assert "dati del portale (PORTAL_HOME): liberi" in text
    assert "banca dati: liberi" in text
    with clock.stopped_at(datetime.now(UTC) + timedelta(days=1)):
        tick()
        work()
    assert len(letters_to(sink, GOVERNS)) == 2


@pytest.mark.usefixtures("full", "world")
@pytest.mark.parametrize("missing", ["admin_email", "smtp_url"])
def test_nobody_is_written_to_where_no_letter_can_leave(
    sink: Sink, settings_of: Callable[..., None], tick: Work, work: Work, missing: str
) -> None:
    settings_of(**{"admin_email": GOVERNS, "smtp_url": sink.url, missing: None})
    tick()
    settings_of(admin_email=GOVERNS, smtp_url=sink.url)
    work()
    assert letters_to(sink, GOVERNS) == []


@pytest.mark.usefixtures("world")
def test_with_room_again_the_letter_does_not_leave(
    sink: Sink,
    settings_of: Callable[..., None],
    tick: Work,
    work: Work,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings_of(admin_email=GOVERNS, smtp_url=sink.url)
    monkeypatch.setattr(disks, "LEAST_BYTES", 2**62)
    tick()
    for limit in ("LEAST_BYTES", "LEAST_SHARE"):
        monkeypatch.setattr(disks, limit, 0)
    work()
    assert letters_to(sink, GOVERNS) == []
