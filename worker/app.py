# SPDX-License-Identifier: AGPL-3.0-or-later
"""Celery over the portal: one task that looks at a job, and the beat's knock.

A message carries only a job's id; desk, subject and what is left to do come from the row.
"""

import ctypes
import signal
import sys
from typing import Any
from uuid import UUID

from celery import Celery, signals

from config.queue import celery_settings
from config.settings import load_settings
from portal.app import create_app
from portal.core.database import db, refuse_dangerous_roles
from worker import run, schedule

PATIENCE_SECONDS = 300

settings = load_settings()
portal = create_app(settings, patience_seconds=PATIENCE_SECONDS)
celery = Celery("sportelli")
celery.conf.update(celery_settings(str(settings.redis_url)), beat_schedule=schedule.TIMETABLE)


@celery.task(name="work")
def work(job_id: str) -> None:
    """Look at one job."""
    with portal.app_context():
        run.work(UUID(job_id))


@celery.task(name="knock")
def knock() -> None:
    """Open what is due, and ring again for what was missed."""
    with portal.app_context():
        schedule.knock()


@signals.worker_ready.connect
def begin(**_facts: Any) -> None:
    """A worker that replaces a dead one does not wait for the next minute."""
    refuse_dangerous_roles(portal)
    with portal.app_context():
        schedule.knock()


@signals.worker_process_init.connect
def forget_inherited_connections(**_facts: Any) -> None:
    """A forked process must not share its parent's connections."""
    with portal.app_context():
        for engine in db.engines.values():
            engine.dispose(close=False)


@signals.celeryd_init.connect
@signals.beat_init.connect
def end_with_supervisor(**_facts: Any) -> None:
    """Stop with the process that started us, even when it is killed."""
    if sys.platform == "linux":
        parent_death_signal = 1
        ctypes.CDLL(None).prctl(parent_death_signal, signal.SIGTERM)
