# SPDX-License-Identifier: AGPL-3.0-or-later
"""Beat: a clock that calls each minute and knows nothing else; it does not load the portal.

What is due is computed from rows (worker/schedule.py), so two beats do what one does.
"""

from typing import Any

from celery import Celery, signals

from config.queue import celery_settings
from worker import start

EVERY_SECONDS = 60.0
TIMETABLE = {
    # Messages that found nobody do not pile up.
    "open_due": {
        "task": "open_due_and_notify",
        "schedule": EVERY_SECONDS,
        "options": {"expires": 300},
    }
}

settings = start.complete_settings()
celery = Celery("sportelli")
celery.conf.update(celery_settings(str(settings.redis_url)), beat_schedule=TIMETABLE)


@signals.beat_init.connect
def begin(**_facts: Any) -> None:
    """As for the workers."""
    start.end_with_supervisor()
