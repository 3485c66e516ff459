# SPDX-License-Identifier: AGPL-3.0-or-later
"""Celery over the portal: one task that looks at a job, and one, for beat, that opens what is due.

A message carries only a job's id; desk, subject and what is left to do come from the row.
"""

import os
import socket
import sys
import warnings
from typing import Any
from uuid import UUID

from celery import Celery, signals
from celery.platforms import SecurityWarning

from config.queue import WORKER, celery_settings
from portal.app import create_app, refuse_wrong_database
from portal.core.store.database import DangerousRole, db
from portal.core.store.schema import WrongSchema
from portal.core.work.logs import log_failure
from worker import bell, run, schedule, start

PATIENCE_SECONDS = 300

# Said to root because of pickle, which we never accept.
warnings.filterwarnings("ignore", category=SecurityWarning)
settings = start.complete_settings()
portal = create_app(settings, patience_seconds=PATIENCE_SECONDS)
bell.read_with_care()
celery = Celery("sportelli")
celery.conf.update(
    celery_settings(
        str(settings.redis_url), client_name=f"{WORKER}-{socket.gethostname()}-{os.getpid()}"
    ),
    worker_consumer="worker.bell:BellConsumer",
)


@celery.task(name="do_job")
def do_job(job_id: str) -> None:
    """Look at one job; whoever writes into the broker can say nothing else (worker/bell.py)."""
    with portal.app_context():
        run.do_job(UUID(job_id))


@celery.task(name="open_due_and_notify")
def open_due_and_notify() -> None:
    """Open what is due, and notify again of what was missed."""
    with portal.app_context():
        schedule.open_due_and_notify()


@signals.celeryd_init.connect
def begin(**_facts: Any) -> None:
    """A worker that might step around the desks' walls, that does not know these tables, or cannot
    know, does not start.

    Celery swallows what a handler raises, save the wish to exit.
    """
    start.end_with_supervisor()
    try:
        refuse_wrong_database(portal)
    except (DangerousRole, WrongSchema) as why:
        raise SystemExit(str(why)) from None
    except Exception as error:
        with portal.app_context():
            log_failure(error)
        sys.exit(1)


@signals.worker_ready.connect
def open_due_at_once(**_facts: Any) -> None:
    """A worker that replaces a dead one does not wait for the next minute."""
    with portal.app_context():
        schedule.open_due_and_notify()


@signals.worker_process_init.connect
def forget_inherited_connections(**_facts: Any) -> None:
    """A forked process must not share its parent's connections."""
    with portal.app_context():
        for engine in db.engines.values():
            engine.dispose(close=False)
