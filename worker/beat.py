# SPDX-License-Identifier: AGPL-3.0-or-later
"""Beat: a clock that calls each minute and knows nothing else; it does not load the portal.

What is due is computed from rows (worker/schedule.py), so two beats do what one does.
"""

import time
from typing import Any

from celery import Celery, signals
from celery.beat import Scheduler

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


class MinuteScheduler(Scheduler):
    """Calls each minute of the time that passes, whatever the hour.

    Celery's own goes by the hour: set back by a day, it is silent for a day. And what beat
    remembers is not worth a file: all that is due is computed from rows.
    """

    _next_at = 0.0

    def tick(self, **_functions: Any) -> float:
        """Call, if the minute is over; how long to wait."""
        if self._next_at <= time.monotonic():
            self._next_at = time.monotonic() + EVERY_SECONDS
            for entry in self.schedule.values():
                self.apply_entry(entry, producer=self.producer)
        return max(0.0, self._next_at - time.monotonic())


settings = start.complete_settings()
celery = Celery("sportelli")
celery.conf.update(
    celery_settings(str(settings.redis_url)),
    beat_schedule=TIMETABLE,
    beat_scheduler=MinuteScheduler,
)


@signals.beat_init.connect
def begin(**_facts: Any) -> None:
    """As for the workers."""
    start.end_with_supervisor()
