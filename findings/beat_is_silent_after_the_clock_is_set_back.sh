#!/usr/bin/env bash
# SPDX-License-Identifier: AGPL-3.0-or-later
# Celery's beat rings by the hour of the day: set back, it is silent until the hour is there again.
#
# Seen with celery 5.7.0, an interval of a minute (celery.schedules.schedule, and as the entry of a
# running Scheduler):
# - after a ring at noon, with the clock then set back by an hour, the next is due in 61 minutes, and
#   by a day, in a day and a minute: the interval is added to the moment of the last ring;
# - nothing is logged, and a beat that is started again has forgotten the last ring and goes on;
# - set ahead, the entry is due at once, once.
# Machines of small Comuni are set right by hand, or when the network comes back after a power cut:
# no reminder, no edition and no letter leaves until then. What we do: beat counts the time that
# passes (CLOCK_MONOTONIC), and what is due is computed from rows.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install celery==5.7.0
cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
from datetime import datetime, timedelta, timezone

from celery import Celery
from celery.beat import Scheduler
from celery.schedules import schedule

NOON = datetime(2026, 12, 1, 12, tzinfo=timezone.utc)
clock = {"now": NOON}
minute = schedule(timedelta(minutes=1), nowfun=lambda: clock["now"])
for step in (timedelta(minutes=-1), timedelta(hours=-1), timedelta(days=-1), timedelta(hours=1)):
    clock["now"] = NOON + step
    due, seconds = minute.is_due(NOON)
    print(f"rung at noon, now {step / timedelta(hours=1):+.2f} h: due {due}, next in {seconds:.0f} s")
    assert due == (step > timedelta(0))
    assert seconds == (60 if due else 60 - step.total_seconds())

app = Celery("clock", broker="memory://", set_as_current=False)
app.conf.beat_schedule = {"ring": {"task": "ring", "schedule": minute, "options": {"ignore_result": True}}}
clock["now"] = NOON
scheduler = Scheduler(app, max_interval=5)
scheduler.setup_schedule()
entry = scheduler.schedule["ring"]
entry.last_run_at = NOON
clock["now"] = NOON - timedelta(days=1)
wait = scheduler.tick()
print(f"a running beat set back by a day: rung {entry.total_run_count} times, looks again in {wait:.0f} s")
assert entry.total_run_count == 0
assert scheduler.schedule["ring"].is_due().next == 60 + 24 * 3600
PYTHON
